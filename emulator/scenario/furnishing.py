"""What a scenario adds beside dossiers: people, papers, agencies, subsystems, hosts with their files, and rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from emulator.country.axis_records import GRANTS, HOSTED_FILES, HOSTS, SUBSYSTEMS, Grant, Host, HostedFile, Subsystem
from emulator.country.kinds import KEEPSAKES, PERSON
from emulator.country.plot import ScenarioState
from emulator.country.records import Keepsake
from emulator.country.shelf import Base, Shelf, ShelfKind
from emulator.country.world import World
from emulator.services.portal.nouns import LISTED_AGENCIES, PAPERS
from emulator.services.portal.wire_catalogues import read_agency
from emulator.services.portal.wire_papers import read_pack_paper
from emulator.wire.axis import SUBSYSTEM_FIELDS, name_row

Row = Mapping[str, Any]


def furnish_beside(fixtures: Mapping[str, Sequence[Row]], plot: ScenarioState, world: World) -> None:
    """Put the records of every table but dossiers and steps on their shelves. Call inside a transaction."""
    for table, rows in fixtures.items():
        for row in rows:
            for kind, record in _MAKERS.get(table, _make_nothing)(row, world):
                Shelf(kind, Base(kind), plot).put_record(record)


Made = list[tuple[ShelfKind[Any], Any]]


def _make_nothing(_row: Row, _world: World) -> Made:
    return []


def _cells(row: Row, names: dict[str, str] | None = None) -> dict[str, Any]:
    return dict(name_row(dict(row), names))


def _make_subsystem(row: Row, _world: World) -> Made:
    return [(SUBSYSTEMS, Subsystem(**_cells(row, SUBSYSTEM_FIELDS)))]


def _make_agency(row: Row, world: World) -> Made:
    listed: Made = [(LISTED_AGENCIES, read_agency(row))]
    return listed + (_make_subsystem(row, world) if row.get("DSTCODE") else [])


def _make_file(row: Row, _world: World) -> Made:
    return [(HOSTED_FILES, HostedFile(**{"content_type": "application/pdf", "file": "", **_cells(row)}))]


def _make_grant(row: Row, world: World) -> Made:
    return [(GRANTS, Grant(row["provider"], row["subject"], world.now_ms))]


def _make_person(row: Row, _world: World) -> Made:
    return [(KEEPSAKES, Keepsake(f"{PERSON}{row.get('CMND')}", orjson.dumps(dict(row)).decode()))]


_MAKERS: Mapping[str, Callable[[Row, World], Made]] = {
    "people": _make_person,
    "papers": lambda row, _: [(PAPERS, read_pack_paper(row))],
    "agencies": _make_agency,
    "subsystems": _make_subsystem,
    "hosts": lambda row, _: [(HOSTS, Host(**_cells(row)))],
    "files": _make_file,
    "rights": _make_grant,
}
