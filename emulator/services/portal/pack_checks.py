"""What may be wrong with the portal's part of a pack: unknown files, rows that cannot be read, people nobody has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.country.furnish import nearest
from emulator.country.pack import shipped_folder
from emulator.country.pack_tables import Tables
from emulator.country.positions import Problem, locate, problem_at, sheet_text, syntax_problems
from emulator.services.portal import bodies
from emulator.services.portal import wire_catalogues as catalogues
from emulator.services.portal import wire_papers as papers
from emulator.services.portal.pack import FOLDER, PAPER_FILE

_READERS: Mapping[str, Callable[[Any], object]] = {
    "agencies": catalogues.read_agency,
    "procedures": catalogues.read_procedure,
    "results": catalogues.read_result_kind,
    "questions": bodies.read_pack_question,
    "dossiers": bodies.read_pack_dossier,
    "papers": papers.read_pack_paper,
}
_OWNERS = {"papers": "SoDinhDanhChuSoHuu", "accounts": "SODINHDANH"}


def portal_problems(folders: tuple[Path, ...], tables: Tables) -> list[Problem]:
    """Return what is wrong with the tables in a pack's folder ``portal``, in the order of files and lines."""
    folder = folders[0] / FOLDER
    known = sorted(path.name for path in (shipped_folder() / "co-ban" / FOLDER).glob("*.json"))
    people = {row.get("CMND") for row in tables.get("people", {}).values()}
    found: list[Problem] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name == PAPER_FILE:
            continue
        if path.name not in known:
            vi, en = nearest(path.name, known)
            found.append(Problem(str(path), 1, 1, f"Tệp lạ {path.name}{vi}", f"unknown file {path.name}{en}"))
        else:
            found += syntax_problems(path) or list(_table_problems(path, people))
    return found


def _table_problems(path: Path, people: set[str | None]) -> Iterator[Problem]:
    text, table = sheet_text(path), path.stem
    content = json.loads(text)
    rows = content.get(table) if isinstance(content, dict) else None
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        vi = f"Tệp phải chứa bảng “{table}” gồm các bản ghi theo số"
        yield Problem(str(path), 1, 1, vi, f"the file must hold a table {table!r} of records by number")
        return
    for number, row in rows.items():
        for column, vi, en in _row_troubles(table, row, people):
            at = (table, number, column) if column in row else (table, number)
            yield problem_at(path, text, locate(text, at), vi, en)


def _row_troubles(table: str, row: Mapping[str, Any], people: set[str | None]) -> Iterator[tuple[str, str, str]]:
    """Yield (column, what is wrong) of one row."""
    reader = _READERS.get(table)
    try:
        if reader:
            reader(row)
    except KeyError as trouble:
        yield "", f"Thiếu trường {trouble.args[0]}", f"{trouble.args[0]} is missing"
        return
    except (ValueError, TypeError, AttributeError, IndexError) as trouble:
        yield "", f"Bản ghi không đọc được: {trouble}", f"the record cannot be read: {trouble}"
        return
    owner = _OWNERS.get(table)
    if owner and row.get(owner) not in people:
        vi, en = nearest(str(row.get(owner)), filter(None, people))
        yield owner, f"{owner}: không có trong people.json{vi}", f"{owner}: is not in people.json{en}"
