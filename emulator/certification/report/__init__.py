"""The report for people: one list of blocks (``chapters``), written as a page (``page``) and as a printed sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def html(report: Mapping[str, Any]) -> bytes:
    """Return the report as one HTML file that needs nothing beside it."""
    from emulator.certification.report.page import page

    return page(report)


def pdf(report: Mapping[str, Any]) -> bytes:
    """Return the report as an A4 PDF with its fonts in it; the same report gives the same bytes."""
    from emulator.certification.report.sheet import sheet

    return sheet(report)
