"""``docs/sources``: what the project relies on, how well it is known, and who relies on it.

``python -m tests.house.sources_page`` writes the page. Who relies on an entry is read off the citations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from release.pages import DOCS, LANGUAGES, Language, head_of
from release.pages_of_trials import in_one_language
from tests.house import coverage_page, sources
from tests.house.sources import CITED, Source

_WORDS = {
    "vi": {"documents": "Hai văn bản", "grades": "Dấu bậc", "head": "| Dấu | Nghĩa |"},
    "en": {"documents": "The two documents", "grades": "Grades", "head": "| Grade | Meaning |"},
}
_TAIL = {
    "vi": "Bậc: {grades}. Ở đâu: {public}. Dựa vào: {rooms}.",
    "en": "Grade: {grades}. Public: {public}. Relied on by: {rooms}.",
}


def page(language: Language) -> str:
    """Return ``docs/sources``: the two documents, every source with its grade, and what covers each clause."""
    relied = reliance()
    files = sorted({entry.file for entry in sources.entries()})
    chapters = (_chapter(file, relied, language) for file in files)
    coverage = coverage_page.page(language)
    return "".join((head_of("sources", language), _documents(language), _grades(language), *chapters, coverage))


def reliance() -> Mapping[str, list[str]]:
    """Return the rooms that cite each entry, in prose or in a field that is a source by its nature."""
    found: dict[str, set[str]] = defaultdict(set)
    for place, text in sources.texts():
        if place.startswith("docs/") and place != "docs/decisions":
            continue
        for name in CITED.findall(text):
            found[name].add(sources.room_of(place))
    for room, source in sources.structured():
        for part in source.split("; "):
            found[part].add(room)
    return {name: sorted(rooms) for name, rooms in found.items()}


def _documents(language: str) -> str:
    rows = "".join(f"* **{name}**: {both[language]}\n" for name, both in sources.documents().items())
    return f"\n## {_WORDS[language]['documents']}\n\n{rows}"


def _grades(language: str) -> str:
    said = _WORDS[language]
    rows = "".join(f"| `{name}` | {both[language]} |\n" for name, both in sources.grades().items())
    return f"\n## {said['grades']}\n\n{said['head']}\n|---|---|\n{rows}"


def _chapter(file: str, relied: Mapping[str, list[str]], language: str) -> str:
    first = (sources.FOLDER / file).read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    entries = [entry for entry in sources.entries() if entry.file == file]
    head = f"\n## {file.removesuffix('.yaml')}\n\n{in_one_language(first, language)}\n"
    return head + "".join(_entry(each, relied, language) for each in entries)


def _entry(entry: Source, relied: Mapping[str, list[str]], language: str) -> str:
    grades = ", ".join(f"`{grade}`" for grade in entry.grade)
    rooms = ", ".join(f"`{room}`" for room in relied.get(entry.id, ()))
    public = "; ".join(in_one_language(each, language) for each in entry.public)
    tail = _TAIL[language].format(grades=grades, public=public, rooms=rooms)
    return f"\n### {entry.id}\n\n{getattr(entry, language)}\n\n{tail}\n"


if __name__ == "__main__":
    for one in LANGUAGES:
        (DOCS / f"sources.{one}.md").write_text(page(one), encoding="utf-8")
