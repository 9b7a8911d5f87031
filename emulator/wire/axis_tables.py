"""The tables of a pack that furnish the axis: which field of a row says what. Every value is a string.

``agencies`` are rows of ``LayDanhMucSSTaiTep`` (KDL V.1); each is a subsystem. The other tables are ours:
``subsystems`` adds what that list leaves out (second subsystems of a member, other spellings, states), ``hosts`` and
``hosted_files`` what stands behind them, ``grants`` and ``groups`` the screen Access Rights (KDL V.4).
"""

from __future__ import annotations

from emulator.kernel.clock import read_day

Row = dict[str, str | None]

SUBSYSTEM_FIELDS = {
    "id": "DSTCODE",
    "member_name": "TENCOQUAN",
    "agency_code": "MACOQUAN",
    "alias_of": "alias_of",
    "default_service": "default_service",
    "is_listed": "is_listed",
    "is_reachable": "is_reachable",
    "service": "service",
    "notice": "notice",
}
FLAGS = ("is_listed", "is_reachable", "is_up", "offers_ranges", "is_outside", "is_attachment")


def named(row: Row, names: dict[str, str] | None = None) -> dict[str, str | bool]:
    """Return a row under English names, without empty cells; flags are ``1`` and ``0``."""
    pairs = names.items() if names else ((name, name) for name in row)
    cells = ((name, row.get(column)) for name, column in pairs)
    return {name: value == "1" if name in FLAGS else value for name, value in cells if value}


def grant_cells(row: Row) -> tuple[str, str, int]:
    """Return provider, subject and grant date of a row of ``grants``."""
    return row["provider"] or "", row["subject"] or "", read_day(row["granted_on"] or "") or 0


def member_list(row: Row) -> list[str]:
    """Return the members of a row of ``groups``: identifiers set apart by blanks."""
    return (row.get("members") or "").split()
