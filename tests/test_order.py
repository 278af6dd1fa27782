"""What is read, and when: small rules that were followed wrongly once, each for a kind."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from metarfft.rules import STYLES, Rule, RuleError, format_answer, parse_answer, same_answer
from metarfft.rules.verify import verify

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "a later target sees an earlier one": ("i, a[i] = i + 1, 9\nreturn a", {"a": [0, 0, 0], "i": 0}),
    "a list of links is turned round": (
        "prev = 0\nwhile cur:\n prev, cur, nxt[cur] = cur, nxt[cur], prev\nreturn [nxt, prev]",
        {"nxt": [0, 2, 3, 0], "cur": 1},
    ),
    "reading a defaultdict enters the key": ("d = defaultdict(int)\nx = len(d) + d[k] + len(d)\nreturn x", {"k": 7}),
    "so a test after it holds": ("d = defaultdict(int)\nreturn [k in d, d[k], k in d]", {"k": 7}),
    "a difference of large numbers": ("x = 5\nfor i in range(4):\n x = x - -x\nreturn x", {}),
    "a negative base": ("x = a ** 2\na **= 2\nreturn [x, a, (-3) ** 2]", {"a": -2}),
    "items unpacked": ("t = 0\nfor pair in pairs:\n a, b = pair\n t = a + b\nreturn t", {"pairs": [[1, 2], [3, 4]]}),
    "a set is unpacked": ("a, b = {n, n + 1}\nreturn sorted([a, b])", {"n": 4}),
    "permutations of a set": ("return len(list(itertools.permutations(set(w))))", {"w": ["a", "b", "c"]}),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_as_in_python(name: str) -> None:
    body, inputs = CASES[name]
    imports = "import itertools\nfrom collections import defaultdict\n"
    source = f"{imports}def f({', '.join(inputs)}):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    space: dict[str, Any] = {}
    exec(source, space)
    expected = space["f"](**copy.deepcopy(inputs))
    rule = Rule(source)
    assert rule.run(inputs) == expected
    for style in STYLES:
        text = rule.trajectory(inputs, style)
        assert same_answer(format_answer(expected), parse_answer(text)), style
        assert verify(rule, inputs, text, style).correct
        trace, sites = rule.trace(inputs, STYLES[style], full_state=True), rule.program(STYLES[style], True).sites
        for step, ((site, _), text) in enumerate(zip(trace.steps, trace.texts, strict=True)):
            for line in text.split("\n"):
                if line.startswith("state: "):
                    assert rule.go_on(sites[site].lineno, line, STYLES[style]).texts == trace.texts[step:]


def test_a_negative_base_is_bracketed() -> None:
    assert "now, x = (-2) ** 2 = 4" in Rule("def f(a):\n    x = a ** 2\n    return x").trajectory({"a": -2})


@pytest.mark.parametrize(
    ("one", "other"),
    [("0b101", "5"), ("0x10", "16"), ("00", "0"), ("1_000", "1000"), ("+5", "5"), ("(5)", "5"), ("1e5", "100000.0")],
)
def test_a_text_of_digits_is_not_the_number(one: str, other: str) -> None:
    assert not same_answer(one, other)


@pytest.mark.parametrize("text", ["set(range(30000000))", "0x" + "f" * 5000, "{**{'a': 1}}", "<1>" * 9000, "[" * 300])
def test_no_answer_takes_long_or_fails(text: str) -> None:
    assert not same_answer("5", text)


@pytest.mark.parametrize(
    "body",
    ["return " + " or ".join(f"a == {n}" for n in range(150)), "x = len('__v9__' + a)\n    return x"],
)
def test_what_cannot_be_followed_is_refused(body: str) -> None:
    with pytest.raises(RuleError):
        Rule(f"def f(a):\n    {body}").trajectory({"a": "b"})
