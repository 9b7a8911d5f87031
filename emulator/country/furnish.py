"""Official field names in, records out: what the tables of a pack say, and the cheap part of what may be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice

from emulator.country.pack_tables import SCHEMA_VERSION, FieldForm, PackPart, Rows, TableFinding
from emulator.kernel.clock import read_day, read_moment
from emulator.wire.agency_codes import is_agency_code
from emulator.wire.axis import NotASubsystem, read_subsystem
from emulator.wire.statuses import STATUS_NAMES

_CODE = re.compile(r"(.+)-\d{6}-\d{4}", re.ASCII)
_CITIZEN = re.compile(r"999\d{9}", re.ASCII)
_MOST_COMPARED = 2_000
_OWNER = re.compile(r"999\d{6,9}(-\d{3})?", re.ASCII)


def nearest(word: str, known: Iterable[str]) -> tuple[str, str]:
    """Return the tail of a sentence that names the nearest known word, in both languages; empty without one."""
    by_fold, fold = {each.casefold(): each for each in known}, word.strip().casefold()
    if len(by_fold) > _MOST_COMPARED:  # to compare 100,000 dossier codes letter by letter takes seconds
        by_fold = {each: name for each, name in by_fold.items() if each.startswith(fold[: len(fold) * 2 // 3])}
    found = get_close_matches(fold, islice(by_fold, _MOST_COMPARED), n=1, cutoff=0.6)
    return (f"; gần nhất: “{by_fold[found[0]]}”", f"; nearest: {by_fold[found[0]]!r}") if found else ("", "")


INVISIBLE: Mapping[str, tuple[str, str]] = {
    "\u00a0": ("dấu cách không ngắt", "a no-break space"),
    "\u00ad": ("gạch nối mềm", "a soft hyphen"),
    "\u200b": ("dấu cách rộng bằng không", "a zero-width space"),
    "\u200c": ("dấu không nối", "a zero-width non-joiner"),
    "\u200d": ("dấu nối", "a zero-width joiner"),
    "\u200e": ("dấu chiều chữ trái sang phải", "a left-to-right mark"),
    "\u200f": ("dấu chiều chữ phải sang trái", "a right-to-left mark"),
    "\u2028": ("dấu ngắt dòng Unicode", "a line separator"),
    "\u2060": ("dấu nối từ", "a word joiner"),
    "\u3000": ("dấu cách chữ Hán", "an ideographic space"),
    "\ufeff": ("dấu thứ tự byte", "a byte order mark"),
}
"""Characters that editors, mails and web pages leave behind and nobody sees."""
_UNSEEN = re.compile(f"[{''.join(INVISIBLE)}]")


def invisible_sign(text: str) -> tuple[str, str] | None:
    """Return a sentence on the first character in a text that nobody sees, in both languages; None without one."""
    found = _UNSEEN.search(text)
    if found is None:
        return None
    (vi, en), code = INVISIBLE[found.group()], f"U+{ord(found.group()):04X}"
    return f"ký tự không nhìn thấy: {vi} ({code})", f"an invisible character: {en} ({code})"


def shape_findings(table: str, content: object) -> Iterator[TableFinding]:
    """Yield what keeps a file from being a TinyDB file of one table of records."""
    if not isinstance(content, dict):
        yield TableFinding(table, (), "Tệp phải là một đối tượng JSON", "the file must be a JSON object")
        return
    for name in content:
        if name != table:
            vi, en = nearest(name, [table])
            sentences = (f"Bảng lạ “{name}”, tệp này chứa bảng “{table}”{vi}", f"unknown table {name!r}{en}")
            yield TableFinding(table, (name,), *sentences, on_key=True)
    rows = content.get(table, {})
    if not isinstance(rows, dict):
        yield TableFinding(table, (table,), "Bảng phải là một đối tượng", "a table must be an object")
        return
    for number, row in rows.items():
        path = (table, number)
        if not (number.isascii() and number.isdecimal()) or number.startswith("0"):
            yield TableFinding(
                table, path, f"Số thứ tự “{number}” phải là 1, 2, 3 …", f"{number!r} must be 1, 2, 3 …", True
            )
        if not isinstance(row, dict):
            yield TableFinding(table, path, "Bản ghi phải là một đối tượng", "a record must be an object")


def readable_rows(table: str, content: object) -> Rows:
    """Return the records of a file whose shape may be wrong, for the sake of what else is wrong with them."""
    rows = content.get(table) if isinstance(content, dict) else None
    return {number: row for number, row in rows.items() if isinstance(row, dict)} if isinstance(rows, dict) else {}


def row_findings(table: str, number: str, row: Mapping[str, object], part: PackPart) -> Iterator[TableFinding]:
    """Yield what is wrong with one record by itself: unknown, missing, wrong type, wrong form."""
    shape = part.tables[table]
    at = (table, number)
    for name, value in row.items():
        if name not in shape.known_names:
            vi, en = nearest(name, shape.names)
            yield TableFinding(
                table, (*at, name), f"Trường lạ “{name}”{vi}", f"unknown field {name!r}{en}", on_key=True
            )
        elif value is not None and not isinstance(value, str):
            vi = f"{name} phải là chuỗi hoặc null, không phải {value!r}"
            yield TableFinding(table, (*at, name), vi, f"{name} must be a string or null, not {value!r}")
        elif value and (wrong := invisible_sign(value) or _wrong_form(part.forms.get(name, "text"), value)):
            yield TableFinding(table, (*at, name), f"{name}: {wrong[0]}", f"{name}: {wrong[1]}")
    for name in shape.needed_names:
        if row.get(name) in (None, ""):
            path = (*at, name) if name in row else at
            yield TableFinding(table, path, f"Thiếu trường bắt buộc {name}", f"{name} is missing")


def _wrong_form(kind: FieldForm, value: str) -> tuple[str, str] | None:
    """Return why a text is not what its field holds, in both languages; None when it is."""
    if kind == "text":
        return None
    is_right, vi, en = _FORMS[kind]
    return None if is_right(value) else (f"“{value}” {vi}", f"{value!r} {en}")


def _is_dossier_code(text: str) -> bool:
    found = _CODE.fullmatch(text)
    return found is not None and is_agency_code(found.group(1))


def _is_subsystem(text: str) -> bool:
    try:
        read_subsystem(text)
    except NotASubsystem:
        return False
    return True


_FORMS: dict[FieldForm, tuple[Callable[[str], object], str, str]] = {
    "day": (lambda text: read_day(text) is not None, "không phải ngày dd/MM/yyyy", "is not a day dd/MM/yyyy"),
    "moment": (
        lambda text: read_moment(text) is not None,
        "không phải thời điểm dd/MM/yyyy HH:mm:ss",
        "is not a moment dd/MM/yyyy HH:mm:ss",
    ),
    "status": (
        {str(status) for status in STATUS_NAMES}.__contains__,
        "không có trong danh mục trạng thái",
        "is not a status of the catalogue",
    ),
    "record_kind": ({"1", "100"}.__contains__, "phải là 1 hoặc 100", "must be 1 or 100"),
    "citizen_id": (
        _CITIZEN.fullmatch,
        "phải gồm 12 chữ số bắt đầu bằng 999, để không trùng người thật",
        "must be 12 digits that begin with 999, so that it is nobody's",
    ),
    "owner_id": (
        _OWNER.fullmatch,
        "phải bắt đầu bằng 999, để không trùng người hay tổ chức thật",
        "must be digits that begin with 999, so that it is nobody's",
    ),
    "era": ({"2023", "2025"}.__contains__, "phải là 2023 hoặc 2025", "must be 2023 or 2025"),
    "schema": (SCHEMA_VERSION.__eq__, "phải là “1”, bản cấu trúc duy nhất", "must be '1', the only version there is"),
    "dossier_code": (_is_dossier_code, "không phải mã hồ sơ", "is not a dossier code"),
    "dstcode": (
        _is_subsystem,
        "không phải DSTCODE: VN:<lớp>:<mã thành viên>:<mã hệ thống>",
        "is no DSTCODE: VN:<class>:<member>:<subsystem>",
    ),
}
