"""Reading the journal of a store, and forgetting it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from emulator.journal.write import AdminAct, first_break, follows, write_change
from emulator.kernel.exchange import ADMIN_CHANGE, CERTIFICATION, CLOCK_EFFECT, is_behind_the_scenes
from emulator.kernel.values import value_class
from emulator.store import sandbox_rows, world_rows
from emulator.store.sandbox_rows import ChainEnds, TallyRow
from emulator.store.store import SqlDialect, Store, StoreFailure
from emulator.store.world_rows import Condition, JournalBounds, fit_page
from emulator.store.world_rows import JournalRow as Entry

__all__ = ["SERVER", "Entry", "Journal", "Search", "fit_page"]
T = TypeVar("T")
_log = logging.getLogger(__name__)


# What can be asked of a journal, in the words of the columns that answer.


@value_class
class Search:
    """A question; None and the empty text mean: whatever. ``since_ms`` is a wall instant, as WireMock's ``since``.

    What the clock or a certification did is no call: it is found ``with_clock``, or by its operation or outcome. What
    an administrator changed is found ``with_admin``, or by its operation.
    """

    operation: str | None = None
    outcome: str | None = None
    status: int | None = None
    method: str | None = None
    path: str | None = None
    rule: str | None = None
    consumer: str | None = None
    q: str | None = None
    trace: str | None = None
    since_ms: int | None = None
    after: int = 0
    with_clock: bool = False
    with_admin: bool = False

    def conditions(self, dialect: SqlDialect) -> list[Condition]:
        """Return what the store must check, in the words of its database."""
        asked: list[tuple[str, Any]] = [
            ("operation = ?", self.operation),
            ("outcome = ?", self.outcome),
            ("status = ?", self.status),
            ("method = ?", self.method and self.method.upper()),
            dialect.like_path(self.path) if self.path else ("", None),
            (f"{dialect.member('story', 'consumer')} = ?", self.consumer),
            ("wall_ms >= ?", self.since_ms),
        ]
        kept = [Condition(sql, (value,)) for sql, value in asked if value not in (None, "")]
        asks_for_it = is_behind_the_scenes(self.operation) or self.outcome in ("happened", "lapsed")
        if not self.with_clock and not asks_for_it:
            kept.append(Condition(_IS_CALL, (CLOCK_EFFECT, CERTIFICATION + "%")))
        if not self.with_admin and self.operation != ADMIN_CHANGE:
            kept.append(Condition(_IS_NO_CHANGE, (ADMIN_CHANGE,)))
        if self.rule:
            kept.append(Condition(dialect.has_rule(), (self.rule,)))
        if self.trace:
            kept.append(
                Condition(
                    f"{dialect.member('story', 'request', 'headers')} LIKE ?", (f'%["traceparent","__-{self.trace}-%',)
                )
            )
        if self.q:
            kept.append(Condition(_has_text(dialect), (_like(self.q),) * 4))
        return kept


_IS_NO_CHANGE = "(operation IS NULL OR operation <> ?)"
_IS_CALL = "(operation IS NULL OR (operation <> ? AND operation NOT LIKE ?))"


def _has_text(dialect: SqlDialect) -> str:
    places = ("path", dialect.member("story", "remarks"), *map(dialect.text_of, ("request_body", "response_body")))
    return "(" + " OR ".join(rf"{place} {dialect.like} ? ESCAPE '\'" for place in places) + ")"


def _like(text: str) -> str:
    for special in "\\%_":
        text = text.replace(special, "\\" + special)
    return f"%{text}%"


SERVER = (0, 1)
"""The home of the server's own chain: what was changed in no sandbox, or made, ended or began the chain of one."""
_CHUNK = 200
_LOOKS = 3


class Journal:
    """The journals of all sandboxes of a store. A home is (sandbox number, epoch)."""

    def __init__(self, store: Store, replica: Store | None = None) -> None:
        """Make it. Lists, searches and counts are read from ``replica``, where there is one and it answers.

        What must be exact (one exchange, the chain, what an attempt or a wait looks at) is read from the store itself.
        """
        self._store, self._replica = store, replica

    def _read(self, ask: Callable[[Store], T]) -> T:
        """Ask the replica, or the store itself where there is none or it does not answer."""
        if self._replica is not None:
            try:
                return ask(self._replica)
            except StoreFailure as failure:
                _log.warning("the replica does not answer, the store does: %s", failure)
        return ask(self._store)

    def entries(self, home: tuple[int, int], after: int = 0, limit: int = 500) -> list[Entry]:
        """Return up to ``limit`` exchanges of a home after a sequence number, oldest first."""
        return world_rows.exchange_pages(self._store, home, after, limit)

    def entry(self, home: tuple[int, int], seq: int) -> Entry | None:
        """Return one exchange."""
        return world_rows.find_exchange(self._store, home, seq)

    def each(self, home: tuple[int, int], after: int = 0) -> Iterator[Entry]:
        """Yield every exchange after a sequence number, oldest first, a few at a time in memory."""
        while chunk := world_rows.exchange_pages(self._store, home, after, _CHUNK):
            yield from chunk
            after = chunk[-1].seq

    def calls(self, home: tuple[int, int], after: int = 0) -> Iterator[Entry]:
        """Yield every exchange that somebody called for, oldest first: not what the clock or a certification did."""
        return (row for row in self.each(home, after) if not is_behind_the_scenes(row.operation))

    def newest(self, home: tuple[int, int]) -> int:
        """Return the sequence number of the newest exchange, 0 before the first."""
        place = sandbox_rows.next_place(self._store, home[0])
        return place.seq - 1 if place and place.epoch == home[1] else 0

    def floor(self, home: tuple[int, int], limit: int) -> int:
        """Return the newest sequence number that the bound has already pushed out of sight.

        Rows leave the store a few dozen at a time; to a reader the bound holds exactly.
        """
        return max(0, self.newest(home) - limit)

    def kept_count(self, home: tuple[int, int], limit: int) -> int:
        """Return how many exchanges are kept, by both ends: their numbers have no gaps, so nothing is counted."""
        first, last = world_rows.journal_span(self._store, home)
        return last - max(first - 1, self.floor(home, limit)) if last else 0

    def search(
        self, home: tuple[int, int], search: Search, *, limit: int, offset: int = 0, newest_first: bool = True
    ) -> tuple[int, list[Entry]]:
        """Return how many exchanges answer a question, and one page of them."""
        conditions = search.conditions(self._store.dialect)
        order = "DESC" if newest_first else "ASC"
        asks_for_all = all(condition.sql in (_IS_CALL, _IS_NO_CHANGE) for condition in conditions)
        count = world_rows.count_by_index if asks_for_all else world_rows.count_exchanges

        def ask(store: Store) -> tuple[int, list[Entry]]:
            total = count(store, home, search.after, conditions)
            return total, world_rows.search_journal(store, home, search.after, conditions, order, limit, offset).rows

        return self._read(ask)

    def page(
        self, home: tuple[int, int], search: Search, *, limit: int, offset: int = 0, newest_first: bool = True
    ) -> tuple[list[Entry], bool]:
        """Return one page of the answers and whether more follow; nothing is counted, so no more is read than shown."""
        order, conditions = "DESC" if newest_first else "ASC", search.conditions(self._store.dialect)
        rows, is_cut = self._read(
            lambda store: world_rows.search_journal(store, home, search.after, conditions, order, limit + 1, offset)
        )
        return rows[:limit], is_cut or len(rows) > limit

    def noting(self, no: int, act: AdminAct, bounds: JournalBounds) -> AbstractContextManager[None]:
        """Write a change down in the first transaction that this block commits; nothing when it commits none."""
        return self._store.last_words(write_change(self._store, no, act, bounds))

    def noting_nothing(self) -> AbstractContextManager[None]:
        """Let what this block commits be no part of a change that is noted around it."""
        return self._store.last_words(None)

    def tallies(self) -> list[TallyRow]:
        """Return how many calls of each kind were served so far, whatever was reset or forgotten since."""
        return self._read(sandbox_rows.list_tallies)

    def store_bytes(self) -> int:
        """Return the size of the store's files."""
        return self._store.size()

    def clear(self, home: tuple[int, int]) -> None:
        """Forget every exchange so far; numbers and chain go on from where they were."""
        with self._store.writing(home[0]):
            world_rows.trim_journal(self._store, home, self.newest(home))

    def check_chain(self, home: tuple[int, int]) -> tuple[int, int, str | None]:
        """Check the hash chain: oldest and newest kept sequence number (0, 0 when empty), and the first trouble.

        The exchanges are held against each other, and both ends against what stands beside the journal: a beginning
        or an end that is missing is as much a break as one in the middle. A journal that was cut while it was read
        is read again.
        """
        for _ in range(_LOOKS):
            ends = sandbox_rows.chain_ends(self._store, home[0])
            span, trouble = world_rows.journal_span(self._store, home), first_break(self.each(home))
            if trouble is None and ends and ends.epoch == home[1]:
                trouble = self._trouble_at_ends(home, span, ends)
            after = sandbox_rows.chain_ends(self._store, home[0])
            if trouble is None or after == ends:
                break
        return (*span, trouble)

    def _trouble_at_ends(self, home: tuple[int, int], span: tuple[int, int], ends: ChainEnds) -> str | None:
        first, last = span
        if last < ends.seq and not (ends.seq == ends.floor and not last):
            return f"seq {max(last, ends.floor) + 1}: missing, the newest was {ends.seq}"
        if last and first > ends.floor + 1:
            return f"seq {ends.floor + 1}: missing, the oldest that is there is {first}"
        oldest, newest = self.entry(home, first), self.entry(home, last)
        if newest and last == ends.seq and newest.self != ends.head:
            return f"seq {last}: is not the exchange the sandbox calls its newest"
        if oldest and ends.floor_head and first == ends.floor + 1 and not follows(oldest, ends.floor_head):
            return f"seq {first}: does not follow the last exchange that was forgotten"
        return None
