"""What every store promises, over both: rows, transactions, deadlines, duties, and one and the same chain."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.journal.journal import Journal, Search
from emulator.kernel.refusals import StoreBusy, StoreFailure
from emulator.settings import Settings
from emulator.store import access_rows, agenda_rows, sandbox_rows, world_rows
from emulator.store.sandbox_rows import TallyRow
from emulator.store.sqlite import SqliteStore
from emulator.store.store import Store
from emulator.store.world_rows import JournalRow, RecordRow
from tests.builders import dossier, pull
from tests.conftest import Visitor
from tests.databases import Postgres
from tests.serving import slack


def _opened(kind: str, request: pytest.FixtureRequest, folder: Path) -> Store:
    if kind == "sqlite":
        store: Store = SqliteStore(folder / "store.db")
    else:
        url = request.getfixturevalue("postgres").new_database()
        from emulator.store.postgres import PostgresStore

        store = PostgresStore(url)
    store.prepare()
    return store


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = _opened(request.param, request, tmp_path)
    with opened.writing():
        sandbox_rows.add(opened, "mot", "{}", [("khoa-1", "bi-mat", "production")])
    yield opened
    opened.close()
    opened.finish()


HOME = (1, 1)


def _put(store: Store, key: str, moment: int, value: str | None = "{}") -> None:
    world_rows.put_record(store, HOME, "dossiers", RecordRow(key, "H26", moment, value))


def test_records_are_found_by_key_window_and_beginning_and_hidden_ones_are_told(store: Store) -> None:
    keys = ["a", "a/1", "a/2", "B", "đ", "ế-1", "z'\"%_\\"]
    with store.writing(1):
        for moment, key in enumerate(keys):
            _put(store, key, moment)
        _put(store, "B", 99, None)
    assert [row.key for row in world_rows.record_window(store, HOME, "dossiers", "H26", 1, 5, -1)] == [
        "a/1",
        "a/2",
        "đ",
        "ế-1",
    ]
    assert [row.key for row in world_rows.record_window(store, HOME, "dossiers", "H26", 0, 99, 2)] == ["a", "a/1"]
    assert [row.key for row in world_rows.records_with_prefix(store, HOME, "dossiers", "a/")] == ["a/1", "a/2"]
    assert world_rows.known_keys(store, HOME, "dossiers", [*keys, "không có"]) == set(keys)
    assert [row.key for row in world_rows.records_after(store, HOME, "dossiers", "a/2", 9)] == sorted(keys[4:])
    assert world_rows.held_up_to(store, HOME, "dossiers", 99) == 6
    assert world_rows.held_up_to(store, HOME, "dossiers", 3) == 3
    hidden = world_rows.find_record(store, HOME, "dossiers", "B")
    assert hidden is not None
    assert hidden.value is None
    assert world_rows.find_record(store, (1, 2), "dossiers", "a") is None, "another epoch is another home"


def test_a_total_that_no_row_is_read_for_is_the_number_of_what_is_listed(store: Store) -> None:
    operations = [
        None,
        "btxh.DongBoDVC",
        "clock.effect",
        "admin.change",
        "certification.begin",
        "ndxp.token",
        "admin.x",
    ]
    for seq, operation in enumerate(operations * 2, 1):
        with store.writing():
            told = (operation, "answered", 200, "GET", "/", 0, 0, 0, "", "{}", b"", b"", "")
            world_rows.add_exchange(store, JournalRow(*HOME, seq, *told))
    journal = Journal(store)
    for with_clock, with_admin, wanted in ((False, False, 8), (True, False, 12), (False, True, 10), (True, True, 14)):
        search = Search(with_clock=with_clock, with_admin=with_admin)
        total, rows = journal.search(HOME, search, limit=100)
        assert (total, len(rows)) == (wanted, wanted)
        half = replace(search, after=7)
        assert journal.search(HOME, half, limit=1)[0] == wanted // 2


def test_what_is_rolled_back_never_was_and_a_joined_transaction_ends_with_the_first(store: Store) -> None:
    def fail(*, has_inner: bool) -> None:
        with store.writing(1):
            if has_inner:
                with store.writing(1):
                    _put(store, "trong", 1)
                assert store.is_writing
            _put(store, "mất", 1)
            raise KeyError

    for has_inner in (False, True):
        with pytest.raises(KeyError):
            fail(has_inner=has_inner)
    assert (world_rows.record_keys(store, HOME, "dossiers"), store.is_writing) == (set(), False)
    with store.last_words(lambda: _put(store, "lời cuối", 1)), store.writing(1):
        _put(store, "giữ", 1)
    assert world_rows.record_keys(store, HOME, "dossiers") == {"giữ", "lời cuối"}


def test_counters_count_and_a_refused_statement_leaves_the_pen_usable(store: Store) -> None:
    with store.writing(1):
        assert [world_rows.count_up(store, HOME, "n") for _ in range(3)] == [1, 2, 3]
        world_rows.set_counter(store, HOME, "uploaded-bytes", 2**40)
    assert world_rows.counters(store, HOME, "") == {"n": 3, "uploaded-bytes": 2**40}
    assert access_rows.holdings(store)[1].uploaded_bytes == 2**40
    with store.writing(1):
        world_rows.drop_counters(store, HOME, "n")
    assert world_rows.counter_value(store, HOME, "n") == 0


def test_a_statement_kept_back_is_seen_by_what_is_read_next_and_told_by_the_commit(store: Store) -> None:
    with store.writing(1):
        store.write("UPDATE sandboxes SET seq = seq + 2 WHERE no = ?", (1,))
        assert store.one("SELECT seq FROM sandboxes WHERE no = 1") == (2,)
        store.write("UPDATE sandboxes SET seq = seq + 2 WHERE no = ?", (1,))
    place = sandbox_rows.take_place(store, 1)
    store.rollback()
    assert place is not None
    assert place.seq == 5
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"), store.writing(1):  # noqa: PT012 - told at once, or at the end
        _put(store, "mất", 1)
        store.write("INSERT INTO sandboxes (id, definition) VALUES ('mot', '{}')")
    assert (world_rows.record_keys(store, HOME, "dossiers"), store.is_writing) == (set(), False)
    assert store.trouble() is None


def test_a_pen_of_a_sandbox_that_is_gone_shows_nothing_and_can_be_put_down(store: Store) -> None:
    assert sandbox_rows.take_place(store, 77) is None
    assert store.is_writing
    store.rollback()
    assert not store.is_writing


def test_a_commit_that_the_database_turned_into_a_rollback_is_no_commit(postgres: Postgres, tmp_path: Path) -> None:
    from emulator.store.postgres import PostgresStore

    store = PostgresStore(postgres.new_database())
    store.prepare()
    with pytest.raises(StoreFailure), store.writing():  # noqa: PT012 - an error that is passed over, and the commit
        _put(store, "mất", 1)
        with contextlib.suppress(Exception):
            store.one("SELECT 1 / 0")
    assert world_rows.record_keys(store, HOME, "dossiers") == set()
    store.finish()


def test_whoever_waits_longer_than_its_patience_is_told_busy_and_nothing_has_happened(store: Store) -> None:
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with store.writing(1):
            is_held.set()
            may_go.wait(20)
        store.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_held.wait(10)
    started = time.perf_counter()
    with store.patience(0.2), pytest.raises(StoreBusy), store.writing(1):
        pytest.fail("two held the pen of one sandbox")
    assert time.perf_counter() - started < 3 * slack()
    assert not store.is_writing
    may_go.set()
    holder.join(10)
    with store.writing(1):
        _put(store, "sau", 1)
    assert store.trouble() is None


def test_a_duty_is_one_holders_at_a_time(store: Store) -> None:
    said: list[bool] = []

    def ask() -> None:
        with store.duty("viec") as is_mine:
            said.append(is_mine)
        store.close()

    with store.duty("viec") as is_ours:
        other = threading.Thread(target=ask)
        other.start()
        other.join(20)
    with store.duty("viec") as is_ours_again:
        assert (is_ours, said, is_ours_again) == (True, [False], True)


def test_tallies_and_sandboxes_survive_what_ends_and_numbers_are_never_given_twice(store: Store) -> None:
    row = TallyRow(1, "ndxp", "ndxp.token", "answered", 2, 0, 1, 1_000, 10, 20)
    with store.writing(1):
        sandbox_rows.count_calls(store, row)
        sandbox_rows.count_calls(store, row)
    assert [each.calls for each in sandbox_rows.list_tallies(store)] == [2]
    with store.writing():
        sandbox_rows.drop(store, 1)
        sandbox_rows.add(store, "hai", "{}", [])
    assert [each.no for each in sandbox_rows.every(store)] == [2]
    assert sum(each.calls for each in sandbox_rows.list_tallies(store)) == 2
    with store.writing():
        while sandbox_rows.sweep(store, 50):
            pass
    assert store.size() > 0


def _tell_story(kind: str, request: pytest.FixtureRequest, folder: Path, pack: Pack) -> dict[str, Any]:
    """The same calls in the same frozen country; what its journal holds, but for what the machine measured."""
    store = _opened(kind, request, folder)
    visitor = Visitor(found_country(Settings(), store, {"co-ban": pack}))
    ask = visitor.http
    assert ask.put("/__admin/clock", json={"action": "freeze", "to": "2026-11-20T08:00:00+07:00"}).status_code == 200
    for number in (1, 2, 2):
        visitor.btxh("DongBoDVC", dossier(MaHoSo=f"000.11.26.H26-261120-000{number}"))
    visitor.btxh("DongBoDVC", b'{"a": "\xff')
    visitor.btxh("DanhSachHoSo", pull())
    ask.post("/__admin/applications", json={"count": 2})
    ask.put("/__admin/clock", json={"action": "advance", "by": "P40D"})
    ask.get("/s/default/không-có?q=%00'\"%25_")
    home, journal = visitor.country.sandboxes.get("default").home, Journal(store)
    searches = (
        Search(q="%_"), Search(q="không-có"), Search(outcome="refused"), Search(path="*dongbodvc"), Search(path="*DVC"),
        Search(rule="not-utf-8"), Search(with_clock=True, with_admin=True), Search(after=3), Search(q="đồng bộ"),
    )  # fmt: skip
    told = {
        "chain": journal.check_chain(home)[2],
        "stories": [row.story for row in journal.each(home) if row.operation != "admin.change"],
        "found": [[row.seq for row in journal.search(home, each, limit=50)[1]] for each in searches],
        "dossiers": sorted(world_rows.record_keys(store, home, "dossiers")),
        "due": [row.due_ms for row in agenda_rows.coming(store, home, 50)],
        "sizes": sum(map(world_rows.size_of, journal.each(home))),
    }
    store.close()
    store.finish()
    return told


def test_the_same_calls_leave_the_same_journal_in_both(
    request: pytest.FixtureRequest, tmp_path: Path, co_ban: Pack
) -> None:
    one, other = (_tell_story(kind, request, tmp_path, co_ban) for kind in ("sqlite", "postgres"))
    assert one["chain"] is None
    assert len(one["stories"]) > 10
    assert [bool(rows) for rows in one["found"]] == [False, True, True, False, True, True, True, True, True]
    assert one == other
