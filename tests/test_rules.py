"""The rule language, the compiler and the styles."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metarfft import tasks
from metarfft.rules import STYLES, Rule, RuleError, compose, parse_answer, rename, same_answer
from metarfft.rules.styles import marks
from metarfft.rules.verify import verify
from metarfft.samples import computes_downstream, make_sample

ADD_ALL = """
def add_all(nums):
    total = 0
    while nums:
        x = nums.pop(0)
        total += x
    return total
"""


MANY_LINES = """
def f(text, nums, k):
    seen = {}
    out = ''
    flag = False
    while text:
        if text[0].isdigit() and text[0] not in seen:
            seen[text[0]] = seen.get(text[0], 0) + 1
        elif text[-1] != 'x':
            out = text[-1] + out
        else:
            break
        text = text[1:]
    for i in range(1, k):
        if nums[i] % 2 == 0:
            nums[i], nums[i - 1] = nums[i - 1], nums[i]
        flag = not flag
    nums.append(len(out) // k)
    return flag
"""


def test_sentences_of_a_rule() -> None:
    assert Rule(MANY_LINES).text("english") == [
        "You are given text, nums and k.",
        "1. Start with an empty table as seen.",
        "2. Start with an empty text as out.",
        "3. Set flag to False.",
        "4. As long as text is not empty, repeat steps 4.1 to 4.4.",
        "4.1. If the first character of text is a digit and the first character of text is not in seen, do step 4.1.1.",
        "4.1.1. Add 1 to the entry of seen for the first character of text (0 if it has none).",
        "4.2. Otherwise, if the last character of text is not 'x', do step 4.2.1.",
        "4.2.1. Put the last character of text in front of out.",
        "4.3. Otherwise, do step 4.3.1.",
        "4.3.1. Leave the loop.",
        "4.4. Remove the first character of text.",
        "5. For i from 1 to just before k, do steps 5.1 and 5.2.",
        "5.1. If the element at index i of nums is even, do step 5.1.1.",
        "5.1.1. Exchange the element at index i of nums and the element at index i minus 1 of nums.",
        "5.2. Turn flag into its opposite.",
        "6. Put the length of out divided by k, rounded down at the end of nums.",
        "7. The answer is flag.",
    ]


def test_code_trajectory_recites_shows_and_answers() -> None:
    assert Rule(ADD_ALL).trajectory({"nums": [3, 4]}, "code") == (
        "def add_all(nums):\nnums = [3, 4]\n"
        "    total = 0\nnow, total = 0\n"
        "    while nums:\nnums = [3, 4]\nenter the loop\n"
        "        x = nums.pop(0)\nnow, x = 3\n"
        "        total += x\nnow, total = 0 + 3 = 3\n"
        "    while nums:\nnums = [4]\nenter the loop\n"
        "        x = nums.pop(0)\nnow, x = 4\n"
        "        total += x\nnow, total = 3 + 4 = 7\n"
        "    while nums:\nnums = []\ndo not enter the loop\n"
        "    return total\ntotal = 7\nSo the answer is 7"
    )


def test_indexed_trajectory_names_single_elements() -> None:
    assert Rule(ADD_ALL).trajectory({"nums": [3, 4]}, "indexed", base=126) == (
        "L2:total = 0\ntotal=0\n"
        "L3:while nums:\nnums=<126>3;enter\n"
        "L4:x = nums.pop(0)\nx=3 nums=<127>4\n"
        "L5:total += x\ntotal=0 x=3;total=3\n"
        "L3:while nums:\nnums=<127>4;enter\n"
        "L4:x = nums.pop(0)\nx=4 nums=<128>\n"
        "L5:total += x\ntotal=3 x=4;total=7\n"
        "L3:while nums:\nnums=<128>;skip\n"
        "L6:return total\nSo the answer is 7"
    )


SEMANTICS = {
    "slices and conditional": ("def f(s):\n    t = s[1:-1] if len(s) > 2 else s\n    return t + s[0]", {"s": "abcd"}),
    "short circuit": (
        "def f(a):\n    i = 0\n    while i < len(a) and a[i] > 0:\n        i += 1\n    return i",
        {"a": [1, 2, 3]},
    ),
    "tuple and subscript targets": (
        "def f(a):\n    a[0], a[-1] = a[-1], a[0]\n    a[1] += 5\n    x, y = 1, 2\n    a[x] *= y\n    return a",
        {"a": [1, 2, 3]},
    ),
    "dictionaries": (
        "def f(s):\n    d = {}\n    for c in s:\n        d[c] = d.get(c, 0) + 1\n    return d",
        {"s": "abca"},
    ),
    "sets": (
        "def f(a):\n    seen = set()\n    for x in a:\n        if x in seen:\n            return x\n        seen.add(x)\n    return -1",  # noqa: E501
        {"a": [1, 2, 1]},
    ),
    "nested loops, break, continue": (
        "def f(n):\n    c = 0\n    for i in range(n):\n        if i % 2:\n            continue\n        for j in range(i):\n"  # noqa: E501
        "            if j > 2:\n                break\n            c += 1\n    return c",
        {"n": 7},
    ),
    "enumerate": (
        "def f(a):\n    t = 0\n    for i, x in enumerate(a):\n        t = t + i * x\n    return t",
        {"a": [3, 4, 5]},
    ),
    "elif and else": (
        "def f(x):\n    if x > 5:\n        y = 'big'\n    elif x > 2:\n        y = 'middle'\n    else:\n        y = 'small'\n    return y",  # noqa: E501
        {"x": 3},
    ),
    "lists grow in place": ("def f(a):\n    b = []\n    b += a\n    b.extend(a)\n    b.insert(0, 9)\n    return b", {"a": [1, 2]}),  # noqa: E501
    "strings grow at both ends": (
        "def f(s):\n    r = ''\n    for c in s:\n        r = c + r + c\n    return r",
        {"s": "abc"},
    ),
    "methods": ("def f(s):\n    w = s.split()\n    return '-'.join(w).upper().replace('A', 'b')", {"s": "a cat  sat"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SEMANTICS)
def test_every_program_computes_what_python_computes(name: str) -> None:
    source, inputs = SEMANTICS[name]
    namespace: dict = {}
    exec(source, namespace)
    expected = namespace["f"](**{k: v.copy() if isinstance(v, list) else v for k, v in inputs.items()})
    rule = Rule(source)
    assert rule.run(inputs) == expected
    for name, style in STYLES.items():
        assert rule.trace(inputs, style).value == expected
        verdict = verify(rule, inputs, rule.trajectory(inputs, name), name)
        assert verdict.correct, verdict
        assert all(count["got"] == count["expected"] for count in verdict.loop_iterations.values())


REFUSED = {
    "import random\ndef f(a):\n    return random.choice(a)": "line 3, column 12: a rule may not use random numbers",
    "def f(a):\n    return ().__class__": "line 2, column 12: .__class__ is not possible",
    "def f(a):\n    return open(a)": "may not use files; make their content an argument",
    "def f(a):\n    return __import__": "cannot import",
    "def f(a):\n    return getattr(a, 'x')": "use a dictionary",
    "def f(a):\n    yield a": "collect them in a list",
    "def f(a):\n    b": "defined nowhere",
    "def f(a):\n    x = y\n    return x": "'y' is defined nowhere",
    "x = 1": "a rule is a function",
    "def f(a:\n    return a": "not Python",
}


@pytest.mark.parametrize("source", REFUSED)
def test_what_is_outside_the_language_is_refused_in_one_line(source: str) -> None:
    with pytest.raises(RuleError, match=REFUSED[source]) as caught:
        Rule(source)
    assert "\n" not in str(caught.value)


ENDLESS = {
    "while True:\n        a = 1": "more than 100,000 steps",
    "x = 'a' * 10 ** 12": "too large",
    "a.append(a)": "cannot contain itself",
    "x = 1 // len([])": "division",
    "x = [0]\n    while x:\n        x = [x, x]": "nested",
    "x = 3\n    while x:\n        x = x * x": "too large",
    "x = 'ab'\n    while x:\n        x += x": "too large",
    "x = 'a'\n    while x:\n        x = x.replace('a', 'aa')": "too large",
    "x = list(range(10 ** 9))": "too long",
    "x = 2 ** 10 ** 6": "too large",
    "x = '%99999999d' % 1": "too large",
    "x = a[99]": "out of range",
}


@pytest.mark.parametrize("body", ENDLESS)
@pytest.mark.parametrize("traced", [False, True])
def test_budgets_hold_for_every_run(body: str, traced: bool) -> None:
    rule = Rule(f"def f(a):\n    {body}\n    return 1")
    with pytest.raises(RuleError, match=ENDLESS[body]) as caught:
        rule.trace({"a": [1]}) if traced else rule.run({"a": [1]})
    assert str(caught.value).startswith("line ")


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(RuleError, match="the arguments of add_all are nums; the input has numbers"):
        Rule(ADD_ALL).run({"numbers": [1]})


def test_inputs_are_left_alone() -> None:
    inputs = {"nums": [1, 2]}
    Rule(ADD_ALL).trace(inputs, STYLES["indexed"])
    assert inputs == {"nums": [1, 2]}


@given(st.integers(0, 10**9), st.integers(1, 12), st.sampled_from(list(compose.KINDS)), st.sampled_from(list(STYLES)))
@settings(max_examples=100, deadline=None)
def test_composed_rules_trace_as_they_run(seed: int, length: int, kind: str, style: str) -> None:
    sample = make_sample("synthetic", length, seed, style=style, kinds=[kind])
    rule = Rule(sample["rule"])
    verdict = verify(rule, sample["input"], sample["response"], style)
    assert verdict.correct, verdict
    assert rule.trace(sample["input"]).value == rule.run(sample["input"])


@given(st.integers(0, 10**9), st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_digit_is_caught_at_its_step(seed: int, data: st.DataObject) -> None:
    style = data.draw(st.sampled_from(list(STYLES)))
    sample = make_sample("lc_461", 6, seed, style=style)
    rule = Rule(sample["rule"])
    steps = rule.trace(sample["input"], STYLES[style], _base(sample)).texts
    assert "".join(steps) == sample["response"]
    number = data.draw(st.sampled_from([n for n, step in enumerate(steps[:-1]) if step and step[-2].isdigit()]))
    digit = steps[number][-2]
    steps[number] = steps[number][:-2] + str((int(digit) + 1) % 10) + "\n"
    verdict = verify(rule, sample["input"], "".join(steps))
    assert not verdict.correct
    assert verdict.divergence is not None
    assert verdict.divergence.step == number + 1


def _base(sample: dict) -> int:
    return int(sample["prompt"].partition("=[<")[2].partition(">")[0]) if "=[<" in sample["prompt"] else 0


@given(
    st.text("ab", max_size=4), st.lists(st.sampled_from(["[::-1]", "[1:]", "[:-1]", "+", "+=", "insert"]), max_size=6)
)
@pytest.mark.parametrize("kind", [str, list])
def test_no_two_elements_share_a_mark(kind: type, text: str, changes: list[str]) -> None:
    """A mark names one element; reversed parts go on downwards."""
    value = marks.Marker(100)(kind(text))
    for change in changes:
        if change.startswith("["):
            value = value[{"[::-1]": slice(None, None, -1), "[1:]": slice(1, None), "[:-1]": slice(None, -1)}[change]]
        elif kind is str:
            value = "c" + value if change == "insert" else value + "c"
        elif change == "insert":
            value.insert(0, "c")
        else:
            value += ["c"]
        named = [*value.marks, value.end]
        assert len(named) == len(set(named)) == len(value) + 1, change
    assert marks.plain(marks.full(value)) == (str(value).replace("'", "") if kind is list else value)


def test_sums_stay_together_in_english() -> None:
    rule = Rule("def f(a, b):\n    n = 3 * (len(a) - len(b))\n    n = n - (2 - len(b))\n    return n + 1 - 2")
    text = rule.trajectory({"a": "xxx", "b": "y"}, "natural")
    assert "Set n to 3 times (the length of a minus the length of b)." in text
    assert "3 - 1 = 2\nnow, n = 3 * 2 = 6" in text
    assert "Set n to n minus (2 minus the length of b)." in text
    assert "The answer is n plus 1 minus 2." in text


@pytest.mark.parametrize("task", tasks.select("downstream"), ids=lambda task: task.id)
def test_a_composed_rule_may_not_be_a_downstream_task(task: tasks.Task) -> None:
    rule = Rule(task.rule_source)
    names = rename.draw_names(rule.module, random.Random(task.id))
    assert computes_downstream(Rule(rename.rename(rule.source, names)))
    assert not computes_downstream(Rule(f"def f({', '.join(rule.params)}):\n    return 'nothing'"))


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ("5", "5", True),
        ("5", "6", False),
        ("5", None, False),
        ("[1, 2]", "[<7>1<8>2<9>]", True),
        ("['a', 'b']", "[<7>a<8>b<9>]", True),
        ("[1, 2]", "[<7>12<8>]", False),
        ("42", "<3>4<4>2<5>", True),
        ("a b", "ab", False),
        ("[]", "[<4>]", True),
    ],
)
def test_answers_are_compared_up_to_marks(expected: str, got: str | None, same: bool) -> None:
    assert same_answer(expected, got) is same


def test_the_last_answer_counts() -> None:
    assert parse_answer("So the answer is 1\nno. So the answer is 2 \n") == "2"
    assert parse_answer("I do not know") is None
