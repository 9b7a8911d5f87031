"""The docs are two sites, one language each: every page has its twin, no paragraph mixes, one Vietnamese spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mkdocs_hooks import LANGUAGES, language_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MOST_PAGES = 30  # one in two languages counts once; decisions and docs/sources are no pages of the sites
PAGES = sorted(path.name.removesuffix(".vi.md") for path in DOCS.glob("*.vi.md"))
READERS = [*(f"docs/{page}.{language}.md" for page in PAGES for language in LANGUAGES), "README.md", "README.vi.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DRAWN = "sequence"  # a picture with words of its language

# What is quoted or is code has the language it has: both are taken out before a paragraph is looked at.
QUOTED = re.compile(r"`[^`]*`|“[^”]*”|\"[^\"\n]*\"|\]\([^)]*\)|<[^>]*>|https?://\S+")
MARKED = re.compile(r"[\u00c0-\u024f\u1e00-\u1eff]")
WORD = re.compile(r"[^\W\d_]+")
ENGLISH = re.compile(
    r"(?i)the|of|is|are|and|that|with|which|for|not|by|from|when|this|was|its|it|has|have|only|where|who"
)
MOST_MARKED, MOST_ENGLISH = 4, 2  # names such as Cổng Dịch vụ công are shorter

NAMED = re.compile(r"(?<![\w/])docs/([a-z][\w/-]*(?:\.(?!md\b)\w+)*(?:\.md)?)")

OLD_STYLE = re.compile(r"(?<![qQ])(?:[oO][àáảãạèéẻẽẹ]|[uU][ỳýỷỹỵ])(?![^\W\d_])")
CALQUES = (
    "về nhà",
    "gập lại",
    "khách mẫu",
    "khách thật",
    "bánh xe",
    "nói giọng",
    "cây bút",
    "người gác",
    "trên dây",
    "nhà của dịch",
)
READ_BY_PEOPLE = (
    *sorted(DOCS.glob("*.vi.md")),
    ROOT / "README.vi.md",
    *sorted((ROOT / "release" / "texts").glob("*.vi.*")),
    *sorted((ROOT / "emulator" / "console").rglob("*.po")),
    *sorted((ROOT / "emulator" / "console").rglob("*.html")),
    *sorted((ROOT / "emulator" / "cli").rglob("*.py")),
)


def paragraphs(text: str) -> Iterator[str]:
    """Yield paragraphs, items and cells without code and without what is quoted."""
    bare = QUOTED.sub(" ", BLOCK.sub("", text))
    for part in re.split(r"\n\s*\n|^\s*[*-] |^\s*\d+\. |^#+ ", bare, flags=re.MULTILINE):
        yield from part.split("|") if part.lstrip().startswith("|") else (part,)


def strangers(text: str, language: str) -> list[str]:
    """Return the paragraphs that hold a sentence of the other language."""
    return [part.strip() for part in paragraphs(text) if _is_strange(part, language)]


def _is_strange(part: str, language: str) -> bool:
    if language == "vi":
        return sum(bool(ENGLISH.fullmatch(word)) for word in WORD.findall(part)) > MOST_ENGLISH
    return any(_longest_run(clause) >= MOST_MARKED for clause in re.split(r"[\d,;:.()]", part))


def _longest_run(clause: str) -> int:
    """Return how many words with Vietnamese marks follow each other in a clause."""
    marked = "".join("x" if MARKED.search(word) else " " for word in WORD.findall(clause))
    return max(map(len, marked.split()), default=0)


def test_there_are_at_most_thirty_pages_and_each_has_its_twin() -> None:
    assert 10 < len(PAGES) <= MOST_PAGES
    assert sorted(path.name for path in DOCS.glob("*.en.md")) == [f"{page}.en.md" for page in PAGES]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_and_its_twin_show_the_same_code_under_as_many_headings(page: str) -> None:
    vi, en = ((DOCS / f"{page}.{language}.md").read_text(encoding="utf-8") for language in LANGUAGES)
    shown = [[block for block in BLOCK.findall(text) if block[0] != DRAWN] for text in (vi, en)]
    assert shown[0] == shown[1]
    headings = [re.findall(r"^(#+) ", BLOCK.sub("", text), re.MULTILINE) for text in (vi, en)]
    assert headings[0] == headings[1]


@pytest.mark.parametrize("page", READERS)
def test_a_page_is_in_one_language(page: str) -> None:
    language = language_of(page) or "en"
    assert strangers((ROOT / page).read_text(encoding="utf-8"), language) == []


@pytest.mark.parametrize("page", [name for name in READERS if name.startswith("docs/")])
def test_a_page_leads_to_pages_of_its_own_language(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    led = [
        target
        for target in re.findall(r"\]\(([\w-]+\.(?:vi|en)\.md)", text)
        if language_of(target) != language_of(page)
    ]
    assert led == []


def test_a_page_that_the_code_names_is_there() -> None:
    """``docs/time`` in code, messages and help means the page in either language."""
    there = {*PAGES, *(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*"))}
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "emulator").rglob("*.py")}
    named = [(path.name, name) for path, text in texts.items() for name in NAMED.findall(text)]
    assert len(named) > 10
    assert [each for each in named if each[1] not in there] == []


@pytest.mark.parametrize("path", READ_BY_PEOPLE, ids=lambda path: path.name)
def test_vietnamese_has_one_spelling_and_no_word_for_word_translation(path: Path) -> None:
    """Tone marks stand as in hóa, khóa, xóa, tùy; tables of the state's own names are not read here."""
    text = path.read_text(encoding="utf-8")
    assert OLD_STYLE.findall(text) == []
    assert [each for each in CALQUES if each in text.lower()] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Câu này đúng.\n\nThis sentence of the page is not for the reader.", "vi"),
        ("A good sentence.\n\nCâu này không phải là tiếng Anh.", "en"),
        ("| a good cell | ô này không phải tiếng Anh |\n", "en"),
    ],
)
def test_a_sentence_of_the_other_language_is_seen(text: str, language: str) -> None:
    """The guard of the tests above: they would not be silent."""
    assert len(strangers(text, language)) == 1


def test_names_code_and_quotations_are_no_sentence_of_the_other_language() -> None:
    assert (
        strangers("The province of Hà Giang and its “Dịch vụ công của tôi”.\n\n```text\nCâu này là mã.\n```\n", "en")
        == []
    )
    assert strangers("Đọc `the end of the line` ở WSO2 API Manager, header Authorization.", "vi") == []
    assert OLD_STYLE.findall("hoàn toàn, quý, khuỷu, hóa, tùy") == []
    assert OLD_STYLE.findall("khoá, tuỳ, huỷ") == ["oá", "uỳ", "uỷ"]
