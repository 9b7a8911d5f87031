"""Rows of ``records``: everything a sandbox's shelves hold over their pack. A null value hides the pack's record."""

from __future__ import annotations

from operator import attrgetter
from typing import NamedTuple

from emulator.store.store import Store


class RecordRow(NamedTuple):
    """One record; ``value`` is JSON (written as text, read as text or as its UTF-8), or None for a dropped one."""

    key: str
    place: str
    moment: int
    value: str | bytes | None


def _row(store: Store) -> str:
    return f"key, place, moment, {store.dialect.json_of('value')}"


_AT_ONCE = 500
_AGE = attrgetter("moment", "key")


def get(store: Store, home: tuple[int, int], shelf: str, key: str) -> RecordRow | None:
    """Return one record of a home (sandbox number, epoch)."""
    row = store.one(
        f"SELECT {_row(store)} FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND key = ?",
        (*home, shelf, key),
    )
    return RecordRow(*row) if row else None


def known_keys(store: Store, home: tuple[int, int], shelf: str, keys: list[str]) -> set[str]:
    """Return which of these keys have a record, a hidden one counted; many keys are asked for at once."""
    found: set[str] = set()
    for first in range(0, len(keys), _AT_ONCE):
        part = keys[first : first + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        rows = store.all(
            f"SELECT key FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND key IN ({marks})",
            (*home, shelf, *part),
        )
        found.update(key for (key,) in rows)
    return found


def put_record(store: Store, home: tuple[int, int], shelf: str, row: RecordRow) -> None:
    """Add or replace one record."""
    store.run(
        "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sandbox_no, epoch, shelf, key)"
        " DO UPDATE SET place = excluded.place, moment = excluded.moment, value = excluded.value",
        (*home, shelf, *row),
    )


def window(
    store: Store, home: tuple[int, int], shelf: str, place: str, first: int, last: int, limit: int
) -> list[RecordRow]:
    """Return the records of a place from ``first`` to ``last`` inclusive, oldest first; a limit below 0 is none."""
    inside = (
        f"SELECT {_row(store)} FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND place = ?"
        " AND moment BETWEEN ? AND ?"
    )
    values = (*home, shelf, place, first, last)
    if limit >= 0:
        return [RecordRow(*row) for row in store.all(f"{inside} ORDER BY moment, key LIMIT ?", (*values, limit))]
    rows = [RecordRow(*row) for row in store.all(inside, values)]
    rows.sort(key=_AGE)  # a database would carry each value through its sorting
    return rows


def with_prefix(store: Store, home: tuple[int, int], shelf: str, prefix: str) -> list[RecordRow]:
    """Return the records whose key begins with ``prefix``, in the order of their keys."""
    rows = store.all(
        f"SELECT {_row(store)} FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND key >= ? AND key < ?"
        " ORDER BY key",
        (*home, shelf, prefix, prefix + "\U0010ffff"),
    )
    return [RecordRow(*row) for row in rows]


def last_with_prefix(store: Store, home: tuple[int, int], shelf: str, prefix: str) -> RecordRow | None:
    """Return the record with the greatest key that begins with ``prefix``."""
    row = store.one(
        f"SELECT {_row(store)} FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND key >= ? AND key < ?"
        " ORDER BY key DESC LIMIT 1",
        (*home, shelf, prefix, prefix + "\U0010ffff"),
    )
    return RecordRow(*row) if row else None


def after(store: Store, home: tuple[int, int], shelf: str, key: str, limit: int) -> list[RecordRow]:
    """Return up to ``limit`` records whose key comes after ``key``, in the order of their keys."""
    rows = store.all(
        f"SELECT {_row(store)} FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND key > ?"
        " ORDER BY key LIMIT ?",
        (*home, shelf, key, limit),
    )
    return [RecordRow(*row) for row in rows]


def keys(store: Store, home: tuple[int, int], shelf: str) -> set[str]:
    """Return every key a shelf's overlay holds, dropped ones included."""
    rows = store.all("SELECT key FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ?", (*home, shelf))
    return {row[0] for row in rows}


def count(store: Store, home: tuple[int, int], name: str) -> int:
    """Add one to a named counter and return it."""
    row = store.one(
        "INSERT INTO counters VALUES (?, ?, ?, 1) ON CONFLICT (sandbox_no, epoch, name)"
        " DO UPDATE SET value = counters.value + 1 RETURNING value",
        (*home, name),
    )
    return int(row[0]) if row else 0


def counters(store: Store, home: tuple[int, int], prefix: str) -> dict[str, int]:
    """Return the counters whose name begins with ``prefix``, by the rest of their name."""
    rows = store.all(
        "SELECT name, value FROM counters WHERE sandbox_no = ? AND epoch = ? AND name >= ? AND name < ? ORDER BY name",
        (*home, prefix, prefix + "\U0010ffff"),
    )
    return {str(name).removeprefix(prefix): int(value) for name, value in rows}


def held_up_to(store: Store, home: tuple[int, int], shelf: str, most: int) -> int:
    """Return how many records a shelf holds over its pack; counting ends at ``most``."""
    row = store.one(
        "SELECT count(*) FROM (SELECT 1 FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ?"
        " AND value IS NOT NULL LIMIT ?) AS held",
        (*home, shelf, most),
    )
    return int(row[0]) if row else 0


def set_counter(store: Store, home: tuple[int, int], name: str, value: int) -> None:
    """Put a counter to a value."""
    store.run(
        "INSERT INTO counters VALUES (?, ?, ?, ?) ON CONFLICT (sandbox_no, epoch, name)"
        " DO UPDATE SET value = excluded.value",
        (*home, name, value),
    )


def drop_counters(store: Store, home: tuple[int, int], prefix: str) -> None:
    """Remove the counters whose name begins with ``prefix``."""
    store.run(
        "DELETE FROM counters WHERE sandbox_no = ? AND epoch = ? AND name >= ? AND name < ?",
        (*home, prefix, prefix + "\U0010ffff"),
    )


def counter_value(store: Store, home: tuple[int, int], name: str) -> int:
    """Return what a named counter stands at."""
    row = store.one("SELECT value FROM counters WHERE sandbox_no = ? AND epoch = ? AND name = ?", (*home, name))
    return int(row[0]) if row else 0
