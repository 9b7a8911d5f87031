"""The emulator's own environment: made once for a version, kept in the user's cache, shared by all projects."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

_PYTHON, _INSTALL = "NDXP_EMULATOR_PYTHON", "NDXP_EMULATOR_INSTALL"
_LONGEST_S, _LOOK_AGAIN_S = 900, 0.2


class CannotMake(Exception):
    """The environment could not be made; the message holds what pip said."""


def find_python() -> str:
    """Return a Python that has the emulator, making its environment when there is none yet.

    Raises:
        CannotMake: pip could not install it.
    """
    named = os.environ.get(_PYTHON)
    if named:
        return named
    wish = os.environ.get(_INSTALL) or f"ndxp-emulator=={version('ndxp-emulator-pytest')}"
    folder = _cache() / f"{sys.implementation.cache_tag}-{_digest_of(wish)}"
    if not (folder / "ready").is_file():
        _make_once(folder, wish)
    return str(_python_in(folder))


def _cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "ndxp-emulator-pytest"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ndxp-emulator-pytest"


def _digest_of(wish: str) -> str:
    """Tell one wish from another; a file that was built anew is another wish."""
    path = Path(wish)
    stand = f"{path.resolve()} {path.stat().st_mtime_ns}" if path.exists() else wish
    return hashlib.sha256(stand.encode()).hexdigest()[:16]


def _python_in(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _make_once(folder: Path, wish: str) -> None:
    """Make it, or wait for the process beside us that does: the workers of one run all come here."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock, ends = folder.with_suffix(".lock"), time.monotonic() + _LONGEST_S
    while True:
        try:
            lock.mkdir()
            break
        except FileExistsError:
            if (folder / "ready").is_file():
                return
            _drop_if_left(lock)
            if time.monotonic() > ends:
                raise CannotMake(
                    f"{lock}: ai đó đang tạo môi trường quá lâu / somebody makes it for too long"
                ) from None
            time.sleep(_LOOK_AGAIN_S)
    try:
        if not (folder / "ready").is_file():
            _make(folder, wish)
    finally:
        lock.rmdir()


def _drop_if_left(lock: Path) -> None:
    """Take away the lock of a process that was killed."""
    try:
        if time.time() - lock.stat().st_mtime > _LONGEST_S:
            lock.rmdir()
    except OSError:  # its owner has just done so
        return


def _make(folder: Path, wish: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    print(f"ndxp-emulator-pytest: {wish} → {folder}", file=sys.stderr)  # noqa: T201 - it takes half a minute
    _run([sys.executable, "-m", "venv", str(folder)])
    _run([str(_python_in(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wish])
    (folder / "ready").write_text(wish)


def _run(command: list[str]) -> None:
    kept = {name: text for name, text in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=kept, check=False, capture_output=True, text=True, timeout=_LONGEST_S
    )
    if done.returncode:
        raise CannotMake(f"{' '.join(command)}\n{done.stdout}{done.stderr}".strip())
