"""What may stand in a scenario file: each word with its kind. The reader and the published JSON Schema come from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml

from emulator.country.furnish import nearest
from emulator.kernel.clock import read_day, read_moment, to_ms
from emulator.scenario.script import DAY_MS, WEEKDAYS
from emulator.scenario.yaml_text import Page, members, plain

_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,3})?)S)?)?",
    re.ASCII,
)
_UNITS_MS = {"days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1000}
MISSING = object()
"""What a reader returns when a node is wrong; the page has been told."""


def length_ms(text: str) -> int | None:
    """Return milliseconds of ``P2D`` or ``PT1.5S``; None when it is neither."""
    found = _DURATION.fullmatch(text) if len(text) < 40 else None
    if not found or not any(found.groups()):
        return None
    return round(sum(float(number) * _UNITS_MS[unit] for unit, number in found.groupdict().items() if number))


@dataclass(frozen=True)
class Kind:
    """One kind of value: how it is read, and its JSON Schema."""

    read: Callable[[yaml.Node, Page], Any]
    schema: Mapping[str, Any]


def wrong(node: yaml.Node, page: Page, vi: str, en: str) -> Any:
    """Tell the page and return MISSING."""
    page.say(node, vi, en)
    return MISSING


def text(pattern: str = "", vi: str = "", en: str = "", *, may_be_empty: bool = False) -> Kind:
    """Return a text, of a form when ``pattern`` is given."""

    def read(node: yaml.Node, page: Page) -> Any:
        if not isinstance(node, yaml.ScalarNode) or (not node.value.strip() and not may_be_empty):
            return wrong(node, page, "Cần một chuỗi chữ không rỗng", "a text that is not empty is expected")
        if pattern and not re.fullmatch(pattern, node.value, re.ASCII):
            return wrong(node, page, f"“{node.value}” {vi}", f"{node.value!r} {en}")
        return node.value

    schema: dict[str, Any] = {"type": ["string", "number"]} if not pattern else {"type": "string"}
    return Kind(read, schema | ({"pattern": f"^(?:{pattern})$"} if pattern else {}))


def number(low: float, high: float, *, whole: bool = True) -> Kind:
    """Return a number within bounds."""
    vi, en = f"Cần một số{' nguyên' if whole else ''} từ {low} đến {high}", f"a number from {low} to {high} is expected"

    def read(node: yaml.Node, page: Page) -> Any:
        value: Any = plain(node) if isinstance(node, yaml.ScalarNode) else None
        fits = type(value) is int or (not whole and type(value) is float)
        return value if fits and low <= value <= high else wrong(node, page, vi, en)

    return Kind(read, {"type": "integer" if whole else "number", "minimum": low, "maximum": high})


def truth() -> Kind:
    """Return true or false."""

    def read(node: yaml.Node, page: Page) -> Any:
        value = plain(node) if isinstance(node, yaml.ScalarNode) else None
        return (
            value if isinstance(value, bool) else wrong(node, page, "Cần true hoặc false", "true or false is expected")
        )

    return Kind(read, {"type": "boolean"})


def anything() -> Kind:
    """Return any value, as JSON would hold it."""
    return Kind(lambda node, _: plain(node), {})


def one_of(known: Iterable[str], vi: str, en: str) -> Kind:
    """Return one of the known words; ``vi`` and ``en`` say what they are."""
    words = tuple(known)

    def read(node: yaml.Node, page: Page) -> Any:
        if isinstance(node, yaml.ScalarNode) and node.value in words:
            return node.value
        said = node.value if isinstance(node, yaml.ScalarNode) else "…"
        near = nearest(said, words)
        listed = "" if near[0] or len(words) > 12 else f": {', '.join(words)}"
        return wrong(node, page, f"“{said}” không phải {vi}{near[0]}{listed}", f"{said!r} is not {en}{near[1]}{listed}")

    return Kind(read, {"enum": list(words)})


def one_known(known: Callable[[], Iterable[str]], vi: str, en: str) -> Kind:
    """Return one of the words that are known when a file is read."""

    def read(node: yaml.Node, page: Page) -> Any:
        return one_of(known(), vi, en).read(node, page)

    return Kind(read, {"type": "string"})


LONGEST_VIRTUAL_MS = 36_525 * DAY_MS
"""A hundred years: what a calendar of the emulator holds."""
_MOST_YEARS = (2000, 2100)
_YEARS_MS = tuple(read_day(f"01/01/{year}") or 0 for year in _MOST_YEARS)


def duration(most_ms: int = LONGEST_VIRTUAL_MS, most: str = "P36525D") -> Kind:
    """Return milliseconds: ``PT3S``, ``P2D``, or a number; ``most`` is the longest, as people write it."""

    def read(node: yaml.Node, page: Page) -> Any:
        value = plain(node) if isinstance(node, yaml.ScalarNode) else None
        found = value if type(value) is int and value >= 0 else length_ms(value) if isinstance(value, str) else None
        if found is not None and found > most_ms:
            return wrong(node, page, f"Dài nhất là {most}", f"{most} is the longest")
        if found is not None:
            return found
        vi = "Cần một khoảng thời gian: P2D (2 ngày), PT3S (3 giây), PT1H30M, hoặc số mili giây"
        return wrong(node, page, vi, "a length of time is expected: P2D, PT3S, PT1H30M, or milliseconds")

    forms = [
        {"type": "integer", "minimum": 0},
        {"type": "string", "pattern": "^P(\\d+D)?(T(\\d+H)?(\\d+M)?([0-9.]+S)?)?$"},
    ]
    return Kind(read, {"anyOf": forms})


def pair() -> Kind:
    """Return a list of two values, the smaller first."""

    def read(node: yaml.Node, page: Page) -> Any:
        value = plain(node)
        if isinstance(value, list) and len(value) == 2:
            return tuple(value)
        return wrong(node, page, "Cần hai giá trị: [từ, đến]", "two values are expected: [from, to]")

    return Kind(read, {"type": "array", "minItems": 2, "maxItems": 2})


def moment() -> Kind:
    """Return a virtual instant in milliseconds: ``04/12/2026 08:00:00``, or ISO 8601."""

    def read(node: yaml.Node, page: Page) -> Any:
        text = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
        found = read_moment(text) or read_day(text)
        if found is None:
            try:
                found = to_ms(datetime.fromisoformat(text))
            except (ValueError, OverflowError):
                vi = "Cần một thời điểm: 04/12/2026 08:00:00 hoặc 2026-12-04T08:00:00"
                return wrong(node, page, vi, "a moment is expected: 04/12/2026 08:00:00 or 2026-12-04T08:00:00")
        first, last = _MOST_YEARS
        if not _YEARS_MS[0] <= found < _YEARS_MS[1]:
            return wrong(node, page, f"Chỉ từ năm {first} đến {last - 1}", f"years {first} to {last - 1} only")
        return found

    return Kind(read, {"type": "string"})


def time_of_day() -> Kind:
    """Return milliseconds after midnight: ``01:00`` or ``23:59:30``."""

    def read(node: yaml.Node, page: Page) -> Any:
        found = _day_ms(str(node.value)) if isinstance(node, yaml.ScalarNode) else None
        if found is None:
            return wrong(node, page, "Cần giờ trong ngày: HH:mm", "a time of day is expected: HH:mm")
        return found

    return Kind(read, {"type": "string", "pattern": r"^\d\d:\d\d(:\d\d)?$"})


def time_of_week() -> Kind:
    """Return milliseconds after Monday's midnight: ``fri 08:00``."""

    def read(node: yaml.Node, page: Page) -> Any:
        day, _, time = (str(node.value) if isinstance(node, yaml.ScalarNode) else "").partition(" ")
        found = _day_ms(time.strip())
        if day not in WEEKDAYS or found is None:
            vi = f"Cần thứ và giờ: fri 08:00; các thứ: {', '.join(WEEKDAYS)}"
            return wrong(node, page, vi, f"a day and a time are expected: fri 08:00; days: {', '.join(WEEKDAYS)}")
        return WEEKDAYS.index(day) * DAY_MS + found

    return Kind(read, {"type": "string", "pattern": rf"^({'|'.join(WEEKDAYS)}) \d\d:\d\d(:\d\d)?$"})


def _day_ms(text: str) -> int | None:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", text, re.ASCII)
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000


def list_of(kind: Kind, *, or_single: bool = False) -> Kind:
    """Return a list; a single value stands for a list of one when ``or_single``."""

    def read(node: yaml.Node, page: Page) -> Any:
        if isinstance(node, yaml.SequenceNode):
            if not node.value:
                return wrong(node, page, "Danh sách rỗng", "the list is empty")
            found = [kind.read(each, page) for each in node.value]
            return tuple(each for each in found if each is not MISSING)
        if or_single:
            found = [kind.read(node, page)]
            return MISSING if found[0] is MISSING else tuple(found)
        return wrong(
            node, page, "Cần một danh sách, mỗi dòng bắt đầu bằng “- ”", "a list is expected, each line begins '- '"
        )

    listed = {"type": "array", "minItems": 1, "items": kind.schema}
    return Kind(read, {"anyOf": [kind.schema, listed]} if or_single else listed)


def map_of(kind: Kind, keys: Kind | None = None) -> Kind:
    """Return a mapping of free names to values of one kind."""

    def read(node: yaml.Node, page: Page) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return wrong(node, page, "Cần các dòng “tên: giá trị”", "lines 'name: value' are expected")
        found = {}
        for key, value in members(node):
            name = keys.read(key, page) if keys else key.value
            read_value = kind.read(value, page)
            if MISSING not in (name, read_value):
                found[name] = read_value
        return found

    return Kind(read, {"type": "object", "additionalProperties": kind.schema})


@dataclass(frozen=True)
class Word:
    """One word of a record: its kind, what it means, whether it must be there, and the language that has it."""

    kind: Kind
    vi: str
    en: str
    needed: bool = False
    language: int = 1


@dataclass(frozen=True)
class Record:
    """A mapping with known words. ``aliases`` are other spellings, WireMock's among them."""

    words: Mapping[str, Word]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def kind(self) -> Kind:
        """Return the kind of value that such a record is."""
        return Kind(self.read, self.schema())

    def read(self, node: yaml.Node, page: Page) -> Any:
        """Return the values by word, with ``@`` the node itself; wrong words are told and left out."""
        if not isinstance(node, yaml.MappingNode):
            return wrong(node, page, "Cần các dòng “tên: giá trị”", "lines 'name: value' are expected")
        found: dict[str, Any] = {"@": node}
        for key, value in members(node):
            word = self.aliases.get(str(key.value), str(key.value))
            if word not in self.words:
                self._unknown(key, page)
            elif word in found:
                page.say(key, f"“{key.value}” cùng nghĩa với một dòng trên", f"{key.value!r} repeats a line above")
            elif self.words[word].language > page.language:
                vi, en = f"“{key.value}” là từ của bản 2", f"{key.value!r} is a word of language 2"
                page.say(key, f'{vi}; thêm schema_version: "2"', f'{en}; add schema_version: "2"')
            else:
                read = self.words[word].kind.read(value, page)
                if read is not MISSING:
                    found[word] = read
        self._missing(node, page)
        return found

    def _unknown(self, key: yaml.Node, page: Page) -> None:
        vi, en = nearest(str(key.value), [*self.words, *self.aliases])
        vi, en = (vi, en) if vi else (f"; có: {', '.join(self.words)}", f"; there are: {', '.join(self.words)}")
        page.say(key, f"Không có từ “{key.value}”{vi}", f"unknown word {key.value!r}{en}")

    def _missing(self, node: yaml.Node, page: Page) -> None:
        there = {self.aliases.get(str(key.value), key.value) for key, _ in members(node)}
        for name, word in self.words.items():
            if word.needed and name not in there:
                page.say(node, f"Thiếu “{name}”: {word.vi}", f"{name!r} is missing: {word.en}")

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the record."""
        spelt: Sequence[tuple[str, str]] = [*((name, name) for name in self.words), *self.aliases.items()]
        properties = {
            spelling: {**self.words[name].kind.schema, "description": f"{self.words[name].vi} / {self.words[name].en}"}
            for spelling, name in spelt
        }
        needed = [name for name, word in self.words.items() if word.needed]
        made = {"type": "object", "additionalProperties": False, "properties": properties}
        return made | ({"required": needed} if needed else {})
