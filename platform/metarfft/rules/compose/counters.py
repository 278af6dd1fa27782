"""Rules that fill a dictionary from a sequence, then go through it: counts, sums, last places, early returns."""

from __future__ import annotations

from random import Random
from typing import Any

from metarfft.rules.compose.parts import Composed, Names, Sequence, composed, indented, some_sequence, test


def compose(rng: Random) -> Composed:
    """A random rule of this kind."""
    names = Names(rng)
    sequence = some_sequence(rng, names)
    item, table, result, place = names.new(), names.new(), names.new(), names.new()
    key = f"{item} % {rng.choice([2, 3, 4])}" if sequence.is_number and rng.random() < 0.3 else item
    what = rng.choice(["count", "count", "sum", "place"] if sequence.is_number else ["count", "count", "place"])
    update = _update(rng, what, table, key, item, place)
    early = _early_return(rng, what, table, key, item) if rng.random() < 0.35 else []
    order = [*early, *update] if early and early[0].startswith(f"if {key} in") else [*update, *early]
    if rng.random() < 0.4:
        order = [f"if {test(rng, item, sequence)}:", *indented(order)]
    if what == "place":
        order.append(f"{place} += 1")
    header = [f"for {item} in {sequence.name}:"]
    if rng.random() < 0.6:
        header = [f"while {sequence.name}:", *indented(sequence.take(item))]
    start = [f"{table} = {{}}", *([f"{place} = 0"] if what == "place" else [])]
    lines = [*start, *header, *indented(order), *_summary(rng, table, names.new(), result, sequence)]

    def sample(length: int, rng: Random) -> dict[str, Any]:
        return {sequence.name: sequence.draw(length, rng)}

    return composed(rng, [sequence.name], lines, sample)


def _update(rng: Random, what: str, table: str, key: str, item: str, place: str) -> list[str]:
    """Statements that enter an element."""
    if what == "place":
        return [f"{table}[{key}] = {place}"]
    if what == "sum":
        return [f"{table}[{key}] = {table}.get({key}, 0) + {item}"]
    if rng.random() < 0.5:
        return [f"{table}[{key}] = {table}.get({key}, 0) + 1"]
    return [f"if {key} in {table}:", f"    {table}[{key}] += 1", "else:", f"    {table}[{key}] = 1"]


def _early_return(rng: Random, what: str, table: str, key: str, item: str) -> list[str]:
    outcome = rng.choice([f"return {item}", "break", f"return '{rng.choice(['found', 'yes', 'no'])}'"])
    if what == "place":
        return [f"if {key} in {table}:", f"    {outcome}"]
    limit = rng.randint(2, 4) if what == "count" else rng.randint(5, 20)
    return [f"if {table}[{key}] {'==' if what == 'count' else '>'} {limit}:", f"    {outcome}"]


def _summary(rng: Random, table: str, key: str, result: str, sequence: Sequence) -> list[str]:
    """Statements that return what the dictionary says."""
    compare = f"{table}[{key}] {rng.choice(['==', '>', '<', '!='])} {rng.randint(1, 3)}"
    if rng.random() < 0.3:
        compare = f"{table}[{key}] % 2 == {rng.randint(0, 1)}"
    loop = f"for {key} in {table}:"
    kind = rng.choice(["whole", "count", "keys", "total", "most", "first"])
    if kind == "whole":
        return [f"return {table}"]
    if kind == "first":
        return [loop, f"    if {compare}:", f"        return {key}", f"return {sequence.constant(rng)}"]
    if kind == "most":
        update = [f"    if {table}[{key}] > {result}:", f"        {result} = {table}[{key}]"]
        return [f"{result} = 0", loop, *update, f"return {result}"]
    if kind == "total":
        return [f"{result} = 0", loop, f"    {result} += {table}[{key}]", f"return {result}"]
    if kind == "count":
        return [f"{result} = 0", loop, f"    if {compare}:", f"        {result} += 1", f"return {result}"]
    return [f"{result} = []", loop, f"    if {compare}:", f"        {result}.append({key})", f"return {result}"]
