"""One field table in three shapes: the declared schema, its columns as values, and a check that is fast.

The schema is the only source: from its fields one check a column is made, once. ``unusual`` names, in microseconds, the
fields of a body about whose form there may be something to say; ``faults`` says what the schema would.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from emulator.kernel.clock import read_day, read_moment, to_datetime

if TYPE_CHECKING:
    from marshmallow import Schema


# Dates as bodies spell them. The same few days come again and again, so what was read is remembered.

DAY_LENGTH = 10
day_of = lru_cache(8192)(read_day)
moment_of = lru_cache(8192)(read_moment)


def day_or_moment(text: str) -> int | None:
    """Read ``dd/MM/yyyy`` or ``dd/MM/yyyy HH:mm:ss``; None when it is neither."""
    return day_of(text) if len(text) == DAY_LENGTH else moment_of(text)


def lies_ahead(instant_ms: int, now_ms: int) -> bool:
    """Tell whether an instant lies after the day of ``now_ms`` in Vietnam; within that day clocks may differ."""
    return instant_ms > now_ms and to_datetime(instant_ms).date() > to_datetime(now_ms).date()


_ENDLESS = 1 << 62
SEVERAL_LINES = frozenset({"NoiDungXuLy", "CertificateExtentData"})  # texts that may have several lines
LINE_SIGNS = "\t\n\r"
_NO_LINES = {ord(sign): None for sign in LINE_SIGNS}
WIDTHS = {"province": 2, "district": 3, "commune": 5}


def _digits(width: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        return width if len(text) == width and text.isascii() and text.isdigit() else None

    return read


_READERS: dict[str, Callable[[str], int | None]] = {
    "day": day_of,
    "moment": moment_of,
    **{level: _digits(width) for level, width in WIDTHS.items()},
}


_SPELLINGS = {"day": "dd/MM/yyyy", "moment": "dd/MM/yyyy HH:mm:ss"}
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ]+(\d{1,2}:\d{2}(?::\d{2})?).*)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ]*(\d{1,2}:\d{2}(?::\d{2})?).*)?", re.ASCII)
_LONGEST_COMPARED = 100
_MOST_LISTED = 20
_LIKENESS = 0.6  # as difflib measures it: twice what both words have in common, over the length of both


@lru_cache(256)
def _list_values(values: frozenset[str]) -> str:
    listed = sorted(values, key=lambda each: (len(each), each))
    return ", ".join(listed[:_MOST_LISTED]) + (f", … {listed[-1]}" if len(listed) > _MOST_LISTED else "")


def _form_of(form: str, most: int | None) -> str:
    if form in WIDTHS:
        return f"[0-9]{{{WIDTHS[form]}}}"
    return _SPELLINGS.get(form, "String" + (f" ≤ {most}" if most else ""))


class Column(NamedTuple):
    """One official field.

    ``most`` counts code points (B70); ``form`` is text, day, moment, or a level of administrative units, whose codes
    have a fixed number of digits.
    """

    name: str
    label: str
    most: int | None
    required: bool
    values: frozenset[str]
    form: str
    is_code: bool

    def fault(self, value: str | None) -> str | None:
        """Return ``missing``, ``length``, ``value`` or ``form``: what is wrong by the table; None if right."""
        if value is None or not value.strip():
            return "missing" if self.required else None
        if self.most is not None and len(value) > self.most:
            return "length"
        if self.values and value not in self.values:
            return "value"
        reader = _READERS.get(self.form)
        return "form" if reader and reader(value) is None else None

    @property
    def wanted(self) -> str:
        """Return what the table asks for, in signs that need no language: ``0, 1``, ``dd/MM/yyyy``, ``String ≤ 25``."""
        return _list_values(self.values) if self.values else _form_of(self.form, self.most)

    def nearest(self, value: str) -> str:
        """Return the right value nearest to a wrong one; empty when the table knows none, or the value is right."""
        bare = value.strip()[:_LONGEST_COMPARED]
        if self.fault(value) is None or not bare:
            return ""
        if self.values:
            folded = bare.lstrip("0") or "0"
            return folded if folded in self.values else close_match(bare, self.values)
        if self.form in WIDTHS:
            return bare.zfill(WIDTHS[self.form]) if bare.isascii() and bare.isdigit() else ""
        return self._respell(bare) if self.form in _SPELLINGS else ""

    def _respell(self, text: str) -> str:
        """Return a date that was written another way as the table writes it."""
        if found := _DAY_FIRST.fullmatch(text):
            day, month, year, clock = found.groups()
        elif found := _YEAR_FIRST.fullmatch(text):
            year, month, day, clock = found.groups()
        else:
            return ""
        hour, _, rest = (clock or "00:00:00").partition(":")
        time = f" {hour:0>2}:{rest if ':' in rest else f'{rest}:00'}" if self.form == "moment" else ""
        spelt = (f"{first:0>2}/{second:0>2}/{year}{time}" for first, second in ((day, month), (month, day)))
        return next((each for each in spelt if _READERS[self.form](each) is not None), "")


def close_match(word: str, known: Iterable[str]) -> str:
    """Return the known word nearest to one, empty without one: those of too different a length are not looked at."""
    size = len(word)
    near = [each for each in known if 2.0 * min(size, len(each)) >= _LIKENESS * (size + len(each))]
    return next(iter(get_close_matches(word, near, 1, _LIKENESS)), "") if near else ""


Check = Callable[[Any], bool]


def _check_of(column: Column) -> Check:
    """Return what tells of a value that it is exactly what the table asks for."""
    if column.values:
        return (column.values if column.required else column.values | {"", None}).__contains__
    reader, required = _READERS.get(column.form), column.required
    if reader is None:
        return _text_check(required, column.most or _ENDLESS, _NO_LINES if column.name in SEVERAL_LINES else {})

    def is_read(value: Any) -> bool:
        if value.__class__ is not str or not value:
            return not required and (value is None or value == "")
        return reader(value) is not None

    return is_read


def _text_check(required: bool, most: int, line_signs: Mapping[int, None]) -> Check:
    composed = unicodedata.is_normalized

    def is_plain(value: Any) -> bool:
        if value.__class__ is not str or not value:
            return not required and (value is None or value == "")
        if len(value) > most or value[0] <= " " or value[-1] <= " ":
            return False
        if not value.isprintable() and not (line_signs and value.translate(line_signs).isprintable()):
            return False
        return value.isascii() or (composed("NFC", value) and value == value.strip())

    return is_plain


class Table:
    """The columns of one body, read once from its schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.columns = {
            column.name: column for column in (field.metadata["column"] for field in schema.fields.values())
        }
        self.by_folded_name = {name.casefold(): name for name in self.columns}
        self._names = self.columns.keys()
        self._checks = tuple((name, _check_of(column)) for name, column in self.columns.items())

    def unusual(self, given: Mapping[str, Any]) -> set[str]:
        """Return the names about whose form there may be something to say: empty for a body that is by the book.

        A field that is merely unusual (a text with spaces around it) may be among them; one that is wrong always is.
        """
        get, found = given.get, set(given.keys() - self._names) if not given.keys() <= self._names else set()
        for name, is_plain in self._checks:
            try:
                if is_plain(get(name)):
                    continue
            except TypeError:  # a list or an object where a listed value belongs
                pass
            found.add(name)
        return found

    def faults(self, texts: Mapping[str, str | None], among: Collection[str]) -> dict[str, str]:
        """Return what is wrong by the table with some of its fields, by official name, in the table's order.

        It is what ``schema.validate`` says of the same texts: ``tests/wire`` holds the two against each other.
        """
        found = {}
        for name, column in self.columns.items():
            fault = column.fault(texts.get(name)) if name in among else None
            if fault:
                found[name] = fault
        return found
