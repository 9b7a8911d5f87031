"""Packs with what all services put into them: opening one, and everything that can be wrong with one."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast
from uuid import uuid4

from emulator.country.furnish import nearest, row_findings
from emulator.country.pack import Pack, Packs, PackTrouble, files_of
from emulator.country.pack_reading import (
    COMPILED,
    compile_pack,
    content_text,
    find_pack,
    folders_of,
    open_compiled,
    open_pack,
    place_findings,
    read_folder,
    read_sheet,
    shipped_folder,
    shipped_names,
    size_of,
)
from emulator.country.pack_tables import PackPart, Rows, TableFinding, Tables, join_parts
from emulator.country.positions import Problem, pack_rows
from emulator.country.privacy import looked_through
from emulator.country.shelf import Fields
from emulator.kernel.clock import read_moment, to_datetime
from emulator.kernel.refusals import ServiceRefusal
from emulator.kernel.values import value_class
from emulator.services.btxh import pack_tables as official
from emulator.services.btxh.bodies import read_dossier, read_step
from emulator.services.btxh.models import FINAL_RESULT, NEW_DOSSIER, DossierForm
from emulator.services.portal.pack import portal_problems
from emulator.services.registry import services
from emulator.wire.codes import FINAL_STATUSES, judge_move, status_text
from emulator.wire.reading import Reading, ReadingRules

_KINDS = {"dossiers": NEW_DOSSIER, "results": FINAL_RESULT}
_END = 4_102_419_600_000  # 01/01/2100: a pack's story may lie in the future of whoever checks it


@cache
def pack_part() -> PackPart:
    """Return the tables of the country and of all services as one. Raises ServiceTrouble."""
    return join_parts(service.pack for service in services() if service.pack)


_log = logging.getLogger(__name__)
_COMPILE_S = 900  # 100,000 dossiers take some two minutes on a slow disk
LARGE = 16 * 1024 * 1024
"""Bytes of tables from which on a pack is compiled at its first start: some six thousand dossiers."""


def load_pack(name_or_path: str | Path) -> Pack:
    """Open a pack with the tables of all services; a large one from its compiled file, which is made when need be.

    Raises:
        PackTrouble: there is no such pack, or something in it is wrong; every problem found is named.
    """
    folder = find_pack(str(name_or_path))
    compiled = open_compiled(folder, pack_part())
    if compiled is None and folder.is_dir() and size_of(folder) >= LARGE and _compile_apart(folder):
        compiled = open_compiled(folder, pack_part())
    return compiled or _read_pack(folder)


def compile_folder(name_or_path: str | Path) -> Path:
    """Compile a pack, whatever its size; return the file.

    Raises:
        PackTrouble: something in it is wrong.
        OSError: its folder cannot be written to.
    """
    folder = find_pack(str(name_or_path))
    made_of = content_text(folders_of(folder))  # before it is read: what changes meanwhile is found at the next start
    compile_pack(_read_pack(folder), made_of)
    return folder / COMPILED


def _compile_apart(folder: Path) -> bool:
    """Compile in a process of its own: what reading a large pack takes in memory goes with it.

    Whatever keeps it from being compiled is told; the pack is read whole then, which says what is wrong with it.
    """
    command = [sys.executable, "-m", "emulator", "pack", "compile", str(folder)]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_COMPILE_S)  # noqa: S603 - our own command
    except subprocess.TimeoutExpired:
        _log.warning("pack %s: not compiled within %d s; it is read instead", folder, _COMPILE_S)
        return False
    if done.returncode:
        _log.warning("pack %s: not compiled; it is read instead: %s", folder, done.stderr.strip().rpartition("\n")[2])
    return done.returncode == 0


def _read_pack(folder: Path) -> Pack:
    pack = open_pack(folder, pack_part())
    if pack.folder and pack.folder.parent != shipped_folder():  # those in the box are held by their tests
        problems = portal_problems(pack.folders, pack.tables)
        if problems:
            raise PackTrouble(problems)
    return pack


Room = Callable[[Callable[[], int]], AbstractContextManager[None]]
"""In which block a pack may come to its place; it asks how many there are."""


class PackExists(Exception):
    """There is a pack of that name already."""


def take_pack_in(packs: Packs, name: str, files: Mapping[str, bytes], room: Room) -> None:
    """Take a pack in: its files by their paths, which the caller has looked at. Nothing stays of one that is wrong.

    It comes to its place inside ``room``, whose exceptions are the caller's: nothing stays then, either.

    Raises:
        PackExists: the name is taken.
        PackTrouble: ``validate`` would say something of it; paths are told from the pack's own folder on.
    """
    if name in packs:
        raise PackExists(name)
    coming = packs.folder / f".{uuid4().hex}"
    try:
        for path, content in files.items():
            place = coming / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        problems = [*_strange_base(packs, coming), *_of_one_name(coming, name)] or inspect(str(coming))
        if problems:
            begin = f"{coming}{os.sep}"
            raise PackTrouble([replace(each, path=each.path.removeprefix(begin)) for each in problems])
        _place_pack(coming, packs, name, room)
    finally:
        shutil.rmtree(coming, ignore_errors=True)


def _place_pack(coming: Path, packs: Packs, name: str, room: Room) -> None:
    place, is_placed = packs.folder / name, False
    try:
        with room(lambda: len(packs.brought())):
            try:
                coming.rename(place)
            except OSError:
                raise PackExists(name) from None
            is_placed = True
    except BaseException:
        if is_placed:
            place.rename(coming)
        raise


def _strange_base(packs: Packs, folder: Path) -> Iterator[Problem]:
    """Yield every ``extends`` that is no name of a pack here: from outside, it must not lead anywhere else."""
    for number, row in pack_rows(folder):
        name = row.get("extends")
        if name and name not in packs and name not in shipped_names():
            vi, en = nearest(str(name), packs)
            said = f"extends: không có gói “{name}” trên máy chủ{vi}", f"extends: no pack {name!r} here{en}"
            yield from place_findings(folder, [TableFinding("pack", ("pack", number, "extends"), *said)])


def _of_one_name(folder: Path, name: str) -> Iterator[Problem]:
    for number, row in pack_rows(folder):
        if row.get("id") != name:
            said = f"id phải là “{name}”, tên được gửi", f"the id must be {name!r}, the name it is sent under"
            yield from place_findings(folder, [TableFinding("pack", ("pack", number, "id"), *said)])


def inspect(name_or_path: str) -> list[Problem]:
    """Return every problem of a pack, or of one file of it, in the order of files, lines and columns.

    Raises:
        PackNotFound: there is no such pack, folder or file.
    """
    path = find_pack(name_or_path)
    if path.is_dir():
        return sorted(set(_of_folder(path)))
    if path.stem not in pack_part().tables or path.suffix != ".json":
        vi, en = nearest(path.name, [f"{table}.json" for table in pack_part().tables])
        return [Problem(str(path), 1, 1, f"Không phải tệp của một gói{vi}", f"not a file of a pack{en}")]
    if (path.parent / "pack.json").is_file():
        return sorted(problem for problem in set(_of_folder(path.parent)) if problem.path == str(path))
    return sorted(read_sheet(path, pack_part())[1])


def _of_folder(folder: Path) -> Iterator[Problem]:
    found = read_folder(folder, pack_part())
    tables = found.tables
    yield from found.problems
    yield from looked_through(folder)
    yield from portal_problems(found.folders, tables)
    sound = {table: _sound(table, rows) for table, rows in tables.items()}
    yield from place_findings(folder, pack_part().links(tables))
    yield from place_findings(folder, Inspection(found.folders, tables, sound).findings())


def _sound(table: str, rows: Rows) -> Rows:
    return {
        number: row for number, row in rows.items() if next(row_findings(table, number, row, pack_part()), None) is None
    }


@value_class
class Inspection:
    """One pack under inspection: all of its tables, and of each the records that are right by themselves."""

    folders: tuple[Path, ...]
    tables: Tables
    sound: Tables

    def findings(self) -> Iterator[TableFinding]:
        """Yield what the start does not look for."""
        paths = {path for folder in self.folders for path in files_of(folder)}
        for table, kind in _KINDS.items():
            for number, row in self.sound.get(table, {}).items():
                yield from self._dossier(table, number, row, kind, paths)
        yield from self._missing_results()
        for number, row in self.sound.get("steps", {}).items():
            told = {name: value for name, value in row.items() if name not in official.ONLY_PULLED}
            yield from self._refusals("steps", number, told)
        yield from self._histories()

    def _dossier(self, table: str, number: str, row: Fields, kind: int, paths: set[str]) -> Iterator[TableFinding]:
        at = (table, number)
        if row[official.RECORD_KIND] != str(kind):
            yield TableFinding(
                table, (*at, official.RECORD_KIND), f"{table}.json chỉ chứa loại {kind}", f"must be {kind}"
            )
        day = f"{to_datetime(read_moment(row[official.RECEIVED] or '') or 0):%y%m%d}"
        if (row[official.DOSSIER_CODE] or "").split("-")[1] != day:
            vi = f"Phần ngày của mã hồ sơ phải là {day}, ngày tiếp nhận"
            yield TableFinding(
                table, (*at, official.DOSSIER_CODE), vi, f"the day in the code must be {day}, of receipt"
            )
        yield from self._procedure(table, number, row)
        form, findings = self._read(table, number, row)
        yield from findings
        for link in _links(form):
            path = official.file_path(link)
            if path is not None and path not in paths:
                vi, en = nearest(path, paths)
                yield TableFinding(table, (*at, official.PAPERS), f"Không có tệp {path}{vi}", f"no file {path}{en}")

    def _procedure(self, table: str, number: str, row: Fields) -> Iterator[TableFinding]:
        procedures = {known[official.PROCEDURE_CODE]: known for known in self.sound.get("procedures", {}).values()}
        code = row[official.PROCEDURE_CODE]
        if code not in procedures:
            vi, en = nearest(str(code), filter(None, procedures))
            sentences = (f"Không có thủ tục {code} trong procedures.json{vi}", f"no procedure {code}{en}")
            yield TableFinding(table, (table, number, official.PROCEDURE_CODE), *sentences)
            return
        for name in official.SHARED_WITH_PROCEDURE:
            if row[name] != procedures[code][name]:
                vi = f"{name} phải là “{procedures[code][name]}” như trong procedures.json"
                yield TableFinding(table, (table, number, name), vi, f"{name} must be {procedures[code][name]!r}")

    def _read(self, table: str, number: str, row: Fields) -> tuple[DossierForm | None, list[TableFinding]]:
        reading = self._reading()
        body = json.dumps(row).encode()
        try:
            return read_dossier(body, len(body), reading), []
        except ServiceRefusal as refusal:
            return None, _refusal_findings(table, number, row, refusal)

    def _refusals(self, table: str, number: str, row: Fields) -> list[TableFinding]:
        body = json.dumps(row).encode()
        try:
            read_step(body, len(body), self._reading())
        except ServiceRefusal as refusal:
            return _refusal_findings(table, number, row, refusal)
        return []

    def _reading(self) -> Reading:
        packs: list[Fields] = list(self.sound.get("pack", {}).values())
        era = cast(Literal["2023", "2025"], packs[0]["gso_era"] if packs else "2023")
        return Reading(ReadingRules("documented", _END, era, None))

    def _missing_results(self) -> Iterator[TableFinding]:
        if "results" not in self.tables:
            return
        given = {row.get(official.DOSSIER_CODE) for row in self.tables["results"].values()}
        for number, row in self.sound.get("dossiers", {}).items():
            is_final, has_result = int(row[official.STATUS] or 0) in FINAL_STATUSES, row[official.DOSSIER_CODE] in given
            if is_final and not has_result:
                vi = f"Hồ sơ đã ở trạng thái {row[official.STATUS]} nhưng không có trong results.json"
                yield TableFinding("dossiers", ("dossiers", number, official.STATUS), vi, "finished without a result")

    def _histories(self) -> Iterator[TableFinding]:
        steps: dict[str | None, list[tuple[str, Fields]]] = defaultdict(list)
        for number, row in self.sound.get("steps", {}).items():
            steps[row[official.DOSSIER_CODE]].append((number, row))
        for number, row in self.sound.get("dossiers", {}).items():
            history = steps.get(row[official.DOSSIER_CODE], [])
            yield from _history(history)
            if history and history[-1][1][official.STATUS] != row[official.STATUS]:
                last = history[-1][1][official.STATUS]
                vi = f"Trạng thái phải là {last} như bước xử lý cuối cùng"
                at = ("dossiers", number, official.STATUS)
                yield TableFinding("dossiers", at, vi, f"the status must be {last}, that of the last step")


def _history(history: list[tuple[str, Fields]]) -> Iterator[TableFinding]:
    before, last_ms = None, 0
    for number, row in history:
        status, handled_ms = int(row[official.STATUS] or 0), read_moment(row[official.HANDLED] or "") or 0
        if judge_move(before, status) == "illegal":
            came = "hồ sơ mới" if before is None else status_text(before)
            vi = f"Không thể chuyển từ {came} sang {status_text(status)}"
            yield TableFinding("steps", ("steps", number, official.STATUS), vi, f"no move from {before} to {status}")
        if handled_ms < last_ms:
            vi = f"{official.HANDLED} sớm hơn bước trước"
            at = ("steps", number, official.HANDLED)
            yield TableFinding("steps", at, vi, f"{official.HANDLED} is before the step before")
        before, last_ms = status, handled_ms


def _refusal_findings(table: str, number: str, row: Fields, refusal: ServiceRefusal) -> list[TableFinding]:
    found = []
    for remark in refusal.remarks:
        if remark.level == "error":
            name = remark.path.strip("/").partition("/")[0]
            path: tuple[str, ...] = (table, number, name) if name in row else (table, number)
            found.append(TableFinding(table, path, remark.vi, remark.en))
    return found


def _links(form: DossierForm | None) -> list[str]:
    papers: list[Any] = [*form.extent.submitted_documents, *form.extent.result_papers] if form else []
    return [paper.link for paper in papers]
