r"""Final answers of chat models, which say them in many ways. Trained models are parsed strictly, by `parse_answer`.

What is looked for depends on the kind of the right answer (its form, never its value): a number, a truth value, a list
or a text. Rules, in this order:

1. Reasoning is dropped, that is all up to the last ``</think>``; one that never closes leaves no answer.
2. The answer's place is the first of these that there is:
   a. the last ``\boxed{...}``;
   b. what follows "answer is", "answer:", "answer =" or a heading "Answer", in any case and with bold around it ("this
      answer" is a remark): the rest of the line or, when nothing is left of it, what follows, a code block or the next
      lines. Of the last eight of these it is the last that begins with a value of the kind, else the last;
   c. the last code block, when the text ends with it;
   d. for a list: the last list in brackets, or the bullets or numbered lines that the text ends with;
   e. the last line that is not empty; for a truth value that it does not hold, the first line.
3. Position marks go; bold, italics, code, quotes, ``$...$``, ``\text{...}``, brackets of LaTeX and punctuation at the
   end are taken off.
4. By kind:
   - number: of what follows the last "=" (no comparison), if there is one, the first number where the place is stated
     (2a, 2b), up to where an explanation may begin (", ", " (", "because"), else the last; a stated number before the
     first "=" comes before all that. Thousands separators
     (``1,234``; ``1{,}234``; ``1\,234``), currency signs, a leading plus, units and decimals of zeros go; whole numbers
     of any size are compared by their digits.
   - truth value: yes or no at the start, alone; else the first of true and false, else of yes and no, in any case.
     Negations ("is not true") are not understood.
   - list: what is in brackets, round or square, or items between commas, bullets or numbers; quotes and spaces in it do
     not matter.
   - text: the one part in quotes, code or bold when there is just one or it begins the statement, else, behind no
     statement, what follows the last " is " or ": ", else all of it; letters in their case.

Numbers in words ("three") and answers in other languages are not read.
"""

from __future__ import annotations

import re
from typing import Literal

from metarfft.rules import same_answer
from metarfft.rules.styles import marks

AnswerKind = Literal["number", "truth", "list", "text"]

_STATED = re.compile(  # with the markup that closes directly behind it: what comes next may open the answer's own
    r"(?<!\bthis )\banswer\b[\s*_`]*(?:is|are|:|=):?(?:\*\*|__|[*_])? *|^#+\s*(?:final\s+)?answer\W*$",
    re.IGNORECASE | re.MULTILINE,
)
_FENCE = re.compile(r"```[^\n]*\n(.*?)```", re.DOTALL)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.*\S)\s*$")
_NUMBER = re.compile(r"[-−+]?\d+(?:(?:,|\{,\}|\\,)\d{3}(?!\d))*(?:\.\d+)?")
_EQUALS = re.compile(r"(?<![<>!=])=(?!=)")
_CLAUSE = re.compile(r"[,;]\s|\s\(|\s(?:since|because|as)\s")  # where an explanation may begin
# "No" is often a determiner ("there are no brackets left, so True"): it counts first where it stands alone.
_TRUTHS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (r"^\W*(yes|no)\b(?=\s*[,.;:!*]|\W*$)", r"\b(true|false)\b", r"\b(yes|no)\b")
]
_BEGINS = {
    "number": re.compile(r"(?:\\\w+\{|\W|_)*\d"),
    "truth": re.compile(r"[\W_]*(?:yes|no|true|false)\b", re.IGNORECASE),
    "list": re.compile(r"[^\w\[(]*[\[(]"),
    "text": re.compile(""),
}
_STATEMENTS = 8
_SPAN = re.compile(r"\*\*(.+?)\*\*|`([^`]+)`|\"([^\"]+)\"|“([^”]+)”|(?<!\w)'([^']+)'(?!\w)|\$([^$]+)\$")
_WRAPPED = re.compile(r"\\(?:text|textbf|mathrm|mathbf|texttt|mathtt)\{([^{}]*)\}")


def kind_of(expected: str) -> AnswerKind:
    """The kind of a right answer, from its form: ``42``, ``True``, ``[1, 2]``, or any other text."""
    expected = marks.plain(expected.strip())
    if re.fullmatch(r"-?(0|[1-9]\d*)", expected):
        return "number"
    if expected in ("True", "False"):
        return "truth"
    return "list" if expected.startswith(("[", "(")) else "text"


def final_answer(text: str, kind: AnswerKind) -> str | None:
    """The final answer of a chat model's output, written as right answers are; None when it gives none of this kind.

    Args:
        text: the whole output.
        kind: what kind of answer the question asks for.
    """
    text = text.rpartition("</think>")[2].strip()  # the tag that opens it may stand in the prompt
    if "<think>" in text or not text:
        return None
    place, stated = _place(text, kind)
    place = marks.plain(place) if kind != "list" and re.search(r"<\d+>", place) else place
    found = {"number": _number, "truth": _truth, "list": _list, "text": _text}[kind](place, stated)
    if found is None and kind == "truth" and not stated:
        found = _truth(text.split("\n")[0], False)
    return found


def same_final_answer(expected: str, text: str) -> bool:
    """Whether a chat model's output ends with the right answer."""
    got = final_answer(text, kind_of(expected))
    return same_answer(expected, got)


def _place(text: str, kind: AnswerKind) -> tuple[str, bool]:
    """Where the answer is, and whether it is stated to be it."""
    if (boxed := _boxed(text)) is not None:
        return boxed, True
    if stated := list(_STATED.finditer(text))[-_STATEMENTS:]:
        places = [_behind(text[match.end() :], kind) for match in reversed(stated)]
        return next((place for place in places if _BEGINS[kind].match(place)), places[0]), True
    if text.endswith("```") and (blocks := _FENCE.findall(text)):
        return blocks[-1].strip(), False
    if kind == "list":
        lists = [part for line in text.split("\n") for part in _bracketed(line)]
        return _bullets(text) or [*lists[-1:], text.split("\n")[-1]][0], False
    return text.split("\n")[-1], False


def _bracketed(text: str) -> list[str]:
    """The outermost lists in brackets; round ones where there is no square one, and only with a comma in them."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(text):
        if character in "[(":
            start = start if depth else at
            depth += 1
        elif character in "])" and depth:
            depth -= 1
            parts += [] if depth else [text[start : at + 1]]
    return [part for part in parts if part[0] == "["] or [part for part in parts if "," in part]


def _boxed(text: str) -> str | None:
    r"""The content of the last ``\boxed{...}`` that is closed."""
    opened: list[re.Match[str]] = []
    last: tuple[int, int] | None = None
    for brace in re.finditer(r"\\f?boxed\s*\{|[{}]", text):
        if brace[0] != "}":
            opened.append(brace)
        elif opened and (start := opened.pop())[0] != "{" and (last is None or start.end() > last[0]):
            last = (start.end(), brace.start())
    return None if last is None else text[slice(*last)]


def _behind(rest: str, kind: AnswerKind) -> str:
    """What a statement says, of the text behind it."""
    line = rest.split("\n", 1)[0]
    return line.strip() if line.strip(" *_`:.$") else _paragraph(rest, kind)


def _paragraph(rest: str, kind: AnswerKind) -> str:
    """What follows a statement that ends its line: a code block, the bullets of a list, or the next line."""
    rest = re.sub(r"^[ *_:]*\n\s*", "", rest)
    if block := _FENCE.match(rest):
        return block[1].strip()
    first = rest.split("\n\n")[0]
    return (_bullets(first) if kind == "list" else "") or first.split("\n")[0]


def _bullets(text: str) -> str:
    """The bullets or numbered lines that a text ends with, as a list in brackets; empty when it ends otherwise."""
    items: list[str] = []
    for line in reversed(text.rstrip().split("\n")):
        bullet = _BULLET.match(line)
        if not bullet:
            break
        items.insert(0, _bare(bullet[1]))
    return f"[{', '.join(items)}]" if items else ""


def _bare(text: str) -> str:
    """``text`` without what stands around an answer."""
    text = _WRAPPED.sub(r"\1", text.strip())
    before = None
    while before != text:
        before = text
        text = text.strip().rstrip(".!;:,").strip()
        for left, right in (
            ("**", "**"),
            ("*", "*"),
            ("__", "__"),
            ("`", "`"),
            ("$", "$"),
            (r"\(", r"\)"),
            (r"\[", r"\]"),
        ):
            if text.startswith(left) and text.endswith(right) and len(text) > len(left) + len(right) - 1:
                text = text[len(left) : -len(right)]
        for left, right in ('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’"):
            if text.startswith(left) and text.endswith(right) and len(text) > 1 and left not in text[1:-1]:
                text = text[1:-1]
    return text


def _number(place: str, stated: bool) -> str | None:
    place = _WRAPPED.sub(r"\1", place)
    parts = [_CLAUSE.split(place)[0], place] if stated else [place]
    if stated and _NUMBER.fullmatch(first := _EQUALS.split(place)[0].strip(" $*_`")):
        parts = [first]
    numbers: list[str] = next(filter(None, (_NUMBER.findall(_EQUALS.split(part)[-1]) for part in parts)), [])
    if not numbers:
        return None
    number = re.sub(r",|\{,\}|\\,|\+", "", numbers[0 if stated else -1]).replace("−", "-")
    whole, _, part = number.partition(".")
    if part.strip("0"):
        return number
    digits = whole.lstrip("-0")  # no int: Python reads no more than 4,300 digits
    return "-" * whole.startswith("-") + digits if digits else "0"


def _truth(place: str, stated: bool) -> str | None:
    found = next(filter(None, (pattern.search(place) for pattern in _TRUTHS)), None)
    return None if found is None else str(found[1].lower() in ("true", "yes"))


def _list(place: str, stated: bool) -> str | None:
    place = _bare(place).replace(r"\[", "[").replace(r"\]", "]")
    if parts := _bracketed(place):
        part = parts[0 if stated else -1]
        part = marks.plain(part) if re.search(r"<\d+>", part) else " ".join(part.split())
        return "[" + part[1:-1].replace("(", "[").replace(")", "]").replace("`", "") + "]"
    items = [_bare(item) for item in re.split(r",\s*(?:and\s+)?|\s+and\s+", place)]
    return f"[{', '.join(items)}]" if stated or len(items) > 1 else None


def _text(place: str, stated: bool) -> str | None:
    spans = list(_SPAN.finditer(place))
    if spans and (len(spans) == 1 or (stated and not spans[0].start())):
        return _bare(next(filter(None, spans[0].groups())))
    if not stated:
        place = re.split(r"\bis\s|:\s", place)[-1]
    return _bare(place) or None
