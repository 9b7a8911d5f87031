"""Rows of ``journal``."""

from __future__ import annotations

from typing import NamedTuple

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
