"""How phrases are put together so that they can be read in one way only."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, NoReturn

from metarfft.rules.errors import RuleError


class Unsayable(RuleError):
    """A rule that cannot be said in English: the line and the reason."""


def unsayable(node: ast.AST, reason: str) -> NoReturn:
    """Ends the writing at ``node``.

    Raises:
        Unsayable: always.
    """
    line = getattr(node, "lineno", None)
    raise Unsayable((f"line {line}: " if line else "") + f"{reason} has no wording in English; use another style")


class Form(Enum):
    """What a phrase looks like at its ends, from which follows where it needs brackets."""

    ATOM = "a name, a value or something in brackets"
    OF = "the first element of x: nobody takes what follows for a part of it, but for a concatenation"
    OPEN = "the remainder of x divided by y: what follows could belong to y"
    AFTER = "x in lower case, x to the power of y: it could belong to less than x"
    MINUS = "minus x"
    PRODUCT = "x times y"
    SUM = "x plus y"
    COMMA = "x divided by y, rounded down"
    CHOICE = "x if y is 0, otherwise z"
    WHETHER = "whether x is y"


class Phrase(NamedTuple):
    """A phrase and its form."""

    text: str
    form: Form = Form.ATOM


ATOMIC = frozenset({Form.ATOM})
FACTOR = ATOMIC | {Form.OF}
TAIL = FACTOR | {Form.OPEN}  # after which nothing comes
INNER = TAIL | {Form.AFTER, Form.MINUS, Form.PRODUCT, Form.SUM}  # between two words
SLOT = INNER - {Form.AFTER}
LONG = INNER | {Form.COMMA}
WHOLE = frozenset(Form)

# Phrases about a collection or a text: no number could be added to what they end with.
_OF_COLLECTIONS = re.compile(
    r"the (length|sum|product|(largest|smallest) item|character code|index of|number of|copy|words|keys|values|"
    r"entries|lines|total|parts|(first|last|second|second to last) \w+ of|(character|element) at index|"
    r"binary form|whole part|first \S+ (characters|elements)|last \S+ (characters|elements))\b"
    r"|a copy of"
)
_QUOTED = re.compile(r"""(?<!\w)(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")
_SLOT = re.compile(r"\{(\d+)([!~^]?)\}")


def bare(text: str) -> str:
    """``text`` without quoted texts and all that stands in brackets."""
    text = _QUOTED.sub("'", text)
    kept, depth = [], 0
    for character in text:
        depth += character in "([{"
        if not depth:
            kept.append(character)
        depth -= character in ")]}"
    return "".join(kept)


def put(phrase: Phrase, allowed: frozenset[Form], *avoided: str) -> str:
    """The text of a phrase, in brackets unless its form is allowed and it holds none of the avoided words."""
    plain = bare(phrase.text) if avoided else ""
    if phrase.form in allowed and not any(word in plain for word in avoided):
        return phrase.text
    return f"({phrase.text})"


def is_long(phrase: Phrase, text: str) -> bool:
    """Whether a phrase ends with a clause that a comma has to close."""
    return phrase.form is Form.COMMA and text == phrase.text and not text.endswith(", rounded down")


def fill(template: str, *parts: Phrase, form: Form | None = None) -> Phrase:
    """The template with its slots filled, with brackets as they are needed.

    A slot is written ``{0}``. ``{0!}``: at the beginning, the part may not be more than a name or a value; ``{0~}``: in
    the middle, a part with commas is clear enough. ``{0^}``: in the middle, sums are not.

    Raises:
        IndexError: there are more parts or fewer than slots.
    """
    if {int(slot[1]) for slot in _SLOT.finditer(template)} != set(range(len(parts))):
        raise IndexError(template)
    pieces, at = [], 0
    for slot in _SLOT.finditer(template):
        part, mark = parts[int(slot[1])], slot[2]
        rest = template[slot.end() :]
        is_named = part.text.startswith("the ") and template[: slot.start()].endswith((" index ", " first ", " last "))
        if not rest:
            text = put(part, ATOMIC if is_named else TAIL, *((" and ",) if " and " in template else ()))
        elif slot.start() == 0:
            text = put(part, ATOMIC if mark == "!" else FACTOR)
        else:
            following = " ".join(rest.split("{")[0].split(" ")[:3])
            allowed = {"~": LONG, "^": FACTOR}.get(mark, SLOT)
            allowed = ATOMIC if is_named else allowed
            text = put(part, allowed, following, *_besides(template))
            text += "," if mark == "~" and is_long(part, text) else ""
        pieces += [template[at : slot.start()], text]
        at = slot.end()
    text = "".join([*pieces, template[at:]])
    return Phrase(text, form or _form_of(template))


def _besides(template: str) -> tuple[str, ...]:
    return (" and ", ", ") if " and " in template else ()


def _form_of(template: str) -> Form:
    if template.startswith("{"):
        return Form.COMMA if ", " in template else Form.AFTER
    if ", " in template:
        return Form.COMMA
    if not _SLOT.search(template):
        return Form.ATOM
    return Form.OF if _OF_COLLECTIONS.match(template) or template.endswith(")") else Form.OPEN


def join(words: Sequence[str], last: str = "and") -> str:
    """Words as an enumeration."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def enumerated(parts: Sequence[Phrase], last: str = "and") -> str:
    """Phrases as an enumeration, in brackets where they hold one themselves or could go on."""
    if not parts:
        raise IndexError("nothing to enumerate")
    words = []
    for place, part in enumerate(parts):
        allowed = INNER - {Form.AFTER} if len(parts) > 1 else INNER
        if place + 1 < len(parts):
            following = parts[place + 1]
            allowed -= {Form.OPEN} if not following.text.isidentifier() else {Form.OPEN, Form.OF}
        words.append(put(part, allowed, " and ", " or ", ", "))
    return join(words, last)
