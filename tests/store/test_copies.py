"""Backup and restore of both stores, the move from one to the other, and versions that come and go."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from emulator.cli import main
from emulator.store import access_rows, sandbox_rows, world_rows
from emulator.store.copying import TABLE_KEYS
from emulator.store.postgres import PostgresStore
from emulator.store.schema import MIGRATIONS
from emulator.store.sqlite import SqliteStore
from emulator.store.store import Row, Store
from tests.builders import dossier, final_result, pull
from tests.databases import Postgres
from tests.serving import Client, Server, failed_start


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), env={"NDXP_EMULATOR_STORE": None})


def _code(number: int) -> str:
    return f"000.11.26.H26-261120-{number:04d}"


def _live(store: str, first: int = 0) -> list[str]:
    """Push ten dossiers into a store; return their codes."""
    codes = [_code(number) for number in range(first, first + 10)]
    with Server("--store", store, "--workers", "1") as server, Client(server) as client:
        client.log_in()
        for code in codes:
            assert client.call("DongBoDVC", dossier(MaHoSo=code)).json()["error_code"] == 0
    return codes


def _check(store: str, codes: list[str]) -> None:
    """Serve a store: what was pushed is there, the chain is whole and goes on."""
    with Server("--store", store, "--workers", "1") as server, Client(server) as client:
        client.log_in()
        for code in codes:
            assert client.http.get(f"{server.base_url}/__admin/dossiers/{code}").status_code == 200
        assert client.call("DongBoDVC", dossier(MaHoSo=_code(999))).json()["error_code"] == 0
        chain = client.http.get(f"{server.base_url}/__admin/chain").json()
        assert chain["ok"] is True
        assert chain["last"] > len(codes)


def test_every_table_of_the_schema_is_copied(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    store.prepare()
    with closing(store):
        tables = {name for (name,) in store.all("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables - {"sqlite_sequence"} == set(TABLE_KEYS)


def test_a_backup_is_taken_while_the_server_serves_and_restored_elsewhere(tmp_path: Path) -> None:
    store, copy, other = (str(tmp_path / name) for name in ("store.db", "copy.db", "other.db"))
    with Server("--store", store, "--workers", "1") as server, Client(server) as client:
        client.log_in()
        for number in range(10):
            assert client.call("DongBoDVC", dossier(MaHoSo=_code(number))).json()["error_code"] == 0
        taken = _run("backup", copy, "--store", store)
        assert taken.exit_code == 0, taken.output
        assert client.call("DongBoDVC", dossier(MaHoSo=_code(50))).json()["error_code"] == 0
    assert stat.S_IMODE(Path(copy).stat().st_mode) == 0o600
    assert _run("restore", copy, "--store", other).exit_code == 0
    _check(other, [_code(number) for number in range(10)])


def test_a_backup_moves_classes_too_and_an_export_of_all_moves_their_sandboxes_alone(tmp_path: Path) -> None:
    store, copy, other, third = (str(tmp_path / name) for name in ("store.db", "copy.db", "other.db", "third.db"))
    with Server("--store", store, "--workers", "1") as server, Client(server) as client:
        made = client.http.post(f"{server.base_url}/__admin/classes", json={"name": "lop", "seats": 1})
        assert made.status_code == 201
    file, sandbox = str(tmp_path / "all.json"), made.json()["seats"][0]["sandbox"]
    for words in (
        ("backup", copy, "--store", store),
        ("restore", copy, "--store", other),
        ("state", "export", "--all", "--store", store, "-o", file),
        ("state", "import", file, "--all", "--store", third),
    ):
        assert _run(*words).exit_code == 0
    for place, classes in ((other, ["lop"]), (third, [])):
        with Server("--store", place, "--workers", "1") as server, Client(server) as client:
            told = client.http.get(f"{server.base_url}/__admin/classes").json()["classes"]
            assert [each["name"] for each in told] == classes
            assert client.http.get(f"{server.base_url}/__admin/sandboxes/{sandbox}").status_code == 200


@pytest.mark.parametrize("kind", ["file", "database"])
def test_a_backup_taken_while_many_write_holds_all_that_was_answered_before_it(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    store = request.getfixturevalue("postgres").new_database() if kind == "database" else str(tmp_path / "store.db")
    answered, is_over = list[str](), threading.Event()
    with Server("--store", store, "--workers", "1") as server, ThreadPoolExecutor(4) as together:

        def push(writer: int) -> None:
            with Client(server) as client:
                client.log_in()
                for number in range(writer * 1000, writer * 1000 + 900):
                    if is_over.is_set():
                        return
                    assert client.call("DongBoDVC", dossier(MaHoSo=_code(number))).json()["error_code"] == 0
                    answered.append(_code(number))

        writers = [together.submit(push, writer) for writer in range(4)]
        for copy in ("copy-0.db", "copy-1.db"):
            wanted, deadline = len(answered) + 20, time.monotonic() + 60
            while len(answered) < wanted and not any(each.done() for each in writers):
                assert time.monotonic() < deadline
                os.sched_yield()
            before = set(answered)
            assert _run("backup", str(tmp_path / copy), "--store", store).exit_code == 0
            with closing(sqlite3.connect(tmp_path / copy)) as read:
                held = {key for (key,) in read.execute("SELECT key FROM records WHERE shelf = 'dossiers'")}
                numbers = [seq for (seq,) in read.execute("SELECT seq FROM journal WHERE sandbox_no = 1 ORDER BY seq")]
            assert len(before) >= 20
            assert before <= held
            assert numbers == list(range(1, len(numbers) + 1))
        is_over.set()
        assert [each.result() for each in writers] == [None] * 4
    assert _run("restore", str(tmp_path / "copy-1.db"), "--store", str(tmp_path / "other.db")).exit_code == 0
    _check(str(tmp_path / "other.db"), sorted(before)[:10])


def test_a_restore_asks_before_it_replaces_and_refuses_a_store_in_use(tmp_path: Path) -> None:
    store, copy = str(tmp_path / "store.db"), str(tmp_path / "copy.db")
    codes = _live(store)
    assert _run("backup", copy, "--store", store).exit_code == 0
    again = _run("backup", copy, "--store", store)
    assert (again.exit_code, "already" in again.output) == (2, True)
    _live(store, 100)
    refused = _run("restore", copy, "--store", store)
    assert (refused.exit_code, "--replace" in refused.output) == (2, True)
    with Server("--store", store, "--workers", "1"):
        used = _run("restore", copy, "--store", store, "--replace")
        assert (used.exit_code, "in use" in used.output) == (2, True)
    assert _run("restore", copy, "--store", store, "--replace").exit_code == 0
    _check(store, codes)


@pytest.mark.parametrize("content", [b"", b"not a store at all" * 100])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.db").write_bytes(content)
    if content:
        assert _run("restore", str(tmp_path / "x.db"), "--store", str(tmp_path / "y.db")).exit_code == 2
    assert _run("restore", str(tmp_path / "missing.db"), "--store", str(tmp_path / "y.db")).exit_code == 2
    assert _run("backup", str(tmp_path / "z.db"), "--store", str(tmp_path / "missing.db")).exit_code == 2
    assert not (tmp_path / "z.db").exists()


def _spoil(copy: Path, how: str) -> None:
    """Make something else of a backup."""
    if how == "cut":
        copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
        return
    with closing(sqlite3.connect(copy)) as file:
        file.executescript(
            {
                "ahead": "PRAGMA user_version = 999",
                "foreign": "PRAGMA application_id = 0; DROP TABLE sandboxes; CREATE TABLE sandboxes (a)",
            }[how]
        )


@pytest.mark.parametrize("kind", ["file", "database"])
@pytest.mark.parametrize("how", ["ahead", "foreign", "cut"])
def test_a_restore_of_a_file_that_is_no_good_leaves_store_and_file_as_they_are(
    tmp_path: Path, request: pytest.FixtureRequest, how: str, kind: str
) -> None:
    made, copy = str(tmp_path / "store.db"), tmp_path / "copy.db"
    codes = _live(made)
    assert _run("backup", str(copy), "--store", made).exit_code == 0
    store = request.getfixturevalue("postgres").new_database() if kind == "database" else made
    if kind == "database":
        assert _run("restore", str(copy), "--store", store).exit_code == 0
    _spoil(copy, how)
    content = copy.read_bytes()
    refused = _run("restore", str(copy), "--store", store, "--replace")
    assert refused.exit_code == 2, refused.output
    assert "Traceback" not in refused.output
    assert copy.read_bytes() == content
    _check(store, codes)


_ODD = ("/khong%00co/%ED%A0%80", "/khong-co?a=%00&b=\\ud800", "/kh%FFong/" + "á" * 300, "/khong-co/" + "%00" * 50)


def _write_odd_data(server: Server) -> None:
    """Leave in a server's store what some other store may not be able to hold."""
    for path in _ODD:
        body = b"a\0b\xff\xed\xa0\x80" + b'{"a": "\\u0000 \\ud800"}'
        requests.post(f"{server.base_url}{path}", data=body, headers={"X-A": "á\xff"}, timeout=10)
    host = requests.get(f"{server.base_url}/__admin/hosts", timeout=10).json()["hosts"][0]["name"]
    large = {"file_name": "lớn 😀.txt", "content_base64": "QUJD" * 350_000}
    said = requests.post(f"{server.base_url}/__admin/hosts/{host}/files", json=large, timeout=30)
    assert said.status_code == 201, said.text
    with Client(server) as client:
        client.log_in()
        for number, name in enumerate(("Á\x00B", "\ud800", "😀\u202e\ufeff", "x" * 400_000)):
            client.call("DongBoDVC", dossier(MaHoSo=_code(number), HoVaTen=name))


def _opened(store: str) -> Store:
    found = PostgresStore(store) if store.startswith("postgresql") else SqliteStore(Path(store))
    found.prepare()
    return found


def _everything(store: str) -> dict[str, list[str]]:
    """Return all rows of a store, as PostgreSQL can hold them: a NUL in a column that is searched is U+FFFD there."""
    with closing(_opened(store)) as source:
        return {table: sorted(_kept(row) for row in source.all(f"SELECT * FROM {table}")) for table in TABLE_KEYS}


def _kept(row: Row) -> str:
    return repr([each.replace("\0", "\ufffd") if isinstance(each, str) else each for each in row])


def test_odd_data_large_values_and_many_rows_move_to_postgresql_and_back_unchanged(
    tmp_path: Path, postgres: Postgres
) -> None:
    store, copy, back = (str(tmp_path / name) for name in ("store.db", "copy.db", "back.db"))
    with Server("--store", store, "--workers", "1") as server:
        _write_odd_data(server)
    with closing(_opened(store)) as filled, filled.writing():
        rows = [(1, 1, "x", f"{number:05}", "", number, f"ô {number}") for number in range(2_000)]
        rows += [(1, 1, "x", "to", "", 0, "ế" * 1_000_000)]
        filled.run_many("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    before, database = _everything(store), postgres.new_database()
    for order, file, other in (("backup", copy, store), ("restore", copy, database), ("backup", back, database)):
        moved = _run(order, file, "--store", other)
        assert moved.exit_code == 0, moved.output
        assert _everything(file) == _everything(other) == before, order
    with Server("--store", database, "--workers", "1") as server:
        assert requests.get(f"{server.base_url}/__admin/chain", timeout=30).json()["ok"] is True
        asked = requests.get(f"{server.base_url}/__admin/requests?limit=100", timeout=30).json()["requests"]
        assert any("khong%00co" in row["request"]["url"] for row in asked), "the target stays as it was sent"


def test_a_store_moves_to_postgresql_and_back_with_its_keys_and_chain(tmp_path: Path, postgres: Postgres) -> None:
    store, copy, back = (str(tmp_path / name) for name in ("store.db", "copy.db", "back.db"))
    database, codes = postgres.new_database(), _live(store)
    assert _run("backup", copy, "--store", store).exit_code == 0
    moved = _run("restore", copy, "--store", database)
    assert moved.exit_code == 0, moved.output
    assert _run("restore", copy, "--store", database).exit_code == 2
    _check(database, codes)
    with Server("--store", database, "--workers", "1") as server:
        made = [
            Client(server).http.post(f"{server.base_url}/__admin/sandboxes", json={}, timeout=10).status_code
            for _ in range(2)
        ]
    assert made == [201, 201]
    assert _run("backup", back, "--store", database).exit_code == 0
    _check(back, codes)


def test_state_export_and_import_move_every_sandbox_between_stores(tmp_path: Path, postgres: Postgres) -> None:
    store, database, file = str(tmp_path / "store.db"), postgres.new_database(), str(tmp_path / "all.json")
    codes = _live(store)
    exported = _run("state", "export", "--all", "--store", store, "-o", file)
    assert exported.exit_code == 0, exported.output
    assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
    imported = _run("state", "import", file, "--all", "--store", database)
    assert imported.exit_code == 0, imported.output
    _check(database, codes)


def test_a_store_of_before_owners_opens_and_its_attempts_know_for_whom_they_were_opened(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = SqliteStore(path, MIGRATIONS[:5])
    old.prepare()
    with old.writing():
        for name, owner in (("lop-a", "tinh-a"), ("luot-1", "lop-a"), ("luot-2", "")):
            old.run("INSERT INTO sandboxes (id, definition, owner) VALUES (?, '{}', ?)", (name, owner))
        old.run("INSERT INTO access VALUES ('abc', 1, 'viewer', 7)")
    old.close()
    new = SqliteStore(path)
    new.prepare()
    with closing(new):
        belonging = [(row.id, row.owner, row.parent_no) for row in sandbox_rows.every(new)]
        assert belonging == [("lop-a", "tinh-a", None), ("luot-1", "", 1), ("luot-2", "", None)]
        assert access_rows.get(new, "abc") == access_rows.AccessRow("abc", 1, "viewer", 7, "")


def test_a_store_of_before_the_journal_had_a_bound_opens_and_keeps_its_journal(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = SqliteStore(path, MIGRATIONS[:4])
    old.prepare()
    with old.writing():
        old.run("INSERT INTO sandboxes (id, definition, seq, head) VALUES ('lop-a', '{}', 7, 'x')")
        for seq in (5, 6, 7):
            row = (1, 1, seq, None, "answered", 200, "GET", "/", 0, 0, 0, "", "{}", b"", b"ab", "x")
            old.run(f"INSERT INTO journal VALUES ({', '.join('?' * 16)})", row)
        old.run("INSERT INTO tallies VALUES ('ndxp', '', 'answered', 2, 0, 3, 100)")
    old.close()
    new = SqliteStore(path)
    new.prepare()
    with closing(new):
        ends = sandbox_rows.chain_ends(new, 1)
        assert ends
        assert (ends.floor, ends.seq) == (4, 7)
        assert [row.seq for row in world_rows.exchange_pages(new, (1, 1))] == [5, 6, 7]
        assert new.one("SELECT journal_bytes FROM sandboxes WHERE no = 1") == (12,)
        assert new.one("SELECT sandbox_no, calls FROM served") == (0, 3)


@pytest.mark.parametrize("kind", ["file", "database"])
def test_results_of_a_store_of_before_the_three_axes_are_found_by_their_last_change(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    """B2: the index of results is written when the store is opened; without it they would be pulled by nobody."""
    database = request.getfixturevalue("postgres") if kind == "database" else None
    where = database.new_database() if database else str(tmp_path / "old.db")
    window = {"ThoiGianBatDau": "01/01/2026 00:00:00", "ThoiGianKetThuc": "31/12/2099 23:59:59"}
    ask, mine = pull(LoaiDuLieu="100", **window), final_result()["MaHoSo"]
    with Server("--store", where, "--workers", "1") as server, Client(server) as client:
        client.log_in()
        settings = f"{server.base_url}/__admin/settings"
        assert client.http.patch(settings, json={"pull_source": "all"}).status_code == 200
        assert client.call("DongBoDVC", final_result()).json()["error_code"] == 0
        assert mine in listed(client, ask)
    before = next(at for at, each in enumerate(MIGRATIONS) if "@results" in each)
    forget = "DELETE FROM records WHERE shelf = 'dossiers@results'"
    if database:
        database.execute(where, forget)
        database.execute(where, "DROP TABLE seats")
        database.execute(where, "DROP TABLE classes")
        database.execute(where, "ALTER TABLE sandboxes DROP COLUMN pack_digest")
        database.execute(where, f"UPDATE ndxp_schema SET version = {before}")
    else:
        with closing(sqlite3.connect(where)) as old:
            assert old.execute(forget).rowcount == 1
            old.executescript("DROP TABLE seats; DROP TABLE classes; ALTER TABLE sandboxes DROP COLUMN pack_digest")
            old.execute(f"PRAGMA user_version = {before}")
            old.commit()
    with Server("--store", where, "--workers", "1") as server, Client(server) as client:
        client.log_in()
        assert mine in listed(client, ask)


def listed(client: Client, ask: dict[str, Any]) -> list[str]:
    return [each["maHoSo"] for each in client.call("DanhSachHoSo", ask).json()["result"]["data"]]


def test_a_database_of_another_version_of_another_kind_or_of_others_is_named(
    tmp_path: Path, postgres: Postgres
) -> None:
    ours, theirs = postgres.new_database(), postgres.new_database()
    with Server("--store", ours, "--workers", "1"):
        pass
    postgres.execute(ours, "UPDATE ndxp_schema SET version = 999")
    assert "newer version" in failed_start("--port", "0", "--store", ours)
    postgres.execute(theirs, "CREATE TABLE sandboxes (a integer)")
    assert "not an emulator store" in failed_start("--port", "0", "--store", theirs)
    assert "kho_khong_co" in failed_start("--port", "0", "--store", postgres.url("kho_khong_co"))


@pytest.mark.parametrize("url", ["postgresq://db/x", "mysql://db/x", "sqlite:///x.db", "file:///x"])
def test_a_url_of_a_scheme_that_is_not_known_is_refused_by_name_and_makes_no_folder(tmp_path: Path, url: str) -> None:
    said = failed_start("--port", "0", "--store", url)
    assert url.partition(":")[0] in said
    assert "postgresql://" in said
    with closing(sqlite3.connect(":memory:")):
        assert not Path(url.partition("/")[0]).exists()
