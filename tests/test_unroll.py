"""Lines that hide a loop: they are named, and written as loops they do what CPython does."""

from __future__ import annotations

import ast
import bisect
import math
from collections import Counter, deque
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from metarfft.rules import core, front
from metarfft.rules.front.names import Names, Notes
from metarfft.rules.rule import Rule
from metarfft.rules.unroll.hidden import hidden
from metarfft.rules.unroll.hints import hinted
from metarfft.rules.unroll.rewriting import rewrite, unroll
from metarfft.tasks import Task, all_tasks

ROUNDS = 25
WORLD = {"math": math, "bisect": bisect, "Counter": Counter, "deque": deque}


def unrolled(text: str, given: dict[str, str] | None = None) -> tuple[str, tuple[str, ...]]:
    """The unrolled rule, which is core and stays as it is when lowered or unrolled again; and its notes."""
    notes = Notes()
    source = ast.unparse(unroll(front.lower(text).module, Names(()), notes, given))
    core.check(ast.parse(source))
    assert front.lower(source).source == source
    assert ast.unparse(unroll(ast.parse(source), Names(()), Notes(), given)) == source
    return source, notes.lines()


def run(source: str, arguments: list[Any]) -> tuple[str, str]:
    """What a function gives or how it fails, and its arguments after it."""
    space = dict(WORLD)
    exec(source, space)
    try:
        result = repr(space["f"](*arguments))
    except TypeError:  # the text names the operation, which is another one
        result = "TypeError"
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    return result, repr(arguments)


def number(rng: Random) -> Any:
    return rng.choice([0, 1, -1, 2, 3, 1.0, True, False, 2.5, -4])


def numbers(rng: Random) -> list[Any]:
    return [number(rng) for _ in range(rng.choice([0, 1, 2, 3, 5, 9]))]


def text(rng: Random) -> str:
    return "".join(rng.choice("aab c\t,\n") for _ in range(rng.choice([0, 1, 2, 5, 12])))


def words(rng: Random) -> list[str]:
    return [rng.choice(["a", "b", "ab", "", "ba"]) for _ in range(rng.choice([0, 1, 2, 3, 6]))]


def rows(rng: Random) -> list[list[int]]:
    return [[rng.randrange(3) for _ in range(rng.randrange(3))] for _ in range(rng.randrange(5))]


def some(rng: Random) -> Any:
    return rng.choice([numbers, text, words, rows])(rng)


def letter(rng: Random) -> str:
    return rng.choice("ab ,")


def index(rng: Random) -> int:
    return rng.choice([0, 1, 2, 5, 20, -1, -2, -5, -20])


Maker = Callable[[Random], Any]
CASES: list[tuple[str, tuple[Maker, ...]]] = [
    # sums, best, any and all
    ("return sum(a)", (numbers,)),
    ("return sum(a, 1.5) + sum(b, start=2)", (numbers, numbers)),
    ("return sum(a, [])", (rows,)),
    ("t = [1]\n    u = sum(a, t)\n    return u, u is t", (rows,)),
    ("return max(a), min(a)", (some,)),
    ("return max(a, default=None), min(a, default=len(a))", (some,)),
    ("return max(a, default=a.pop() if a else 0), a", (numbers,)),
    ("return [any(a), all(a)]", (some,)),
    ("return any(a)", (some,)),
    ("return not all(a)", (some,)),
    ("x = 0\n    while any(a):\n        x += a.pop()\n    return x, a", (numbers,)),
    ("a[sum(a) % len(a)] = max(a)\n    return a", (numbers,)),
    ("a[0] += sum(a)\n    return a", (numbers,)),
    # orders
    ("return sorted(a), sorted(a, reverse=True)", (some,)),
    ("b = sorted(a)\n    return b is a, b, a", (numbers,)),
    ("b = a\n    a.sort()\n    return b is a, b", (rows,)),
    ("b = a\n    b.sort()\n    return b is a, b", (words,)),
    ("a.sort(reverse=True)\n    return a", (numbers,)),
    ("for row in a:\n        row.sort()\n    a[0].sort(reverse=True)\n    a.sort()\n    return a", (rows,)),
    ("x = a.sort()\n    return x, a", (numbers,)),
    ("return sorted(a)[::-1][:2]", (numbers,)),
    # membership
    ("a.append(0)\n    return x in a", (numbers, number)),
    ("a.append(0)\n    b = x not in a\n    return [b, x + 1 in a, b and x in a]", (numbers, number)),
    ("a.append(1)\n    return x if x in a else None", (numbers, number)),
    (
        "a.append(1)\n    if a[0] == 1 and x in a or x not in a[1:]:\n        return 1\n    elif x in a:\n"
        "        return 2",
        (numbers, number),
    ),
    (
        "a.append(0)\n    n = 0\n    while x in a:\n        a.remove(x)\n        n += 1\n    return n, a",
        (numbers, number),
    ),
    ("a.append([])\n    return b in a, a.index(b)", (rows, lambda rng: [rng.randrange(3)])),
    ("return 'a' in a.lower(), 'b' not in a.strip()", (text,)),
    ("n = math.nan\n    a.append(n)\n    return n in a, a.count(n), n + 0 in a, a.index(n)", (numbers,)),
    ("d = {x: 1}\n    return 1 in d.values(), x in d, x in d.keys()", (number,)),
    ("return x in set(a), x in a.copy()", (numbers, number)),
    ("t = (1, 2, True, x)\n    return [x in t, 1.0 in t]", (number,)),
    # count, index, find, remove
    ("return a.count('a'), a.count(' ')", (text,)),
    ("return a.count('a')", (words,)),
    ("return a.count(1)", (numbers,)),
    ("a.append(x)\n    return a.count(x) * a.count(a[0])", (rows, number)),
    ("return a.index(1)", (numbers,)),
    ("a.append(7)\n    return a.index(x) + a.index(x + 0)", (numbers, number)),
    ("return a.find('a') + a.rfind('b')", (text,)),
    ("b = a.lower()\n    return b.index('b') + b.rindex('b')", (text,)),
    ("a.append(2)\n    b = a\n    a.remove(x)\n    return a, a is b", (numbers, number)),
    ("a.append(2)\n    a.remove(a.pop())\n    return a", (numbers,)),
    ("return bisect.bisect(a, x), bisect.bisect_left(a, x)", (numbers, number)),
    ("bisect.insort(a, x)\n    bisect.insort_left(a, a[0] + 1)\n    return a", (numbers, number)),
    ("a.sort()\n    bisect.insort(a, a.pop())\n    return a[bisect.bisect_left(a, x):]", (numbers, number)),
    # turned round, copies, slices
    ("return a[::-1], a", (some,)),
    ("b = list(a)\n    c = b[::-1]\n    d = b[:]\n    return b, c, d, d is b, list(reversed(c))", (some,)),
    ("b = a\n    a.reverse()\n    return a is b, a", (numbers,)),
    ("return [a[i:j], a[i:], a[:j], a[1:], a[:-1], a[1:-1]]", (some, index, index)),
    ("a.append(0)\n    return [a[i:j], a[i:], a[:j], a[1:], a[:-1], a[2:-2], a[-3:2]]", (some, index, index)),
    ("a = a.strip()\n    return [a[i:j], a[i:], a[:j], a[1:], a[:-1], a[2:-2]]", (text, index, index)),
    ("return [a[i:j + 1], a[i + 1:], a[len(a) // 2:], a[:len(a)], a[::2], a[1::3], a[i:j:2]]", (some, index, index)),
    ("b = tuple(a)\n    return b[i:], b[:j]", (numbers, index, index)),
    (
        "r = []\n    for i in range(len(a)):\n        r.append(a[i:] + a[:i])\n"
        "        r.append(a[i + 1:i + 3])\n    return r",
        (some,),
    ),
    ("return a[:a.pop()], a", (lambda rng: [rng.randrange(-3, 4) for _ in range(4)],)),
    ("while a:\n        a = a[1:]\n    return a", (some,)),
    # new containers
    ("return list(range(i)), list(range(1, i + 2)), list(range(i, 0, -1))", (index,)),
    ("b = list(a)\n    return b, list(enumerate(a)), list(zip(a, b))", (some,)),
    ("for x in list(a):\n        a.append(x)\n    return a", (numbers,)),
    ("return sorted(set(a)), len(set(a))", (numbers,)),
    ("return set(a)", (rows,)),
    ("b = list(a)\n    c = Counter(b)\n    d = Counter(a)\n    return c, d, c['zz']", (some,)),
    ("return dict.fromkeys(a), dict.fromkeys(a, x)", (words, number)),
    ("d = dict.fromkeys(a, [])\n    for k in d:\n        d[k].append(k)\n    return d", (words,)),
    ("q = deque(a)\n    q.append(1)\n    return q", (some,)),
    ("return [0] * len(a) + [i] * 2, '-' * len(a), [[]] * i", (words, index)),
    ("r = [[0]] * len(a)\n    if r:\n        r[0].append(1)\n    return r", (words,)),
    # extend
    (
        "b = list(a)\n    b.extend(a)\n    b.extend(b)\n    b.extend(b[1:])\n    b.extend('ab')\n    return b",
        (numbers,),
    ),
    (
        "b = a\n    c = [1]\n    b.extend(c)\n    c.extend(b)\n    a.extend(reversed(a))\n"
        "    return a, c, a is b",
        (numbers,),
    ),
    ("a.extend(b)\n    return a", (numbers, some)),
    # texts
    ("return ''.join(a), ', '.join(a), x.join(a)", (words, letter)),
    ("return '-'.join(a) + ''.join(reversed(a)) + ' '.join(sorted(a))", (text,)),
    ("return '-'.join(a)", (numbers,)),
    ("return a.split(), a.split(','), a.split(None), a.split(' ')", (text,)),
    ("return len(a.split()) + len(a.strip().split(',')[0]), max(a.split())", (text,)),
    ("return a.split(x), a.split('ab')", (text, letter)),
    ("return a.replace('a', 'bb').replace('b', ''), a.replace(' ', x), a.replace('ab', 'c')", (text, letter)),
    (
        "r = []\n    for w in a.split(' '):\n        r.append(w[::-1])\n        if 'a' in w:\n"
        "            break\n    return ' '.join(r)",
        (text,),
    ),
    # order of evaluation, laziness
    ("return [a.pop(), sum(a), a.pop(), max(a)]", (numbers,)),
    ("return sum(a) if a else max(a, default=9)", (numbers,)),
    ("return a and max(a) or -1", (numbers,)),
    ("return 0 < sum(a) <= max(a)", (numbers,)),
    (
        "x = 0\n    for i, v in enumerate(sorted(a)):\n        x += i * v\n    for v, w in zip(a, a[1:]):\n"
        "        x -= v * w\n    return x",
        (numbers,),
    ),
    (
        "def inner(b):\n        if not b:\n            return 0\n        x = inner(b[1:])\n"
        "        return x + max(b)\n    return inner(a)",
        (numbers,),
    ),
    (
        "def add(b):\n        nonlocal t\n        t += sum(b)\n    t = 0\n    add(a)\n    add(a[::-1])\n"
        "    return t",
        (numbers,),
    ),
    (
        "found = 1\n    position = 2\n    item = 3\n    a.append(5)\n"
        "    return x in a, max(a), found, position, item",
        (numbers, number),
    ),
]  # fmt: skip


def rule(body: str, makers: tuple[Maker, ...]) -> str:
    """A function of arguments called a, b (containers), i, j (indexes) and x (one value)."""
    places, containers, single = iter("ij"), iter("ab"), (number, letter)
    names = [next(places) if maker is index else "x" if maker in single else next(containers) for maker in makers]
    return f"def f({', '.join(names)}):\n    {body}\n"


@pytest.mark.parametrize(("body", "makers"), CASES, ids=[body.replace("\n", " ")[:60] for body, _ in CASES])
def test_unrolled_does_what_python_does(body: str, makers: tuple[Maker, ...]) -> None:
    source = rule(body, makers)
    written, _ = unrolled(source)
    rng = Random(body)
    for _ in range(ROUNDS):
        state = rng.getstate()
        expected = run(source, [maker(rng) for maker in makers])
        rng.setstate(state)
        assert run(written, [maker(rng) for maker in makers]) == expected


@pytest.mark.parametrize("task", all_tasks().values(), ids=lambda task: task.id)
def test_tasks_have_the_same_answers(task: Task) -> None:
    rule = Rule(task.rule_source)
    written = Rule(ast.unparse(unroll(rule.module, Names(()), Notes())))
    if written.source == rule.source:
        return
    rng = Random(task.id)
    lengths = [length for length in range(1, 15) if task.has_length(length)] or [task.min_length]
    for _ in range(8):
        inputs = task.sample(rng.choice(lengths), rng)
        assert written.run(inputs) == rule.run(inputs)


def found(text: str) -> list[str]:
    return [f"{one.line} {one}" for one in hidden(front.lower(text).module)]


def test_hidden_loops_are_named() -> None:
    text = """
def f(words, i, j, x, s):
    words.append('b')
    a = sorted(words)[i:j]
    if x in words or x in a:
        return words[1:] + words[:-1]
    return sum(words), max(words, default=0), s.split(), s.count('a'), ', '.join(words), s.isdigit()
"""
    assert found(text) == [
        "3 sorted(words)[i:j]: copies j - i items",
        "3 sorted(words): orders all items",
        "4 x in words: compares item after item",
        "4 x in a: compares item after item",
        "5 words[1:]: copies all items but the first",
        "5 words[:-1]: copies all items but the last",
        "6 sum(words): adds up all items",
        "6 max(words, default=0): compares item after item",
        "6 s.split(): goes over all characters",
        "6 s.count('a'): compares item after item",
        "6 ', '.join(words): puts all parts together",
        "6 s.isdigit(): looks at every character",
    ]


def test_what_takes_one_step_is_not_named() -> None:
    text = """
def f(a, i, x):
    table, group, total = {}, set(), 0
    b = a[:1] + a[-1:] + a[i:i + 2] + a[1:3]
    for c in reversed(a):
        if c.isdigit() and c in 'aeiou' and c.lower() not in ['x', 'y']:
            table[c] = max(total, i, 2)
        if c in table or x in group or c in table.keys():
            group.add(c)
    for k, (c, d) in enumerate(zip(a, b)):
        total += len(a) + min(k, 3)
    return total
"""
    assert found(text) == []


def test_unknown_containers_stay_with_a_note() -> None:
    text = "def f(items, x):\n    return x in items\n"
    source, notes = unrolled(text)
    assert source == text.strip()
    assert notes == (
        "line 2: `x in items` stays as it is; it compares item after item, unless items is a set or a table",
    )


def test_hints_tell_what_is_given() -> None:
    text = """
class Solution:
    def has(self, nums: List[int], s: "str", table: Dict[str, int], x: Optional[int]) -> bool:
        return x in nums and s in table
"""
    lowered = front.lower(text)
    given = hinted(text, lowered)
    assert given == {"nums": "list", "s": "text", "table": "table"}
    written = rewrite(text, lowered)
    assert written.source == """\
def has(nums, s, table, x):
    found = False
    for num in nums:
        if num == x:
            found = True
            break
    return found and s in table"""
    assert written.origin[1:8] == (3, 4, 4, 4, 4, 4, 4)
    assert written.notes == (*lowered.notes, "line 4: `in` is written as a loop that compares item after item")


def test_unrolled_reads_well() -> None:
    source, notes = unrolled("def f(text):\n    words = text.split()\n    words.sort()\n    return ' '.join(words)\n")
    assert source == """\
def f(text):
    words = []
    word = ''
    for letter in text:
        if letter.isspace():
            if word != '':
                words.append(word)
            word = ''
        else:
            word += letter
    if word != '':
        words.append(word)
    for end in range(1, len(words)):
        word = words[end]
        position = end
        while position > 0 and word < words[position - 1]:
            words[position] = words[position - 1]
            position -= 1
        words[position] = word
    result = ''
    for position, word in enumerate(words):
        if position > 0:
            result += ' '
        result += word
    return result"""
    assert notes == (
        "line 2: .split() is written as a loop over the characters",
        "line 3: .sort() is written as loops that move item after item to its place",
        "line 4: .join() is written as a loop",
    )
