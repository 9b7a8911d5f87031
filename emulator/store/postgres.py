"""A PostgreSQL database as the store of any number of servers: one row lock a sandbox, advisory locks for duties.

Nothing of this is imported for SQLite. The SQL of the row modules is written for SQLite; what differs is a handful of
words, translated once per statement (``_in_postgres``).
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from emulator.store.schema import MIGRATIONS, POSTGRES_FUNCTIONS, PostgresDialect, postgres_script
from emulator.store.store import Durability, Row, Store, StoreBusy, StoreFailure, StoreTrouble

_CONNECT_S, _STATEMENT_MS = 3, 10_000
_CONNECTIONS = 16  # of each worker; a call holds one from its first write to its commit
_DUTIES = 0x4E445850  # the first half of the keys of our advisory locks, "NDXP"
_OLDEST = 130_000
# What waits for each other: making a sandbox and sweeping. No row stands for that, so it is an advisory lock.
_WHOLE_STORE = 0
_NO_SANDBOX = -1
# What the database says about itself, by the beginning of its SQLSTATE; what it says about our SQL is not here.
_REASONS = {
    **dict.fromkeys(("55P03", "57014", "40P01", "40001", "53300"), "busy"),
    **dict.fromkeys(("53100", "53200"), "full"),
    **dict.fromkeys(("XX001", "XX002"), "damaged"),
    **dict.fromkeys(("42P01", "42703"), "other-version"),
    **dict.fromkeys(("08", "57P", "28", "3D000"), "unreachable"),
    "25006": "read-only",
    "58": "io",
}


@lru_cache(512)
def _in_postgres(sql: str) -> bytes:
    return sql.replace("%", "%%").replace("?", "%s").encode()


_Statement = tuple[bytes, tuple[Any, ...] | None]


class _DiedIdle(Exception):
    """A connection had died while it lay in the pool: nothing has happened."""


class PostgresStore(Store):
    """One database. Different sandboxes never wait for each other; readers wait for nobody."""

    waits = True
    dialect = PostgresDialect()

    def __init__(self, url: str, migrations: Sequence[str] = MIGRATIONS, *, durability: Durability = "process") -> None:
        super().__init__()
        self._url, self._migrations, self._durability = url, migrations, durability
        self._pool: ConnectionPool[psycopg.Connection[Row]] | None = None
        self._pid = 0

    @property
    def name(self) -> str:
        """Return the URL without its password."""
        parts = urlsplit(self._url)
        user = f"{parts.username}@" if parts.username else ""
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, user + place, parts.path, "", ""))

    def prepare(self) -> None:
        """Create or migrate the tables; of several servers that start, one does it and the others wait.

        Raises:
            StoreTrouble: the database cannot be reached or written, holds something else, or is of a newer version.
        """
        try:
            with psycopg.connect(self._url, connect_timeout=_CONNECT_S) as connection:
                self._check_server(connection)
                connection.execute("SET lock_timeout = '30s'")
                connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_DUTIES, _key("schema")))
                self._migrate(connection)
        except psycopg.Error as trouble:
            said = _sentence(trouble)
            raise StoreTrouble(
                f"Không mở được kho dữ liệu {self.name}: {said}. / Cannot open the store {self.name}: {said}."
            ) from trouble

    def is_of_this_version(self) -> bool:
        """Tell whether a copy of a store can be read by this version; nothing is written. Raises psycopg.Error."""
        with psycopg.connect(self._url, connect_timeout=_CONNECT_S) as connection:
            return connection.execute("SELECT version FROM ndxp_schema").fetchone() == (len(self._migrations),)

    def _check_server(self, connection: psycopg.Connection[Any]) -> None:
        version = connection.info.server_version
        if version < _OLDEST:
            raise StoreTrouble(
                f"{self.name} là PostgreSQL {version // 10_000}; cần bản {_OLDEST // 10_000} trở lên. / {self.name} is "
                f"PostgreSQL {version // 10_000}; version {_OLDEST // 10_000} or newer is needed."
            )
        if connection.info.parameter_status("server_encoding") != "UTF8":
            raise StoreTrouble(
                f"{self.name}: cơ sở dữ liệu phải dùng bảng mã UTF8. / {self.name}: the encoding must be UTF8."
            )

    def _migrate(self, connection: psycopg.Connection[Any]) -> None:
        known, done = len(self._migrations), 0
        is_ours = _exists(connection, "ndxp_schema")
        if not is_ours and _exists(connection, "sandboxes"):
            raise StoreTrouble(
                f"{self.name} không phải kho dữ liệu của trình giả lập: đã có bảng sandboxes của chương trình khác. / "
                f"{self.name} is not an emulator store: another program's table sandboxes is there."
            )
        if is_ours:
            row = connection.execute("SELECT version FROM ndxp_schema").fetchone()
            done = int(row[0]) if row else 0
        if done > known:
            raise StoreTrouble(
                f"{self.name} do bản mới hơn tạo ra (lược đồ {done}, bản này biết {known}); hãy nâng cấp hoặc dùng kho "
                f"khác. / {self.name} was made by a newer version (schema {done}, this one knows {known}): upgrade, "
                "or use another store."
            )
        for script in self._migrations[done:]:
            connection.execute(postgres_script(script).encode())
        if done < known:
            connection.execute(POSTGRES_FUNCTIONS)
            connection.execute("CREATE TABLE IF NOT EXISTS ndxp_schema (version integer NOT NULL)")
            connection.execute("DELETE FROM ndxp_schema")
            connection.execute("INSERT INTO ndxp_schema VALUES (%s)", (known,))

    def _connections(self) -> ConnectionPool[psycopg.Connection[Row]]:
        if self._pool is None or self._pid != os.getpid():  # a pool's threads do not survive a fork
            self._pid = os.getpid()
            options = f"-c statement_timeout={_STATEMENT_MS} -c synchronous_commit={self._commit_mode()}"
            self._pool = ConnectionPool(
                self._url,
                min_size=1,
                max_size=_CONNECTIONS,
                timeout=_CONNECT_S,
                max_waiting=1000,
                reconnect_timeout=5,
                kwargs={"autocommit": True, "connect_timeout": _CONNECT_S, "options": options},
                open=True,
            )
        return self._pool

    def _commit_mode(self) -> str:
        """Return how a commit is kept: PostgreSQL writes its log to disk, or hands it to the system first.

        With ``off`` a killed *database* loses up to its last moments; ``local`` outlives that and its crash.
        """
        return "on" if self._durability == "power" else "local"

    @contextlib.contextmanager
    def _borrow_connection(self) -> Iterator[psycopg.Connection[Row]]:
        """Yield the connection of this thread's transaction, or one for a single statement."""
        held: psycopg.Connection[Row] | None = getattr(self._local, "held", None)
        if held is not None:
            yield held
            return
        with self._failing(), self._connections().connection() as connection:
            yield connection

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as trouble:
            raise StoreFailure("unreachable", f"{self.name}: no connection in {_CONNECT_S} s") from trouble
        except psycopg.Error as trouble:
            failure = _failure(trouble)
            if failure is None:
                raise
            raise failure from trouble

    @property
    def is_writing(self) -> bool:
        """Tell whether this thread is inside a transaction."""
        return getattr(self._local, "held", None) is not None

    def begin(self, sandbox_no: int | None = None) -> None:
        """Take the pen of a sandbox: its row is locked until the commit. None: of making and dropping sandboxes."""
        if sandbox_no is None:
            self._begin(f"SELECT pg_advisory_xact_lock({_DUTIES}, {_WHOLE_STORE})")
        else:
            self.begin_at(sandbox_no, "no")

    def begin_at(self, sandbox_no: int, columns: str) -> Row | None:
        """Take the pen and read the row that is locked with it, in one round trip."""
        return self._begin(f"SELECT {columns} FROM sandboxes WHERE no = {int(sandbox_no)} FOR UPDATE")

    def _begin(self, lock: str) -> Row | None:
        """Begin with a lock and return the row it shows; once more when the connection had died while it lay there."""
        with self._failing():
            try:
                return self._begin_once(lock, retries=True)
            except _DiedIdle:
                return self._begin_once(lock, retries=False)

    def _begin_once(self, lock: str, *, retries: bool) -> Row | None:
        pool = self._connections()
        connection = pool.getconn()
        wait_ms = max(1, round(self.patience_s * 1000))
        try:
            cursor = connection.execute(f"BEGIN; SET LOCAL lock_timeout = {wait_ms}; {lock}".encode())
            while cursor.nextset():  # the last of the three shows the row
                pass
            row = cursor.fetchone()
        except psycopg.OperationalError as trouble:
            has_died = connection.closed
            pool.putconn(connection)
            if has_died and retries:
                raise _DiedIdle from trouble
            raise
        except BaseException:
            pool.putconn(connection)
            raise
        self._local.held, self._local.unsent = connection, []
        return row

    def _keep(self) -> None:
        """Keep everything since ``begin``.

        Raises:
            StoreFailure: it is not known to be kept (the connection was lost), or it is not.
        """
        self._end("COMMIT", self._take_unsent())

    def rollback(self) -> None:
        """Forget everything since ``begin``; a lost connection has forgotten it already."""
        self._take_unsent()
        with contextlib.suppress(StoreFailure):
            self._end("ROLLBACK", [])

    def _take_unsent(self) -> list[_Statement]:
        """Return the statements of this thread's transaction that are not sent yet; they are the caller's now."""
        unsent, self._local.unsent = getattr(self._local, "unsent", []), []
        return unsent

    def _end(self, how: LiteralString, unsent: list[_Statement]) -> None:
        connection: psycopg.Connection[Row] | None = getattr(self._local, "held", None)
        if connection is None:
            return
        self._local.held = None
        try:
            with self._failing():
                done = _send(connection, unsent, (how.encode(), None))
                if done.statusmessage != how:  # an error that was passed over: PostgreSQL commits nothing after one
                    raise StoreFailure("io", f"{how} was answered with {done.statusmessage}")
        finally:
            self._connections().putconn(connection)

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        row: Row | None = self._execute(sql, values, lambda cursor: cursor.fetchone())
        return row

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query."""
        rows: list[Row] = self._execute(sql, values, lambda cursor: cursor.fetchall())
        return rows

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Execute a statement and return the number of rows it changed."""
        number: int = self._execute(sql, values, lambda cursor: cursor.rowcount)
        return number

    def write(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Keep a statement back until the next one that is asked something, or the commit: they go in one message."""
        if self.is_writing:
            self._local.unsent.append((_in_postgres(sql), tuple(map(_plain, values))))
        else:
            self.run(sql, values)

    def _execute(self, sql: str, values: Sequence[Any], then: Any) -> Any:
        """Execute a statement; outside a transaction once more when its connection had died while it lay there."""
        statement = _in_postgres(sql), tuple(map(_plain, values))
        for is_last in (self.is_writing, True):
            try:
                with self._borrow_connection() as connection, self._failing():
                    return then(_send(connection, self._take_unsent(), statement))
            except StoreFailure as failure:
                if is_last or failure.reason != "unreachable":
                    raise
        raise AssertionError

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement once for each row. Call inside a transaction."""
        with self._borrow_connection() as connection, self._failing():
            _send(connection, self._take_unsent(), None)
            connection.cursor().executemany(_in_postgres(sql), (tuple(map(_plain, row)) for row in rows))

    def trouble(self) -> StoreFailure | None:
        """Return why the database cannot be read and written now, or None. It writes a row that changes nothing."""
        try:
            with self.writing(_NO_SANDBOX):
                version = self.one("UPDATE ndxp_schema SET version = version RETURNING version")
        except StoreFailure as failure:
            return failure
        except psycopg.Error as trouble:
            return StoreFailure("io", _sentence(trouble))
        if version != (len(self._migrations),):
            return StoreFailure("other-version", f"the schema is {version and version[0]}, not {len(self._migrations)}")
        return None

    def size(self) -> int:
        """Return the bytes the database takes."""
        row = self.one("SELECT pg_database_size(current_database())")
        return int(row[0]) if row else 0

    def tidy(self) -> None:
        """Nothing: PostgreSQL looks after itself."""

    def number_on(self) -> None:
        """Move the sequence of sandbox numbers past the greatest there is."""
        self.one(
            "SELECT setval(pg_get_serial_sequence('sandboxes', 'no'), (SELECT coalesce(max(no), 1) FROM sandboxes))"
        )

    @contextlib.contextmanager
    def at_one_instant(self) -> Iterator[None]:
        """Read inside this block as if all were read at its beginning; others go on writing."""
        with self._failing(), self._connections().connection() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0")
            self._local.held = connection
            try:
                yield
            finally:
                self._local.held = None
                connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def duty(self, name: str) -> Iterator[bool]:
        """Yield whether this process may do it: an advisory lock, which ends with the connection of a dead holder."""
        with self._failing(), self._connections().connection() as connection:
            row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (_DUTIES, _key(name))).fetchone()
            is_ours = bool(row and row[0])
            try:
                yield is_ours
            finally:
                with contextlib.suppress(psycopg.OperationalError):  # a lost connection has let go already
                    connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_DUTIES, _key(name)))

    def close(self) -> None:
        """Give nothing back here: connections belong to the pool, not to threads."""

    def finish(self) -> None:
        """Close the pool of this process."""
        if self._pool is not None and self._pid == os.getpid():
            self._pool.close(timeout=1.0)
        self._pool = None


def _send(connection: psycopg.Connection[Row], before: list[_Statement], last: _Statement | None) -> Any:
    """Execute statements in their order, in one round trip; return the cursor of the last.

    Raises:
        psycopg.Error: what the first that failed met; those after it did nothing.
    """
    if not before:
        return connection.execute(*last) if last else None
    with connection.pipeline():
        for statement in before:
            connection.execute(*statement)
        return connection.execute(*last) if last else None


def _exists(connection: psycopg.Connection[Any], table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", (table,)).fetchone()
    return bool(row and row[0])


def _key(duty: str) -> int:
    """Return the second half of a duty's advisory lock; 0 is taken."""
    return zlib.crc32(duty.encode()) % 0x7FFFFFFF + 1


def _plain(value: Any) -> Any:
    """Return what PostgreSQL can keep: its texts have no NUL."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value


def _failure(trouble: psycopg.Error) -> StoreFailure | None:
    """Return what the database says about itself; None for what it says about our SQL."""
    state, said = trouble.sqlstate or "", _sentence(trouble)
    reason = next((reason for prefix, reason in _REASONS.items() if state.startswith(prefix)), None)
    if reason is None and not state and isinstance(trouble, psycopg.OperationalError):
        reason = "unreachable"  # the connection broke before the database could say anything
    if reason is None:
        return None
    return StoreBusy(said) if reason == "busy" else StoreFailure(reason, said)


def _sentence(trouble: psycopg.Error) -> str:
    return " ".join(str(trouble).split()) or type(trouble).__name__
