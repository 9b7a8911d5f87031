"""Several servers on one database: no gap, no leak, nothing acknowledged lost; every trouble has its answer."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from emulator.store.postgres import PostgresStore
from tests.builders import dossier, small_pack
from tests.databases import Postgres
from tests.serving import Client, Server, failed_start, slack

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
_SANDBOXES = [f"lop-{number}" for number in range(8)]
_PUSHES = 6


def _code(number: int) -> str:
    return f"000.11.26.H26-261120-{number:04d}"


@pytest.fixture
def own_postgres(postgres: Postgres) -> Iterator[Postgres]:
    """A database server that a test may kill."""
    server = Postgres()
    yield server
    server.stop()


def _journal(server: Server, sandbox: str) -> dict[str, int]:
    address = f"{server.base_url}/__admin/sandboxes/{sandbox}"
    chain = requests.get(f"{address}/chain", timeout=30).json()
    assert chain["ok"] is True, chain
    entries = requests.get(f"{address}/requests?limit=1000&order=asc", timeout=30).json()["requests"]
    assert [each["seq"] for each in entries] == list(range(1, len(entries) + 1))
    assert {each["sandbox"] for each in entries} == {sandbox}
    return {
        effect["key"]: each["seq"] for each in entries for effect in each["effects"] if effect["shelf"] == "dossiers"
    }


def test_two_servers_on_one_database_leave_no_gap_and_no_leak(postgres: Postgres) -> None:
    url = postgres.new_database()
    flags = ("--store", url, "--workers", "1")
    with Server(*flags) as one, Server(*flags) as two:
        pairs = {}
        for name in _SANDBOXES:
            made = requests.post(f"{one.base_url}/__admin/sandboxes", json={"id": name}, timeout=30).json()
            pairs[name] = made["credentials"]["production"]

        def push(job: tuple[int, str]) -> None:
            """Push from both servers in turns: a token of one is good at the other."""
            place, name = job
            with Client(one, name, pairs[name]) as here, Client(two, name, pairs[name]) as there:
                here.log_in()
                there.http.headers["Authorization"] = here.http.headers["Authorization"]
                for number in range(_PUSHES):
                    client = (here, there)[number % 2]
                    reply = client.call("DongBoDVC", dossier(MaHoSo=_code(place * 100 + number)))
                    assert reply.json()["error_code"] == 0, reply.text

        with ThreadPoolExecutor(len(_SANDBOXES)) as pool:
            assert len(list(pool.map(push, enumerate(_SANDBOXES)))) == len(pairs) == 8
        for place, name in enumerate(_SANDBOXES):
            wanted = {_code(place * 100 + number) for number in range(_PUSHES)}
            assert set(_journal(two, name)) == wanted == set(_journal(one, name))


def test_callers_who_come_together_to_two_servers_do_not_pass_a_minutes_quota(postgres: Postgres) -> None:
    flags = ("--store", postgres.new_database(), "--workers", "2", "--max-calls", "40")
    with Server(*flags) as one, Server(*flags) as two, ThreadPoolExecutor(16) as together:

        def call(number: int) -> int:
            return requests.post(f"{(one, two)[number % 2].base_url}/token", timeout=30).status_code

        begun = int(time.time() // 60)
        said = list(together.map(call, range(150)))
        minutes = int(time.time() // 60) - begun + 1
        assert 40 <= said.count(400) <= 40 * minutes, "the quota is that of a minute"
        assert set(said) == {400, 429}
        rows = requests.get(f"{one.base_url}/__admin/requests?limit=1000&order=asc", timeout=30).json()["requests"]
        assert [each["seq"] for each in rows] == list(range(1, len(rows) + 1))
        assert requests.get(f"{one.base_url}/__admin/sandboxes/default/chain", timeout=30).json()["ok"] is True


def test_packs_brought_to_two_servers_of_one_machine_together_do_not_pass_the_quota(
    postgres: Postgres, tmp_path: Path
) -> None:
    flags, place = ("--store", postgres.new_database(), "--workers", "1", "--max-packs", "3"), str(tmp_path)
    with (
        Server(*flags, XDG_DATA_HOME=place) as one,
        Server(*flags, XDG_DATA_HOME=place) as two,
        ThreadPoolExecutor(8) as together,
    ):

        def bring(number: int) -> int:
            address, name = f"{(one, two)[number % 2].base_url}/__admin/packs/nho-{number}", f"nho-{number}"
            wish = {"files": {"pack.json": small_pack(id=name)}}
            return requests.put(address, json=wish, timeout=60).status_code

        said = list(together.map(bring, range(12)))
        assert (said.count(201), set(said)) == (3, {201, 429})
        for server in (one, two):
            meta = requests.get(f"{server.base_url}/__admin/packs", timeout=30).json()["meta"]
            assert (meta["brought"], meta["total"]) == (3, 4)


def test_what_one_server_changes_the_other_knows_at_once(postgres: Postgres) -> None:
    url = postgres.new_database()
    with Server("--store", url, "--workers", "1") as one, Server("--store", url, "--workers", "1") as two:
        settings = "/__admin/settings"
        assert requests.patch(one.base_url + settings, json={"token_lifetime_s": 7}, timeout=30).status_code == 200
        assert requests.get(two.base_url + settings, timeout=30).json()["token_lifetime_s"] == 7


def test_a_killed_server_is_taken_over_from_and_nothing_acknowledged_is_lost(postgres: Postgres) -> None:
    url, acknowledged = postgres.new_database(), list[str]()
    with Server("--store", url, "--workers", "1") as one, Server("--store", url, "--workers", "1") as two:

        def push(first: int) -> None:
            with Client(one) as client:
                client.log_in()
                for number in range(first, 400, 4):
                    try:
                        reply = client.call("DongBoDVC", dossier(MaHoSo=_code(number)))
                    except requests.RequestException:
                        return
                    if reply.status_code == 200 and reply.json()["error_code"] == 0:
                        acknowledged.append(_code(number))

        threads = [threading.Thread(target=push, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 20:
            threads[0].join(0.01)
        one.kill()
        for thread in threads:
            thread.join(30)
        with Client(two) as client:
            client.log_in()
            started = time.perf_counter()
            assert client.call("DongBoDVC", dossier(MaHoSo=_code(900))).json()["error_code"] == 0
            assert time.perf_counter() - started < 6 * slack()
        assert set() < set(acknowledged) <= set(_journal(two, "default"))


def test_a_duty_of_a_dead_server_is_free_again(postgres: Postgres) -> None:
    url = postgres.new_database()
    first, second = PostgresStore(url), PostgresStore(url)
    first.prepare()
    with first.duty("upkeep") as is_ours, second.duty("upkeep") as is_theirs:
        assert (is_ours, is_theirs) == (True, False)
        # The timeout waits until the backend is gone: without one the signal is sent and the lock may still be held.
        ended = postgres.execute(
            url,
            "SELECT pg_terminate_backend(pid, 20000) FROM pg_locks JOIN pg_database ON oid = database"
            " WHERE locktype = 'advisory' AND granted AND datname = current_database()",
        )
        assert ended == [(True,)]
        with second.duty("upkeep") as is_free:
            assert is_free is True
    first.finish()
    second.finish()


def test_a_database_that_is_killed_and_comes_back_loses_nothing_and_needs_nobody(own_postgres: Postgres) -> None:
    url, acknowledged = own_postgres.new_database(), list[str]()
    with Server("--store", url, "--workers", "1") as server, Client(server) as client:
        client.log_in()
        for turn in range(3):
            for number in range(turn * 10, turn * 10 + 5):
                if client.call("DongBoDVC", dossier(MaHoSo=_code(number))).status_code == 200:
                    acknowledged.append(_code(number))
            own_postgres.kill()
            refused = client.call("DongBoDVC", dossier(MaHoSo=_code(turn * 10 + 9)))
            assert (refused.status_code, "101503" in refused.text or "store" in refused.text) == (503, True)
            health = requests.get(f"{server.base_url}/__admin/health", timeout=10)
            ready = requests.get(f"{server.base_url}/__admin/ready", timeout=10)
            assert (health.status_code, ready.status_code) == (200, 503)
            own_postgres.start()
            deadline = time.monotonic() + 20
            while requests.get(f"{server.base_url}/__admin/ready", timeout=10).status_code != 200:
                assert time.monotonic() < deadline, server.said()
        assert len(acknowledged) == 15
        assert set() < set(acknowledged) <= set(_journal(server, "default"))


def test_a_database_that_may_only_be_read_gets_503_with_the_reason(postgres: Postgres) -> None:
    url = postgres.new_database()
    name = url.partition("@/")[2].partition("?")[0]
    with Server("--store", url, "--workers", "1") as server, Client(server) as client:
        client.log_in()
        postgres.execute(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        postgres.execute(
            url,
            f"SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE datname = '{name}'"
            " AND pid <> pg_backend_pid()",
        )
        assert client.call("DongBoDVC", dossier(MaHoSo=_code(1))).status_code == 503
        ready = requests.get(f"{server.base_url}/__admin/ready", timeout=10)
        assert (ready.status_code, "read-only" in ready.json()["detail"]) == (503, True)


def test_a_push_reads_no_more_rows_because_many_were_pushed_before(postgres: Postgres) -> None:
    url = postgres.new_database()
    with Server("--store", url, "--workers", "1") as server, Client(server) as client:
        client.log_in()
        for number in range(120):
            assert client.call("DongBoDVC", dossier(MaHoSo=_code(number))).json()["error_code"] == 0
    (read,) = postgres.execute(url, "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'records'")[0]
    assert int(read) < 4 * 120, "a dossier was looked for among all of its sandbox's"


def test_a_row_that_somebody_else_holds_is_waited_for_and_others_go_on(postgres: Postgres) -> None:
    import psycopg

    url = postgres.new_database()
    with Server("--store", url, "--workers", "1") as server, psycopg.connect(url) as foreign:
        made = requests.post(f"{server.base_url}/__admin/sandboxes", json={"id": "lop-a"}, timeout=30).json()
        with Client(server) as held, Client(server, "lop-a", made["credentials"]["production"]) as free:
            held.log_in()
            free.log_in()
            foreign.execute("SELECT 1 FROM sandboxes WHERE id = 'default' FOR UPDATE")
            with ThreadPoolExecutor(1) as pool:
                waiting = pool.submit(held.call, "DongBoDVC", dossier(MaHoSo=_code(1)))
                started = time.perf_counter()
                assert free.call("DongBoDVC", dossier(MaHoSo=_code(2))).status_code == 200
                assert time.perf_counter() - started < 2 * slack()
                assert waiting.result().status_code == 503
            foreign.rollback()
            assert held.call("DongBoDVC", dossier(MaHoSo=_code(3))).status_code == 200


def test_a_server_with_another_pack_says_which_it_lacks_and_serves_no_sandbox_of_it(
    postgres: Postgres, tmp_path: Path
) -> None:
    """All were started with the same words; what stands in the pack's folder was changed in between."""
    pack = tmp_path / "khac"
    shutil.copytree(FIXTURES / "co-ban", pack, ignore=shutil.ignore_patterns("*.sqlite"))
    flags = ("--store", postgres.new_database(), "--workers", "1", "--pack", "co-ban")
    with Server(*flags, "--pack", str(pack)) as one, Server(*flags) as three:
        made = requests.post(
            f"{one.base_url}/__admin/sandboxes", json={"id": "lop-khac", "pack": str(pack)}, timeout=30
        )
        assert made.status_code == 201, made.text
        sheet = pack / "pack.json"
        sheet.write_text(sheet.read_text().replace("Basic: three", "Other: three"))
        with Server(*flags, "--pack", str(pack)) as two:
            said = [requests.post(f"{each.base_url}/s/lop-khac/token", timeout=30) for each in (one, two, three)]
            assert [each.status_code for each in said] == [400, 503, 503]
            told = requests.get(f"{two.base_url}/__admin/sandboxes/lop-khac/dossiers", timeout=30).json()
            assert (told["code"], "other-pack" in told["en"]) == ("store-unavailable", True)
            assert re.search(r"was made from the pack \S+ [0-9a-f]{16}, this server has [0-9a-f]{16}", told["en"])
            assert "other-pack" in three.said()
            assert requests.post(f"{two.base_url}/token", timeout=30).status_code == 400, "the others are served"
            assert requests.post(f"{two.base_url}/__admin/sandboxes/lop-khac/reset", timeout=30).status_code == 200
            said = [requests.post(f"{each.base_url}/s/lop-khac/token", timeout=30) for each in (one, two)]
            assert [each.status_code for each in said] == [503, 400]


def test_journals_are_read_from_a_replica_as_long_as_it_answers(postgres: Postgres) -> None:
    """A database that stayed behind is the replica: what is listed comes from there, what must be exact does not."""
    url, behind = postgres.new_database(), postgres.new_database()
    with Server("--store", behind, "--workers", "1"):
        pass  # made, and never called
    reading = f"{behind}&options=-c%20default_transaction_read_only%3Don"
    with Server("--store", url, "--workers", "1", "--journal-replica", reading) as server:
        assert requests.post(f"{server.base_url}/token", timeout=30).status_code == 400
        pages = [f"{server.base_url}/__admin/{page}" for page in ("requests", "requests?total=skip")]
        assert [requests.get(page, timeout=30).json()["requests"] for page in pages] == [[], []]
        assert requests.get(f"{server.base_url}/__admin/requests/1", timeout=30).json()["seq"] == 1
        assert requests.get(f"{server.base_url}/__admin/chain", timeout=30).json()["last"] == 1
        assert requests.get(f"{server.base_url}/__admin/ready", timeout=30).status_code == 200
        postgres.execute(behind, "ALTER TABLE journal RENAME TO journal_away")
        assert [len(requests.get(page, timeout=30).json()["requests"]) for page in pages] == [1, 1]
        assert "the replica does not answer" in server.said()
    for wish in (("--store", url, "--journal-replica", "x.db"), ("--store", ":memory:", "--journal-replica", url)):
        assert "--journal-replica" in failed_start("--port", "0", *wish)
    assert "kho_khong_co" in failed_start(
        "--port", "0", "--store", url, "--journal-replica", postgres.url("kho_khong_co")
    )
