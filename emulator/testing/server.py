"""A server of one's own on a free port, or one that runs already."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .line import HttpLine

PREFIX = "NDXP_EMULATOR_"  # of settings.py, which the distribution without the emulator does not have
URL, TOKEN = PREFIX + "URL", PREFIX + "ADMIN_TOKEN"
_ROOT = Path(__file__).resolve().parents[2]
_START_S = 60
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_STOP_S = 10


class CannotServe(Exception):
    """The server did not start; the message holds what it said."""


class Server:
    """A server that somebody else runs, and ends."""

    def __init__(self, base_url: str, token: str | None) -> None:
        self.line = HttpLine(base_url, token)
        self.base_url = self.line.base_url

    def close(self) -> None:
        """Close our connection to it."""
        self.line.close()


class OwnServer(Server):
    """``ndxp-emulator serve`` on a free port, with nothing kept. It ends with us, however we end.

    Raises:
        CannotServe: it did not start.
    """

    def __init__(self, flags: Sequence[str] = ()) -> None:
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with the server
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            _command(flags),
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            encoding="utf-8",
            start_new_session=True,
        )
        try:
            self.ready = self._first_line()
        except BaseException:
            self._end()
            raise
        super().__init__(self.ready["base_url"], None)

    def _first_line(self) -> dict[str, Any]:
        too_long = threading.Timer(_START_S, self._process.kill)
        too_long.start()
        try:
            line = self._process.stdout.readline()  # type: ignore[union-attr] # it is a pipe
        finally:
            too_long.cancel()
        if not line:
            self._process.wait(_STOP_S)
            self._said.seek(0)
            said = self._said.read().strip()
            raise CannotServe(f"Máy chủ giả lập không chạy được. / The emulator did not start.\n{said}")
        ready: dict[str, Any] = json.loads(line)
        return ready

    def close(self) -> None:
        """End the server, within seconds."""
        super().close()
        self._end()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._said):
            if pipe:
                pipe.close()


def existing() -> Server | None:
    """Return the server that the environment names, if it names one."""
    url = os.environ.get(URL)
    return Server(url, os.environ.get(TOKEN)) if url else None


def variables_past_the_proxy() -> dict[str, str]:
    """Return the environment variables by which HTTP clients know that no proxy stands before this machine."""
    found = {}
    for name in ("NO_PROXY", "no_proxy"):
        kept = [each.strip() for each in os.environ.get(name, "").split(",") if each.strip()]
        found[name] = ",".join(dict.fromkeys([*kept, *_THIS_MACHINE]))
    return found


def _command(flags: Sequence[str]) -> list[str]:
    # -P: a folder `emulator` in the project under test is not ours.
    serve = [_home()[0], "-P", "-m", "emulator.testing.parent_watch", "serve"]
    return [*serve, "--port", "0", "--store", ":memory:", "--workers", "1", "--quiet", *flags]


def _environment() -> dict[str, str]:
    """Return the environment without what would steer the server some other way."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX) and name != "PORT"}
    root = _home()[1]
    path = os.pathsep.join(filter(None, (root, kept.get("PYTHONPATH")))) if root else ""
    return kept | {"PYTHONPATH": path, "PYTHONUTF8": "1"}


def _home() -> tuple[str, str]:
    """Return the Python that has the emulator, and the folder it is found in: ours, unless it lives apart from us."""
    apart = f"{__package__}.own_environment"  # a module of ndxp-emulator-pytest
    if find_spec(apart) is None:
        return sys.executable, str(_ROOT)
    return str(import_module(apart).find_python()), ""
