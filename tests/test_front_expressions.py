"""Expressions lowered to core: the lowered text does in Python what the original does, and lowering it changes nothing."""
# ruff: noqa: E501

import ast
import bisect
import collections
import copy
import functools
import heapq
import itertools
import math
import operator
import random
import string
import textwrap

import pytest

from metarfft.rules import core
from metarfft.rules.errors import RuleError
from metarfft.rules.front.expressions import lowering as expressions
from metarfft.rules.front.expressions.variables import names_in
from metarfft.rules.front.names import Names, Notes
from metarfft.tasks import all_tasks

SPACE = {
    "math": math, "heapq": heapq, "bisect": bisect, "itertools": itertools, "functools": functools, "string": string,
    "operator": operator, "Counter": collections.Counter, "defaultdict": collections.defaultdict,
    "deque": collections.deque, "OrderedDict": collections.OrderedDict,
}  # fmt: skip


def lowered(source: str) -> str:
    module = ast.parse(textwrap.dedent(source))
    return ast.unparse(expressions.lower(module, Names(names_in(module)), Notes()))


def outcome(source: str, inputs: tuple[object, ...]) -> tuple[str, str]:
    """What the last function of the text gives or raises, and what it leaves of its arguments."""
    space, arguments = dict(SPACE), copy.deepcopy(inputs)
    exec(compile(textwrap.dedent(source), "rule", "exec"), space)
    function = space[ast.parse(textwrap.dedent(source)).body[-1].name]
    try:
        return repr(function(*arguments)), repr(arguments)
    except Exception as error:
        return type(error).__name__, repr(arguments)


def check(source: str, *inputs: tuple[object, ...]) -> str:
    text = lowered(source)
    core.check(ast.parse(text))
    assert lowered(text) == text
    for one in inputs:
        assert outcome(text, one) == outcome(source, one), text
    return text


WORDS = ["pear", "fig", "apple", "kiwi", "nut", "date"]
CASES = [
    # comprehensions
    ("def f(a):\n    return [x * x for x in a if x > 1]", ([3, 1, 2],), ([],)),
    ("def f(a):\n    a = [x for x in a if x != 2]\n    return a", ([1, 2],)),
    ("def f(a, x):\n    b = [x for x in a]\n    return b, x", ([1, 2], 9)),
    ("def f(a):\n    b = [[y * x for y in range(x)] for x in a]\n    return b, {x: len(x) for x in 'ab'}", ([3, 1],)),
    ("def f(a, b):\n    return [(x, y) for x in a for y in b if x < y if y]", ([1, 2], [2, 3])),
    ("def f(a):\n    return [y for x in a if x for y in x]", ([[1], [], [2, 3]],)),
    ("def f(a):\n    return [[x for x in x] for x in a]", ([[1], [2, 3]],)),
    ("def f(a):\n    return {w[0]: len(w) for w in a}, {len(w) for w in a} == set(map(len, a))", (WORDS,)),
    ("def f(a):\n    return [p + q for (p, q), r in a if r]", ([((1, 2), 3), ((4, 5), 0)],)),
    ("def f(a):\n    i = 7\n    for x in [x + i for i, x in enumerate(a)]:\n        i += x\n    return i", ([3, 4],)),
    ("def f(a):\n    def g():\n        return len(b)\n    b = [1]\n    b = [g() for x in a]\n    return b", ([1, 2],)),
    ("def f(a):\n    [a.append(x) for x in (1, 2)]\n    return a", ([0],)),
    ("def f(a):\n    return [[0] * 2 for _ in range(3)], [0 for _ in a]", ([0],)),
    # reductions
    ("def f(a):\n    return any(x > 2 for x in a), all(x > 0 for x in a), sum(x for x in a)", ([1, 3],), ([],), (["a"],)),
    ("def f(a):\n    return not any(a.pop() for x in (1, 2, 3))", ([1, 0, 0],), ([1],)),
    ("def f(a, b):\n    if any(x == y for x in a for y in b):\n        return 1\n    return 0", ([1, 2], [2]), ([1], [])),
    ("def f(a):\n    return sum([[x] for x in a], []), sum((x for x in a), 0.5)", ([1, 2],)),
    ("def f(a):\n    return sum((x for x in a), [])", ([[1], [2]],), ([1],)),
    ("def f(a):\n    return max(x % 3 for x in a), min((x for x in a if x > 9), default=-1)", ([4, 5],), ([],)),
    ("def f(a):\n    return next((i for i, x in enumerate(a) if x > 1), -1)", ([0, 3],), ([],)),
    ("def f(a):\n    x = next(x for x in a if x > 1)\n    return x", ([0, 3],), ([],)),
    ("def f(a):\n    return next(iter(a))", ({1: 2},), ([],)),
    ("def f(a):\n    return functools.reduce(lambda x, y: x * y, a), functools.reduce(max, a, 0)", ([2, 3],), ([],)),
    ("def f(a):\n    return ''.join(c.upper() for c in a if c != 'b') + ''.join(map(str, a))", ("abc",)),
    ("def f(a):\n    return Counter(x % 2 for x in a), dict((x, 1) for x in a), tuple(x for x in a)", ([1, 2, 3],)),
    # order
    ("def f(a):\n    return sorted(a, key=len), sorted(a, key=lambda w: w[-1], reverse=True)", (WORDS,), ([],)),
    ("def f(a):\n    a.sort(key=lambda w: (-len(w), w))\n    return a, max(a, key=len), min(a, key=len)", (WORDS,), ([],)),
    ("def f(a, d):\n    return sorted(a, key=d.get), max(d, key=d.get)", (["x", "y"], {"x": 2, "y": 1}), (["x", "z"], {})),
    ("def f(a):\n    return sorted(a, key=operator.itemgetter(1)), sorted(a, key=lambda p: p[1])[0]", ([(1, 2), (3, 1)],)),
    ("def g(x):\n    return x % 3\ndef f(a):\n    return sorted(a, key=g), max(a, key=g, default=0)", ([5, 4, 3, 2],), ([],)),
    ("def c(x, y):\n    return y - x\ndef f(a):\n    return sorted(a, key=functools.cmp_to_key(c))", ([1, 3, 2],)),
    ("def f(a, b):\n    return max(a, b, key=len), min(a, b, key=len)", ("ab", "cd")),
    ("def f(a):\n    return heapq.nlargest(2, a, key=len), sorted(a, key=str.lower), sorted(a, key=None)", (WORDS,)),
    ("def f(a, r):\n    return sorted(a, key=abs, reverse=r)", ([1, -1, 2, -2], True), ([1, -1, 2, -2], False)),
    # map, filter, lambdas
    ("def f(s):\n    a, b = map(int, s.split())\n    return a + b, list(map(lambda x, y: x * y, [a], [b]))", ("3 4",), ("x y",)),
    ("def f(a):\n    out = []\n    for x in map(lambda v: a.pop(), [1, 2]):\n        out.append((x, len(a)))\n    return out", ([1, 2, 3],)),
    ("def f(a):\n    return list(filter(None, a)), list(filter(lambda x: x > 1, a)), sum(map(int, '123'))", ([0, 2],)),
    ("def f(a):\n    double = lambda x, by=2: x * by\n    return double(a), (lambda x: x + 1)(a), list(map(double, [a]))", (4,)),
    ("def f(a):\n    for x in (y for y in a for z in (1, 2) if y):\n        if x > 2:\n            break\n    return x", ([0, 1, 3, 9],)),
    ("def f(a):\n    w = 0\n    for w in filter(lambda v: v < 3, a):\n        pass\n    return w", ([1, 2, 7],)),
    ("def f(a):\n    return [i + x for i, x in enumerate(x * 2 for x in a)], list(zip(map(str, a), a))", ([5, 6],)),
    # texts
    ("def f(x, y):\n    return f'{x}: {y:.2f} {x!r:>6} {{}} {x:{y}}'", ("ab", 5),), 
    ("def f(x, y):\n    return '%s is %d (%5.1f%%) %05d|%-4s|' % (x, y, y, y, x) + '{} {1} {0:>4}'.replace('{1}', x)", ("a", 3),),
    ("def f(a):\n    return '{} {}'.format(a, a.pop()), '{0}{n}{0}'.format(1, n=a), '%s' % a", ([1, 2],), ),
    ("def f(a):\n    return '<%s>' % a", ((1,),), ((1, 2),), ([1],)),
    ("def f(s, a, b):\n    t = str.maketrans(a, b)\n    return s.translate(t)", ("abc", "ab", "xy"), ("abc", "ab", "x")),
    # walrus, stars, calls
    ("def f(a):\n    while (n := len(a)) > 1 and a.pop():\n        a[0] += n\n    return a, [y for x in a if (y := x * 2)], n", ([1, 2, 3],)),
    ("def f(a, b):\n    return [*a, *b, 1], (*a,), {*a, 2} == set(a + [2]), {**{1: 2}, 3: a}, max(*a, 0), max(*b)", ([1], [[2]]), ([1], [])),
    ("def f(a):\n    return list(zip(*a)), [list(r) for r in zip(*a[::-1])]", ([[1, 2], [3, 4]],), ([],), (["ab", "c"],)),
    ("def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)", (7,)),
    ("def g(a):\n    a.append(1)\n    return len(a)\ndef f(a):\n    return len(a) + g(a) * g(a) - len(a)", ([],)),
    ("def g(a, by=2, sign=1):\n    return a * by * sign\ndef f(a):\n    return g(a) + g(sign=-1, a=a) + g(*(a, 3))", (5,)),
    ("def g(a):\n    a.append(1)\n    return a[-2:] == [1, 1]\ndef f(a):\n    while not g(a) and len(a) < 9:\n        pass\n    return a if 0 < len(a) < len(a) + g(a) else 0", ([],)),
    ("def f(n):\n    c = 0\n    def up():\n        nonlocal c\n        c += n\n        return c\n    return c + up() + c, [c, up(), c], c < up() < c", (2,)),
    ("def f(a):\n    def g():\n        a[0] = 5\n        return 1\n    a[0] += g()\n    return a", ([1],)),
    ("def f(w):\n    t = {}\n    for x in w:\n        t.setdefault(x[0], []).append(x)\n    return t", (WORDS,)),
    ("def f(a):\n    def g(x):\n        return len(a) + x\n    a.extend(g(x) for x in (1, 2))\n    return [p * q for p, q in zip(a, (x + 1 for x in a))]", ([5],)),
    ("def f(op, a, b):\n    ops = {'+': lambda x, y: x + y, 'max': max}\n    return ops[op](a, b) if op in ops else None", ('+', 1, 2), ('max', 1, 2), ('-', 1, 2)),
    # iterators
    ("def f(a, b):\n    z = zip(a, b)\n    return [x + y for x, y in z], dict(zip(a, b)), range(9)[::-1][2], 2 in range(3)", ([1], [2])),
    ("def f(a):\n    return list(itertools.permutations(a, r=2)), [k for k, g in itertools.groupby(a)], list(itertools.accumulate(a, max))", ([1, 1, 2],)),
    ("def f(a):\n    return list(itertools.chain(*a)), list(itertools.product(*a)), list(itertools.chain.from_iterable(a))", ([[1], [2, 3]],)),
    ("def f(a):\n    return {k: [len(x) for x in g] for k, g in itertools.groupby(a, key=len)}", (WORDS,)),
    ("def f(a):\n    return list(itertools.takewhile(lambda x: x < 3, a)), list(itertools.dropwhile(lambda x: x < 3, a))", ([1, 4, 2],)),
    ("def f(a):\n    return dict.fromkeys(a, 0), 'a-b'.split(sep='-'), 'a b c'.split(maxsplit=1), dict(x=1), str.upper('q')", ([1, 2],)),
    ("def f(a):\n    d = defaultdict(lambda: [])\n    for x in a:\n        d[x % 2].append(x)\n    return dict(d), string.digits, set().union(*[a])", ([1, 2],)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0][:60])
def test_means_the_same(case):
    check(case[0], *case[1:])


def test_reads_well():
    assert check("def f(xs):\n    big = [x * x for x in xs if x > 1]\n    return big", ([1, 2],)) == textwrap.dedent("""\
        def f(xs):
            big = []
            for x in xs:
                if x > 1:
                    big.append(x * x)
            return big""")
    assert check("def f(a, b):\n    return all(x in b for x in a)", ([1], [1])) == textwrap.dedent("""\
        def f(a, b):
            for x in a:
                if x not in b:
                    return False
            return True""")
    assert check("def f(words):\n    return sorted(words, key=len)", (WORDS,)) == textwrap.dedent("""\
        def f(words):
            keys = []
            result = []
            for word in words:
                key = len(word)
                position = bisect.bisect_right(keys, key)
                keys.insert(position, key)
                result.insert(position, word)
            return result""")


def test_notes_name_the_lines():
    module, notes = ast.parse("def f(a):\n    b = [x + 1 for x in a]\n    return f'{b}'"), Notes()
    expressions.lower(module, Names(names_in(module)), notes)
    assert notes.lines() == (
        "line 2: the comprehension is written as a loop", "line 3: the f-string is written with str()",
    )  # fmt: skip


@pytest.mark.parametrize("task", sorted(all_tasks()))
def test_plain_rules_stay_as_they_are(task):
    source = textwrap.dedent(all_tasks()[task].rule_source)
    assert lowered(source) == ast.unparse(ast.parse(source))


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def f(a):\n    z = zip(a, a)\n    return len(list(z)) + len(list(z))", "line 2, column 9: z is an iterator"),
        ("def f(a):\n    return map(str, a)", "line 2, column 12: an iterator cannot be returned; return list"),
        ("def f(a):\n    it = iter(a)\n    return list(zip(it, it))", "iterator"),
        ("def f(a, g):\n    return g(a)", "g is a variable that is called"),
        ("def f(a):\n    return defaultdict(lambda: 7)", "a defaultdict is filled with"),
        ("def f(a):\n    a.sort(key=lambda x: len(a))\n    return a", "a is empty while it is sorted"),
        ("def f(a):\n    return a.format(1)", "as a constant, or use an f-string"),
    ],
)
def test_what_is_refused_says_what_to_write(source, says):
    with pytest.raises(RuleError, match=r"line \d+, column \d+: ") as error:
        lowered(source)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


class Writer:
    """Random functions whose expressions change things while they are evaluated."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.inner: list[str] = []

    def one(self, *choices: str) -> str:
        return self.random.choice(choices)

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self.one("n", "m", "c", "len(a)", str(self.random.randrange(-2, 5)), *self.inner)
        n = lambda: self.number(depth - 1)  # noqa: E731
        return self.one(
            f"({n()} {self.one('+', '-', '*')} {n()})", f"loud({n()})", f"bump({n()})", f"twice(n={n()})",
            f"pair(q={n()}, p={n()})", f"({n()} if {self.test(depth - 1)} else {n()})", f"(w := {n()})",
            "(a.pop() if a else 0)", "b.pop()", f"sum({self.generator(depth)})", f"len({self.items(depth - 1)})",
            f"max({self.items(depth - 1)}, key={self.function(depth - 1)}, default={n()})", f"[{n()}, {n()}][{n()} % 2]",
            f"(lambda x, y: x - y)({n()}, {n()})", f"functools.reduce(lambda u, v: u - v, {self.items(depth - 1)}, {n()})",
            f"len(f'{{{n()}}}{{{n()}:>3}}')",
        )  # fmt: skip

    def test(self, depth: int) -> str:
        n, t = (lambda: self.number(depth - 1)), (lambda: self.test(depth - 1))
        if depth <= 0:
            return f"{n()} < {n()}"
        return self.one(
            f"{n()} < {n()} <= {n()}", f"({t()} and {t()})", f"({t()} or {t()})", f"(not {t()})",
            f"any({self.generator(depth, True)})", f"all({self.generator(depth, True)})", f"{n()} in {self.items(depth - 1)}",
        )  # fmt: skip

    def function(self, depth: int) -> str:
        self.inner.append("x")
        body = self.number(depth)
        self.inner.pop()
        return self.one("abs", "twice", "loud", f"lambda x: {body}", f"lambda x, y=2: y - {body}")

    def generator(self, depth: int, truth: bool = False) -> str:
        size, parts = len(self.inner), []
        for _ in range(self.one("1", "1", "12").__len__()):
            source = self.items(depth - 1)
            self.inner.append(self.one("x", "y", "n", "i"))
            parts.append(f"for {self.inner[-1]} in {source}" + self.one("", f" if {self.test(depth - 1)}"))
        item = self.test(depth - 1) if truth else self.number(depth - 1)
        del self.inner[size:]
        return f"{item} {' '.join(parts)}"

    def items(self, depth: int) -> str:
        if depth <= 0:
            return self.one("a", "b", "[1, 2]", "[n, m]", "a[1:]")
        i = lambda: self.items(depth - 1)  # noqa: E731
        return self.one(
            f"[{self.generator(depth)}]", f"sorted({i()}, key={self.function(depth - 1)}{self.one('', ', reverse=True')})",
            f"[*{i()}, {self.number(depth - 1)}]", f"list(map({self.function(depth - 1)}, {i()}))",
            f"({i()} if {self.test(depth - 1)} else {i()})", f"[p + q for p, q in zip({i()}, {i()})]",
            f"grow({i()}, {self.number(depth - 1)})", f"{i()}[{self.number(depth - 1)}:{self.number(depth - 1)}]",
        )  # fmt: skip

    def block(self, depth: int, indent: int) -> list[str]:
        lines, pad = [], "    " * indent
        for _ in range(self.random.randrange(1, 4)):
            kind = self.random.randrange(9)
            if kind == 0 and indent < 3:
                lines += [f"{pad}if {self.test(depth)}:", *self.block(depth - 1, indent + 1)]
                lines += self.one("", "x") and [f"{pad}else:", *self.block(depth - 1, indent + 1)]
            elif kind == 1 and indent < 3:
                source = self.one(self.items(depth), f"({self.generator(depth)})", f"map({self.function(1)}, {self.items(1)})")
                lines += [f"{pad}for x in {source}:", *self.block(depth - 1, indent + 1)]
            elif kind == 2 and indent < 3:
                lines += [f"{pad}while fuel(log) and {self.test(depth)}:", *self.block(depth - 1, indent + 1)]
            else:
                place = f"a[{self.number(depth - 1)} % (len(a) or 1)]"
                lines.append(pad + self.one(
                    f"n = {self.number(depth)}", f"m += {self.number(depth)}", f"{place} += {self.number(depth)}",
                    f"{place} = {self.number(depth)}", f"b.append({self.number(depth)})", f"a = {self.items(depth)} + []",
                    f"b.sort(key={self.function(1)})", f"m, {place} = {self.number(1)}, {self.number(1)}",
                ))  # fmt: skip
        return lines

    def program(self) -> str:
        body = "\n".join(self.block(2, 1))
        return f"{HELPERS}{body}\n    return [a, b, n, m, c, w, log, {self.number(3)}]\n"


HELPERS = """
def twice(n):
    return 2 * n
def pair(p, q):
    return p - 3 * q
def grow(items, z):
    items.append(z)
    return items
def fuel(log):
    log.append('.')
    return len(log) < 40
def f(a, b, n, m):
    log = []
    c = 1
    w = 0
    def loud(v):
        log.append(v)
        return v
    def bump(v):
        nonlocal c, n
        c += v
        if v % 2:
            n += 1
        return c
"""


def test_random_programs():
    ran = 0
    for seed in range(250):
        source = Writer(seed).program()
        try:
            ast.parse(source)
            compile(source, "rule", "exec")
            text = lowered(source)
        except (SyntaxError, RuleError):
            continue
        assert lowered(text) == text
        for inputs in (([3, 1, 2], [5, 4, 4, 0], 2, 3), ([], [1], 0, -1)):
            assert outcome(text, inputs) == outcome(source, inputs), source
            ran += 1
    assert ran > 400
