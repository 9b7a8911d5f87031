"""One server per store, whatever it is called; a clean stop leaves one whole file; damage is seen."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import requests

from emulator.store.sqlite import SqliteStore
from tests.builders import dossier
from tests.conftest import Visitor
from tests.serving import Client, Server, failed_start


def _code(number: int) -> str:
    return f"000.11.26.H26-261120-{number:04d}"


def _lived(path: Path, pushes: int = 30) -> None:
    with Server("--store", str(path), "--workers", "1") as server, Client(server) as client:
        client.log_in()
        for number in range(pushes):
            assert client.call("DongBoDVC", dossier(MaHoSo=_code(number))).json()["error_code"] == 0


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_second_name_of_the_same_store_is_the_same_store(tmp_path: Path, link: object) -> None:
    path, other = tmp_path / "store.db", tmp_path / "khac.db"
    with Server("--store", str(path), "--workers", "1"):
        link(path, other)  # type: ignore[operator]
        assert "in use" in failed_start("--store", str(other), "--port", "0")


def test_a_server_whose_store_was_removed_acknowledges_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with Server("--store", str(path), "--workers", "1") as server, Client(server) as client:
        client.log_in()
        assert client.call("DongBoDVC", dossier(MaHoSo=_code(1))).status_code == 200
        path.unlink()
        assert client.call("DongBoDVC", dossier(MaHoSo=_code(2))).status_code == 503
        ready = requests.get(f"{server.base_url}/__admin/ready", timeout=10)
        assert ready.status_code == 503
        assert "is not the file that was opened" in ready.json()["detail"]
        path.write_bytes(b"")  # another file under the same name is not the store either
        assert client.call("DongBoDVC", dossier(MaHoSo=_code(3))).status_code == 503


def test_after_a_clean_stop_the_file_alone_is_the_store(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    _lived(path)
    assert not list(tmp_path.glob("store.db-*"))
    shutil.copy(path, tmp_path / "copy.db")
    with closing(sqlite3.connect(f"file:{tmp_path / 'copy.db'}?mode=ro&immutable=1", uri=True)) as copy:
        kept = {key for (key,) in copy.execute("SELECT key FROM records WHERE shelf = 'dossiers'")}
    assert set() < {_code(number) for number in range(30)} <= kept


def test_flipped_bits_in_a_closed_store_are_seen_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    _lived(path)
    content = bytearray(path.read_bytes())
    page = int.from_bytes(content[16:18])
    for place in range(page * 3, len(content) - page, page):  # the head of every page from the fourth on
        content[place + 5] ^= 0xFF
    path.write_bytes(content)
    said = failed_start("--store", str(path), "--port", "0")
    assert "is damaged" in said
    assert "restore" in said


def test_a_store_that_was_left_clean_is_not_read_whole_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from emulator.store.opening import open_store

    looks: list[str] = []
    monkeypatch.setattr(SqliteStore, "damage", lambda store: looks.append(store.name) or [])
    path = tmp_path / "store.db"
    for _ in range(2):
        with open_store(path) as store:
            store.one("SELECT 1")
    assert looks == []
    with path.open("ab") as file:
        file.write(b"\0")
    with open_store(path):
        assert looks == [str(path)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("DELETE FROM journal WHERE seq > 3", "seq 4: missing, the newest was 6"),
        ("DELETE FROM journal WHERE seq < 3", "seq 1: missing, the oldest that is there is 3"),
        ("DELETE FROM journal", "seq 1: missing, the newest was 6"),
        ("DELETE FROM journal WHERE seq = 4", "seq 5: does not follow seq 3"),
        (
            "UPDATE sandboxes SET head = 'sha256:0' WHERE id = 'default'",
            "not the exchange the sandbox calls its newest",
        ),
    ],
)
def test_the_chain_is_held_against_what_stands_beside_it(visitor: Visitor, change: str, sentence: str) -> None:
    for _ in range(6):
        visitor.http.get("/khong-co")
    assert visitor.http.get("/__admin/chain").json["ok"] is True
    visitor.country.store.run(change)
    chain = visitor.http.get("/__admin/chain").json
    assert chain["ok"] is False
    assert sentence in chain["break"]


def test_a_journal_that_forgot_its_beginning_is_anchored_to_what_it_forgot(visitor: Visitor) -> None:
    for _ in range(4):
        visitor.http.get("/khong-co")
    assert visitor.http.delete("/__admin/requests").status_code == 200
    assert visitor.http.get("/__admin/chain").json["ok"] is True
    visitor.http.get("/khong-co")
    assert visitor.http.get("/__admin/chain").json["ok"] is True
    visitor.country.store.run("UPDATE sandboxes SET floor_head = 'sha256:0'")
    assert "does not follow the last exchange that was forgotten" in visitor.http.get("/__admin/chain").json["break"]
