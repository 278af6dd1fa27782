"""The style ``code``: the shape of the paper's trajectories."""

from __future__ import annotations

from metarfft.rules.styles.base import ANSWER, Style, literal
from metarfft.rules.trace.sites import Read, Site

_OUTCOME = {
    "loop_in": "enter the loop",
    "loop_out": "do not enter the loop",
    "branch_in": "enter {}",
    "branch_out": "do not enter {}",
    "else": "enter else",
    "break": "leave the loop",
    "continue": "go to the next round",
    "pass": "nothing to do",
    "define": "defined",
    "try": "enter try",
    "except_in": "enter except",
    "except_out": "do not enter except",
}


class Code(Style):
    """A line of the rule, the values that it reads (``a[0] = 5``), and what comes of them (``now, x = 2 + 3 = 5``)."""

    name = "code"
    entered = "(?:[^\n]*\n){0,2}?enter the loop$"

    def template(self, site: Site) -> str:
        return self.said(site) if site.kind == "uncaught" else f"{literal(site.line)}\n{self.said(site)}"

    def said(self, site: Site) -> str:
        """What follows the recited line."""
        changes = self.changes(site)
        match site.kind:
            case "entry" | "enter":
                return self.line(changes)
            case "return" | "raise":
                return self.listed(site, site.reads, after="\n") + ANSWER  # the answer itself is appended by the trace
            case "fail":
                return self.listed(site, site.reads, after="\n") + f"it fails: {site.calculation}\n"
            case "uncaught":
                return f"no except takes it\n{ANSWER}"
            case "call":
                return self.listed(site, self.news(site), after="\n") + f"call {site.calculation}\n"
            case "hand_back":
                return self.listed(site, site.reads, after="\n") + f"{site.calculation} returns {site.changes[0][1]}\n"
            case "back":
                return f"back from {site.calculation}\n"
            case "loop_start":
                return self.listed(site, self.news(site), after="\n") + f"go over {site.calculation}\n"
            case "assign" | "mutate":
                return self.change(site)
        stated = self.listed(site, site.reads, changes, "\n")
        outcome = _OUTCOME[site.kind].format(site.keyword)
        if site.kind == "loop_out" and site.keyword == "for":
            outcome = f"no items are left\n{outcome}"
        if site.depth:
            outcome = f"{outcome}, back at {site.depth}"
        return stated + self.line(site.state) + f"{outcome}\n"

    def change(self, site: Site) -> str:
        """What a step reads, and what it changes."""
        changes = self.changes(site)
        if site.kind == "mutate":
            now = f"{site.calculation}" + (f", {changes}" if changes else "")
        elif site.calculation and site.changes:
            (label, value), *others = site.changes
            first = f"{label} = {site.calculation} = {value}"
            now = ", ".join([first, *(f"{name} = {new}" for name, new in others)])
        else:
            now = changes
        return self.listed(site, self.news(site), after="\n") + f"now, {now}\n"

    def news(self, site: Site) -> list[Read]:
        """The reads that what follows does not say anyway."""
        return [read for read in site.reads if not read.is_name and not read.is_own]

    def line(self, text: str) -> str:
        return f"{text}\n" if text else ""


class Scratchpad(Style):
    """The baseline that keeps the values and drops the rule: what each step of ``of`` changes."""

    def __init__(self, of: Style) -> None:
        self.of = of
        self.name = "scratchpad"  # type: ignore[misc]
        for attribute in ("marked", "states_changes", "equals", "separator"):
            setattr(self, attribute, getattr(of, attribute))
        self.lines, self.phrases, self.answer = of.lines, of.phrases, of.answer  # type: ignore[method-assign]

    def template(self, site: Site) -> str:
        if site.kind in ("return", "raise", "uncaught"):
            return ANSWER
        if site.kind == "mutate" or (site.kind == "assign" and site.changes):
            changes = ", ".join(f"{label} = {value}" for label, value in site.changes) or site.calculation
            return f"{changes}\n"
        return ""
