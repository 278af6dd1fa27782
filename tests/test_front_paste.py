"""Texts as people paste them: the core rule says the same as CPython on the original."""

# ruff: noqa: E501 (what people paste has long lines)
import bisect
import copy
import heapq
import itertools
import math
import textwrap
from collections import Counter, OrderedDict, defaultdict, deque

import pytest

from metarfft.rules.errors import RuleError
from metarfft.rules.front import lower
from metarfft.tasks import all_tasks

CORE = {
    "math": math, "heapq": heapq, "bisect": bisect, "itertools": itertools, "Counter": Counter,
    "defaultdict": defaultdict, "deque": deque, "OrderedDict": OrderedDict,
}  # fmt: skip


def outcome(call, arguments):
    """What a call gives: its value with its type, or its error."""
    arguments = copy.deepcopy(arguments)
    try:
        value = call(**arguments)
    except Exception as error:
        return type(error).__name__, str(error)
    return repr(value), repr(arguments)


def both(text, call, arguments, entry=None):
    """The outcome of the original (``call`` is an expression in its module) and of the core rule."""
    text = textwrap.dedent(text)
    original = {}
    exec(compile(text, "original", "exec"), original)
    lowered = lower(text, entry)
    core = dict(CORE)
    exec(compile(lowered.source, "core", "exec"), core)
    again = lower(lowered.source)
    assert again.source == lowered.source
    assert again.entry == lowered.entry
    assert len(lowered.origin) == lowered.source.count("\n") + 2
    assert all(0 < line <= text.count("\n") + 1 for line in lowered.origin[1:])
    return outcome(eval(call, original), arguments), outcome(core[lowered.entry], arguments), lowered


CASES = {}


def case(name, call, *inputs, entry=None):
    """A text (the docstring-like argument comes last) that is tried on inputs."""

    def add(text):
        CASES[name] = (text, call, inputs, entry)

    return add


case("class with self and hints", "Solution().twoSum", {"nums": [2, 7, 11], "target": 9}, {"nums": [], "target": 1})('''
    from typing import List

    class Solution:
        """Two numbers."""
        def twoSum(self, nums: List[int], target: int) -> List[int]:
            """Finds them.

            >>> Solution().twoSum([1, 2], 3)
            """
            seen: dict[int, int] = {}
            for i, n in enumerate(nums):
                if target - n in seen:
                    return [seen[target - n], i]
                seen[n] = i
''')
case("class with helper, constant and static method", "Solution().rob", {"nums": [3, 1, 4]}, {"nums": [-2]})("""
    class Solution(object):
        LIMIT = 10 ** 2
        table = {1: 'one', 3: 'three'}

        @staticmethod
        def cap(x, most=LIMIT):
            return min(x, most)

        @classmethod
        def name(cls, x):
            return cls.table.get(x, 'many')

        def _add(self, a, b=2, *, c=0):
            return a + b + c

        def rob(self, nums):
            total = 0
            for n in nums:
                total = self._add(total, c=n) + Solution.cap(n) % self.LIMIT
            return [total, self.name(total), Solution.name(3)]
""")
case("self keeps state", "Solution().run", {"n": 4}, {"n": 0})("""
    class Solution:
        def __init__(self):
            self.count = 0
            self.seen = []

        def visit(self, n):
            self.count += 1
            self.seen.append(n)
            if n > 0:
                self.visit(n - 1)

        def run(self, n):
            self.best = n
            self.visit(n)
            self.best = max(self.best, self.count)
            return [self.count, self.seen, self.best]
""")
case("self.nums = nums", "Solution().run", {"nums": [3, 1, 2]})("""
    class Solution:
        def at(self, i):
            return self.nums[i]
        def run(self, nums):
            self.nums = sorted(nums)
            out = []
            for i in range(len(nums)):
                out.append(self.at(i))
            return out, nums
""")
case("recursive method with a table on self", "Solution().fib", {"n": 20})("""
    class Solution:
        memo = {}
        def fib(self, n):
            if n < 2:
                return n
            if n not in self.memo:
                self.memo[n] = self.fib(n - 1) + self.fib(n - 2)
            return self.memo[n]
""")
case("method pasted without its class", "lambda s: f(None, s)", {"s": "abca"})("""
    def f(self, s: str) -> int:
        return len(set(s))
""")
case("several methods, the helper is called", "Solution().main", {"a": 3})("""
    class Solution:
        def main(self, a):
            return self.twice(a) + self.twice(a + 1)
        def twice(self, a):
            return 2 * a
""")
case("method named like a builtin", "Solution().max", {"a": [1, 5, 2]})("""
    class Solution:
        def sum(self, a):
            return sum(a) + 1
        def max(self, a):
            return max(a) + self.sum(a)
""")
case("cache decorators", "fib", {"n": 30}, {"n": 1})("""
    import functools
    from functools import lru_cache

    @functools.lru_cache(maxsize=None)
    def fib(n):
        if n < 2:
            return n
        return fib(n - 1) + fib(n - 2)
""")
case("cached inner function", "paths", {"rows": 12, "cols": 14}, {"rows": 0, "cols": 1})("""
    from functools import cache
    def paths(rows, cols):
        @cache
        def walk(i, j):
            if i == 0 or j == 0:
                return 1
            if i < 0: return
            i -= 1
            return walk(i, j) + walk(i + 1, j - 1)
        answer = walk(rows, cols)
        walk.cache_clear()
        return answer
""")
case("cached method", "Solution().climb", {"n": 25})(
    """
    class Solution:
        @lru_cache(None)
        def steps(self, n):
            return 1 if n < 2 else self.steps(n - 1) + self.steps(n - 2)
        def climb(self, n):
            return self.steps(n)
""".replace("class", "from functools import lru_cache\n    class", 1)
)
case("aliases of imports", "f", {"n": 17, "s": "abca"})("""
    from __future__ import annotations
    import math as m, string
    from math import gcd as common
    from collections import Counter as C
    import collections
    def f(n, s):
        from math import sqrt
        import heapq as h
        heap = [n, 3, 1]
        h.heapify(heap)
        return m.floor(sqrt(n)), common(n, 34), C(s)['a'], collections.deque([1, 2]).pop(), string.digits, heap[0]
""")
case("star imports", "f", {"n": 10})("""
    from math import *
    from collections import *
    def f(n):
        d = defaultdict(int)
        d[1] += 2
        return floor(sqrt(n)), pow(n, 2), d[1], d[7]
""")
case("constants of the file", "solve", {"n": 100}, {"n": 3})("""
    MOD = 10 ** 9 + 7
    NAMES = ['zero', 'one', 'two']
    VOWELS = set('aeiou')
    STEPS: list = [(0, 1), (1, 0)]
    SIZE = len(NAMES) * 2

    def helper(x):
        return (x * 12345678987) % MOD

    def name(x):
        return NAMES[x % 3]

    def solve(n):
        total = 0
        for a, b in STEPS:
            total += a * n - b
        return helper(n), name(n), 'a' in VOWELS, total, SIZE, MOD

    print(solve(3))
""")
case("a changed variable of the file", "solve", {"n": 5})("""
    seen = []
    count = 0
    def visit(n):
        global count
        count += 1
        seen.append(n)
        return n
    def solve(n):
        global count
        for i in range(n):
            visit(i)
        count += 100
        return [seen, count]
""")
case("a table filled at the beginning", "count", {"n": 30})("""
    LIMIT = 50
    sieve = [True] * LIMIT
    sieve[0] = sieve[1] = False
    for i in range(2, LIMIT):
        if sieve[i]:
            for j in range(2 * i, LIMIT, i):
                sieve[j] = False
    def count(n):
        return sum(sieve[:n])
""")
case("mutable default", "collect", {"n": 3})("""
    def collect(n, found=[]):
        found.append(n)
        if n > 0:
            return collect(n - 1)
        return found
""")
case("mutable default handed on", "fib", {"n": 25})("""
    def fib(n, memo={}):
        if n in memo:
            return memo[n]
        if n < 2:
            return n
        memo[n] = fib(n - 1, memo) + fib(n - 2, memo)
        return memo[n]
""")
case("defaults and keywords", "f", {"a": 1}, {"a": 1, "b": 5, "d": 2})(
    """
    def g(x, y=3, *, z=(1, 2)):
        return [x, y, z]
    def f(a, /, b=2, *, c=-1, d=None):
        return g(a), g(y=a, x=b), g(a, z=c), g(*[a, b]), d
""".replace("a, /, b", "a, b")
)
case("infinite default", "f", {"a": [3, 1]}, {"a": [3], "best": 2})("""
    def f(a, best=float('inf')):
        for x in a:
            best = min(best, x)
        return best
""")
case("mutual recursion", "is_even", {"n": 7}, {"n": 4}, entry="is_even")("""
    def is_even(n):
        if n == 0:
            return True
        return is_odd(n - 1)
    def is_odd(n):
        return False if n == 0 else is_even(n - 1)
""")
case("closures", "f", {"grid": [[1, 1, 0], [0, 1, 1]]})("""
    def f(grid):
        seen = set()
        size = 0
        add = lambda a, b=1: a + b
        def dfs(i, j):
            nonlocal size
            if not (0 <= i < len(grid) and 0 <= j < len(grid[0])): return
            if (i, j) in seen or not grid[i][j]: return
            seen.add((i, j))
            size = add(size)
            for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                dfs(i + di, j + dj)
        def unused(x):
            return open(x)
        dfs(0, 0)
        return size
""")
case("builtins as names", "f", {"list": [3, 1, 2], "str": "ab"})("""
    def f(list, str):
        sum = 0
        for id in list:
            sum += id
        max = 3
        input = str + 'c'
        len = max
        return sum, input, len, [type for type in list]
""")
case("function named like a builtin", "pow", {"x": 2, "n": 10})("""
    def pow(x, n):
        if n == 0:
            return 1
        half = pow(x, n // 2)
        return half * half * (x if n % 2 else 1)
""")
case("xrange", "f", {"n": 4})("""
    try:
        xrange
    except NameError:
        xrange = range
    def f(n):
        total = 0
        for i in xrange(n):
            total += i
        return total
""")
case("prints and tests beside the rule", "f", {"n": 4})("""
    import unittest, sys, random
    def f(n):
        print("start", n)
        for i in range(n):
            print(i, end=' ')
        return n + 1
    def main():
        print(f(int(input())))
    class Tests(unittest.TestCase):
        def test_f(self):
            self.assertEqual(f(1), 2)
    assert f(1) == 2
    print(f(3), random.random())
    if __name__ == '__main__':
        main()
        sys.exit()
""")
case("chained assignment", "f", {"a": [1, 2, 3]})("""
    def f(a):
        x = y = 0
        p = q = []
        p.append(1)
        i = a[i] = 2
        b = c = a
        a[0] = z = len(a) + 4
        m, n = k = (1, 2)
        (u, v) = [w, t] = a[:2]
        return x, y, p, q, i, a, b, c, z, m, n, k, u, v, w, t
""")
case(
    "nested and starred targets", "f", {"a": [1, 2, 3, 4], "p": [[1, 2], [3, 4]]}, {"a": [1], "p": [[1, 2], [3, 4]]}
)("""
    def f(a, p):
        (b, c), (d, e) = p
        [g, h] = p
        first, *rest = a
        *start, last = a
        one, *mid, end = a
        out = []
        for i, (x, y) in enumerate(p):
            out.append([i, x, y])
        for x, *more in p:
            out.append(more)
        for out[0] in a:
            pass
        for (_, x), _ in zip(p, a):
            out.append(_)
        a[0], (a[1], *q) = 5, p[0]
        *w, = a
        return b, c, d, e, g, h, first, rest, start, last, one, mid, end, out, a, q, w
""")
case("slices and del", "f", {"a": [1, 2, 3, 4, 5], "d": {"x": 1, "y": 2}})("""
    def f(a, d):
        a[1:3] = [9, 8, 7]
        del a[0], d['x']
        del a[1:2]
        t = 3
        del t
        a[:1], d['z'] = [0, 0], 4
        return a, d
""")
case("else of loops", "f", {"n": 7}, {"n": 9}, {"n": 0})("""
    def f(n):
        out = []
        for i in range(2, n):
            if n % i == 0:
                out.append(i)
                break
        else:
            out.append('prime')
        for i in out:
            pass
        else:
            out.append('end')
        while n > 3:
            n -= 2
            for j in range(2):
                if j: break
            if n == 5:
                continue
        else:
            out.append('down')
        for i in range(n):
            for j in range(i):
                if i * j == 2:
                    break
            else:
                continue
            break
        else:
            out.append('none')
        return out, n
""")
case("assert and raise", "f", {"n": -1}, {"n": 200}, {"n": 3}, {"n": 50}, {"n": 60})("""
    def f(n):
        assert n >= 0, "negative: " + str(n)
        assert n != 200
        if n == 50:
            raise ValueError
        if n == 60:
            raise KeyError('no') from None
        return n
""")
case("falls off the end", "f", {"a": [1]}, {"a": []})('''
    def f(a):
        """Nothing."""
        if a:
            a.append(2)
            return
        'text'
        ...
''')
case("expressions on a line of their own", "f", {"a": [2, 1]}, {"a": [5]})("""
    def f(a):
        a.sort()
        a[1] if len(a) > 1 else a.append(7)
        a and a.append(3)
        len(a) < 3 or a.pop()
        'x'.upper()
        a, 1
        sorted(a)
        [a.append(i) for i in range(2)]
        (y := 3)
        return a, y
""")
case("match on values", "f", {"x": 1}, {"x": 3}, {"x": "a"}, {"x": None}, {"x": 9})("""
    def f(x):
        match x:
            case 1 | 2:
                return 'low'
            case 'a':
                return 'text'
            case None:
                return 'none'
            case _ if x == 3:
                return 'three'
            case _:
                pass
        return 'else'
""")
case("helper class called from a function", "answer", {"a": [1, 2]})(
    """
    class Tools:
        @staticmethod
        def add(a, b):
            return a + b
        def double(self, a):
            return self.add(a, a)
    def answer(a):
        return Tools.add(*a[:0], *a[:0], a[0], a[1]) if False else Tools().double(a[0])
""".replace("Tools.add(*a[:0], *a[:0], a[0], a[1])", "Tools.add(a[0], a[1])")
)
case("private names", "C().go", {"__n": 2})(
    """
    class C:
        def __init__(self):
            self.__x = 5
        def __step(self, n):
            self.__x += n
            return self.__x
        def go(self, n):
            return self.__step(n) + self.__step(n)
""".replace(
        "self, n):\n            return self.__step(n) +",
        "self, _C__n):\n            n = _C__n\n            return self.__step(n) +",
    )
)
case("swap with an index that changes", "f", {"a": [3, 1, 2, 0], "i": 1})("""
    def f(a, i):
        i, a[i] = 2, 9
        a[0], a[a[0]] = a[3], a[0]
        return a, i
""")
CASES.pop("private names")


case("attributes as targets", "Solution().run", {"a": [3, 4]})("""
    class Solution:
        def __init__(self, start=1, names=None):
            self.low, self.high = start, start + 1
            if names is None:
                self.names = ['x']
            self.total: int = 0

        def step(self, x):
            for self.last in range(x):
                self.total += self.last
            self.low, [self.high, *self.rest] = self.high, [x, x, x]
            return self.total

        def run(self, a):
            out = []
            for x in a:
                out.append(self.step(x))
            return out, self.low, self.high, self.rest, self.last, self.names
""")
case("names that get in each other's way", "Solution().solve", {"count": 2, "visit": 3})(
    """
    best = []
    def helper(x):
        best.append(x)
        return add(x)
    def add(x):
        return x + 1
    class Solution:
        def visit(self, n):
            self.count += n
            return helper(self.count)
        def solve(self, count, visit):
            self.count = count
            add = self.visit(visit)
            helper = [best for best in range(add)]
            return self.visit(1), self.count, helper, add
""".replace("add = self", "plus = self")
    .replace("range(add)", "range(plus)")
    .replace("helper, add", "helper, plus")
    .replace("helper = [b", "found = [b")
    .replace("self.count, helper", "self.count, found")
)
case("cached entry with arguments of all kinds", "ways", {"n": 30}, {"n": 4, "k": 1})("""
    from functools import lru_cache
    @lru_cache(maxsize=128)
    def ways(n, k=2):
        if n == 0:
            return 1
        total = 0
        while k > 0 and n >= k:
            total += ways(n - k, k)
            k -= 1
        return total
""")
case("cached procedure runs once", "f", {"n": 3})("""
    from functools import cache
    def f(n):
        log = []
        @cache
        def go(i):
            log.append(i)
            if i > 0:
                go(i - 1)
                go(i - 1)
        go(n)
        go(n)
        return log
""")
case("cached, but never calls itself", "f", {"n": 3})("""
    from functools import lru_cache
    @lru_cache
    def square(n):
        return n * n
    @lru_cache(None)
    def f(n):
        return square(n) + square(n + 1)
""")
case("default list used once", "f", {"n": 3})("""
    def f(n):
        def walk(i, path=[]):
            path.append(i)
            if i > 0:
                walk(i - 1, path + [0])
            return path
        return walk(n)
""")
case("table given to a function", "f", {"n": 4})("""
    rows = [[0, 0], [0, 0]]
    def fill(table, n):
        table[0][0] = n
    def show():
        return rows
    def f(n):
        fill(rows, n)
        return show()
""")
case("variable of the file assigned by functions", "f", {"a": [4, 9, 2]})(
    """
    best, calls = -1, 0
    def offer(x):
        global best
        if x > best:
            best = x
    def f(a):
        for x in a:
            offer(x)
            def tick():
                global calls
                calls += 1
            tick()
        return best, calls
""".replace(
        "            def tick():\n                global calls\n                calls += 1\n            tick()\n",
        "            tick()\n",
    ).replace("    def f(a)", "    def tick():\n        global calls\n        calls += 1\n    def f(a)")
)
case("only the rule uses a global", "f", {"a": [4, 9, 2]})("""
    total = 10
    def f(a):
        global total
        for x in a:
            total += x
        return total
""")
case("local variable with the name of a constant", "f", {"n": 2})("""
    SIZE = 3
    K = SIZE
    def g(SIZE):
        return SIZE + K
    def f(n):
        return g(n), [SIZE for SIZE in range(2)], SIZE
""")
case("lambda of the file", "f", {"n": 5})("""
    square = lambda x, y=2: x ** y
    def f(n):
        return square(n) + square(n, 3)
""")
case("records of another class are no matter", "Solution().depth", {"tree": [1, [2, None, None], None]})("""
    from typing import Optional, List
    class TreeNode:
        def __init__(self, val=0, left=None, right=None):
            self.val = val
            self.left = left
            self.right = right
    class Solution:
        def depth(self, tree: Optional[List]) -> int:
            if not tree: return 0
            return 1 + max(self.depth(tree[1]), self.depth(tree[2]))
""")
case("alternatives: the first method", "Solution().one", {"n": 5})("""
    class Solution:
        def one(self, n):
            return n + 1
        def two(self, n):
            return n + 2
""")
case("alternatives: the last function", "second", {"n": 5})("""
    def first(n):
        return n + 1
    def second(n):
        return n + 2
    def test_second():
        assert second(1) == 3
    def main():
        print(second(int(input())))
""")
case("alternatives: the example decides", "first", {"n": 5})("""
    def first(n):
        return n + 1
    def second(n):
        return n + 2
    print(first(4))
""")
case("the name decides", "first", {"n": 5}, entry="first")("""
    def first(n):
        return n + 1
    def second(n):
        return first(n) + 2
""")
case("method by name", "Solution().two", {"n": 5}, entry="two")("""
    class Solution:
        def one(self, n):
            return self.two(n) + 1
        def two(self, n):
            return n + 2
""")
case("arguments in another order", "f", {"n": 5})(
    """
    def g(a, b, c=0):
        return a, b, c
    def f(n):
        return g(c=n, b=n + 1, a=7), g(n, c=1, b=2)
""".replace("b=n + 1", "b=n")
)
case("recursion in the test of a loop", "f", {"n": 5})("""
    def f(n):
        while n > 0 and f(n - 1) < 3:
            n -= 1
        return n
""")
case("variable called like a module", "f", {"string": "ab", "math": 3})("""
    import math as m
    def f(string, math):
        heapq = [math]
        return m.sqrt(16), string, heapq
""")
case("conditional inner function", "f", {"n": 1}, {"n": -1})("""
    def f(n):
        if n > 0:
            def g(x):
                return x + n
        else:
            def h(x):
                return x - n
            return h(2)
        return g(2)
""")


case("a class that fills a table", "Solution().f", {"a": 3})("""
    class Solution:
        count = 2
        table = [0] * count
        for i in range(count):
            table[i] = i * i
        table += [9]
        def f(self, a, count=count):
            return self.table, a + count
""")
case("objects without anything of their own", "Solution().f", {"n": 3})("""
    class Solution:
        names = {1: 'a'}
        def f(self, n):
            if n <= 1:
                return self.names[n]
            return Solution().f(n - 1) + Solution.f(self, 1) + Solution().names[1]
""")
case("a table that a function makes", "f", {"n": 3})(
    """
    def squares(n):
        return [i * i for i in range(n)]
    TABLE = squares(SIZE) if False else squares(5)
    first, second = TABLE[0], TABLE[1:]
    def at(i):
        return TABLE[i] + second[0]
    def f(n):
        return at(n), first
""".replace("squares(SIZE) if False else ", "")
)
case("any number of arguments", "lambda nums: f(*nums)", {"nums": [3, 1]})("""
    def total(start, *numbers, sign=1):
        for number in numbers:
            start += sign * number
        return start, numbers
    def f(*nums):
        return total(1, *nums), total(1, 2, 3, sign=-1), total(4), nums
""")
case("a property", "Solution().f", {"n": 3})("""
    class Solution:
        def __init__(self):
            self.n = 4
        @property
        def size(self):
            return self.n + 1
        def f(self, n):
            self.n += n
            return self.size * self.size
""")
case("two underscores", "f", {"n": 3})("""
    def f(n):
        __total = 0
        for __ in range(n):
            __total += 2
        return __total
""")


@pytest.mark.parametrize("name", CASES)
def test_core_says_the_same(name):
    text, call, inputs, entry = CASES[name]
    for arguments in inputs:
        want, got, lowered = both(text, call, arguments, entry)
        assert got == want, lowered.source


PASTED = {
    "indented": "    def f(a):\n        return a + 1\n",
    "tabs": "\tdef f(a):\n\t\treturn a + 1\n",
    "tabs and spaces": "def f(a):\n\tif a:\n        \treturn a + 1\n\treturn 1\n",
    "first line without its indent": "def f(a):\n        return a + 1\n\n    def g(b):\n        return b\n",
    "method in the middle of a class": "    def f(self, a):\n        return self.g(a)\n\n    def g(self, a):\n        return a + 1\n",
    "out of a chat": "```python\ndef f(a):\n    return a + 1\n```\n",
    "windows": "\ufeffdef f(a):\r\n    # says\r\n    return a + 1\r\n",
    "text that begins at the margin": "    def f(a):\n        t = '''\nx'''\n        return a + len(t) - 1\n",
}


@pytest.mark.parametrize("name", PASTED)
def test_pasted_texts(name):
    lowered = lower(PASTED[name], "f")
    core = dict(CORE)
    exec(lowered.source, core)
    assert core["f"](a=3) == 4
    assert lower(lowered.source).source == lowered.source


REFUSED = {
    "": "the text is empty",
    "x = 3\n": "no function found; a rule is a function",
    "def f(a)\n    return a": "line 1, column 9: not Python: expected ':'",
    "\n\ndef f(a):\n    print a\n": "line 4, column 5: not Python: Missing parentheses in call to 'print'.*Python 2",
    "def f(a):\n    break\n": "line 2, column 5: not Python: 'break' outside loop",
    "def f(a):\n    return '\0'\n": "not Python",
    "def f(a):\n    return " + "(" * 3000: "not Python|nested too deeply",
    "def f(a):\n    return " + "-" * 3000 + "a\n": "nested too deeply",
    "def f(a):\n    return " + "+".join(["a"] * 2000) + "\n": "nested too deeply",
    "x = 1\n" * 60_000: "too long",
    "def f(a):\n    return b\n": "line 2, column 12: the name 'b' is defined nowhere in this text",
    "def f(a):\n    return input(a)\n": "line 2, column 12: a rule asks nobody; make what it reads an argument",
    "import random\n\ndef f(a):\n    return random.choice(a)\n": "line 4, column 12: a rule may not use random numbers",
    "import numpy as np\ndef f(a):\n    return np.sum(a)\n": "line 3, column 12: numpy is not available; write the steps",
    "import re\ndef f(a):\n    return re.sub('a', 'b', a)\n": "regular expressions are not available; use text methods",
    "def f(a):\n    with open(a) as g:\n        return g.read()\n": "line 2, column 10: a rule may not use files",
    "def f(a):\n    for x in a:\n        yield x\n": "line 3, column 9: f yields values one by one; collect them in a list",
    "async def f(a):\n    return a\n": "line 1, column 1: a rule has no async; write def",
    "def f(head):\n    return head.next.val\n": "column 12: head.next.val is an attribute of an object",
    "def f(a):\n    a.x = 3\n    return a\n": "line 2, column 5: a.x is an attribute of an object",
    "def f(a):\n    return a.__class__\n": "line 2, column 12: .__class__ is not possible",
    "def f(a):\n    for x in a:\n        print(x)\n": "line 3, column 9: the rule prints its result",
    "def f(a):\n    raise Wrong(a)\nclass Wrong(Exception):\n    pass\n": "line 2, column 11: Wrong is a class",
    "def f(a):\n    def g(h):\n        return h(a)\n    return g(f)\n": "line 4, column 14: a function cannot be an argument of g",
    "def g(a):\n    return a\ndef f(a):\n    h = g\n    return h(a)\n": "line 4, column 9: the function g cannot be a value here",
    "def g(a, b):\n    return a\ndef f(a):\n    return g(a)\n": "line 4, column 12: g\\(\\) needs a value for 'b'",
    "def g(a):\n    return a\ndef f(a):\n    return g(a, 1)\n": "line 4, column 12: g\\(\\) takes 1 arguments, 2 are given",
    "def g(a):\n    return a\ndef f(a):\n    return g(*a)\n": "column 14: \\*a spreads its items; write the arguments out",
    "def f(**kw):\n    return kw\n": "\\*\\*kw takes any arguments; take one dictionary: kw",
    "@timer\ndef f(a):\n    return a\ndef timer(g):\n    return g\n": "the decorator @timer changes the function",
    "class A:\n    def __init__(self, n):\n        self.n = n\n    def f(self, a):\n        return a + self.n\n": "made with arguments",
    "class A:\n    def f(self, a):\n        self.n = a\n        return A().f(a)\n": "line 4, column 16: A\\(\\) makes another",
    "class A:\n    def f(self, a):\n        return self\n": "line 3, column 16: self itself cannot be a value",
    "class A:\n    def f(self, a):\n        return self.x\n": "line 3, column 16: self.x is not set anywhere in this text",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_refusals_name_the_place_and_the_way_out(text):
    with pytest.raises(RuleError, match=REFUSED[text]) as caught:
        lower(text, "f" if "timer" in text else None)
    assert "\n" not in str(caught.value)


def test_unknown_entry():
    with pytest.raises(RuleError, match="there is no function 'h'; the text has f, g"):
        lower("def f(a):\n    return a\ndef g(a):\n    return a\n", "h")


def test_shipped_rules_come_through_unchanged():
    import ast

    for task in all_tasks().values():
        module = ast.parse(task.rule_source)
        function = module.body[-1]
        assert isinstance(function, ast.FunctionDef)
        function.returns = None
        for argument in function.args.args:
            argument.annotation = None
        if ast.get_docstring(function):
            del function.body[0]
        assert lower(task.rule_source).source == ast.unparse(module), task.id
