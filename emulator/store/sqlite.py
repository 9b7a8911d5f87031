"""The embedded default: one SQLite file, WAL, a connection per thread, one writer at a time."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from emulator.store.schema import APPLICATION_ID, MIGRATIONS

try:
    import fcntl
except ImportError:  # plain Windows: commands that need no store run there
    fcntl = None  # type: ignore[assignment]

Row = tuple[Any, ...]
_BUSY_MS = 10_000
_MAGIC = b"SQLite format 3\x00"
_HEADER_SIZE = 100
_WAL_FORMAT = 2
# The upkeep thread checkpoints; this far behind, a commit does it after all.
_AUTO_CHECKPOINT_PAGES = 40_000
# From here on a checkpoint is finished with the pen in hand, so that the log can begin again.
_LONG_LOG_PAGES = 4_000


class StoreTrouble(Exception):
    """The store cannot be used; the sentence says why and what to do."""


def refuse_plain_windows() -> None:
    """Say what a store needs. Raises StoreTrouble where the system has no such file locks."""
    if fcntl is None:
        raise StoreTrouble(
            "Kho dữ liệu cần khoá tệp của Linux hoặc macOS; trên Windows hãy dùng WSL hoặc Docker. / A store needs the "
            "file locks of Linux or macOS: on Windows, use WSL or Docker."
        )


class Store:
    """One database file. Give it to the forked workers as it is: connections are opened where they are used.

    Writers of all processes queue on a lock file, which costs microseconds, where SQLite's own busy handler sleeps.
    """

    def __init__(self, path: Path, migrations: Sequence[str] = MIGRATIONS, *, is_kept: bool = True) -> None:
        """``is_kept`` tells that the file must outlive the machine's power; any file outlives a killed process."""
        self.path, self._migrations, self._is_kept = path, migrations, is_kept
        self._local = threading.local()

    def prepare(self) -> None:
        """Create or migrate the file.

        Raises:
            StoreTrouble: the folder cannot be written, the file is no store of ours, or a newer emulator made it.
        """
        refuse_plain_windows()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._refuse_strangers()
            with self.writing() as connection:
                self._migrate(connection)
        except (OSError, sqlite3.Error) as trouble:
            raise StoreTrouble(
                f"Không mở được kho dữ liệu {self.path}: {trouble}. / Cannot open the store {self.path}: {trouble}."
            ) from trouble

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

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection (opened at first use, and again after a fork)."""
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.connection = self._open()
            self._local.lock = self._open_lock()
            self._local.pid = os.getpid()
        connection: sqlite3.Connection = self._local.connection
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=_BUSY_MS / 1000, cached_statements=256)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'NORMAL' if self._is_kept else 'OFF'}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_AUTO_CHECKPOINT_PAGES}")
        return connection

    def _open_lock(self) -> int:
        return os.open(f"{self.path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Close this thread's connection (before a fork, and at the end)."""
        if getattr(self._local, "pid", None) == os.getpid():
            self._local.connection.close()
            os.close(self._local.lock)
        self._local.pid = None

    def checkpoint(self) -> None:
        """Move the log into the file, beside the writers; a long log is finished while they wait for a moment."""
        if self._checkpoint() > _LONG_LOG_PAGES:
            self.connection()
            fcntl.flock(self._local.lock, fcntl.LOCK_EX)
            try:
                self._checkpoint()
            finally:
                self._release()

    def _checkpoint(self) -> int:
        row = self.one("PRAGMA wal_checkpoint(PASSIVE)")
        return int(row[1]) if row else 0

    def begin(self) -> None:
        """Take the pen: what is read from now on stays true until the commit."""
        connection = self.connection()
        fcntl.flock(self._local.lock, fcntl.LOCK_EX)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._release()
            raise

    def commit(self) -> None:
        """Make everything since ``begin`` durable against a killed process, and put the pen down."""
        try:
            self.connection().execute("COMMIT")
        finally:
            self._release()

    def rollback(self) -> None:
        """Forget everything since ``begin``."""
        try:
            if self.connection().in_transaction:
                self.connection().execute("ROLLBACK")
        finally:
            self._release()

    def _release(self) -> None:
        fcntl.flock(self._local.lock, fcntl.LOCK_UN)

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold one transaction: committed at the end, rolled back on an exception."""
        self.begin()
        try:
            yield self.connection()
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def size(self) -> int:
        """Return the bytes that the file and its log take now."""
        places = (self.path, Path(f"{self.path}-wal"))
        return sum(place.stat().st_size for place in places if place.exists())

    def trouble(self) -> str | None:
        """Return why the store cannot be read and written now, or None. It writes a line that changes nothing."""
        try:
            with self.writing() as connection:
                connection.execute("UPDATE sandboxes SET version = version WHERE id = 'default'")
        except (OSError, sqlite3.Error) as trouble:
            return str(trouble)
        return None

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        row: Row | None = self.connection().execute(sql, values).fetchone()
        return row

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query."""
        return self.connection().execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Execute a statement and return the number of rows it changed."""
        return self.connection().execute(sql, values).rowcount
