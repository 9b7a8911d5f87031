"""Rows of ``journal``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from emulator.kernel.exchange import ADMIN_CHANGE, CERTIFICATION, CLOCK_EFFECT
from emulator.store.store import Store


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
    """Forget the exchanges up to and including a sequence number, and note where the chain begins now."""
    last = store.one(
        "SELECT self, seq FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
        (*home, keep_after),
    )
    if last is None:
        return
    gone = store.one(f"SELECT {_SIZE} FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq <= ?", (*home, last[1]))
    store.run("DELETE FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq <= ?", (*home, last[1]))
    store.run(
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


def last_before(store: Store, home: tuple[int, int], wall_ms: int, after: int) -> int:
    """Return the number of the newest exchange before an instant of the wall; none up to ``after`` is looked at."""
    row = store.one(
        "SELECT max(seq) FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq > ? AND wall_ms < ?",
        (*home, after, wall_ms),
    )
    floor = store.one("SELECT floor FROM sandboxes WHERE no = ?", (home[0],))
    return max(after, int(row[0] or 0) if row else 0, int(floor[0] or 0) if floor else 0, 0)


def count_unasked(store: Store, home: tuple[int, int], after: int) -> int:
    """Return how many exchanges after a number nobody called for: effects of the clock, marks, changes by the clerk."""
    row = store.one(
        f"SELECT count(*) FROM journal WHERE sandbox_no = ? AND epoch = ? AND seq > ? AND ({_UNASKED})", (*home, after)
    )
    return int(row[0]) if row else 0


def measure(store: Store, home: tuple[int, int]) -> None:
    """Write beside a journal that came from a file where it begins and how much it holds."""
    store.run(
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


def search(
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
