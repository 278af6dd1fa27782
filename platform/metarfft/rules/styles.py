"""Styles: how the steps of a trace become text. A style is one template for each site of the rule.

``code`` has the shape of the paper's trajectories; ``indexed`` is short, labels the rule's lines and names single
elements by their marks; ``scratchpad`` is the baseline that keeps the values and drops the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from metarfft.rules.sites import Read, Site, View

ANSWER = "So the answer is "


@dataclass(frozen=True)
class Style:
    """One way to write steps.

    Attributes:
        view: what of the rule and its values is shown.
        template: the text of a site's steps with ``{k}`` for their values.
        listing: the rule in a prompt, from its lines.
        header: the line that a site's steps begin with.
        entered: regular expression of what follows that line where a loop is entered.
    """

    name: str
    view: View
    template: Callable[[Site], str]
    listing: Callable[[list[str]], str]
    header: Callable[[Site], str]
    entered: str = ""


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _pairs(reads: tuple[Read, ...] | list[Read], equals: str, separator: str) -> str:
    once = {read.label or read.value: read for read in reads}  # a value read twice is shown once
    return separator.join(
        read.value if read.label is None else f"{read.label}{equals}{read.value}" for read in once.values()
    )


_OUTCOME = {
    "loop_in": "enter the loop",
    "loop_out": "do not enter the loop",
    "branch_in": "enter {}",
    "branch_out": "do not enter {}",
    "else": "enter else",
    "break": "leave the loop",
    "continue": "go to the next round",
    "pass": "nothing to do",
}


def _code(site: Site) -> str:
    line = _literal(site.line)
    changes = ", ".join(f"{label} = {value}" for label, value in site.changes)
    if site.kind == "entry":
        return f"{line}\n{changes}\n" if changes else f"{line}\n"
    if site.kind == "return":
        return f"{line}\n{_reads(site)}{ANSWER}"  # the answer itself is appended by the trace
    if site.kind in _OUTCOME:
        keyword = site.keyword
        state = ", ".join(part for part in (_pairs(site.reads, " = ", ", "), changes) if part)
        outcome = _OUTCOME[site.kind].format(keyword)
        if site.kind == "loop_out" and keyword == "for":
            outcome = f"no items are left\n{outcome}"
        return f"{line}\n" + (f"{state}\n" if state else "") + f"{outcome}\n"
    if site.kind == "loop_start":
        return f"{line}\ngo over {site.calculation}\n"
    return f"{line}\n" + _change(site, changes)


def _change(site: Site, changes: str) -> str:
    """What a step reads, and what it changes."""
    if site.kind == "mutate":
        now = f"{site.calculation}" + (f", {changes}" if changes else "")
    elif site.calculation and site.changes:
        (label, value), *others = site.changes
        now = ", ".join([f"{label} = {site.calculation} = {value}", *(f"{name} = {new}" for name, new in others)])
    else:
        now = changes
    # What the line after "now" says anyway is not said before it.
    reads = [read for read in site.reads if not read.is_name and (read.label is None or _is_news(read, site))]
    return (f"{_pairs(reads, ' = ', ', ')}\n" if reads else "") + f"now, {now}\n"


def _is_news(read: Read, site: Site) -> bool:
    if site.calculation is None:  # a single value, assigned as it was read
        return False
    return read.label != site.calculation


def _reads(site: Site) -> str:
    text = _pairs(site.reads, " = ", ", ")
    return f"{text}\n" if text else ""


def _indexed(site: Site) -> str:
    line = _literal(_label(site)) + "\n"
    reads = _pairs(site.reads, "=", " ")
    changes = " ".join(f"{label}={value}" for label, value in site.changes)
    if site.kind == "entry":
        return ""
    if site.kind == "return":
        whole = [read for read in site.reads if not read.is_name or site.calculation]
        text = _pairs(whole, "=", " ")
        return line + (f"{text}\n" if text else "") + ANSWER
    if site.kind in ("loop_in", "loop_out", "branch_in", "branch_out"):
        state = " ".join(part for part in (reads, changes) if part)
        return f"{line}{state};{'enter' if site.kind.endswith('in') else 'skip'}\n"
    if site.kind in ("else", "break", "continue", "pass"):
        return line
    if site.kind == "loop_start":
        return f"{line}{reads}{';' if reads else ''}{site.calculation}\n"
    return f"{line}{reads}{';' if reads else ''}{changes}\n"


def _natural(site: Site) -> str:
    line = _literal(site.line) + "\n"
    changes = ", ".join(f"{label} = {value}" for label, value in site.changes)
    reads = _pairs(site.reads, " = ", ", ")
    if site.kind == "entry":
        return line + (f"{changes}\n" if changes else "")
    if site.kind == "return":
        return line + (f"{reads}\n" if reads else "") + ANSWER
    if site.kind in ("else", "break", "continue", "pass"):
        return line
    if site.kind == "loop_start":
        return line + (f"{reads}\n" if reads else "")
    if site.kind in ("loop_in", "loop_out") and site.keyword == "for":
        return line + (f"next, {changes}\n" if site.kind == "loop_in" else "none is left, so the loop ends\n")
    if site.kind in ("loop_in", "loop_out", "branch_in", "branch_out"):
        state = ", ".join(part for part in (reads, changes) if part)
        verdict = {"loop_in": "go on", "loop_out": "the loop ends", "branch_in": "yes", "branch_out": "no"}[site.kind]
        return line + (f"{state}, so {verdict}\n" if state else f"{verdict}\n")
    return line + _change(site, changes)


def _scratchpad(site: Site) -> str:
    if site.kind == "return":
        return ANSWER
    if site.kind == "mutate" or (site.kind == "assign" and site.changes):
        changes = ", ".join(f"{label} = {value}" for label, value in site.changes) or site.calculation
        return f"{changes}\n"
    return ""


def _labelled(lines: list[str]) -> str:
    return "\n".join(f"L{number}:{line}" for number, line in enumerate(lines, 1))


def _line(site: Site) -> str:
    return site.line


def _label(site: Site) -> str:
    return f"L{site.lineno}:{site.line.strip()}"


STYLES = {
    style.name: style
    for style in (
        Style("code", "plain", _code, "\n".join, _line, "(?:[^\n]*\n)?enter the loop$"),
        Style("indexed", "indexed", _indexed, _labelled, _label, "[^\n]*;enter$"),
        Style("natural", "english", _natural, "\n".join, _line, "(?:next, |[^\n]*go on$)"),
    )
}
SCRATCHPADS = {
    style.name: Style("scratchpad", style.view, _scratchpad, style.listing, style.header) for style in STYLES.values()
}
