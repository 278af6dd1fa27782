"""Process scoring: a table of texts that leave their rule at a known step in a known way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metarfft import tasks
from metarfft.evaluate.process import KINDS, _values, score
from metarfft.rules import STYLES, Rule
from metarfft.rules.verify import first_mark, lines
from metarfft.samples import make_sample

BITS = """def hamming_distance(list1, list2):
    count = 0
    while list1:
        x1 = list1.pop(0)
        x2 = list2.pop(0)
        if x1 != x2:
            count += 1
    return count
"""
ZEROS = """def move_zeroes(nums):
    result = []
    count = 0
    while nums:
        num = nums.pop(0)
        if num == 0:
            count += 1
        else:
            result.append(num)
    while count > 0:
        result.append(0)
        count -= 1
    return result
"""
ADD = """def add(num1, num2):
    result = ''
    carry = 0
    while num1 or num2:
        carry += int('0' + num1[-1:]) + int('0' + num2[-1:])
        num1 = num1[:-1]
        num2 = num2[:-1]
        result = str(carry % 10) + result
        carry = carry // 10
    if carry > 0:
        result = str(carry) + result
    return result
"""
SORT = """def sort_words(words):
    result = []
    while words:
        word = words.pop(0)
        i = len(result)
        while i > 0 and word < result[i - 1]:
            i -= 1
        result.insert(i, word)
    return result
"""
CUT = """def cut(words, limit):
    kept = []
    for word in words:
        if len(word) > limit:
            break
        elif word == '':
            continue
        else:
            kept.append(word)
    kept.sort()
    total = 0
    for i in range(len(kept)):
        total += i * limit
    return [total, kept[0]]
"""
EXAMPLES = {
    "bits": (BITS, {"list1": [1, 0], "list2": [1, 1]}),  # 13 steps
    "zeros": (ZEROS, {"nums": [0, 7]}),  # 18
    "add": (ADD, {"num1": "85", "num2": "7"}),  # 18
    "sort": (SORT, {"words": ["cow", "ant"]}),  # 16
    "cut": (CUT, {"words": ["b", "", "a", "long"], "limit": 3}),  # 29, indexed 28
}
BASE = 17  # first mark of the texts in the style indexed

# (example, style, the step that changes, what stands in its place, kind, line of the rule); the steps after it stay.
CHANGED = [
    ("bits", "code", 7, "    while list1:\nlist1 = [0], list2 = [1]\ndo not enter the loop\n", "loop_left_early", 3),
    ("bits", "code", 7, "    while list1:\nlist1 = [], list2 = []\ndo not enter the loop\n", "loop_left_early", 3),
    ("bits", "indexed", 7, "L3:while list1:\nlist1=<18>0;skip\n", "loop_left_early", 3),
    ("bits", "indexed", 7, "L3:while list1:\nlist1=<19>;skip\n", "loop_left_early", 3),
    ("zeros", "natural", 14, "4. As long as count is greater than 0, repeat steps 4.1 and 4.2.\n"
     "count = 1, result = [7], so the loop ends\n", "loop_left_early", 10),
    ("sort", "code", 11, "        while i > 0 and word < result[i - 1]:\ni = 1, word = 'ant', result[1 - 1] = 'cow'\n"
     "do not enter the loop\n", "loop_left_early", 6),
    ("cut", "code", 13, "    for word in words:\nno items are left\ndo not enter the loop\n", "loop_left_early", 3),
    ("cut", "indexed", 12, "L3:for word in words:\nword=<21>;skip\n", "loop_left_early", 3),
    ("cut", "natural", 26, "5. For i from 0 to just before the length of kept, do step 5.1.\n"
     "none is left, so the loop ends\n", "loop_left_early", 12),
    ("bits", "code", 7, "    return count\ncount = 0\n", "loop_left_early", 3),  # no test at all
    ("zeros", "indexed", 7, "L10:while count > 0:\ncount=0;skip\n", "loop_left_early", 7),  # from inside a round
    ("sort", "indexed", 12, "L8:result.insert(i, word)\ni=1 word=ant;result=<18>ant\n", "loop_left_early", 7),
    ("bits", "code", 12, "    while list1:\nlist1 = [], list2 = []\nenter the loop\n", "loop_not_left", 3),
    ("bits", "indexed", 12, "L3:while list1:\nlist1=<19>1;enter\n", "loop_not_left", 3),
    ("zeros", "code", 17, "    while count > 0:\ncount = 1, result = [7, 0]\nenter the loop\n", "loop_not_left", 10),
    ("add", "natural", 16, "3. As long as num1 is not empty or num2 is not empty, repeat steps 3.1 to 3.5.\n"
     "num1 = '', num2 = '', so go on\n", "loop_not_left", 4),
    ("cut", "code", 28, "    for i in range(len(kept)):\ni = 2\nenter the loop\n", "loop_not_left", 12),
    ("cut", "natural", 28, "5. For i from 0 to just before the length of kept, do step 5.1.\nnext, i = 2\n",
     "loop_not_left", 12),
    ("bits", "code", 13, "        x1 = list1.pop(0)\nnow, x1 = 0\n", "loop_not_left", 8),  # left in words only
    ("zeros", "indexed", 17, "L11:result.append(0)\nresult=<22>0\n", "loop_not_left", 10),  # no test at all
    ("cut", "code", 21, "    for word in words:\nno items are left\ndo not enter the loop\n", "loop_not_left", 10),
    ("bits", "code", 6, "        if x1 != x2:\nx1 = 1, x2 = 1\nenter if\n", "wrong_branch", 6),
    ("bits", "indexed", 10, "L6:if x1 != x2:\nx1=0 x2=1;skip\n", "wrong_branch", 6),
    ("zeros", "natural", 10, "3.2. If num is 0, do step 3.2.1.\nnum = 7, so yes\n", "wrong_branch", 6),
    ("cut", "code", 11, "        elif word == '':\nword = ''\ndo not enter elif\n", "wrong_branch", 6),
    ("cut", "indexed", 18, "L4:if len(word) > limit:\nlen(word)=3 limit=3;skip\n", "wrong_branch", 4),
    ("zeros", "code", 11, "            count += 1\nnow, count = 1 + 1 = 2\n", "wrong_branch", 8),  # said no, does it
    ("bits", "natural", 11, "2. As long as list1 is not empty, repeat steps 2.1 to 2.3.\n"
     "list1 = [], list2 = [], so the loop ends\n", "wrong_branch", 7),  # said yes, does not
    ("zeros", "indexed", 7, "L8:else:\n", "wrong_branch", 7),
    ("cut", "code", 7, "    for word in words:\nword = '', kept = []\nenter the loop\n", "wrong_branch", 8),
    ("bits", "code", 3, "    while list1:\nlist1 = [1, 1], list2 = [1, 1]\nenter the loop\n", "wrong_read", 3),
    ("bits", "code", 1, "def hamming_distance(list1, list2):\nlist1 = [1, 0], list2 = [0, 1]\n", "wrong_read", 1),
    ("bits", "code", 9, "        x2 = list2.pop(0)\nnow, x2 = 0\n", "wrong_read", 5),
    ("bits", "indexed", 8, "L4:x1 = list1.pop(0)\nx1=1 list1=<19>\n", "wrong_read", 4),
    ("bits", "indexed", 4, "L4:x1 = list1.pop(0)\nx1=1 list1=<19>0\n", "wrong_read", 4),
    ("bits", "natural", 10, "2.3. If x1 is not x2, do step 2.3.1.\nx1 = 1, x2 = 0, so yes\n", "wrong_read", 6),
    ("add", "code", 5, "        carry += int('0' + num1[-1:]) + int('0' + num2[-1:])\n"
     "num1[-1:] = '8', num2[-1:] = '7'\nnow, carry = 0 + (int('0' + '8') + int('0' + '7')) = 15\n", "wrong_read", 5),
    ("add", "natural", 9, "3.5. Set carry to carry divided by 10, rounded down.\n"
     "now, carry = 15 divided by 10, rounded down = 1\n", "wrong_read", 9),
    ("add", "indexed", 11, "L5:carry += int('0' + num1[-1:]) + int('0' + num2[-1:])\n"
     "carry=0 num1=<17>8 num2=<20>;carry=8\n", "wrong_read", 5),
    ("zeros", "code", 12, "            result.append(num)\nnow, result.append(0)\n", "wrong_read", 9),
    ("zeros", "code", 3, "    count = 0\nnow, count = 1\n", "wrong_read", 3),
    ("sort", "natural", 14, "2.4. Put word into result at index i.\nnow, put 'ant' into result at index 1\n",
     "wrong_read", 8),
    ("zeros", "indexed", 18, "L13:return result\nSo the answer is [<20>0<21>7<22>]", "wrong_read", 13),
    ("cut", "indexed", 3, "L3:for word in words:\nword=<18>b;enter\n", "wrong_read", 3),
    ("bits", "code", 11, "            count += 1\nnow, count = 0 + 1 = 2\n", "wrong_computed", 7),
    ("bits", "indexed", 11, "L7:count += 1\ncount=0;count=0\n", "wrong_computed", 7),
    ("add", "indexed", 5, "L5:carry += int('0' + num1[-1:]) + int('0' + num2[-1:])\n"
     "carry=0 num1=<18>5 num2=<20>7;carry=13\n", "wrong_computed", 5),
    ("add", "natural", 5, "3.1. Add the last character of num1 as a number (0 if it has none) plus the last character "
     "of num2 as a number (0 if it has none) to carry.\n"
     "the last character of num1 (if any) = '5', the last character of "
     "num2 (if any) = '7'\nnow, carry = 0 + '5' + '7' = 11\n", "wrong_computed", 5),
    ("add", "code", 14, "        result = str(carry % 10) + result\nnow, result = '29'\n", "wrong_computed", 8),
    ("add", "code", 15, "        carry = carry // 10\nnow, carry = 9 // 10 = 9\n", "wrong_computed", 9),
    ("sort", "code", 10, "        i = len(result)\nnow, i = 2\n", "wrong_computed", 5),
    ("cut", "natural", 21, "3. Sort kept in ascending order.\nnow, sort kept in ascending order, kept = ['b', 'a']\n",
     "wrong_computed", 10),
    ("cut", "code", 29, "    return [total, kept[0]]\ntotal = 3, kept[0] = 'a'\nSo the answer is [4, 'a']",
     "wrong_read", 14),
    ("bits", "code", 4, "        x1 = list2.pop(0)\nnow, x1 = 1\n", "copy", 4),
    ("bits", "code", 2, "  count = 0\nnow, count = 0\n", "copy", 2),
    ("bits", "indexed", 4, "L5:x2 = list2.pop(0)\nx2=1 list2=<21>1\n", "copy", 4),  # a line is skipped
    ("bits", "indexed", 4, "L14:x1 = list1.pop(0)\nx1=1 list1=<18>0\n", "copy", 4),
    ("bits", "natural", 5, "2.1. Take the first element off list2 and call it x2.\nnow, x2 = 1\n", "copy", 5),
    ("bits", "natural", 9, "2.1. Take the first element off list1 and call it x1.\nnow, x1 = 0\n", "copy", 5),  # twice
    ("add", "code", 8, "        result = str(carry // 10) + result\nnow, result = '1'\n", "copy", 8),
    ("bits", "code", 5, "now, x2 = 1\n", "format", 5),  # nothing is recited
    ("bits", "code", 5, "        x2 = list2.pop(0)\n", "format", 5),  # nothing is said of it
    ("bits", "indexed", 6, "1 1 1 1 1 1\n", "format", 6),
    ("add", "natural", 9, "I am sorry, but I cannot go on.\n", "format", 9),
    ("bits", "code", 11, "            count += 1\nnow, counter = 0 + 1 = 1\n", "wrong_read", 7),
    ("bits", "indexed", 7, "L3:while list1:\nnums=<18>0;enter\n", "wrong_read", 3),
    ("bits", "indexed", 4, "L4:x1 = list1.pop(0)\nx1=1 list2=<18>0\n", "wrong_read", 4),
    ("bits", "code", 6, "        if x1 != x2:\nx1 = 1\ndo not enter if\n", "wrong_read", 6),
    ("zeros", "indexed", 8, "L8:else:\n", "wrong_branch", 4),  # both branches
    ("zeros", "indexed", 2, "L2:result = []\nresult=<19>\n", "wrong_computed", 2),
    ("cut", "code", 3, "    for word in words:\nword = 'b', kept = []\nenter the loop\n", "format", 3),  # not begun
    ("bits", "indexed", 13, "L8:return count\nThe answer: 1", "format", 8),
    ("zeros", "code", 18, "    return result\nresult = [7, 0]\nSo the answer is [7,0]", "format", 13),
]  # fmt: skip


def steps_of(example: str, style: str) -> tuple[Rule, dict, list[str]]:
    source, inputs = EXAMPLES[example]
    rule = Rule(source)
    return rule, inputs, rule.trace(inputs, STYLES[style], BASE).texts


@pytest.mark.parametrize(("example", "style", "step", "text", "kind", "line"), CHANGED)
def test_kind_and_step(example: str, style: str, step: int, text: str, kind: str, line: int) -> None:
    rule, inputs, steps = steps_of(example, style)
    assert steps[step - 1] != text
    steps[step - 1] = text
    for written in ("".join(steps), "".join(steps[:step])):  # the kind is the first step's, whatever follows
        found = score(rule, inputs, written, style, base=BASE)
        assert found.kind == kind
        assert found.divergence is not None
        assert (found.divergence.step, found.divergence.line) == (step, line)
        assert found.outcome != "right"


def test_the_table_has_every_kind_in_every_style() -> None:
    assert {(kind, style) for _, style, _, _, kind, _ in CHANGED} == {
        (kind, style) for kind in KINDS for style in STYLES
    }


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_what_follows_the_rule_is_right(example: str, style: str) -> None:
    rule, inputs, steps = steps_of(example, style)
    found = score(rule, inputs, "".join(steps), style)
    assert (found.outcome, found.kind, found.divergence, found.iteration_error) == ("right", None, None, 0)


@pytest.mark.parametrize("style", STYLES)
def test_a_text_that_stops_or_goes_on(style: str) -> None:
    rule, inputs, steps = steps_of("add", style)
    for until in (4, 9, 17):  # after a whole step, and inside the next line and its values
        for part in ("", steps[until][:3], steps[until][:-3] if until < 17 else steps[until].split("So")[0]):
            found = score(rule, inputs, "".join(steps[:until]) + part, style, base=BASE)
            assert (found.kind, found.outcome, found.divergence.step) == ("format", "wrong", until + 1)  # type: ignore[union-attr]
    found = score(rule, inputs, "", style)
    assert (found.kind, found.outcome) == ("format", "wrong")
    found = score(rule, inputs, "".join(steps) + "\nIs there anything else?", style)
    assert (found.kind, found.outcome, found.divergence.step) == ("format", "right_answer", len(steps) + 1)  # type: ignore[union-attr]


def test_a_right_answer_from_a_wrong_process() -> None:
    rule, inputs, steps = steps_of("bits", "code")
    steps[8] = "        x2 = list2.pop(0)\nnow, x2 = 2\n"
    found = score(rule, inputs, "".join(steps), "code")
    assert (found.outcome, found.kind, found.iterations, found.iteration_error) == (
        "right_answer", "wrong_read", (2, 2), 0,
    )  # fmt: skip


def test_iterations_of_a_loop_that_does_not_end() -> None:
    rule, inputs, steps = steps_of("zeros", "indexed")
    text = "".join(steps[:16]) + "L10:while count > 0:\ncount=1;enter\nL11:result.append(0)\nresult=<22>0\n" * 9
    found = score(rule, inputs, text, "indexed", "length", BASE)
    assert (found.outcome, found.kind, found.misread) == ("runaway", "loop_not_left", True)
    assert found.loops == {4: {"expected": 2, "got": 2}, 10: {"expected": 1, "got": 10}}
    assert (found.iterations, found.iteration_error) == ((3, 12), 3.0)


def test_iterations_of_a_loop_left_early() -> None:
    rule, inputs, steps = steps_of("bits", "natural")
    text = "".join(steps[:6]) + steps[11] + "3. The answer is count.\ncount = 0\nSo the answer is 0"
    found = score(rule, inputs, text, "natural")
    assert (found.outcome, found.kind, found.misread) == ("wrong", "loop_left_early", True)
    assert (found.iterations, found.iteration_error) == ((2, 1), -0.5)


def test_the_first_mark_may_be_given() -> None:
    """A text whose first mark is already wrong differs there, and not at the next mark that is right."""
    rule, inputs, steps = steps_of("bits", "indexed")
    steps[2] = "L3:while list1:\nlist1=<18>1;enter\n"
    found = score(rule, inputs, "".join(steps), "indexed", base=BASE)
    assert (found.kind, found.divergence.step) == ("wrong_read", 3)  # type: ignore[union-attr]
    assert score(rule, inputs, "".join(steps), "indexed").divergence.step == 4  # type: ignore[union-attr]


@pytest.mark.parametrize("style", STYLES)
def test_every_step_of_every_task_fits_its_own_site(style: str) -> None:
    for task in tasks.all_tasks().values():
        sample = make_sample(task.id, max(task.min_length, min(task.max_length or 6, 6)), style=style)
        rule = Rule(sample["rule"])
        base = first_mark(rule.trajectory(sample["input"], style), sample["response"])
        trace = rule.trace(sample["input"], STYLES[style], base)
        assert "".join(trace.texts) == sample["response"]
        for (number, _), text in zip(trace.steps, trace.texts, strict=True):
            site = rule.program(STYLES[style]).sites[number]
            assert not text or _values(site, STYLES[style].template(site), lines(text)) is not None, (task.id, text)


@given(st.sampled_from(sorted(tasks.all_tasks())), st.sampled_from(list(STYLES)), st.integers(0, 99), st.data())
@settings(max_examples=80, deadline=None)
def test_any_spoiled_text_has_a_kind_and_its_first_wrong_step(
    task: str, style: str, index: int, data: st.DataObject
) -> None:
    known = tasks.get(task)
    sample = make_sample(task, max(known.min_length, min(known.max_length or 4, 4)), 0, index, style=style)
    right = sample["response"].split("\n")
    at = data.draw(st.integers(0, len(right) - 1))
    spoiled = data.draw(
        st.sampled_from([
            [*right[:at], *right[at + 1 :]],  # a line left out
            [*right[: at + 1], *right[at:]],  # said twice
            [*right[:at], *reversed(right[at:])],
            [*right[:at], right[at][: len(right[at]) // 2]],  # cut
            [*right[:at], right[at].replace("1", "7") + "!", *right[at + 1 :]],
            [*right[:at], "", *right[at:]],
        ])
    )  # fmt: skip
    rule = Rule(sample["rule"])
    base = first_mark(rule.trajectory(sample["input"], style), sample["response"])
    found = score(rule, sample["input"], "\n".join(spoiled), style, base=base)
    stripped = [[line.rstrip() for line in part] for part in (right, lines("\n".join(spoiled)))]
    if stripped[0] == stripped[1]:
        assert (found.kind, found.outcome) == (None, "right")
        return
    same = next(n for n in range(len(right) + 1) if stripped[0][n : n + 1] != stripped[1][n : n + 1])
    covered, step = 0, 0
    for text in rule.trace(sample["input"], STYLES[style], base).texts:
        covered += len(lines(text)) if text else 0
        step += 1
        if covered > same:
            break
    else:
        step += 1  # it goes on after the answer
    assert found.kind in KINDS
    assert found.divergence is not None
    assert found.divergence.step == step
    assert found.outcome in ("wrong", "right_answer")


@pytest.mark.parametrize("task", ["lc_345", "lc_2423", "lc_2785"])
def test_loops_that_read_the_same_are_counted_apart(task: str) -> None:
    for length in (3, 8):
        sample = make_sample(task, length, 0, 0)
        found = score(Rule(sample["rule"]), sample["input"], sample["response"], "code")
        assert found.outcome == "right"
        assert len(found.loops) > 1
        assert all(count["got"] == count["expected"] for count in found.loops.values())
        assert found.iteration_error == 0


def test_a_return_leaves_all_loops_and_a_break_one() -> None:
    rule = Rule(
        "def walk(nums):\n    s = 0\n    for a in nums:\n        for b in nums:\n"
        "            s += b\n            break\n        s += a\n    return s"
    )
    text = rule.trajectory({"nums": [1, 2]}, "code")
    at = text.index("            break\n")
    assert score(rule, {"nums": [1, 2]}, f"{text[:at]}    return s\n", "code").kind == "loop_left_early"
    sample = next(s for n in range(40) if "else:\n" in (s := make_sample("lc_125", 6, 0, n))["response"])
    text = sample["response"]
    wrong = text[: text.index("            return False")] + "    return True\n"
    assert score(Rule(sample["rule"]), sample["input"], wrong, "code").kind == "wrong_branch"
