"""All rows of one sandbox at once: what an export reads and an import writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from emulator.store import agenda_rows, journal_rows
from emulator.store.store import Row, Store

COLUMNS: dict[str, tuple[str, ...]] = {
    "records": ("shelf", "key", "place", "moment", "value"),
    "counters": ("name", "value"),
    "agenda": ("due_ms", "no", "effect"),
    "journal": (
        *("seq", "operation", "outcome", "status", "method", "path", "virtual_ms", "wall_ms", "duration_us"),
        *("client_ip", "story", "request_body", "response_body", "self"),
    ),
}
_ORDER = {"records": "shelf, key", "counters": "name", "agenda": "due_ms, no", "journal": "seq"}


class StateRow(NamedTuple):
    """The sandbox's own row: JSON texts, and where its journal stands."""

    definition: str
    settings: str
    clock: str
    seq: int
    head: str


def standing(store: Store, no: int) -> StateRow | None:
    """Return a sandbox's own row; None when it is gone."""
    row = store.one("SELECT definition, settings, clock, seq, head FROM sandboxes WHERE no = ?", (no,))
    return StateRow(*row) if row else None


def every(store: Store, home: tuple[int, int], table: str) -> list[Row]:
    """Return all rows of a table of a home, in the one order there is."""
    columns = ", ".join(COLUMNS[table])
    return store.all(f"SELECT {columns} FROM {table} WHERE sandbox_no = ? AND epoch = ? ORDER BY {_ORDER[table]}", home)


def replace(store: Store, no: int, whole: StateRow, tables: dict[str, Iterable[Sequence[Any]]]) -> None:
    """Begin a new epoch that holds these rows. Call inside a transaction."""
    store.run("INSERT INTO ended SELECT no, epoch FROM sandboxes WHERE no = ? ON CONFLICT DO NOTHING", (no,))
    store.run(
        "UPDATE sandboxes SET epoch = epoch + 1, definition = ?, settings = ?, clock = ?, seq = ?, head = ?,"
        " version = version + 1 WHERE no = ?",
        (*whole, no),
    )
    found = store.one("SELECT epoch FROM sandboxes WHERE no = ?", (no,))
    home = (no, int(found[0]) if found else 0)
    for table, rows in tables.items():
        columns = COLUMNS[table]
        marks = ", ".join("?" * (len(columns) + 2))
        store.run_many(
            f"INSERT INTO {table} (sandbox_no, epoch, {', '.join(columns)}) VALUES ({marks})",
            ((*home, *row) for row in rows),
        )
    journal_rows.measure(store, home)
    agenda_rows.note_next(store, home)
