"""What the kinds of composed rules are made of: names, sequences, constants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from metarfft.rules.rename import LETTERS, WORDS

Elements = Literal["bits", "digits", "letters", "words"]
QUESTIONS = {
    1: ("What does the rule return for {0}?", "Apply the rule to {0}.", "What is the result for {0}?"),
    2: (
        "What does the rule return for {0} and {1}?",
        "Apply the rule to {0} and {1}.",
        "What is the result for {0} and {1}?",
    ),
}
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Composed:
    """A composed rule: its text, its question, and ``sample(length, rng)`` for its arguments."""

    source: str
    question: str
    sample: Callable[[int, Random], dict[str, Any]]


class Names:
    """New names for a rule's variables: single letters or short words."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.pool = list(LETTERS) if rng.random() < 0.6 else LETTERS + WORDS
        rng.shuffle(self.pool)
        self.pool = [name for name in self.pool if name not in ("f", "g")]

    def new(self) -> str:
        return self.pool.pop()


@dataclass(frozen=True)
class Sequence:
    """An argument: a list or a text of random elements, and the end that a rule takes them from."""

    name: str
    is_text: bool
    elements: Elements
    from_tail: bool = False
    words: tuple[str, ...] = ()

    def take(self, item: str) -> list[str]:
        """Lines that take one element."""
        if not self.is_text:
            return [f"{item} = {self.name}.pop({'' if self.from_tail else '0'})"]
        if self.from_tail:
            return [f"{item} = {self.name}[-1]", f"{self.name} = {self.name}[:-1]"]
        return [f"{item} = {self.name}[0]", f"{self.name} = {self.name}[1:]"]

    def draw(self, length: int, rng: Random) -> Any:
        """A value of this many elements; some of them repeat."""
        values: list[Any]
        if self.elements == "letters":
            few = rng.sample(ALPHABET, rng.choice([2, 3, 5, 26]))
            values = [rng.choice(few) for _ in range(length)]
        elif self.elements == "words":
            values = [rng.choice(self.words) if rng.random() < 0.7 else word(rng) for _ in range(length)]
        else:
            top = 1 if self.elements == "bits" else 9
            common = rng.randint(0, top)
            values = [common if rng.random() < 0.2 else rng.randint(0, top) for _ in range(length)]
        return "".join(map(str, values)) if self.is_text else values

    def constant(self, rng: Random) -> str:
        """An element, as a rule writes it."""
        if self.elements == "words":
            return repr(rng.choice(self.words))
        if self.elements == "letters":
            return repr(rng.choice(ALPHABET))
        digit = rng.randint(0, 1 if self.elements == "bits" else 9)
        return repr(str(digit)) if self.is_text else str(digit)

    @property
    def is_number(self) -> bool:
        """Whether an element is a number."""
        return not self.is_text and self.elements in ("bits", "digits")


def word(rng: Random) -> str:
    return rng.choice([
        rng.choice(ALPHABET) + rng.choice(ALPHABET), rng.choice(ALPHABET) + str(rng.randint(0, 9)),
        rng.choice(ALPHABET) + rng.choice("./-+") , rng.choice("./-+*") * rng.randint(1, 2) + rng.choice("/-+"),
        "".join(rng.choice(ALPHABET) for _ in range(3)),
    ])  # fmt: skip


def some_sequence(rng: Random, names: Names, *, texts: bool = True, words: bool = True) -> Sequence:
    """A random argument."""
    kinds: list[Elements] = ["digits", "digits", "letters", "words"] if words else ["digits", "digits", "letters"]
    elements = rng.choice(kinds)
    is_text = texts and elements != "words" and rng.random() < 0.4
    return Sequence(names.new(), is_text, elements, rng.random() < 0.25, tuple(word(rng) for _ in range(3)))


def test(rng: Random, item: str, sequence: Sequence) -> str:
    """A condition on one element of a sequence."""
    if sequence.is_number and rng.random() < 0.3:
        return f"{item} % {rng.choice([2, 2, 3])} == {rng.randint(0, 1)}"
    if sequence.elements == "letters" and rng.random() < 0.3:
        return f"{item} in {rng.choice(['aeiou', 'xyz', 'abc', 'qwerty'])!r}"
    compare = ["==", "!="] if sequence.elements == "words" else ["==", "!=", "<", ">", "<=", ">="]
    return f"{item} {rng.choice(compare)} {sequence.constant(rng)}"


def composed(
    rng: Random, arguments: list[str], lines: list[str], sample: Callable[[int, Random], dict[str, Any]]
) -> Composed:
    """The rule of these statements, with a name and a question."""
    function = rng.choice(["f", "rule", "g", "solve"])
    source = f"def {function}({', '.join(arguments)}):\n" + "\n".join("    " + line for line in lines)
    question = rng.choice(QUESTIONS[len(arguments)]).format(*(f"{{{name}}}" for name in arguments))
    return Composed(source, question, sample)


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
