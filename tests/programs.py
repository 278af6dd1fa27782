"""Random programs over the whole rule language, for comparing the rule engine with CPython.

A program is written from templates. In a template ``$int`` is an expression of a kind, ``$int!`` a small one
(a name or a
constant), ``#ints`` the name of a variable (the same one wherever it stands in that template), ``@x`` a fresh
loop variable
of the expression and ``$int+x`` an expression that may use it. All loops are bounded; most programs do not
fail, some do.

``python tests/programs.py --count 20000 --seed 0`` compares that many.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

KINDS = ["int", "int", "int", "bool", "str", "str", "ints", "ints", "ints", "texts", "rows", "table", "groups", "found"]
KINDS += ["pair", "pairs", "real", "tally", "queue"]
BINDERS = {"x": "int", "y": "int", "i": "int", "s": "str", "c": "str", "r": "ints", "p": "pair"}
HINTS = {
    "int": "int",
    "bool": "bool",
    "str": "str",
    "ints": "List[int]",
    "texts": "List[str]",
    "rows": "List[List[int]]",
}
WORDS = ["", "a", "b", "ab", "ba", "abc", "x y", "Cat", "7", "42", "a,b", "it's", 'say "x"', "é", "\t", "z" * 5]
NAMES = {
    "int": "n k total count best step size low high left right _ id".split(),
    "bool": "done flag found_it ok".split(),
    "str": "text word out line name".split(),
    "ints": "nums items stack values heap path".split(),
    "texts": "words names parts letters".split(),
    "rows": "grid rows matrix board".split(),
    "table": "table price ages".split(),
    "groups": "groups graph index".split(),
    "found": "seen used common".split(),
    "pair": "pair point span".split(),
    "pairs": "pairs edges spans".split(),
    "real": "mean rate share".split(),
    "tally": "tally counts".split(),
    "queue": "queue window".split(),
}
EXPRESSIONS = {
    "int": [
        "$int + $int", "$int - $int", "$int * $int", "$int // ($int or 2)", "$int % ($int or 3)", "$int // $int",
        "$int // 3", "$int % 7", "-$int",
        "$int & $int", "$int | $int", "$int ^ $int", "$int % 8 << 2", "$int >> 1", "~$int", "$int % 5 ** 2", "+$int",
        "abs($int)", "min($int, $int)", "max($int, $int, $int!)", "len($ints)", "len($str)", "len(#table)",
        "len(#found)",
        "sum($ints)", "sum(#ints, $int!)", "max(#ints, default=$int!)", "min($ints)", "divmod($int, 7)[0]",
        "pow($int! % 5, 3, 7)", "int(str(abs($int))[::-1])", "int($bool)", "int($int / 2)", "round($int / 4)",
        "ord(($str or 'q')[0])",
        "#ints[$at]", "#ints[-1]", "#ints[$int % len(#ints)]", "(#ints[0] if #ints else $int!)",
        "#ints[len(#ints) // 2]",
        "#rows[$at][$at]", "#rows[-1][0]", "(#table[$str!] if $str! in #table else 1)", "#table[$str!]",
        "#table.get($str, $int!)", "#table.setdefault($str!, $int)",
        "#ints.pop()", "(#ints.pop() if #ints else 0)", "#ints.pop(0)", "#table.pop($str!, $int!)", "#queue.popleft()",
        "#groups.setdefault($int!, [$int!]).pop()", "#ints.count($int)", "#ints.index(#ints[-1])", "$str.find($str!)",
        "$str.count($str!)", "#tally[$str!]", "#pair[0] + #pair[1]", "(@x := $int)", "$int if $bool else $int",
        "$int and $int", "$int or $int!", "sum($int+x for @x in $ints)", "sum(1 for @s in $str if $bool+s)",
        "sum(len(@r) for @r in $rows)", "max(($int+x for @x in $ints), default=0)",
        "min([$int+x for @x in #ints] or [$int!])",
        "len([@x for @x in $ints if $bool+x])", "len({@x % 3 for @x in $ints})",
        "next((@x for @x in $ints if $bool+x), -1)",
        "sum(@x * @y for @x, @y in zip($ints, $ints))", "max($ints, key=lambda @x: ($int+x, @x), default=0)",
        "sum(map(lambda @x: $int+x, $ints))", "math.gcd($int, $int)", "bisect.bisect_left(sorted($ints), $int)",
        "(lambda @x, @y=2: $int+x+y)($int)", "$bool + $bool", "($int!).bit_length()",
        "sum(@x for @r in $rows for @x in @r if $bool+x)", "sum(@i * @x for @i, @x in enumerate($ints, 1))",
    ],
    "bool": [
        "$int < $int", "$int == $int", "$int != $int", "$int <= $int < $int", "$int > $int >= $int != $int!",
        "$str < $str",
        "$int in $ints", "$int not in #ints", "$str! in $str", "$str in #table", "$int in #found", "$ints == $ints",
        "0 <= $int! < len(#ints)", "$bool and $bool", "$bool or $bool", "not $bool", "$bool if $bool else $bool",
        "any($bool+x for @x in $ints)", "all($bool+x for @x in $ints)", "any(@s == $str+s! for @s in $texts)",
        "all(@x <= @y for @x, @y in zip(#ints, #ints[1:]))", "isinstance($int, int)", "isinstance($int!, (str, float))",
        "$str.isdigit()", "$str.isalpha()", "$str.startswith($str!)", "$str.endswith(('a', 'b'))", "bool($ints)",
        "$int % 2 == 0", "#ints is None", "#ints is #ints", "0 <= $int! < len(#ints) and #ints[$at] > 0",
        "#ints and #ints.pop() > $int!", "#ints and #ints[-1] != $int", "$int! < (#ints.pop() if #ints else 9) < $int!",
        "len(#ints) > 1 and (#ints.pop(0) > 2 or #ints.pop(0) < $int!)", "not #ints", "#found <= {1, 2, $int!}",
        "$bool ^ $bool",
        "(@x := $int) > $int!", "any($ints)", "all(@r for @r in $rows)", "$pair == ($int!, $int)",
        "#found.isdisjoint($ints)",
    ],
    "str": [
        "$str + $str", "str($int)", "str($ints)", "$str * ($int % 3)", "#str[$at]", "#str[-1:]", "#str[::-1]",
        "$str[1:]",
        "$str[$at:$int!]", "$str[$int!:$at:2]", "$str.upper()", "$str.title()", "$str.replace($str!, $str!)",
        "''.join($texts)", "', '.join(str(@x) for @x in $ints)", "''.join([@c for @c in $str if $bool+c])",
        "''.join(sorted($str))", "''.join(reversed($str))", "''.join(@c.upper() if @c < 'c' else @c for @c in $str)",
        'f"{$int!}-{$str!}"', 'f"{$int!:>4}|{$real!:.2f}"', 'f"<{$str!!r}>"', "'%d:%s' % ($int, $str)", "'%03d' % $int",
        "'{} and {}'.format($int, $str)", "chr(97 + $int % 26)", "#texts[$int % len(#texts)]", "(#texts or ['q'])[0]",
        "#texts.pop()", "$str if $bool else $str", "$str or $str!", "min($str, $str)",
        "max($texts, key=len, default='')",
        "$str.strip()", "$str.zfill(4)", "$str.center(6, '*')", "$str.lower().swapcase()", "bin($int! % 9)[2:]",
        "repr($str)",
        "$str.partition(' ')[0]", "''.join(chr(ord(@c) + 1) for @c in $str)", "$str.lstrip('ab')",
        "format($int!, '04b')",
        "'-'.join(map(str, $ints))", "''.join(@s[0] for @s in $texts if @s)",
    ],
    "ints": [
        "[$int, $int]", "[$int, $int, $int!]", "[]", "[0] * ($int % 5)", "$ints + $ints", "$ints * 2", "#ints[:]",
        "#ints[1:]",
        "#ints[::-1]", "#ints[$int!:$int!]", "#ints[$int!::-2]", "#ints[:-1]", "#ints.copy()", "list(#ints)",
        "sorted($ints)",
        "sorted($ints, reverse=True)", "sorted($ints, key=lambda @x: (@x % 3, -@x))",
        "sorted($ints, key=lambda @x: $int+x)",
        "list(reversed($ints))", "list(range($int % 6))", "list(range($int % 9, 0, -2))", "list(range(1, $int % 7))",
        "[$int+x for @x in $ints]", "[$int+x for @x in $ints if $bool+x]",
        "[@i for @i, @x in enumerate($ints) if $bool+x]",
        "[@x for @r in $rows for @x in @r]", "[@x + @y for @x in $ints for @y in (1, $int+x!)]",
        "[*$ints, $int, *$ints]",
        "[$int+i for @i in range($int % 5)]", "list(map(lambda @x: $int+x, $ints))",
        "list(filter(lambda @x: $bool+x, $ints))",
        "#rows[$at]", "#rows[-1]", "(#rows[0] if #rows else [])", "#groups.get($int!, [])",
        "#groups.setdefault($int!, [])",
        "sorted(#found)", "sorted({@x % 4 for @x in $ints})", "list(#table.values())", "[len(@s) for @s in $texts]",
        "[ord(@c) for @c in $str]", "[int(@c) for @c in str(abs($int))]", "$ints if $bool else $ints", "$ints or $ints",
        "[sum(@r) for @r in $rows]", "[max(@x, @y) for @x, @y in zip($ints, $ints)]", "list($pair)", "#rows.pop()",
        "list(#queue)", "list(map(int, ['1', str($int)]))", "[@x for @p in $pairs for @x in @p]",
        "list(itertools.accumulate($ints))",
        "[$int if @x else (@y := $int+x) for @x in $ints]", "heapq.nsmallest(2, $ints)",
        "[#ints.pop() for @x in range(len(#ints))]",
    ],
    "texts": [
        "[$str, $str]", "[$str]", "$str.split()", "$str.split(',')", "list($str)", "$texts + $texts",
        "[$str+s for @s in $texts]",
        "sorted($texts, key=len)", "sorted($texts, key=lambda @s: (len(@s), @s), reverse=True)",
        "[str(@x) for @x in $ints]",
        "[@s for @s in $texts if $bool+s]", "list(#table)", "list(#table.keys())", "sorted(set($texts))",
        "#texts[::-1]",
        "[@c * @i for @i, @c in enumerate($str)]", "list(map(str, $ints))", "[@s for @s, @x in sorted(#table.items())]",
    ],
    "rows": [
        "[$ints, $ints]", "[#ints, #ints]", "[#ints, $ints, $ints]", "[[0] * 3 for @i in range($int % 4)]",
        "[[$int] * 2] * 2",
        "[$ints+r for @r in $rows]", "[@r[:] for @r in #rows]", "[list(@p) for @p in zip($ints, $ints)]",
        "$rows + [$ints]",
        "[list(@p) for @p in zip(*#rows)]", "[[$int+i for @i in range(3)] for @j in range(2)]", "sorted($rows)",
        "#rows[::-1]",
        "[@r for @r in #rows if @r]", "list(#groups.values())", "sorted($rows, key=len)",
        "[[@x * @y for @x in @r] for @r in $rows for @y in (1, 2)]",
    ],
    "table": [
        "{}", "{$str: $int, $str!: $int}", "dict(#table)", "{@s: len(@s) for @s in $texts}", "dict(zip($texts, $ints))",
        "{@s: $int+x for @s, @x in #table.items()}", "{@s: @x for @s, @x in #table.items() if $bool+x}",
        "#table.copy()",
        "{**#table, $str: $int}", "{@c: $str!.count(@c) for @c in $str}", "#table | {$str!: $int}",
        "dict(sorted(#table.items()))",
    ],
    "groups": [
        "{}", "{$int: $ints, $int!: $ints}", "{$int: #ints, 1: #ints}", "{@x: [@x] for @x in $ints}",
        "dict(enumerate($rows))",
        "{@i: @r for @i, @r in enumerate($rows)}", "{@x: [@y for @y in $ints if @y > @x] for @x in $ints}",
    ],
    "found": [
        "set()", "{$int, $int}", "set($ints)", "{$int+x for @x in $ints}", "#found | {$int}", "#found & set($ints)",
        "#found - {$int!}", "set(#found)", "#found ^ {1, $int}", "{@x for @x in $ints if $bool+x}",
        "#found.union($ints)",
    ],
    "pair": ["($int, $int)", "divmod($int, 5)", "(#ints[0], #ints[-1])", "tuple($ints[:2])", "max($pairs)",
    "#pairs[$at]", "$pair"],
    "pairs": [
        "list(zip($ints, $ints))", "list(enumerate($ints))", "[$pair, ($int, $int)]",
        "[($int+x, @x) for @x in $ints]", "sorted($pairs)",
        "sorted($pairs, key=lambda @p: (@p[1], -@p[0]))", "list(itertools.combinations($ints[:4], 2))", "[$pair]",
    ],
    "real": ["$int / 2", "$int / $int", "$real + $int", "round($real, 1)", "float($int)", "$real * 0.5",
    "sum($ints) / (len($ints) or 1)"],
    "tally": ["Counter($str)", "Counter($texts)", "Counter()", "Counter(@c for @c in $str if $bool+c)"],
    "queue": ["deque($ints)", "deque([$int])", "deque()"],
}  # fmt: skip
SIMPLE = [
    "#int += $int", "#int -= $int", "#int = #int * 2 % 97", "#int //= 2", "#int %= $int or 5", "#int |= $int!",
    "#str += $str",
    "#ints.append($int)", "#ints.append($int)", "#ints.extend($ints)", "#ints.insert($int!, $int)", "#ints.sort()",
    "#ints.sort(reverse=True)", "#ints.sort(key=lambda @x: $int+x)", "#ints.reverse()",
    "if #ints: #ints.remove(#ints[-1])", "if 3 in #ints: #ints.remove(3)", "#ints.remove($int!)", "#ints.pop()",
    "#ints.clear()", "#ints += $ints", "#ints += [$int]", "#ints *= 2", "#ints[$at] = $int", "#ints[-1] = $int",
    "#ints[$int % len(#ints)] += $int", "#ints[$at] *= 2", "#ints[$int!:$int!] = $ints", "#ints[:] = $ints",
    "#ints[::2] = [$int] * len(#ints[::2])",
    "del #ints[$at]", "del #ints[$int!:$int!]", "del #ints[0]", "#ints[0], #ints[-1] = #ints[-1], #ints[0]",
    "#ints[$at], #ints[$at] = $int, $int", "#int, #ints[0] = $int, $int", "#ints[#ints.pop()] -= 1",
    "#ints[#ints[0]] = $int",
    "#int, #ints[#int] = 0, 9", "#ints[$int!:] += [$int]", "#ints[1:3] *= 2",
    "#texts.append($str)", "#texts.sort(key=len)", "#texts[$at] = $str", "#texts[$at] += $str!",
    "#texts.insert(0, $str)",
    "#rows.append($ints)", "#rows.append(#ints)", "#rows[$at].append($int)", "#rows[$at][$at] = $int",
    "#rows[0] += $ints",
    "#rows[$at][0] += #rows[0][0]", "#rows[-1] = #rows[0]", "#rows[0][0] = #rows[0][0] + 7", "#rows.sort()",
    "#rows.pop()",
    "#rows[0], #rows[-1] = #rows[-1], #rows[0]", "#rows[0][$int!:$int!] = $ints",
    "#table[$str] = $int", "#table[$str] = #table.get($str!, 0) + 1", "#table[$str!] += $int",
    "#table.update({$str: $int})",
    "#table.pop($str!, None)", "if $str! in #table: del #table[$str!]", "del #table[$str!]",
    "#table.setdefault($str, $int)", "#table.update(#table)", "#table |= {$str!: 2}",
    "#groups.setdefault($int, []).append($int)", "#groups[$int!] = $ints", "#groups[$int!].append($int)",
    "#groups[$int] = #ints",
    "#found.add($int)", "#found.discard($int)", "#found |= {$int}", "#found &= {1, 2, $int}", "#found -= set($ints)",
    "#found.update($ints)", "#found.discard($int!)", "#tally[$str!] += 1", "#tally.update($str)", "#queue.append($int)",
    "#queue.appendleft($int)", "#queue.rotate(1)", "heapq.heappush(#ints, $int)", "heapq.heapify(#ints)",
    "#real += $int",
    "assert #int == #int, 'odd'", "assert $bool or $bool or #int < 50, $str!", "#pairs.append($pair)",
    "#pairs.sort(key=lambda @p: @p[1])", "pass",
]  # fmt: skip
UNPACKED = [
    ("$pair", "int int"), ("($int, $int)", "int int"), ("($ints, $int)", "ints int"), ("[$int, $str, $ints]",
    "int str ints"),
    ("divmod($int, 4)", "int int"), ("(#ints, #ints)", "ints ints"), ("#rows[:2]", "ints ints"),
    ("($str + ',').split(',', 1)", "str str"),
    ("($int, $int, $int)", "int *ints"), ("[$str, *$texts]", "str *texts"), ("[$int, *$ints, $int]",
    "int *ints int"), ("(($int, $int), $str)", "(int int) str"),
]  # fmt: skip
PLACE = re.compile(r"\$([a-z]+)((?:\+[a-z])*)(!?)|#([a-z]+)|@([a-z])")
IMPORTS = {"math.": "math", "bisect.": "bisect", "heapq.": "heapq", "itertools.": "itertools"}
MODULE_NAMES = {"Counter(": "Counter", "deque(": "deque"}


@dataclass(frozen=True)
class Program:
    """A program, its inputs, and how CPython calls it."""

    text: str
    inputs: dict[str, Any]
    entry: str
    method: bool = False


@dataclass
class Helper:
    """A function that expressions may call."""

    name: str
    parameters: list[tuple[str, str, str | None]]  # name, kind, default
    kind: str


@dataclass
class Scope:
    """What may be read, changed and called at a place of the program."""

    names: dict[str, list[str]] = field(default_factory=dict)  # kind -> variables
    helpers: list[Helper] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)  # variables that bound a loop: not assigned
    loops: int = 0
    depth: int = 0
    kind: str = "int"  # of what the function returns

    def inner(self, **changes: Any) -> Scope:
        """A scope for a block: what the block adds is not seen after it."""
        names = {kind: list(names) for kind, names in self.names.items()}
        fields = {"helpers": list(self.helpers), "kept": set(self.kept), "loops": self.loops, "depth": self.depth}
        return Scope(**{"names": names, "kind": self.kind, **fields, **changes})

    def add(self, kind: str, name: str) -> None:
        for known in self.names.values():
            if name in known:
                known.remove(name)
        self.names.setdefault(kind, []).append(name)


class Writer:
    """Writes one program.

    Args:
        rng: every choice comes from it.
    """

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.number = 0
        self.in_class = rng.random() < 0.15

    def program(self) -> Program:
        rng = self.rng
        helpers: list[Helper] = []
        parts: list[list[str]] = []
        for _ in range(rng.choice([0, 0, 1, 1, 2])):
            helper, lines = self.helper(helpers)
            parts.append(lines)
            helpers.append(helper)
        kinds = [
            rng.choice(["int", "int", "str", "ints", "ints", "texts", "rows", "table"])
            for _ in range(rng.randint(1, 4))
        ]
        scope = Scope(helpers=list(helpers), kind=rng.choice(KINDS))
        inputs = {}
        for kind in kinds:
            name = self.name(kind, scope, new=True)
            scope.add(kind, name)
            inputs[name] = self.value(kind)
        hints = [f"{name}: {HINTS.get(kind, 'dict')}" for name, kind in zip(inputs, kinds, strict=True)]
        body = self.function_body(scope, rng.randint(2, 7))
        entry = rng.choice(["solve", "rule", "work_out", "f"])
        hinted = self.in_class or rng.random() < 0.2
        parts.append([f"def {entry}({', '.join(hints if hinted else inputs)}):", *body])
        if self.in_class:  # which of several uncalled methods is the rule is not said
            kept = parts[-1:]
            for helper, part in zip(reversed(helpers), reversed(parts[:-1]), strict=True):
                if any(f"§{helper.name}(" in line for lines in kept for line in lines):
                    kept.insert(0, part)
            parts = kept
        text = self.assemble(parts)
        return Program(text, inputs, entry, self.in_class)

    def assemble(self, parts: list[list[str]]) -> str:
        code = "\n".join("\n".join(lines) for lines in parts)
        top = [f"import {module}" for mark, module in IMPORTS.items() if mark in code]
        top += [f"from collections import {name}" for mark, name in MODULE_NAMES.items() if mark in code]
        top += ["from typing import List"] if "List[" in code else []
        if self.in_class:
            methods = [re.sub(r"^def (\w+)\(", r"def \1(self, ", "\n".join(lines)) for lines in parts]
            code = "\n\n".join("\n".join("    " + line for line in method.split("\n")) for method in methods)
            code = "class Solution:\n" + code.replace("§", "self.")
        else:
            code = "\n\n".join("\n".join(lines) for lines in parts).replace("§", "")
        return "\n".join(top) + ("\n\n" if top else "") + code + "\n"

    def value(self, kind: str) -> Any:
        rng = self.rng
        small = [rng.randint(-4, 9) for _ in range(rng.choice([0, 1, 3, 4, 5, 6]))]
        return {
            "int": lambda: rng.choice([0, 1, 2, 3, 5, 7, 12, -3, 100]),
            "str": lambda: rng.choice([*WORDS, "abcabc", "So the answer is 5", "1 2 3", "line\nline"]),
            "ints": lambda: small,
            "texts": lambda: [rng.choice(WORDS) for _ in range(rng.randint(0, 4))],
            "rows": lambda: [[rng.randint(0, 9) for _ in range(3)] for _ in range(rng.randint(1, 4))],
            "table": lambda: {rng.choice(WORDS): rng.randint(0, 9) for _ in range(rng.randint(0, 3))},
        }[kind]()

    # Functions

    def helper(self, helpers: list[Helper]) -> tuple[Helper, list[str]]:
        rng = self.rng
        self.number += 1
        name = rng.choice(["helper", "twice", "check", "pick", "walk", "_inner"]) + str(self.number)
        kind = rng.choice(["int", "int", "bool", "str", "ints", "pair"])
        scope = Scope(helpers=list(helpers), kind=kind)
        parameters: list[tuple[str, str, str | None]] = []
        recursive = rng.random() < 0.4
        kinds = ["int"] * recursive + [rng.choice(["int", "ints", "str", "int"]) for _ in range(rng.randint(1, 2))]
        for position, parameter_kind in enumerate(kinds):
            parameter = "depth" if recursive and not position else self.name(parameter_kind, scope, new=True)
            scope.add(parameter_kind, parameter)
            last = position == len(kinds) - 1 and position and parameter_kind in ("int", "str")
            default = repr(self.value(parameter_kind)) if last and rng.random() < 0.5 else None
            parameters.append((parameter, parameter_kind, default))
        helper = Helper(name, parameters, kind)
        header = ", ".join(p if default is None else f"{p}={default}" for p, _, default in parameters)
        lines = [f"def {name}({header}):"]
        if recursive:
            scope.kept.add("depth")
            lines += ["    if depth <= 0:", f"        return {self.expression(kind, scope, 1)}"]
            again = self.call(helper, scope, "depth - 1")
            body = self.block(scope.inner(depth=1), rng.randint(0, 2))
            result = rng.choice(["{}", "{} + {}", "{} or {}"]) if kind in ("int", "ints", "str") else "{}"
            result = result.format(again, self.expression(kind, scope, 1))
            lines += [*("    " + line for line in body), f"    return {result}"]
        else:
            lines += self.function_body(scope, rng.randint(1, 3))
        return helper, lines

    def call(self, helper: Helper, scope: Scope, first: str | None = None) -> str:
        arguments = []
        for position, (name, kind, default) in enumerate(helper.parameters):
            if default is not None and self.rng.random() < 0.5:
                continue
            value = self.expression(kind, scope, 1)
            if name == "depth":
                value = first or f"({value}) % 4"
            arguments.append((name, value, position))
        split = len(arguments) if self.rng.random() < 0.7 else self.rng.randint(0, len(arguments))
        named = arguments[split:]
        self.rng.shuffle(named)
        texts = [value for _, value, _ in arguments[:split]] + [f"{name}={value}" for name, value, _ in named]
        prefix = "" if helper.name.startswith("in_") else "§"
        return f"{prefix}{helper.name}({', '.join(texts)})"

    def inner_function(self, scope: Scope) -> list[str]:
        """A function inside: it reads and changes what is around it."""
        rng = self.rng
        self.number += 1
        kind = rng.choice(["int", "int", "bool", "ints"])
        name = f"in_{rng.choice(['add', 'step', 'visit'])}{self.number}"
        inside = scope.inner(loops=0, depth=1, kind=kind)
        parameter_kind = rng.choice(["int", "ints"])
        parameter = rng.choice(["v", "item", "u"])
        inside.add(parameter_kind, parameter)
        outer = [n for n in scope.names.get("int", []) if n not in scope.kept]
        lines = [f"def {name}({parameter}):"]
        changed = rng.choice(outer) if outer and rng.random() < 0.6 else None
        if changed:
            lines += [f"    nonlocal {changed}", f"    {changed} += {self.expression('int', inside, 1)}"]
        for template in rng.choices([t for t in SIMPLE if ".append" in t or "] = " in t], k=rng.randint(0, 2)):
            text = self.fill(template, inside, 1)
            if text and not re.match(r"\w+(, | [-+*/|&%]*=)", text):
                lines.append("    " + text)
        lines.append(f"    return {self.expression(kind, inside, 2)}")
        scope.helpers.append(Helper(name, [(parameter, parameter_kind, None)], kind))
        return lines

    def function_body(self, scope: Scope, count: int) -> list[str]:
        lines = self.block(scope, count)
        names = [name for names in scope.names.values() for name in names]
        if (self.rng.random() < 0.6 and scope.kind == "int") or self.rng.random() < 0.3:
            shown = self.rng.sample(names, min(len(names), 4))
            result = f"[{', '.join(shown)}]"
        else:
            result = self.expression(scope.kind, scope, 2)
        return ["    " + line for line in [*lines, f"return {result}"]]

    # Statements

    def block(self, scope: Scope, count: int) -> list[str]:
        lines: list[str] = []
        for _ in range(count):
            lines += self.statement(scope)
        return lines

    def statement(self, scope: Scope) -> list[str]:
        rng = self.rng
        kinds = {"assign": 5, "simple": 8, "unpack": 1.2, "alias": 1, "chain": 0.5, "call": 0.7 if scope.helpers else 0}
        if scope.depth < 3:
            kinds |= {"if": 2.5, "for": 2.5, "while": 1.3}
        if scope.loops:
            kinds |= {"leave": 1}
        if scope.depth == 0:
            kinds |= {"inner": 0.5}
        chosen = rng.choices(list(kinds), list(kinds.values()))[0]
        return getattr(self, f"_{chosen}")(scope)

    def _assign(self, scope: Scope) -> list[str]:
        kind = self.rng.choice(KINDS)
        value = self.expression(kind, scope, 2)
        name = self.name(kind, scope)
        hint = f": {HINTS[kind]}" if kind in HINTS and self.rng.random() < 0.05 and name.isalpha() else ""
        scope.add(kind, name)
        return [f"{name}{hint} = {value}"]

    def _alias(self, scope: Scope) -> list[str]:
        """A second name for a list, or an element that is one."""
        source = self.rng.choice(["#ints", "#rows[0]", "#rows[-1]", "#groups.setdefault(1, [])", "#rows"])
        text = self.fill(source, scope, 1)
        if text is None:
            return self._assign(scope)
        kind = "rows" if source == "#rows" else "ints"
        name = self.name(kind, scope, new=self.rng.random() < 0.8)
        scope.add(kind, name)
        return [f"{name} = {text}"]

    def _chain(self, scope: Scope) -> list[str]:
        kind = self.rng.choice(["int", "ints", "str", "found"])
        value = self.expression(kind, scope, 1)
        first, second = self.name(kind, scope), self.name(kind, scope)
        target = self.fill("#ints[0]", scope, 1) if kind == "int" and self.rng.random() < 0.3 else None
        scope.add(kind, first)
        scope.add(kind, second)
        return [f"{first} = {target or second} = {value}"]

    def _unpack(self, scope: Scope) -> list[str]:
        template, targets = self.rng.choice(UNPACKED)
        value = self.fill(template, scope, 2)
        if value is None:
            return self._assign(scope)

        def named(match: re.Match[str]) -> str:
            kind = match[0]
            name = self.name(kind, scope)
            scope.add(kind, name)
            return name

        left = re.sub(r"[a-z]+", named, targets).replace(" ", ", ")
        return [f"[{left}] = {value}" if self.rng.random() < 0.1 else f"{left} = {value}"]

    def _simple(self, scope: Scope) -> list[str]:
        for _ in range(20):
            text = self.fill(self.rng.choice(SIMPLE), scope, 2)
            if text is not None and not self.rebinds_kept(text, scope):
                return [text]
        return self._assign(scope)

    def _call(self, scope: Scope) -> list[str]:
        helper = self.rng.choice(scope.helpers)
        text = self.call(helper, scope)
        if self.rng.random() < 0.4:
            return [text]
        name = self.name(helper.kind, scope)
        scope.add(helper.kind, name)
        return [f"{name} = {text}"]

    def _inner(self, scope: Scope) -> list[str]:
        return self.inner_function(scope)

    def _leave(self, scope: Scope) -> list[str]:
        leave = self.rng.choice(["break", "continue", f"return {self.expression(scope.kind, scope, 1)}"])
        return [f"if {self.condition(scope)}:", f"    {leave}"]

    def _if(self, scope: Scope) -> list[str]:
        rng = self.rng
        lines = [f"if {self.condition(scope)}:", *self.indented(scope, rng.randint(1, 2))]
        while rng.random() < 0.25:
            lines += [f"elif {self.condition(scope)}:", *self.indented(scope, rng.randint(1, 2))]
        if rng.random() < 0.4:
            lines += ["else:", *self.indented(scope, rng.randint(1, 2))]
        return lines

    def _for(self, scope: Scope) -> list[str]:
        rng = self.rng
        ways = [
            ("$ints", "int"), ("#ints", "int"), ("range($int % 6)", "int"), ("range(len(#ints))", "int"), ("$str",
            "str"),
            ("range($int! % 9, -1, -2)", "int"), ("enumerate($ints)", "int int"), ("enumerate(#ints, 1)", "int int"),
            ("zip($ints, $ints)", "int int"), ("#table.items()", "str int"), ("#table", "str"), ("sorted(#found)",
            "int"),
            ("#rows", "ints"), ("enumerate(#rows)", "int ints"), ("reversed(#ints)", "int"), ("#ints[::-1]", "int"),
            ("$texts", "str"), ("$pairs", "int int"), ("enumerate($pairs)", "int (int int)"),
            ("zip(#ints, #ints[1:])", "int int"),
            ("list(#table)", "str"), ("#groups.items()", "int ints"), ("sorted($texts)", "str"),
            ("($int, $int, $int!)", "int"),
            ("range(2)", "int"), ("#ints[:3]", "int"), ("itertools.combinations(#ints, 2)", "int int"),
            ("map(abs, $ints)", "int"),
        ]  # fmt: skip
        for _ in range(20):
            template, targets = rng.choice(ways)
            iterable = self.fill(template, scope, 1)
            if iterable is not None:
                break
        else:
            return self._assign(scope)
        inside = scope.inner(loops=scope.loops + 1, depth=scope.depth + 1)

        def named(match: re.Match[str]) -> str:
            name = self.name(match[0], scope, new=rng.random() < 0.8)
            inside.add(match[0], name)
            if rng.random() < 0.7:
                scope.add(match[0], name) if rng.random() < 0.1 else None
            return name

        left = re.sub(r"[a-z]+", named, targets).replace(" ", ", ")
        body = self.block(inside, rng.randint(1, 3))
        lines = [f"for {left} in {iterable}:", *("    " + line for line in body)]
        if rng.random() < 0.12:
            lines += ["else:", *self.indented(scope, 1)]
        return lines

    def _while(self, scope: Scope) -> list[str]:
        rng = self.rng
        self.number += 1
        fuel = f"{rng.choice(['left_over', 'rounds', 'at'])}{self.number}"
        inside = scope.inner(loops=scope.loops + 1, depth=scope.depth + 1)
        inside.add("int", fuel)
        inside.kept.add(fuel)
        body = self.block(inside, rng.randint(1, 3))
        bound = rng.randint(1, 5)
        test = rng.choice(
            [f"{fuel} < {bound}", f"{fuel} < {bound} and {{}}", f"{{}} and {fuel} < {bound}", f"0 <= {fuel} < {bound}"]
        )
        test = test.format(self.condition(scope))
        lines = [f"{fuel} = 0", f"while {test}:", f"    {fuel} += 1", *("    " + line for line in body)]
        if rng.random() < 0.2:
            lines[1:2] = ["while True:", f"    if not ({test}):", "        break"]
        elif rng.random() < 0.12:
            lines += ["else:", *self.indented(scope, 1)]
        return lines

    def indented(self, scope: Scope, count: int) -> list[str]:
        inside = scope.inner(depth=scope.depth + 1)
        lines = self.block(inside, count)
        if self.rng.random() < 0.06:  # then a later step may read a variable that has no value
            scope.names = inside.names
        return ["    " + line for line in lines]

    def condition(self, scope: Scope) -> str:
        if self.rng.random() < 0.2:  # anything can be tested
            return self.expression(self.rng.choice(["int", "str", "ints", "table", "found"]), scope, 1)
        return self.expression("bool", scope, 2)

    # Expressions

    def expression(self, kind: str, scope: Scope, depth: int) -> str:
        rng = self.rng
        if depth <= 0 or rng.random() < 0.3:
            return self.leaf(kind, scope)
        fitting = [helper for helper in scope.helpers if helper.kind == kind]
        if fitting and rng.random() < 0.2:
            return self.call(rng.choice(fitting), scope)
        for _ in range(6):
            text = self.fill(rng.choice(EXPRESSIONS[kind]), scope, depth)
            if text is not None:
                return text
        return self.leaf(kind, scope)

    def leaf(self, kind: str, scope: Scope) -> str:
        if kind == "at":  # an index that a list of a few items has
            return self.rng.choice(["0", "0", "1", "-1", "2", "-2", "-3", f"{self.leaf('int', scope)} % 3"])
        names = scope.names.get(kind, [])
        if names and self.rng.random() < 0.75:
            return self.rng.choice(names)
        if kind == "bool":
            return self.rng.choice(["True", "False"])
        if kind in ("int", "str"):
            return (
                repr(self.rng.choice(WORDS)) if kind == "str" else str(self.rng.choice([0, 1, 1, 2, 3, 5, 10, -1, -2]))
            )
        plain = {
            "ints": "[3, 1, 2]",
            "texts": "['b', 'a']",
            "rows": "[[1, 2], [3, 4]]",
            "table": "{'a': 1}",
            "found": "{1, 2}",
        }
        plain |= {
            "groups": "{1: [2]}",
            "pair": "(1, 2)",
            "pairs": "[(1, 2), (0, 5)]",
            "real": "2.5",
            "tally": "Counter('aab')",
        }
        return plain.get(kind, "deque([1, 2])")

    def fill(self, template: str, scope: Scope, depth: int) -> str | None:
        """The template filled in; None when there is no variable that it needs."""
        chosen: dict[str, str] = {}
        bound: dict[str, str] = {}

        def replaced(match: re.Match[str]) -> str:
            kind, extra, small, variable, binder = match.groups()
            if variable:
                chosen.setdefault(variable, self.rng.choice(scope.names.get(variable) or [""]))
                return chosen[variable] or "?"
            if binder:
                if binder not in bound:
                    bound[binder] = self.binder(binder, template, scope)
                return bound[binder]
            inside = scope
            if extra:
                inside = scope.inner()
                for letter in extra[1:].split("+"):
                    if letter not in bound:
                        bound[letter] = self.binder(letter, template, scope)
                    inside.add(BINDERS[letter], bound[letter])
            if small or kind == "at":
                return self.leaf(kind, inside)
            text = self.expression(kind, inside, depth - 1)
            return text if re.fullmatch(r"[\w.]+|\w+\([^()]*\)|'[^']*'|\[[^\[\]]*\]", text) else f"({text})"

        text = PLACE.sub(replaced, template)
        if "?" in text or (template.startswith('f"') and re.search(r"['\"\\\\]", text[2:-1])):
            return None
        return text

    def binder(self, letter: str, template: str, scope: Scope) -> str:
        """The name of a comprehension's variable; now and then one that the function has too."""
        if ":=" in template:  # Python forbids to assign to a comprehension's variable
            self.number += 1
            return f"w{self.number}"
        if self.rng.random() < 0.1:
            return self.rng.choice(NAMES[BINDERS.get(letter, "int")])
        return letter if self.rng.random() < 0.7 else letter * 2

    def name(self, kind: str, scope: Scope, new: bool = False) -> str:
        """A variable to assign to."""
        known = [name for name in scope.names.get(kind, []) if name not in scope.kept]
        if known and not new and self.rng.random() < 0.5:
            return self.rng.choice(known)
        every = {name for names in scope.names.values() for name in names} | scope.kept
        fresh = [name for name in NAMES[kind] if name not in every]
        if fresh:
            return self.rng.choice(fresh)
        self.number += 1
        return f"{NAMES[kind][0]}{self.number}"

    @staticmethod
    def rebinds_kept(text: str, scope: Scope) -> bool:
        left = re.split(r" [-+*/%|&]*= ", text)[0]
        return any(name.strip() in scope.kept for name in left.split(","))


def program(seed: int, fails: Callable[[Program], bool] = lambda program: False) -> Program:
    """The program of that number; of those that fail one in five is kept."""
    rng = Random(seed)
    while True:
        one = Writer(rng).program()
        try:
            compile(one.text, "<program>", "exec")
        except SyntaxError:  # := is forbidden in some places
            continue
        if rng.random() < 0.2 or not fails(one):
            return one


def main() -> int:
    from comparing import FAILURES, compare, fails, show, smaller

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="number of the first program")
    parser.add_argument("--show", action="store_true", help="write the programs and what came of them")
    parser.add_argument("--failures", type=int, default=20, help="stop after that many failures")
    parser.add_argument("--out", help="file for failures, one JSON object a line")
    arguments = parser.parse_args()
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    start, failures = time.time(), 0
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        one = program(seed, fails)
        outcome = compare(one)
        outcomes[outcome.kind] += 1
        if outcome.kind == "refused":
            reasons[re.sub(r"\d+|'[^']*'", "_", outcome.detail)[:110]] += 1
        if arguments.show:
            print(f"# {seed}: {outcome.kind} {outcome.detail}\n{one.text}\n# {one.inputs}\n")
        if outcome.kind in FAILURES:
            failures += 1
            small = smaller(one)
            print(f"\n# seed {seed}: {show(small)}")
            if arguments.out:
                with open(arguments.out, "a") as file:
                    found = compare(small)
                    row = {"seed": seed, "kind": outcome.kind, "detail": found.detail, "text": small.text}
                    file.write(json.dumps(row | {"inputs": repr(small.inputs)}) + "\n")
        done = seed - arguments.seed + 1
        if sys.stderr.isatty() or done % 200 == 0:
            rate = done / (time.time() - start)
            print(
                f"\r{done} programs, {rate:.0f} per second: {dict(outcomes)}",
                end="\n" if done % 200 == 0 else "",
                file=sys.stderr,
            )
        if failures >= arguments.failures:
            break
    print(f"\n{sum(outcomes.values())} programs from seed {arguments.seed}: {dict(outcomes.most_common())}")
    for reason, count in reasons.most_common(40):
        print(f"{count:6} {reason}")
    return bool(failures)


if __name__ == "__main__":
    sys.path[:0] = ["platform", "."]
    sys.exit(main())
