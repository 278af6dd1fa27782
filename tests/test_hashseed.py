"""Texts are the same in every process, whatever order Python gives to sets of texts there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RULES = """
import hashlib, sys
from comparing import fails
from metarfft.rules import STYLES, Rule, RuleError
from metarfft.samples import make_sample
from programs import program

SETS = '''
def letters(words):
    seen, first = set(), {'x', 'y', 'zz'}
    for word in words:
        seen |= set(word)
        first.discard(word)
    total = 0
    for letter in seen:
        total += ord(letter)
    kept = [letter for letter in seen if letter > 'b']
    return [sorted(seen), total, len(kept), max(seen | first), sorted(kept), seen & {'a', 'b'}]
'''
digest = hashlib.sha256()
rules = [(SETS, {'words': ['abc', 'cdx', 'y']})]
rules += [(one.text, one.inputs) for one in (program(number, fails) for number in range(60))]
for one in rules:
    for style in STYLES:
        try:
            digest.update(Rule(one[0]).trajectory(one[1], style).encode())
        except RuleError as error:
            digest.update(str(error).encode())
for seed in range(10):
    digest.update(make_sample('synthetic', 5, seed)['response'].encode())
print(digest.hexdigest())
"""


def test_texts_do_not_depend_on_the_hash_seed() -> None:
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parent), str(here.parent / "platform")])
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        done = subprocess.run(
            [sys.executable, "-c", RULES], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout)
    assert len(digests) == 1
