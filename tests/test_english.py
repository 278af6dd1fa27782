"""The style natural: what the sentences and the jotted phrases say."""

from __future__ import annotations

import ast
import bisect
import itertools
import math
import random
import re
import warnings

import pytest

from metarfft import tasks
from metarfft.rules import core
from metarfft.rules.styles.natural import Unsayable, labels, sentences

# What would be left of the code: signs, calls, words of Python. Texts in quotes and values written out may hold them.
CODE = re.compile(r"//|\*|==|!=|<|>|\+|%|&|\||\^|~|\w\(|\.\w|\b(lambda|def|str|int|dict|len|elif)\b|\[[a-z]")
QUOTED = re.compile(r"""(?<!\w)(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")


def say(source: str) -> list[str]:
    source = ast.unparse(ast.parse(source))
    return sentences(ast.parse(source), len(source.splitlines()))


def say_line(line: str, given: str = "a, b, c, d, h, i, j, k, q, s, u, x, y, z", before: str = "") -> str:
    """The sentence for one line, without its number."""
    lines = say(f"def rule({given}):\n{before}    {line}\n    return x\n")
    return lines[1 + before.count("\n")].partition(" ")[2]


def leftovers(text: str) -> str | None:
    text = QUOTED.sub("''", text)
    found = CODE.search(re.sub(r"\b[ABC]?\d+(\.\d+)+", "", text))
    return found[0] if found else None


SAID = {
    "x = y // (z * 2)": "Set x to y divided by (z times 2), rounded down.",
    "x = y // z + 1": "Set x to (y divided by z, rounded down) plus 1.",
    "x = (y % z) + 1": "Set x to (the remainder of y divided by z) plus 1.",
    "x = y % (z + 1)": "Set x to the remainder of y divided by (z plus 1).",
    "x = -(y + z)": "Set x to minus (y plus z).",
    "x = -y + z": "Set x to (minus y) plus z.",
    "x = a - (b - c)": "Set x to a minus (b minus c).",
    "x = a - b - c": "Set x to a minus b minus c.",
    "x = a / b * c": "Set x to (a divided by b) times c.",
    "x = a - b * c": "Set x to a minus b times c.",
    "x = 2 ** -y": "Set x to 2 to the power of minus y.",
    "x = -y ** 2": "Set x to minus (y to the power of 2).",
    "x = (-y) ** 2": "Set x to (minus y) to the power of 2.",
    "x = y + (1 if z > 2 else 0)": "Set x to y plus (1 if z is greater than 2, otherwise 0).",
    "x = len(a) + b": "Set x to (the length of a) plus b.",
    "x = len(a + b)": "Set x to the length of (a plus b).",
    "x = (a + b)[0]": "Call the first element of (a plus b) x.",
    "x = a or b": "Set x to a if that is neither 0 nor empty nor None, otherwise b.",
    "x = y == z or z == 1": "Set x to whether y is z or z is 1.",
    "x = a < b == c": "Set x to whether a is less than b and b is c.",
    "x = (a == b) == c": "Set x to whether (whether a is b) is c.",
    "x = 0 < a.pop() < 5":
        "Set x to whether 0 is less than the last element taken off a, which in turn is less than 5.",
    "x = not a == b": "Set x to whether a is not b.",
    "x = not a < b": "Set x to whether a is not less than b.",
    "x = y is None": "Set x to whether y is None.",
    "x = y is True": "Set x to whether y is exactly True.",
    "x = y == True": "Set x to whether y is True.",
    "x = isinstance(y, (int, str))": "Set x to whether y is a whole number or a text.",
    "if (x == 1 or y == 2) and z == 3: pass": "If (x is 1 or y is 2) and z is 3, do step 1.1.",
    "if not (x == 1 and (y == 2 or z == 3)): pass": "If x is not 1 or (y is not 2 and z is not 3), do step 1.1.",
    "while y: pass": "As long as y is neither 0 nor empty nor None, repeat step 1.1.",
    "while not y: pass": "As long as y is 0, empty or None, repeat step 1.1.",
    "while y - 1: pass": "As long as y minus 1 is not 0, repeat step 1.1.",
    "x += y": "Add y to x (at its end unless it is a number).",
    "x += y & 1": "Add the bitwise and of y and 1 to x.",
    "x = y & z": "Set x to the bits or items that are in both y and z.",
    "x = y << 2": "Set x to y shifted left by 2 bits.",
    "x = sorted(a, reverse=True)": "Set x to a in descending order.",
    "x = sum(a, 5)": "Set x to the sum of a, starting from 5.",
    "x = max(a, default=0)": "Set x to the largest item of a (0 if it is empty).",
    "x = round(y, 2)": "Set x to y rounded to 2 decimal places.",
    "x = int(s, 2)": "Set x to s read as a number in base 2.",
    "x = s.find('b', 3)": "Set x to the index of 'b' (from index 3 on) in s (-1 if it is not there).",
    "x = d.pop(k, 0)": "Take the entry for k off d (0 if it has none) and call it x.",
    "x = d.get(k)": "Set x to the entry of d for k (None if it has none).",
    "s = s.replace('a', 'b', 1)": "Set s to s with 'b' in place of the first 'a'.",
    "x = s.split(',', 1)": "Set x to the parts of s between ',' (split at most 1 times).",
    "x = ''.join(a)": "Set x to the items of a, joined with nothing between them.",
    "x = a[5:2:-1]": "Set x to a from index 5 to just before 2 in steps of -1.",
    "x = a[::-1]": "Set x to a in reverse.",
    "x = [y, z + 1]": "Start with a list of y and z plus 1 as x.",
    "x = (y,)": "Set x to the tuple of only y.",
    "x = {y: z, 'a': [y]}": "Start with a table with z for y, a list of only y for 'a' as x.",
    "del a[i:j]": "Remove the elements of a from index i to just before j.",
    "a[1:3] = [4, 5]": "Replace the elements of a from index 1 to just before 3 by the items of [4, 5].",
    "raise ValueError('too \"big\"')": "Stop with the error ValueError and the message 'too \"big\"'.",
    "for i, y in enumerate(a, 1): pass": "For each element y of a, with its number i (counted from 1), do step 1.1.",
    "for i in range(y, -1, -2): pass": "For i from y down to just before -1 in steps of 2, do step 1.1.",
    "for i, j in zip(a, b): pass":
        "For each element i of a and element j of b at the same place, up to the end of the shortest, do step 1.1.",
    "for k, y in d.items(): pass": "For each key k of d and its entry y, in order, do step 1.1.",
    "i, a[i] = a[i], i":
        "Take (the element at i of a) and i; set i to the first of them; then set the element at i of a to the second"
        " of them.",
    "a[0], a[1] = a[1], a[0]": "Exchange the first element of a and the second element of a.",
    "q.append(x if y else z)":
        "Put x if y is neither 0 nor empty nor None, otherwise z, at the end of q.",
    "heapq.heappush(h, (y, z))": "Put the pair of y and z into the heap h.",
    "return x, y": "The answer is the pair of x and y.",
    "return x == 1 and not y == 2": "The answer is True if x is 1 and y is not 2, otherwise False.",
    "x = \"it's\" + ' '": "Set x to \"it's\" followed by ' '.",
}  # fmt: skip


@pytest.mark.parametrize("line", SAID)
def test_a_line_says_what_it_does(line: str) -> None:
    assert say_line(line) == SAID[line]


KINDS = {  # what was assigned before, and the sentence
    "n = 3": ("while n: pass", "As long as n is not 0, repeat step 2.1."),
    "n = []": ("while n: pass", "As long as n is not empty, repeat step 2.1."),
    "n = y > 1": ("while n: pass", "As long as n is true, repeat step 2.1."),
    "n = None": ("while n: pass", "As long as n is neither 0 nor empty nor None, repeat step 2.1."),
    "n = d.get(k)": ("while n: pass", "As long as n is neither 0 nor empty nor None, repeat step 2.1."),
    "n = Counter(a)": ("x = n[y]", "Call the entry of n for y x."),
    "n = 0": ("n += y", "Add y to n."),
    "n = ''": ("n += y", "Put y at the end of n."),
    "n = [1]": ("n += y", "Put the items of y at the end of n."),
    "n = s.split()": ("n += 'xy'", "Put the items of 'xy' at the end of n."),
    "n = [2]": ("n *= y", "Repeat the elements of n in place so that they are there y times."),
    "n = set()": ("n |= y", "Put the items of y into n."),
    "n = [3]": ("n = n + y", "Set n to n followed by y."),
    "n = 'ab'": ("n = n[1:]", "Remove the first character of n."),
    "n = [4]": ("n = n[1:]", "Set n to n without its first element."),
    "n = {}": ("x = n[y]", "Call the entry of n for y x."),
    "n = {1: 2}": ("x = sorted(n)", "Set x to (the keys of n) in ascending order."),
    "n = [0] * 3": ("x = n[y]", "Call the element at index y of n x."),
    "n = 7.5": ("x = int(n)", "Set x to the whole part of n."),
    "n = '7'": ("x = int(n)", "Set x to n as a number."),
    "n = 'abc'": ("x = n[0].isdigit()", "Set x to whether the first character of n is a digit."),
    "n = s.strip()": ("x = n.isdigit()", "Set x to whether n is made of digits."),
}


@pytest.mark.parametrize("before", KINDS)
def test_numbers_texts_and_lists_are_told_apart(before: str) -> None:
    line, said = KINDS[before]
    assert say_line(line, before=f"    {before}\n") == said


FUNCTIONS = """
def gcd(a, b):
    if b == 0:
        return a
    r = a % b
    return gcd(b, r)

def solve(nums, k=2):
    total = 0

    def visit(depth):
        nonlocal total
        total += depth
        return None
    for x in nums:
        g = gcd(x, k + 1)
        visit(g)
    if len(nums) > 3:
        return solve(nums[1:], k)
    else:
        a, b = gcd(total, 2)
    return total
"""


def test_functions_have_their_own_steps() -> None:
    assert say(FUNCTIONS) == [
        "To do gcd with a and b, follow steps A1 to A3.",
        "A1. If b is 0, do step A1.1.",
        "A1.1. The result is a.",
        "A2. Set r to the remainder of a divided by b.",
        "A3. Do gcd with b and r; what it gives is the result.",
        "",
        "You are given nums and k (2 if it is not given). To do solve with nums and k, follow steps 1 to 6.",
        "1. Set total to 0.",
        "",
        "2. Remember: to do visit with depth, follow steps 2.1 to 2.3.",
        "2.1. Use the total from outside of these steps.",
        "2.2. Add depth to total.",
        "2.3. The result is None.",
        "3. For each element x of nums, in order, do steps 3.1 and 3.2.",
        "3.1. Do gcd with x and k plus 1, and call the result g.",
        "3.2. Do visit with g.",
        "4. If the length of nums is greater than 3, do step 4.1.",
        "4.1. Do solve with (nums without its first element) and k; what it gives is the answer.",
        "5. Otherwise, do step 5.1.",
        "5.1. Do gcd with total and 2, and call the parts of the result a and b.",
        "6. The answer is total.",
    ]


JOTTED = {
    "__v0__ + __v1__": "__v0__ + __v1__",
    "__v0__ - (__v1__ + __v2__)": "__v0__ - (__v1__ + __v2__)",
    "__v0__ * (__v1__ - __v2__)": "__v0__ * (__v1__ - __v2__)",
    "__v0__ // __v1__": "__v0__ divided by __v1__, rounded down",
    "__v0__ // __v1__ + __v2__": "(__v0__ divided by __v1__, rounded down) + __v2__",
    "nums[__v0__]": "the element at index __v0__ of nums",
    "nums[__v0__ + 1]": "the element at index __v0__ + 1 of nums",
    "table[__v0__]": "the entry of table for __v0__",
    "__v0__.lower()": "__v0__ in lower case",
    "max(__v0__, __v1__)": "the larger of __v0__ and __v1__",
    "len(nums)": "the length of nums",
    "helper(__v0__, __v1__)": "helper with __v0__ and __v1__",
}


@pytest.mark.parametrize("expression", JOTTED)
def test_phrases_are_jotted_down_with_signs(expression: str) -> None:
    module = ast.parse(
        "def helper(a, b):\n    return a\n\ndef rule(nums):\n    table = {}\n    nums.append(1)\n    return nums"
    )
    assert labels(module)(ast.parse(expression, mode="eval").body) == JOTTED[expression]


@pytest.mark.parametrize("task", tasks.all_tasks().values(), ids=lambda task: task.id)
def test_every_task_is_said_in_full(task: tasks.Task) -> None:
    lines = say(ast.unparse(ast.parse(task.rule_source.strip())))
    for line in lines:
        assert leftovers(line.replace("(greek", "")) is None or "[" in line or "{" in line, line
    assert len(set(lines)) == len(lines)


def _calls() -> list[str]:
    lines = []
    arguments = ["a", "x", "y", "z"]
    for module, names in core.DOTTED.items():
        calls = [[f"{module}.{name}({', '.join(arguments[:n])})" for n in range(1, 4)] for name in sorted(names)]
        lines += ["|".join(call) for call in calls]
    for name in sorted(core.BUILTINS - {"isinstance", "defaultdict"}):
        lines.append("|".join(f"{name}({', '.join(arguments[:n])})" for n in range(1, 4)))
    for name in sorted(core.METHODS):
        owner = "dict" if name == "fromkeys" else "a"
        lines.append("|".join(f"{owner}.{name}({', '.join(arguments[1:n])})" for n in range(1, 4)))
    return lines


@pytest.mark.parametrize("calls", _calls(), ids=lambda calls: calls.partition("(")[0])
def test_every_call_of_the_core_is_said(calls: str) -> None:
    said = 0
    for call in calls.split("|"):
        for line in (f"x = {call}", call):
            if line == call and not core.changes(ast.parse(call, mode="eval").body):  # type: ignore[arg-type]
                continue
            try:
                text = say_line(line)
            except Unsayable:
                continue
            said += 1
            assert leftovers(text) is None, text
            if line.startswith("a.pop("):  # what comes out is not used, so neither is what comes instead
                continue
            for name in re.findall(r"\b[axyz]\b", call):
                assert re.search(rf"\b{name}\b", text), (call, text)
    assert said


REFUSED = ["x = gcd(a, b) + 1", "x = sorted(a, key=len)", "x = zip(a, b, strict=y)", "x = a @ b", "x = [*a]"]


@pytest.mark.parametrize("line", REFUSED)
def test_what_cannot_be_said_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(Unsayable, match=r"^line 5: .* has no wording in English") as caught:
        say(f"def gcd(a, b):\n    return a\n\ndef rule(a, b, y):\n    {line}\n    return x\n")
    assert "\n" not in str(caught.value)


NAMES = {"a": [0, 1, 3, -2, 7], "b": [1, 2, -1, 5, 0], "c": [2, 0, 1, -3, 4]}
NAMES |= {"s": ["ab", "", "a b", "x9", "9"], "t": ["x", "b", "", "Ab", "12"]}
NAMES |= {"p": [[1, 2, 3], [], [0], [2, 2], [5, -1]], "q": [[1], [0, 0], [], [3, 4, 1], [7]]}
SIGNS = "+ - * / // % ** & < == and or is in".split()
AROUND = ["{}", "(-{})", "(not {})", "abs({})", "len({})", "({}).upper()", "({})[0]", "({})[1:]", "({})[::-1]"]


def _value(expression: str) -> list[str]:
    values = []
    for n in range(5):
        given = {name: list(v[n]) if isinstance(v[n], list) else v[n] for name, v in NAMES.items()}  # type: ignore[call-overload]
        try:
            values.append(repr(eval(expression, {"math": math, "bisect": bisect}, given)))
        except Exception:
            values.append("an error")
    return values


def _check_apart(expressions: list[str], given: str, before: str = "") -> None:
    """Of two expressions that are said in the same words, both have the same value."""
    said: dict[str, str] = {}
    phrase = labels_in_words(f"def rule({given}):\n{before}    return 1")
    for expression in expressions:
        text = phrase(ast.parse(expression, mode="eval").body)
        other = said.setdefault(text, expression)
        if other != expression:
            for one, two in zip(_value(expression), _value(other), strict=True):
                same = one == two or "an error" in (one, two) or _is_close(one, two)
                assert same, f"{text!r} is said of {expression} and of {other}"


def _is_close(one: str, two: str) -> bool:
    try:
        return math.isclose(float(one), float(two))
    except ValueError:
        return False


def labels_in_words(source: str):  # type: ignore[no-untyped-def]
    from metarfft.rules.styles.natural.inference import Kinds
    from metarfft.rules.styles.natural.phrases import Phrases

    return Phrases(Kinds(ast.parse(source))).whole


TRIPLES = [("a", "b", "c"), ("s", "a", "t"), ("p", "q", "a")]


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("names", TRIPLES, ids="".join)
def test_no_two_groupings_are_said_alike(names: tuple[str, str, str], known: bool) -> None:
    x, y, z = names
    expressions = []
    for one, two in itertools.product(SIGNS, repeat=2):
        for over, under in itertools.product(AROUND, repeat=2):
            if (len(one) + len(two) + len(over) + len(under)) % 4:  # a quarter of them
                continue
            expressions += [
                over.format(f"({under.format(f'({x} {one} {y})')} {two} {z})"),
                over.format(f"({x} {one} {under.format(f'({y} {two} {z})')})"),
                f"({over.format(x)} {one} {under.format(f'({y} {two} {z})')})",
                f"(({x} {one} {under.format(y)}) {two} {over.format(z)})",
            ]
    before = "".join(f"    {name} = {values[0]!r}\n" for name, values in NAMES.items()) if known else ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _check_apart(expressions, "" if known else ", ".join(NAMES), before)


ATOMS = {
    "number": ["a", "b", "2"], "text": ["s", "t", "'x'"], "list": ["p", "q", "[1, 2]"], "truth": ["a > b", "p == q"],
}  # fmt: skip
MADE = {  # N, T, L and B stand for numbers, texts, lists and truths
    "number": """(N + N)|(N - N)|(N * N)|(N // N)|(N % N)|(-N)|abs(N)|len(T)|len(L)|L[0]|L[N]|max(N, N)|sum(L)|min(L)
        (N if B else N)|(N or N)|T.find(T)|L.count(N)|math.gcd(N, N)|round(N, N)|int(N)|(N << N)|{1: 2, 2: 3}.get(N, N)
        bisect.bisect(L, N)|pow(N, N, N)""",
    "text": """(T + T)|(T * N)|T.upper()|T.strip()|T[0]|T[1:]|T[:-1]|T[::-1]|T[:a]|T[a:b]|T[-2:]|T[::2]|str(N)
        T.replace(T, T)|T.join(T)|T.strip(T)|T.center(N, '.')|(T if B else T)|(T and T)""",
    "list": """(L + L)|(L * N)|[N, N]|[N]|sorted(L)|sorted(L, reverse=B)|L[1:]|L[::-1]|L[:b]|list(range(N, N))|([N] * N)
        list(reversed(L))|[(N, N)]|(L or L)""",
    "truth": """(N < N)|(N == N)|(N < N < N)|(not B)|(not L)|(B and B)|(B or B)|(B and B or B)|(N in L)|(T in T)
        (B == B)|T.startswith(T)|any(L)|all(L)|(N % N == 0)|T.isdigit()|isinstance(N, (int, str))|(N is None)|bool(T)
        (N in [N, N])""",
}
FORMS = {kind: [form.strip() for form in re.split(r"[|\n]", text) if form.strip()] for kind, text in MADE.items()}
LETTERS = {"N": "number", "T": "text", "L": "list", "B": "truth"}


def _expression(rng: random.Random, kind: str, depth: int) -> str:
    if not depth:
        return f"({rng.choice(ATOMS[kind])})"
    form = rng.choice(FORMS[kind])
    return re.sub(r"\b[NTLB]\b", lambda slot: _expression(rng, LETTERS[slot[0]], rng.randrange(depth)), form)


@pytest.mark.parametrize("seed", range(3))
def test_no_two_expressions_are_said_alike(seed: int) -> None:
    rng = random.Random(seed)
    drawn = [_expression(rng, rng.choice(list(FORMS)), rng.randint(1, 3)) for _ in range(1500)]
    expressions = sorted({ast.unparse(ast.parse(expression)) for expression in drawn})
    before = "".join(f"    {name} = {values[0]!r}\n" for name, values in NAMES.items())
    _check_apart(expressions, ", ".join(NAMES))
    _check_apart(expressions, "", before)
