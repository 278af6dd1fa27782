"""Caches, defaults, base classes, lazy truth, odd pastes: the core rule says the same as CPython on the original."""

# ruff: noqa: E501 (the texts are written as few lines)
import pytest

from metarfft.rules import Rule, RuleError
from metarfft.rules.front import lower
from tests.test_front_paste import both

CACHE = "from functools import cache, cached_property\n"
A = """\
class A:
    base = 2
    def __init__(self):
        self.n = 1
    def g(self, x):
        self.n += x
        return x + self.base
"""
CASES = {
    "a list that is kept": (
        CACHE + "def f(a):\n    @cache\n    def g(x):\n        return [x]\n    g(1).append(a)\n    return len(g(1))\n",
        "f", {"a": 1}),
    "calls that are counted": (
        CACHE + "def f(a):\n    n = 0\n    @cache\n    def g(x):\n        nonlocal n\n        n += 1\n        return x\n"
        "    g(1)\n    g(a)\n    g(1)\n    return n\n", "f", {"a": 1}, {"a": 2}),
    "calls that are counted in a list": (
        CACHE + "def f(a):\n    c = [0]\n    @cache\n    def g(x):\n        c[0] += 1\n        return 0\n"
        "    g(a)\n    g(a)\n    return c\n", "f", {"a": 1}),
    "calls that are counted by another function": (
        CACHE + "def f(a):\n    c = []\n    def h():\n        c.append(1)\n        return 1\n    @cache\n    def g(x):\n"
        "        y = h()\n        return 0\n    g(a)\n    g(a)\n    return c\n", "f", {"a": 1}),
    "a cache of no arguments": (
        CACHE + "@cache\ndef g():\n    return [1]\ndef f(a):\n    g().append(a)\n    return g()\n", "f"),
    "a cache that each call makes anew": (
        CACHE + "def h(a):\n    @cache\n    def g(x):\n        return [x]\n    g(a).append(2)\n    return g(a)\n"
        "def f(a):\n    return h(a) + h(a)\n", "f", {"a": 1}),
    "a cache made in a loop": (
        CACHE + "def f(a):\n    out = []\n    for i in range(2):\n        @cache\n        def g(x):\n            return [x]\n"
        "        g(a).append(i)\n        out.append(g(a))\n    return out\n", "f", {"a": 1}),
    "a cache called in a loop": (
        CACHE + "@cache\ndef g(x):\n    return [x]\ndef f(a):\n    for i in range(3):\n        last = g(1)\n"
        "        last.append(a)\n    return last\n", "f", {"a": 1}),
    "a property that is kept": (
        CACHE + "class S:\n    @cached_property\n    def h(self):\n        return [1]\n    def f(self, a):\n"
        "        self.h.append(a)\n        return self.h\n", "S().f", {"a": 3}),
    "defaults before a star": ("def f(a, b=2, *rest):\n    return a, b, len(rest)\n", "f", {"a": 1}, {"a": 1, "b": 3}),
    "named defaults behind a star": ("def g(*r, b=2):\n    return b, r\ndef f(a):\n    return g(a), g(1, b=a)\n", "f"),
    "tuples as defaults": ("def f(a, limits=(1, 2)):\n    return a + limits[1]\n", "f", {"a": 1}, {"a": 1, "limits": (3, 4)}),
    "tuples as defaults of a recursion": (
        "def f(n, seen=()):\n    if n == 0:\n        return seen\n    return f(n - 1, seen + (n,))\n", "f", {"n": 3}),
    "inherited methods": (A + "class B(A):\n    def f(self, x):\n        return self.g(x) * 2 + self.n\n", "B().f", {"x": 3}),
    "a method of its own": (
        A + "class B(A):\n    base = 9\n    def g(self, x):\n        return self.base\n    def f(self, x):\n"
        "        return self.g(x) * 2 + self.n\n", "B().f", {"x": 3}),
    "nothing of its own": (A + "class B(A):\n    pass\n", "B().g", {"x": 3}),
    "inherited twice": (A + "class B(A):\n    base = 5\nclass C(B):\n    def f(self, x):\n        return self.g(x)\n",
                        "C().f", {"x": 3}),
    "an abstract base": (
        "from abc import ABC\nclass A(ABC):\n    def g(self, x):\n        return x\nclass B(A):\n    def f(self, x):\n"
        "        return self.g(x) + 1\n", "B().f", {"x": 3}),
}  # fmt: skip
ROWS = [{"row": row} for row in ([], [1, 2, 3], [2, 3], [0], [5, 0, 5])]
for k, body in enumerate([
    "return row and all(x > 1 for x in row)",
    "return bool(row) and all(x > 1 for x in row)",
    "return len(row) > 1 and all(x for x in row) and any(row[0] == y for y in row) or sum(z for z in row) > 3",
    "return not row or any(x > 2 for x in row)",
    "return not (row and all(row[0] for x in row))",
    "return row[1:] or [x + 1 for x in row]",
    "return row and (row[1:] or any(x for x in row))",
    "return len(row) > 1 and (row[2:] or any(x > 2 for x in row))",
    "ok = row and all(x > 1 for x in row)\n    return ok",
    "ok = len(row) > 1 and (row[2:] or all(x > 1 for x in row))\n    return ok",
    "ok = row or any(x for x in row) or len(row) > 7 or sum(x for x in row)\n    return ok",
    "if not row or any(x > 2 for x in row):\n        return 1\n    else:\n        return 2",
    "if row and (row[1:] or any(x > 2 for x in row)):\n        return 1\n    elif row or all(x for x in row):\n        return 2",
    "n = 3\n    while n and not any(x == n for x in row):\n        n -= 1\n    return n",
    "return 1 if row and all(x > 1 for x in row) and row[0] else [x for x in row]",
    "try:\n        ok = 1 // len(row) > 0 and all(x > 1 for x in row)\n    except ZeroDivisionError:\n        ok = 7\n    return ok",
    "ok = 5\n    try:\n        ok = row[1] > 2 and all(x > 1 for x in row)\n    except IndexError:\n        pass\n    return ok",
]):  # fmt: skip
    CASES[f"truth {k}"] = (f"def f(row):\n    {body}\n", "f", *ROWS)


@pytest.mark.parametrize("name", CASES)
def test_the_core_rule_says_what_python_says(name):
    text, call, *inputs = CASES[name]
    for given in inputs or [{"a": 1}]:
        original, core, lowered = both(text, call, given)
        assert core[0] == original[0], lowered.source


@pytest.mark.parametrize("name", CASES)
def test_the_trace_says_what_python_says(name):
    text, call, *inputs = CASES[name]
    rule = Rule(text)
    for given in inputs or [{"a": 1}]:
        original, _, _ = both(text, call, given)
        assert repr(rule.run(given)) == original[0]
        assert repr(rule.trace(given).value) == original[0]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("def f(a, b=2, *rest):\n    return b\n", "def f(a, b=2, rest=()):\n    rest = tuple(rest)\n    return b"),
        ("def f(a, limits=(1, 2)):\n    return limits\n", "def f(a, limits=(1, 2)):\n    return limits"),
        (CACHE + "def f(n):\n    @cache\n    def g(n):\n        return n + 1\n    return g(n) * 2\n",
         "def f(n):\n\n    def g(n):\n        return n + 1\n    value = g(n)\n    return value * 2"),
        ("def f(n):\n    return n > 1 and all(n % d for d in range(2, n))\n",
         "def f(n):\n    if n > 1:\n        for d in range(2, n):\n            if not n % d:\n                return False\n"
         "        return True\n    return False"),
        ("def f(a):\n    if a and all(x > 1 for x in a):\n        b = 1\n    else:\n        b = 2\n    return b\n",
         "def f(a):\n    holds = False\n    if a:\n        holds = True\n        for x in a:\n            if not x > 1:\n"
         "                holds = False\n                break\n    if holds:\n        b = 1\n    else:\n        b = 2\n"
         "    return b"),
        (CACHE + "@cache\ndef f(n):\n    return 1 if n < 2 else n * f(n - 1)\n",
         "def f(n):\n    memo = {}\n\n    def solve(n):\n        if n in memo:\n            return memo[n]\n        if n < 2:\n"
         "            value = 1\n        else:\n            returned = solve(n - 1)\n            value = n * returned\n"
         "        memo[n] = value\n        return memo[n]\n    return solve(n)"),
    ],
)  # fmt: skip
def test_the_core_rule_reads_well(text, source):
    assert lower(text).source == source


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("def f(n):\n    return f'{n:.2f}'\n", "line 2: the f-string is written with format()"),
        ("def f(n):\n    return f'{n:.2f} {n}{n!r}'\n", "line 2: the f-string is written with +, str(), repr() and format()"),
        ("def f(n):\n    return f'a'\n", "line 2: the f-string is written as a plain text"),
        ("def f(n):\n    return '%5.1f' % n\n", "line 2: the % format is written with format()"),
        ("def f(n):\n    return '{} {}'.format(n, n)\n", "line 2: .format() is written with + and str()"),
        ("class A:\n    def f(self):\n        return 1\nclass B:\n    def g(self):\n        return 2\n",
         "line 4: the class B is left out; the rule is in the class A"),
        (CACHE + "@cache\ndef f(n):\n    return n\n", "line 2: the cache of f is left out; it changes no answer"),
        (">>> def f(n):\n...     return n\n", "line 1: the prompts >>> and what is printed are left out"),
        ("%matplotlib inline\ndef f(n):\n    return n\n", "line 1: the lines that begin with % or ! are left out"),
        ("def f(n):\n    return\u00a0n\n", "line 2: odd blanks are read as plain ones"),
    ],
)  # fmt: skip
def test_notes_are_true(text, note):
    assert note in lower(text).notes


def test_what_a_base_class_hides_is_refused():
    with pytest.raises(RuleError, match="line 10, column 16: super"):
        lower(A + "class B(A):\n    def g(self, x):\n        return super().g(x)\n")


def test_prompts_keep_their_columns():
    with pytest.raises(RuleError, match="line 2, column 16: the name 'b'"):
        lower(">>> def f(a):\n...     return b\n")
