"""Calls that come at the same time share a transaction, and notice nothing of each other (decision 0099)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from bench.quick import Crowd, Target, request_of
from emulator.journal.write import first_break
from emulator.store import world_rows
from emulator.store.sqlite import SqliteStore
from tests.builders import dossier
from tests.serving import Client, Server

AT_ONCE, TURNS = 16, 8


class Place(NamedTuple):
    """A server with one worker, its store, and a client that is let in."""

    server: Server
    store: Path
    client: Client
    token: str

    def send_at_once(self, bodies: list[dict[str, Any]], operation: str = "DongBoDVC") -> list[Any]:
        target = Target.of(self.server.base_url, self.server.process.pid)
        crowd = Crowd(target, AT_ONCE)
        path = f"/apiBTXH/1.0/{operation}"
        answers = crowd.send([request_of(target, path, json.dumps(body).encode(), self.token) for body in bodies])
        said = [(status, json.loads(body.partition(b"\r\n")[2].partition(b"\r\n")[0])) for status, body in answers]
        crowd.close()
        return said

    def get(self, path: str) -> Any:
        return self.client.http.get(f"{self.server.ready['admin_url']}{path}", timeout=30).json()


@pytest.fixture(scope="module", params=["asgi", "gthread"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    store = tmp_path_factory.mktemp("together") / "store.db"
    flags = ("--store", str(store), "--workers", "1", "--worker-kind", request.param)
    with Server(*flags) as server, Client(server) as client:
        yield Place(server, store, client, client.log_in()["access_token"])


def code(number: int, unit: int = 11) -> str:
    return f"000.{unit}.26.H26-261120-{number:04d}"


def commits_of(store: Path) -> int:
    """Count the transactions in the log of a store: a frame that ends one says how large the file is then."""
    log = Path(f"{store}-wal").read_bytes()
    size, salt = struct.unpack(">I", log[8:12])[0], log[16:24]
    frames = range(32, len(log) - size, 24 + size)
    return sum(log[at + 8 : at + 16] == salt and log[at + 4 : at + 8] != b"\0\0\0\0" for at in frames)


def test_calls_at_the_same_time_are_kept_by_fewer_commits_than_they_are(place: Place) -> None:
    before, newest = commits_of(place.store), place.get("/requests?limit=1")["requests"][0]["seq"]
    answers = place.send_at_once([dossier(MaHoSo=code(number)) for number in range(AT_ONCE * TURNS)])
    assert {status for status, _ in answers} == {200}
    assert {answer["error_code"] for _, answer in answers} == {0}
    assert commits_of(place.store) - before < AT_ONCE * TURNS / 2
    entries = place.get(f"/requests?limit={AT_ONCE * TURNS}")["requests"]
    assert [entry["seq"] for entry in entries] == list(range(newest + AT_ONCE * TURNS, newest, -1))
    assert place.get("/chain")["ok"] is True


def test_a_refusal_among_them_undoes_nothing_of_its_neighbours(place: Place) -> None:
    settings = {"retired_procedures": ["1.001739"]}
    place.client.http.put(f"{place.server.ready['admin_url']}/settings", json=settings, timeout=30)
    kinds = [("1.001739" if number % 3 == 0 else "1.001731", code(number, 12)) for number in range(AT_ONCE * 2)]
    answers = place.send_at_once([dossier(MaTTHC=procedure, MaHoSo=each) for procedure, each in kinds])
    assert [answer["error_code"] == 0 for _, answer in answers] == [procedure == "1.001731" for procedure, _ in kinds]
    entries = place.get(f"/requests?limit={AT_ONCE * 2}")["requests"]
    stored = {effect["key"] for entry in entries for effect in entry["effects"] if effect["shelf"] == "dossiers"}
    assert stored == {each for procedure, each in kinds if procedure == "1.001731"}
    assert place.get("/chain")["ok"] is True


def test_one_dossier_pushed_by_all_of_them_is_stored_once(place: Place) -> None:
    answers = place.send_at_once([dossier(MaHoSo=code(1, 13))] * AT_ONCE)
    assert {answer["error_code"] for _, answer in answers} == {0}
    entries = place.get(f"/requests?limit={AT_ONCE}")["requests"]
    assert sum(bool(entry["effects"]) for entry in entries) == 1


def test_none_is_answered_well_when_their_transaction_cannot_be_kept(place: Place) -> None:
    newest = place.get("/requests?limit=1")["requests"][0]["seq"]
    aside = place.store.with_suffix(".aside")
    os.rename(place.store, aside)
    try:
        answers = place.send_at_once([dossier(MaHoSo=code(number, 14)) for number in range(AT_ONCE)])
    finally:
        os.rename(aside, place.store)
    assert {status for status, _ in answers} == {503}
    assert place.get("/requests?limit=1")["requests"][0]["seq"] == newest
    assert {answer["error_code"] for _, answer in place.send_at_once([dossier(MaHoSo=code(1, 14))] * AT_ONCE)} == {0}
    assert place.get("/chain")["ok"] is True


@pytest.mark.parametrize("kind", ["asgi", "gthread"])
def test_kill_9_loses_nothing_that_was_answered_and_no_call_by_half(tmp_path: Path, kind: str) -> None:
    store, answered = str(tmp_path / "store.db"), 0
    with Server("--store", store, "--worker-kind", kind) as server, Client(server) as client:
        token = client.log_in()["access_token"]
        crowd = Crowd(Target.of(server.base_url, server.process.pid), AT_ONCE)
        bodies = [json.dumps(dossier(MaHoSo=code(number, 15))).encode() for number in range(2_000)]
        requests = [request_of(crowd.target, "/apiBTXH/1.0/DongBoDVC", body, token) for body in bodies]
        killer = threading.Thread(target=server.kill)
        with contextlib.suppress(SystemExit, OSError):  # the server is gone
            for status, body in crowd.send(requests):
                assert (status, b'"error_code":0' in body) == (200, True)
                answered += 1
                if answered == AT_ONCE * TURNS + 3:
                    killer.start()
        killer.join()
        crowd.close()
    assert AT_ONCE * TURNS < answered < 2_000
    with Server("--store", store, "--workers", "1"):
        pass  # it finds the store as the killed one left it, and leaves it clean
    with closing(SqliteStore(Path(store))) as left:
        rows = world_rows.exchange_pages(left, (1, 1), limit=10_000)
    assert first_break(rows) is None
    pushes = [json.loads(row.story) for row in rows if row.operation == "btxh.DongBoDVC"]
    stored = {effect["key"] for push in pushes for effect in push["effects"] if effect["shelf"] == "dossiers"}
    assert {code(number, 15) for number in range(answered)} - stored == set()
    assert len(stored) == len(pushes)


def test_a_flood_of_one_sandbox_does_not_go_before_the_call_of_another(tmp_path: Path) -> None:
    with Server("--store", str(tmp_path / "store.db"), "--workers", "1") as server:
        target, (worker,) = Target.of(server.base_url, server.process.pid), server.workers(1)
        tokens = {}
        for name in ("lut", "yen"):
            made = requests.post(f"{server.ready['admin_url']}/sandboxes", json={"id": name}, timeout=30).json()
            with Client(server, name, made["credentials"]["production"]) as client:
                tokens[name] = client.log_in()["access_token"]

        def push(name: str, number: int) -> bytes:
            body = json.dumps(dossier(MaHoSo=code(number))).encode()
            return request_of(target, f"/s/{name}/apiBTXH/1.0/DongBoDVC", body, tokens[name])

        lines = [socket.create_connection((target.host, target.port), timeout=30) for _ in range(AT_ONCE * 2 + 1)]
        with ExitStack() as closing_lines:
            for line in lines:
                closing_lines.enter_context(line)
                line.sendall(b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                answer = HTTPResponse(line)
                answer.begin()  # the worker holds the line before it stops
                assert (answer.status, answer.read() != b"") == (200, True)
            os.kill(worker, signal.SIGSTOP)
            try:
                for number, line in enumerate(lines):  # the other's comes last
                    line.sendall(push("yen" if line is lines[-1] else "lut", number))
            finally:
                os.kill(worker, signal.SIGCONT)
            for line in lines:
                assert line.recv(12) == b"HTTP/1.1 200"
        entries = requests.get(f"{server.base_url}/__admin/sandboxes/lut/requests?limit=100", timeout=30).json()
        (other, *_) = requests.get(f"{server.base_url}/__admin/sandboxes/yen/requests", timeout=30).json()["requests"]
        flood = [entry["clock"]["wall"] for entry in entries["requests"] if entry["operation"] == "btxh.DongBoDVC"]
        assert len(flood) == AT_ONCE * 2
        assert sum(wall > other["clock"]["wall"] for wall in flood) >= AT_ONCE, "most of the flood waits for itself"


@pytest.mark.parametrize("kind", ["asgi", "gthread"])
def test_those_who_come_together_share_a_transaction_and_pass_no_quota(tmp_path: Path, kind: str) -> None:
    store, most = tmp_path / "store.db", AT_ONCE * 2
    flags = ("--store", str(store), "--max-calls", str(most), "--worker-kind", kind)
    with Server(*flags) as server, Client(server) as client:
        token = client.log_in()["access_token"]
        began, before = time.time() // 60, commits_of(store)
        crowd = Crowd(Target.of(server.base_url, server.process.pid), AT_ONCE)
        bodies = [json.dumps(dossier(MaHoSo=code(number))).encode() for number in range(AT_ONCE * 4)]
        said = [
            status
            for status, _ in crowd.send(
                [request_of(crowd.target, "/apiBTXH/1.0/DongBoDVC", body, token) for body in bodies]
            )
        ]
        commits, minutes = commits_of(store) - before, time.time() // 60 - began + 1
        crowd.close()
        admin_url = server.ready["admin_url"]
        rows = requests.get(f"{admin_url}/requests?limit=200", timeout=30).json()["requests"]
        assert most - 1 <= said.count(200) <= most * minutes, "a quota is that of a minute, the login counts"
        assert said.count(200) + said.count(429) == len(said)
        told = [row for row in rows if row["response"]["status"] == 429]
        assert len(told) <= minutes
        assert commits < said.count(200)
        assert requests.get(f"{admin_url}/chain", timeout=30).json()["ok"] is True
