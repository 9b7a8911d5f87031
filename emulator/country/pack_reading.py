"""Reading a pack: from a folder of TinyDB files, one table each, in official field names, or from its compiled file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path, PureWindowsPath
from typing import Any, NamedTuple

import orjson
from tinydb import TinyDB
from tinydb.storages import JSONStorage

from emulator import __version__
from emulator.country.filed_base import CompiledBase, CompiledTables, compiled_rows, write_compiled
from emulator.country.furnish import nearest, readable_rows, row_findings, shape_findings, structure_findings
from emulator.country.pack import FoundFiles, Pack, PackNotFound, PackTrouble, content_of, files_of, is_same_content
from emulator.country.pack_tables import PackPart, Rows, TableFinding, Tables
from emulator.country.positions import Places, Problem, sheet_text, syntax_problems
from emulator.country.shelf import DETAIL_LINKS, DOSSIERS, STEPS, Base, Fields
from emulator.store.paper_file import CompiledFile

COMPILED = "compiled.sqlite"
"""The file of a compiled pack, in the pack's folder."""
_DEEPEST = 4


class _Repeated(ValueError):
    """An object has a key twice."""


class _SheetStorage(JSONStorage):
    """TinyDB's own JSON storage, read-only, whose objects have each key once; a byte order mark is passed over."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), encoding="utf-8-sig", access_mode="r")

    def read(self) -> Any:
        self._handle.seek(0)
        return json.load(self._handle, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Repeated
    return found


def shipped_folder() -> Path:
    """Return the folder of the packs that come with the emulator: package data, or the checkout's ``fixtures``."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_data" / "fixtures"
    return inside if inside.is_dir() else package.parent / "fixtures"


def shipped_names() -> list[str]:
    """Return the names of the packs that come with the emulator."""
    return sorted(each.parent.name for each in shipped_folder().glob("*/pack.json"))


def find_pack(name_or_path: str) -> Path:
    """Return a pack's folder: a shipped pack by its name, else a path, in the spelling of this system or of Windows.

    Raises:
        PackNotFound: there is neither.
    """
    shipped = shipped_names()
    if name_or_path in shipped:
        return shipped_folder() / name_or_path
    for path in (Path(name_or_path), Path(PureWindowsPath(name_or_path).as_posix())):
        if path.exists():
            return path
    vi, en = nearest(name_or_path, shipped)
    sentences = (f"Không có gói hay thư mục này{vi}", f"no such pack or folder{en}")
    raise PackNotFound([Problem(name_or_path, 1, 1, *sentences)])


def open_pack(name_or_path: str | Path, part: PackPart) -> Pack:
    """Open a pack and index it; what it costs is paid once. ``part`` is what the services put into packs.

    Raises:
        PackTrouble: there is no such pack, or something in it is wrong; every problem found is named.
    """
    found = read_folder(find_pack(str(name_or_path)), part)
    if found.problems:
        raise PackTrouble(found.problems)
    return assemble(found, part)


# A pack that was compiled: nothing of it is read before somebody asks for it.

_FORM = "2"
_OF_SHELVES = frozenset({"dossiers", "results", "steps"})


def size_of(folder: Path) -> int:
    """Return how many bytes the tables of a pack take."""
    return sum(path.stat().st_size for path in folder.glob("*.json"))


def compile_pack(pack: Pack, made_of: str) -> None:
    """Write a pack that nothing is wrong with as one file, from which it opens at once.

    Raises:
        OSError: its folder cannot be written to.
    """
    texts = {
        f"table/{name}": orjson.dumps(rows).decode() for name, rows in pack.tables.items() if name not in _OF_SHELVES
    }
    rows = chain(
        compiled_rows(pack.dossiers, DOSSIERS),
        compiled_rows(pack.steps, STEPS),
        compiled_rows(pack.detail_links, DETAIL_LINKS),
    )
    write_compiled(pack.folders[0] / COMPILED, {**texts, "id": pack.id, "made_of": made_of}, rows)


def content_text(folders: tuple[Path, ...], known: Mapping[str, Any] | None = None) -> str:
    """Return what a pack is made of, as its compiled file says it: what reads it, and every file of it."""
    return json.dumps({"by": f"{__version__}/{_FORM}", "files": content_of(folders, known or {})})


def open_compiled(folder: Path, part: PackPart) -> Pack | None:
    """Return a pack from its compiled file; None when it has none, or was changed since."""
    file = CompiledFile(folder / COMPILED)
    text = file.text("made_of") if (folder / COMPILED).is_file() else None
    folders = folders_of(folder)
    if text is None or not folders:
        return None
    before, now = json.loads(text), json.loads(content_text(folders, json.loads(text)["files"]))
    if before["by"] != now["by"] or not is_same_content(before["files"], now["files"]):
        file.close()
        return None
    dossiers, steps = CompiledBase(DOSSIERS, file), CompiledBase(STEPS, file)
    links = CompiledBase(DETAIL_LINKS, file)
    of_shelves: dict[str, Callable[[], Iterable[Fields | None]]] = {
        "dossiers": lambda: (each.fields for each in dossiers.by_key.values()),
        "results": lambda: (each.result_fields for each in dossiers.by_key.values()),
        "steps": lambda: (each.fields for each in steps.by_key.values()),
    }
    tables, name = CompiledTables(file, part.tables, of_shelves), file.text("id") or folder.name
    return Pack(name, dossiers, steps, FoundFiles(folders), tables, folder, part.page_of, folders[1:], links)


def folders_of(folder: Path) -> tuple[Path, ...]:
    """Return a pack's folder and those of the packs it extends; empty when something keeps that from being told."""
    found = [folder]
    while len(found) <= _DEEPEST:
        try:
            row = next(iter(json.loads(sheet_text(found[-1] / "pack.json"))["pack"].values()))
            if not row.get("extends"):
                return tuple(found)
            found.append(_folder_below(found[-1], row["extends"]))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, StopIteration, PackNotFound):
            break
    return ()


class FolderContent(NamedTuple):
    """The tables of a pack's folders, what keeps it from being used, and the folders: its own, then those below."""

    tables: Tables
    problems: list[Problem]
    folders: tuple[Path, ...]


def assemble(found: FolderContent, part: PackPart) -> Pack:
    """Return the pack of tables in which nothing is wrong."""
    tables, (folder, *below) = found.tables, found.folders
    furniture = part.furnish(tables)
    name = next(iter(tables["pack"].values()))["id"] or folder.name
    files = {path: file for each in reversed(found.folders) for path, file in files_of(each).items()}
    bases = Base(DOSSIERS, furniture.dossiers), Base(STEPS, furniture.steps)
    return Pack(name, *bases, files, tables, folder, part.page_of, tuple(below))


def read_folder(folder: Path, part: PackPart, seen: tuple[Path, ...] = ()) -> FolderContent:
    """Read a pack and the packs it extends."""
    tables: dict[str, Rows] = {}
    problems = _folder_problems(folder, part)
    for table in part.tables:
        path = folder / f"{table}.json"
        rows, found = read_sheet(path, part) if path.is_file() else ({}, [])
        problems += found
        if rows is not None:
            tables[table] = rows
    below = _read_below(folder, tables, part, seen)
    problems += below.problems
    whole = _merge(below.tables, tables, part) if below.folders else tables
    folders = (folder, *below.folders)
    if not problems:
        problems = place_findings(folder, (*part.links(whole), *structure_findings(whole, folders)))
    return FolderContent(whole, problems, folders)


def _read_below(folder: Path, tables: Mapping[str, Rows], part: PackPart, seen: tuple[Path, ...]) -> FolderContent:
    number, row = next(iter(tables.get("pack", {}).items()), ("1", {}))
    name, at = row.get("extends"), ("pack", number, "extends")
    if not name:
        return FolderContent({}, [], ())
    try:
        path = _folder_below(folder, name)
    except PackNotFound as trouble:
        vi, en = trouble.problems[0].vi, trouble.problems[0].en
        finding = TableFinding("pack", at, f"extends: {vi}", f"extends: {en}")
        return FolderContent({}, place_findings(folder, [finding]), ())
    if path.resolve() in (*seen, folder.resolve()) or len(seen) >= _DEEPEST:
        said = "extends thành vòng hoặc quá dài", "extends is a ring, or too long a chain"
        return FolderContent({}, place_findings(folder, [TableFinding("pack", at, *said)]), ())
    return read_folder(path, part, (*seen, folder.resolve()))


def _folder_below(folder: Path, name: str) -> Path:
    beside = folder.parent / name
    return beside if (beside / "pack.json").is_file() else find_pack(name)


def _merge(below: Tables, above: Mapping[str, Rows], part: PackPart) -> dict[str, Rows]:
    """Return one pack's tables over another's: a record takes the place of the one with its key."""
    removed = {(row.get("table"), row.get("key")) for row in above.get("removed", {}).values()}
    merged: dict[str, Rows] = {}
    dossiers = part.tables.get("dossiers")
    for name, table in part.tables.items():
        own = above.get(name, {})
        if not table.keys:
            merged[name] = own
            continue
        gone = {table.key_of(row) for row in own.values()} | {key for each, key in removed if each == name}
        if dossiers and table.keys == dossiers.keys:  # what belongs to a dossier goes with it
            gone |= {key for each, key in removed if each == "dossiers"}
            gone |= {dossiers.key_of(row) for row in above.get("dossiers", {}).values()}
        kept = {f"<{no}": row for no, row in below.get(name, {}).items() if table.key_of(row) not in gone}
        merged[name] = {**kept, **own}
    return merged


def read_sheet(path: Path, part: PackPart) -> tuple[Rows | None, list[Problem]]:
    """Read one file of a pack; return its records (None: unreadable) and what is wrong with each by itself."""
    table = path.stem
    try:
        with TinyDB(path, storage=_SheetStorage) as database:
            content = database.storage.read()
            findings = list(shape_findings(table, content))
            rows = readable_rows(table, content) if findings else _documents(database, table)
    except OSError as trouble:
        return None, [Problem(str(path), 1, 1, f"Không mở được tệp: {trouble.strerror}", f"{trouble.strerror}")]
    except (ValueError, RecursionError) as trouble:
        return None, syntax_problems(path) or [Problem(str(path), 1, 1, f"Không đọc được: {trouble}", str(trouble))]
    for number, row in rows.items():
        findings += row_findings(table, number, row, part)
    return rows, place_findings(path.parent, findings)


def _documents(database: TinyDB, table: str) -> Rows:
    return {str(row.doc_id): dict(row) for row in database.table(table).all()}


def place_findings(folder: Path, findings: Iterable[TableFinding]) -> list[Problem]:
    """Give findings their line and column."""
    problems, places = [], dict[str, Places]()
    for finding in findings:
        if finding.table not in places:
            path = folder / f"{finding.table}.json"
            places[finding.table] = Places(path, sheet_text(path))
        problems.append(places[finding.table].problem_at(finding.path, finding.vi, finding.en, finding.on_key))
    return problems


def _folder_problems(folder: Path, part: PackPart) -> list[Problem]:
    if not (folder / "pack.json").is_file():
        sentences = ("Thiếu tệp pack.json: thư mục này không phải một gói", "pack.json is missing: this is no pack")
        return [Problem(str(folder / "pack.json"), 1, 1, *sentences)]
    problems = []
    for path in sorted(folder.glob("*.json")):
        if path.stem not in part.tables:
            vi, en = nearest(path.name, [f"{table}.json" for table in part.tables])
            problems.append(Problem(str(path), 1, 1, f"Tệp lạ {path.name}{vi}", f"unknown file {path.name}{en}"))
    return problems
