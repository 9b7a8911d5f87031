"""What holds a pack together: references between its tables, and paths that stay inside its folder.

The start looks at all of it, so that a pack that starts answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from emulator.country.axis_records import PORTS, ServiceState
from emulator.country.furnish import nearest
from emulator.country.pack_files import BadPath, path_within
from emulator.country.pack_tables import Rows, TableFinding, Tables
from emulator.wire.agency_codes import is_agency_code
from emulator.wire.axis import FLAGS
from emulator.wire.gso import provinces

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
