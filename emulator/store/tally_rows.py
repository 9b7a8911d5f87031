"""Rows of ``served``: how many calls were served, whose, of which kind and how quickly, over all workers.

A row belongs to one sandbox, so that counting never makes two sandboxes wait for each other. What a dropped sandbox
was served is kept under number 0.
"""

from __future__ import annotations

from typing import NamedTuple

from emulator.store.store import Store


class TallyRow(NamedTuple):
    """Calls of one kind whose service took between one bound and the next; ``bucket`` numbers the bounds.

    ``status_class`` is the first digit of the HTTP status; ``bytes_in`` and ``bytes_out`` are those of bodies.
    """

    sandbox_no: int
    gateway: str
    operation: str
    outcome: str
    status_class: int
    bucket: int
    calls: int
    duration_us: int
    bytes_in: int
    bytes_out: int


_KIND = "sandbox_no, gateway, operation, outcome, status_class, bucket"
_ADD = (
    f" ON CONFLICT ({_KIND}) DO UPDATE SET calls = served.calls + excluded.calls,"
    " duration_us = served.duration_us + excluded.duration_us, bytes_in = served.bytes_in + excluded.bytes_in,"
    " bytes_out = served.bytes_out + excluded.bytes_out"
)


def add(store: Store, row: TallyRow) -> None:
    """Count what a row says. Call inside the transaction that writes it down."""
    store.run(f"INSERT INTO served VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?){_ADD}", row)


def every(store: Store) -> list[TallyRow]:
    """Return all rows, in the order of their sandboxes and kinds."""
    return [TallyRow(*row) for row in store.all(f"SELECT * FROM served ORDER BY {_KIND}")]


def leave(store: Store, sandbox_no: int) -> None:
    """Keep what a sandbox was served without its number, as it is dropped. Call inside a transaction."""
    columns = "gateway, operation, outcome, status_class, bucket, calls, duration_us, bytes_in, bytes_out"
    store.run(f"INSERT INTO served SELECT 0, {columns} FROM served WHERE sandbox_no = ?{_ADD}", (sandbox_no,))
    store.run("DELETE FROM served WHERE sandbox_no = ?", (sandbox_no,))
