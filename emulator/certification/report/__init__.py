"""The report for people: one list of blocks (``chapters``), written as a page (``page``) and as a printed sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from emulator.certification.report.members import AttemptReport

Language = Literal["vi", "en"]


def html(report: AttemptReport, language: Language = "vi") -> bytes:
    """Return the report in one language as one HTML file that needs nothing beside it."""
    from emulator.certification.report.chapters import page

    return page(report, language)


def pdf(report: AttemptReport, language: Language = "vi") -> bytes:
    """Return the report in one language as an A4 PDF with its fonts in it; the same report gives the same bytes."""
    from emulator.certification.report.sheet import sheet

    return sheet(report, language)
