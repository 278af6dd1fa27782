"""The style ``natural``: the rule in English, derived from the code; its values as ``code`` writes them."""

from __future__ import annotations

import ast

from metarfft.rules.styles import natural
from metarfft.rules.styles.base import ANSWER, Phrases
from metarfft.rules.styles.code import Code
from metarfft.rules.styles.natural.inference import Kinds
from metarfft.rules.styles.natural.jotted import Jotted
from metarfft.rules.styles.natural.statements import Statements
from metarfft.rules.trace.sites import Site

_VERDICTS = {
    "loop_in": "go on", "loop_out": "the loop ends", "branch_in": "yes", "branch_out": "no",
}  # fmt: skip


class _Jotted(Jotted, Statements, Phrases):
    def order(self, call: ast.Call) -> str:
        self.scope = self.kinds.scopes.at(call.lineno)
        return self.change(call)


class Natural(Code):
    """A numbered sentence of the rule, and what it says of the values."""

    name = "natural"
    entered = "(?:state: [^\n]*\n)?(?:next, |[^\n]*go on$)"

    def lines(self, module: ast.Module, lines: list[str]) -> list[str]:
        return natural.sentences(module, len(lines))

    def phrases(self, module: ast.Module) -> Phrases:
        return _Jotted(Kinds(module))

    def removed(self, label: str) -> str:
        return f"remove {label}"

    def said(self, site: Site) -> str:
        changes = self.changes(site)
        match site.kind:
            case "fail":
                return self.listed(site, site.reads, after="\n") + f"this fails with {site.calculation}\n"
            case "except_in":
                return self.line(changes) + (f"yes, back at {site.depth}\n" if site.depth else "yes\n")
            case "except_out":
                return "no\n"
            case "uncaught":
                return f"nothing is done about it\n{ANSWER}"
            case "else" | "break" | "continue" | "pass" | "define" | "try":
                return ""
            case "loop_start":
                return self.listed(site, self.news(site), after="\n")
            case "loop_in" if site.keyword == "for":
                return self.line(site.state) + f"next, {changes}\n"
            case "loop_out" if site.keyword == "for":
                stated = f"{changes}, " if changes else ""
                return self.line(site.state) + f"{stated}none is left, so the loop ends\n"
            case "loop_in" | "loop_out" | "branch_in" | "branch_out":
                stated = self.listed(site, site.reads, changes, ", so ")
                return f"{self.line(site.state)}{stated}{_VERDICTS[site.kind]}\n"
            case "call":
                return self.listed(site, self.news(site), after="\n") + f"do {site.calculation}\n"
            case "hand_back":
                return self.listed(site, site.reads, after="\n") + f"{site.calculation} gives {site.changes[0][1]}\n"
        return super().said(site)
