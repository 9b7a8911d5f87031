"""Code pages, colours and exit codes: what holds for every command."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from emulator.cli import frame, main
from tests.serving import ROOT, Server, environment, hearing_ctrl_c

_MANY = """
import sys
from emulator.cli import main
for words in {commands!r}:
    try:
        main(words)
    except SystemExit as end:
        sys.stdout.flush()
        print(f"<{{end.code}}>", flush=True)
"""
_COMMANDS = [
    ["--help"],
    ["serve", "--help"],
    ["scenario", "list"],
    ["scenario", "show", "mat-tra-loi"],
    ["validate", "co-ban"],
    ["validate", "khong-co"],
    ["call", "--list"],
    ["call", "btxh.DongBoDVX"],
    ["completion", "bash"],
    ["people", "--count", "2", "--format", "csv"],
    ["doctor", "--port", "1"],
]


def run(*words: str, **more: str) -> Result:
    return CliRunner().invoke(main, words, env=more)


@pytest.mark.parametrize("encoding", ["cp1252", "cp1258", "ascii", "utf-8"])
def test_no_code_page_ends_a_command(encoding: str, tmp_path: Path) -> None:
    clean = environment(PYTHONIOENCODING=encoding, PYTHONUTF8="0", LANG="C", XDG_DATA_HOME=str(tmp_path))
    said = subprocess.run(
        [sys.executable, "-c", _MANY.format(commands=_COMMANDS)], env=clean, capture_output=True, cwd=ROOT, check=True
    )
    codes = [int(code) for code in re.findall(rb"<(\d+)>", said.stdout)]
    assert codes[:-1] == [0, 0, 0, 0, 0, 2, 0, 2, 0, 0]
    assert codes[-1] in (0, 1)
    assert b"Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("cp1252", "Các kich ban: dich vu -> d “a”"), ("cp1258", "Các kịch bản: dịch vụ -> đ “a”")],
)
def test_letters_that_a_code_page_lacks_lose_only_what_they_must(encoding: str, shown: str) -> None:
    program = (
        "from emulator.cli.terminal import soften_streams; soften_streams(); print('Các kịch bản: dịch vụ → đ “a”')"
    )
    clean = environment(PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    said = subprocess.run([sys.executable, "-c", program], env=clean, capture_output=True, check=True).stdout
    import unicodedata

    assert unicodedata.normalize("NFC", said.decode(encoding)).strip() == shown


def test_data_is_utf_8_whatever_the_code_page_says(tmp_path: Path) -> None:
    clean = environment(PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    said = subprocess.run(
        [sys.executable, "-m", "emulator", "validate", "--format", "json", "gói-không-có"],
        env=clean,
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    assert "gói-không-có" in json.dumps(json.loads(said.stdout.decode("utf-8")), ensure_ascii=False)


def test_a_windows_path_is_a_path_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("people", "--count", "2", "--out", r"C:\du-lieu\nguoi.json")
    assert result.exit_code == 0
    (made,) = tmp_path.rglob("*.json")
    assert made.name.endswith("nguoi.json")
    assert json.loads(made.read_text(encoding="utf-8"))["people"]


@pytest.mark.parametrize(
    ("variables", "is_coloured"),
    [
        ({}, False),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"CLICOLOR_FORCE": "0"}, False),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
        ({"NO_COLOR": "", "CLICOLOR_FORCE": "1"}, True),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colours_follow_the_environment_where_there_is_no_terminal(
    variables: dict[str, str], is_coloured: bool
) -> None:
    clean = {"NO_COLOR": None, "CLICOLOR_FORCE": None} | variables
    result = CliRunner().invoke(main, ["call", "--list"], env=clean, color=False)
    assert ("\x1b[" in result.stdout) is is_coloured


def test_wrong_usage_ends_with_2() -> None:
    assert run("no-such-command").exit_code == 2
    assert run("logs", "--outcome", "maybe").exit_code == 2
    assert run("call").exit_code == 2


def test_a_server_that_is_not_there_ends_with_2_and_says_what_to_do() -> None:
    for command in (["logs"], ["call", "ndxp.token"], ["state", "export"]):
        result = run(*command, "--url", "http://127.0.0.1:1")
        assert result.exit_code == 2
        assert "ndxp-emulator serve" in result.stderr
        assert "Traceback" not in result.stderr


def test_a_stranger_at_the_address_ends_with_2(server: Server) -> None:
    result = run("logs", "--url", f"{server.base_url}/no")
    assert (result.exit_code, "no ndxp-emulator" in result.stderr) == (2, True)
    assert run("logs", "--url", "ftp://example.vn").exit_code == 2


def test_the_admin_api_s_no_ends_with_2_in_its_own_words(server: Server) -> None:
    result = run("logs", "--url", server.base_url, "--sandbox", "khong-co")
    assert (result.exit_code, "khong-co" in result.stderr) == (2, True)


def test_a_fault_of_our_own_ends_with_5_and_asks_for_a_report() -> None:
    @click.group(cls=frame.Frame)
    def broken() -> None:
        """Broken."""

    @broken.command()
    def fall() -> None:
        raise ZeroDivisionError

    result = CliRunner().invoke(broken, ["fall"])
    assert result.exit_code == 5
    assert "ZeroDivisionError" in result.stderr
    assert "please report" in result.stderr


def test_ctrl_c_ends_with_130_and_no_traceback(server: Server) -> None:
    command = [sys.executable, "-m", "emulator", "logs", "--follow", "--url", server.base_url]
    server.raw(b"GET /ctrl-c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    with hearing_ctrl_c():
        process = subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    with process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Stopped" in said
    assert "Traceback" not in said


def test_a_reader_that_leaves_early_is_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    said = subprocess.run(
        [sys.executable, "-m", "emulator", "call", "--list"],
        env=environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_names_every_exit_code(language: str) -> None:
    page = (ROOT / "docs" / f"cli.{language}.md").read_text(encoding="utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == {0, 1, 2, 3, 4, 5, 130}
    assert (frame.FAULT, frame.STOPPED) == (5, 130)


def test_what_needs_no_server_runs_on_plain_windows(tmp_path: Path) -> None:
    commands = [
        ["call", "--list"],
        ["people", "--count", "2"],
        ["validate", "co-ban"],
        ["scenario", "list"],
        ["logs", "--url", "http://127.0.0.1:1"],
        ["serve", "--store", ":memory:", "--port", "0", "--worker-kind", "gthread"],
        ["state", "export", "--store", str(tmp_path / "store.db")],
    ]
    program = "import sys; sys.modules['fcntl'] = None\n" + _MANY.format(commands=commands)
    said = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, cwd=ROOT, check=True)
    assert [int(code) for code in re.findall(rb"<(\d+)>", said.stdout)] == [0, 0, 0, 0, 2, 2, 2]
    assert b"on Windows, use --worker-kind plain" in said.stderr
    assert b"Traceback" not in said.stderr
