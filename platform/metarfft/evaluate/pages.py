"""Pages and tables from templates, and figures to stand inside them."""

from __future__ import annotations

from pathlib import Path

import jinja2


def environment() -> jinja2.Environment:
    """The templates beside this file; values are escaped in HTML, and a name that a template misses is an error.

    Filters: ``figure`` gives a number (or None) decimals, ``range`` writes an interval.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(["html"]),
    )
    made.filters["figure"] = lambda value, digits=2: "–" if value is None else f"{value:.{digits}f}"
    made.filters["range"] = lambda interval: "" if interval is None else "[{:.2f}, {:.2f}]".format(*interval)
    return made


def inline(file: Path) -> str:
    """An SVG file's element, to stand inside an HTML page."""
    text = file.read_text()
    return text[text.index("<svg") :]
