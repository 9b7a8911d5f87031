"""Long work says on a terminal that it goes on, nothing elsewhere; Ctrl-C ends it and leaves nothing by half."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from emulator.cli import main
from emulator.services import pack_book
from emulator.store import copying
from tests.serving import environment

_WITHOUT_RICH = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "rich":
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store that holds nothing yet."""
    path = tmp_path / "kho.db"
    ended = call("state", "export", "--all", "--store", str(path), "--output", os.devnull)
    assert ended.returncode == 0, ended.stderr
    return path


def call(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emulator", *words]
    return subprocess.run(
        command, env=environment(**variables), capture_output=True, text=True, timeout=60, check=False
    )


def said_on_a_terminal(*words: str, **variables: str) -> str:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "emulator", *words]
    shown = environment(TERM="xterm", **variables)
    with subprocess.Popen(command, env=shown, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        with contextlib.suppress(OSError):  # the other end of a terminal that is closed
            while read := os.read(ours, 4096):
                said += read
        os.close(ours)
    assert process.returncode == 0, said
    return said.decode()


@pytest.mark.parametrize("has_rich", [True, False])
def test_a_backup_says_that_it_goes_on_where_somebody_watches(store: Path, tmp_path: Path, has_rich: bool) -> None:
    more = {}
    if not has_rich:
        (tmp_path / "sitecustomize.py").write_text(_WITHOUT_RICH)
        more = {"PYTHONPATH": os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])}
    said = said_on_a_terminal("backup", str(tmp_path / "a.db"), "--store", str(store), **more)
    assert "backing up into" in said
    assert ("0 s" in said) is not has_rich


def test_in_a_pipe_a_backup_says_its_result_alone(store: Path, tmp_path: Path) -> None:
    ended = call("backup", str(tmp_path / "a.db"), "--store", str(store))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ended.stdout.splitlines()) == 1


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _stopped(*words: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    assert end.value.code == 130


def test_ctrl_c_in_a_backup_leaves_no_file(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_finish", _stop)
    _stopped("backup", str(tmp_path / "ban-sao.db"), "--store", str(store))
    assert [path.name for path in tmp_path.iterdir() if "ban-sao" in path.name] == []


def test_ctrl_c_in_the_reading_of_a_workbook_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = tmp_path / "goi.xlsx"
    assert call("pack", "export", "co-ban", str(book)).returncode == 0
    monkeypatch.setattr(pack_book, "_copy_files", _stop)
    before = set(tmp_path.iterdir())
    _stopped("pack", "import", str(book), "--out", str(tmp_path / "goi"))
    assert set(tmp_path.iterdir()) == before
