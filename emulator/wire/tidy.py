"""Bringing an unusual body into the table's form: names, types, then the values that have a quirk of their own."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.wire import codes
from emulator.wire.catalogues import KEY_FIELD, LATER_FIELDS
from emulator.wire.columns import WIDTHS, Column, Table
from emulator.wire.reading import Reading

Special = Callable[["Tidy", str, str], str | None]


@dataclass(slots=True)
class Tidy:
    """A body being brought into form. ``settled`` names the fields that a quirk has already decided."""

    reading: Reading
    texts: dict[str, str | None] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    faulty: set[str] = field(default_factory=set)

    def meet(self, quirk: str, name: str, vi: str, en: str, code: int = codes.BAD_FIELD) -> bool:
        """Record a quirk of a field and settle the field; return True when this mode refuses it."""
        self.settled.add(name)
        refused = self.reading.meet(quirk, f"/{name}", code, f"{name}: {vi}", f"{name}: {en}")
        if refused:
            self.faulty.add(name)
        return refused

    def refuse(self, rule: str, name: str, vi: str, en: str, code: int = codes.BAD_FIELD) -> None:
        """Record a broken rule of a field, which no other rule judges again."""
        self.faulty.add(name)
        self.reading.refuse(rule, f"/{name}", code, f"{name}: {vi}", f"{name}: {en}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is particular to one body: other names, numbers taken, values with quirks, fields ignored, absences."""

    aliases: Mapping[str, tuple[str, str]]
    numbers: Mapping[str, str]
    specials: Mapping[str, Special]
    ignored: Mapping[str, str]
    absences: Mapping[str, Special]


def bring_into_form(given: Mapping[str, Any], table: Table, dialect: Dialect, reading: Reading) -> Tidy:
    """Return the body's fields as texts, with every quirk met and every fault of form recorded in ``reading``."""
    tidy = Tidy(reading)
    named = _name_fields(given, table, dialect, tidy)
    for name, value in named.items():
        tidy.texts[name] = text = _as_text(name, value, dialect, tidy)
        special = dialect.specials.get(name)
        if special and text is not None and name not in tidy.faulty:
            tidy.texts[name] = special(tidy, name, text)
    for name, special in dialect.absences.items():
        if name not in tidy.faulty and not (tidy.texts.get(name) or "").strip():
            tidy.texts[name] = special(tidy, name, "")
    judged = {name: tidy.texts.get(name) for name in table.columns}
    for name, fault in table.faults(judged).items():
        if name not in tidy.settled and name not in tidy.faulty:
            _word(tidy, table.columns[name], fault)
    return tidy


def _name_fields(given: Mapping[str, Any], table: Table, dialect: Dialect, tidy: Tidy) -> dict[str, Any]:
    named: dict[str, Any] = {name: value for name, value in given.items() if name in table.columns}
    for name, value in given.items():
        if name in table.columns:
            continue
        official = _official_name(name, table, dialect, tidy)
        if official and official in named:
            tidy.reading.note(
                "repeated-field", f"/{name}", f"{name}: trùng với {official}, bỏ qua", f"{name} repeats {official}"
            )
        elif official:
            named[official] = value
    return named


def _official_name(name: str, table: Table, dialect: Dialect, tidy: Tidy) -> str | None:
    reading, trimmed = tidy.reading, name.strip()
    official = table.by_folded_name.get(trimmed.casefold())
    if official:
        quirk = "B31" if trimmed != name else "B28"
        refused = tidy.meet(quirk, official, f"tên trường viết là “{name}”", f"the name is written “{name}”")
        tidy.settled.discard(official)
        return None if refused else official
    if trimmed in dialect.aliases:
        official, quirk = dialect.aliases[trimmed]
        refused = tidy.meet(quirk, official, f"tên trường viết là {trimmed}", f"the name is written {trimmed}")
        tidy.settled.discard(official)
        return None if refused else official
    if trimmed in LATER_FIELDS:
        reading.note("later-field", f"/{trimmed}", f"{trimmed}: trường ngoài bảng, được giữ", f"{trimmed} is kept")
        return trimmed
    if trimmed != KEY_FIELD:
        rule = dialect.ignored.get(trimmed, "unknown-field")
        reading.note(rule, f"/{name}", f"{name}: trường ngoài bảng, bỏ qua", f"{name} is not in the table: ignored")
    return None


def _as_text(name: str, value: Any, dialect: Dialect, tidy: Tidy) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        composed = unicodedata.normalize("NFC", value)
        if composed != value:
            tidy.reading.note(
                "B70", f"/{name}", f"{name}: chữ tổ hợp rời, đọc theo dạng dựng sẵn (NFC)", f"{name} is decomposed text"
            )
        if composed and name not in dialect.specials and _has_edge(composed):
            tidy.reading.note(
                "edge-spaces", f"/{name}", f"{name}: thừa khoảng trắng ở đầu hoặc cuối", f"{name} has spaces around it"
            )
        return composed
    if isinstance(value, int) and not isinstance(value, bool):
        return _from_number(name, value, dialect, tidy)
    kind = type(value).__name__
    tidy.refuse("json-type", name, f"phải là chuỗi, nhận được {kind}", f"must be a string, got {kind}")
    return None


def _has_edge(text: str) -> bool:
    return text[0] <= " " or text[-1] <= " " or text != text.strip()


def _from_number(name: str, value: int, dialect: Dialect, tidy: Tidy) -> str | None:
    quirk, vi, en = dialect.numbers.get(name), "phải là chuỗi, nhận được số", "must be a string, got a number"
    if quirk:
        refused = tidy.meet(quirk, name, vi, en)
        tidy.settled.discard(name)
        return None if refused else str(value)
    if tidy.reading.mode != "observed":
        tidy.refuse("json-type", name, vi, en)
        return None
    tidy.reading.note("json-type", f"/{name}", f"{name}: {vi}, đọc như chuỗi", f"{name} {en}, read as one")
    return str(value)


def _word(tidy: Tidy, column: Column, fault: str) -> None:
    if fault == "length":
        length = len(tidy.texts.get(column.name) or "")
        vi, en = f"dài {length} ký tự, tối đa {column.most}", f"has {length} characters, at most {column.most}"
        tidy.refuse("length", column.name, vi, en)
    elif fault == "value":
        listed = ", ".join(sorted(column.values, key=lambda each: (len(each), each)))
        if len(listed) > 60:
            listed = f"{listed[:60]}…"
        code = codes.NOT_IN_CATALOGUE if column.is_code else codes.BAD_FIELD
        value = tidy.texts.get(column.name)
        vi, en = f"“{value}” không thuộc danh sách {listed}", f"“{value}” is not one of {listed}"
        tidy.refuse("value", column.name, vi, en, code)
    elif fault == "form" and column.form in WIDTHS:
        value, width = tidy.texts.get(column.name), WIDTHS[column.form]
        vi, en = f"“{value}” phải gồm {width} chữ số", f"“{value}” must have {width} digits"
        tidy.refuse("digits", column.name, vi, en)
    elif fault == "form":
        form = "dd/MM/yyyy" if column.form == "day" else "dd/MM/yyyy HH:mm:ss"
        value = tidy.texts.get(column.name)
        tidy.refuse("date", column.name, f"“{value}” không phải {form}", f"“{value}” is not {form}")
    else:
        tidy.refuse("required", column.name, f"thiếu trường bắt buộc ({column.label})", "a mandatory field is missing")
