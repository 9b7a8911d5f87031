"""The printed report in a bundle: the same outline as pages."""

from __future__ import annotations

PAGES = ("report.html", "report.pdf")
