"""``docs/sources.md``: what the project relies on, how well it is known, and who relies on it.

``python -m tests.house.sources_page`` writes the page. Who relies on an entry is read off the citations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from tests.house import sources
from tests.house.sources import CITED, Source

PAGE = sources.ROOT / "docs" / "sources.md"
_HEAD = """# Nguồn · Sources

<!-- Written by `make docs`; do not edit. -->

Trình giả lập dựa vào hai văn bản. Điều gì hai văn bản không nói thì lấy từ các nguồn công khai dưới đây, viết bằng lời
của chúng tôi, mỗi nguồn mang dấu bậc. Điều gì không có nguồn thì là của chúng tôi và được nói rõ như thế: xem
[các quy tắc](rules.md).

The emulator rests on two documents. What they do not say comes from the public sources below, in our own words, each
with its grade. What has no source is ours and says so: see [the rules](rules.md).
"""


def page() -> str:
    """Return the page."""
    relied = reliance()
    files = sorted({entry.file for entry in sources.entries()})
    return "".join((_HEAD, _documents(), _grades(), *(_chapter(file, relied) for file in files)))


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


def _documents() -> str:
    rows = "".join(f"* **{name}**: {both['vi']} · {both['en']}\n" for name, both in sources.documents().items())
    tail = "Từng mục: [độ phủ](coverage.md) · Each clause: [coverage](coverage.md)"
    return f"\n## Hai văn bản · The two documents\n\n{rows}\n{tail}\n"


def _grades() -> str:
    rows = "".join(f"| `{name}` | {both['vi']} | {both['en']} |\n" for name, both in sources.grades().items())
    return f"\n## Dấu bậc · Grades\n\n| Dấu · Grade | Nghĩa | Meaning |\n|---|---|---|\n{rows}"


def _chapter(file: str, relied: Mapping[str, list[str]]) -> str:
    first = (sources.FOLDER / file).read_text(encoding="utf-8").partition("\n")[0]
    vi, _, en = first.removeprefix("# ").partition(" / ")
    entries = [entry for entry in sources.entries() if entry.file == file]
    return f"\n## {file.removesuffix('.yaml')}\n\n{vi}\n\n{en}\n" + "".join(_entry(each, relied) for each in entries)


def _entry(entry: Source, relied: Mapping[str, list[str]]) -> str:
    grades = ", ".join(f"`{grade}`" for grade in entry.grade)
    rooms = ", ".join(f"`{room}`" for room in relied.get(entry.id, ()))
    public = "; ".join(entry.public)
    return (
        f"\n### {entry.id}\n\n{entry.vi}\n\n{entry.en}\n\n"
        f"Bậc · Grade: {grades}. Ở đâu · Public: {public}. Dựa vào · Relied on by: {rooms}.\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
