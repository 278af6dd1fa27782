"""Synthetic rules: composed at random from consuming loops, tests and updates, always ending.

The paper's synthetic rules are ``while a and b`` loops over two lists with snippets drawn from 22 kinds. Here rules
also go over strings and digits, take from either end, keep counters, carries and previous values, and build results.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from metarfft.rules.language import RuleError
from metarfft.rules.rename import LETTERS, WORDS
from metarfft.rules.rule import Rule, Trace

Elements = Literal["bits", "digits", "letters", "words"]
QUESTIONS = {
    1: ("What does the rule return for {0}?", "Apply the rule to {0}.", "What is the result for {0}?"),
    2: (
        "What does the rule return for {0} and {1}?",
        "Apply the rule to {0} and {1}.",
        "What is the result for {0} and {1}?",
    ),
}
_LARGE = re.compile(r"= ?(?:\d{4}|-\d\d)")  # a number that is read or assigned
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Composed:
    """A composed rule: its text, its question, and ``sample(length, rng)`` for its arguments."""

    source: str
    question: str
    sample: Callable[[int, Random], dict[str, Any]]


@dataclass(frozen=True)
class _Sequence:
    name: str
    is_text: bool
    elements: Elements
    from_tail: bool
    words: tuple[str, ...] = ()

    def take(self, item: str) -> list[str]:
        """Lines that take one element."""
        if not self.is_text:
            return [f"{item} = {self.name}.pop({'' if self.from_tail else '0'})"]
        if self.from_tail:
            return [f"{item} = {self.name}[-1]", f"{self.name} = {self.name}[:-1]"]
        return [f"{item} = {self.name}[0]", f"{self.name} = {self.name}[1:]"]

    def draw(self, length: int, rng: Random) -> Any:
        values: list[Any]
        if self.elements == "letters":
            few = rng.sample(_ALPHABET, rng.choice([2, 3, 5, 26]))
            values = [rng.choice(few) for _ in range(length)]
        elif self.elements == "words":
            values = [rng.choice(self.words) if rng.random() < 0.7 else _word(rng) for _ in range(length)]
        else:
            top = 1 if self.elements == "bits" else 9
            common = rng.randint(0, top)
            values = [common if rng.random() < 0.2 else rng.randint(0, top) for _ in range(length)]
        return "".join(map(str, values)) if self.is_text else values


def _word(rng: Random) -> str:
    return rng.choice([
        rng.choice(_ALPHABET) + rng.choice(_ALPHABET), rng.choice(_ALPHABET) + str(rng.randint(0, 9)),
        rng.choice(_ALPHABET) + rng.choice("./-+") , rng.choice("./-+*") * rng.randint(1, 2) + rng.choice("/-+"),
        "".join(rng.choice(_ALPHABET) for _ in range(3)),
    ])  # fmt: skip


def compose(rng: Random) -> Composed:
    """A random rule."""
    names = _Names(rng)
    elements: Elements = rng.choice(["bits", "digits", "digits", "digits", "digits", "letters", "words"])
    words = tuple(_word(rng) for _ in range(3))
    sequences = [
        _Sequence(names.new(), elements != "words" and rng.random() < 0.35, elements, rng.random() < 0.25, words)
        for _ in range(rng.choice([1, 1, 2]))
    ]
    body = _Body(rng, names, sequences)
    lines = body.lines()
    function = rng.choice(["f", "rule", "g", "solve"])
    source = f"def {function}({', '.join(s.name for s in sequences)}):\n" + "\n".join("    " + line for line in lines)
    question = rng.choice(QUESTIONS[len(sequences)]).format(*(f"{{{s.name}}}" for s in sequences))
    uneven = body.loop in ("or", "and")

    def sample(length: int, rng: Random) -> dict[str, Any]:
        lengths = [length] * len(sequences)
        if uneven and rng.random() < 0.5:
            lengths[rng.randrange(len(lengths))] = rng.randint(1, length)
        return {s.name: s.draw(n, rng) for s, n in zip(sequences, lengths, strict=True)}

    return Composed(source, question, sample)


def is_usable(trace: Trace) -> bool:
    """Whether the numbers of a composed rule's trace, and the trace itself, stay small enough to learn from."""
    return len(trace.steps) <= 500 and not any(_LARGE.search(text) for text in trace.texts)


def agrees(rule: Rule, probes: list[tuple[list[Any], Any]]) -> bool:
    """Whether the rule returns the probes' answers (each a list of argument values and the expected result)."""
    for values, expected in probes:
        try:
            if rule.run(dict(zip(rule.params, values, strict=True))) != expected:
                return False
        except RuleError:
            return False
    return True


class _Names:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.pool = list(LETTERS) if rng.random() < 0.6 else LETTERS + WORDS
        rng.shuffle(self.pool)
        self.pool = [name for name in self.pool if name not in ("f", "g")]

    def new(self) -> str:
        return self.pool.pop()


class _Body:
    """The statements of a rule: initial values, one loop that takes elements, updates, the result."""

    def __init__(self, rng: Random, names: _Names, sequences: list[_Sequence]) -> None:
        self.rng, self.sequences = rng, sequences
        self.elements = sequences[0].elements
        self.is_alpha = self.elements in ("letters", "words")
        self.is_number = not self.is_alpha and not sequences[0].is_text
        self.items = [names.new() for _ in sequences]
        self.counter, self.previous, self.total, self.result = (names.new() for _ in range(4))
        self.loop = rng.choice(["first", "first", "and", "or"]) if len(sequences) == 2 else "one"
        self.for_loop = self.loop == "one" and rng.random() < 0.25
        self.result_kind = rng.choice(["count", "count", "list", "text"])
        if self.result_kind == "text" and self.is_number:
            self.result_kind = "list"
        self.front = rng.random() < 0.5
        self.used: set[str] = set()

    def lines(self) -> list[str]:
        rng = self.rng
        updates: list[str] = []
        for _ in range(rng.randint(1, 3)):
            updates += self.update() if rng.random() < 0.45 else self.test()
        if self.result_kind != "count" and not any(self.result in line for line in updates):
            updates += [self.emit()]
        loop = self.taking() + ["    " + line for line in updates]
        after = []
        if self.result_kind == "list" and self.counter in self.used and rng.random() < 0.2:
            filler = rng.choice(["0", "1", "9"] if not self.is_alpha else ["'x'", "'-'"])
            after = [f"while {self.counter} > 0:", f"    {self.result}.append({filler})", f"    {self.counter} -= 1"]
        elif self.result_kind == "list" and rng.random() < 0.25 and self.counter in self.used:
            after = [f"{self.result}.append({self.counter})"]
        start = []
        if self.result_kind == "count":
            self.used.add(self.counter)
        if self.counter in self.used:
            start.append(f"{self.counter} = {rng.choice([0, 0, 0, 1, rng.randint(0, 9)])}")
        if self.previous in self.used:
            initial = f"'{rng.choice(_ALPHABET)}'" if self.is_alpha else f"{rng.randint(0, 9)}"
            start.append(f"{self.previous} = " + (initial if self.is_number or self.is_alpha else f"'{initial}'"))
        if self.total in self.used:
            start.append(f"{self.total} = 0")
        if self.result_kind != "count":
            start.append(f"{self.result} = " + ("[]" if self.result_kind == "list" else "''"))
        rng.shuffle(start)
        return start + loop + after + [f"return {self.counter if self.result_kind == 'count' else self.result}"]

    def taking(self) -> list[str]:
        """The loop's header and the lines that take the next elements."""
        first = self.sequences[0]
        if self.for_loop:
            return [f"for {self.items[0]} in {first.name}:"]
        if self.loop == "or":
            lines = [f"while {first.name} or {self.sequences[1].name}:"]
            for sequence, item in zip(self.sequences, self.items, strict=True):
                lines += [f"    {item} = {self.nothing(sequence)}", f"    if {sequence.name}:"]
                lines += ["        " + line for line in sequence.take(item)]
            return lines
        test = f"{first.name} and {self.sequences[1].name}" if self.loop == "and" else first.name
        lines = [f"while {test}:"]
        for sequence, item in zip(self.sequences, self.items, strict=True):
            lines += ["    " + line for line in sequence.take(item)]
        return lines

    def nothing(self, sequence: _Sequence) -> str:
        """What stands for an element where a sequence has no more."""
        if self.is_alpha:
            return "'a'"
        return "'0'" if sequence.is_text else "0"

    def number(self, position: int | None = None) -> str:
        """An expression for the number that an item stands for."""
        position = self.rng.randrange(len(self.items)) if position is None else position
        item, sequence = self.items[position], self.sequences[position]
        if self.is_alpha:
            return f"ord({item}) - ord('a')" if self.elements == "letters" and self.rng.random() < 0.2 else "1"
        return f"int({item})" if sequence.is_text else item

    def condition(self) -> str:
        rng = self.rng
        position = rng.randrange(len(self.items))
        item, sequence = self.items[position], self.sequences[position]
        quoted = sequence.is_text or self.is_alpha
        if self.is_alpha:
            constant = f"'{rng.choice(sequence.words if self.elements == 'words' else _ALPHABET)}'"
        else:
            top = 1 if self.elements == "bits" else 9
            constant = f"'{rng.randint(0, top)}'" if sequence.is_text else str(rng.randint(0, top))
        compare = rng.choice(["==", "!="] if self.elements == "words" else ["==", "!=", "<", ">", "<=", ">="])
        choices = [f"{item} {compare} {constant}"] * 2
        if len(self.items) == 2 and self.sequences[0].is_text == self.sequences[1].is_text:
            choices += [f"{self.items[0]} {rng.choice(['==', '!=', '<', '>'])} {self.items[1]}"] * 3
        if quoted == (self.sequences[0].is_text or self.is_alpha):
            compare = rng.choice(["==", "!=", "<", ">"])
            choices.append(f"{item} {compare} {self.use(self.previous)}" if rng.random() < 0.5 else choices[0])
        if self.is_alpha:
            letters = rng.choice(["aeiou", "xyz", "abc", "qwerty"])
            choices += [] if self.elements == "words" else [f"{item} in '{letters}'"]
        else:
            choices += [f"{self.number(position)} % 2 == {rng.randint(0, 1)}"]
            if rng.random() < 0.3:
                choices.append(f"{self.use(self.counter)} {rng.choice(['>', '<', '=='])} {rng.randint(0, 9)}")
        return rng.choice(choices)

    def use(self, name: str) -> str:
        self.used.add(name)
        return name

    def emit(self) -> str:
        """A line that adds to the result."""
        rng = self.rng
        position = rng.randrange(len(self.items))
        item, sequence = self.items[position], self.sequences[position]
        if self.result_kind == "text":
            text = item if sequence.is_text or self.is_alpha else f"str({item})"
            if not self.is_alpha and rng.random() < 0.4:
                other = rng.choice([self.number(), str(rng.randint(1, 9)), self.use(self.counter)])
                text = f"str(({self.number()} + {other}) % 10)"
            return f"{self.result} = " + (f"{text} + {self.result}" if self.front else f"{self.result} + {text}")
        value = item
        if not self.is_alpha:
            added = f"({self.number()} + {self.number()}) % 10"
            shifted = f"{self.number()} + {rng.randint(1, 9)}"
            value = rng.choice([item, self.number(), added, shifted, self.use(self.counter)])
        return f"{self.result}.append({value})"

    def update(self) -> list[str]:
        rng = self.rng
        counter = self.counter
        choices: list[Callable[[], list[str]]] = [
            lambda: [f"{self.use(counter)} += {rng.choice([1, 1, 1, 2])}"],
            lambda: [f"{self.use(counter)} = 1 - {counter}"],
            lambda: [f"{self.use(self.previous)} = {self.items[0]}"],
        ]
        if not self.is_alpha:
            total = self.total
            choices += [
                lambda: [f"{self.use(counter)} = ({counter} {rng.choice('+-')} {self.number()}) % 10"],
                lambda: [f"{self.use(counter)} += {self.number()}"],
                lambda: [f"{self.use(total)} = {self.number()} + {self.number()}"],
                lambda: [f"{self.use(total)} = {self.number()} + {rng.randint(1, 9)}"],
                lambda: [f"{self.use(total)} = {self.number()} + {self.use(counter)}", f"{counter} = {total} // 10"],
                lambda: [
                    f"{self.use(total)} = {self.number()} + {self.number()} + {self.use(counter)}",
                    f"{counter} = {total} % 10",
                ],
                lambda: [f"{self.use(counter)} = ({self.number()} + {self.use(total)}) // 10"],
            ]
        if self.result_kind != "count":
            choices += [lambda: [self.emit()]] * 4
        return rng.choice(choices)()

    def test(self) -> list[str]:
        rng = self.rng
        lines = [f"if {self.condition()}:"]
        if rng.random() < 0.06:
            return [*lines, "    break"]
        if rng.random() < 0.06:
            return [*lines, "    continue"]
        if rng.random() < 0.15:
            return [*lines, f"    if {self.use(self.counter)} > 0:", f"        {self.counter} -= 1"]
        lines += ["    " + line for line in self.update()]
        if rng.random() < 0.25:
            lines += [f"elif {self.condition()}:"] + ["    " + line for line in self.update()]
        if rng.random() < 0.4:
            lines += ["else:"] + ["    " + line for line in self.update()]
        return lines
