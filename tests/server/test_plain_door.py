"""The door of a system without fork and flock, which are hidden here: plain Windows, as far as it can be had."""

from __future__ import annotations

import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import run

import pytest
import requests

from tests.builders import dossier
from tests.serving import ROOT, Client, Server, environment, failed_start, hearing_ctrl_c

HIDDEN = {"PYTHONPATH": f"{ROOT / 'tests' / 'plain_windows'}:{ROOT}"}
PATIENCE_S = 30


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plain") / "store.db"


@pytest.fixture(scope="module")
def plain(store: Path) -> Iterator[Server]:
    with Server("--store", str(store), **HIDDEN) as server:
        yield server


def test_without_fork_serve_takes_the_plain_door_and_a_push_is_written_down(plain: Server) -> None:
    with Client(plain) as client:
        client.log_in()
        assert client.call("DongBoDVC", dossier()).status_code == 200
    newest = requests.get(f"{plain.base_url}/__admin/requests?limit=1", timeout=PATIENCE_S).json()["requests"][0]
    assert (newest["operation"], newest["outcome"]) == ("btxh.DongBoDVC", "answered")


def test_a_store_has_one_plain_server(plain: Server, store: Path) -> None:
    assert "is in use by another emulator" in failed_start("--store", str(store), **HIDDEN)


def test_a_kind_of_worker_that_forks_is_refused_by_name(tmp_path: Path) -> None:
    said = failed_start("--store", str(tmp_path / "x.db"), "--worker-kind", "asgi", **HIDDEN)
    assert "on Windows, use --worker-kind plain" in said


def test_ctrl_c_ends_it_in_order_and_the_store_is_one_whole_file(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    with hearing_ctrl_c(), Server("--store", str(store), **HIDDEN) as server:
        with Client(server) as client:
            client.log_in()
            client.call("DongBoDVC", dossier())
        assert server.stop(signal.SIGINT) == 0
        assert "Traceback" not in server.said()
    with closing(sqlite3.connect(store)) as left:
        assert left.execute("SELECT count(*) FROM journal").fetchone() != (0,)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["store.db", "store.db.server"]


def test_a_driven_certification_says_what_to_do_instead(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    new = [sys.executable, "-m", "emulator", "certify"]
    run([*new, "new", "--kit", "btxh-a1", "--out", str(plan)], env=environment(), check=True, capture_output=True)
    said = run([*new, str(plan), "--command", "./x"], env=environment(**HIDDEN), check=False, capture_output=True)
    assert (said.returncode, b"add --attended" in said.stderr) == (2, True)
