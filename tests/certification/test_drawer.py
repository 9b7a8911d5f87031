"""The examined program is not alone with the examiner's drawer, and nothing that a command starts outlives it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.cli.certify.driving import Driver
from tests.certification.test_certify_command import PLAN, certify
from tests.serving import ROOT, Server, environment

LOOKS = """\
import json, os, pathlib
told = {"cwd": os.getcwd(), "home": os.environ.get("HOME"), "names": sorted(os.environ), "uid": os.getuid()}
told["read"] = []
for folder in %r:
    for path in pathlib.Path(folder).rglob("*"):
        try:
            if path.is_file() and path.read_bytes():
                told["read"].append(path.name)
        except OSError:
            pass
told["near"] = 0
for each in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        near = %r in (each / "cmdline").read_bytes()
        told["near"] += near and each.name != str(os.getpid())
        if near and b"ADMIN_TOKEN" in (each / "environ").read_bytes():
            told["read"].append(str(each / "environ"))
    except OSError:
        pass
state = pathlib.Path(os.environ["NDXP_CERT_STATE_DIR"])
(state / "seen.json").write_text(json.dumps(told))
"""


def driver(folder: Path, text: str, patience_s: int = 20) -> tuple[Driver, Path]:
    program = folder / "chuong_trinh.py"
    program.write_text(text, encoding="utf-8")
    context = {"base_url": "http://127.0.0.1:1/s/luot-x"}
    return Driver([sys.executable, str(program)], context, folder / "work", patience_s), folder / "work" / "state"


def wait_until(is_so: Callable[[], bool], within_s: float = 15) -> bool:
    until = time.monotonic() + within_s
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
    return is_so()


def test_a_program_has_a_folder_and_an_environment_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NDXP_EMULATOR_ADMIN_TOKEN", "bi-mat")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "bi-mat")
    made, state = driver(tmp_path, LOOKS % ([], os.fsencode(tmp_path)))
    ending = made.perform({"task": {"no": 1}})
    assert (ending["how"], ending["isolation"]) == ("done", "user" if made.runner.user >= 0 else "folder")
    seen = json.loads((state / "seen.json").read_text())
    assert (seen["cwd"], seen["home"]) == (str(tmp_path / "work"),) * 2
    assert {"NDXP_CERT_CONTEXT", "NDXP_CERT_STATE_DIR", "NDXP_CERT_BASE_URL", "PATH"} <= set(seen["names"])
    assert not [name for name in seen["names"] if "SECRET" in name or name.startswith("NDXP_EMULATOR")]
    context = json.loads((tmp_path / "work" / "context.json").read_text())
    assert Path(context["state_dir"]).is_absolute()


def test_a_program_reaches_neither_token_nor_database(tmp_path: Path) -> None:
    plan, spy = tmp_path / "k.yaml", tmp_path / "do_tham.py"
    plan.write_text(PLAN, encoding="utf-8")
    text = LOOKS % ([str(tmp_path / "k.luot")], os.fsencode(tmp_path))  # other examiners may be at work on the machine
    text += "print('READ', told['read'], told['uid'], 'NEAR', told['near'])\nraise SystemExit(9)\n"
    spy.write_text(text, encoding="utf-8")
    ended = certify("preflight", plan, "--command", f"{sys.executable} {spy}")
    assert ended.returncode == 2
    (said,) = [line for line in ended.stderr.splitlines() if "READ" in line]
    assert "ADMIN_TOKEN" not in said
    assert int(said.rpartition(" ")[2]) >= 2, "the command and its server were looked at"
    assert "/proc/" not in said, "no process near it was started with the token in its environment"


def test_what_a_program_leaves_behind_ends_with_its_scene(tmp_path: Path) -> None:
    text = (
        "import os, subprocess, sys, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
        "pathlib.Path(os.environ['NDXP_CERT_STATE_DIR'], 'pid').write_text(str(child.pid))\n"
    )
    made, state = driver(tmp_path, text)
    assert made.perform({"task": {"no": 1}})["how"] == "done"
    assert wait_until(lambda: not _lives(int((state / "pid").read_text())))


def test_a_program_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    text = (
        "import os, subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path(os.environ['NDXP_CERT_STATE_DIR'], 'pid').write_text(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    made, state = driver(tmp_path, text, patience_s=2)
    assert made.perform({"task": {"no": 1}})["how"] == "timeout"
    assert wait_until(lambda: not _lives(int((state / "pid").read_text())))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_the_command_no_process_of_it_lives_on(tmp_path: Path, how: signal.Signals) -> None:
    plan, program = tmp_path / "k.yaml", tmp_path / "ngu.py"
    plan.write_text(PLAN, encoding="utf-8")
    program.write_text("import time; time.sleep(100)\n", encoding="utf-8")
    asked = [sys.executable, "-m", "emulator", "certify", "run", str(plan), "--command", f"{sys.executable} {program}"]
    run = subprocess.Popen(
        asked, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        assert wait_until(lambda: len(_named(str(tmp_path))) >= 3, 60), "server and program run"
        os.kill(run.pid, how)
        run.wait(10)
        assert wait_until(lambda: _named(str(tmp_path)) == []), _named(str(tmp_path))
    finally:
        run.kill()


def _named(text: str) -> list[str]:
    """The command lines of all processes that name a text."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = each.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if text in line and each.parent.name != str(os.getpid()):
            found.append(line)
    return found


def test_a_server_that_asks_nobody_for_a_token_examines_nobody(tmp_path: Path) -> None:
    plan = tmp_path / "k.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    with Server("--store", ":memory:") as server:
        said = certify(plan, "--command", "true", "--url", server.base_url)
    assert (said.returncode, "không đòi mã quản trị" in said.stderr) == (2, True), said.stderr
