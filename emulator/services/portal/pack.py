"""The portal's part of a fixture pack: catalogues and papers. Read at the first question, then shared.

Files are TinyDB tables in official field names, in the pack's folder ``portal``. ``papers.json`` is for sets a person
edits; a set of hundreds of thousands lies beside it as ``papers.sqlite`` (docs/packs), opened read-only, not loaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import orjson

from emulator.country.filed_base import FiledBase
from emulator.country.furnish import invisible_sign, nearest
from emulator.country.pack_reading import shipped_folder
from emulator.country.pack_tables import Tables
from emulator.country.positions import Places, Problem, sheet_text, syntax_problems
from emulator.country.shelf import Base, Shelf, ShelfKind
from emulator.country.world import World
from emulator.services.portal import bodies
from emulator.services.portal import bodies as dvcqg_lists
from emulator.services.portal import bodies as dvcqg_questions
from emulator.services.portal import models as catalogues
from emulator.services.portal import models as dvcqg_catalogue
from emulator.services.portal.models import (
    Agency,
    ListCall,
    Notice,
    Paper,
    PortalDossier,
    PortalStep,
    Procedure,
    Question,
    Rating,
    ResultKind,
    Row,
    SupportRequest,
)
from emulator.wire.codes import is_same_agency

# The portal's shelves, one line a noun.

PORTAL_DOSSIERS = ShelfKind(
    name="portal_dossiers",
    record=PortalDossier,
    key=lambda dossier: dossier.code,
    place=lambda dossier: dossier.owner_id,
    moment=lambda dossier: dossier.received_at,
    told=("status",),
)
PORTAL_STEPS = ShelfKind(
    name="portal_steps",
    record=PortalStep,
    key=lambda step: f"{step.dossier_code}/{step.number:05d}",
    place=lambda step: step.dossier_code,
    moment=lambda step: step.handled_at,
)
PAPERS = ShelfKind(
    name="papers",
    record=Paper,
    key=lambda paper: paper.id,
    place=lambda paper: paper.owner_id,
    moment=lambda paper: paper.kept_at,
)
QUESTIONS = ShelfKind(
    name="portal_questions",
    record=Question,
    key=lambda question: question.id,
    place=lambda question: question.unit_code,
    moment=lambda question: question.asked_at,
)
RATINGS = ShelfKind(
    name="portal_ratings",
    record=Rating,
    key=lambda rating: f"{rating.unit_code}/{rating.period}",
    place=lambda rating: rating.unit_code,
    moment=lambda rating: rating.sent_at,
)
SUPPORT_REQUESTS = ShelfKind(
    name="support_requests",
    record=SupportRequest,
    key=lambda request: request.result_code,
    place=lambda request: request.unit_code,
    moment=lambda request: request.asked_at,
    told=("is_accepted",),
)
NOTICES = ShelfKind(
    name="portal_notices",
    record=Notice,
    key=lambda notice: notice.id,
    place=lambda _: "",
    moment=lambda notice: notice.at,
)
LIST_CALLS = ShelfKind(
    name="portal_list_calls",
    record=ListCall,
    key=lambda call: call.unit_code,
    place=lambda _: "",
    moment=lambda call: call.called_at,
)
LISTED_AGENCIES = ShelfKind(
    name="portal_agencies",
    record=Agency,
    key=lambda agency: agency.code,
    place=lambda _: "",
    moment=lambda _: 0,
)


# The tables of the pack.

FOLDER = "portal"
PAPER_FILE = "papers.sqlite"
ADDED_TO = ("agencies", "procedures", "results", "accounts", "questions", "dossiers", "papers")
"""Tables of which a pack that extends another has the other's rows too; any other takes the place of the other's."""


class PortalPackTrouble(Exception):
    """A portal table of a pack cannot be read; the sentence names file and row."""


class PortalBase:
    """Everything the portal knows before anything happens."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        own = [row for folder in folders for row in _read_table(folder / "agencies.json", "agencies")]
        agencies = [*self._rows("agencies"), *own]  # the printed list comes first (KDL V.1)
        self.agencies: dict[str, Agency] = {
            agency.code: agency for agency in map(dvcqg_catalogue.read_agency, agencies)
        }
        self.sectors: list[Row] = self._rows("sectors")
        self.procedures: dict[str, Procedure] = {
            each.code: each for each in map(dvcqg_catalogue.read_procedure, self._rows("procedures"))
        }
        self.result_kinds: dict[str, ResultKind] = {
            each.code: each for each in map(dvcqg_catalogue.read_result_kind, self._rows("results"))
        }
        self.services: list[Row] = self._rows("services")
        self.technical_ids: dict[str, str] = dvcqg_catalogue.read_technical_ids(self._rows("accounts"))
        self.questions: Base[Question] = Base(
            QUESTIONS, map(dvcqg_questions.read_pack_question, self._rows("questions"))
        )
        self.dossiers: Base[PortalDossier] = Base(
            PORTAL_DOSSIERS, map(dvcqg_lists.read_pack_dossier, self._rows("dossiers"))
        )
        self.papers: Base[Paper] = self._papers()

    def catalogue(self, name: str) -> list[Row]:
        """Return a small catalogue of the pack by its table name, empty when the pack has none."""
        return self._rows(name)

    def _papers(self) -> Base[Paper]:
        small = Base(PAPERS, map(dvcqg_catalogue.read_pack_paper, self._rows("papers")))
        file = next((path for each in self._folders if (path := each / FOLDER / PAPER_FILE).is_file()), None)
        return FiledBase(small, file, Paper) if file else small

    def _rows(self, table: str) -> list[Row]:
        """Return the rows of a table: those of all folders, the pack's own last; a list of names is one folder's."""
        tables = [_read_table(each / FOLDER / f"{table}.json", table) for each in reversed(self._folders)]
        found = [rows for rows in tables if rows]
        return [row for rows in found for row in rows] if table in ADDED_TO else found[-1] if found else []


def _read_table(path: Path, table: str) -> list[Row]:
    if not path.is_file():
        return []
    try:
        content: Any = orjson.loads(path.read_bytes())
        rows = content[table]
        return [rows[number] for number in sorted(rows, key=int)]
    except (ValueError, KeyError, TypeError) as trouble:
        raise PortalPackTrouble(
            f"{path}: không đọc được bảng {table} / cannot read table {table}: {trouble!r}"
        ) from trouble


@lru_cache(8)
def portal_base(folders: tuple[Path, ...]) -> PortalBase:
    """Return the portal's part of a pack and of those it extends, read once per process."""
    return PortalBase(folders)


# The portal as one exchange sees it: its shelves over the pack, and its catalogues.

EVER = 2**62
_NO_STEPS: Base[PortalStep] = Base(PORTAL_STEPS)
_NO_RATINGS: Base[Rating] = Base(RATINGS)
_NOBODY_ELSE: Base[Agency] = Base(LISTED_AGENCIES)
_NO_REQUESTS: Base[SupportRequest] = Base(SUPPORT_REQUESTS)
_NO_NOTICES: Base[Notice] = Base(NOTICES)
_NO_CALLS: Base[ListCall] = Base(LIST_CALLS)


class Portal:
    """The shelves and catalogues of the national portal. Made where they are used; nothing else pays for them."""

    def __init__(self, world: World) -> None:
        self.base = portal_base(world.pack.folders)
        self.dossiers = Shelf(PORTAL_DOSSIERS, self.base.dossiers, world)
        self.steps = Shelf(PORTAL_STEPS, _NO_STEPS, world)
        self.papers = Shelf(PAPERS, self.base.papers, world)
        self.questions = Shelf(QUESTIONS, self.base.questions, world)
        self.ratings = Shelf(RATINGS, _NO_RATINGS, world)
        self.listed = Shelf(LISTED_AGENCIES, _NOBODY_ELSE, world)
        self.support_requests = Shelf(SUPPORT_REQUESTS, _NO_REQUESTS, world)
        self.notices = Shelf(NOTICES, _NO_NOTICES, world)
        self.list_calls = Shelf(LIST_CALLS, _NO_CALLS, world)
        self._world = world

    def papers_of(self, owner_id: str) -> list[Paper]:
        """Return the papers in a citizen's Kho DL, those of the pack first, then in the order they were kept."""
        return self.papers.window(owner_id, 0, EVER)

    def security_servers(self) -> list[Agency]:
        """Return the agencies whose security server serves files (KDL V.1, V.3); ``listed`` changes the pack's list."""
        agencies = self.base.agencies | {agency.code: agency for agency in self.listed.each()}
        return [agency for agency in agencies.values() if agency.security_server]

    def list_agency(self, agency: Agency) -> Notice:
        """Put an agency on the list of V.1, or change its row; without a security server it is taken off.

        Every unit is given notice, which the portal keeps. The world must be held.
        """
        self.listed.put_record(agency)
        done = ("cập nhật", "has changed") if agency.security_server else ("bỏ", "was removed")
        number = self._world.count("portal-notice")
        notice = Notice(
            f"TB{number:05d}",
            self._world.now_ms,
            f"Cổng DVCQG {done[0]} máy chủ bảo mật của {agency.name} ({agency.code}) trong danh sách tải tệp",
            f"the security server of {agency.code} {done[1]} in the portal's list",
        )
        self.notices.put_record(notice)
        return notice

    def result_kind(self, code: str) -> ResultKind | None:
        """Return an entry of the catalogue of results, with what accepted requests have added (KDL III.1 step 4)."""
        found = self.base.result_kinds.get(code)
        asked = self.support_requests.get(code)
        if asked is None or not asked.is_accepted:
            return found
        return ResultKind(code, found.title if found else asked.title, True, bool(found and found.has_several))

    def agency(self, code: str) -> Agency | None:
        """Return an agency by its code in either form (K16)."""
        found = self.base.agencies.get(code)
        return found or next((each for each in self.base.agencies.values() if is_same_agency(each.code, code)), None)


# What may be wrong with the portal's part of a pack: unknown files, rows that cannot be read, people nobody has.

_READERS: Mapping[str, Callable[[Any], object]] = {
    "agencies": catalogues.read_agency,
    "procedures": catalogues.read_procedure,
    "results": catalogues.read_result_kind,
    "questions": bodies.read_pack_question,
    "dossiers": bodies.read_pack_dossier,
    "papers": catalogues.read_pack_paper,
}
_REFERENCES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "papers": {"MaKetQua": ("results", "MAKETQUA")},
    "services": {"MATTHC": ("procedures", "MATTHC")},
    "dossiers": {"MaTTHC": ("procedures", "MATTHC"), "MaLinhVuc": ("sectors", "MALINHVUC")},
    "questions": {"MALINHVUC": ("sectors", "MALINHVUC")},
}
_OWNERS = {"papers": "SoDinhDanhChuSoHuu", "accounts": "SODINHDANH"}


@cache
def portal_names() -> tuple[str, ...]:
    """Return the names of the portal's tables."""
    return tuple(sorted(path.stem for path in (shipped_folder() / "co-ban" / FOLDER).glob("*.json")))


@cache
def portal_columns(table: str) -> dict[str, bool]:
    """Return the columns of a portal table as ``co-ban`` has them, each with whether it holds a list."""
    rows = _read_table(shipped_folder() / "co-ban" / FOLDER / f"{table}.json", table)
    columns = {name: isinstance(value, list) for row in rows for name, value in row.items()}
    if table == "agencies":
        return {**columns, "CAPDONVI": False}
    return {**bodies.dossier_columns(), **columns} if table == "dossiers" else columns


def portal_problems(folders: tuple[Path, ...], tables: Tables) -> list[Problem]:
    """Return what is wrong with the tables in a pack's folder ``portal``, in the order of files and lines."""
    folder = folders[0] / FOLDER
    known = [f"{name}.json" for name in portal_names()]
    people = {row.get("CMND") for row in tables.get("people", {}).values()}
    known_to = _Named(folders)
    found: list[Problem] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name == PAPER_FILE:
            continue
        if path.name not in known:
            vi, en = nearest(path.name, known)
            found.append(Problem(str(path), 1, 1, f"Tệp lạ {path.name}{vi}", f"unknown file {path.name}{en}"))
        else:
            found += syntax_problems(path) or list(_table_problems(path, people, known_to))
    return found


def _table_problems(path: Path, people: set[str | None], known_to: _Named) -> Iterator[Problem]:
    text, table = sheet_text(path), path.stem
    content, places = json.loads(text), Places(path, text)
    rows = content.get(table) if isinstance(content, dict) else None
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        vi = f"Tệp phải chứa bảng “{table}” gồm các bản ghi theo số"
        yield Problem(str(path), 1, 1, vi, f"the file must hold a table {table!r} of records by number")
        return
    for number, row in rows.items():
        for column, vi, en in (*row_troubles(table, row, people), *known_to.troubles(table, row)):
            at = (table, number, column) if column in row else (table, number)
            yield places.problem_at(at, vi, en)


class _Named:
    """What the tables of a pack name, to hold the portal's references against; a table is read when one is met."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders, self._kept = folders, dict[tuple[str, str], set[str]]()

    def troubles(self, table: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        """Yield (column, what is wrong) of each reference to a record that is not there."""
        for column, (other, key) in _REFERENCES.get(table, {}).items():
            value = row.get(column)
            if isinstance(value, str) and value and value not in self._names(other, key):
                vi, en = nearest(value, self._names(other, key))
                said = f"{column}: không có trong portal/{other}.json{vi}"
                yield column, said, f"{column}: is not in portal/{other}.json{en}"

    def _names(self, table: str, key: str) -> set[str]:
        if (table, key) not in self._kept:
            try:
                rows = [row for each in self._folders for row in _read_table(each / FOLDER / f"{table}.json", table)]
            except PortalPackTrouble:
                rows = []  # told where that table is looked at
            self._kept[table, key] = {str(row.get(key)) for row in rows if isinstance(row, dict)}
        return self._kept[table, key]


def row_troubles(table: str, row: Mapping[str, Any], people: set[str | None]) -> Iterator[tuple[str, str, str]]:
    """Yield (column, what is wrong) of one row."""
    columns = portal_columns(table)
    for name, value in row.items():
        if name not in columns:
            vi, en = nearest(name, columns)
            yield name, f"Trường lạ “{name}”{vi}", f"unknown field {name!r}{en}"
        elif value is not None and not isinstance(value, list if columns[name] else str):
            kind = ("danh sách", "a list") if columns[name] else ("chuỗi", "a string")
            yield name, f"{name} phải là {kind[0]}", f"{name} must be {kind[1]}"
        elif isinstance(value, str) and (sign := invisible_sign(value)):
            yield name, f"{name}: {sign[0]}", f"{name}: {sign[1]}"
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
