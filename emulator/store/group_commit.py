"""Group commit: exchanges that came at the same time share one transaction, each in a savepoint of its own.

A commit costs more than all that an exchange writes, and nobody else can write meanwhile. So the exchanges of one turn
of the event loop run, each in a greenlet, up to where they want the pen; when all of them want it, one transaction is
begun and they go on one after the other. None is answered before that transaction is kept. If it cannot be kept,
nothing has happened, and each is served again in a transaction of its own (decision 0099).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

from emulator.store.sqlite import SqliteStore
from emulator.store.store import Row, StoreFailure

T = TypeVar("T")


class _SharedTransaction:
    """The exchanges that share a transaction. ``hub`` runs them; ``refused`` is why their transaction did not begin.

    ``seen`` is what was read before it began: of one moment, so that what several exchanges ask is looked up once.
    """

    def __init__(self) -> None:
        self.hub = getcurrent()
        self.seen: dict[tuple[str, tuple[Any, ...]], Any] = {}
        self.is_open = self.has_savepoint = False
        self.refused: StoreFailure | None = None


class GroupCommitStore(SqliteStore):
    """A SQLite store in which one thread can serve several exchanges in one transaction."""

    def share(self, works: Sequence[Callable[[], T]], patience_s: float) -> list[T]:
        """Do pieces of work in one transaction, though each writes in transactions of its own (``Store.share``)."""
        with self.patience(patience_s):
            outcomes = self._share(works) if len(works) > 1 else None
            return [work() for work in works] if outcomes is None else outcomes

    def _share(self, works: Sequence[Callable[[], T]]) -> list[T] | None:
        """Return what each piece of work returned; None when nothing of it was kept."""
        group = self._local.group = _SharedTransaction()
        runners = [greenlet(work) for work in works]
        try:
            said = [runner.switch() for runner in runners]  # each ends, or wants the pen
            waiting = [place for place, runner in enumerate(runners) if not runner.dead]
            if waiting:
                self._begin_for(group)
                for place in waiting:
                    said[place] = runners[place].switch()
                    if not group.refused and not self.connection().in_transaction:
                        return None  # the database itself gave the transaction up: a full disk, a failing one
                if not group.refused:
                    super()._keep()
        except StoreFailure:
            return None
        finally:
            self._end(group, runners)
        return said

    def _begin_for(self, group: _SharedTransaction) -> None:
        try:
            super().begin()
        except StoreFailure as failure:
            group.refused = failure
        group.is_open = True

    def _end(self, group: _SharedTransaction, runners: Sequence[greenlet]) -> None:
        """Leave nothing behind: no exchange half done, no transaction that is not kept."""
        for runner in runners:
            if not runner.dead:
                runner.throw()
        self._local.group = None
        if group.is_open and not group.refused:
            super().rollback()

    @property
    def _group(self) -> _SharedTransaction | None:
        return getattr(self._local, "group", None)

    @property
    def is_writing(self) -> bool:
        """Tell whether this thread, or the exchange that it serves in a group, is inside a transaction."""
        group = self._group
        return group.has_savepoint if group else super().is_writing

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, or None; in a group that has not begun to write, as it was seen first."""
        group = self._group
        if group is None or group.is_open:
            return super().one(sql, values)
        question = (sql, tuple(values))
        if question not in group.seen:
            group.seen[question] = super().one(sql, values)
        row: Row | None = group.seen[question]
        return row

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query, as they were seen first where ``one`` would say so, too."""
        group = self._group
        if group is None or group.is_open:
            return super().all(sql, values)
        question = (f"every {sql}", tuple(values))
        if question not in group.seen:
            group.seen[question] = super().all(sql, values)
        return list(group.seen[question])

    def begin(self, sandbox_no: int | None = None) -> None:
        """Take the pen; in a group, wait until all want it, and set a mark to which this exchange can go back."""
        group = self._group
        if group is None:
            super().begin(sandbox_no)
            return
        if not group.is_open:
            group.hub.switch()
        if group.refused:
            raise group.refused
        self.run("SAVEPOINT exchange")
        group.has_savepoint = True

    def _keep(self) -> None:
        group = self._group
        if group is None:
            super()._keep()
            return
        group.has_savepoint = False
        self.run("RELEASE exchange")

    def rollback(self) -> None:
        """Forget everything since ``begin``; in a group, what this exchange has written and no other."""
        group = self._group
        if group is None:
            super().rollback()
            return
        group.has_savepoint = False
        if self.connection().in_transaction:
            with contextlib.suppress(StoreFailure):  # a failing disk: the group finds that its transaction is gone
                self.run("ROLLBACK TO exchange")
                self.run("RELEASE exchange")

    @contextlib.contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Let this thread wait no longer than this for each turn; an exchange in a group waits as long as its group."""
        if self._group:
            yield
            return
        with super().patience(seconds):
            yield
