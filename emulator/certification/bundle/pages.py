"""The printed report in a bundle: the outline as a page and as a sheet.

A verifier does not print them again (the libraries that draw them differ); manifest and signature hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PAGE, SHEET = "report.html", "report.pdf"
PAGES = (PAGE, SHEET)


def pages(report: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the printed report by file name."""
    from emulator.certification.report import html, pdf

    return {PAGE: html(report), SHEET: pdf(report)}
