"""The store: older files are migrated, the log is moved, ended epochs are swept, trouble is answered."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from emulator.journal.journal import Journal, Search
from emulator.kernel.refusals import StoreBusy, StoreFailure
from emulator.store import sandbox_rows
from emulator.store.opening import Upkeep
from emulator.store.schema import MIGRATIONS
from emulator.store.sqlite import SqliteStore
from emulator.store.store import StoreTrouble, try_lock, unlock
from tests.builders import dossier
from tests.conftest import Visitor


def _rows(visitor: Visitor, table: str) -> int:
    row = visitor.country.store.one(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])


def test_an_older_store_is_migrated_and_keeps_what_it_holds(tmp_path: Path) -> None:
    old = SqliteStore(tmp_path / "store.db")
    old.prepare()
    with old.writing():
        sandbox_rows.add(old, "lop-a", "{}", [])
    old.close()
    new = SqliteStore(
        tmp_path / "store.db", (*MIGRATIONS, "CREATE TABLE extra (a INTEGER); CREATE INDEX extra_a ON extra (a)")
    )
    new.prepare()
    assert sandbox_rows.by_id(new, "lop-a") is not None
    assert new.all("SELECT a FROM extra") == []
    new.close()
    with pytest.raises(StoreTrouble, match="newer version"):
        SqliteStore(tmp_path / "store.db").prepare()


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    old = SqliteStore(tmp_path / "store.db")
    old.prepare()
    old.close()
    broken = SqliteStore(tmp_path / "store.db", (*MIGRATIONS, "CREATE TABLE extra (a INTEGER); SELECT nonsense"))
    with pytest.raises(StoreTrouble, match="nonsense"):
        broken.prepare()
    broken.close()
    again = SqliteStore(tmp_path / "store.db")
    again.prepare()
    assert again.one("SELECT count(*) FROM sqlite_master WHERE name = 'extra'") == (0,)
    again.close()


def test_another_programs_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreTrouble, match="is not an emulator store"):
        SqliteStore(path).prepare()
    assert path.read_bytes() == before


def test_a_store_whose_mark_stands_in_the_log_alone_is_ours(tmp_path: Path) -> None:
    """As after ``kill -9`` of the very first start: nothing was checkpointed yet."""
    first = SqliteStore(tmp_path / "first.db")
    first.prepare()
    for suffix in ("", "-wal"):
        (tmp_path / f"copy.db{suffix}").write_bytes((tmp_path / f"first.db{suffix}").read_bytes())
    first.close()
    copy = SqliteStore(tmp_path / "copy.db")
    copy.prepare()
    assert copy.one("PRAGMA user_version") == (len(MIGRATIONS),)
    copy.close()


def test_the_upkeep_moves_the_log_into_the_file(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    store = visitor.country.store
    Upkeep(store).round()
    with sqlite3.connect(f"file:{store.path}?mode=ro&immutable=1", uri=True) as alone:  # blind to the log
        assert alone.execute("SELECT count(*) FROM journal").fetchone()[0] > 0
    alone.close()


def test_what_a_reset_ended_is_swept_and_nothing_else(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    sandboxes = visitor.country.sandboxes
    sandboxes.create("lop-b", {})
    visitor.http.get("/s/lop-b/token")
    sandboxes.reset(sandboxes.get("default"))
    visitor.http.get("/nowhere")
    Upkeep(visitor.country.store).round()
    assert _rows(visitor, "records") == 0
    assert _rows(visitor, "journal") == 2


def test_the_upkeep_ends_when_told(visitor: Visitor) -> None:
    upkeep = Upkeep(visitor.country.store, every_s=60)
    upkeep.start()
    upkeep.stop()
    assert upkeep.is_over


def test_an_exchange_that_cannot_be_written_down_is_answered_as_our_fault(visitor: Visitor) -> None:
    token = visitor.token()
    visitor.country.store.run("ALTER TABLE journal RENAME TO lost")
    reply = visitor.http.post("/apiBTXH/1.0/DongBoDVC", json=dossier(), headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 500
    assert reply.json["code"] == "emulator-fault"
    visitor.country.store.run("ALTER TABLE lost RENAME TO journal")
    assert _rows(visitor, "records") == 0
    assert visitor.http.get("/nowhere").status_code == 404


@pytest.mark.parametrize("path", ["/apiBTXH/1.0/DongBoDVC", "/token", "/KetNoiMotCuaQuocGia/getfile"])
def test_a_call_that_finds_the_disk_full_is_told_so_as_the_gateway_tells_of_a_back_end_that_is_away(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def fail(*_words: object) -> None:
        raise StoreFailure("full", "no room")

    headers = {"Authorization": f"Bearer {visitor.token()}"}
    monkeypatch.setattr("emulator.gateways.door.explain", fail)
    reply = visitor.http.post(path, json=dossier(), headers=headers)
    told = {"code": 101503, "type": "Status report", "message": "Service Unavailable"}
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "1")
    assert reply.json == {"fault": told | {"description": "Error connecting to the back end"}}
    assert len(visitor.journal()) == 1, "it stands in no journal"


@pytest.mark.parametrize("path", ["/apiBTXH/1.0/DongBoDVC", "/token", "/KetNoiMotCuaQuocGia/getfile"])
def test_a_fault_of_our_own_in_a_call_is_told_by_the_gateway_and_named_in_the_journal(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def fail(*_words: object) -> None:
        raise ZeroDivisionError("by nothing")

    token = visitor.token()
    monkeypatch.setattr("emulator.gateways.door.explain", fail)
    reply = visitor.http.post(path, json=dossier(), headers={"Authorization": f"Bearer {token}"})
    entry = visitor.journal()[-1]
    told = {"code": 101500, "type": "Status report", "message": "Runtime Error", "description": "Error in Sender"}
    assert (reply.status_code, reply.json) == (500, {"fault": told})
    (remark,) = [each for each in entry["remarks"] if each["rule"] == "emulator-fault"]
    said = (entry["outcome"], remark["level"], remark["en"])
    assert said == ("error", "error", "Emulator fault: ZeroDivisionError('by nothing')")


def test_a_transaction_that_could_not_begin_leaves_the_pen_to_others(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    store.prepare()
    stranger = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    stranger.execute("BEGIN EXCLUSIVE")  # somebody who knows no pen
    with store.patience(0.05), pytest.raises(StoreBusy):
        store.begin()
    assert not store.is_writing
    stranger.execute("ROLLBACK")
    stranger.close()
    with ThreadPoolExecutor(1) as other:  # a thread of its own: a pen still held would keep it out
        other.submit(_write_and_leave, store).result()
    store.begin()
    store.rollback()
    store.close()


def _write_and_leave(store: SqliteStore) -> None:
    with store.writing():
        store.run("UPDATE sandboxes SET head = head")
    store.close()


def test_the_total_of_a_journal_is_counted_in_its_indices_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path / "store.db")
    store.prepare()
    asked: list[tuple[str, Any]] = []

    def note(sql: str, values: Any = ()) -> Any:
        asked.append((sql, values))
        return SqliteStore.one(store, sql, values)

    monkeypatch.setattr(store, "one", note)
    Journal(store).search((1, 1), Search(), limit=1)
    plans = [store.all(f"EXPLAIN QUERY PLAN {sql}", values) for sql, values in asked if "count(*)" in sql]
    store.close()
    assert [["COVERING INDEX" in row[-1] for row in plan] for plan in plans] == [[True], [True]]


def test_who_waits_for_the_pen_holds_the_turn_and_nobody_passes_by(tmp_path: Path) -> None:
    store, other = (SqliteStore(tmp_path / "store.db") for _ in range(2))
    store.prepare()
    with (tmp_path / "store.db.turn").open("r+") as turn:

        def is_free() -> bool:
            return try_lock(turn.fileno()) and not unlock(turn.fileno())

        def write() -> None:
            with other.writing():
                pass
            other.close()

        assert is_free()
        with ThreadPoolExecutor(1) as pool:
            with store.writing():
                waiting = pool.submit(write)
                until = time.monotonic() + 10
                while is_free():
                    assert time.monotonic() < until
            waiting.result(10)
        assert is_free()
        assert try_lock(turn.fileno())  # as if somebody waited: who comes now is behind
        with store.patience(0.05), pytest.raises(StoreBusy), store.writing():
            pass
        unlock(turn.fileno())
    with store.writing():
        pass
    store.close()
