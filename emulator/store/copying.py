"""A whole store as one file, and back: the same for both databases, while a server goes on serving.

A backup is a SQLite store whatever database it was taken from, so that it can be opened, looked at and served anywhere.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from emulator.store.opening import claim_store, is_database
from emulator.store.sqlite import SqliteStore, make_private
from emulator.store.store import Row, Store, StoreTrouble

# Every table with its key, in the order in which a table may be filled.
TABLE_KEYS: dict[str, tuple[str, ...]] = {
    "sandboxes": ("no",),
    "credentials": ("consumer_key",),
    "access": ("digest",),
    "tokens": ("token",),
    "records": ("sandbox_no", "epoch", "shelf", "key"),
    "counters": ("sandbox_no", "epoch", "name"),
    "agenda": ("sandbox_no", "epoch", "due_ms", "no"),
    "journal": ("sandbox_no", "epoch", "seq"),
    "snapshots": ("sandbox_no", "name"),
    "kept_tokens": ("sandbox_no", "epoch", "token"),
    "ended": ("sandbox_no", "epoch"),
    "classes": ("name",),
    "seats": ("class_name", "number"),
    "served": ("sandbox_no", "gateway", "operation", "outcome", "status_class", "bucket"),
}
_AT_ONCE = 200


def back_up(wish: str, target: Path) -> int:
    """Write the store a wish names to a new file, as it is at one instant; return how many exchanges it holds.

    Raises:
        StoreTrouble: the store cannot be read, or the file is there already.
    """
    if target.exists():
        raise StoreTrouble(f"{target} đã có; hãy đặt tên khác. / {target} is there already: name another file.")
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        make_private(unfinished)
        if is_database(wish):
            _write_rows(wish, unfinished)
        else:
            _write_pages(Path(wish), unfinished)
        number = _finish(unfinished)
        os.replace(unfinished, target)
    except (OSError, sqlite3.Error) as trouble:
        raise StoreTrouble(f"Không sao lưu được {wish}: {trouble}. / Cannot back up {wish}: {trouble}.") from trouble
    finally:
        unfinished.unlink(missing_ok=True)
    return number


def restore(source: Path, wish: str, *, replaces: bool = False) -> int:
    """Put a backup into the store a wish names; return how many exchanges it holds.

    Raises:
        StoreTrouble: the backup cannot be used, a server uses the store, or the store is not empty and ``replaces`` is
            not said.
    """
    with _opened_backup(source) as backup:
        if is_database(wish):
            _read_rows(backup, wish, replaces=replaces)
        else:
            _read_pages(backup, Path(wish), replaces=replaces)
        return _exchanges(backup)


def _write_pages(source: Path, target: Path) -> None:
    """Copy a file page by page; SQLite begins again by itself when somebody writes in between."""
    if not source.exists():
        raise StoreTrouble(f"Không có kho dữ liệu {source}. / There is no store {source}.")
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
        contextlib.closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)


def _finish(path: Path) -> int:
    """Make the copy one whole file, and hold it against its own checks."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("PRAGMA journal_mode = WAL")  # what a store of ours is known by
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if found != ("ok",):
            raise StoreTrouble(f"Kho dữ liệu bị hỏng: {found[0]}. / The store is damaged: {found[0]}.")
        number: int = copy.execute("SELECT count(*) FROM journal").fetchone()[0]
    return number


@contextlib.contextmanager
def _opened_backup(source: Path) -> Iterator[SqliteStore]:
    if not source.is_file():
        raise StoreTrouble(f"Không có tệp {source}. / There is no file {source}.")
    with claim_store(source):
        store = SqliteStore(source)
        store.prepare()
        try:
            damage = store.damage()
            if damage:
                said = damage[0]
                raise StoreTrouble(f"Bản sao {source} bị hỏng: {said}. / The backup {source} is damaged: {said}.")
            yield store
        finally:
            store.finish()


def _read_pages(backup: SqliteStore, target: Path, *, replaces: bool) -> None:
    with claim_store(target) as claim:
        if target.stat().st_size and not replaces:
            raise _not_empty(str(target))
        with contextlib.closing(sqlite3.connect(target)) as writing:
            backup.connection().backup(writing)
        store = SqliteStore(target)
        store.prepare()
        store.finish()
        claim.leave_clean()


def _write_rows(wish: str, target: Path) -> None:
    from emulator.store.postgres import PostgresStore

    source, copy = PostgresStore(wish), SqliteStore(target)
    source.prepare()
    copy.prepare()
    try:
        with source.at_one_instant():
            copy_rows(source, copy)
    finally:
        copy.finish()
        source.finish()


def _read_rows(backup: SqliteStore, wish: str, *, replaces: bool) -> None:
    from emulator.store.postgres import PostgresStore

    target = PostgresStore(wish)
    target.prepare()
    try:
        if target.one("SELECT 1 FROM sandboxes WHERE no > 0 LIMIT 1") and not replaces:
            raise _not_empty(target.name)
        copy_rows(backup, target)
    finally:
        target.finish()


def copy_rows(source: Store, target: Store) -> None:
    """Make a store hold what another holds, and nothing else, in one transaction."""
    with target.writing():
        for table in reversed(TABLE_KEYS):
            target.run(f"DELETE FROM {table}")
        for table, key in TABLE_KEYS.items():
            for rows in _pages(source, table, key):
                marks = ", ".join("?" * len(rows[0]))
                target.run_many(f"INSERT INTO {table} VALUES ({marks})", rows)
        target.number_on()


def _pages(store: Store, table: str, key: tuple[str, ...]) -> Iterator[list[Row]]:
    columns, marks = ", ".join(key), ", ".join("?" * len(key))
    chosen, order = f"SELECT {columns}, {table}.* FROM {table}", f"ORDER BY {columns} LIMIT {_AT_ONCE}"
    rows = store.all(f"{chosen} {order}")
    while rows:
        yield [row[len(key) :] for row in rows]
        last = rows[-1][: len(key)]
        rows = store.all(f"{chosen} WHERE ({columns}) > ({marks}) {order}", last)


def _exchanges(store: Store) -> int:
    row = store.one("SELECT count(*) FROM journal")
    return int(row[0]) if row else 0


def _not_empty(name: str) -> StoreTrouble:
    return StoreTrouble(
        f"Kho {name} đã có dữ liệu; thêm --replace để thay toàn bộ. / The store {name} is not empty: say --replace to "
        "replace all of it."
    )
