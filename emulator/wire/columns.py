"""One field table in three shapes: the declared schema, its columns as values, and a check that is fast.

The schema is the only source. ``by_the_book`` answers the common question, "is there anything to say about this
body?", in a few microseconds; when it says no, the schema itself finds the words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
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
    return to_datetime(instant_ms).date() > to_datetime(now_ms).date()


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
        if self.values:
            listed = sorted(self.values, key=lambda each: (len(each), each))
            return ", ".join(listed[:_MOST_LISTED]) + (f", … {listed[-1]}" if len(listed) > _MOST_LISTED else "")
        if self.form in WIDTHS:
            return f"[0-9]{{{WIDTHS[self.form]}}}"
        return _SPELLINGS.get(self.form, "String" + (f" ≤ {self.most}" if self.most else ""))

    def nearest(self, value: str) -> str:
        """Return the right value nearest to a wrong one; empty when the table knows none, or the value is right."""
        bare = value.strip()[:_LONGEST_COMPARED]
        if self.fault(value) is None or not bare:
            return ""
        if self.values:
            folded = bare.lstrip("0") or "0"
            near = [folded] if folded in self.values else get_close_matches(bare, self.values, 1)
            return near[0] if near else ""
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


class Table:
    """The columns of one body, read once from its schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.columns = {
            column.name: column for column in (field.metadata["column"] for field in schema.fields.values())
        }
        self.by_folded_name = {name.casefold(): name for name in self.columns}
        self._names = self.columns.keys()
        rows = self.columns.values()
        self._listed = tuple(
            (row.name, row.values if row.required else row.values | {"", None}) for row in rows if row.values
        )
        self._forms = tuple((row.name, row.required, _READERS[row.form]) for row in rows if row.form in _READERS)
        self._texts = tuple(
            (row.name, row.required, row.most or _ENDLESS)
            for row in rows
            if not row.values and row.form not in _READERS
        )

    def by_the_book(self, given: Mapping[str, Any]) -> bool:
        """Tell whether a body is exactly what the table asks for, so that nothing is left to say about its form.

        It may say no to a body that is merely unusual (a text with spaces around it); never yes to a wrong one.
        """
        get = given.get
        try:
            return (
                given.keys() <= self._names
                and self._values_listed(get)
                and self._forms_read(get)
                and self._texts_fit(get)
            )
        except TypeError:  # a list or an object where a listed value belongs
            return False

    def _values_listed(self, get: Callable[[str], Any]) -> bool:
        return all(get(name) in values for name, values in self._listed)

    def _forms_read(self, get: Callable[[str], Any]) -> bool:
        for name, required, reader in self._forms:
            value = get(name)
            if not value and not required and (value is None or value == ""):
                continue
            if value.__class__ is not str or reader(value) is None:
                return False
        return True

    def _texts_fit(self, get: Callable[[str], Any]) -> bool:
        composed = unicodedata.is_normalized
        for name, required, most in self._texts:
            value = get(name)
            if not value:
                if required or (value is not None and value != ""):
                    return False
                continue
            if value.__class__ is not str or len(value) > most or value[0] <= " " or value[-1] <= " ":
                return False
            if not value.isprintable() and not (name in SEVERAL_LINES and value.translate(_NO_LINES).isprintable()):
                return False
            if not value.isascii() and (not composed("NFC", value) or value != value.strip()):
                return False
        return True

    def faults(self, texts: Mapping[str, str | None]) -> dict[str, str]:
        """Return what the schema says is wrong, by official name."""
        found: Mapping[str, Any] = self.schema.validate(dict(texts))
        return {name: str(words[0]) for name, words in found.items()}
