"""Rules with a loop inside a loop: digits of numbers, a stack, pairs, rows, repetition, sorting by swaps."""

from __future__ import annotations

from random import Random
from typing import Any

from metarfft.rules.compose.parts import Composed, Names, Sequence, composed, indented, some_sequence, test


def compose(rng: Random) -> Composed:
    """A random rule of this kind."""
    return rng.choice([_digits, _stack, _pairs, _rows, _repeat, _swaps])(rng)


def _outer(rng: Random, sequence: Sequence, item: str, body: list[str]) -> list[str]:
    """A loop over the sequence."""
    if rng.random() < 0.4:
        return [f"for {item} in {sequence.name}:", *indented(body)]
    return [f"while {sequence.name}:", *indented([*sequence.take(item), *body])]


def _on_digit(rng: Random, digit: str) -> str:
    return rng.choice([f"{digit} % 2 == {rng.randint(0, 1)}", f"{digit} {rng.choice('<>')} {rng.randint(2, 7)}"])


def _one(rng: Random, sequence: Sequence, lines: list[str]) -> Composed:
    def sample(length: int, rng: Random) -> dict[str, Any]:
        return {sequence.name: sequence.draw(length, rng)}

    return composed(rng, [sequence.name], lines, sample)


def _digits(rng: Random) -> Composed:
    names = Names(rng)
    numbers, item, digit, total = (names.new() for _ in range(4))
    update = [rng.choice([f"{total} += {digit}", f"{total} = ({total} + {digit}) % 10", f"{total} += 1"])]
    if rng.random() < 0.6:
        condition = _on_digit(rng, digit)
        update = [f"if {condition}:", *indented(update)]
    inner = [f"while {item} > 0:", *indented([f"{digit} = {item} % 10", *update, f"{item} = {item} // 10"])]
    per_number = rng.random() < 0.4
    result = names.new()
    start = [f"{result} = []"] if per_number else [f"{total} = 0"]
    body = [f"{total} = 0", *inner, f"{result}.append({total})"] if per_number else inner
    loop = _outer(rng, Sequence(numbers, False, "digits", rng.random() < 0.3), item, body)
    largest = rng.choice([99, 999, 9999])

    def sample(length: int, rng: Random) -> dict[str, Any]:
        return {numbers: [rng.randint(0, rng.choice([9, largest])) for _ in range(length)]}

    return composed(rng, [numbers], [*start, *loop, f"return {result if per_number else total}"], sample)


def _stack(rng: Random) -> Composed:
    names = Names(rng)
    sequence = some_sequence(rng, names, words=False)
    item, stack, count = names.new(), names.new(), names.new()
    pop = f"while {stack} and {stack}[-1] {rng.choice(['<', '>', '==', '<=', '>='])} {item}:"
    counted = rng.random() < 0.5
    body = [pop, f"    {stack}.pop()", *([f"    {count} += 1"] if counted else []), f"{stack}.append({item})"]
    if rng.random() < 0.3:
        body = [*body[:-1], f"if {test(rng, item, sequence)}:", "    " + body[-1]]
    start = [f"{stack} = []", *([f"{count} = 0"] if counted else [])]
    return _one(rng, sequence, [*start, *_outer(rng, sequence, item, body), f"return {count if counted else stack}"])


def _pairs(rng: Random) -> Composed:
    names = Names(rng)
    first, second, x, y, result = (names.new() for _ in range(5))
    condition = rng.choice([f"{x} {rng.choice(['<', '>', '==', '!='])} {y}", f"{x} + {y} == {rng.randint(5, 12)}"])
    keep = rng.random() < 0.4
    hit = [f"{result}.append({rng.choice([x, y])})" if keep else f"{result} += 1"]
    if rng.random() < 0.4:
        hit.append("break")
    if rng.random() < 0.2:
        hit = [f"return {rng.choice([x, y])}"]
    inner = [f"for {y} in {second}:", f"    if {condition}:", *indented(indented(hit))]
    header = [f"for {x} in {first}:"] if rng.random() < 0.5 else [f"while {first}:", f"    {x} = {first}.pop(0)"]
    lines = [f"{result} = {'[]' if keep else '0'}", *header, *indented(inner), f"return {result}"]

    def sample(length: int, rng: Random) -> dict[str, Any]:
        sizes = [length, rng.randint(1, min(length, 4))]
        return {n: [rng.randint(0, 9) for _ in range(size)] for n, size in zip((first, second), sizes, strict=True)}

    return composed(rng, [first, second], lines, sample)


def _rows(rng: Random) -> Composed:
    names = Names(rng)
    rows, row, x, total, result = (names.new() for _ in range(5))
    update = rng.choice([f"{total} += {x}", f"{total} += 1", f"{total} = {x}"])
    condition = _on_digit(rng, x)
    inner = [f"for {x} in {row}:", f"    if {condition}:", f"        {update}"]
    keep = [f"{result}.append({total})"]
    if rng.random() < 0.5:
        keep = [f"if {total} > {rng.randint(1, 6)}:", *indented(keep)]
    body = [f"{total} = 0", *inner, *keep]
    lines = [f"{result} = []", f"for {row} in {rows}:", *indented(body), f"return {result}"]

    def sample(length: int, rng: Random) -> dict[str, Any]:
        return {rows: [[rng.randint(0, 9) for _ in range(rng.randint(0, 4))] for _ in range(length)]}

    return composed(rng, [rows], lines, sample)


def _repeat(rng: Random) -> Composed:
    names = Names(rng)
    numbers, item, result = (names.new() for _ in range(3))
    as_text = rng.random() < 0.4
    mark = rng.choice("*#-+x")
    add = f"{result} = {result} + '{mark}'" if as_text else f"{result}.append({rng.choice([item, '0', '1'])})"
    inner = [f"while {item} > {rng.choice([0, 0, 1])}:", f"    {add}", f"    {item} -= {rng.choice([1, 1, 2])}"]
    loop = _outer(rng, Sequence(numbers, False, "digits", rng.random() < 0.3), item, inner)

    def sample(length: int, rng: Random) -> dict[str, Any]:
        return {numbers: [rng.randint(0, rng.choice([2, 5])) for _ in range(length)]}

    return composed(rng, [numbers], [f"{result} = {repr('') if as_text else '[]'}", *loop, f"return {result}"], sample)


def _swaps(rng: Random) -> Composed:
    names = Names(rng)
    sequence = some_sequence(rng, names, texts=False)
    done, i, values = names.new(), names.new(), sequence.name
    compare = rng.choice("<>")
    swap = [f"{values}[{i}], {values}[{i} + 1] = {values}[{i} + 1], {values}[{i}]"]
    once = rng.random() < 0.5  # a single pass, or passes until nothing moves
    inner = [f"{i} = 0", f"while {i} + 1 < len({values}):"]
    swapped = swap if once else [*swap, f"{done} = 0"]
    inner += indented([f"if {values}[{i}] {compare} {values}[{i} + 1]:", *indented(swapped)])
    inner += [f"    {i} += 1"]
    lines = inner if once else [f"{done} = 0", f"while {done} == 0:", *indented([f"{done} = 1", *inner])]
    return _one(rng, sequence, [*lines, f"return {values}"])
