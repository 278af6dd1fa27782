"""What short solutions of puzzles are made of: each is a rule as it stands and says in every style what CPython says."""

# ruff: noqa: E501 (the texts are written as one line each)
import copy
from typing import Any

import pytest

from metarfft.rules import STYLES, Rule, RuleError, format_answer, parse_answer, same_answer
from metarfft.rules.answers import Failure
from metarfft.rules.verify import verify

GIVEN = """
import bisect, collections, copy, functools, heapq, itertools, math, operator, string
from collections import *
from functools import *
from typing import *
"""  # what puzzle sites import before a text
TYPES = [
    ('def f(x):\n    return [type(v) == int for v in x]', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ('def f(x):\n    return [type(v) != int for v in x]', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ('def f(x):\n    return [type(v) is not dict and type(v) in (int, float) for v in x]', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ('def f(x):\n    return [type(v) not in [int, bool, str] for v in x]', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ('def f(x):\n    return [list == type(v) or type(None) is type(v) or type(v) in (int, type(None)) for v in x]', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ('def f(x):\n    return [type(v).__name__ for v in x]', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ('def f(x):\n    return [type(v) == type(w) for v in x for w in x]', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ("def f(x):\n    out = []\n    for a in x:\n        if type(a) is type('') or type([]) == type(a):\n            out.append(a)\n    return out", [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ('def f(x):\n    if type(x[0]) == int and type(x[1]) is not type(x[2]):\n        return type(x[0] + 1) == int\n    return type(str(x)) is str', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],), ([1.5, 1],)]),
    ('from collections.abc import Iterable, Hashable\ndef f(x):\n    return [(isinstance(v, Iterable), isinstance(v, Hashable)) for v in x]', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ('from typing import Iterable\ndef flatten(x):\n    for v in x:\n        if isinstance(v, Iterable) and not isinstance(v, str):\n            return 1\n    return 0', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ('import numbers\ndef f(x):\n    return [isinstance(v, numbers.Number) for v in x]', [([1, True, 1.5, 'a', [1], (1,), None, {'a': 1}],)]),
    ('def f(x):\n    return isinstance(x, type(None)) or isinstance(x, type([])) or isinstance(x, (int, type(None)))', [([1],), (None,)]),
    ('class Solution:\n    def f(self, x):\n        return sum(v if type(v) is int else self.f(v) for v in x)', [([1, [2, [3]]],)]),
    ("def f(x):\n    match x:\n        case 1: return type(x).__name__ == 'int'\n    return x.__class__ == str or x.__class__.__name__", [(1,), ('a',), ([],)]),
]  # fmt: skip
MODULES = [
    ('import copy\ndef f(g):\n    new = copy.deepcopy(g)\n    new[0][0] = 9\n    return [g, new]', [([[1, 2], [3]],)]),
    ("from copy import deepcopy\ndef f(a):\n    copy = deepcopy(a)\n    copy['k'].append(3)\n    return a == copy", [({'k': [1]},)]),
    ('import copy as c\ndef f(a):\n    b = [a[0], a[0]]\n    d = c.deepcopy(b)\n    d[0].append(5)\n    return [a, b, d]', [([[1], 2],)]),
    ('import copy\ndef f(a):\n    b = copy.copy(a)\n    c = copy.copy(5)\n    b.append(c)\n    return [a, b]', [([1],)]),
    ("from copy import copy\ndef f(a):\n    b = copy(a)\n    b['x'] = 1\n    return [a, b]", [({'y': 2},)]),
    ('class Solution:\n    def gameOfLife(self, board: List[List[int]]) -> List[List[int]]:\n        old = copy.deepcopy(board)\n        m, n = len(board), len(board[0])\n        for i in range(m):\n            for j in range(n):\n                live = 0\n                for x in range(max(0, i-1), min(m, i+2)):\n                    for y in range(max(0, j-1), min(n, j+2)):\n                        if (x, y) != (i, j):\n                            live += old[x][y]\n                if old[i][j] == 1 and live not in (2, 3):\n                    board[i][j] = 0\n                elif old[i][j] == 0 and live == 3:\n                    board[i][j] = 1\n        return board', [([[0, 1, 0], [0, 1, 0], [0, 1, 0]],)]),
    ('def f(a):\n    copy = a[:]\n    copy.append(1)\n    return copy', [([1],)]),
    ('import copy\nfrom collections import defaultdict, deque\ndef f(a):\n    d = defaultdict(list)\n    d[1].append(a)\n    e = copy.deepcopy(d)\n    e[1][0].append(4)\n    e[2].append(5)\n    q = deque([a], 2)\n    r = copy.deepcopy((q, {1}, a))\n    r[0][0].append(7)\n    return [dict(d), dict(e), list(q), list(r[0]), r[2]]', [([1],)]),
    ('def f(x):\n    return isinstance(x, type(None)) or isinstance(x, type([])) or isinstance(x, (int, type(None)))', [([1],), (None,), ('a',), (True,)]),
    ('import math\ndef f(a):\n    return math.prod(a) if math.prod(x for x in a if x) < math.inf else 0', [([1, 2],), ([],)]),
    ('import sys\nsys.setrecursionlimit(10**6)\ndef f(a):\n    lo = sys.maxsize\n    hi = -sys.maxsize - 1\n    for x in a: lo, hi = min(lo, x), max(hi, x)\n    return hi - lo', [([3, 5],), ([],)]),
    ('import sys\ndef f(n):\n    sys.setrecursionlimit(5000)\n    return n', [(1,)]),
    ("import operator\ndef f(a, b, op):\n    ops = {'+': operator.add, '-': operator.sub, '*': operator.mul}\n    return ops[op](a, b)", [(1, 2, '+'), (3, 4, '*')]),
    ('from string import ascii_lowercase as low, digits\ndef f(s):\n    return [low.index(c) for c in s if c in low and c not in digits]', [('abz1',)]),
    ('def f(i, x):\n    return i in range(3) and (x not in range(1, 10, 2) or 5 in range(x))', [(1, 3), (4, 2), (2.0, 4), ('a', 1)]),
    ('def f(n):\n    r = range(n)\n    return [i in r for i in (0, 5)] + [len(r), r[1], list(r[1:])]', [(4,)]),
]  # fmt: skip
ITERATORS = [
    ('def f(s, t):\n    it = iter(t)\n    return all(c in it for c in s)', [('abc', 'ahbgdc'), ('axc', 'ahbgdc'), ('', 'a')]),
    ('def f(d):\n    i = iter(d.items())\n    return next(i), next(i)', [({'a': 1, 'b': 2, 'c': 3},)]),
    ('def f(xs):\n    it = iter(xs)\n    best = next(it)\n    for x in it:\n        if x > best: best = x\n    return best', [([3, 1, 5],), ([1],)]),
    ('def f(xs):\n    it = iter(xs)\n    out = []\n    for x in it:\n        out.append([x, next(it, None)])\n    return out', [([3, 1, 5],), ([],), ('abcd',)]),
    ('def f(xs):\n    it = iter(xs)\n    out = []\n    while (x := next(it, None)) is not None:\n        if x == 1:\n            next(it, None)\n            continue\n        out.append(x)\n    return out', [([3, 1, 5, 6],), ([],)]),
    ('def f(xs):\n    it = iter(xs)\n    for x in it:\n        if x == 2: break\n    return list(it)', [([3, 2, 5, 6],), ([],)]),
    ('def f(xs):\n    it = iter(xs)\n    head = [next(it) for _ in range(2)]\n    return head + [0] + sorted(it)', [([3, 2, 6, 5],)]),
    ('def f(xs, ys):\n    it = zip(xs, ys)\n    a, b = next(it)\n    for x, y in it:\n        a += x\n        b += y\n    return [a, b]', [([3, 2], [4, 5])]),
    ("def f(s):\n    it = iter(s)\n    n = 0\n    for c in it:\n        if c == '\\\\':\n            n += next(it) == 'n'\n    return n", [('a\\nb\\t',)]),
    ('def f(xs):\n    m = map(int, xs)\n    return sum(m)', [(['1', '2'],)]),
    ('def f(xs):\n    m = map(int, xs)\n    if not xs: return 0\n    return max(m)', [(['1', '2'],), ([],)]),
    ('def f(xs):\n    g = (int(x) for x in xs)\n    return any(g)', [(['0', '2', 'a'],), ([],)]),
    ('def f(xs):\n    g = (int(x) for x in xs)\n    for v in g:\n        if v == 2: return True\n    return False', [(['0', '2', 'a'],), ([],)]),
    ('def f(xs):\n    g = map(lambda x: x * 2, xs)\n    h = filter(lambda x: x > 2, g)\n    return list(h)', [([1, 2, 3],)]),
    ("def f(xs):\n    g = map(int, xs.split(','))\n    total = 0\n    for v in g:\n        total += v\n    return total", [('1,2',)]),
    ('def f(xs):\n    p = zip(xs, xs[1:])\n    out = []\n    for a, b in p:\n        out.append(a + b)\n    return out', [([1, 2, 3],)]),
    ("def f(xs):\n    r = reversed(xs)\n    return ''.join(r)", [('abc',)]),
    ('def f(s):\n    words = iter(s.split())\n    cmd = next(words)\n    args = []\n    for w in words: args.append(w)\n    return [cmd, args]', [('go a b',)]),
    ("def f(xs):\n    it = iter(xs)\n    try:\n        while True:\n            x = next(it)\n    except StopIteration:\n        return 'done'", [([1],)]),
    ('def f(xs):\n    it = iter(xs)\n    return 3 in it, 3 in it, 5 not in it', [([3, 1, 3],)]),
    ('def f(xs):\n    gen = (x for x in xs if x % 2)\n    return next(gen, -1)', [([2, 3],), ([2],)]),
    ('def f(nums):\n    it = iter(nums)\n    prev = next(it, None)\n    runs = 0\n    for cur in it:\n        if cur != prev:\n            runs += 1\n        prev = cur\n    return runs', [([1, 1, 2],), ([],)]),
    ('def f(array):\n    a = array.copy()\n    a = reversed(a)\n    return [x*x for x in a]', [([1, 2, 1],)]),
    ("def f(s):\n    c = map(str.isascii, s.split())\n    if True in c:\n        return ', '.join(x for x in s.split() if x.isascii())\n    return ''", [('a b',)]),
    ('def f(xs):\n    a = map(int, xs)\n    a = sorted(a)\n    return a[0] + a[-1]', [(['1', '5'],)]),
    ('def f(xs):\n    a = zip(xs, xs)\n    if xs:\n        xs = dict(a)\n    return xs', [([1, 5],), ([],)]),
    ('def f(xs):\n    a = filter(None, xs)\n    xs = list(a)\n    xs.append(1)\n    return xs', [([1, 5, 0],), ([],)]),
    ('def f(a, b):\n    out = []\n    pairs = zip(a, b)\n    for x, y in pairs:\n        out += [x] * y\n        a = b\n    return out', [([1, 5], [1, 2])]),
    ('def f(a):\n    out = []\n    e = enumerate(a)\n    for i, x in e:\n        if i: out.append(x)\n        else: out.extend([x, x])\n    return out', [([1, 5],)]),
    ('def f(s):\n    it = iter(s)\n    out = []\n    for a in it:\n        for b in it:\n            out.append((a, b))\n    return out', [('abc',), ('',)]),
    ("def f(s):\n    it = iter(s)\n    out = []\n    for k in range(2):\n        for x in it:\n            out.append((k, x))\n            if x == 'b': break\n    return out", [('abcd',), ('',)]),
    ("def f(s):\n    out = []\n    for w in s:\n        it = iter(w)\n        c = next(it, '')\n        for x in it:\n            c += x.upper()\n        out.append(c)\n    return out", [(['abcd', '', 'x'],)]),
    ("def f(s):\n    it = iter(s)\n    for x in it:\n        if x == 'b': break\n    else:\n        return 'none'\n    return next(it, '')", [('abcd',), ('xy',)]),
    ('def f(s, t):\n    it = iter(t)\n    return sum(1 for c in s if c in it)', [('abc', 'abdc')]),
    ('def f(xs):\n    it = iter(xs)\n    a = b = 0\n    while True:\n        try:\n            a += next(it)\n            b += next(it)\n        except StopIteration:\n            break\n    return a, b', [([1, 2, 3],), ([],)]),
    ('def f(xs):\n    it = iter(sorted(xs))\n    xs.clear()\n    return [next(it, 0) + next(it, 0), xs]', [([5, 2, 3],)]),
    ('def f(xs):\n    it = iter(xs)\n    cond = next(it) > 1 and next(it) > 1 or 7 in it\n    return [cond, list(it)]', [([5, 2, 3],), ([1, 0, 7, 8],)]),
    ('def f(a):\n    g = (x for x in a if x > 1)\n    b = list(g)\n    a = [x for x in b]\n    return a', [([1, 2],)]),
    ('def f(x, cond):\n    return type(x if cond else [x]) == list and type(x) in (list, tuple, set)', [([1], True), (1, False)]),
    ('def f(x):\n    x = [x]\n    n = 0\n    while type(x) == list:\n        x = x[0]\n        n += 1\n    return n', [([[1]],), (True,)]),
    ('def f(x, types=None):\n    def walk(v):\n        if type(v) is dict:\n            return {k: walk(w) for k, w in v.items()}\n        if type(v) in (list, tuple):\n            return [walk(w) for w in v]\n        return type(v).__name__\n    return walk(x)', [({'a': [1, (2.5, 'x')], 'b': None},)]),
    ("import copy\ndef f(x):\n    y = copy.deepcopy(x)\n    y['a']['b'] = 2\n    return x['a'] == y['a'], x is y, x", [({'a': {'b': 1}},)]),
    ('from copy import deepcopy\ndef f(s, n):\n    rows = [s] * n\n    new = deepcopy(rows)\n    new[0].append(1)\n    return [rows, new, new[0] is new[1]]', [([0], 2)]),
    ("def f(s, d):\n    d['x'] = 'y'\n    t = str.maketrans(d)\n    d['a'] = 'z'\n    return s.translate(t)", [('xa', {})]),
    ("def f(p):\n    return '{0}{0}'.format(*p) + '{}'.format(*(p[1:]))", [([1, 2],), ([1],)]),
    ('def f(grid):\n    it = (r for r in grid)\n    first = next(it)\n    return first', [([[1]],), ([],)]),
    ('def f(xs):\n    e = enumerate(xs)\n    while True:\n        i, x = next(e, (None, None))\n        if i is None: return -1\n        if x == 2: return i', [([1, 2, 3],), ([1],)]),
    ('import copy\ndef f(list):\n    return copy.copy(list)', [([3],)]),
    ('def g(a):\n    return len(a)\ndef f(len):\n    return g([1]) + len', [(3,)]),
    ('def g(a):\n    return isinstance(a, list)\ndef f(list):\n    return g(list)', [([3],)]),
    ('def g(a):\n    return max(a, 0) + abs(a)\ndef f(max, abs):\n    return g(max) + abs', [(3, 4)]),
    ('from collections import defaultdict\ndef g(a):\n    d = defaultdict(list)\n    d[1].append(a)\n    return d[1]\ndef f(list):\n    return g(list)', [([3],)]),
]  # fmt: skip
TEXTS = [
    ("def f(nums):\n    nums = ['{0:{fill}>{width}}'.format(val, **{'fill': '0', 'width': nums[0]}) for val in nums[1:]]\n    return [str(val) for val in nums]", [(['5', '2', '44'],)]),
    ("def f(p):\n    return '{} and {}'.format(*p)", [([1, 2],), ([1],), ([1, 2, 3],), ('ab',)]),
    ("def f(p):\n    return '{1} {0} {1:>4}'.format(*[x + 1 for x in p])", [([1, 2],), ([1],)]),
    ("def f(a, b):\n    return '{x}-{y}'.format(**{'x': a, 'y': b}) + '{x}'.format(x=a, **{'y': b})", [(1, 'q')]),
    ("def f(a, w, c):\n    return f'{a:{c}>{w}}' + f'{a:>{w}}' + '{:{}}'.format(a, w) + '{0:{1}^{2}}'.format(a, c, w)", [('x', 5, '*'), (3, 4, '.')]),
    ('def f(line, m):\n    rs = {k[0]: k[1] for k in m}\n    return line.translate(str.maketrans(rs))', [('abab', [('a', 'b'), ('b', 'a')]), ('abab', [('aa', 'b')]), ('abab', [])]),
    ('def f(s, a, b):\n    return s.translate(str.maketrans(a, b))', [('abc', 'ab', 'xy'), ('abc', 'a', 'xy')]),
    ('def f(s, d):\n    return s.translate(str.maketrans(d))', [('abc', {'a': 'XX', 'b': None, 'c': 100}), ('abc', {}), ('abc', {'ab': 'c'})]),
    ('def f(s, a, b, c):\n    t = str.maketrans(a, b, c)\n    return s.translate(t)', [('abc', 'ab', 'xy', 'c'), ('abc', 'a', 'y', 'a')]),
    ("def f(s):\n    return s.translate({ord('a'): None, ord('b'): 'zz', ord('c'): 100})", [('abcd',), ('',)]),
    ("def f(s):\n    t = {ord(c): None for c in 'aeiou'}\n    return s.translate(t)", [('abcd',), ('',)]),
    ("def f(s):\n    import string\n    return s.translate(str.maketrans('', '', string.punctuation))", [('a,b.',)]),
    ('def f(s):\n    return sorted(s, key=str.lower) + list(map(s.count, s))', [('aB',)]),
    ("def f(p):\n    return 'a{{}}{}'.format(*p) + 'no'.format(*p)", [([1, 2],), ([],)]),
    ("def f(a):\n    ks, vs = [], []\n    for k in a: ks.append('{0[0]}'.format(k))\n    return ks", [(['ab'],)]),
]  # fmt: skip
SHORT = [
    ('from collections import Counter\nimport heapq\ndef f(nums, k):\n    counts = Counter(nums)\n    return heapq.nlargest(k, counts.keys(), counts.get) + heapq.nsmallest(1, nums, None)', [([1, 1, 2, 2, 2, 3], 2)]),
    ('class Solution:\n    def generate(self, m: int, n: int) -> List[List[int]]:\n        grid = [[0] * n for _ in range(m)]\n        for i in range(m):\n            for j in range(n):\n                grid[i][j] = i * j\n        return grid', [(2, 3), (0, 1)]),
    ('def f(d):\n    return sorted(d, key=d.get)', [({'a': 3, 'b': 1},), ({},)]),
    ('def f(d):\n    return sorted(d, key=d.get, reverse=True)[:2]', [({'a': 3, 'b': 1, 'c': 2},)]),
    ('def f(d):\n    return max(d, key=d.get)', [({'a': 3, 'b': 9},), ({},)]),
    ('def f(m):\n    return [list(r) for r in zip(*m)]', [([[1, 2], [3, 4]],)]),
    ('def f(m):\n    return list(map(list, zip(*m)))', [([[1, 2], [3, 4]],), ([],)]),
    ('def rotate(matrix):\n    matrix[:] = [list(r)[::-1] for r in zip(*matrix)]\n    return matrix', [([[1, 2], [3, 4]],)]),
    ('def f(m):\n    return max(sum(row) for row in m)', [([[1, 2], [3, 4]],)]),
    ("def f(s):\n    return ''.join(sorted(s))", [('hello',), ('',)]),
    ('import collections\ndef f(s):\n    return collections.Counter(s).most_common(1)[0][0]', [('hello',)]),
    ("def f(a):\n    best = float('inf')\n    for x in a:\n        best = min(best, x)\n    return best if best != float('inf') else -1", [([3, 1],), ([],)]),
    ('def f(x):\n    return -1 in x or any(v < 0 for v in x)', [([1, 2],), ([1, -3],), ([-1],)]),
    ('def f(a,b):\n    q, r = divmod(a, b)\n    return [q, r]', [(7, 2), (-7, 2), (1, 0)]),
    ('def f(n):\n    sign = -1 if n < 0 else 1\n    r = sign * int(str(abs(n))[::-1])\n    return r if -2**31 <= r <= 2**31 - 1 else 0', [(123,), (-120,), (1534236469,)]),
    ("def f(n):\n    return bin(n).count('1')", [(11,), (0,)]),
    ('def f(nums,t):\n    lo, hi = 0, len(nums) - 1\n    while lo <= hi:\n        mid = lo + (hi - lo) // 2\n        if nums[mid] == t:\n            return mid\n        elif nums[mid] < t:\n            lo = mid + 1\n        else:\n            hi = mid - 1\n    return -1', [([1, 3, 5, 7], 5), ([1, 3], 2)]),
    ('def subsets(nums):\n    out = []\n    def dfs(i, cur):\n        if i == len(nums):\n            out.append(cur[:])\n            return\n        cur.append(nums[i])\n        dfs(i + 1, cur)\n        cur.pop()\n        dfs(i + 1, cur)\n    dfs(0, [])\n    return out', [([1, 2],), ([],)]),
    ('def count_paths(m, n):\n    count = 0\n    def walk(i, j):\n        nonlocal count\n        if i == m - 1 and j == n - 1:\n            count += 1\n            return\n        if i + 1 < m: walk(i + 1, j)\n        if j + 1 < n: walk(i, j + 1)\n    walk(0, 0)\n    return count', [(2, 3), (3, 3)]),
    ('from functools import lru_cache\nclass Solution:\n    def climbStairs(self, n: int) -> int:\n        @lru_cache(None)\n        def dp(i):\n            if i <= 1:\n                return 1\n            return dp(i - 1) + dp(i - 2)\n        return dp(n)', [(5,), (1,)]),
    ('from functools import reduce\ndef f(a):\n    return reduce(lambda x, y: x ^ y, a)', [([4, 1, 2, 1, 2],), ([],)]),
    ('from functools import reduce\nimport operator\ndef f(a):\n    return reduce(operator.mul, a, 1)', [([4, 1, 2],), ([],)]),
    ("from itertools import groupby\ndef f(s):\n    return ''.join(str(len(list(g))) + k for k, g in groupby(s))", [('111221',), ('',)]),
    ('from itertools import groupby\ndef f(w):\n    out = {}\n    for k, g in groupby(sorted(w, key=len), key=len):\n        out[k] = list(g)\n    return out', [(['aa', 'b', 'cc', 'd'],)]),
    ('def f(s):\n    t = [c.lower() for c in s if c.isalnum()]\n    i, j = 0, len(t) - 1\n    while i < j:\n        if t[i] != t[j]: return False\n        i += 1; j -= 1\n    return True', [('A man, a plan',), ('aba',)]),
    ('def f(s):\n    l, r = 0, len(s) - 1\n    while l < r:\n        while l < r and not s[l].isalnum(): l += 1\n        while l < r and not s[r].isalnum(): r -= 1\n        if s[l].lower() != s[r].lower(): return False\n        l, r = l + 1, r - 1\n    return True', [('A man, nam a',), ('ab',)]),
    ('def f(a):\n    seen = {}\n    for i, x in enumerate(a):\n        if (y := 9 - x) in seen:\n            return [seen[y], i]\n        seen[x] = i\n    return []', [([2, 7, 11],), ([1],)]),
    ("def f(s):\n    pairs = {')': '(', ']': '[', '}': '{'}\n    st = []\n    for c in s:\n        if c in pairs:\n            if not st or st.pop() != pairs[c]:\n                return False\n        else:\n            st.append(c)\n    return not st", [('()[]',), ('(]',), (']',)]),
    ("def f(strs):\n    if not strs: return ''\n    pre = ''\n    for t in zip(*strs):\n        if len(set(t)) == 1:\n            pre += t[0]\n        else:\n            break\n    return pre", [(['flower', 'flow'],), ([],)]),
    ('from collections import defaultdict\ndef f(strs):\n    d = defaultdict(list)\n    for s in strs:\n        d[tuple(sorted(s))].append(s)\n    return list(d.values())', [(['eat', 'tea', 'tan'],)]),
    ('from collections import Counter\ndef f(s, t):\n    return Counter(s) == Counter(t)', [('ab', 'ba'), ('a', 'b')]),
    ("def f(n):\n    return [''.join(['Fizz'][i % 3:] + ['Buzz'][i % 5:]) or str(i) for i in range(1, n + 1)]", [(5,)]),
    ("def f(n):\n    return ['FizzBuzz' if i % 15 == 0 else 'Fizz' if i % 3 == 0 else 'Buzz' if i % 5 == 0 else str(i) for i in range(1, n+1)]", [(15,)]),
    ('def f(nums):\n    nums.sort()\n    res = []\n    for i in range(len(nums) - 2):\n        if i > 0 and nums[i] == nums[i-1]:\n            continue\n        l, r = i + 1, len(nums) - 1\n        while l < r:\n            s = nums[i] + nums[l] + nums[r]\n            if s < 0: l += 1\n            elif s > 0: r -= 1\n            else:\n                res.append([nums[i], nums[l], nums[r]])\n                l += 1\n                while l < r and nums[l] == nums[l-1]: l += 1\n    return res', [([-1, 0, 1, 2, -1, -4],)]),
    ("def f(s):\n    best = ''\n    for i in range(len(s)):\n        for a, b in ((i, i), (i, i + 1)):\n            while a >= 0 and b < len(s) and s[a] == s[b]:\n                a -= 1; b += 1\n            best = max(best, s[a+1:b], key=len)\n    return best", [('babad',), ('cb',)]),
    ("def f(grid):\n    if not grid: return 0\n    def sink(i, j):\n        if 0 <= i < len(grid) and 0 <= j < len(grid[0]) and grid[i][j] == '1':\n            grid[i][j] = '0'\n            list(map(sink, (i+1, i-1, i, i), (j, j, j+1, j-1)))\n            return 1\n        return 0\n    return sum(sink(i, j) for i in range(len(grid)) for j in range(len(grid[0])))", [([['1', '0'], ['0', '1']],)]),
    ('from collections import deque\ndef f(grid):\n    m, n = len(grid), len(grid[0])\n    q = deque((i, j, 0) for i in range(m) for j in range(n) if grid[i][j] == 2)\n    fresh = sum(row.count(1) for row in grid)\n    t = 0\n    while q:\n        i, j, t = q.popleft()\n        for di, dj in [(0,1),(1,0),(0,-1),(-1,0)]:\n            x, y = i + di, j + dj\n            if 0 <= x < m and 0 <= y < n and grid[x][y] == 1:\n                grid[x][y] = 2\n                fresh -= 1\n                q.append((x, y, t + 1))\n    return -1 if fresh else t', [([[2, 1, 1], [1, 1, 0]],), ([[0, 1]],)]),
    ('import heapq\ndef f(nums, k):\n    return heapq.nlargest(k, nums)[-1]', [([3, 2, 1, 5], 2)]),
    ('import heapq\ndef f(nums, k):\n    h = []\n    for n in nums:\n        heapq.heappush(h, n)\n        if len(h) > k: heapq.heappop(h)\n    return h[0]', [([3, 2, 1, 5], 2)]),
    ('from collections import Counter\nimport heapq\ndef f(nums, k):\n    count = Counter(nums)\n    return heapq.nlargest(k, count.keys(), key=count.get)', [([1, 1, 2, 2, 2, 3], 2)]),
    ('from collections import Counter\ndef f(nums, k):\n    return [x for x, _ in Counter(nums).most_common(k)]', [([1, 1, 2, 2, 2, 3], 2)]),
    ('def f(a):\n    return sorted(a, key=lambda x: (-len(x), x))', [(['b', 'aa', 'a'],)]),
    ('def f(intervals):\n    intervals.sort(key=lambda x: x[0])\n    out = []\n    for s, e in intervals:\n        if out and out[-1][1] >= s:\n            out[-1][1] = max(out[-1][1], e)\n        else:\n            out.append([s, e])\n    return out', [([[1, 3], [2, 6], [8, 10]],)]),
    ('class Solution:\n    def canJump(self, nums: List[int]) -> bool:\n        reach = 0\n        for i, n in enumerate(nums):\n            if i > reach: return False\n            reach = max(reach, i + n)\n        return True', [([2, 3, 1, 1, 4],), ([3, 2, 1, 0, 4],)]),
    ("def f(coins, amount):\n    dp = [0] + [float('inf')] * amount\n    for c in coins:\n        for x in range(c, amount + 1):\n            dp[x] = min(dp[x], dp[x - c] + 1)\n    return dp[amount] if dp[amount] != float('inf') else -1", [([1, 2, 5], 6), ([2], 3)]),
    ('def f(nums):\n    return len(nums) != len(set(nums))', [([1, 2, 1],), ([1],)]),
    ("def f(board):\n    seen = sum(([(c, i), (j, c), (i // 3, j // 3, c)] for i, row in enumerate(board) for j, c in enumerate(row) if c != '.'), [])\n    return len(seen) == len(set(seen))", [([['1', '.'], ['.', '1']],), ([['1', '1']],)]),
    ('def f(words, order):\n    rank = {c: i for i, c in enumerate(order)}\n    return all([rank[c] for c in a] <= [rank[c] for c in b] for a, b in zip(words, words[1:]))', [(['hello', 'leet'], 'hlabcdefgijkmnopqrstuvwxyz')]),
    ("def f(s):\n    return ' '.join(w[::-1] for w in s.split())", [("let's go",)]),
    ("def f(s):\n    vals = {'I': 1, 'V': 5, 'X': 10, 'L': 50}\n    return sum(-vals[a] if vals[a] < vals.get(b, 0) else vals[a] for a, b in zip(s, s[1:] + ' '))", [('XIV',), ('III',)]),
    ('import math\ndef f(n):\n    return all(n % i for i in range(2, math.isqrt(n) + 1)) and n > 1', [(7,), (9,), (1,)]),
    ('def f(n):\n    seen = set()\n    while n != 1 and n not in seen:\n        seen.add(n)\n        n = sum(int(d) ** 2 for d in str(n))\n    return n == 1', [(19,), (2,)]),
    ('def f(s, t):\n    it = iter(t)\n    return all(c in it for c in s)', [('abc', 'ahbgdc'), ('axc', 'ahbgdc'), ('', 'a')]),
    ('def f(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a', [(10,)]),
    ('def f(nums, k):\n    k %= len(nums)\n    nums[:] = nums[-k:] + nums[:-k]\n    return nums', [([1, 2, 3], 1), ([1, 2, 3], 3)]),
    ('def f(a, b):\n    return bin(int(a, 2) + int(b, 2))[2:]', [('11', '1')]),
    ('def f(a):\n    *_, last = a\n    first, *rest = a\n    return [first, last, rest]', [([1, 2, 3],)]),
    ('def f(s):\n    from string import ascii_lowercase\n    return [s.count(c) for c in ascii_lowercase if c in s]', [('hello',)]),
    ("import string\ndef f(s):\n    return ''.join(c for c in s if c not in string.punctuation).lower()", [('He, llo!',)]),
    ('def f(nums):\n    def helper(i, total=0):\n        return total if i == len(nums) else helper(i + 1, total + nums[i])\n    return helper(0)', [([1, 2],)]),
    ('class Solution:\n    def __init__(self):\n        self.memo = {}\n    def fib(self, n):\n        if n < 2: return n\n        if n not in self.memo:\n            self.memo[n] = self.fib(n-1) + self.fib(n-2)\n        return self.memo[n]', [(6,)]),
    ('class Solution:\n    def permute(self, nums):\n        res = []\n        self.bt(nums, [], res)\n        return res\n    def bt(self, nums, path, res):\n        if not nums:\n            res.append(path)\n        for i in range(len(nums)):\n            self.bt(nums[:i] + nums[i+1:], path + [nums[i]], res)', [([1, 2, 3],)]),
    ("class Solution:\n    def numIslands(self, grid: List[List[str]]) -> int:\n        rows, cols = len(grid), len(grid[0])\n        visit = set()\n        islands = 0\n        def bfs(r, c):\n            q = collections.deque()\n            visit.add((r, c))\n            q.append((r, c))\n            while q:\n                row, col = q.popleft()\n                for dr, dc in [[1,0],[-1,0],[0,1],[0,-1]]:\n                    r, c = row + dr, col + dc\n                    if r in range(rows) and c in range(cols) and grid[r][c] == '1' and (r, c) not in visit:\n                        q.append((r, c))\n                        visit.add((r, c))\n        for r in range(rows):\n            for c in range(cols):\n                if grid[r][c] == '1' and (r, c) not in visit:\n                    bfs(r, c)\n                    islands += 1\n        return islands", [([['1', '1'], ['0', '1']],), ([['1', '0'], ['0', '1']],)]),
    ('class Solution:\n    def findOrder(self, n, pre):\n        g = [[] for _ in range(n)]\n        deg = [0] * n\n        for a, b in pre:\n            g[b].append(a); deg[a] += 1\n        q = [i for i, d in enumerate(deg) if not d]\n        for x in q:\n            for y in g[x]:\n                deg[y] -= 1\n                if deg[y] == 0: q.append(y)\n        return q * (len(q) == n)', [(3, [[1, 0], [2, 1]]), (2, [[0, 1], [1, 0]])]),
    ('def f(a, b):\n    while b:\n        a, b = b, a % b\n    return a', [(12, 18)]),
    ('def f(triangle):\n    for i in range(len(triangle) - 2, -1, -1):\n        for j in range(i + 1):\n            triangle[i][j] += min(triangle[i+1][j:j+2])\n    return triangle[0][0]', [([[2], [3, 4], [6, 5, 7]],)]),
    ('def f(s):\n    d = {}\n    for c in s: d[c] = d.get(c, 0) + 1\n    return next((i for i, c in enumerate(s) if d[c] == 1), -1)', [('leetcode',), ('aa',)]),
    ('def f(prices):\n    lo, best = math.inf, 0\n    for p in prices:\n        lo = min(lo, p)\n        best = max(best, p - lo)\n    return best', [([7, 1, 5],), ([],)]),
    ('def f(n, k):\n    return sum(1 for i in range(1, n+1) if n % i == 0 and i >= k) or -1', [(12, 4), (5, 9)]),
    ("def f(word, abbr):\n    i = j = 0\n    while i < len(word) and j < len(abbr):\n        if abbr[j].isdigit():\n            if abbr[j] == '0': return False\n            k = 0\n            while j < len(abbr) and abbr[j].isdigit():\n                k = k * 10 + int(abbr[j]); j += 1\n            i += k\n        else:\n            if word[i] != abbr[j]: return False\n            i += 1; j += 1\n    return i == len(word) and j == len(abbr)", [('international', 'i5a6al'), ('apple', 'a2e'), ('internationalization', 'i12iz4n')]),
    ('class Solution:\n    def combinationSum(self, candidates, target):\n        res = []\n        def go(start, left, path):\n            if left == 0:\n                res.append(list(path)); return\n            for i in range(start, len(candidates)):\n                if candidates[i] <= left:\n                    go(i, left - candidates[i], path + [candidates[i]])\n        go(0, target, [])\n        return res', [([2, 3], 6)]),
    ('def f(x, y):\n    return (x ^ y).bit_count()', [(1, 4)]),
    ("def f(x, y):\n    return '{:032b}'.format(x)[::-1].count('1') + int('{:08b}'.format(y)[::-1], 2)", [(1, 4)]),
    ('def f(nums):\n    ans = [1] * len(nums)\n    p = 1\n    for i in range(len(nums)):\n        ans[i], p = p, p * nums[i]\n    p = 1\n    for i in reversed(range(len(nums))):\n        ans[i] *= p\n        p *= nums[i]\n    return ans', [([1, 2, 3, 4],)]),
    ('def f(matrix):\n    return matrix and [*matrix.pop(0)] + f([*zip(*matrix)][::-1])', [([[1, 2], [3, 4]],)]),
    ("def f(s):\n    out = []\n    for w in s.split('/'):\n        match w:\n            case '' | '.': continue\n            case '..':\n                if out: out.pop()\n            case _: out.append(w)\n    return '/' + '/'.join(out)", [('/a/./b/../c/',)]),
]  # fmt: skip
REFUSED = [
    ('from collections import Counter\ndef f(x):\n    c = Counter(x)\n    return type(c) == dict', 'isinstance cannot tell a Counter or defaultdict from a dict;'),
    ('def f(x):\n    return type(x)(x)', 'type() is for tests, as in type(x) == list; use isinstance'),
    ('def f(x):\n    return type(x)', 'type() is for tests, as in type(x) == list; use isinstance'),
    ('from statistics import mean, median\ndef f(a):\n    return mean(a) + median(a)', 'statistics is not available; write the mean or median with s'),
    ("import re\ndef f(s):\n    return re.sub('a', 'b', s)", 'regular expressions are not available; use text methods such'),
    ('import random\ndef f(s):\n    return random.choice(s)', 'a rule may not use random numbers; make the numbers an argum'),
    ('import datetime\ndef f(s):\n    return datetime.date(2020,1,1).weekday()', 'dates are not available; give year, month and day as numbers'),
    ('import time\ndef f(s):\n    return time.time()', 'a rule may not look at the clock; make the time an argument'),
    ('def f(s):\n    if s.isnumeric:\n        return 1\n    return 0', 's.isnumeric is a method that is not called, which is always '),
    ('def f(s):\n    if s.isdigit and s[0].isupper:\n        return 1\n    return 0', 's.isdigit is a method that is not called, which is always tr'),
    ('def f(a):\n    m = map(int, a)\n    return len(m)', 'm is an iterator, which can only be gone over; write m = lis'),
    ('def f(a):\n    m = map(int, a)\n    return m[0]', 'm is an iterator, which can only be gone over; write m = lis'),
    ('def f(a):\n    m = zip(a, a)\n    return isinstance(m, list)', 'm is an iterator, which can only be gone over; write m = lis'),
    ('def f(a):\n    m = reversed(a)\n    return m == a', 'm is an iterator, which can only be gone over; write m = lis'),
    ('def f(a):\n    m = (x for x in a)\n    a.append(5)\n    return list(m)', 'something changes before m, an iterator, is read; write m = '),
    ("def f(a):\n    m = map(int, a)\n    a.append('5')\n    return list(m)", 'something changes before m, an iterator, is read; write m = '),
    ("def f(a):\n    m = reversed(a)\n    a.append('5')\n    return list(m)", 'something changes before m, an iterator, is read; write m = '),
    ("def f(a):\n    m = zip(a, a)\n    a.append('5')\n    return list(m)", 'something changes before m, an iterator, is read; write m = '),
    ("def f(a):\n    m = enumerate(a)\n    a.append('5')\n    return m", 'm is an iterator, which can only be gone over; write m = lis'),
    ('def f(a):\n    m = zip(a, a)\n    if m:\n        return 1\n    return [m]', 'm is an iterator that is read more than once; write m = list'),
    ('def f(xs):\n    it = iter(xs)\n    xs.append(1)\n    return next(it)', 'what it reads is changed in this function; write it = list(.'),
    ('def f(xs):\n    it = iter(xs)\n    return list(zip(it, it))', 'it is an iterator that is read more than once; write it = li'),
    ('def f(xs):\n    p = zip(xs, xs[1:])\n    for a, b in p:\n        xs.append(a + b)\n        if len(xs) > 9: break\n    return xs', 'something changes before p, an iterator, is read; write p = '),
    ('def f(xs):\n    r = reversed(xs)\n    return xs == r', 'r is an iterator, which can only be gone over; write r = lis'),
    ('def f(xs):\n    it = iter(xs)\n    def g():\n        return next(it)\n    return g()', 'it is an iterator that is read more than once; write it = li'),
    ('def f(a, b):\n    ia, ib = iter(a), iter(b)\n    return [next(ia), next(ib)]', 'an iterator of its own is outside the rule language; loop ov'),
    ('def f(xs):\n    gen = (x for x in xs if x % 2)\n    return [next(gen, -1), next(gen, -1)]', 'gen is an iterator that is read more than once; write gen = '),
    ('def f(xs):\n    a = xs\n    for _ in range(2):\n        a = reversed(a)\n    return list(a)', 'a is an iterator that is read more than once; write a = list'),
    ('def f(xs):\n    for _ in range(2):\n        a = list(xs)\n        a = reversed(a)\n        b = list(a)\n    return b', 'a is an iterator that is read more than once; write a = list'),
    ('def f(xs):\n    a = list(xs)\n    if len(a) > 1:\n        a = reversed(a)\n    return list(a)', 'a is an iterator that is read more than once; write a = list'),
    ('def f(xs):\n    a = xs\n    if len(a) > 1:\n        a = reversed(a)\n    return a[0]', 'a is an iterator that is read more than once; write a = list'),
    ('def f(xs):\n    it = iter(xs)\n    ys = xs\n    ys.append(1)\n    return [next(it), next(it)]', 'what it reads is changed in this function; write it = list(.'),
    ('def f(xs):\n    def g():\n        xs.append(4)\n        return 0\n    it = iter(xs)\n    a = next(it)\n    g()\n    return [a, list(it)]', 'what it reads is changed in this function; write it = list(.'),
    ('def f(d):\n    it = iter(d)\n    k = next(it)\n    d[k] = 5\n    return [k, next(it, None)]', 'what it reads is changed in this function; write it = list(.'),
    ("def f(s):\n    it = iter(s)\n    out = [a for a in it if a != 'b']\n    return [out, next(it, 'end')]", 'it is an iterator that is read more than once; write it = li'),
    ('def f(s, t):\n    it = iter(t)\n    return all(any(c == d for d in it) for c in s)', 'it is an iterator that is read more than once; write it = li'),
    ('def f(a):\n    total = a\n    z = zip(a, a)\n    for x, y in z:\n        total += [x]\n        if len(total) > 6: break\n    return total', 'something changes before z, an iterator, is read; write z = '),
    ('def f(a, k):\n    g = (x * k for x in a)\n    k = 5\n    return list(g)', 'something changes before g, an iterator, is read; write g = '),
    ('def f(a):\n    fns = []\n    m = map(lambda x: fns.append(x) or x, a)\n    n = len(fns)\n    return [n, list(m), fns]', 'something changes before m, an iterator, is read; write m = '),
    ('def f(x):\n    a = [type(y) for y in x]\n    return len(set(a))', 'type() is for tests, as in type(y) == list; use isinstance'),
    ('def f(int):\n    return type(int) == type(1)', 'int is a variable here, so the type cannot be asked for; giv'),
    ('def f(list):\n    return isinstance(list, type([])) or type(list) == str', 'list is a variable here, so the type cannot be asked for; gi'),
    ('from collections.abc import Iterable\ndef f(list):\n    out = []\n    for x in list:\n        if isinstance(x, Iterable): out.extend(x)\n        else: out.append(x)\n    return out', 'list is a variable here, so the type cannot be asked for; gi'),
    ("def f(p):\n    p = iter(p)\n    return '{}{}'.format(*p)", 'an iterator of its own is outside the rule language; loop ov'),
    ('class Solution:\n    def f(self, s):\n        it = iter(s)\n        return self.parse(it)\n    def parse(self, it):\n        return next(it)', 'next() of a variable is outside the rule language; loop over'),
    ('def f(xs):\n    r = reversed(xs)\n    n = next(r)\n    return [n, next(r, None), list(r)]', 'r is an iterator that is read more than once; write r = list'),
    ('def f(t, a):\n    return t.format(a)', 'write the text before .format() as a constant, or use an f-s'),
    ("def f(d):\n    return '{a} {b}'.format(**d)", 'write the values out instead of **, or use an f-string'),
    ("def f(a, w):\n    return '%*d' % (w, a)", 'use an f-string instead of * in a % format'),
    ("def f(a):\n    return '%(x)s' % {'x': a}", 'use an f-string instead of %(name)s'),
    ('def f(s):\n    if s.isnumeric:\n        return 1\n    return 0', 's.isnumeric is a method that is not called, which is always '),
]  # fmt: skip


def python(text: str, name: str, inputs: tuple[Any, ...]) -> tuple[str, Any]:
    """What CPython returns or raises for the text as it was written."""
    space: dict[str, Any] = {}
    exec(GIVEN, space)
    exec(text, space)
    function = getattr(space["Solution"](), name) if "Solution" in space else space[name]
    try:
        return "value", function(*copy.deepcopy(inputs))
    except Exception as error:
        return "error", str(error)


def fails(rule: Rule, inputs: dict[str, Any]) -> bool:
    try:
        return isinstance(rule.run(copy.deepcopy(inputs)), Failure)
    except RuleError:
        return True


@pytest.mark.parametrize(("text", "cases"), TYPES + MODULES + ITERATORS + TEXTS + SHORT)
def test_a_rule_says_what_python_says(text: str, cases: list[tuple[Any, ...]]) -> None:
    rule = Rule(text)
    assert Rule(rule.source).source == rule.source
    names = [argument.arg for argument in rule.function.args.args]
    for k, inputs in enumerate(cases):
        given = dict(zip(names, inputs, strict=False))
        kind, want = python(text, rule.function.name, inputs)
        if kind == "error":
            assert fails(rule, given)
            continue
        got = rule.run(copy.deepcopy(given))
        assert got == want
        assert type(got) is type(want)
        for style in STYLES if k == 0 else ():
            text_ = rule.trajectory(copy.deepcopy(given), style)
            assert same_answer(format_answer(want), parse_answer(text_))
            assert verify(rule, copy.deepcopy(given), text_, style).correct


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_a_refusal_says_what_to_write(text: str, says: str) -> None:
    with pytest.raises(RuleError, match=r"line \d+, column \d+: ") as error:
        Rule(text)
    assert says in str(error.value)
