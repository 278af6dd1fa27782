"""Process scoring: a table of texts that leave their rule at a known step in a known way."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metarfft import tasks
from metarfft.evaluate.fields import Template
from metarfft.evaluate.process import KINDS, score
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
HELP = """def double(x):
    y = x * 2
    return y + 1

def total(nums):
    now = 0
    for n in nums:
        value = double(n)
        now += value
    return now
"""
DEEP = """def gcd(a, b):
    if b == 0:
        return a
    return gcd(b, a % b)

def both(a, b, c):
    d = gcd(a, b)
    value = gcd(d, c)
    return value * 2
"""
NOTE = """def notes(nums, k):
    seen = []

    def note(x):
        while x > k:
            x -= k
        seen.append(x + k)
        return None
    for n in nums:
        note(n)
    return sum(seen)
"""
MIX = """def mix(a, b, xs):
    c = a * b + max(xs) - xs[a + b]
    if a * 2 > b + 1 and xs[b] < c * 10:
        a, b = (b, -a)
    d = xs[a:a + 2]
    return a * 2 + c
"""
ROOT = """def root(n):
    if n < 0:
        raise ValueError('negative: ' + str(n))
    i = 0
    while (i + 1) * (i + 1) <= n:
        i += 1
    return i
"""
LONG = """def longest(words):
    at = 0
    while at + 1 < len(words) and words[at] < words[at + 1]:
        at += 1
    return at
"""
EXAMPLES = {
    "long": (LONG, {"words": ["a", "b", "c"]}),
    "bits": (BITS, {"list1": [1, 0], "list2": [1, 1]}),
    "zeros": (ZEROS, {"nums": [0, 7]}),
    "add": (ADD, {"num1": "85", "num2": "7"}),
    "sort": (SORT, {"words": ["cow", "ant"]}),
    "cut": (CUT, {"words": ["b", "", "a", "long"], "limit": 3}),
    "help": (HELP, {"nums": [3, 4]}),
    "deep": (DEEP, {"a": 6, "b": 4, "c": 3}),
    "note": (NOTE, {"nums": [5, 1], "k": 2}),
    "mix": (MIX, {"a": 2, "b": 1, "xs": [5, 6, 7, 8]}),
    "root": (ROOT, {"n": 5}),
    "negative": (ROOT, {"n": -4}),
}
BASE = 17  # first mark of the texts in the style indexed

# (example, style, the step that changes: line of the rule and how often it has had one by then, what it says, what it
# says instead, kind). None instead of what it says: another step stands in its place, in which @5 is line 5 as the
# style recites it. The steps behind it stay.
CHANGED = [
    ("bits", "code", (3, 2), "enter the", "do not enter the", "loop_left_early"),
    ("bits", "code", (3, 2), "[0], list2 = [1]\nenter", "[], list2 = []\ndo not enter", "loop_left_early"),
    ("bits", "indexed", (3, 2), "enter", "skip", "loop_left_early"),
    ("bits", "indexed", (3, 2), "<18>0;enter", "<19>;skip", "loop_left_early"),
    ("zeros", "natural", (10, 1), "go on", "the loop ends", "loop_left_early"),
    ("sort", "code", (6, 2), "enter the", "do not enter the", "loop_left_early"),
    ("cut", "code", (3, 4), "word = 'a', kept = ['b']\n", "no items are left\ndo not ", "loop_left_early"),
    ("cut", "indexed", (3, 3), "<19>a;enter", "<21>;skip", "loop_left_early"),
    ("cut", "natural", (12, 3), "next, i = 1", "none is left, so the loop ends", "loop_left_early"),
    ("bits", "code", (3, 2), None, "@8\ncount = 0\n", "loop_left_early"),  # no test at all
    ("zeros", "indexed", (7, 1), None, "@10\ncount=0;skip\n", "loop_left_early"),  # from inside a round
    ("sort", "indexed", (7, 1), None, "@8\ni=1 word=ant;result=<18>ant\n", "loop_left_early"),
    ("bits", "code", (3, 3), "do not enter", "enter", "loop_not_left"),
    ("bits", "indexed", (3, 3), ";skip", "1;enter", "loop_not_left"),
    ("zeros", "code", (10, 2), "0, result = [7, 0]\ndo not ", "1, result = [7, 0]\n", "loop_not_left"),
    ("add", "natural", (4, 3), "the loop ends", "go on", "loop_not_left"),
    ("cut", "code", (12, 4), "no items are left\ndo not ", "i = 2\n", "loop_not_left"),
    ("cut", "natural", (12, 4), "none is left, so the loop ends", "next, i = 2", "loop_not_left"),
    ("bits", "code", (8, 1), None, "@4\nnow, x1 = 0\n", "loop_not_left"),  # left in words only
    ("zeros", "indexed", (10, 2), None, "@11\nresult=<22>0\n", "loop_not_left"),  # no test at all
    ("cut", "code", (10, 1), None, "@3\nno items are left\ndo not enter the loop\n", "loop_not_left"),
    ("bits", "code", (6, 1), "do not enter", "enter", "wrong_branch"),
    ("bits", "indexed", (6, 2), "enter", "skip", "wrong_branch"),
    ("zeros", "natural", (6, 2), "so no", "so yes", "wrong_branch"),
    ("cut", "code", (6, 2), "enter", "do not enter", "wrong_branch"),
    ("cut", "indexed", (4, 4), "4 limit=3;enter", "3 limit=3;skip", "wrong_branch"),
    ("zeros", "code", (8, 1), None, "@7\nnow, count = 1 + 1 = 2\n", "wrong_branch"),  # said no, does it
    ("bits", "natural", (7, 1), None, "@3\nlist1 = [], list2 = [], so the loop ends\n", "wrong_branch"),  # said yes
    ("zeros", "indexed", (7, 1), None, "@8\n", "wrong_branch"),
    ("cut", "code", (8, 1), None, "@3\nword = '', kept = []\nenter the loop\n", "wrong_branch"),
    ("bits", "code", (3, 1), "[1, 0]", "[1, 1]", "wrong_read"),
    ("bits", "code", (1, 1), "[1, 1]", "[0, 1]", "wrong_read"),
    ("bits", "code", (5, 2), "1", "0", "wrong_read"),
    ("bits", "indexed", (4, 2), "x1=0", "x1=1", "wrong_read"),
    ("bits", "indexed", (4, 1), "18", "19", "wrong_read"),
    ("bits", "natural", (6, 2), "x1 = 0, x2 = 1", "x1 = 1, x2 = 0", "wrong_read"),
    ("add", "code", (5, 1), "num1[-1:] = '5'", "num1[-1:] = '8'", "wrong_read"),
    ("add", "natural", (9, 1), "12", "15", "wrong_read"),
    ("add", "indexed", (5, 2), "carry=1", "carry=0", "wrong_read"),
    ("zeros", "code", (9, 1), "7", "0", "wrong_read"),
    ("zeros", "code", (3, 1), "0", "1", "wrong_read"),
    ("sort", "natural", (8, 2), "0", "1", "wrong_read"),
    ("zeros", "indexed", (13, 1), "7<21>0", "0<21>7", "wrong_read"),
    ("cut", "indexed", (3, 1), "17", "18", "wrong_read"),
    ("bits", "code", (7, 1), "= 1", "= 2", "wrong_computed"),
    ("bits", "indexed", (7, 1), "=1", "=0", "wrong_computed"),
    ("add", "indexed", (5, 1), ";carry=12", ";carry=13", "wrong_computed"),
    ("add", "natural", (5, 1), "now, carry = 0 + 12 = 12", "now, carry = 0 + 12 = 11", "wrong_computed"),
    ("add", "code", (8, 2), "'92'", "'29'", "wrong_computed"),
    ("add", "code", (9, 2), "= 0", "= 9", "wrong_computed"),
    ("sort", "code", (5, 2), "1", "2", "wrong_computed"),
    ("cut", "natural", (10, 1), "['a', 'b']", "['b', 'a']", "wrong_computed"),
    ("cut", "code", (14, 1), "[3, ", "[4, ", "wrong_read"),
    ("bits", "code", (4, 1), None, "        x1 = list2.pop(0)\nnow, x1 = 1\n", "copy"),
    ("bits", "code", (2, 1), None, "  count = 0\nnow, count = 0\n", "copy"),
    ("bits", "indexed", (4, 1), None, "@5\nx2=1 list2=<21>1\n", "copy"),  # a line is skipped
    ("bits", "indexed", (4, 1), None, "L14:x1 = list1.pop(0)\nx1=1 list1=<18>0\n", "copy"),
    ("bits", "natural", (5, 1), None, "2.1. Take the first element off list2 and call it x2.\nnow, x2 = 1\n", "copy"),
    ("bits", "natural", (5, 2), None, "@4\nnow, x1 = 0\n", "copy"),  # twice
    ("add", "code", (8, 1), None, "        result = str(carry // 10) + result\nnow, result = '1'\n", "copy"),
    ("bits", "code", (5, 1), None, "now, x2 = 1\n", "format"),  # nothing is recited
    ("bits", "code", (5, 1), None, "@5\n", "format"),  # nothing is said of it
    ("bits", "indexed", (6, 1), None, "1 1 1 1 1 1\n", "format"),
    ("add", "natural", (9, 1), None, "I am sorry, but I cannot go on.\n", "format"),
    ("bits", "code", (7, 1), "count", "counter", "wrong_read"),
    ("bits", "indexed", (3, 2), "list1", "nums", "wrong_read"),
    ("bits", "indexed", (4, 1), "list1", "list2", "wrong_read"),
    ("bits", "code", (6, 1), ", x2 = 1", "", "wrong_read"),
    ("zeros", "indexed", (4, 2), None, "@8\n", "wrong_branch"),  # both branches
    ("zeros", "indexed", (2, 1), "20", "19", "wrong_computed"),
    ("cut", "code", (3, 1), None, "@3\nword = 'b', kept = []\nenter the loop\n", "format"),  # not begun
    ("bits", "indexed", (8, 1), "So the answer is", "The answer:", "format"),
    ("zeros", "code", (13, 1), "[7, 0]\nSo the answer is [7, 0]", "[7, 0]\nSo the answer is [7,0]", "format"),
    # one operation at a time
    ("mix", "code", (2, 1), "2 * 1 = 2", "2 * 1 = 3", "wrong_computed"),
    ("mix", "code", (2, 1), "2 * 1 = 2", "2 * 3 = 2", "wrong_read"),
    ("mix", "code", (2, 1), "max(xs) = 8", "max(xs) = 7", "wrong_computed"),
    ("mix", "code", (2, 1), "2 + 8 = 10", "3 + 8 = 10", "wrong_read"),  # not as it was worked out
    ("mix", "indexed", (2, 1), "2+8=10", "2+8=11", "wrong_computed"),
    ("mix", "natural", (2, 1), "2 + 1 = 3", "2 + 1 = 2", "wrong_computed"),  # an index
    ("mix", "code", (2, 1), "xs[3] = 8", "xs[3] = 7", "wrong_read"),
    ("mix", "code", (2, 1), "xs[3] = 8", "xs[2] = 8", "wrong_read"),
    ("mix", "natural", (2, 1), "index 3 of xs = 8", "index 3 of xs = 7", "wrong_read"),
    ("mix", "indexed", (2, 1), "[<17>5", "[<17>6", "wrong_read"),  # what max looks at
    ("mix", "code", (2, 1), "10 - 8 = 2", "10 - 7 = 2", "wrong_read"),
    ("mix", "natural", (2, 1), "10 - 8 = 2", "10 - 8 = 3", "wrong_computed"),
    ("mix", "code", (3, 1), "2 * 2 = 4", "2 * 2 = 5", "wrong_computed"),  # in a test, only as far as it is followed
    ("mix", "code", (3, 1), "2 * 2 = 4", "3 * 2 = 4", "wrong_read"),
    ("mix", "indexed", (3, 1), "1+1=2", "1+1=3", "wrong_computed"),
    ("mix", "natural", (3, 1), "1 + 1 = 2", "1 + 1 = 3", "wrong_computed"),
    ("mix", "code", (3, 1), "xs[1] = 6", "xs[1] = 5", "wrong_read"),
    ("mix", "code", (3, 1), "2 * 2 = 4", "2 * 2 = 2", "wrong_computed"),
    ("mix", "code", (3, 1), "enter", "do not enter", "wrong_branch"),
    ("mix", "code", (4, 1), "a = 1", "a = 2", "wrong_read"),
    ("mix", "code", (4, 1), "b = -2", "b = 2", "wrong_computed"),
    ("mix", "code", (5, 1), "= [6, 7]", "= [6, 8]", "wrong_read"),
    ("mix", "natural", (6, 1), "1 * 2 = 2", "1 * 2 = 3", "wrong_computed"),
    ("mix", "code", (6, 1), "answer is 4", "answer is 5", "wrong_read"),  # not as it was worked out
    ("add", "code", (5, 1), "int('05') = 5", "int('05') = 6", "wrong_computed"),
    ("add", "natural", (5, 1), "5 + 7 = 12", "5 + 7 = 13", "wrong_computed"),
    ("add", "indexed", (5, 2), "int('08')=8", "int('08')=9", "wrong_computed"),
    ("sort", "indexed", (5, 2), ";i=1", ";i=2", "wrong_read"),  # not as it was counted
    ("mix", "natural", (3, 1), "index 1 of xs = 6", "index 1 of xs = 5", "wrong_read"),
    ("long", "natural", (3, 2), "the length of words = 3", "the length of words = 4", "wrong_computed"),
    ("long", "code", (3, 2), "len(words) = 3", "len(words) = 4", "wrong_computed"),
    ("long", "natural", (3, 2), "words = 'b'", "words = 'c'", "wrong_read"),
    ("cut", "natural", (4, 1), "the length of word = 1", "the length of word = 2", "wrong_computed"),
    ("root", "code", (5, 1), "0 + 1 = 1", "0 + 1 = 2", "wrong_computed"),
    # functions
    ("help", "code", (8, 1), "depth 1", "depth 2", "wrong_computed"),
    ("help", "code", (8, 1), None, "@8\nnow, value = 7\n", "wrong_call"),  # not called, but said what comes back
    ("help", "indexed", (8, 1), None, "@8\nvalue=7\n", "wrong_call"),
    ("help", "natural", (8, 1), None, "@8\nnow, value = 7\n", "wrong_call"),
    ("help", "code", (8, 1), None, "@9\nnow, now = 0 + 7 = 7\n", "wrong_call"),  # left out
    ("note", "indexed", (10, 1), None, "@9\nn=<18>1;enter\n", "wrong_call"),
    ("note", "natural", (10, 3), None, "@10\nback from depth 1\n", "wrong_call"),
    ("help", "indexed", (1, 1), None, "@8\nvalue=7\n", "wrong_call"),  # called, but not followed
    ("help", "natural", (1, 1), None, "@9\nnow, now = 0 + 7 = 7\n", "wrong_call"),
    ("help", "code", (1, 1), None, "@2\nnow, y = 3 * 2 = 6\n", "copy"),  # a line is skipped
    ("help", "code", (1, 1), "x = 3", "x = 4", "wrong_read"),  # a wrong argument
    ("help", "indexed", (1, 1), "x=3", "x=4", "wrong_read"),
    ("help", "natural", (1, 1), "x = 3", "x = 4", "wrong_read"),
    ("deep", "code", (1, 2), "a = 4, b = 2", "a = 2, b = 4", "wrong_read"),
    ("deep", "indexed", (4, 1), "6%4=2", "6%4=0", "wrong_computed"),
    ("help", "code", (3, 1), "6 + 1 = 7", "6 + 1 = 8", "wrong_computed"),  # a wrong value given back
    ("help", "code", (3, 1), "returns 7", "returns 8", "wrong_read"),
    ("help", "indexed", (3, 1), "returns 7", "returns 8", "wrong_read"),
    ("help", "natural", (3, 1), "gives 7", "gives 8", "wrong_read"),
    ("help", "code", (3, 1), "depth 1", "depth 2", "wrong_read"),
    ("help", "code", (8, 2), "7", "8", "wrong_read"),  # not what came back
    ("deep", "natural", (4, 3), "the call gave 2", "the call gave 4", "wrong_read"),
    ("help", "code", (3, 1), None, "@9\nnow, now = 0 + 7 = 7\n", "wrong_call"),  # left without a word
    ("help", "code", (8, 2), None, "@7\nn = 4\nenter the loop\n", "wrong_call"),  # back to another place
    ("help", "indexed", (8, 2), None, "@8\nn=3;call double(3), depth 1\n", "wrong_call"),  # called again
    ("deep", "code", (4, 3), None, "@7\nnow, d = 2\n", "wrong_call"),
    ("deep", "indexed", (4, 3), None, "@8\nvalue=2\n", "wrong_call"),
    ("deep", "natural", (7, 2), None, "@4\ngcd = 2\ndepth 1 gives 2\n", "wrong_call"),  # back once too often
    ("deep", "code", (2, 3), "enter", "do not enter", "wrong_branch"),
    ("help", "code", (9, 1), None, "@1\nx = 7\n", "wrong_call"),  # called where it is not
    ("note", "code", (10, 2), "depth 1", "depth 2", "wrong_read"),
    ("note", "code", (5, 2), "enter the", "do not enter the", "loop_left_early"),
    ("note", "indexed", (6, 1), None, "@8\ndepth 1 returns None\n", "loop_left_early"),
    ("note", "code", (6, 1), None, "@9\nn = 1\nenter the loop\n", "wrong_call"),  # the function is left
    ("note", "code", (5, 3), "do not enter the", "enter the", "loop_not_left"),
    ("note", "natural", (9, 4), "none is left, so the loop ends", "next, n = 1", "loop_not_left"),
    ("note", "code", (7, 1), "1 + 2 = 3", "1 + 2 = 4", "wrong_computed"),
    ("note", "code", (7, 1), "append(3)", "append(4)", "wrong_read"),
    ("note", "natural", (11, 1), "of seen = 6", "of seen = 7", "wrong_computed"),
    # a rule that raises
    ("negative", "code", (2, 1), "enter", "do not enter", "wrong_branch"),
    ("negative", "code", (3, 1), "negative: -4", "negative: 4", "wrong_computed"),
    ("negative", "indexed", (3, 1), "error: ValueError", "error: TypeError", "wrong_computed"),
    ("negative", "natural", (3, 1), None, "@4\nnow, i = 0\n", "wrong_branch"),
    ("negative", "natural", (3, 1), "So the answer is", "It fails with", "format"),
]  # fmt: skip


def steps_of(example: str, style: str) -> tuple[Rule, dict, list[str]]:
    source, inputs = EXAMPLES[example]
    rule = Rule(source)
    return rule, inputs, rule.trace(inputs, STYLES[style], BASE).texts


def place(rule: Rule, inputs: dict, style: str, line: int, time: int) -> int:
    """The number of the step, from 1, that has a line for that time."""
    sites = rule.program(STYLES[style]).sites
    trace = rule.trace(inputs, STYLES[style], BASE)
    return [n for n, (site, text) in enumerate(trace.steps, 1) if text and sites[site].lineno == line][time - 1]


def spoiled(rule: Rule, text: str, style: str, said: str | None, instead: str) -> str:
    """The text that a step has instead of its own."""
    if said is None:
        headers = {site.lineno: STYLES[style].header(site) for site in rule.program(STYLES[style]).sites}
        return re.sub(r"@(\d+)", lambda match: headers[int(match[1])], instead)
    header, _, rest = text.partition("\n")
    assert rest.count(said) == 1, text
    return f"{header}\n{rest.replace(said, instead)}"


@pytest.mark.parametrize(("example", "style", "at", "said", "instead", "kind"), CHANGED)
def test_kind_and_step(
    example: str, style: str, at: tuple[int, int], said: str | None, instead: str, kind: str
) -> None:
    rule, inputs, steps = steps_of(example, style)
    step = place(rule, inputs, style, *at)
    text = spoiled(rule, steps[step - 1], style, said, instead)
    assert steps[step - 1] != text
    steps[step - 1] = text
    for written in ("".join(steps), "".join(steps[:step])):  # the kind is the first step's, whatever follows
        found = score(rule, inputs, written, style, base=BASE)
        assert found.kind == kind
        assert found.divergence is not None
        assert (found.divergence.step, found.divergence.line) == (step, rule.origin[at[0]])
        assert found.outcome != "right"


def test_the_table_has_every_kind_in_every_style() -> None:
    assert {(kind, style) for _, style, _, _, _, kind in CHANGED} == {
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


def assert_fits(rule: Rule, inputs: dict, style: str, base: int) -> None:
    """Each step is what its own site says, with other values."""
    trace = rule.trace(inputs, STYLES[style], base)
    for (number, _), text in zip(trace.steps, trace.texts, strict=True):
        site = rule.program(STYLES[style]).sites[number]
        assert not text or Template(STYLES[style], site).values(lines(text)) is not None, text


@pytest.mark.parametrize("style", STYLES)
def test_every_step_of_every_task_fits_its_own_site(style: str) -> None:
    for task in tasks.all_tasks().values():
        sample = make_sample(task.id, max(task.min_length, min(task.max_length or 6, 6)), style=style)
        rule = Rule(sample["rule"])
        base = first_mark(rule.trajectory(sample["input"], style), sample["response"])
        assert rule.trajectory(sample["input"], style, base) == sample["response"]
        assert_fits(rule, sample["input"], style, base)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_step_of_every_example_fits_its_own_site(example: str, style: str) -> None:
    rule, inputs, _ = steps_of(example, style)
    assert_fits(rule, inputs, style, BASE)


def assert_first_wrong_step(rule: Rule, inputs: dict, style: str, base: int, data: st.DataObject) -> None:
    """However a right text is spoiled, it has a kind, and its first wrong step is the one that holds the first wrong
    line."""
    texts = rule.trace(inputs, STYLES[style], base).texts
    right = "".join(texts).split("\n")
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
    found = score(rule, inputs, "\n".join(spoiled), style, base=base)
    stripped = [[line.rstrip() for line in part] for part in (right, lines("\n".join(spoiled)))]
    if stripped[0] == stripped[1]:
        assert (found.kind, found.outcome) == (None, "right")
        return
    same = next(n for n in range(len(right) + 1) if stripped[0][n : n + 1] != stripped[1][n : n + 1])
    covered, step = 0, 0
    for text in texts:
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


@given(st.sampled_from(sorted(tasks.all_tasks())), st.sampled_from(list(STYLES)), st.integers(0, 99), st.data())
@settings(max_examples=80, deadline=None)
def test_any_spoiled_text_has_a_kind_and_its_first_wrong_step(
    task: str, style: str, index: int, data: st.DataObject
) -> None:
    known = tasks.get(task)
    sample = make_sample(task, max(known.min_length, min(known.max_length or 4, 4)), 0, index, style=style)
    rule = Rule(sample["rule"])
    base = first_mark(rule.trajectory(sample["input"], style), sample["response"])
    assert_first_wrong_step(rule, sample["input"], style, base, data)


@given(st.sampled_from(sorted(EXAMPLES)), st.sampled_from(list(STYLES)), st.data())
@settings(max_examples=80, deadline=None)
def test_any_spoiled_example_has_a_kind_and_its_first_wrong_step(example: str, style: str, data: st.DataObject) -> None:
    rule, inputs, _ = steps_of(example, style)
    assert_first_wrong_step(rule, inputs, style, BASE, data)


@pytest.mark.parametrize("style", STYLES)
def test_a_number_of_an_equation_is_read_before_the_sign_and_computed_behind_it(style: str) -> None:
    """Whatever the words are: every equation of numbers that a trajectory of the examples holds."""
    seen = 0
    for example in EXAMPLES:
        rule, inputs, steps = steps_of(example, style)
        for step, text in enumerate(steps):
            header, _, said = text.partition("\n")
            for found in re.finditer(r"(?<![\w.<>\[])(\d+) ?[-+*/%]+ ?(\d+) ?= ?(\d+)(?![\w.])", said):
                for group, kind in ((1, "wrong_read"), (2, "wrong_read"), (3, "wrong_computed")):
                    start, end = found.span(group)
                    wrong = f"{header}\n{said[:start]}{int(found[group]) + 1}{said[end:]}"
                    got = score(rule, inputs, "".join([*steps[:step], wrong, *steps[step + 1 :]]), style, base=BASE)
                    constant = group == 2 and got.kind == "format"  # part of the rule
                    assert constant or got.kind == kind, wrong
                    seen += 1
    assert seen > 40


def test_loops_in_functions_are_counted_over_all_calls() -> None:
    for style in STYLES:
        rule, inputs, steps = steps_of("note", style)
        found = score(rule, inputs, "".join(steps), style, base=BASE)
        assert sorted(count["expected"] for count in found.loops.values()) == [2, 2]
        assert found.iterations == (4, 4)


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
