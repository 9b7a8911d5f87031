"""Files beside a pack that are only read: SQLite, opened at the first question and never loaded.

A file of papers is indexed by owner: a pack of a million papers costs nothing at the start and no memory, and one
owner's papers cost the same in a file of a thousand as in one of a million, but for one more level of the index. A
compiled pack has every record of the pack's shelves, found by key, and by place and moment.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

OF_OWNER = "SELECT key, owner, value FROM papers WHERE owner = ? ORDER BY key"
_COMPILED = """
CREATE TABLE texts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE records (
    shelf TEXT NOT NULL, key TEXT NOT NULL, place TEXT NOT NULL, moment INTEGER NOT NULL, second INTEGER,
    value TEXT NOT NULL
);
"""
_INDEXES = """
CREATE UNIQUE INDEX records_by_key ON records (shelf, key);
CREATE INDEX records_by_moment ON records (shelf, place, moment, key);
CREATE INDEX records_by_second ON records (shelf, place, second, key) WHERE second IS NOT NULL;
"""


class PaperRow(NamedTuple):
    """One paper; ``value`` is its JSON text."""

    key: str
    owner: str
    value: str


class CompiledRow(NamedTuple):
    """One record of a compiled pack; ``second`` is its other moment, None while it has none."""

    shelf: str
    key: str
    place: str
    moment: int
    second: int | None
    value: str


class _ReadFile:
    """A file that is only read. Connections are opened where they are used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        if getattr(self._local, "pid", None) != os.getpid():
            address = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
            self._local.connection = sqlite3.connect(address, uri=True)
            self._local.pid = os.getpid()
        connection: sqlite3.Connection = self._local.connection
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        if getattr(self._local, "pid", None) == os.getpid():
            self._local.connection.close()
        self._local.pid = None


class PaperFile(_ReadFile):
    """A file of papers."""

    def get(self, key: str) -> str | None:
        """Return the JSON text of one paper."""
        row = self._connection().execute("SELECT value FROM papers WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def of_owner(self, owner: str) -> list[PaperRow]:
        """Return an owner's papers in the order of their keys."""
        rows = self._connection().execute(OF_OWNER, (owner,))
        return [PaperRow(*row) for row in rows]


def write_paper_file(path: Path, rows: Iterable[PaperRow]) -> int:
    """Make a file of papers, replacing one that is there; return how many rows it holds."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE papers (key TEXT PRIMARY KEY, owner TEXT NOT NULL, value TEXT NOT NULL)")
        connection.executemany("INSERT INTO papers VALUES (?, ?, ?)", rows)
        connection.execute("CREATE INDEX papers_of_owner ON papers (owner, key)")
        connection.execute("COMMIT")
        count: int = connection.execute("SELECT count(*) FROM papers").fetchone()[0]
    finally:
        connection.close()
    return count


class CompiledFile(_ReadFile):
    """A compiled pack."""

    def text(self, name: str) -> str | None:
        """Return a text by its name; None too when this is no compiled pack."""
        try:
            row = self._connection().execute("SELECT value FROM texts WHERE name = ?", (name,)).fetchone()
        except sqlite3.DatabaseError:  # not there, cut short, or something else of that name
            return None
        return str(row[0]) if row else None

    def value(self, shelf: str, key: str) -> str | None:
        """Return the JSON text of one record."""
        found = "SELECT value FROM records WHERE shelf = ? AND key = ?"
        row = self._connection().execute(found, (shelf, key)).fetchone()
        return str(row[0]) if row else None

    def count(self, shelf: str) -> int:
        """Return how many records a shelf holds."""
        row = self._connection().execute("SELECT count(*) FROM records WHERE shelf = ?", (shelf,)).fetchone()
        return int(row[0])

    def keys(self, shelf: str, first: str = "", end: str = "\U0010ffff") -> Iterator[str]:
        """Yield the keys of a shelf from ``first`` up to and without ``end``, in order."""
        found = "SELECT key FROM records WHERE shelf = ? AND key >= ? AND key < ? ORDER BY key"
        return (str(row[0]) for row in self._connection().execute(found, (shelf, first, end)))

    def window(self, shelf: str, place: str, span: tuple[int, int], *, by_second: bool) -> list[tuple[int, str]]:
        """Return (moment, key) of a place's records from first to last inclusive, oldest first."""
        column = "second" if by_second else "moment"
        found = (
            f"SELECT {column}, key FROM records WHERE shelf = ? AND place = ? AND {column} BETWEEN ? AND ? "
            f"ORDER BY {column}, key"
        )
        return [(int(row[0]), str(row[1])) for row in self._connection().execute(found, (shelf, place, *span))]


def write_compiled_file(path: Path, texts: Mapping[str, str], rows: Iterable[CompiledRow]) -> None:
    """Make a compiled pack, replacing one that is there."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.executescript(_COMPILED)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.executemany("INSERT INTO texts VALUES (?, ?)", texts.items())
        connection.execute("COMMIT")
        connection.executescript(_INDEXES)
