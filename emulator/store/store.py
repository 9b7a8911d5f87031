"""What every store can do, whatever database is under it, what can go wrong with one, and locks on its files."""

from __future__ import annotations

import contextlib
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from emulator.kernel.refusals import PATIENCE_S, StoreBusy, StoreFailure

__all__ = ["PATIENCE_S", "Durability", "Row", "SqlDialect", "Store", "StoreBusy", "StoreFailure", "StoreTrouble"]

Row = tuple[Any, ...]
T = TypeVar("T")
Durability = Literal["process", "power"]
"""What an acknowledged exchange outlives: a killed process, or the loss of power."""


class StoreTrouble(Exception):
    """The store cannot be opened; the sentence says why and what to do."""


class SqlDialect(ABC):
    """The few places where the two databases say the same thing differently. All arguments are constants of ours."""

    @abstractmethod
    def member(self, column: str, *steps: str) -> str:
        """Return the SQL for a text at a place in a JSON column."""

    @abstractmethod
    def has_rule(self) -> str:
        """Return the SQL that a remark of a story names the rule ``?``."""

    @abstractmethod
    def like_path(self, wanted: str) -> tuple[str, str]:
        """Return the SQL and the value that find paths by a pattern in which ``*`` is special; case counts."""

    @abstractmethod
    def text_of(self, column: str) -> str:
        """Return the SQL for the bytes of a column read as text."""

    @abstractmethod
    def json_of(self, column: str) -> str:
        """Return the SQL for a column of JSON as a reader of JSON takes it most cheaply: text, or its UTF-8."""

    like: str
    """The operator that compares with a pattern and folds the case of ASCII letters."""


class ThisProcess:
    """Which process this is: ``mark`` is another object after a fork, and asking for it is no call of the system's."""

    def __init__(self) -> None:
        self.renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        """Begin another process."""
        self.mark = object()


THIS_PROCESS = ThisProcess()


class Store(ABC):
    """One database. Give it to forked workers as it is: connections are opened where they are used.

    Reading needs no transaction. A transaction belongs to the thread that began it; ``writing`` inside another one
    joins it. Every wait has a deadline (``patience``); past it ``StoreBusy`` is raised and nothing has happened.
    """

    dialect: SqlDialect
    waits: bool
    """True when reading or writing may wait for another machine: such a store is not used on an event loop."""

    def __init__(self) -> None:
        self._local = threading.local()

    @abstractmethod
    def prepare(self) -> None:
        """Create or migrate the tables. Raises StoreTrouble when that cannot be."""

    @abstractmethod
    def begin(self, sandbox_no: int | None = None) -> None:
        """Take the pen of a sandbox (None: of the whole store): what is read of it from now on stays true.

        Raises:
            StoreFailure: not now.
        """

    def begin_at(self, sandbox_no: int, columns: str) -> Row | None:
        """Take the pen of a sandbox and return these columns of its row as they stay; None when it is gone.

        Raises:
            StoreFailure: not now.
        """
        self.begin(sandbox_no)
        try:
            return self.one(f"SELECT {columns} FROM sandboxes WHERE no = ?", (sandbox_no,))
        except BaseException:
            self.rollback()
            raise

    def commit(self) -> None:
        """Keep everything since ``begin``, as durably as was promised. Raises StoreFailure when it is not kept."""
        last_words, self._local.last_words = getattr(self._local, "last_words", None), None
        if last_words:
            try:
                last_words()
            except BaseException:
                self.rollback()
                raise
        self._keep()

    @abstractmethod
    def _keep(self) -> None:
        """Commit."""

    @contextlib.contextmanager
    def last_words(self, write: Callable[[], None] | None) -> Iterator[None]:
        """Let ``write`` be part of the first transaction that this thread commits in this block (None: nothing is)."""
        before = getattr(self._local, "last_words", None)
        self._local.last_words = write
        try:
            yield
        finally:
            self._local.last_words = before

    @abstractmethod
    def rollback(self) -> None:
        """Forget everything since ``begin``."""

    @property
    @abstractmethod
    def is_writing(self) -> bool:
        """Tell whether this thread is inside a transaction."""

    @abstractmethod
    def one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, or None."""

    @abstractmethod
    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query."""

    @abstractmethod
    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Execute a statement and return the number of rows it changed."""

    def write(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Execute a statement of which nothing is asked: what it meets may be told by the next one, or by the commit.

        Whatever is read after it in the same transaction sees what it did.
        """
        self.run(sql, values)

    @abstractmethod
    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement once for each row. Call inside a transaction."""

    @abstractmethod
    def trouble(self) -> StoreFailure | None:
        """Return why the store cannot be read and written now, or None. It writes a line that changes nothing."""

    @abstractmethod
    def size(self) -> int:
        """Return the bytes the store takes now."""

    @abstractmethod
    def tidy(self) -> None:
        """Do what the database wants done now and then, beside the writers."""

    @abstractmethod
    @contextlib.contextmanager
    def duty(self, name: str) -> Iterator[bool]:
        """Yield whether this process may do what only one may do at a time; it can while the block lasts."""

    @abstractmethod
    def number_on(self) -> None:
        """Let the next sandbox get a number that none has had, after rows came with numbers of their own."""

    @abstractmethod
    def close(self) -> None:
        """Close what this thread has open (before a fork, and at the end of a thread)."""

    @abstractmethod
    def finish(self) -> None:
        """Leave the store whole, at a clean end. Call in the last process that uses it."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Return where the store is, without a password."""

    @contextlib.contextmanager
    def writing(self, sandbox_no: int | None = None) -> Iterator[None]:
        """Hold one transaction: committed at the end, rolled back on an exception; inside another one, part of it."""
        if self.is_writing:
            yield
            return
        self.begin(sandbox_no)
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def share(self, works: Sequence[Callable[[], T]], patience_s: float) -> list[T]:
        """Do pieces of work that came at the same time, and return what each returned, when all of it is kept.

        A store may keep them in one transaction, in their order, each undone by its own ``rollback`` alone. A piece of
        work may be done twice: what it did the first time is then not kept. It waits ``patience_s`` for its turn, and
        raises nothing.
        """
        with self.patience(patience_s):
            return [work() for work in works]

    @property
    def patience_s(self) -> float:
        """Return how long this thread waits for its turn to write."""
        return getattr(self._local, "patience_s", PATIENCE_S)

    @contextlib.contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Let this thread wait no longer than this for each turn."""
        before = self.patience_s
        self._local.patience_s = max(0.0, seconds)
        try:
            yield
        finally:
            self._local.patience_s = before


# Locks on files: between processes where the system has ``flock``, between the threads of one process elsewhere.
#
# On plain Windows a store is served by one process, which claims it for itself (``claim_alone``): there the locks
# below have to keep nothing but that process's threads apart.

try:
    from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock

    _HAS_FLOCK = True
except ImportError:  # plain Windows
    _HAS_FLOCK = False

OPEN_LOCK = os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0)
_holders: dict[tuple[int, int], int] = {}
_one_at_a_time = threading.Lock()


class ClaimTaken(Exception):
    """Another process holds it."""


def are_shared() -> bool:
    """Tell whether a lock keeps other processes out, so that several may serve one store."""
    return _HAS_FLOCK and hasattr(os, "fork")


def try_lock(descriptor: int) -> bool:
    """Lock an open file at once, if nobody else holds it; tell whether that was so."""
    if not _HAS_FLOCK:
        return _try_lock_here(descriptor)
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(descriptor: int) -> None:
    """Let a file go. Do so before it is closed."""
    if _HAS_FLOCK:
        flock(descriptor, LOCK_UN)
        return
    place = _place_of(descriptor)
    with _one_at_a_time:
        if _holders.get(place) == descriptor:
            del _holders[place]


def _try_lock_here(descriptor: int) -> bool:
    place = _place_of(descriptor)
    with _one_at_a_time:
        return _holders.setdefault(place, descriptor) == descriptor


def _place_of(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


@contextlib.contextmanager
def claim_alone(path: Path) -> Iterator[None]:
    """Hold ``PATH.claim`` against other processes on a system without ``flock``; nothing to do on others.

    Raises:
        ClaimTaken: another process holds it.
        ImportError: the extra that brings the locks is not installed.
    """
    if _HAS_FLOCK:
        yield
        return
    from filelock import FileLock, Timeout

    lock = FileLock(f"{path}.claim")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ClaimTaken from None
    try:
        yield
    finally:
        lock.release()
