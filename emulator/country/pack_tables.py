"""The tables of a fixture pack that any country has, and what a service may put into packs beside them.

That every value is a string, and all names but the official ones, are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from emulator.country.shelf import Dossier, Fields, ProcessingStep
from emulator.kernel.values import value_class

SCHEMA_VERSION = "1"
Rows = dict[str, Fields]
Tables = Mapping[str, Rows]
FieldForm = Literal[
    "text",
    "day",
    "moment",
    "status",
    "record_kind",
    "dossier_code",
    "citizen_id",
    "owner_id",
    "era",
    "schema",
    "dstcode",
]


@value_class
class TableFinding:
    """What is wrong with a table: the JSON path in its file, and whether the key or the value is meant."""

    table: str
    path: tuple[str, ...]
    vi: str
    en: str
    on_key: bool = False


@value_class
class Furniture:
    """The records of a pack."""

    dossiers: list[Dossier] = field(default_factory=list)
    steps: list[ProcessingStep] = field(default_factory=list)


@dataclass(frozen=True)
class PackTable:
    """One table: the fields a record may have, those of them it may lack, and those by which it is known.

    In a pack that extends another, a record takes the place of the other's with the same ``keys``; a table without
    keys is the pack's own.
    """

    names: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()

    def key_of(self, row: Fields) -> str:
        """Return by what a record is known: its keys set apart by blanks."""
        return " ".join(row.get(name) or "" for name in self.keys)

    @cached_property
    def known_names(self) -> frozenset[str]:
        """Return the fields a record may have, to look one up."""
        return frozenset(self.names)

    @cached_property
    def needed_names(self) -> tuple[str, ...]:
        """Return the fields a record must have."""
        return tuple(name for name in self.names if name not in self.optional)


def _no_findings(_tables: Tables) -> Iterator[TableFinding]:
    return iter(())


def _no_furniture(_tables: Tables) -> Furniture:
    return Furniture()


def _no_page(_fields: Fields) -> str | None:
    return None


@dataclass(frozen=True)
class PackPart:
    """What somebody puts into packs: tables, and the forms of their fields by name.

    ``links`` says what hangs loose between tables whose rows are right by themselves; ``furnish`` makes the records of
    tables in which nothing is wrong; ``page_of`` is the id of a dossier's page, for a ministry that has such pages.
    """

    tables: Mapping[str, PackTable]
    forms: Mapping[str, FieldForm]
    links: Callable[[Tables], Iterator[TableFinding]] = _no_findings
    furnish: Callable[[Tables], Furniture] = _no_furniture
    page_of: Callable[[Fields], str | None] = _no_page


def table_of(needed: str, optional: str = "", keys: str = "") -> PackTable:
    """Return a table of our own: its names set apart by blanks."""
    return PackTable((*needed.split(), *optional.split()), frozenset(optional.split()), tuple(keys.split()))


OWN = PackPart(
    tables={
        "pack": table_of(
            "id version schema_version title_vi title_en gso_era", "provinces extends agency subsystem magic_values"
        ),
        "agencies": table_of("MACOQUAN TENCOQUAN DSTCODE", keys="DSTCODE"),
        "subsystems": table_of(
            "MACOQUAN TENCOQUAN DSTCODE",
            "alias_of default_service is_listed is_subject is_reachable service notice",
            keys="DSTCODE",
        ),
        "hosts": table_of("name subsystem service", "scheme is_up offers_ranges is_outside", keys="name"),
        "hosted_files": table_of("host path name content_type", "file is_attachment made_size", keys="host path"),
        "grants": table_of("provider subject granted_on", keys="provider subject"),
        "groups": table_of("id name", "members", keys="id"),
        "units": table_of("code name subsystem", keys="code name"),
        "removed": table_of("table key"),
    },
    forms={"gso_era": "era", "schema_version": "schema", "granted_on": "day", "DSTCODE": "dstcode"},
)


def join_parts(parts: Iterable[PackPart]) -> PackPart:
    """Return the country's own tables and those of some services as one."""
    every = (OWN, *parts)

    def links(tables: Tables) -> Iterator[TableFinding]:
        for part in every:
            yield from part.links(tables)

    def furnish(tables: Tables) -> Furniture:
        made = [part.furnish(tables) for part in every]
        return Furniture([each for one in made for each in one.dossiers], [each for one in made for each in one.steps])

    def page_of(fields: Fields) -> str | None:
        return next((page for part in every if (page := part.page_of(fields))), None)

    return PackPart(
        {name: table for part in every for name, table in part.tables.items()},
        {name: form for part in every for name, form in part.forms.items()},
        links,
        furnish,
        page_of,
    )
