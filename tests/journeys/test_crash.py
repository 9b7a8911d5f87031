"""``kill -9`` in the middle of a thousand pushes: what was acknowledged is there, and nothing half-done."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from pathlib import Path

import requests

from emulator.journal.write import first_break
from emulator.store import sandbox_rows, world_rows
from emulator.store.sqlite import SqliteStore
from tests.builders import dossier
from tests.serving import Client, Server

_PUSHES, _KILL_AFTER = 1000, 300


def _code(number: int) -> str:
    return f"000.11.26.H26-261120-{number:04d}"


def _push_until_killed(server: Server) -> list[str]:
    """Push from two connections and kill the whole process group in between; return what was acknowledged."""
    acknowledged: list[str] = []
    enough = threading.Event()

    def push(first: int) -> None:
        with Client(server) as client:
            client.log_in()
            for number in range(first, _PUSHES, 2):
                try:
                    reply = client.call("DongBoDVC", dossier(MaHoSo=_code(number)))
                except requests.RequestException:
                    return
                assert reply.json()["error_code"] == 0, reply.text
                acknowledged.append(_code(number))
                if len(acknowledged) >= _KILL_AFTER:
                    enough.set()

    threads = [threading.Thread(target=push, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    server.kill()
    for thread in threads:
        thread.join(30)
    return acknowledged


def test_every_acknowledged_push_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with Server("--store", str(path)) as server:
        acknowledged = _push_until_killed(server)
    assert _KILL_AFTER <= len(acknowledged) < _PUSHES
    with Server("--store", str(path)) as again, Client(again) as client:
        client.log_in()
        assert client.call("DongBoDVC", dossier(MaHoSo=_code(_PUSHES))).json()["error_code"] == 0
    store = SqliteStore(path)
    with closing(store):
        sandbox = sandbox_rows.by_id(store, "default")
        assert sandbox
        home = (sandbox.no, sandbox.epoch)
        rows = world_rows.exchange_pages(store, home, limit=10_000)
        kept = world_rows.record_keys(store, home, "dossiers")
    assert set(acknowledged) - kept == set()
    assert first_break(rows) is None
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    told = {
        effect["key"] for row in rows for effect in json.loads(row.story)["effects"] if effect["shelf"] == "dossiers"
    }
    assert told == kept
