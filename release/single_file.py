"""The emulator as one file that needs Python and no installation: ``make single-file``; decision 0102 says why."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from emulator import __version__
from release.changelog import NotReady
from release.materials import LOCK, ROOT, locked

TOOLS = ROOT / "release" / "tools.lock"
_SAY_WHICH_PYTHON = """\
import sys
if sys.version_info[:2] != {wanted}:
    sys.exit("Tệp này cần Python {text}; đây là {{}}.{{}}. / This file needs Python {text}; this is {{}}.{{}}.".format(
        *sys.version_info[:2], *sys.version_info[:2]))
"""


def name_of_the_file() -> str:
    """Return its name, which says for which Python and system it is: libraries of it are compiled."""
    python = "".join(map(str, sys.version_info[:2]))
    return f"ndxp-emulator-{__version__}-py{python}-{sysconfig.get_platform()}.pyz"


def build_single_file(wheels: Path, folder: Path, moment: str) -> tuple[Path, Path]:
    """Put the wheel of ``wheels`` and what the lock pins into one file of ``folder``; return it and its bill.

    ``moment``: seconds since 1970, the time of every file in it. Environments are made in ``build/release``.

    Raises:
        NotReady: a package cannot be had, or the bill names other libraries than the lock.
    """
    work = ROOT / "build" / "release"
    shutil.rmtree(work, ignore_errors=True)
    inside, tools = work / "inside", work / "tools"
    ours = ["--no-deps", "--no-index", "--find-links", str(wheels), f"ndxp-emulator=={__version__}"]
    _make_environment(inside, ["--require-hashes", "--only-binary", ":all:", "-r", LOCK], ours)
    _make_environment(tools, ["--require-hashes", "-r", str(TOOLS)])
    whose = {**os.environ, "SOURCE_DATE_EPOCH": moment}
    bill = _write_bill(tools, inside, folder, whose)
    (site,) = inside.glob("lib/python*/site-packages")
    preamble = work / "which_python.py"
    wanted = tuple(sys.version_info[:2])
    preamble.write_text(_SAY_WHICH_PYTHON.format(wanted=wanted, text=".".join(map(str, wanted))), encoding="utf-8")
    preamble.chmod(0o755)
    target = folder / name_of_the_file()
    flags = ["--reproducible", "--extend-pythonpath", "--preamble", str(preamble), "-p", "/usr/bin/env python3"]
    run([tools / "bin" / "shiv", "--site-packages", site, "-c", "ndxp-emulator", "-o", target, *flags], whose)
    return target, bill


def _make_environment(folder: Path, *wishes: list[str]) -> None:
    run([sys.executable, "-m", "venv", "--without-pip", folder])
    for wish in wishes:
        run([sys.executable, "-m", "pip", "-q", "--python", folder, "install", "--no-compile", *wish])


def _write_bill(tools: Path, inside: Path, folder: Path, whose: Mapping[str, str]) -> Path:
    """Let cyclonedx-bom say what is inside, and hold that against the lock: two witnesses of one thing."""
    bill = folder / f"{name_of_the_file()}.cdx.json"
    flags: list[str | Path] = ["--output-reproducible", "--sv", "1.6", "--pyproject", "pyproject.toml", "-o", bill]
    run([tools / "bin" / "cyclonedx-py", "environment", *flags, inside / "bin" / "python"], whose)
    told = json.loads(bill.read_text(encoding="utf-8"))["components"]
    found = {(each["name"].lower().replace("_", "-"), each["version"]) for each in told}
    wanted = {(pin.name, pin.version) for pin in locked()}
    if strange := (found ^ wanted) - {("ndxp-emulator", __version__)}:
        raise NotReady(f"{bill.name} and {LOCK} differ: {sorted(strange)}")
    return bill


def run(command: list[str | Path], environment: Mapping[str, str] | None = None, where: Path = ROOT) -> str:
    """Run a command in a folder and return what it said. Raises NotReady with the last lines of its trouble."""
    ended = subprocess.run(  # noqa: S603 - commands of this folder
        command, cwd=where, env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        said = "\n".join((ended.stdout + ended.stderr).splitlines()[-10:])
        raise NotReady(f"{' '.join(map(str, command))}\n{said}")
    return ended.stdout


if __name__ == "__main__":
    sys.stdout.write(f"{build_single_file(ROOT / 'dist', ROOT / 'dist', '315532800')[0]}\n")  # the first day of zip
