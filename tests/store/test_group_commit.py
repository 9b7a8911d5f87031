"""Pieces of work that share a transaction: each is undone alone, and what is not kept is done again (decision 0099)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from emulator.kernel.refusals import StoreBusy, StoreFailure
from emulator.store.group_commit import GroupCommitStore
from emulator.store.sqlite import SqliteStore

Work = Callable[[], str]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GroupCommitStore]:
    with closing(GroupCommitStore(tmp_path / "store.db")) as opened:
        opened.prepare()
        yield opened


def names(store: SqliteStore) -> list[str]:
    return [name for (name,) in store.all("SELECT name FROM counters ORDER BY name")]


def add(store: SqliteStore, name: str) -> None:
    store.run("INSERT INTO counters VALUES (1, 1, ?, 0)", (name,))


def writer(store: SqliteStore, name: str, log: list[str]) -> Work:
    def work() -> str:
        log.append(f"{name} reads")
        try:
            store.begin(1)
            add(store, name)
            if name.startswith("no"):
                store.rollback()
                return "refused"
            store.commit()
        except StoreFailure as failure:
            return failure.reason
        log.append(f"{name} wrote, before it: {names(store)}")
        return "kept"

    return work


def test_each_runs_up_to_the_pen_and_then_sees_what_those_before_it_wrote(store: GroupCommitStore) -> None:
    log: list[str] = []
    assert store.share([writer(store, name, log) for name in ("a", "no", "b")], 1) == ["kept", "refused", "kept"]
    wrote = ["a wrote, before it: ['a']", "b wrote, before it: ['a', 'b']"]
    assert log == ["a reads", "no reads", "b reads", *wrote]
    assert names(store) == ["a", "b"]
    assert not store.is_writing


def test_work_that_waits_longer_than_it_may_is_told_so_and_nothing_has_happened(store: GroupCommitStore) -> None:
    with closing(SqliteStore(store.path)) as other, other.writing():
        assert store.share([writer(store, name, []) for name in ("a", "b")], 0.01) == ["busy", "busy"]
    assert names(store) == []
    assert store.share([writer(store, name, []) for name in ("a", "b")], 1) == ["kept", "kept"]
    with pytest.raises(StoreBusy), closing(SqliteStore(store.path)) as other, other.writing(), store.patience(0):
        store.begin()


def test_a_transaction_that_the_database_gives_up_is_done_again_piece_by_piece(store: GroupCommitStore) -> None:
    times: list[str] = []

    def spoiler() -> str:
        times.append("spoiler")
        store.begin(1)
        if len(times) == 1:
            store.connection().execute("ROLLBACK")  # as a full disk does
            store.rollback()
            return "lost"
        store.commit()
        return "kept"

    log: list[str] = []
    assert store.share([writer(store, "a", log), spoiler, writer(store, "b", log)], 1) == ["kept", "kept", "kept"]
    assert (names(store), len(times)) == (["a", "b"], 2)


def test_work_that_writes_nothing_and_work_that_writes_twice_go_along(store: GroupCommitStore) -> None:
    def twice() -> str:
        for name in ("x", "y"):
            with store.writing(1):
                add(store, name)
        return "kept"

    assert store.share([lambda: "read", twice, writer(store, "a", [])], 1) == ["read", "kept", "kept"]
    assert names(store) == ["a", "x", "y"]
