"""Draws the pictures of the console: ``python -m tests.console.pictures [folder]``. Looked at before they are kept.

Without a folder those of ``docs``, in English too what a page in English shows (``NAME-en.png``); with one, every page
in both languages, both themes and at three widths.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser

from tests.console.browser import started_browser
from tests.console.story import EVERY_PAGE, tell_story
from tests.serving import Server

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
PICTURES = {
    "bat-dau": "/", "nhat-ky": "/journal", "luot-bi-tu-choi": "/journal/2", "kich-ban": "/scenarios",
    "cong-cong-dan": "/screens/citizen?id=999088010099", "mot-cua": "/screens/one-stop?unit=H22",
    "access-rights": "/screens/access-rights?q=G22", "ho-so": "/dossiers/000.11.26.H26-261120-0001",
}  # fmt: skip
IN_ENGLISH = ("bat-dau", "luot-bi-tu-choi", "cong-cong-dan", "mot-cua")
LOOKS = (("vi", "light", 360), ("en", "dark", 360), ("vi", "dark", 1024), ("en", "light", 1024), ("vi", "light", 1920))


def draw(browser: Browser, base: str, pages: dict[str, str], folder: Path, look: tuple[str, str, int]) -> None:
    """Draw pages in one look: language, theme, width."""
    language, theme, width = look
    page = browser.new_page(locale=language, color_scheme=theme, viewport={"width": width, "height": 800})
    for name, path in pages.items():
        page.goto(f"{base}/__console{path}")
        page.screenshot(path=folder / f"{name}.png", full_page=True)
    page.close()


def main() -> None:
    """Start a server, let something happen there, and draw."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    with Server("--store", ":memory:", "--workers", "1") as server, started_browser() as browser:
        tell_story(server.base_url, server.ready["credentials"])
        if folder == FOLDER:
            draw(browser, server.base_url, PICTURES, folder, ("vi", "light", 1100))
            english = {f"{name}-en": PICTURES[name] for name in IN_ENGLISH}
            return draw(browser, server.base_url, english, folder, ("en", "light", 1100))
        for look in LOOKS:
            target = folder / "-".join(map(str, look))
            target.mkdir(parents=True, exist_ok=True)
            names = {path.strip("/").translate(str.maketrans("/?=&.", "_____")) or "start": path for path in EVERY_PAGE}
            draw(browser, server.base_url, names, target, look)
    return None


if __name__ == "__main__":
    main()
