"""Both docs sites build strictly, have every page in its place, and ask no other host for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from mkdocs_hooks import drawn, messages_in
from tests.console.browser import needs_chromium, started_browser
from tests.console.pictures import PICTURES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CONFIGS = {"mkdocs.yml": ".", "mkdocs.en.yml": "en"}
LINK = re.compile(r'<a [^>]*?href="(?!https?:|mailto:)([^"]*)"')
NAMED = re.compile(r'\bid="([^"]+)"')
FETCHED = {"src", "srcset", "data", "poster"}
HARMLESS = {
    "unpkg.com/mermaid": "only for mermaid blocks",
    "unpkg.com/resize": "only where the browser has no ResizeObserver",
    "api.github.com": "only with repo_url",
    "clipboardjs.com": "a comment",
    "lunrjs.com": "a comment",
    "tartarus.org": "a comment",
    "bit.ly": "a comment",
}


UNCLEAR = {"", "bash", "shell", "shell-session"}  # is it run, or not?


class Fetches(HTMLParser):
    """Collects what a browser fetches by itself for a page, and what would make the theme's script fetch more."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.found += [told[name] for name in FETCHED & told.keys()]
        if tag == "link" and told.get("rel") != "canonical":
            self.found.append(told.get("href", ""))
        if "mermaid" in told.get("class", "").split() or told.get("data-md-component") == "source":
            self.found.append(f"//{tag}")


def foreign(site: Path) -> Iterator[str]:
    """Yield what pages and style sheets of a built site would fetch from other hosts."""
    for path in site.rglob("*.html"):
        page = Fetches()
        page.feed(path.read_text(encoding="utf-8"))
        yield from (f"{path.name}: {each}" for each in page.found if re.match(r"(\w+:)?//", each))
    for path in site.rglob("*.css"):
        for each in re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)", path.read_text(encoding="utf-8")):
            yield f"{path.name}: {each}"


def unknown_addresses(site: Path) -> list[str]:
    """Return the addresses in the theme's scripts that nobody has looked at yet."""
    scripts = [*site.glob("assets/javascripts/*.js"), *site.glob("assets/javascripts/workers/*.js")]
    told = "".join(path.read_text(encoding="utf-8") for path in scripts)
    return [each for each in re.findall(r"https?://([\w.-]+(?:/\w+)?)", told) if not each.startswith(tuple(HARMLESS))]


def build(folder: Path, site: Path, config: str = "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    """Build as ``make site`` does. With ``--quiet`` mkdocs would not count its own warnings, and never fail."""
    words = ("-m", "mkdocs", "build", "--strict", "-f", config, "--site-dir", str(site))
    variables = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both sites. Strict: a page in nobody's place, a link or an anchor that leads nowhere fail the build."""
    folder = tmp_path_factory.mktemp("site")
    for config, place in CONFIGS.items():
        built = build(ROOT, folder / place, config)
        assert built.returncode == 0, built.stderr
    return folder


def test_the_sites_build_strictly_and_fetch_nothing_from_another_host(site: Path) -> None:
    assert list(foreign(site)) == []
    assert unknown_addresses(site) == []
    for language, place in (("vi", ""), ("en", "en")):
        home = (site / place / "index.html").read_text(encoding="utf-8")
        pages = [path.name.replace(f".{language}.md", ".html") for path in DOCS.glob(f"*.{language}.md")]
        assert len(pages) > 2
        assert [page for page in pages if f'href="{page}"' not in home and page != "index.html"] == []


def test_every_link_of_both_sites_leads_to_a_file_and_a_place_in_it(site: Path) -> None:
    """Links to the other language, to decisions and to schemas among them, which mkdocs does not look at."""
    places = {path.resolve(): set(NAMED.findall(path.read_text(encoding="utf-8"))) for path in site.rglob("*.html")}
    lost = []
    for page in places:
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            address, _, place = unquote(unescape(link)).partition("#")
            target = (page.parent / address).resolve() if address else page
            if not target.is_file() or (place and target.suffix == ".html" and place not in places[target]):
                lost.append(f"{page.relative_to(site)}: {link}")
    assert [each for each in lost if not each.startswith(("404.html", "en/404.html"))] == []


def test_a_page_leads_to_itself_in_the_other_language(site: Path) -> None:
    for own, other in ((site / "start.html", "en/start.html"), (site / "en" / "start.html", "../start.html")):
        assert f'href="{other}"' in own.read_text(encoding="utf-8")


def test_a_page_shows_the_console_in_its_own_language() -> None:
    for language in ("vi", "en"):
        pages = (page.read_text(encoding="utf-8") for page in DOCS.glob(f"*.{language}.md"))
        shown = {name for page in pages for name in re.findall(r"\]\(pictures/([^)]+)\.png\)", page)}
        assert len(shown) >= 4
        assert {name.endswith("-en") for name in shown} == {language == "en"}
        assert [name for name in shown if name.removesuffix("-en") not in PICTURES] == []


def test_each_plot_of_the_growth_shows_the_numbers_of_the_table_below_it() -> None:
    for language in ("vi", "en"):
        page = (DOCS / f"performance.{language}.md").read_text(encoding="utf-8")
        shown = re.findall(r"\]\(pictures/(growth-[\w-]+)\.svg\)\n\n((?:\|.*\n)+)", page)
        assert len(shown) == 4
        for name, table in shown:
            rows = {cells[0]: cells[1:] for cells in (row.strip("| ").split(" | ") for row in table.splitlines())}
            picture = ET.parse(DOCS / "pictures" / f"{name}.svg")
            told = [each.text or "" for each in picture.iter("{http://www.w3.org/2000/svg}title")]
            assert len(told) >= 4
            for size, value in (each.split(": ") for each in told):
                assert value in rows[size], (name, size)


@needs_chromium
@pytest.mark.parametrize(
    ("begin", "words", "found", "place"),
    [
        ("index.html", "mã lỗi", "error-codes.html", 1),
        ("index.html", "ma loi", "error-codes.html", 1),
        ("index.html", "ket noi btxh", "howto-btxh.html", 4),
        ("en/decisions/index.html", "error codes", "error-codes.html", 1),
    ],
)
def test_a_site_opened_from_a_disk_finds_a_page_by_words_with_marks_and_without(
    site: Path, begin: str, words: str, found: str, place: int
) -> None:
    with started_browser() as browser:
        page = browser.new_page()
        page.goto((site / begin).as_uri())
        page.locator("input.md-search__input").focus()
        page.keyboard.type(words)
        page.wait_for_selector(".md-search-result__item")
        links = page.locator(".md-search-result__item > a").evaluate_all("all => all.map(each => each.href)")
        shown = page.locator(".md-search-result__item").first.inner_text()
        page_tags = page.locator(".md-search-result .md-tag:visible").count()
    assert found in {link.rpartition("/")[2].partition("?")[0] for link in links[:place]}
    assert {"/en/" in link for link in links} == {begin.startswith("en/")}, "a site finds its own language"
    assert "#" not in shown.partition("\n")[0]
    assert page_tags == 0, "the words a page is found by are no tags to read"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[x](khong-co.md)", "khong-co.md"),
        ("[x](#khong-co)", "#khong-co"),
        ("```sequence\nA gọi B\n```", "not a line of a sequence"),
    ],
)
def test_a_page_that_leads_nowhere_fails_the_build(tmp_path: Path, text: str, told: str) -> None:
    for name in ("mkdocs.yml", "mkdocs_hooks.py"):
        head = (ROOT / name).read_text(encoding="utf-8").partition("\nnav:")[0]
        (tmp_path / name).write_text(head + ("\nnav: [index.md]\n" if name == "mkdocs.yml" else ""), encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# Trang\n\n{text}\n", encoding="utf-8")
    built = build(tmp_path, tmp_path / "site")
    assert (built.returncode, told in built.stderr) == (1, True), built.stderr


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_every_block_says_whether_it_is_run(page: Path) -> None:
    """``sh`` is run by the tests, ``console`` is not; a block without a word would leave it open."""
    openings = re.findall(r"^```(\w*)\n.*?^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert set(openings) & UNCLEAR == set()


def test_what_a_page_would_fetch_from_another_host_is_seen(tmp_path: Path) -> None:
    """The guard of the test above: it would not be silent."""
    (tmp_path / "a.html").write_text(
        '<a href="https://example.vn">may be</a><script src="https://cdn.example.vn/x.js"></script>'
        '<link rel="stylesheet" href="//fonts.example.vn/x.css"><img src="anh.png"><pre class="mermaid"></pre>',
        encoding="utf-8",
    )
    (tmp_path / "a.css").write_text("@import 'https://fonts.example.vn/y.css'; b{background:url(data:,)}")
    assert len(list(foreign(tmp_path))) == 4


def test_a_sequence_is_drawn_with_its_arrows_replies_and_notes() -> None:
    picture = drawn("A -> B: hỏi <1>\nB --> A: đáp\nB: ghi chú", "", "", {}, None)
    assert picture.count("<rect") == 2
    assert picture.count("stroke-dasharray") == 1
    assert "hỏi &lt;1&gt;</text>" in picture
    assert re.search(r'font-style="italic"[^>]*>ghi chú</text>', picture)
    with pytest.raises(ValueError, match="not a line"):
        messages_in("A gọi B")
