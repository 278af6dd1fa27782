"""Rules that go through a sequence by index: two pointers, neighbours, searches that return early."""

from __future__ import annotations

from random import Random
from typing import Any

from metarfft.rules.compose.parts import Composed, Names, Sequence, composed, some_sequence, test


def compose(rng: Random) -> Composed:
    """A random rule of this kind."""
    names = Names(rng)
    sequence = some_sequence(rng, names)
    i, result = names.new(), names.new()
    lines = rng.choice([_pointers, _neighbours, _stride, _search, _numbered])(rng, names, sequence, i, result)

    def sample(length: int, rng: Random) -> dict[str, Any]:
        value = sequence.draw(length, rng)
        if rng.random() < 0.4:  # alike from both ends, so that two pointers get further
            half = value[: length // 2]
            value = value[: length - len(half)] + half[::-1]
        return {sequence.name: value}

    return composed(rng, [sequence.name], lines, sample)


def _hit(rng: Random, result: str, value: str, *, early: float = 0.35) -> tuple[list[str], str, str]:
    """What is done where a test holds, the statement that prepares it, and the one that returns."""
    if rng.random() < early:
        yes, no = rng.choice([("True", "False"), ("False", "True"), (value, "-1"), ("'no'", "'yes'")])
        return [f"return {yes}"], "", f"return {no}"
    if rng.random() < 0.5:
        return [f"{result}.append({value})"], f"{result} = []", f"return {result}"
    return [f"{result} += {rng.choice([1, 1, 2])}"], f"{result} = 0", f"return {result}"


def _assemble(start: list[str], loop: list[str], end: str) -> list[str]:
    return [line for line in [*start, *loop, end] if line]


def _pointers(rng: Random, names: Names, sequence: Sequence, i: str, result: str) -> list[str]:
    j, s = names.new(), sequence.name
    hit, prepare, end = _hit(rng, result, f"{s}[{i}]")
    condition = f"{s}[{i}] {rng.choice(['!=', '==', '<', '>'])} {s}[{j}]"
    loop = [f"while {i} < {j}:", f"    if {condition}:", f"        {hit[0]}", f"    {i} += 1", f"    {j} -= 1"]
    return _assemble([prepare, f"{i} = 0", f"{j} = len({s}) - 1"], loop, end)


def _neighbours(rng: Random, names: Names, sequence: Sequence, i: str, result: str) -> list[str]:
    s = sequence.name
    hit, prepare, end = _hit(rng, result, f"{s}[{i}]", early=0.15)
    condition = f"{s}[{i}] {rng.choice(['!=', '==', '<', '>'])} {s}[{i} - 1]"
    otherwise = []
    if hit[0].endswith("1") and rng.random() < 0.4:  # a run: begin again where it is broken
        otherwise = ["    else:", f"        {result} = {rng.choice([0, 1])}"]
    loop = [f"while {i} < len({s}):", f"    if {condition}:", f"        {hit[0]}", *otherwise, f"    {i} += 1"]
    return _assemble([prepare, f"{i} = 1"], loop, end)


def _stride(rng: Random, names: Names, sequence: Sequence, i: str, result: str) -> list[str]:
    s = sequence.name
    hit, prepare, end = _hit(rng, result, f"{s}[{i}]", early=0.1)
    inner = [f"    {hit[0]}"]
    if rng.random() < 0.6 or hit[0].startswith("return"):
        inner = [f"    if {test(rng, f'{s}[{i}]', sequence)}:", f"        {hit[0]}"]
    loop = [f"while {i} < len({s}):", *inner, f"    {i} += {rng.choice([1, 2, 2, 3])}"]
    return _assemble([prepare, f"{i} = {rng.choice([0, 0, 1])}"], loop, end)


def _search(rng: Random, names: Names, sequence: Sequence, i: str, result: str) -> list[str]:
    s = sequence.name
    found = rng.choice([f"return {i}", f"return {s}[{i}]"])
    missing = rng.choice(["-1", f"len({s})"])
    condition = test(rng, f"{s}[{i}]", sequence)
    return [f"for {i} in range(len({s})):", f"    if {condition}:", f"        {found}", f"return {missing}"]


def _numbered(rng: Random, names: Names, sequence: Sequence, i: str, result: str) -> list[str]:
    x, s = names.new(), sequence.name
    hit, prepare, end = _hit(rng, result, rng.choice([x, i]), early=0.2)
    condition = rng.choice([f"{i} % 2 == {rng.randint(0, 1)}", f"{i} > {rng.randint(0, 3)}", test(rng, x, sequence)])
    if rng.random() < 0.4:
        condition += f" and {test(rng, x, sequence)}"
    loop = [f"for {i}, {x} in enumerate({s}):", f"    if {condition}:", f"        {hit[0]}"]
    return _assemble([prepare], loop, end)
