"""The report for people: one list of blocks (``chapters``), written as a page (``page``) and as a printed sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Language = Literal["vi", "en"]


def html(report: Mapping[str, Any], language: Language = "vi") -> bytes:
    """Return the report in one language as one HTML file that needs nothing beside it."""
    from emulator.certification.report.chapters import page

    return page(report, language)


def pdf(report: Mapping[str, Any], language: Language = "vi") -> bytes:
    """Return the report in one language as an A4 PDF with its fonts in it; the same report gives the same bytes."""
    from emulator.certification.report.sheet import sheet

    return sheet(report, language)
