"""A PostgreSQL of the tests' own: made in a folder, reached by a socket in it, forgotten with the session."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

NEEDED = "NDXP_TESTS_NEED_POSTGRES"
"""Set where skipping is not allowed, as in CI."""
_START_S = 60


def find_binaries() -> Path | None:
    """Return the folder of initdb and postgres: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


def why_not() -> str | None:
    """Return why no database can be started here, or None."""
    try:
        import psycopg  # noqa: F401
        import psycopg_pool  # noqa: F401
    except ImportError:
        return "the extra 'postgres' is not installed"
    if find_binaries() is None:
        return "PostgreSQL is not installed: no initdb"
    if os.geteuid() == 0 and _other_user() is None:
        return "PostgreSQL does not run as root, and there is no user postgres or nobody"
    return None


def _other_user() -> str | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


class Postgres:
    """One PostgreSQL server with as many databases as tests ask for."""

    def __init__(self, *settings: str) -> None:
        binaries = find_binaries()
        assert binaries
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="ndxp-pg-", dir="/tmp"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as = {"user": _other_user(), "group": pwd.getpwnam(_other_user() or "").pw_gid, "extra_groups": []}
            shutil.chown(self._folder, self._as["user"])
        self._settings = settings
        self._databases = 0
        made = [
            str(binaries / "initdb"),
            "-D",
            str(self._data),
            "-U",
            "ndxp",
            "-E",
            "UTF8",
            "--locale=C",
            "-A",
            "trust",
        ]
        self._run([*made, "--no-sync", "--no-instructions"])
        self.start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _run(self, words: list[str]) -> None:
        subprocess.run(words, check=True, capture_output=True, cwd="/", timeout=_START_S, **self._as)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        words = [str(self._binaries / "postgres"), "-D", str(self._data), "-k", str(self._folder), "-h", ""]
        words += [part for setting in ("max_connections=200", *self._settings) for part in ("-c", setting)]
        self.process = subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True, **self._as
        )
        import psycopg

        deadline = time.monotonic() + _START_S
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://ndxp@/{database}?host={self._folder}"

    def new_database(self) -> str:
        """Return the URL of a database in which there is nothing."""
        import psycopg

        self._databases += 1
        name = f"kho_{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def execute(self, url: str, sql: str) -> list[Any]:
        """Execute a statement in a database; return its rows, if it has any."""
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def kill(self) -> None:
        """``kill -9`` the server and all its processes in one stroke."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(_START_S)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop at once, and forget everything."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(_START_S)
        shutil.rmtree(self._folder, ignore_errors=True)
