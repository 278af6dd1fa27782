"""Texts that are no Python as they are pasted: what can be taken out, and what to write instead of the rest."""

from __future__ import annotations

import re

FUNCTION = "paste a Python function: def name(arguments): ..."
_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_HIDDEN = "\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff"
_ODD = re.compile(f"[{_BLANKS}{_HIDDEN}]+")
_NOT_PRINTED = re.compile(r"line (\d+), column (\d+): not Python: invalid non-printable character")
_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?: |$)")
_MAGIC = re.compile(r"[ \t]*[%!]{1,2}[A-Za-z]\w*(?:[ \t].*)?$")
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_DIFF = re.compile(r"(?m)^@@ |^[+-][ \t]*(?:def|class|return|import|from|if|for|while)\b")
_NUMBERED = re.compile(r"[ \t]*\d+(?:[:|.)\t ]|$)")
_CHARACTERS = {
    **dict.fromkeys("“”„‟″«»", 'plain quotes: "'), **dict.fromkeys("‘’‚‛′´", "plain quotes: '"),
    **dict.fromkeys("–—−‐‑", "-"), "×": "*", "·": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "→": "->",
    "…": "...", "（": "(", "）": ")", "［": "[", "］": "]", "｛": "{", "｝": "}", "，": ",", "：": ":", "；": ";",
    "²": "** 2", "³": "** 3", "√": "math.sqrt(...)", "∞": "float('inf')", "π": "math.pi",
}  # fmt: skip
_LINES = [
    (r"\+\+[ \t]*(?:[;)#]|//|$)|(?:^|;)[ \t]*\+\+\w", "write a += 1"),
    (r"--[ \t]*(?:[;)#]|//|$)|(?:^|;)[ \t]*--\w", "write a -= 1"),
    (r"^[ \t]*(?://|/\*|\*/|--[ \t])", "comments begin with #"),
    (r"\belse[ \t]+if\b|\belseif\b|\belsif\b", "write elif"),
    (r"&&", "write and"),
    (r"\|\|", "write or"),
    (r"<>", "write !="),
    (r"===", "write =="),
    (r"!==", "write !="),
    (r"\)[ \t]*\{|\b(?:else|do|try)[ \t]*\{|^[ \t]*\}[ \t;]*$", "write a colon and an indented block"),
    (r"!(?!=)", "write not"),
    (r"\?.*:", "write a if test else b"),
    (r"^[ \t]*(?:let|const|var|auto|int|float|double|char|bool|boolean|string|String)[ \t]+\w+[ \t]*(?:=|;|$)",
     "write a variable alone: a = 1"),
    (r"^[ \t]*switch\b", "write if and elif"),
    (r"^[ \t]*do\b", "write while True: with if ...: break at its end"),
    (r"\bthen\b", "write a colon"),
    (r"^[ \t]*(?:function|func|fn|sub|public|private|static|void)\b", FUNCTION),
]  # fmt: skip


def without_prompts(text: str) -> tuple[str, str] | None:
    """The text without what a notebook or an interpreter puts into it, and a note; None where there is nothing such.

    Lines and columns stay what they were.
    """
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith(">>>"):
        found = [(line, _PROMPT.match(line)) for line in lines]
        plain = [" " * prompt.end() + line[prompt.end() :] if prompt else "" for line, prompt in found]
        return "\n".join(plain), "the prompts >>> and what is printed are left out"
    if any(_MAGIC.match(line) for line in lines):
        plain = ["" if _MAGIC.match(line) else line for line in lines]
        return "\n".join(plain), "the lines that begin with % or ! are left out"
    return None


def with_plain_blanks(text: str, message: str) -> str | None:
    """The text without the odd blank that the message is about; None if it is about something else."""
    place = _NOT_PRINTED.match(message)
    lines = text.split("\n")
    if place is None or int(place[1]) > len(lines):
        return None
    line, column = lines[int(place[1]) - 1], int(place[2]) - 1
    odd = _ODD.match(line, column)
    if odd is None:
        return None
    blanks = re.sub(f"[{_HIDDEN}]", "", odd[0])
    lines[int(place[1]) - 1] = line[:column] + " " * len(blanks) + line[odd.end() :]
    return "\n".join(lines)


def advice(text: str, line: int, message: str) -> str:
    """What to write instead, where a text is no Python at this line; empty where that is not known."""
    lines = text.split("\n")
    written = [part for part in lines if part.strip()]
    here = _STRING.sub("''", lines[line - 1]) if 0 < line <= len(lines) else ""
    if _DIFF.search(text) and all(part[0] in "+-@ \t\\" for part in written):
        return "leave out the + and - of the diff"
    if len(written) > 1 and all(map(_NUMBERED.match, written)):
        return "leave out the line numbers"
    odd = re.search(r"invalid character '(.)'", message)
    if odd and odd[1] in _CHARACTERS:
        return f"write {_CHARACTERS[odd[1]]}"
    if not re.search(r"\bdef\b|\blambda\b", text):
        return FUNCTION
    return next((help_ for pattern, help_ in _LINES if re.search(pattern, here)), "")
