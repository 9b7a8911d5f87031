"""Rows of ``tallies``: how many calls were served, of which kind and how quickly, over all sandboxes and workers."""

from __future__ import annotations

from typing import NamedTuple

from emulator.store.sqlite import Store


class TallyRow(NamedTuple):
    """Calls of one kind whose service took between one bound and the next; ``bucket`` numbers the bounds.

    ``status_class`` is the first digit of the HTTP status.
    """

    gateway: str
    operation: str
    outcome: str
    status_class: int
    bucket: int
    calls: int
    duration_us: int


def add(store: Store, kind: tuple[str, str, str, int, int], duration_us: int) -> None:
    """Count one call. Call inside the transaction that writes it down."""
    store.run(
        "INSERT INTO tallies VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO UPDATE SET"
        " calls = calls + 1, duration_us = duration_us + excluded.duration_us",
        (*kind, duration_us),
    )


def every(store: Store) -> list[TallyRow]:
    """Return all rows, in the order of their kinds."""
    rows = store.all("SELECT * FROM tallies ORDER BY gateway, operation, outcome, status_class, bucket")
    return [TallyRow(*row) for row in rows]
