"""``serve``: what it says, what it takes, and what it refuses."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from emulator.cli import main
from tests.serving import Client, Server, command, environment, failed_start


def test_the_ready_line_comes_when_the_server_answers_and_says_how_to_reach_it(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    with Server("--store", str(tmp_path / "store.db"), "--port-file", str(port_file)) as server:
        assert requests.get(f"{server.ready['admin_url']}/ready", timeout=5).status_code == 200
        assert server.ready["event"] == "ready"
        assert server.ready["pid"] == server.process.pid
        assert set(server.ready["credentials"]) >= {"production", "sandbox"}
        assert port_file.read_text() == f"{server.port}\n"
        with Client(server) as client:
            assert client.log_in()["token_type"] == "Bearer"
        banner = server.said()
        assert server.ready["credentials"]["production"]["consumer_key"] in banner
        assert "curl" in banner
        assert str(tmp_path / "store.db") in banner
        assert server.stop() == 0
        assert server.process.stdout.read() == ""  # type: ignore[union-attr]
        assert not port_file.exists()
        assert server.said() == banner


def test_the_ready_line_names_every_unit_that_can_work_and_each_logs_in_with_it_alone() -> None:
    portal = "dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
    with Server("--store", ":memory:", "--workers", "1") as server:
        units = server.ready["units"]
        assert [unit["code"] for unit in units] == ["H26", "H22", "H34"]
        for unit in units:
            assert f"{unit['code']:<18} {unit['security_server']}" in server.said()
            address = f"{unit['security_server']}/XrdAdapter/RestService/forward/mapi/login?{portal}"
            reply = requests.post(address, json=unit["credentials"]["portal"], timeout=5)
            assert reply.json()["error_code"] == 0
        told = requests.get(f"{server.base_url}/__admin/requests?order=asc", timeout=5).json()["requests"]
        assert [entry["consumer"] for entry in told] == [unit["subsystem"] for unit in units]
        assert units[0]["credentials"]["portal"]["password"] == server.ready["credentials"]["portal"]["password"]


def test_quiet_leaves_the_ready_line_alone() -> None:
    with Server("--store", ":memory:", "--quiet", "--workers", "1") as server:
        assert server.said() == ""


def test_a_closed_stdout_stops_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(
        command("--store", ":memory:", "--port", "0"),
        env=environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(writing)
        try:
            said = next(line for line in process.stderr if "ready" in line)  # type: ignore[union-attr]
            assert requests.get(f"{said.split()[-1]}/__admin/ready", timeout=5).status_code == 200
            process.terminate()
            assert process.wait(5) == 0
            assert "Traceback" not in process.stderr.read()  # type: ignore[union-attr]
        finally:
            process.kill()


def test_the_flag_beats_the_variable_and_port_is_honoured() -> None:
    with Server(PORT="0", NDXP_EMULATOR_STORE=":memory:", NDXP_EMULATOR_SEED="1", NDXP_EMULATOR_WORKERS="1") as server:
        from_variable = server.ready["credentials"]
        assert server.port != 8080
    with Server("--seed", "2", "--store", ":memory:", "--workers", "1", NDXP_EMULATOR_SEED="1") as server:
        assert server.ready["credentials"] != from_variable


@pytest.mark.parametrize(
    ("flags", "variables", "named"),
    [
        (("--port", "many"), {}, "--port"),
        ((), {"NDXP_EMULATOR_PORT": "many"}, "NDXP_EMULATOR_PORT"),
        ((), {"PORT": "many"}, "PORT"),
        (("--mode", "kind"), {}, "--mode"),
        ((), {"NDXP_EMULATOR_WORKER_KIND": "sync"}, "NDXP_EMULATOR_WORKER_KIND"),
        ((), {"NDXP_EMULATOR_TLS": "perhaps"}, "NDXP_EMULATOR_TLS"),
        (("--workers", "0"), {}, "--workers"),
        (("--host", "0.0.0.0"), {}, "--admin-token"),
    ],
)
def test_a_word_that_cannot_be_meant_stops_the_start_and_is_named(
    flags: tuple[str, ...], variables: dict[str, str], named: str
) -> None:
    """These are refused before anything begins, so they need no process of their own."""
    unset: dict[str, str | None] = {name: None for name in os.environ if name.startswith("NDXP_EMULATOR_")}
    result = CliRunner().invoke(
        main, ["serve", "--store", ":memory:", *flags], env={"PORT": None, **unset, **variables}
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert named in result.stderr


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (("--port", "many"), "--port"),
        (("--port", "0", "--pack", "no-such-pack"), "no-such-pack"),
        (("--host", "192.0.2.1", "--admin-token", "tell-nobody", "--port", "0"), "192.0.2.1"),
        (("--port", "0", "--port-file", "/proc/nowhere/port"), "--port-file"),
    ],
)
def test_a_value_that_does_not_work_here_stops_the_start_and_is_named(flags: tuple[str, ...], named: str) -> None:
    assert named in failed_start("--store", ":memory:", *flags)


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = failed_start("--store", ":memory:", "--port", port)
    assert port in said
    assert "--port 0" in said


def test_a_store_serves_one_emulator_at_a_time(tmp_path: Path) -> None:
    store = str(tmp_path / "store.db")
    with Server("--store", store, "--workers", "1"):
        assert "in use" in failed_start("--store", store, "--port", "0")
    with Server("--store", store, "--workers", "1") as again:
        assert again.ready["event"] == "ready"


def test_a_text_file_is_no_store_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Kính gửi " * 100)
    assert "is not an emulator store" in failed_start("--store", str(path), "--port", "0")
    assert path.read_text() == "Kính gửi " * 100


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file" / "store.db") in failed_start("--store", str(tmp_path / "file" / "store.db"))


def test_a_folder_that_cannot_be_written_is_named() -> None:
    assert "/proc/nowhere/store.db" in failed_start("--store", "/proc/nowhere/store.db", "--port", "0")


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    with Server("--store", str(store), "--workers", "1"):
        pass
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert "newer version" in failed_start("--store", str(store), "--port", "0")


def test_the_server_imports_nothing_it_does_not_need() -> None:
    script = (
        "import sys, json; from emulator.cli import serving; from emulator.server import loop_worker;"
        "from emulator.app import application, found_country; from emulator.settings import Settings;"
        "parts = [name.split('.') for name in sys.modules];"
        "print(json.dumps(sorted({'.'.join(each[:size]) for each in parts for size in (1, 2)})))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=30, check=True
    )
    forbidden = {
        "flask",  # comes in, with the rooms of our own pages, when the first of them is asked for
        "werkzeug",
        "a2wsgi",
        "emulator.console",
        "psycopg",
        "psycopg_pool",
        "regex",
        "faker",
        "requests",
        "trustme",
        "cryptography",
        "hypothesis",
        "pydantic",
        "pytest",
        "yaml",
        *(f"emulator.{room}" for room in ("console", "openapi", "recording", "testing")),
    }
    assert not forbidden & set(json.loads(ended.stdout))


def test_a_generated_admin_token_is_said_once_and_demanded() -> None:
    flags = ("--store", ":memory:", "--workers", "1", "--generate-admin-token")
    with Server(*flags) as server:
        token = server.ready["admin_token"]
        assert token in server.said()
        settings = f"{server.base_url}/__admin/sandboxes"
        assert requests.get(settings, timeout=10).status_code == 401
        assert requests.get(settings, headers={"X-Admin-Token": token}, timeout=10).status_code == 200
    assert len(token) >= 32


def test_a_chosen_admin_token_is_kept_and_never_said() -> None:
    flags = ("--store", ":memory:", "--workers", "1", "--generate-admin-token", "--admin-token", "tell-nobody")
    with Server(*flags) as server:
        asked = f"{server.base_url}/__admin/sandboxes"
        assert requests.get(asked, headers={"X-Admin-Token": "tell-nobody"}, timeout=10).status_code == 200
        assert "tell-nobody" not in json.dumps(server.ready) + server.said()


def test_healthcheck_tells_a_ready_server_from_a_missing_one() -> None:
    def ask(port: int) -> int:
        asked = [sys.executable, "-m", "emulator", "healthcheck", "--port", str(port)]
        return subprocess.run(asked, env=environment(), capture_output=True, timeout=30, check=False).returncode

    with Server("--store", ":memory:", "--workers", "1", "--admin-token", "secret") as server:
        assert ask(server.port) == 0
        variables = environment(NDXP_EMULATOR_PORT="tcp://10.96.12.7:8080", PORT=str(server.port))
        asked = [sys.executable, "-m", "emulator", "healthcheck"]
        ended = subprocess.run(asked, env=variables, capture_output=True, text=True, timeout=30, check=False)
        assert (ended.returncode, ended.stderr.count("Kubernetes's, ignored")) == (0, 1)
    assert ask(server.port) == 1


def test_version_and_help_answer_in_both_languages() -> None:
    def say(*words: str) -> str:
        asked = [sys.executable, "-m", "emulator", *words]
        return subprocess.run(asked, env=environment(), capture_output=True, text=True, timeout=30, check=True).stdout

    assert say("version").strip() in say("--version")
    page = say("serve", "--help")
    assert "Ví dụ / Examples" in page
    assert "NDXP_EMULATOR_MAX_JOURNAL" in page
