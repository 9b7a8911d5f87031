"""Official field names in, records out: what the tables of a pack say, and the cheap part of what may be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any, get_args

from emulator.country.axis_records import PORTS, ServiceState
from emulator.country.pack import BadPath, path_within
from emulator.country.pack_tables import SCHEMA_VERSION, FieldForm, PackPart, Rows, TableFinding, Tables
from emulator.kernel.clock import read_day, read_moment
from emulator.wire.axis import FLAGS, NotASubsystem, read_subsystem
from emulator.wire.codes import STATUS_NAMES, is_agency_code
from emulator.wire.gso import provinces

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


# What holds a pack together: references between its tables, and paths that stay inside its folder.
#
# The start looks at all of it, so that a pack that starts answers.

_CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("subsystems", "service"): get_args(ServiceState),
    ("hosts", "scheme"): tuple(PORTS),
    ("pack", "magic_values"): ("0", "1"),
}


def structure_findings(tables: Tables, folders: Iterable[Path]) -> Iterator[TableFinding]:
    """Yield references to what is not there, paths that lead out of the pack, and a pack.json that says too little."""
    yield from _pack_row(tables)
    yield from _references(tables)
    for table, rows in tables.items():
        yield from choice_findings(table, rows)
    for number, row in tables.get("hosted_files", {}).items():
        if not row.get("file"):  # made when it is asked for, or held in the row
            continue
        try:
            path_within(folders, row.get("file") or "")
        except BadPath as trouble:
            yield TableFinding("hosted_files", ("hosted_files", number, "file"), trouble.vi, trouble.en)


def choice_findings(table: str, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[TableFinding]:
    """Yield the cells of a table that hold none of the words their column knows."""
    for number, row in rows.items():
        for column, value in row.items():
            known = _CHOICES.get((table, column)) or (("0", "1") if column in FLAGS else ())
            if known and isinstance(value, str) and value and value not in known:
                vi, en = nearest(value, known)
                said = f"{column}: “{value}” không phải một trong: {', '.join(known)}{vi}"
                path = (table, number, column)
                yield TableFinding(table, path, said, f"{column}: {value!r} is not one of: {', '.join(known)}{en}")


def _pack_row(tables: Tables) -> Iterator[TableFinding]:
    rows = tables.get("pack", {})
    if len(rows) != 1:
        yield TableFinding("pack", ("pack",), "pack.json phải có đúng một bản ghi", "pack.json must hold one record")
        return
    number, row = next(iter(rows.items()))
    era = "2025" if row.get("gso_era") == "2025" else "2023"
    known = provinces(era)  # type: ignore[arg-type]
    for code in (row.get("provinces") or "").split():
        if code not in known:
            vi, en = nearest(code, known)
            said = f"provinces: không có tỉnh “{code}”{vi}", f"provinces: there is no province {code!r}{en}"
            yield TableFinding("pack", ("pack", number, "provinces"), *said)
    agency, subsystem = row.get("agency"), row.get("subsystem")
    if agency and not is_agency_code(agency):
        yield TableFinding("pack", ("pack", number, "agency"), "Không phải mã cơ quan", "is no code of an agency")
    if subsystem:
        yield from _missing("pack", number, "subsystem", subsystem, _subsystems(tables), "hệ thống con")


def _references(tables: Tables) -> Iterator[TableFinding]:
    subsystems, hosts = _subsystems(tables), _column(tables, "hosts", "name")
    subjects = {**subsystems, **_column(tables, "groups", "id")}
    wanted = (
        ("subsystems", "alias_of", subsystems, "hệ thống con"),
        ("hosts", "subsystem", subsystems, "hệ thống con"),
        ("hosted_files", "host", hosts, "máy chủ"),
        ("grants", "provider", subsystems, "hệ thống con"),
        ("grants", "subject", subjects, "hệ thống con hay nhóm"),
    )
    for table, column, known, vi in wanted:
        for number, row in tables.get(table, {}).items():
            if row.get(column):
                yield from _missing(table, number, column, str(row[column]), known, vi)
    for number, row in tables.get("groups", {}).items():
        for member in (row.get("members") or "").split():
            yield from _missing("groups", number, "members", member, subsystems, "hệ thống con")


def _missing(
    table: str, number: str, column: str, value: str, known: Mapping[str, object], vi: str
) -> Iterator[TableFinding]:
    if value not in known:
        near_vi, near_en = nearest(value, known)
        sentences = f"{column}: không có {vi} “{value}”{near_vi}", f"{column}: there is no {value!r}{near_en}"
        yield TableFinding(table, (table, number, column), *sentences)


def _subsystems(tables: Tables) -> dict[str, object]:
    return {**_column(tables, "agencies", "DSTCODE"), **_column(tables, "subsystems", "DSTCODE")}


def _column(tables: Tables, table: str, column: str) -> dict[str, object]:
    rows: Rows = tables.get(table, {})
    return {str(row[column]): row for row in rows.values() if row.get(column)}
