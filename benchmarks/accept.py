"""What the rule engine makes of functions that nobody wrote for it: accepted, right, and why the rest is refused.

    python benchmarks/accept.py FUNCTIONS.jsonl [--state full] [--show 20]

Each line of the file is an object with ``code`` (the text as people paste it), ``input`` (the arguments, as they stand
between the brackets of a call) and ``output`` (the result, as Python writes it), the form of CRUXEval
(https://github.com/facebookresearch/cruxeval, MIT licence). A function counts as right when the plain run and the
trajectory of every style give the result, every trajectory checks, and its core rule, lowered again, is the same.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from metarfft.rules import STYLES, Rule, RuleError, format_answer, parse_answer, same_answer
from metarfft.rules.verify import verify


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("functions", type=Path, metavar="FUNCTIONS.jsonl")
    parser.add_argument("--state", choices=["short", "full"], default="short")
    parser.add_argument("--show", type=int, default=20, metavar="N", help="cases and reasons that are shown")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.functions.open()]
    counts: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    wrong: list[str] = []
    for number, row in enumerate(rows, 1):
        try:
            rule = Rule(row["code"])
        except RuleError as error:
            refused[re.sub(r"^line \d+(, column \d+)?: ", "", str(error))[:100]] += 1
            continue
        counts["accepted"] += 1
        found = faults(rule, row, arguments.state == "full")
        wrong += [f"{row.get('id', number)}: {fault}" for fault in found]
        counts["right"] += not found
    print(f"{len(rows)} functions: {counts['accepted']} accepted ({counts['accepted'] / len(rows):.1%}), "
          f"{counts['right']} right in every style")  # fmt: skip
    for fault in wrong[: arguments.show]:
        print("  wrong:", fault)
    for reason, count in refused.most_common(arguments.show):
        print(f"  refused {count:4}: {reason}")


def faults(rule: Rule, row: dict[str, Any], full_state: bool) -> list[str]:
    """What is wrong with the rule on the row's input; the text is run by Python to know its inputs."""
    space: dict[str, Any] = {}
    exec(row["code"], space)
    given, named = eval(f"(lambda *given, **named: (given, named))({row['input']})", space)
    inputs = {**dict(zip(rule.params, given, strict=False)), **named}
    expected = format_answer(ast.literal_eval(row["output"]))
    found = []
    try:
        if not same_answer(expected, format_answer(rule.run(inputs))):
            found.append("run")
        for style in STYLES:
            text = rule.trajectory(inputs, style, state="full" if full_state else "short")
            if not same_answer(expected, parse_answer(text)):
                found.append(f"{style} answers {parse_answer(text)!r}, not {expected}")
            elif not verify(rule, inputs, text, style, full_state=full_state).correct:
                found.append(f"{style} does not check")
    except RuleError as error:
        found.append(str(error))
    if Rule(rule.source).source != rule.source:
        found.append("its core rule, lowered again, is another")
    return found


if __name__ == "__main__":
    main()
