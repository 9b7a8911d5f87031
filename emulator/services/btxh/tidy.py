"""Bringing an unusual body into the table's form: names, types, then values with a quirk of their own (B15…B73)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.kernel.values import value_class
from emulator.services.btxh.catalogues import KEY_FIELDS, LATER_FIELDS
from emulator.wire import codes
from emulator.wire.columns import LINE_SIGNS, SEVERAL_LINES, WIDTHS, Column, Table, day_or_moment, moment_of
from emulator.wire.gso import Level, communes, districts
from emulator.wire.identity import FEMALE, MALE
from emulator.wire.json_body import kind_of
from emulator.wire.reading import Reading, told

# Bringing an unusual body into the table's form: names, types, then the values that have a quirk of their own.

Special = Callable[["Tidy", str, str], str | None]


@dataclass(slots=True)
class Tidy:
    """A body being brought into form. ``settled`` names the fields that a quirk has already decided."""

    reading: Reading
    texts: dict[str, str | None] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    faulty: set[str] = field(default_factory=set)

    def meet(self, quirk: str, name: str, vi: str, en: str, code: int = codes.BAD_FIELD, **values: str) -> bool:
        """Record a quirk of a field and settle the field; return True when this mode refuses it."""
        self.settled.add(name)
        refused = self.reading.meet(quirk, f"/{name}", code, f"{name}: {vi}", f"{name}: {en}", **values)
        if refused:
            self.faulty.add(name)
        return refused

    def refuse(self, rule: str, name: str, vi: str, en: str, code: int = codes.BAD_FIELD, **values: str) -> None:
        """Record a broken rule of a field, which no other rule judges again."""
        self.faulty.add(name)
        self.reading.refuse(rule, f"/{name}", code, f"{name}: {vi}", f"{name}: {en}", **values)


@value_class
class BodyDialect:
    """What is particular to one body: other names, numbers taken, values with quirks, fields ignored, absences."""

    aliases: Mapping[str, tuple[str, str]]
    numbers: Mapping[str, str]
    specials: Mapping[str, Special]
    ignored: Mapping[str, str]
    absences: Mapping[str, Special]


def bring_into_form(
    given: Mapping[str, Any], unusual: Collection[str], table: Table, dialect: BodyDialect, reading: Reading
) -> Tidy:
    """Return the body's fields as texts, with every quirk met and every fault of form recorded in ``reading``.

    ``unusual`` are the names that the table has looked at and found something about; the others are as it asks.
    """
    tidy = Tidy(reading)
    named = reading.body = _name_fields(given, table, dialect, tidy)
    careful = {*unusual, *(name for name in named if name not in given), *AMBIGUOUS}
    for name, value in named.items():
        if name not in careful:
            tidy.texts[name] = value
            continue
        tidy.texts[name] = text = _as_text(name, value, dialect, tidy)
        special = dialect.specials.get(name)
        if special and text is not None and name not in tidy.faulty:
            tidy.texts[name] = special(tidy, name, text)
    for name, special in dialect.absences.items():
        if name not in tidy.faulty and not tidy.texts.get(name):
            tidy.texts[name] = special(tidy, name, "")
    for name, fault in table.faults(tidy.texts, careful).items():
        if name not in tidy.settled and name not in tidy.faulty:
            _word(tidy, table.columns[name], fault)
    return tidy


def _name_fields(given: Mapping[str, Any], table: Table, dialect: BodyDialect, tidy: Tidy) -> dict[str, Any]:
    named: dict[str, Any] = {name: value for name, value in given.items() if name in table.columns}
    for name, value in given.items():
        if name in table.columns:
            continue
        official = _official_name(name, table, dialect, tidy)
        if official and official in named:
            vi, en = f"{name}: trùng với {official}, bỏ qua", f"{name} repeats {official}"
            tidy.reading.note("repeated-field", f"/{name}", vi, en, found=name, expected=official)
        elif official:
            named[official] = value
    return named


def _official_name(name: str, table: Table, dialect: BodyDialect, tidy: Tidy) -> str | None:
    reading, trimmed = tidy.reading, name.strip()
    official = table.by_folded_name.get(trimmed.casefold())
    if official:
        quirk = "B31" if trimmed != name else "B28"
        vi, en = f"tên trường viết là “{name}”", f"the name is written “{name}”"
        refused = tidy.meet(quirk, official, vi, en, found=told(name), expected=official, nearest=official)
        tidy.settled.discard(official)
        return None if refused else official
    if trimmed in dialect.aliases:
        official, quirk = dialect.aliases[trimmed]
        vi, en = f"tên trường viết là {trimmed}", f"the name is written {trimmed}"
        refused = tidy.meet(quirk, official, vi, en, found=told(name), expected=official, nearest=official)
        tidy.settled.discard(official)
        return None if refused else official
    if trimmed in LATER_FIELDS:
        vi, en = f"{trimmed}: trường ngoài bảng, được giữ", f"{trimmed} is kept"
        reading.note("later-field", f"/{trimmed}", vi, en, found=trimmed)
        return trimmed
    if trimmed not in KEY_FIELDS:
        rule = dialect.ignored.get(trimmed, "unknown-field")
        vi, en = f"{name}: trường ngoài bảng, bỏ qua", f"{name} is not in the table: ignored"
        near = reading.near(trimmed.casefold(), table.by_folded_name)
        reading.note(rule, f"/{name}", vi, en, found=told(name), nearest=table.by_folded_name.get(near, ""))
    return None


def _as_text(name: str, value: Any, dialect: BodyDialect, tidy: Tidy) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _compose_text(name, value, dialect, tidy)
    if isinstance(value, int) and not isinstance(value, bool):
        return _from_number(name, value, dialect, tidy)
    vi, en = kind_of(value)
    vi, en = f"phải là chuỗi, nhận được {vi}", f"must be a string, got {en}"
    tidy.refuse("json-type", name, vi, en, found=told(value), expected="String")
    return None


def _compose_text(name: str, value: str, dialect: BodyDialect, tidy: Tidy) -> str | None:
    """Return a text in its composed form; one of blanks alone is an absent one, whatever the blanks are."""
    reading, path = tidy.reading, f"/{name}"
    text = unicodedata.normalize("NFC", value)
    if not text.isascii() and text != value:
        reading.note("B70", path, f"{name}: chữ tổ hợp rời, đọc theo dạng dựng sẵn (NFC)", f"{name} is decomposed text")
    if text and not text.strip():
        reading.note(
            "blank", path, f"{name}: chỉ có khoảng trắng, coi như vắng mặt", f"{name} is blank, read as absent"
        )
        return None
    if not text.isprintable():
        name_invisible(name, text, tidy)
    if text and name not in dialect.specials and _has_edge(text):
        reading.note("edge-spaces", path, f"{name}: thừa khoảng trắng ở đầu hoặc cuối", f"{name} has spaces around it")
    return text


def name_invisible(name: str, text: str, tidy: Tidy) -> None:
    """Name the first character that nobody sees, and its place; U+0000 is refused (decision 0040)."""
    allowed = LINE_SIGNS if name in SEVERAL_LINES else ""
    hidden = [(place, sign) for place, sign in enumerate(text, 1) if not sign.isprintable() and sign not in allowed]
    if not hidden:
        return
    nul = next((each for each in hidden if each[1] == "\0"), None)
    place, sign = nul or hidden[0]
    point = f"U+{ord(sign):04X}"
    label = unicodedata.name(sign, "")
    vi = f"ký tự không nhìn thấy {point} ở vị trí {place}"
    en = f"the character {point}{f' {label}' if label else ''} at position {place} cannot be seen"
    if nul:
        tidy.refuse("nul-character", name, vi, en, found=point, expected=f"≠ {point}")
        return
    said, values = (f"{name}: {vi}", f"{name}: {en}"), {"found": point, "expected": f"≠ {point}"}
    if tidy.reading.meet_own("invisible-character", f"/{name}", codes.BAD_FIELD, *said, **values):
        tidy.faulty.add(name)


def _has_edge(text: str) -> bool:
    return text[0] <= " " or text[-1] <= " " or text != text.strip()


def _from_number(name: str, value: int, dialect: BodyDialect, tidy: Tidy) -> str | None:
    quirk, vi, en = dialect.numbers.get(name), "phải là chuỗi, nhận được số", "must be a string, got a number"
    if quirk:
        refused = tidy.meet(quirk, name, vi, en)
        tidy.settled.discard(name)
        return None if refused else str(value)
    if tidy.reading.mode != "observed":
        tidy.refuse("json-type", name, vi, en, expected="String", nearest=f'"{told(value)}"')
        return None
    tidy.reading.note(
        "json-type", f"/{name}", f"{name}: {vi}, đọc như chuỗi", f"{name} {en}, read as one", expected="String"
    )
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


# Values with a quirk of their own, brought into the table's form (B15 to B50, B67, B73).

AMBIGUOUS = ("DanTocId",)  # a value that the table lists may have two meanings here: it is named all the same
_SHORT_GENDERS = {"1": MALE, "2": FEMALE}
_PRINTED_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2}) (\d{2}:\d{2}:\d{2})", re.ASCII)
_SEVERAL = re.compile(r"[1-7](\s*,\s*[1-7])+")


def drop_delivery_date(tidy: Tidy, name: str, text: str) -> str | None:
    """A moment in place of 0 or 1 is read as nothing (B15)."""
    if day_or_moment(text.strip()) is None:
        return text
    tidy.meet("B15", name, "là ngày giờ thay vì 0 hoặc 1, lưu trống", "is a date instead of 0 or 1, kept as null")
    return None


def day_only(quirk: str) -> Special:
    """Return what takes the day of a moment, where the table has a day (B20, B26)."""

    def drop_time(tidy: Tidy, name: str, text: str) -> str | None:
        if moment_of(text) is None:
            return text
        tidy.meet(quirk, name, "có cả giờ, chỉ cần dd/MM/yyyy", "has a time where dd/MM/yyyy is asked")
        return text[:10]

    return drop_time


def note_step_time(tidy: Tidy, name: str, text: str) -> str | None:
    """A moment is kept where the table has a day (B50)."""
    if moment_of(text) is not None:
        tidy.meet("B50", name, "có cả giờ; bảng ghi dd/MM/yyyy", "has a time; the table says dd/MM/yyyy")
    return text


def read_gender(tidy: Tidy, name: str, text: str) -> str | None:
    """The short codes 1 and 2 are read as those of the annex (B21)."""
    if text not in _SHORT_GENDERS:
        return text
    meant = _SHORT_GENDERS[text]
    vi, en = f"“{text}” được đọc là {meant}", f"“{text}” is read as {meant}"
    tidy.meet("B21", name, vi, en, codes.NOT_IN_CATALOGUE, nearest=meant)
    return meant


def year_first(tidy: Tidy, name: str, text: str) -> str | None:
    """``yyyy-MM-dd HH:mm:ss``, as the sample of BTXH 3.1.4 prints it (B36): what is printed can be sent back."""
    found = _PRINTED_MOMENT.fullmatch(text)
    if not found:
        return text
    year, month, day, clock = found.groups()
    meant = f"{day}/{month}/{year} {clock}"
    if moment_of(meant) is None:
        return text
    tidy.meet("B36", name, f"“{text}” được đọc là {meant}", f"“{text}” is read as {meant}")
    return meant


def longer(quirk: str, most: int, taken: int) -> Special:
    """Return what takes a text that is longer than the table says, up to a length (B16, B29)."""

    def meet(tidy: Tidy, name: str, text: str) -> str | None:
        if most < len(text) <= taken:
            vi, en = f"dài {len(text)} ký tự, bảng ghi {most}", f"has {len(text)} characters, the table says {most}"
            tidy.meet(quirk, name, vi, en)
        return text

    return meet


def unit(level: Level) -> Special:
    """Return what trims a code and puts zeros in front of it (B30)."""

    def pad(tidy: Tidy, name: str, text: str) -> str | None:
        bare = text.strip()
        padded = bare.zfill(WIDTHS[level]) if bare.isascii() and bare.isdigit() else bare
        if padded == text:
            return text
        if padded:
            tidy.meet("B30", name, f"“{text}” được đọc là “{padded}”", f"“{text}” is read as “{padded}”")
        return padded

    return pad


def without_commune(tidy: Tidy, name: str, _text: str) -> str | None:
    """Four districts of the catalogue have no communes: there is no code that MaXa could hold."""
    province, district = tidy.texts.get("MaTinh") or "", tidy.texts.get("MaHuyen") or ""
    if (
        tidy.reading.rules.gso_era == "2023"
        and district in districts(province)
        and not communes("2023", province, district)
    ):
        tidy.settled.add(name)
        vi, en = f"{name}: huyện {district} không có cấp xã", f"{name}: district {district} has no communes"
        tidy.reading.note("no-communes", f"/{name}", vi, en, expected='""')
        return ""
    return None


def without_district(tidy: Tidy, name: str, _text: str) -> str | None:
    """Since 01/07/2025 there is no code that MaHuyen could hold (B73)."""
    if tidy.reading.rules.gso_era == "2025":
        tidy.settled.add(name)
        vi, en = f"{name}: trống, không còn cấp huyện", f"{name}: no districts any more"
        tidy.reading.note("B73", f"/{name}", vi, en, expected='""')
        return ""
    tidy.meet("B73", name, "thiếu trường bắt buộc (trước 01/07/2025)", "is mandatory before 01/07/2025")
    return ""


def note_databases(tidy: Tidy, name: str, text: str) -> str | None:
    """Several databases may be named where the table has one (B34)."""
    if _SEVERAL.fullmatch(text.strip()):
        tidy.meet("B34", name, "nhiều giá trị, bảng ghi một", "has several values, the table has one")
    return text


def note_status(tidy: Tidy, name: str, text: str) -> str | None:
    """The catalogue has no 12 (B67)."""
    if text == "12":
        tidy.meet("B67", name, "12 không có trong danh mục", "12 is not in the catalogue", codes.NOT_IN_CATALOGUE)
    return text


LEVELS: dict[str, Level] = {"MaTinh": "province", "MaHuyen": "district", "MaXa": "commune"}
UNITS: dict[str, Special] = {
    f"{prefix}{name}": unit(level) for prefix in ("", "HKTT_", "NOHT_") for name, level in LEVELS.items()
}
