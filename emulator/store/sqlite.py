"""The embedded default: one SQLite file, WAL, a connection per thread, one writer at a time."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from emulator.store.schema import APPLICATION_ID, MIGRATIONS
from emulator.store.store import (
    OPEN_LOCK,
    THIS_PROCESS,
    Durability,
    Row,
    SqlDialect,
    Store,
    StoreBusy,
    StoreFailure,
    StoreTrouble,
    try_lock,
    unlock,
)

_MAGIC = b"SQLite format 3\x00"
_HEADER_SIZE = 100
_WAL_FORMAT = 2
# The upkeep thread checkpoints; this far behind, a commit does it after all.
_AUTO_CHECKPOINT_PAGES = 40_000
# From here on a checkpoint is finished with the pen in hand, so that the log can begin again.
_LONG_LOG_PAGES = 4_000
# Who waits for the pen looks this often: it is held for a fraction of a millisecond.
_FIRST_LOOK_S, _LAST_LOOK_S, _SOON_S = 0.0001, 0.005, 0.005
_REASONS = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_IOERR: "io",
    sqlite3.SQLITE_CANTOPEN: "gone",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}
_MOST_DAMAGE = 5


def _word_failure(trouble: sqlite3.Error) -> Exception:
    """Return what the database says about itself as a StoreFailure; what it says about our SQL stays as it is."""
    reason = _REASONS.get((getattr(trouble, "sqlite_errorcode", None) or 0) & 0xFF)
    if reason is None:
        return trouble
    return StoreBusy(str(trouble)) if reason == "busy" else StoreFailure(reason, str(trouble))


class _SqliteDialect(SqlDialect):
    like = "LIKE"

    def member(self, column: str, *steps: str) -> str:
        return f"json_extract({column}, '$.{'.'.join(steps)}')"

    def has_rule(self) -> str:
        return "EXISTS (SELECT 1 FROM json_each(story, '$.remarks') WHERE json_extract(value, '$.rule') = ?)"

    def like_path(self, wanted: str) -> tuple[str, str]:
        return "path GLOB ?", wanted.replace("[", "[[]").replace("?", "[?]")

    def text_of(self, column: str) -> str:
        return f"CAST({column} AS TEXT)"

    def json_of(self, column: str) -> str:
        return f"CAST({column} AS BLOB)"


class SqliteStore(Store):
    """One database file.

    Writers of all processes queue on a lock file, which costs microseconds, where SQLite's own busy handler sleeps.
    """

    waits = False
    dialect = _SqliteDialect()

    def __init__(
        self,
        path: Path,
        migrations: Sequence[str] = MIGRATIONS,
        *,
        is_kept: bool = True,
        durability: Durability = "process",
    ) -> None:
        """``is_kept`` tells that the file must outlive this run; any file outlives a killed process."""
        super().__init__()
        self.path, self._migrations, self._is_kept, self._durability = path, migrations, is_kept, durability
        self._identity: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """Return the path."""
        return str(self.path)

    def prepare(self) -> None:
        """Create or migrate the file.

        Raises:
            StoreTrouble: the folder cannot be written, the file is no store of ours, or a newer emulator made it.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            make_private(self.path)
            self._refuse_strangers()
            with self.writing():
                self._migrate(self.connection())
        except (OSError, sqlite3.Error, StoreFailure) as trouble:
            raise StoreTrouble(
                f"Không mở được kho dữ liệu {self.path}: {trouble}. / Cannot open the store {self.path}: {trouble}."
            ) from trouble
        self._identity = _identity_of(self.path)

    def _refuse_strangers(self) -> None:
        """Look before opening: opening would already change a database of somebody else's."""
        header = self._header()
        is_ours = int.from_bytes(header[68:72]) == APPLICATION_ID
        # Right after a crash our mark may still stand in the log alone; every store of ours is in WAL format.
        may_be_ours = header[18:19] == bytes([_WAL_FORMAT]) and Path(f"{self.path}-wal").exists()
        if header and not (header.startswith(_MAGIC) and (is_ours or may_be_ours)):
            raise self._stranger()

    def _header(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                return file.read(_HEADER_SIZE)
        except FileNotFoundError:
            return b""

    def _stranger(self) -> StoreTrouble:
        return StoreTrouble(
            f"{self.path} không phải kho dữ liệu của trình giả lập. / {self.path} is not an emulator store."
        )

    def _migrate(self, connection: sqlite3.Connection) -> None:
        known = len(self._migrations)
        done = connection.execute("PRAGMA user_version").fetchone()[0]
        owner = connection.execute("PRAGMA application_id").fetchone()[0]
        used = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if used and owner != APPLICATION_ID:
            raise self._stranger()
        if done > known:
            raise StoreTrouble(
                f"{self.path} do bản mới hơn tạo ra (lược đồ {done}, bản này biết {known}); hãy nâng cấp "
                f"hoặc dùng tệp khác. / {self.path} was made by a newer version (schema {done}, this one "
                f"knows {known}): upgrade, or use another file."
            )
        for script in self._migrations[done:]:
            for statement in script.split(";"):
                if statement.strip():
                    connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {known}")

    def damage(self) -> list[str]:
        """Read the whole file and return what does not fit together in it, in SQLite's words; empty when all does."""
        try:
            found = self.connection().execute(f"PRAGMA integrity_check({_MOST_DAMAGE})").fetchall()
        except sqlite3.DatabaseError as trouble:
            return [str(trouble)]
        return [] if found == [("ok",)] else [str(line) for (line,) in found]

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection (opened at first use, and again after a fork)."""
        if getattr(self._local, "process", None) is not THIS_PROCESS.mark:
            self._local.connection = self._open()
            self._local.lock, self._local.turn = self._open_lock("lock"), self._open_lock("turn")
            self._local.process = THIS_PROCESS.mark
        connection: sqlite3.Connection = self._local.connection
        return connection

    def _open(self) -> sqlite3.Connection:
        self._local.busy_ms = None
        # While serving, a file that is not there any more must not come back as an empty one.
        wish = f"{self.path.absolute().as_uri()}?mode={'rwc' if self._identity is None else 'rw'}"
        try:
            connection = sqlite3.connect(wish, uri=True, isolation_level=None, timeout=1, cached_statements=256)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self._synchronous()}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_AUTO_CHECKPOINT_PAGES}")
        except sqlite3.Error as trouble:
            raise _word_failure(trouble) from trouble
        return connection

    def _synchronous(self) -> str:
        if not self._is_kept:
            return "OFF"
        return "FULL" if self._durability == "power" else "NORMAL"

    def _open_lock(self, name: str) -> int:
        return os.open(f"{self.path}.{name}", OPEN_LOCK, 0o600)

    def close(self) -> None:
        """Close this thread's connection (before a fork, and at the end)."""
        if getattr(self._local, "process", None) is THIS_PROCESS.mark:
            self._local.connection.close()
            os.close(self._local.lock)
            os.close(self._local.turn)
        self._local.process = None

    def finish(self) -> None:
        """Move the whole log into the file, so that the file alone is the store."""
        with contextlib.suppress(StoreFailure):  # a disk that is full now: the log stays, and nothing is lost
            self.begin()
            self.rollback()
            self.one("PRAGMA wal_checkpoint(TRUNCATE)")
        self.close()
        for suffix in ("lock", "turn", "upkeep"):
            with contextlib.suppress(PermissionError):  # Windows keeps a file that a thread has open
                Path(f"{self.path}.{suffix}").unlink(missing_ok=True)

    def tidy(self) -> None:
        """Move the log into the file, beside the writers; a long log is finished while they wait for a moment."""
        if self._checkpoint() > _LONG_LOG_PAGES:
            self._take_pen()
            try:
                self._checkpoint()
            finally:
                self._release()

    def _checkpoint(self) -> int:
        row = self.one("PRAGMA wal_checkpoint(PASSIVE)")
        return int(row[1]) if row else 0

    @contextlib.contextmanager
    def duty(self, name: str) -> Iterator[bool]:
        """Yield whether this process may do it: the lock file of the duty was free."""
        descriptor = os.open(f"{self.path}.{name}", OPEN_LOCK, 0o600)
        try:
            yield try_lock(descriptor)
        finally:
            unlock(descriptor)
            os.close(descriptor)

    def number_on(self) -> None:
        """Nothing: AUTOINCREMENT goes on from the greatest number there is."""

    @property
    def is_writing(self) -> bool:
        """Tell whether this thread is inside a transaction."""
        return getattr(self._local, "process", None) is THIS_PROCESS.mark and self._local.connection.in_transaction

    def begin(self, sandbox_no: int | None = None) -> None:  # noqa: ARG002 - SQLite has one pen for all
        """Take the pen: what is read from now on stays true until the commit."""
        deadline = time.monotonic() + self.patience_s
        self._take_pen()
        try:
            self._wait_for_strangers(deadline)
            self._local.connection.execute("BEGIN IMMEDIATE")
        except BaseException as trouble:
            self._release()
            if isinstance(trouble, sqlite3.Error):
                raise _word_failure(trouble) from trouble
            raise

    def _take_pen(self) -> None:
        """Wait for the pen with the turn in hand, so that a busy process has it again after whoever waits."""
        self.connection()
        began = time.monotonic()
        self._wait_for(self._local.turn, began)
        try:
            self._wait_for(self._local.lock, began)
        finally:
            unlock(self._local.turn)

    def _wait_for(self, lock: int, began: float) -> None:
        pause = _FIRST_LOOK_S
        while not try_lock(lock):
            waited = time.monotonic() - began
            if waited >= self.patience_s:
                raise StoreBusy("another process holds the pen")
            time.sleep(pause)
            if waited > _SOON_S:
                pause = min(pause * 1.5, _LAST_LOOK_S)

    def _wait_for_strangers(self, deadline: float) -> None:
        """Let SQLite wait, for somebody who knows no pen, as long as this thread may still wait."""
        left_ms = 10 * round(max(0.0, deadline - time.monotonic()) * 100)
        if self._local.busy_ms != left_ms:
            self._local.connection.execute(f"PRAGMA busy_timeout = {left_ms}")
            self._local.busy_ms = left_ms

    def _keep(self) -> None:
        """Make everything since ``begin`` durable, and put the pen down.

        Raises:
            StoreFailure: it is not kept; ``gone`` when the file is no longer the one at its path.
        """
        try:
            if self._identity is not None and _identity_of(self.path) != self._identity:
                self._forget_changes()
                raise StoreFailure("gone", f"{self.path} is not the file that was opened")
            self.connection().execute("COMMIT")
        except sqlite3.Error as trouble:
            self._forget_changes()
            raise _word_failure(trouble) from trouble
        finally:
            self._release()

    def rollback(self) -> None:
        """Forget everything since ``begin``."""
        try:
            self._forget_changes()
        finally:
            self._release()

    def _forget_changes(self) -> None:
        connection = self.connection()
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):  # a failing disk: SQLite has rolled back by itself
                connection.execute("ROLLBACK")

    def _release(self) -> None:
        unlock(self._local.lock)

    def size(self) -> int:
        """Return the bytes that the file and its log take now."""
        places = (self.path, Path(f"{self.path}-wal"))
        return sum(place.stat().st_size for place in places if place.exists())

    def trouble(self) -> StoreFailure | None:
        """Return why the store cannot be read and written now, or None. It writes a line that changes nothing."""
        try:
            with self.writing():
                # SQLite writes nothing for a row that stays as it is: it must change, and change back.
                self.run("UPDATE sandboxes SET version = version + 1 WHERE id = 'default'")
                self.run("UPDATE sandboxes SET version = version - 1 WHERE id = 'default'")
        except StoreFailure as failure:
            return failure
        except (OSError, sqlite3.Error) as trouble:
            return StoreFailure("io", str(trouble))
        return None

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        try:
            row: Row | None = self.connection().execute(sql, values).fetchone()
        except sqlite3.Error as trouble:
            raise _word_failure(trouble) from trouble
        return row

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query."""
        try:
            return self.connection().execute(sql, values).fetchall()
        except sqlite3.Error as trouble:
            raise _word_failure(trouble) from trouble

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Execute a statement and return the number of rows it changed."""
        try:
            return self.connection().execute(sql, values).rowcount
        except sqlite3.Error as trouble:
            raise _word_failure(trouble) from trouble

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement once for each row. Call inside a transaction."""
        try:
            self.connection().executemany(sql, rows)
        except sqlite3.Error as trouble:
            raise _word_failure(trouble) from trouble


def make_private(path: Path) -> None:
    """Make a file that only its owner may read, or take the others' rights to one that is there.

    SQLite gives its log the mode of its file.

    Raises:
        OSError: it cannot be opened, or is a device or a pipe, which others use too.
    """
    descriptor = os.open(path, OPEN_LOCK, 0o600)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        mode = stat.S_IMODE(found.st_mode)
        if mode & 0o077:
            os.chmod(path, mode & ~0o077)
    finally:
        os.close(descriptor)


def _identity_of(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
