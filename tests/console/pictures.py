"""Draws the pictures of ``docs/console.md``: ``python -m tests.console.pictures``. Looked at before they are kept."""

from __future__ import annotations

from pathlib import Path

from tests.builders import dossier
from tests.console.browser import started_browser
from tests.console.test_browser import call
from tests.serving import Server

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
PICTURES = {"bat-dau": "/", "nhat-ky": "/journal", "luot-bi-tu-choi": "/journal/2", "kich-ban": "/scenarios"}


def main() -> None:
    """Start a server, make a refused and an accepted call, and keep a picture of each page."""
    FOLDER.mkdir(exist_ok=True)
    with Server("--store", ":memory:", "--workers", "1") as server, started_browser() as browser:
        call(server, dossier(MaTTHC="9.9"))
        call(server, dossier())
        page = browser.new_page(locale="vi-VN", viewport={"width": 1100, "height": 760})
        for name, path in PICTURES.items():
            page.goto(f"{server.base_url}/__console{path}")
            page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
