"""One loop that takes elements from sequences: tests, counters, carries, previous values, results that are built."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from metarfft.rules.compose.parts import ALPHABET, Composed, Elements, Names, Sequence, composed, word


def compose(rng: Random) -> Composed:
    """A random rule of this kind."""
    names = Names(rng)
    elements: Elements = rng.choice(["bits", "digits", "digits", "digits", "digits", "letters", "words"])
    words = tuple(word(rng) for _ in range(3))
    sequences = [
        Sequence(names.new(), elements != "words" and rng.random() < 0.35, elements, rng.random() < 0.25, words)
        for _ in range(rng.choice([1, 1, 2]))
    ]
    body = _Body(rng, names, sequences)
    lines = body.lines()
    uneven = body.loop in ("or", "and")

    def sample(length: int, rng: Random) -> dict[str, Any]:
        lengths = [length] * len(sequences)
        if uneven and rng.random() < 0.5:
            lengths[rng.randrange(len(lengths))] = rng.randint(1, length)
        return {s.name: s.draw(n, rng) for s, n in zip(sequences, lengths, strict=True)}

    return composed(rng, [s.name for s in sequences], lines, sample)


class _Body:
    """The statements of a rule: initial values, one loop that takes elements, updates, the result."""

    def __init__(self, rng: Random, names: Names, sequences: list[Sequence]) -> None:
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
            initial = f"'{rng.choice(ALPHABET)}'" if self.is_alpha else f"{rng.randint(0, 9)}"
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

    def nothing(self, sequence: Sequence) -> str:
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
            constant = f"'{rng.choice(sequence.words if self.elements == 'words' else ALPHABET)}'"
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
