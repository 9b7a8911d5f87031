"""Rows of a pack in, the axis out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.country.axis_records import (
    GRANTS,
    GROUPS,
    HOSTED_FILES,
    HOSTS,
    SUBSYSTEMS,
    UNITS,
    AgencyUnit,
    Grant,
    Group,
    Host,
    HostedFile,
    Subsystem,
)
from emulator.country.records import Fields
from emulator.country.shelf import Base
from emulator.wire.axis import SUBSYSTEM_FIELDS, grant_cells, member_list, name_row


def axis_bases(tables: Mapping[str, Mapping[str, Fields]]) -> dict[str, Base[Any]]:
    """Return the axis of a pack by the name of the shelf. A row of ``subsystems`` wins over one of ``agencies``."""

    def rows(table: str) -> list[Fields]:
        return list(tables.get(table, {}).values())

    subsystems = [Subsystem(**_cells(row, SUBSYSTEM_FIELDS)) for row in (*rows("agencies"), *rows("subsystems"))]
    groups = [Group(row["id"] or "", row["name"] or "", member_list(row)) for row in rows("groups")]
    return {
        "subsystems": Base(SUBSYSTEMS, subsystems),
        "hosts": Base(HOSTS, [Host(**_cells(row)) for row in rows("hosts")]),
        "hosted_files": Base(HOSTED_FILES, [HostedFile(**_cells(row)) for row in rows("hosted_files")]),
        "grants": Base(GRANTS, [Grant(*grant_cells(row)) for row in rows("grants")]),
        "groups": Base(GROUPS, groups),
        "units": Base(UNITS, [AgencyUnit(**_cells(row)) for row in rows("units")]),
    }


def _cells(row: Fields, names: dict[str, str] | None = None) -> dict[str, Any]:
    return dict(name_row(row, names))
