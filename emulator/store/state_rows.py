"""All rows of one sandbox at once: what an export reads, what an import writes, what a snapshot keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from emulator.store import agenda_rows, sandbox_rows, world_rows
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
    world_rows.measure_journal(store, home)
    agenda_rows.note_next(store, home)


# Rows of ``snapshots``. What a snapshot holds lies at an epoch of its own, below zero, where no exchange looks.

_COPIED = {
    "records": "shelf, key, place, moment, value",
    "counters": "name, value",
    "agenda": "due_ms, no, effect",
}
_TOKEN = "consumer_key, kind, scope, issued_at, expires_at, is_revoked"  # noqa: S105 - columns, no password
_COLUMNS = "name, shelter, taken_ms, virtual_ms, seq, head, settings, clock, next_due"


class SnapshotRow(NamedTuple):
    """One snapshot: when it was taken (wall and virtual), and what the sandbox's row said; ``shelter`` is its epoch."""

    name: str
    shelter: int
    taken_ms: int
    virtual_ms: int
    seq: int
    head: str
    settings: str
    clock: str
    next_due: int | None


def list_snapshots(store: Store, no: int) -> list[SnapshotRow]:
    """Return the snapshots of a sandbox, oldest first."""
    rows = store.all(f"SELECT {_COLUMNS} FROM snapshots WHERE sandbox_no = ? ORDER BY shelter DESC", (no,))
    return [SnapshotRow(*row) for row in rows]


def find_snapshot(store: Store, no: int, name: str) -> SnapshotRow | None:
    """Return a snapshot by its name."""
    row = store.one(f"SELECT {_COLUMNS} FROM snapshots WHERE sandbox_no = ? AND name = ?", (no, name))
    return SnapshotRow(*row) if row else None


def take_snapshot(store: Store, no: int, name: str, taken_ms: int, virtual_ms: int) -> SnapshotRow | None:
    """Copy what a sandbox holds now; None when it is gone. Call inside a transaction."""
    found = store.one("SELECT epoch, seq, head, settings, clock, next_due FROM sandboxes WHERE no = ?", (no,))
    if found is None:
        return None
    epoch, *kept = found
    row = SnapshotRow(name, _shelter(store, no), taken_ms, virtual_ms, *kept)
    store.run("INSERT INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (no, *row))
    _copy(store, no, epoch, row.shelter)
    store.run(
        f"INSERT INTO kept_tokens SELECT token, sandbox_no, ?, {_TOKEN} FROM tokens WHERE sandbox_no = ? AND epoch = ?",
        (row.shelter, no, epoch),
    )
    return row


def restore_snapshot(store: Store, no: int, row: SnapshotRow, clock: str) -> None:
    """Begin a new epoch that holds what the snapshot holds. Call inside a transaction."""
    store.run("INSERT INTO ended SELECT no, epoch FROM sandboxes WHERE no = ? ON CONFLICT DO NOTHING", (no,))
    store.run(
        "UPDATE sandboxes SET epoch = epoch + 1, seq = ?, head = ?, floor = ?, floor_head = ?, journal_bytes = 0,"
        " settings = ?, clock = ?, next_due = ?, version = version + 1 WHERE no = ?",
        (row.seq, row.head, row.seq, row.head, row.settings, clock, row.next_due, no),
    )
    found = store.one("SELECT epoch FROM sandboxes WHERE no = ?", (no,))
    epoch = int(found[0]) if found else 0
    _copy(store, no, row.shelter, epoch)
    store.run(
        f"INSERT INTO tokens SELECT token, sandbox_no, ?, {_TOKEN} FROM kept_tokens"
        f" WHERE sandbox_no = ? AND epoch = ? {sandbox_rows.REPLACING}",
        (epoch, no, row.shelter),
    )


def drop_snapshot(store: Store, no: int, row: SnapshotRow) -> None:
    """Forget a snapshot; what it holds is swept later. Call inside a transaction."""
    store.run("INSERT INTO ended VALUES (?, ?) ON CONFLICT DO NOTHING", (no, row.shelter))
    store.run("DELETE FROM snapshots WHERE sandbox_no = ? AND name = ?", (no, row.name))


def _shelter(store: Store, no: int) -> int:
    """Return an epoch below zero that holds nothing, neither a snapshot nor one that waits for the sweep."""
    found = store.one(
        "SELECT min(each) FROM (SELECT shelter AS each FROM snapshots WHERE sandbox_no = ?"
        " UNION ALL SELECT epoch FROM ended WHERE sandbox_no = ? AND epoch < 0) AS depths",
        (no, no),
    )
    return (found[0] if found and found[0] is not None else 0) - 1


def _copy(store: Store, no: int, source: int, target: int) -> None:
    for table, columns in _COPIED.items():
        store.run(
            f"INSERT INTO {table} (sandbox_no, epoch, {columns})"
            f" SELECT sandbox_no, ?, {columns} FROM {table} WHERE sandbox_no = ? AND epoch = ?",
            (target, no, source),
        )
