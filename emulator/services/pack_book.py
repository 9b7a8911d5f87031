"""A pack as a workbook: one sheet a noun, official field names in its first row, and back again.

What people do not write is written for them: the XML of a dossier without papers, and the steps that lead to its
status. The portal's tables are sheets ``portal-papers`` and so on, a list in a cell is JSON. Files do not fit into
cells: they lie beside the workbook, those of ``goi.xlsx`` in ``goi.files``. ``openpyxl`` is imported when a workbook is
asked for; it comes with the extra ``xlsx``.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from emulator.country.furnish import nearest, row_findings
from emulator.country.pack import Pack
from emulator.country.pack_reading import shipped_folder
from emulator.country.pack_tables import Rows
from emulator.country.positions import Problem, sheet_text
from emulator.country.shelf import Fields
from emulator.kernel.clock import moment_text, read_moment
from emulator.services.packs import inspect, pack_part
from emulator.services.portal.pack import portal_names
from emulator.wire.codes import STATUS_NAMES, judge_move

if TYPE_CHECKING:
    from openpyxl import Workbook


MOST_ROWS = 200_000
MOST_OF_A_TABLE = 64 * 1024 * 1024
PORTAL = "portal-"
FILES = ("hosted", "files")
_RECORD = re.compile(r'  "(\d+)": ')
_FIELD = re.compile(r'   "([^"]+)": ')
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


@dataclass
class PackBook:
    """What a workbook says: the tables of a pack and the portal's, and where each record stood."""

    tables: dict[str, Rows] = field(default_factory=dict)
    portal: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)
    heads: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[str, dict[str, int]] = field(default_factory=dict)


class NoWorkbooks(Exception):
    """The library that reads workbooks is not installed."""


def write_book(pack: Pack, book_file: IO[bytes]) -> None:
    """Write a pack's tables as a workbook.

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
    for table, filed in _portal_tables(pack):
        sheet = book.create_sheet(f"{PORTAL}{table}")
        heads = list(dict.fromkeys(name for row in filed for name in row))
        sheet.append(heads)
        sheet.freeze_panes = "A2"
        for each in filed:
            sheet.append([_cell(each.get(name)) for name in heads])
    book.save(book_file)


def copy_files(pack: Pack, path: Path) -> None:
    """Put the files that a pack hosts beside its workbook. Raises OSError."""
    _copy_files(pack.folder, _files_beside(path))


def _portal_tables(pack: Pack) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the portal's tables that lie in a pack's own folder."""
    folder = pack.folder / "portal" if pack.folder else None
    for path in sorted(folder.glob("*.json")) if folder and folder.is_dir() else ():
        rows = json.loads(sheet_text(path)).get(path.stem) or {}
        if sum(len(json.dumps(row)) for row in rows.values()) < MOST_OF_A_TABLE:
            yield path.stem, list(rows.values())


def _cell(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _files_beside(book: Path) -> Path:
    return book.with_suffix(".files")


def _copy_files(folder: Path | None, beside: Path) -> None:
    """Copy the files of a pack's own folder; a pack of the box keeps its own, since what comes back extends it."""
    if folder is None or folder.parent == shipped_folder():
        return
    for name in FILES:
        if (folder / name).is_dir():
            shutil.copytree(folder / name, beside / name, dirs_exist_ok=True)


def _told_rows(pack: Pack, table: str) -> list[Fields]:
    """Return a table's records; a pack of the box is extended by what comes back, for the sake of its files."""
    rows = pack.rows(table)
    if table != "pack" or pack.folder is None or pack.folder.parent != shipped_folder():
        return rows
    return [{**row, "extends": row.get("extends") or pack.id} for row in rows]


def bring_book(path: Path, out: Path) -> list[SheetProblem]:
    """Make a pack of a workbook, in a folder that is not there yet; nothing is made of one that is wrong.

    Return what is wrong with it, by sheet, row and column: all that ``validate`` would say of the pack.

    Raises:
        NoWorkbooks: openpyxl is not installed.
        ValueError: the file is no workbook.
        FileExistsError: the folder is there already.
        OSError: it cannot be written.
    """
    book = read_book(path)
    if book.problems:
        return book.problems
    if out.exists():
        raise FileExistsError(out)
    coming = out.with_name(f".{out.name}.coming")
    try:
        _write_pack(book, coming)
        _copy_files(_files_beside(path), coming)
        problems = [_told_by_sheet(each, coming, book) for each in inspect(str(coming))]
        if not problems:
            coming.rename(out)
    finally:
        shutil.rmtree(coming, ignore_errors=True)
    return problems


def _write_pack(book: PackBook, folder: Path) -> None:
    (folder / "portal").mkdir(parents=True)
    everything = {**book.tables, **{f"portal/{table}": rows for table, rows in book.portal.items()}}
    for name, rows in everything.items():
        if rows:
            text = json.dumps({name.rpartition("/")[2]: rows}, ensure_ascii=False, indent=1) + "\n"
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
    if not any((folder / "portal").iterdir()):
        (folder / "portal").rmdir()


def _told_by_sheet(problem: Problem, folder: Path, book: PackBook) -> SheetProblem:
    """Return a problem of a file that was just written as one of the cell it was written from."""
    name = Path(problem.path).relative_to(folder).with_suffix("").as_posix().replace("/", "-")
    number, column, before = "", "", sheet_text(Path(problem.path)).split("\n")[: problem.line]
    for line in before:
        if found := _RECORD.match(line):
            number, column = found[1], ""
        elif found := _FIELD.match(line):
            column = found[1]
    heads = book.heads.get(name, [])
    letter = _letter(heads.index(column)) if column in heads else "A"
    return SheetProblem(name, book.lines.get(name, {}).get(number, 1), letter, problem.vi, problem.en)


def read_book(path: Path) -> PackBook:
    """Read a workbook; what is wrong with a sheet by itself is told with sheet, row and column.

    Raises:
        NoWorkbooks: openpyxl is not installed.
        ValueError: the file is no workbook.
    """
    book, found = _open_book(path), PackBook()
    known = [*_sheets(), *(f"{PORTAL}{table}" for table in portal_names())]
    for sheet in book.worksheets:
        if sheet.title not in known:
            vi, en = nearest(sheet.title, known)
            found.problems.append(SheetProblem(sheet.title, 1, "A", f"Trang lạ{vi}", f"unknown sheet{en}"))
        elif sheet.title.startswith(PORTAL):
            found.portal[sheet.title.removeprefix(PORTAL)] = _read_portal_sheet(sheet, found)
        else:
            found.tables[sheet.title] = _read_sheet(sheet, found)
    if "pack" not in found.tables:
        found.problems.append(SheetProblem("pack", 1, "A", "Thiếu trang pack", "the sheet pack is missing"))
    _write_steps(found.tables)
    return found


def _read_portal_sheet(sheet: Any, found: PackBook) -> dict[str, dict[str, Any]]:
    lines, rows = sheet.iter_rows(values_only=True), dict[str, dict[str, Any]]()
    heads = found.heads[sheet.title] = [_text(each) for each in next(lines, ())]
    places = found.lines[sheet.title] = {}
    for number, line in enumerate(islice(lines, MOST_ROWS), 2):
        row: dict[str, Any] = {}
        for place, (name, cell) in enumerate(zip(heads, line, strict=False)):
            if not name or cell is None:
                continue
            text = _text(cell)
            try:
                row[name] = json.loads(text) if text[:1] in ("[", "{") else text
            except (ValueError, RecursionError):
                said = "Danh sách phải là JSON", "a list must be JSON"
                found.problems.append(SheetProblem(sheet.title, number, _letter(place), *said))
        if row:
            rows[str(len(rows) + 1)] = row
            places[str(len(rows))] = number
    return rows


def _sheets() -> list[str]:
    return [name for name in pack_part().tables if name != "removed"]


def _library() -> Any:
    try:
        import openpyxl
    except ImportError as trouble:
        raise NoWorkbooks from trouble
    return openpyxl


def _open_book(path: Path) -> Workbook:
    library = _library()
    try:
        book: Workbook = library.load_workbook(path, read_only=True, data_only=True)
    except Exception as trouble:  # openpyxl lets through whatever zipfile and its XML raise
        raise ValueError(f"{path}: {trouble}") from trouble
    return book


def _read_sheet(sheet: Any, found: PackBook) -> Rows:
    table, rows, problems = sheet.title, dict[str, Fields](), found.problems
    lines = sheet.iter_rows(values_only=True)
    heads = found.heads[table] = [_text(each) for each in next(lines, ())]
    places = found.lines[table] = {}
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
        places[str(len(rows))] = number
        problems += _row_problems(table, number, row, heads)
    return rows


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
