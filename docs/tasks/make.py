"""Writes the pages of this folder: every task with its rule, a sample in each style and its tokens at length 30.

    python docs/tasks/make.py
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from qwen import count  # noqa: E402

from metarfft import tasks  # noqa: E402
from metarfft.rules import STYLES, Rule  # noqa: E402
from metarfft.samples import make_sample  # noqa: E402

TITLES = {
    "leetcode": "LeetCode", "nupa": "NUPA: numbers", "bbh": "BIG-Bench Hard", "symbolic": "Symbolic reasoning",
    "practical": "Practical rules",
}  # fmt: skip

HEAD = (
    "Made by `python docs/tasks/make.py`. Tokens: prompt and response, length 30 or the longest, Qwen2.5's vocabulary.",
    "",
    "| task | split | length is | tokens, code | indexed | natural |",
    "| --- | --- | --- | ---: | ---: | ---: |",
)


def main() -> None:
    for source, title in TITLES.items():
        chosen = [task for task in tasks.all_tasks().values() if task.source == source]
        lines = [f"# {title}: {len(chosen)} tasks", "", *HEAD, *(_row(task) for task in chosen)]
        for task in chosen:
            lines += _section(task)
        (HERE / f"{source}.md").write_text("\n".join(lines) + "\n")
        print(HERE / f"{source}.md")


def _row(task: tasks.Task) -> str:
    length = min(30, task.max_length or 30)
    rows = [make_sample(task.id, length, style=style) for style in STYLES]
    tokens = " | ".join(f"{count(row['prompt'] + row['response']):,}" for row in rows)
    return f"| [{task.id}](#{task.id}) | {task.split} | {task.length_is} | {tokens} |"


def _section(task: tasks.Task) -> list[str]:
    length = max(2, task.min_length)
    rule = Rule(task.rule_source)
    lines = ["", f"## {task.id}", "", f"{task.description[0].upper()}{task.description[1:]}.", ""]
    if task.background:
        lines += [f"> {line}" for line in task.background.split("\n")] + [""]
    lines += ["```python", rule.source, "```", "", "```text", *rule.text("english"), "```"]
    for style in STYLES:
        row = make_sample(task.id, length, style=style)
        lines += ["", f"<details><summary>{style}, length {length}</summary>", "", "```text"]
        lines += [row["prompt"][row["prompt"].rindex("Q: ") :] + row["response"], "```", "", "</details>"]
    return lines


if __name__ == "__main__":
    main()
