"""A file of papers beside a pack: a read-only SQLite table indexed by owner, opened at the first question.

A pack of a million papers costs nothing at the start and no memory, and one owner's papers cost the same in a file of
a thousand as in one of a million, but for one more level of the index.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_OF_OWNER = "SELECT key, owner, value FROM papers WHERE owner = ? ORDER BY key"


class PaperRow(NamedTuple):
    """One paper; ``value`` is its JSON text."""

    key: str
    owner: str
    value: str


class PaperFile:
    """A file of papers that is only read. Connections are opened where they are used."""

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

    def get(self, key: str) -> str | None:
        """Return the JSON text of one paper."""
        row = self._connection().execute("SELECT value FROM papers WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def of_owner(self, owner: str) -> list[PaperRow]:
        """Return an owner's papers in the order of their keys."""
        rows = self._connection().execute(_OF_OWNER, (owner,))
        return [PaperRow(*row) for row in rows]

    def plan_of_owner(self, owner: str) -> str:
        """Return how SQLite finds an owner's papers, in its own words."""
        rows = self._connection().execute(f"EXPLAIN QUERY PLAN {_OF_OWNER}", (owner,))
        return "; ".join(str(row[-1]) for row in rows)

    def close(self) -> None:
        """Close this thread's connection."""
        if getattr(self._local, "pid", None) == os.getpid():
            self._local.connection.close()
        self._local.pid = None


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
