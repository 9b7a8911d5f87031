"""Files that commands write: whole or not there, and what is there already is kept unless ``--force`` is said."""

from __future__ import annotations

import os
import resource
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from emulator.certification.authority import WITHDRAWN_FILE, AuthorityLedger
from emulator.certification.bundle.keys import new_key
from emulator.certification.challenge import new_challenge
from emulator.cli import main
from emulator.server.certificates import issue
from tests.serving import Server, environment

_SMALL = 200


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def _fill_disk_soon() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (_SMALL, _SMALL))


def _program(*words: str, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emulator", *words]
    return subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=60, preexec_fn=before, check=False
    )


def test_a_disk_that_fills_up_leaves_the_file_of_before_and_no_half_file(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_text("of yesterday")
    words = ("state", "export", "--url", server.base_url, "--output", str(file), "--force")
    ended = _program(*words, before=_fill_disk_soon)
    assert ended.returncode == 2
    assert str(file) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["before.json"]
    assert file.read_text() == "of yesterday"


def test_an_export_goes_to_a_device_and_says_that_one_is_full(server: Server) -> None:
    told = _program("state", "export", "--url", server.base_url, "--output", "/dev/stdout")
    assert told.returncode == 0
    assert "schema_version" in told.stdout
    full = _program("state", "export", "--url", server.base_url, "--output", "/dev/full")
    assert full.returncode == 2
    assert "/dev/full" in full.stderr


def test_stdout_that_a_shell_sent_into_a_file_is_no_file_that_is_taken(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "now.json"
    command = [sys.executable, "-m", "emulator", "state", "export", "--url", server.base_url, "-o", "/dev/stdout"]
    with file.open("wb") as stream:
        subprocess.run(command, env=environment(), stdout=stream, timeout=60, check=True)
    assert "schema_version" in file.read_text()


def test_a_link_keeps_pointing_at_the_file_that_is_replaced(server: Server, tmp_path: Path) -> None:
    (tmp_path / "to-day.json").write_text("old")
    link = tmp_path / "latest.json"
    link.symlink_to("to-day.json")
    assert run("state", "export", "--url", server.base_url, "-o", link, "--force").exit_code == 0
    assert link.is_symlink()
    assert "schema_version" in (tmp_path / "to-day.json").read_text()
    assert stat.S_IMODE((tmp_path / "to-day.json").stat().st_mode) == 0o600


_TWICE = {
    "state-export": ("state", "export", "--url", "{url}", "--output", "{file}"),
    "har-export": ("har", "export", "--url", "{url}", "--output", "{file}"),
    "openapi": ("openapi", "--out", "{file}"),
    "people": ("people", "--count", "2", "--out", "{file}"),
    "certify-new": ("certify", "new", "--kit", "btxh-a1", "--out", "{file}"),
    "certify-key": ("certify", "key", "new", "--out", "{file}"),
    "pack-export": ("pack", "export", "co-ban", "{file}"),
}


@pytest.mark.parametrize("command", sorted(_TWICE))
def test_a_second_run_keeps_the_file_in_both_languages_and_force_replaces_it(
    command: str, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "ra.tệp"
    words = [word.format(url=server.base_url, file=file) for word in _TWICE[command]]
    assert run(*words).exit_code == 0
    file.write_text("mine")
    second = run(*words)
    assert second.exit_code == 2
    assert f"{file} đã có" in second.output
    assert f"{file} exists" in second.output
    assert "--force" in second.output
    assert file.read_text() == "mine"
    assert run(*words, "--force").exit_code == 0
    assert file.read_bytes() != b"mine"
    assert "--force" in run(*words, "--help").output


def test_a_second_pack_or_scenario_of_a_name_keeps_the_first(tmp_path: Path) -> None:
    for words in (("pack", "new", "ca-mau", "--province", "96"), ("scenario", "new", "cham")):
        assert run(*words, "--out", tmp_path).exit_code == 0
        before = {each: each.read_bytes() for each in tmp_path.rglob("*.*") if each.is_file()}
        second = run(*words, "--out", tmp_path)
        assert second.exit_code == 2
        assert str(tmp_path / words[2]) in second.output
        assert {each: each.read_bytes() for each in tmp_path.rglob("*.*") if each.is_file()} == before


def test_a_recording_on_a_taken_port_or_of_a_taken_name_says_so_and_leaves_the_session(tmp_path: Path) -> None:
    words = ("record", "--to", "http://127.0.0.1:9", "--out", tmp_path, "--session", "buoi-sang")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run(*words, "--port", port)
    assert refused.exit_code == 2
    assert f"127.0.0.1:{port}" in refused.output
    assert "--port 0" in refused.output
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "buoi-sang.jsonl").write_text("of this morning")
    again = run(*words, "--port", "0")
    assert (again.exit_code, "--session" in again.output) == (2, True)
    assert (tmp_path / "buoi-sang.jsonl").read_text() == "of this morning"


def test_a_disk_that_fills_up_leaves_no_half_pack(tmp_path: Path) -> None:
    ended = _program("pack", "new", "ca-mau", "--province", "96", "--out", str(tmp_path), before=_fill_disk_soon)
    assert ended.returncode == 2
    assert list(tmp_path.iterdir()) == []
    assert run("pack", "new", "ca-mau", "--province", "96", "--out", tmp_path).exit_code == 0


@contextmanager
def ctrl_c_in_the_middle(monkeypatch: pytest.MonkeyPatch, *, of_file: int = 1) -> Iterator[None]:
    """Let the first half of a file be written, and then somebody press Ctrl-C; ``of_file``: the first, the second …"""
    before, files = os.fdopen, count(1)

    class Half:
        def __init__(self, descriptor: int) -> None:
            self._stream = before(descriptor, "wb")

        def __enter__(self) -> Half:
            return self

        def __exit__(self, *_: object) -> None:
            self._stream.close()

        def write(self, content: bytes) -> None:
            self._stream.write(content[: len(content) // 2])
            self._stream.flush()
            raise KeyboardInterrupt

    def opened(descriptor: int, mode: str) -> Any:
        return Half(descriptor) if next(files) == of_file else before(descriptor, mode)

    with monkeypatch.context() as patch:
        patch.setattr("emulator.kernel.delivery.os.fdopen", opened)
        yield


def _all(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("of_file", [1, 2, 3])
def test_ctrl_c_while_certificates_are_made_leaves_no_half_one_and_the_next_start_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of_file: int
) -> None:
    certificate = tmp_path / "certificate.pem"
    with ctrl_c_in_the_middle(monkeypatch, of_file=of_file), pytest.raises(KeyboardInterrupt):
        issue(tmp_path / "tls", (), certificate)
    assert len(_all(tmp_path)) == of_file - 1
    issue(tmp_path / "tls", (), certificate)
    before = _all(tmp_path)
    assert sorted(before) == ["certificate.pem", "tls/ca-key.pem", "tls/ca.pem"]
    with ctrl_c_in_the_middle(monkeypatch), pytest.raises(KeyboardInterrupt):
        issue(tmp_path / "tls", ("them.example.vn",), certificate)
    assert _all(tmp_path) == before
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate)
    assert {stat.S_IMODE(each.stat().st_mode) for each in (certificate, tmp_path / "tls" / "ca-key.pem")} == {0o600}


def test_ctrl_c_while_an_authority_withdraws_leaves_its_ledger_and_its_list_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, day = new_key(), "2026-11-20T08:00:00+07:00"
    ledger = AuthorityLedger(tmp_path, key.public)
    for serial in ("so-1", "so-2"):
        ledger.issue(new_challenge("btxh-a1", "sha256:0", bound_to={"serial": serial}), day, key)
    ledger.withdraw("so-1", "Thử", day, key)
    before = _all(tmp_path)
    with ctrl_c_in_the_middle(monkeypatch), pytest.raises(KeyboardInterrupt):
        ledger.withdraw("so-2", "Thử", day, key)
    assert _all(tmp_path) == before
    with ctrl_c_in_the_middle(monkeypatch, of_file=2), pytest.raises(KeyboardInterrupt):
        AuthorityLedger(tmp_path, key.public).withdraw("so-2", "Thử", day, key)
    after = _all(tmp_path)
    assert len(AuthorityLedger(tmp_path, key.public).records) == 4
    assert after[WITHDRAWN_FILE] == before[WITHDRAWN_FILE], "the list of before, and no half one"
