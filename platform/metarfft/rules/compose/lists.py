"""The paper's synthetic rules: ``while a and b`` with snippets of 22 kinds that change two lists (arXiv 2502.11525)."""

from __future__ import annotations

from random import Random
from typing import Any

from metarfft.rules.compose.parts import Composed, Names, composed, indented

# What must not be empty, the statement, and the lists that it lengthens. {k} is a constant.
_SNIPPETS = (
    ("{a}", "{a}[-1] += {k}", ""),
    ("{a}", "{a}[0] += {k}", ""),
    ("{a}", "{b}.append({a}.pop())", "b"),
    ("{a}", "{b}.append({a}.pop(0))", "b"),
    ("", "{a}.insert(0, {k})", "a"),
    ("", "{a}.sort()", ""),
    ("", "{a}.reverse()", ""),
    ("{a}", "{a} = {a}[1:]", ""),
    ("{b}", "{a}.insert(0, {b}[0])", "a"),
    ("{b}", "{a}.append({b}[-1])", "a"),
    ("", "{a}.append({k})", "a"),
    ("{a} and {b} and {a}[0] > {b}[0]", "{a}.pop(0)", ""),
    ("{a} and {b} and {a}[-1] < {b}[-1]", "{a}.pop()", ""),
    ("{a}", "{a}.pop(0)", ""),
    ("{b}", "{a}.append({b}.pop())", "a"),
    ("{a} and {a}[0] % 2 == {parity}", "{a}.pop(0)", ""),
    ("len({a}) > len({b})", "{b}.insert(0, {a}.pop())", "b"),
    ("{a} and {a}[0] > {k}", "{a}.pop(0)", ""),
    ("{a} and {a}[0] < {k}", "{a}.pop(0)", ""),
    ("{b}", "{a}.append({b}.pop(0))", "a"),
    ("{a}", "{a}.pop()", ""),
    ("{b}", "{b}.pop()", ""),
)


def compose(rng: Random) -> Composed:
    """A random rule of this kind. One of the lists only ever gets shorter, by one element a round at least."""
    names = Names(rng)
    first, second = names.new(), names.new()
    shrinking = rng.choice("ab")
    allowed = [snippet for snippet in _SNIPPETS if shrinking not in snippet[2]]
    chosen = rng.sample(allowed, rng.randint(1, 4))
    shortened = f"{{{shrinking}}}"
    chosen.insert(rng.randint(0, len(chosen)), (shortened, f"{shortened}.pop({rng.choice(['', '0'])})", ""))
    lines: list[str] = []
    for needed, statement, _ in chosen:
        values = {"a": first, "b": second, "k": rng.randint(1, 9), "parity": rng.randint(0, 1)}
        covered = needed in ("{a}", "{b}") and not lines  # by the loop's own test
        body = [statement.format(**values)]
        lines += body if covered or not needed else [f"if {needed.format(**values)}:", *indented(body)]
    source = [f"while {first} and {second}:", *indented(lines), f"return {first}"]

    def sample(length: int, rng: Random) -> dict[str, Any]:
        other = rng.randint(1, length)
        sizes = [length, other] if rng.random() < 0.5 else [other, length]
        return {n: [rng.randint(0, 9) for _ in range(size)] for n, size in zip((first, second), sizes, strict=True)}

    return composed(rng, [first, second], source, sample)
