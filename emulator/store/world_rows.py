"""Rows of ``records`` and ``journal``: what a sandbox holds over its pack, and what happened in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from emulator.kernel.exchange import ADMIN_CHANGE, CERTIFICATION, CLOCK_EFFECT
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


def find_record(store: Store, home: tuple[int, int], shelf: str, key: str) -> RecordRow | None:
    """Return one record of a home (sandbox number, epoch)."""
    row = store.one(
        f"SELECT {_row(store)} FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND key = ?",
        (*home, shelf, key),
    )
    return RecordRow(*row) if row else None


def known_keys(store: Store, home: tuple[int, int], shelf: str, record_keys: list[str]) -> set[str]:
    """Return which of these keys have a record, a hidden one counted; many keys are asked for at once."""
    found: set[str] = set()
    for first in range(0, len(record_keys), _AT_ONCE):
        part = record_keys[first : first + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        rows = store.all(
            f"SELECT key FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND key IN ({marks})",
            (*home, shelf, *part),
        )
        found.update(key for (key,) in rows)
    return found


def put_record(store: Store, home: tuple[int, int], shelf: str, row: RecordRow) -> None:
    """Add or replace one record."""
    store.write(
        "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sandbox_no, epoch, shelf, key)"
        " DO UPDATE SET place = excluded.place, moment = excluded.moment, value = excluded.value",
        (*home, shelf, *row),
    )


def record_window(
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


def records_with_prefix(store: Store, home: tuple[int, int], shelf: str, prefix: str) -> list[RecordRow]:
    """Return the records whose key begins with ``prefix``, in the order of their keys."""
    rows = store.all(
        f"SELECT {_row(store)} FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND key >= ? AND key < ?"
        " ORDER BY key",
        (*home, shelf, prefix, prefix + "\U0010ffff"),
    )
    return [RecordRow(*row) for row in rows]


def last_record(store: Store, home: tuple[int, int], shelf: str, prefix: str) -> RecordRow | None:
    """Return the record with the greatest key that begins with ``prefix``."""
    row = store.one(
        f"SELECT {_row(store)} FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND key >= ? AND key < ?"
        " ORDER BY key DESC LIMIT 1",
        (*home, shelf, prefix, prefix + "\U0010ffff"),
    )
    return RecordRow(*row) if row else None


def records_after(store: Store, home: tuple[int, int], shelf: str, key: str, limit: int) -> list[RecordRow]:
    """Return up to ``limit`` records whose key comes after ``key``, in the order of their keys."""
    rows = store.all(
        f"SELECT {_row(store)} FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ? AND key > ?"
        " ORDER BY key LIMIT ?",
        (*home, shelf, key, limit),
    )
    return [RecordRow(*row) for row in rows]


def record_keys(store: Store, home: tuple[int, int], shelf: str) -> set[str]:
    """Return every key a shelf's overlay holds, dropped ones included."""
    rows = store.all("SELECT key FROM records WHERE sandbox_no = ? AND epoch = ? AND shelf = ?", (*home, shelf))
    return {row[0] for row in rows}


def count_up(store: Store, home: tuple[int, int], name: str) -> int:
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
    store.write(
        "INSERT INTO counters VALUES (?, ?, ?, ?) ON CONFLICT (sandbox_no, epoch, name)"
        " DO UPDATE SET value = excluded.value",
        (*home, name, value),
    )


def drop_counters(store: Store, home: tuple[int, int], prefix: str) -> None:
    """Remove the counters whose name begins with ``prefix``."""
    store.write(
        "DELETE FROM counters WHERE sandbox_no = ? AND epoch = ? AND name >= ? AND name < ?",
        (*home, prefix, prefix + "\U0010ffff"),
    )


def counter_value(store: Store, home: tuple[int, int], name: str) -> int:
    """Return what a named counter stands at."""
    row = store.one("SELECT value FROM counters WHERE sandbox_no = ? AND epoch = ? AND name = ?", (*home, name))
    return int(row[0]) if row else 0


# Rows of ``journal``.


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


_SIZE_OF_ONE = "length(story) + length(request_body) + length(response_body)"  # what size_of says
_SIZE = f"coalesce(sum({_SIZE_OF_ONE}), 0)"


class JournalBounds(NamedTuple):
    """How much of a sandbox's journal is kept: exchanges, their size in all, and the size of one body, in bytes.

    A longer body is kept as its digest and its beginning.
    """

    entries: int
    size: int
    body: int


class Condition(NamedTuple):
    """A constant piece of SQL with its values."""

    sql: str
    values: tuple[Any, ...]


def add_exchange(store: Store, row: JournalRow) -> None:
    """Write one exchange down. Call inside a transaction."""
    store.write("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def find_exchange(store: Store, home: tuple[int, int], seq: int) -> JournalRow | None:
    """Return one exchange."""
    row = store.one("SELECT * FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq = ?", (*home, seq))
    return JournalRow(*row) if row else None


def exchange_pages(store: Store, home: tuple[int, int], after: int = 0, limit: int = 500) -> list[JournalRow]:
    """Return up to ``limit`` exchanges after a sequence number, oldest first."""
    rows = store.all(
        "SELECT * FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
        (*home, after, limit),
    )
    return [JournalRow(*row) for row in rows]


def trim_journal(store: Store, home: tuple[int, int], keep_after: int) -> None:
    """Forget the exchanges up to and including a sequence number, and note where the chain begins now."""
    last = store.one(
        "SELECT self, seq FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
        (*home, keep_after),
    )
    if last is None:
        return
    gone = store.one(f"SELECT {_SIZE} FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq <= ?", (*home, last[1]))
    store.write("DELETE FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq <= ?", (*home, last[1]))
    store.write(
        "UPDATE sandboxes SET floor = ?, floor_head = ?, journal_bytes = journal_bytes - ? WHERE no = ? AND epoch = ?",
        (last[1], last[0], int(gone[0]) if gone else 0, *home),
    )


def last_to_forget(store: Store, home: tuple[int, int], bytes_over: int) -> int:
    """Return the number up to which exchanges must go, at most a thousand, to make the journal smaller by that."""
    last = 0
    for seq, size in store.all(
        f"SELECT seq, {_SIZE_OF_ONE} FROM journal WHERE sandbox_no = ? AND epoch = ? ORDER BY seq LIMIT 1000", home
    ):
        if bytes_over <= 0:
            break
        last, bytes_over = int(seq), bytes_over - size
    return last


_UNASKED = f"operation IN ('{CLOCK_EFFECT}', '{ADMIN_CHANGE}') OR operation LIKE '{CERTIFICATION}%'"


def last_exchange_outside(store: Store, home: tuple[int, int], since_ms: int, until_ms: int, after: int) -> int:
    """Return the number of the newest exchange that is not of this span of the wall; none up to ``after`` is looked at.

    After it is what the span has made, though the machine's clock was put back and older ones seem to be newer.
    """
    row = store.one(
        "SELECT max(seq) FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq > ? AND (wall_ms < ? OR wall_ms >= ?)",
        (*home, after, since_ms, until_ms),
    )
    floor = store.one("SELECT floor FROM sandboxes WHERE no = ?", (home[0],))
    return max(after, int(row[0] or 0) if row else 0, int(floor[0] or 0) if floor else 0, 0)


def count_unasked(store: Store, home: tuple[int, int], after: int, until: int) -> int:
    """Return how many exchanges, after a number and up to another, nobody called for.

    Effects of the clock, marks, changes by the clerk.
    """
    if after >= until:
        return 0
    row = store.one(
        f"SELECT count(*) FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq > ? AND seq <= ? AND ({_UNASKED})",
        (*home, after, until),
    )
    return int(row[0]) if row else 0


def measure_journal(store: Store, home: tuple[int, int]) -> None:
    """Write beside a journal that came from a file where it begins and how much it holds."""
    store.write(
        "UPDATE sandboxes SET floor_head = '',"
        " floor = coalesce((SELECT min(seq) - 1 FROM journal WHERE sandbox_no = ? AND epoch = ?), seq),"
        f" journal_bytes = (SELECT {_SIZE} FROM journal WHERE sandbox_no = ? AND epoch = ?) WHERE no = ?",
        (*home, *home, home[0]),
    )


def size_of(row: JournalRow) -> int:
    """Return what an exchange counts in the bound of its journal: characters of its story, bytes of its bodies."""
    return len(row.story) + len(row.request_body) + len(row.response_body)


class JournalPage(NamedTuple):
    """Rows of one page; ``is_cut`` when the bound of its bytes left some out that were asked for."""

    rows: list[JournalRow]
    is_cut: bool


_PAGE_BYTES = 16 * 1024 * 1024
"""What the rows of one page may take; one row is always given."""


def search_journal(
    store: Store,
    home: tuple[int, int],
    after: int,
    conditions: Sequence[Condition],
    order: str,
    limit: int,
    offset: int,
) -> JournalPage:
    """Return one page of the exchanges after a sequence number that meet all conditions; order is ASC or DESC.

    How large they are is looked at first, so that no more is read than is given.
    """
    where, values = _where(home, after, conditions)
    sizes = store.all(
        f"SELECT seq, {_SIZE_OF_ONE} FROM journal WHERE {where} ORDER BY seq {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    wanted = _within_page(sizes)
    if not wanted:
        return JournalPage([], is_cut=False)
    rows = store.all(
        f"SELECT * FROM journal WHERE {where} AND seq BETWEEN ? AND ? ORDER BY seq {order}",
        (*values, min(wanted), max(wanted)),
    )
    return JournalPage([JournalRow(*row) for row in rows], len(wanted) < len(sizes))


def _within_page(sizes: Sequence[tuple[Any, ...]]) -> list[int]:
    wanted, total = list[int](), 0
    for seq, size in sizes:
        total += int(size)
        if wanted and total > _PAGE_BYTES:
            break
        wanted.append(int(seq))
    return wanted


def fit_page(rows: Iterable[JournalRow]) -> JournalPage:
    """Return the first of some rows, as many as fit one page."""
    kept, total = list[JournalRow](), 0
    for row in rows:
        total += size_of(row)
        if kept and total > _PAGE_BYTES:
            return JournalPage(kept, is_cut=True)
        kept.append(row)
    return JournalPage(kept, is_cut=False)


def count_exchanges(store: Store, home: tuple[int, int], after: int, conditions: Sequence[Condition]) -> int:
    """Return how many exchanges after a sequence number meet all conditions."""
    where, values = _where(home, after, conditions)
    row = store.one(f"SELECT count(*) FROM journal WHERE {where}", values)
    return int(row[0]) if row else 0


def count_by_index(store: Store, home: tuple[int, int], after: int, conditions: Sequence[Condition]) -> int:
    """Return the same where nothing but what nobody called for can fail the conditions; no exchange is read for it."""
    total = count_exchanges(store, home, after, ())
    if not conditions:
        return total
    met = " AND ".join(condition.sql for condition in conditions)
    failing = Condition(f"({_UNASKED}) AND NOT ({met})", tuple(value for each in conditions for value in each.values))
    return total - count_exchanges(store, home, after, [failing])


def journal_span(store: Store, home: tuple[int, int]) -> tuple[int, int]:
    """Return the oldest and the newest kept sequence number, (0, 0) when nothing is kept."""
    row = store.one("SELECT min(seq), max(seq) FROM journal WHERE sandbox_no = ? AND epoch = ?", home)
    return (row[0] or 0, row[1] or 0) if row else (0, 0)


def _where(home: tuple[int, int], after: int, conditions: Sequence[Condition]) -> tuple[str, list[Any]]:
    parts = ["sandbox_no = ? AND epoch = ? AND seq > ?", *(condition.sql for condition in conditions)]
    return " AND ".join(parts), [*home, after, *(value for condition in conditions for value in condition.values)]
