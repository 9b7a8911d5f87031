"""A pack as a workbook: one sheet a noun, official field names in its first row, and back again.

What people do not write is written for them: the XML of a dossier without papers, and the steps that lead to its
status. ``openpyxl`` is imported when a workbook is asked for; it comes with the extra ``xlsx``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from emulator.country.furnish import nearest, row_findings
from emulator.country.pack import Pack, shipped_folder
from emulator.country.pack_tables import Rows
from emulator.country.records import Fields
from emulator.kernel.clock import moment_text, read_moment
from emulator.services.packs import pack_part
from emulator.wire.statuses import STATUS_NAMES, judge_move

if TYPE_CHECKING:
    from openpyxl import Workbook


MOST_ROWS = 200_000
_HOUR_MS = 3_600_000
_EMPTY_EXTENT = "<ExtentData><DanhSachTaiLieuNop /><DanhSachGiayToKetQua /></ExtentData>"


class SheetProblem(NamedTuple):
    """What is wrong in a workbook: sheet, row (1 is the heading), column by its letter."""

    sheet: str
    row: int
    column: str
    vi: str
    en: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.column}{self.row}: {self.vi} / {self.en}"


class NoWorkbooks(Exception):
    """The library that reads workbooks is not installed."""


def write_book(pack: Pack, path: Path) -> None:
    """Write a pack's tables into a workbook.

    Raises:
        NoWorkbooks: openpyxl is not installed.
    """
    book = _library().Workbook()
    book.remove(book.active)
    for table in _sheets():
        sheet = book.create_sheet(table)
        names = pack_part().tables[table].names
        sheet.append(list(names))
        sheet.freeze_panes = "A2"
        for row in _told_rows(pack, table):
            sheet.append([row.get(name) for name in names])
            for cell in sheet[sheet.max_row]:
                cell.number_format = "@"  # codes with zeros in front stay what they are
    book.save(path)


def _told_rows(pack: Pack, table: str) -> list[Fields]:
    """Return a table's records; a pack of the box is extended by what comes back, for the sake of its files."""
    rows = pack.rows(table)
    if table != "pack" or pack.folder is None or pack.folder.parent != shipped_folder():
        return rows
    return [{**row, "extends": row.get("extends") or pack.id} for row in rows]


def read_book(path: Path) -> tuple[dict[str, Rows], list[SheetProblem]]:
    """Read a workbook; return the tables of a pack, and what is wrong by sheet, row and column.

    Raises:
        NoWorkbooks: openpyxl is not installed.
        ValueError: the file is no workbook.
    """
    book = _opened(path)
    tables: dict[str, Rows] = {}
    problems: list[SheetProblem] = []
    for sheet in book.worksheets:
        if sheet.title not in _sheets():
            vi, en = nearest(sheet.title, _sheets())
            problems.append(SheetProblem(sheet.title, 1, "A", f"Trang lạ{vi}", f"unknown sheet{en}"))
            continue
        rows, found = _read_sheet(sheet)
        problems += found
        tables[sheet.title] = rows
    if "pack" not in tables:
        problems.append(SheetProblem("pack", 1, "A", "Thiếu trang pack", "the sheet pack is missing"))
    _write_steps(tables)
    return tables, problems


def _sheets() -> list[str]:
    return [name for name in pack_part().tables if name != "removed"]


def _library() -> Any:
    try:
        import openpyxl
    except ImportError as trouble:
        raise NoWorkbooks from trouble
    return openpyxl


def _opened(path: Path) -> Workbook:
    library = _library()
    try:
        book: Workbook = library.load_workbook(path, read_only=True, data_only=True)
    except Exception as trouble:  # openpyxl lets through whatever zipfile and its XML raise
        raise ValueError(f"{path}: {trouble}") from trouble
    return book


def _read_sheet(sheet: Any) -> tuple[Rows, list[SheetProblem]]:
    table, rows, problems = sheet.title, dict[str, Fields](), list[SheetProblem]()
    lines = sheet.iter_rows(values_only=True)
    heads = [_text(each) for each in next(lines, ())]
    known = pack_part().tables[table].names
    for place, name in enumerate(heads):
        if name and name not in known:
            vi, en = nearest(name, known)
            problems.append(
                SheetProblem(table, 1, _letter(place), f"Cột lạ “{name}”{vi}", f"unknown column {name!r}{en}")
            )
    for number, line in enumerate(lines, 2):
        if number > MOST_ROWS:
            problems.append(SheetProblem(table, number, "A", f"Quá {MOST_ROWS} dòng", f"more than {MOST_ROWS} rows"))
            break
        row: Fields = {
            name: _text(cell) for name, cell in zip(heads, line, strict=False) if name in known and cell is not None
        }
        if not row:
            continue
        _complete(table, row)
        rows[str(len(rows) + 1)] = row
        problems += _row_problems(table, number, row, heads)
    return rows, problems


def _row_problems(table: str, number: int, row: Fields, heads: list[str]) -> Iterator[SheetProblem]:
    for finding in row_findings(table, "1", row, pack_part()):
        name = finding.path[2] if len(finding.path) > 2 else ""
        column = _letter(heads.index(name)) if name in heads else "A"
        yield SheetProblem(table, number, column, finding.vi, finding.en)


def _complete(table: str, row: Fields) -> None:
    """Write what people leave to us: the XML of a dossier without papers."""
    if table == "dossiers":
        row.setdefault("CertificateExtentData", _EMPTY_EXTENT)
        row.setdefault("LoaiDuLieu", "1")
        if row.get("CMND"):
            row.setdefault("SoDinhDanh", row["CMND"])


def _write_steps(tables: dict[str, Rows]) -> None:
    """Add the steps of dossiers that have none: the shortest way to their status, an hour apart."""
    steps = tables.setdefault("steps", {})
    told = {row.get("MaHoSo") for row in steps.values()}
    for row in tables.get("dossiers", {}).values():
        if row.get("MaHoSo") not in told and (row.get("StatusId") or "").isdecimal():
            for step in _steps_of(row):
                steps[str(len(steps) + 1)] = step


def _steps_of(dossier: Mapping[str, str | None]) -> Iterator[Fields]:
    begun = read_moment(dossier.get("NgayTiepNhan") or "") or 0
    for number, status in enumerate(_way_to(int(dossier["StatusId"] or 0))):
        at = moment_text(begun + number * _HOUR_MS)
        yield {
            "MaHoSo": dossier["MaHoSo"],
            "TaiKhoanXuLy": "canbo.mau",
            "NguoiXuLy": "CÁN BỘ MẪU",
            "ChucDanh": "Chuyên viên",
            "ThoiDiemXuLy": at,
            "DonViXuLy": dossier.get("DonViXuLy"),
            "NoiDungXuLy": STATUS_NAMES[status],
            "StatusId": str(status),
            "NgayBatDau": at,
            "NgayKetThucTheoQuyDinh": moment_text(begun + 10 * 24 * _HOUR_MS),
        }


def _way_to(status: int) -> list[int]:
    """Return the shortest chain of statuses that the matrix allows, from a new dossier to one."""
    ways: dict[int | None, list[int]] = {None: []}
    waiting: list[int | None] = [None]
    while waiting:
        here = waiting.pop(0)
        for after in STATUS_NAMES:
            if after not in ways and judge_move(here, after) == "legal":
                ways[after] = [*ways[here], after]
                waiting.append(after)
    return ways.get(status, [])


def _text(cell: Any) -> str:
    """Return a cell as the official field holds it: a date as dd/MM/yyyy, a whole number without a point."""
    if cell is None:
        return ""
    if hasattr(cell, "strftime"):
        has_time = bool(getattr(cell, "hour", 0) or getattr(cell, "minute", 0) or getattr(cell, "second", 0))
        return str(cell.strftime("%d/%m/%Y %H:%M:%S" if has_time else "%d/%m/%Y"))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _letter(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
