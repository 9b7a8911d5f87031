"""``doctor``: each trouble is named with what to do about it, and nothing is changed."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from emulator.cli import main
from emulator.cli.doctor import folders
from tests.serving import Server

_CLEAN = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "NO_PROXY", "no_proxy"))


def doctor(folder: Path, *words: str, **more: str | None) -> tuple[int, dict[str, dict[str, Any]]]:
    variables = _CLEAN | {"XDG_DATA_HOME": str(folder), "NDXP_EMULATOR_STORE": None} | more
    result = CliRunner().invoke(main, ["doctor", "--json", *words], env=variables)
    told = json.loads(result.stdout)
    assert told["ok"] is (result.exit_code == 0) is all(each["state"] != "FAIL" for each in told["checks"])
    for each in told["checks"]:
        assert each["said"]["vi"]
        assert each["said"]["en"]
        assert (each["advice"] is None) is (each["state"] == "OK")
    return result.exit_code, {each["name"]: each for each in told["checks"]}


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_that_somebody_else_holds_is_a_fail_and_linux_says_who(tmp_path: Path, taken: int) -> None:
    code, found = doctor(tmp_path, "--port", str(taken))
    assert code == 1
    port = found[f"port {taken}"]
    assert port["state"] == "FAIL"
    assert "--port 0" in port["advice"]["en"]
    if Path("/proc/net/tcp").exists():
        assert f"pid {os.getpid()}" in port["said"]["en"]


def test_an_emulator_at_the_port_is_recognised(tmp_path: Path, server: Server) -> None:
    port = doctor(tmp_path, "--port", str(server.port))[1][f"port {server.port}"]
    assert (port["state"], "ndxp-emulator" in port["said"]["en"]) == ("OK", True)


def test_an_emulator_behind_its_test_certificate_is_recognised_and_trusted(tmp_path: Path) -> None:
    flags = ["--store", ":memory:", "--workers", "1", "--quiet", "--tls"]
    with Server(*flags, XDG_DATA_HOME=str(tmp_path)) as guarded:
        port = doctor(tmp_path, "--port", str(guarded.port))[1][f"port {guarded.port}"]
        assert (port["state"], "ndxp-emulator" in port["said"]["en"]) == ("OK", True)
        asked = ["call", "ndxp.token", "--url", guarded.base_url]
        assert CliRunner().invoke(main, asked, env={"XDG_DATA_HOME": str(tmp_path)}).exit_code == 0
        stranger = CliRunner().invoke(main, asked, env={"XDG_DATA_HOME": str(tmp_path / "khac")})
        assert (stranger.exit_code, "set SSL_CERT_FILE" in stranger.stderr) == (2, True)


def test_a_free_port_is_ok(tmp_path: Path, taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    assert doctor(tmp_path, "--port", str(free))[1][f"port {free}"]["state"] == "OK"


@pytest.mark.parametrize(
    ("spared", "state"),
    [(None, "WARN"), ("example.vn", "WARN"), ("localhost", "WARN"), ("localhost,127.0.0.1", "OK"), ("*", "OK")],
)
def test_a_proxy_must_spare_this_machine(tmp_path: Path, spared: str | None, state: str) -> None:
    proxy = doctor(tmp_path, HTTPS_PROXY="http://ai:mat-khau@proxy.example.vn:3128", NO_PROXY=spared)[1]["proxy"]
    assert proxy["state"] == state
    assert "mat-khau" not in str(proxy)


def test_a_misspelt_variable_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    found = doctor(tmp_path, NDXP_EMULATOR_PROT="9090")[1]
    assert "NDXP_EMULATOR_PORT" in found["variable"]["advice"]["en"]
    assert "variable" not in doctor(tmp_path, NDXP_EMULATOR_PORT="9090")[1]


def test_another_time_zone_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    for zone, state in (("UTC", "WARN"), ("Asia/Ho_Chi_Minh", "OK"), ("UTC-7", "OK")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert doctor(tmp_path)[1]["time zone"]["state"] == state
    monkeypatch.undo()
    time.tzset()


def test_a_store_that_is_none_or_a_folder_is_a_fail(tmp_path: Path) -> None:
    other = tmp_path / "ghi-chu.txt"
    other.write_text("không phải kho")
    assert doctor(tmp_path, "--store", str(other))[1]["store"]["state"] == "FAIL"
    assert doctor(tmp_path, "--store", str(tmp_path))[1]["store"]["state"] == "FAIL"
    assert other.read_text() == "không phải kho"


def test_a_folder_that_cannot_be_written_is_a_fail(tmp_path: Path) -> None:
    wall = tmp_path / "tep"
    wall.write_text("")
    found = {each.name: each for each in folders(wall / "duoi-mot-tep", wall / "duoi-mot-tep" / "store.db")}
    assert found["data"].state == "FAIL"


def test_a_store_in_use_is_told(tmp_path: Path) -> None:
    store = tmp_path / "dung" / "store.db"
    with Server("--store", str(store), "--workers", "1", "--quiet"):
        assert doctor(tmp_path, "--store", str(store))[1]["store"]["state"] == "WARN"


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    doctor(tmp_path, "--store", str(tmp_path / "moi" / "store.db"))
    assert list(tmp_path.iterdir()) == []


def test_people_read_a_line_each_with_what_to_do(tmp_path: Path, taken: int) -> None:
    variables = _CLEAN | {"XDG_DATA_HOME": str(tmp_path)}
    result = CliRunner().invoke(main, ["doctor", "--port", str(taken)], env=variables)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith(f"FAIL  port {taken}"))
    assert "→" in lines[place + 1]
    assert {"versions", "disk"} & {line.split()[1] for line in lines if not line.startswith(" ")}
