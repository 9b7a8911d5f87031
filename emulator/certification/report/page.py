"""The report as one HTML file: prints well on A4, reads well on a phone, needs no network."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulator.certification.report.blocks import Language
from emulator.certification.report.chapters import paper

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).parent


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    surroundings = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    surroundings.filters["kind"] = lambda block: type(block).__name__
    surroundings.filters["qr"] = _qr
    return surroundings.get_template("page.html.jinja")


def page(report: Mapping[str, Any], language: Language = "vi") -> bytes:
    """Return the page in one language, in UTF-8."""
    text = _template().render(paper=paper(report, language), style=(_FOLDER / "page.css").read_text(encoding="utf-8"))
    return text.encode()


def _qr(content: str) -> str:
    import segno
    from markupsafe import Markup

    drawn = io.BytesIO()
    segno.make(content, error="m").save(drawn, kind="svg", scale=3, xmldecl=False, svgclass="qr", lineclass=None)
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn by the library, holds squares only
