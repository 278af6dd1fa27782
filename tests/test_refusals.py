"""What people try and a rule cannot be: each is refused in one line that reads as help.

The line names the place in the user's own text, and says what to write instead.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metarfft.cli import main
from metarfft.rules import Rule, RuleError

# name: text, then the words that the message must have, its place first
READING: dict[str, tuple[str, ...]] = {
    # modules and what reaches out of the rule
    "numpy": ("import numpy as np\ndef f(a):\n    return np.sum(a)\n", "line 3, column 12", "numpy", "lists and loops"),
    "pandas": (
        "import pandas as pd\ndef f(rows):\n    return pd.DataFrame(rows)\n", "line 3, column 12", "lists and dictionaries",
    ),
    "torch": ("import torch\ndef f(a):\n    return torch.tensor(a)\n", "line 3, column 12", "torch", "math, itertools"),
    "re": ("import re\ndef f(s):\n    return re.sub('a', '', s)\n", "line 3, column 12", "find, split, replace"),
    "from re": ("from re import match\ndef f(s):\n    return match('a', s)\n", "line 3, column 12", "find, split"),
    "open": ("def f(path):\n    return open(path).read()\n", "line 2, column 12", "files", "an argument"),
    "with open": ("def f(p):\n    with open(p) as file:\n        return file.read()\n", "line 2, column 10", "an argument"),
    "input": ("def f():\n    return int(input())\n", "line 2, column 16", "make what it reads an argument"),
    "stdin": ("import sys\ndef f():\n    return sys.stdin.readline()\n", "line 3, column 12", "an argument"),
    "random": ("import random\ndef f(n):\n    return random.randint(1, n)\n", "line 3", "random numbers", "an argument"),
    "choice": ("from random import choice\ndef f(a):\n    return choice(a)\n", "line 3, column 12", "an argument"),
    "time": ("import time\ndef f(n):\n    return time.time() + n\n", "line 3", "clock", "make the time an argument"),
    "datetime": (
        "from datetime import date\ndef f(y, m, d):\n    return date(y, m, d)\n", "line 3", "year, month and day as numbers",
    ),
    "os": ("import os\ndef f(p):\n    return os.listdir(p)\n", "line 3, column 12", "an argument"),
    "requests": ("import requests\ndef f(u):\n    return requests.get(u).text\n", "line 3, column 12", "requests"),
    "subprocess": ("import subprocess\ndef f(a):\n    return subprocess.run(a)\n", "line 3, column 12", "start programs"),
    "json": ("import json\ndef f(s):\n    return json.loads(s)\n", "line 3, column 12", "give lists and dictionaries"),
    "deepcopy": ("import copy\ndef f(a):\n    return copy.deepcopy(a)\n", "line 3", "[row[:] for row in x]"),
    "Decimal": ("from decimal import Decimal\ndef f(x):\n    return Decimal(x) * 2\n", "line 3", "whole numbers (cents)"),
    "Fraction": ("from fractions import Fraction\ndef f(a):\n    return Fraction(a)\n", "line 3", "numerator and denomin"),
    "statistics": ("import statistics\ndef f(a):\n    return statistics.median(a)\n", "line 3", "sum, len and sorted"),
    "queue": ("from queue import Queue\ndef f(a):\n    return Queue()\n", "line 3, column 12", "deque"),
    "SortedList": (
        "from sortedcontainers import SortedList\ndef f(a):\n    return SortedList(a)\n", "line 3", "bisect.insort",
    ),
    # classes and objects
    "class with objects": (
        "class Account:\n    def __init__(self, owner):\n        self.owner = owner\n    def add(self, x):\n"
        "        return self.owner + x\n",
        "line 2, column 24", "Account", "write a function that takes them itself",
    ),
    "class without functions": ("class Point:\n    x = 0\n", "line 1, column 1", "Point", "def name(arguments)"),
    "linked list": (
        "class Solution:\n    def length(self, head):\n        n = 0\n        while head:\n            head = head.next\n"
        "            n += 1\n        return n\n",
        "line 5, column 20", "head.next", "a linked list as a list",
    ),
    "tree": (
        "class Solution:\n    def depth(self, root):\n        if not root:\n            return 0\n"
        "        return 1 + max(self.depth(root.left), self.depth(root.right))\n",
        "line 5, column 35", "root.left", "a tree as nested lists",
    ),
    "objects": (
        "class Node:\n    def __init__(self, value=0):\n        self.value = value\ndef f(a):\n    return Node(a)\n",
        "line 5, column 12", "Node", "a list, a tuple or a dictionary",
    ),
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\ndef f(a):\n    return P(a)\n",
        "line 6, column 12", "a list, a tuple or a dictionary",
    ),
    "attribute": ("def f(a):\n    return a.size\n", "line 2, column 12", "a.size", "numbers, texts, lists"),
    "attribute set": ("def f(a):\n    a.x = 1\n    return a\n", "line 2, column 5", "a.x", "lists and dictionaries"),
    "self.x unset": ("class A:\n    def f(self, a):\n        return self.b\n", "line 3, column 16", "self.b", "not set"),
    "super": ("class A:\n    def g(self, a):\n        return super().g(a)\n", "line 3, column 16", "no classes"),
    "dunder": ("def f(a):\n    return a.__class__\n", "line 2, column 12", "__class__"),
    # statements
    "yield": ("def f(n):\n    for i in range(n):\n        yield i\n", "line 3, column 9", "return the list"),
    "yield in a helper": (
        "def g(n):\n    for i in range(n):\n        yield i\ndef f(n):\n    return sum(g(n))\n", "line 3", "g yields", "a list",
    ),
    "async": ("async def f(n):\n    return n\n", "line 1, column 1", "write def"),
    "with": ("def f(lock, n):\n    with lock:\n        return n\n", "line 2, column 5", "no with"),
    "print only": ("def f(a):\n    print(a * 2)\n", "line 2, column 5", "return it instead"),
    "own error": ("def f(a):\n    raise 'no'\n", "line 2, column 11", "raise ValueError(...)"),
    "except unknown": ("def f(a):\n    try:\n        a = 1\n    except Oops:\n        a = 2\n    return a\n", "line 4", "Oops"),
    "return in try with finally": (
        "def f(a):\n    try:\n        return int(a)\n    finally:\n        a = 0\n", "line 5, column 9", "behind the try",
    ),
    "match of a pattern": (
        "def f(a):\n    match a:\n        case [x, y]:\n            return x\n    return 0\n", "line 3", "use if and elif",
    ),
    "two places of a variable": (
        "x = 1\ndef f(a):\n    x = a\n    def g():\n        global x\n        x = 2\n    g()\n    return x\n", "two names",
    ),
    # functions as values
    "lambda in a list": ("def f(x):\n    steps = [lambda a: a + 1]\n    return steps[0](x)\n", "line 2, column 14", "def"),
    "lambda given back": ("def f(x):\n    return lambda y: x + y\n", "line 2, column 12", "write a def, or the steps"),
    "function as a value": (
        "def f(a):\n    def g(x):\n        return x + a\n    return g\n", "line 4, column 12", "call it: g(...)",
    ),
    "function as an argument": (
        "def g(h, x):\n    return h(x)\ndef inc(x):\n    return x + 1\ndef f(x):\n    return g(inc, x)\n",
        "line 6, column 14", "call it inside g by its name",
    ),
    "**kwargs": ("def f(**options):\n    return options['a']\n", "line 1, column 9", "take one dictionary: options"),
    "** in a call": ("def g(a, b):\n    return a\ndef f(d):\n    return g(**d)\n", "line 4", "write the arguments out"),
    "* in a call": ("def g(a, b):\n    return a\ndef f(d):\n    return g(*d)\n", "line 4", "the arguments out (a, b)"),
    "decorator": ("def log(g):\n    return g\n@log\ndef f(x):\n    return x\n", "line 3, column 2", "@log", "in the function"),
    "missing argument": ("def g(a, b):\n    return a\ndef f(a):\n    return g(a)\n", "line 4, column 12", "'b'"),
    "iterator": ("def f(a):\n    i = iter(a)\n    return next(i)\n", "line 2, column 9", "with for, or by index"),
    "iterator read twice": (
        "def f(a):\n    m = map(int, a)\n    return sum(m) + len(list(m))\n", "line 2, column 9", "write m = list(...)",
    ),
    # builtins
    "eval": ("def f(s):\n    return eval(s)\n", "line 2, column 12", "write the steps out"),
    "exec": ("def f(s):\n    exec(s)\n    return 1\n", "line 2, column 5", "write the steps out"),
    "__import__": ("def f(a):\n    return __import__('os').name\n", "line 2, column 12", "cannot import"),
    "getattr": ("def f(a):\n    return getattr(a, 'x')\n", "line 2, column 12", "use a dictionary"),
    "globals": ("def f(a):\n    return globals()['a']\n", "line 2, column 12", "use a dictionary"),
    "type": ("def f(a):\n    return type(a) == int\n", "line 2, column 12", "isinstance"),
    "id": ("def f(a):\n    return id(a)\n", "line 2, column 12", "is or =="),
    "hash": ("def f(a):\n    return hash(a) % 7\n", "line 2, column 12", "compare the values themselves"),
    "exit": ("def f(a):\n    exit()\n    return a\n", "line 2, column 5", "ends with return"),
    "slice": ("def f(a):\n    return a[slice(2)]\n", "line 2, column 14", "a[i:j]"),
    "bytes": ("def f(a):\n    return bytes(a)\n", "line 2, column 12", "list of numbers or a text"),
    "b'x'": ("def f(a):\n    return a + b'x'\n", "line 2, column 16", "bytes"),
    "complex": ("def f(a):\n    return complex(a, 1)\n", "line 2, column 12", "two parts in two variables"),
    "2j": ("def f(a):\n    return a + 2j\n", "line 2, column 16", "complex"),
    "encode": ("def f(s):\n    return s.encode()\n", "line 2, column 12", ".encode()"),
    "format of a variable": ("def f(a, t):\n    return t.format(a)\n", "line 2, column 12", "use an f-string"),
    "has_key": ("def f(d):\n    return d.has_key('a')\n", "line 2, column 12", ".has_key()"),
    "push": ("def f(a):\n    a.push(3)\n    return a\n", "line 2, column 5", ".push()"),
    "itertools.count": (
        "from itertools import count\ndef f(a):\n    for i in count():\n        return i\n", "line 3, column 14", "count()",
    ),
    # names
    "unknown name": ("def f(a):\n    return a + offset\n", "line 2, column 16", "'offset'", "paste its definition too"),
    "unknown function": ("def f(a):\n    return helper(a)\n", "line 2, column 12", "'helper'", "paste its definition"),
    "missing import": ("def f(a):\n    return np.sum(a)\n", "line 2, column 12", "'np'"),
    "null": ("def f(a):\n    return null\n", "line 2, column 12", "'null'"),
    # no function, or no Python
    "empty": ("", "empty", "def name(arguments)"),
    "blank": ("\n   \n", "empty", "def name(arguments)"),
    "comment": ("# nothing here\n", "no function", "def name(arguments)"),
    "script": ("n = int(input())\nprint(n * 2)\n", "no function", "def name(arguments)"),
    "colon": ("def f(a)\n    return a\n", "line 1, column 9", "expected ':'"),
    "bracket": ("def f(a):\n    return (a + 1\n", "line 2, column 12", "never closed"),
    "indent": ("def f(a):\n    x = 1\n      return x\n", "line 3", "unexpected indent"),
    "no indent": ("def f(a):\nreturn a\n", "line 2, column 1", "expected an indented block"),
    "no body": ("def f(a):\n", "line 1", "expected an indented block"),
    "= in a test": ("def f(a):\n    if a = 1:\n        return 1\n    return 0\n", "line 2, column 8", "'=='"),
    "quotes": ("def f(a):\n    return 'a\n", "line 2, column 12", "unterminated"),
    "smart quotes": ("def f(a):\n    return \u201cx\u201d\n", "line 2, column 12", "invalid character"),
    "hard space": ("def f(a):\n\u00a0   return a\n", "line 2, column 1", "U+00A0"),
    "Python 2 print": ("def f(a):\n    print a\n    return a\n", "line 2, column 5", "write it for Python 3"),
    "Python 2 except": (
        "def f(a):\n    try:\n        return int(a)\n    except ValueError, e:\n        return 0\n", "line 4", "for Python 3",
    ),
    "SQL": ("SELECT name FROM users WHERE age > 3;\n", "line 1, column 8", "not Python"),
    "JavaScript": ("function f(a) {\n  return a + 1;\n}\n", "line 1, column 10", "not Python"),
    "C": ("int f(int a) { return a + 1; }\n", "line 1, column 5", "not Python"),
    "English": ("Add up all even numbers of the list.\n", "line 1, column 5", "not Python"),
    "notebook": ("%matplotlib inline\ndef f(a):\n    return a\n", "line 1, column 1", "not Python"),
    "pip": ("!pip install numpy\ndef f(a):\n    return a\n", "line 1, column 1", "not Python"),
    "prompts": (">>> def f(a):\n...     return a\n", "line 1, column 1", "not Python"),
    "else if": ("def f(a):\n    if a:\n        return 1\n    else if a:\n        return 2\n", "line 4", "not Python"),
    "a++": ("def f(a):\n    a++\n    return a\n", "line 2", "not Python"),
    "&&": ("def f(a, b):\n    return a && b\n", "line 2, column 15", "not Python"),
    "break": ("def f(a):\n    break\n", "line 2, column 5", "outside loop"),
    "return": ("return 3\n", "line 1, column 1", "outside function"),
    "one name twice": ("def f(a, a):\n    return a\n", "line 1", "duplicate argument 'a'"),
    "too long": ("def f(a):\n" + "    a += 1\n" * 6_000, "too long", "nothing else"),
}  # fmt: skip

# name: text, inputs, then the words that the message of the run must have
RUNNING: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "endless loop": (
        "def f(n):\n    # on and on\n    while True:\n        n += 1\n", {"n": 1}, ("line 3 (while True:)", "100,000 steps"),
    ),
    "endless recursion": ("def f(n):\n    return f(n + 1)\n", {"n": 1}, ("line 2", "100 calls", "does the recursion end?")),
    "deep recursion": (
        "def f(n):\n    return 0 if n == 0 else f(n - 1)\n", {"n": 500}, ("line 2 (return 0 if n == 0", "100 calls"),
    ),
    "huge power": ("def f(n):\n    return n ** n ** n\n", {"n": 9}, ("line 2 (return n ** n ** n)", "too large")),
    "huge list": ("def f(n):\n    return [0] * n\n", {"n": 10**9}, ("line 2", "1,000,000,000 items", "at most 20,000")),
    "huge text": ("def f(n):\n    return 'a' * n\n", {"n": 10**9}, ("line 2", "too large", "at most 20,000")),
    "huge range": ("def f(n):\n    return sum(range(n))\n", {"n": 10**9}, ("line 2", "100,000")),
    "huge factorial": ("import math\ndef f(n):\n    return math.factorial(n)\n", {"n": 10**7}, ("line 3", "too large")),
    "list in itself": ("def f(a):\n    a.append(a)\n    return a\n", {"a": []}, ("line 2", "cannot contain itself")),
    "deep list": (
        "def f(n):\n    a = []\n    for i in range(n):\n        a = [a]\n    return a\n", {"n": 20}, ("line 4", "6 deep"),
    ),
    "huge input": ("def f(a):\n    return a\n", {"a": 10**5000}, ("8,192 bits",)),
    "set order": ("def f(words):\n    return list(set(words))\n", {"words": ["b", "a", "c", "dd"]}, ("sorted(...)",)),
    "set order in a loop": (
        "def f(words):\n    out = ''\n    for word in set(words):\n        out += word\n    return out\n",
        {"words": ["b", "a", "c", "dd"]}, ("set of texts", "sorted(...)"),
    ),
    "too few arguments": ("def f(a, b):\n    return a + b\n", {"a": 1}, ("are a, b", "has a")),
    "too many arguments": ("def f(a):\n    return a\n", {"a": 1, "c": 3}, ("are a", "has a, c")),
    "index": ("def f(a):\n    return a[5]\n", {"a": [1]}, ("line 2 (return a[5])", "out of range")),
    "key": ("def f(d):\n    return d['x']\n", {"d": {}}, ("line 2 (return d['x'])", "no key 'x'")),
    "types": ("def f(a):\n    return a + 1\n", {"a": "x"}, ("line 2 (return a + 1)", "concatenate")),
    "division": ("def f(a):\n    return 1 // a\n", {"a": 0}, ("line 2 (return 1 // a)", "by zero")),
    "matrices": ("def f(a):\n    return a @ a\n", {"a": [1]}, ("line 2 (return a @ a)", "@")),
    "unset": ("def f(a):\n    if a:\n        b = 1\n    return b\n", {"a": 0}, ("line 4 (return b)", "'b'")),
    "sort gives None": ("def f(a):\n    b = a.sort()\n    return b[0]\n", {"a": [1]}, ("line 3 (return b[0])", "NoneType")),
    "set of lists": ("def f(a):\n    return {a}\n", {"a": [1]}, ("line 2 (return {a})", "unhashable")),
}  # fmt: skip


def refusal(text: str, inputs: dict[str, Any] | None = None, entry: str | None = None) -> str:
    with pytest.raises(RuleError) as refused:
        rule = Rule(text, entry)
        if inputs is not None:
            rule.trajectory(inputs)
    return str(refused.value)


@pytest.mark.parametrize("name", READING)
def test_a_text_is_refused_with_help(name: str) -> None:
    text, *words = READING[name]
    message = refusal(text)
    assert "\n" not in message
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize("name", RUNNING)
def test_a_run_is_refused_with_help(name: str) -> None:
    text, inputs, words = RUNNING[name]
    message = refusal(text, inputs)
    assert "\n" not in message
    assert [word for word in words if word not in message] == [], message


def test_what_is_not_there_is_named() -> None:
    assert "the text has f, g" in refusal("def f(a):\n    return a\ndef g(a):\n    return a\n", entry="h")


@pytest.mark.parametrize("text", ["def f(a):\n    return a + größe\n", "def f(größe):\n    return größe + ü\n"])
def test_letters_of_other_languages_are_letters(text: str) -> None:
    assert refusal(text).startswith("line 2, column")


def test_what_looks_wrong_but_is_python_is_no_refusal() -> None:
    assert Rule("def f(größe):\n    return größe + 1\n").run({"größe": 2}) == 3
    assert Rule("def f(a):\n    if a:\n\tb = 1\n        b += 1\n    return b\n").run({"a": 1}) == 2  # tabs and blanks
    assert Rule("```python\ndef f(a):\n    return a\n```\n").run({"a": 1}) == 1


def test_the_command_says_it_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rule.py"
    for text, given in (
        (READING["numpy"][0], "{}"),
        (RUNNING["endless loop"][0], '{"n": 1}'),
        (READING["colon"][0], "{}"),
        ("def f(a):\n    return a\n", "[1]"),
        ("def f(a):\n    return a\n", "{'a': 1}"),
    ):
        file.write_text(text)
        assert main(["trace", str(file), "--input", given]) == 2
        out, error = capsys.readouterr()
        assert out == ""
        assert error.startswith("metarfft: ")
        assert error.count("\n") == 1
