"""Rows of ``journal``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from emulator.store.sqlite import Store


class JournalRow(NamedTuple):
    """One exchange as written down.

    ``story`` is the canonical JSON that ``self`` is the SHA-256 of; wall time, duration and client address stand beside
    it because they differ between two runs of the same story.
    """

    sandbox_no: int
    epoch: int
    seq: int
    operation: str | None
    outcome: str
    status: int
    method: str
    path: str
    virtual_ms: int
    wall_ms: int
    duration_us: int
    client_ip: str
    story: str
    request_body: bytes
    response_body: bytes
    self: str


class Condition(NamedTuple):
    """A constant piece of SQL with its values."""

    sql: str
    values: tuple[Any, ...]


def add(store: Store, row: JournalRow) -> None:
    """Write one exchange down. Call inside a transaction."""
    store.run("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def get(store: Store, home: tuple[int, int], seq: int) -> JournalRow | None:
    """Return one exchange."""
    row = store.one("SELECT * FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq = ?", (*home, seq))
    return JournalRow(*row) if row else None


def pages(store: Store, home: tuple[int, int], after: int = 0, limit: int = 500) -> list[JournalRow]:
    """Return up to ``limit`` exchanges after a sequence number, oldest first."""
    rows = store.all(
        "SELECT * FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
        (*home, after, limit),
    )
    return [JournalRow(*row) for row in rows]


def trim(store: Store, home: tuple[int, int], keep_after: int) -> None:
    """Forget the exchanges up to and including a sequence number."""
    store.run("DELETE FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq <= ?", (*home, keep_after))


def search(
    store: Store,
    home: tuple[int, int],
    after: int,
    conditions: Sequence[Condition],
    order: str,
    limit: int,
    offset: int,
) -> list[JournalRow]:
    """Return one page of the exchanges after a sequence number that meet all conditions; order is ASC or DESC."""
    where, values = _where(home, after, conditions)
    rows = store.all(
        f"SELECT * FROM journal WHERE {where} ORDER BY seq {order} LIMIT ? OFFSET ?", (*values, limit, offset)
    )
    return [JournalRow(*row) for row in rows]


def count(store: Store, home: tuple[int, int], after: int, conditions: Sequence[Condition]) -> int:
    """Return how many exchanges after a sequence number meet all conditions."""
    where, values = _where(home, after, conditions)
    row = store.one(f"SELECT count(*) FROM journal WHERE {where}", values)
    return int(row[0]) if row else 0


def span(store: Store, home: tuple[int, int]) -> tuple[int, int]:
    """Return the oldest and the newest kept sequence number, (0, 0) when nothing is kept."""
    row = store.one("SELECT min(seq), max(seq) FROM journal WHERE sandbox_no = ? AND epoch = ?", home)
    return (row[0] or 0, row[1] or 0) if row else (0, 0)


def _where(home: tuple[int, int], after: int, conditions: Sequence[Condition]) -> tuple[str, list[Any]]:
    parts = ["sandbox_no = ? AND epoch = ? AND seq > ?", *(condition.sql for condition in conditions)]
    return " AND ".join(parts), [*home, after, *(value for condition in conditions for value in condition.values)]
