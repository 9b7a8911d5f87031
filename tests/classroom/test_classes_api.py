"""Classes over the admin API: opened whole, there after a restart, seen by their owner, closed without a trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from emulator.app import found_country
from emulator.country.access import Quotas
from emulator.country.pack import Pack
from emulator.settings import Settings
from emulator.store.opening import open_store
from emulator.store.sqlite import SqliteStore
from tests.conftest import Visitor
from tests.databases import Postgres

TOKEN = "quan-tri-may-chu"
PEOPLE = ["Nguyễn Văn A", "Trần Thị B", "Nguyễn Văn A"]


def ask(server: Visitor, method: str, path: str, token: str = TOKEN, **options: Any) -> TestResponse:
    return server.http.open(f"/__admin{path}", method=method, headers={"X-Admin-Token": token}, **options)


def started(path: Path, pack: Pack, **more: Any) -> Visitor:
    return Visitor(found_country(replace(Settings(), admin_token=TOKEN, **more), path, {"co-ban": pack}))


@pytest.fixture
def server(tmp_path: Path, co_ban: Pack) -> Iterator[Visitor]:
    visitor = started(tmp_path / "store.db", co_ban)
    yield visitor
    visitor.country.store.close()


def opened(server: Visitor, name: str = "lop", token: str = TOKEN, **wish: Any) -> dict[str, Any]:
    reply = ask(server, "POST", "/classes", token, json={"name": name, "people": PEOPLE, **wish})
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json
    return made


def pull_token(server: Visitor, seat: dict[str, Any]) -> TestResponse:
    pair = seat["credentials"]["production"]
    return server.http.post(
        f"/s/{seat['sandbox']}/token",
        data={"grant_type": "client_credentials"},
        auth=(pair["consumer_key"], pair["consumer_secret"]),
    )


def test_a_seat_is_a_sandbox_with_keys_and_a_token_of_its_own(server: Visitor) -> None:
    made = opened(server)
    assert [(seat["number"], seat["person"], seat["sandbox"]) for seat in made["seats"]] == [
        (1, "Nguyễn Văn A", "lop-01"),
        (2, "Trần Thị B", "lop-02"),
        (3, "Nguyễn Văn A (2)", "lop-03"),
    ]
    assert all(pull_token(server, seat).status_code == 200 for seat in made["seats"])
    first, second, _ = made["seats"]
    assert ask(server, "GET", f"/sandboxes/{first['sandbox']}", first["token"]).status_code == 200
    assert ask(server, "GET", f"/sandboxes/{second['sandbox']}", first["token"]).status_code == 404


def test_keys_follow_from_no_number_that_anybody_could_know(server: Visitor) -> None:
    """Two classes of one name and one server have nothing in common, and no card tells a seed."""
    keys = set()
    for _ in range(2):
        made = opened(server)
        for seat in made["seats"]:
            keys |= {seat["token"], *seat["credentials"]["production"].values()}
            assert ask(server, "GET", f"/sandboxes/{seat['sandbox']}").json["seed"] is None
        ask(server, "DELETE", "/classes/lop")
    assert len(keys) == 2 * 3 * 3


def test_a_code_is_typed_as_people_type(server: Visitor) -> None:
    seat = opened(server)["seats"][0]
    for typed in (seat["code"], seat["code"].upper(), seat["code"].replace("-", " "), seat["token"]):
        reply = server.http.post("/__console/login", data={"token": f" {typed} "})
        assert (reply.status_code, reply.headers["Location"]) == (303, "/__console/s/lop-01/class"), typed
        server.http.delete_cookie("ndxp_console", path="/__console")
    wrong = server.http.post("/__console/login", data={"token": seat["code"][:-1] + "2"})
    assert wrong.status_code in (303, 401)
    assert (wrong.status_code == 303) is seat["code"].endswith("2")


def test_a_class_is_there_after_a_restart(tmp_path: Path, co_ban: Pack) -> None:
    before = started(tmp_path / "store.db", co_ban)
    made = opened(before)
    before.country.store.close()
    after = started(tmp_path / "store.db", co_ban)
    found = ask(after, "GET", "/classes/lop").json
    assert [seat["person"] for seat in found["seats"]] == [seat["person"] for seat in made["seats"]]
    assert pull_token(after, made["seats"][2]).status_code == 200
    assert ask(after, "GET", "/classes/lop", made["token"]).status_code == 200
    after.country.store.close()


def test_a_class_that_cannot_be_made_whole_leaves_nothing(tmp_path: Path, co_ban: Pack) -> None:
    server = started(tmp_path / "store.db", co_ban, quotas=Quotas(sandboxes=3))
    assert ask(server, "POST", "/classes", json={"name": "lop", "people": PEOPLE}).status_code == 429
    assert ask(server, "GET", "/classes").json["classes"] == []
    assert [each["id"] for each in ask(server, "GET", "/sandboxes").json["sandboxes"]] == ["default"]
    made = opened(server, people=["Lê C"])  # the number of a sandbox that was never made is given again
    assert pull_token(server, made["seats"][0]).status_code == 200
    server.country.store.close()


def test_what_a_class_may_not_be_is_said_by_its_place(server: Visitor) -> None:
    opened(server)
    assert ask(server, "POST", "/classes", json={"name": "lop", "seats": 1}).json["code"] == "class-exists"
    ask(server, "POST", "/sandboxes", json={"id": "khac-02"})
    assert ask(server, "POST", "/classes", json={"name": "khac", "seats": 2}).json["code"] == "sandbox-exists"
    for wish, pointer in (
        ({"name": "khac"}, "/people"),
        ({"name": "khac", "people": ["A"], "seats": 1}, "/people"),
        ({"name": "khac", "people": ["A", "12"]}, "/people/1"),
        ({"name": "Khác", "seats": 1}, "/name"),
        ({"name": "x" * 41, "seats": 1}, "/name"),
        ({"name": "khac", "seats": 201}, "/seats"),
        ({"name": "khac", "seats": 1, "pack": "khong-co"}, "/pack"),
    ):
        reply = ask(server, "POST", "/classes", json=wish)
        assert (reply.status_code, reply.json["errors"][0]["pointer"]) == (422, pointer), wish
    assert ask(server, "GET", "/classes").json["meta"]["total"] == 1


def test_a_new_token_ends_the_one_of_a_lost_sheet(server: Visitor) -> None:
    made = opened(server)
    renewed = ask(server, "POST", "/classes/lop/seats/2/token").json
    assert renewed["person"] == "Trần Thị B"
    assert ask(server, "GET", "/sandboxes/lop-02", made["seats"][1]["token"]).status_code == 401
    assert ask(server, "GET", "/sandboxes/lop-02", renewed["token"]).status_code == 200
    assert ask(server, "POST", "/classes/lop/seats/9/token").json["code"] == "no-such-seat"


def test_the_report_counts_what_each_person_did_and_closing_removes_everything(server: Visitor) -> None:
    made = opened(server)
    pull_token(server, made["seats"][0])
    seat = made["seats"][1]
    server.http.post(f"/s/{seat['sandbox']}/token", data={"grant_type": "client_credentials"}, auth=("a", "b"))
    report = ask(server, "GET", "/classes/lop/report").json
    assert [each["calls"] for each in report["seats"]] == [1, 1, 0]
    assert report["seats"][0]["operations"] == {"ndxp.token": 1}
    assert report["seats"][1]["last_refusal"]["operation"] == "ndxp.token"
    closed = ask(server, "DELETE", "/classes/lop").json
    assert closed == {"sandboxes": ["lop-01", "lop-02", "lop-03"]}
    assert ask(server, "GET", "/classes/lop").json["code"] == "no-such-class"
    assert ask(server, "GET", "/classes", made["token"]).status_code == 401
    assert [each["id"] for each in ask(server, "GET", "/sandboxes").json["sandboxes"]] == ["default"]


def test_a_seat_does_not_close_itself_and_what_it_has_opened_goes_with_the_class(server: Visitor) -> None:
    seat = opened(server)["seats"][0]
    refused = ask(server, "DELETE", f"/sandboxes/{seat['sandbox']}", seat["token"])
    assert (refused.status_code, refused.json["code"]) == (409, "wrong-moment")
    plan = {"kit": "btxh-a1", "product": {"name": "Một Cửa", "version": "1.0", "vendor": "Không Có Thật"}}
    attempt = ask(server, "POST", "/attempts", seat["token"], json={"plan": plan})
    assert attempt.status_code == 201, attempt.text
    assert attempt.json["id"] in ask(server, "DELETE", "/classes/lop").json["sandboxes"]
    assert [each["id"] for each in ask(server, "GET", "/sandboxes").json["sandboxes"]] == ["default"]


def test_names_of_people_stand_in_the_rows_of_the_class_alone(server: Visitor, tmp_path: Path) -> None:
    opened(server, people=["Nguyễn Thị Riêng Tư"])
    assert "Riêng" not in ask(server, "GET", "/changes").text
    assert json.loads(ask(server, "GET", "/changes").json["changes"][0]["request"]["body"])["sent"]["people"] == 1
    ask(server, "DELETE", "/classes/lop")
    store = server.country.store
    assert isinstance(store, SqliteStore)
    for (table,) in store.all("SELECT name FROM sqlite_master WHERE type = 'table'"):
        assert "Riêng" not in str(store.all(f"SELECT * FROM {table}")), table


@pytest.fixture
def owners(server: Visitor) -> dict[str, str]:
    return {name: ask(server, "POST", f"/owners/{name}/token").json["token"] for name in ("tinh-a", "tinh-b")}


def test_an_owner_opens_classes_and_sees_its_own_alone(server: Visitor, owners: dict[str, str]) -> None:
    made = opened(server, token=owners["tinh-a"])
    assert (made["owner"], "token" in made) == ("tinh-a", False)
    opened(server, "lop-b", token=owners["tinh-b"])
    listed = ask(server, "GET", "/classes", owners["tinh-a"]).json["classes"]
    assert [each["name"] for each in listed] == ["lop"]
    assert ask(server, "GET", "/sandboxes/lop-01", owners["tinh-a"]).status_code == 200
    for method, path in (
        ("GET", "/classes/lop-b"),
        ("GET", "/classes/lop-b/report"),
        ("DELETE", "/classes/lop-b"),
        ("POST", "/classes/lop-b/seats/1/token"),
    ):
        assert ask(server, method, path, owners["tinh-a"]).json["code"] == "no-such-class", path
    for path in ("/sandboxes/lop-b-01", "/sandboxes/default"):
        assert ask(server, "GET", path, owners["tinh-a"]).status_code == 404
    other = ask(server, "POST", "/classes", owners["tinh-a"], json={"name": "x", "seats": 1, "owner": "tinh-b"})
    assert other.json["code"] == "admin-only"


def test_a_seat_knows_of_no_class_and_a_viewer_changes_none(server: Visitor, owners: dict[str, str]) -> None:
    seat = opened(server, token=owners["tinh-a"])["seats"][0]
    viewer = ask(server, "POST", "/owners/tinh-a/token", json={"role": "viewer"}).json["token"]
    for method, path in (("GET", "/classes"), ("GET", "/classes/lop"), ("DELETE", "/classes/lop")):
        assert ask(server, method, path, seat["token"]).json["code"] == "admin-only", path
    assert ask(server, "GET", "/classes/lop", viewer).status_code == 200
    assert ask(server, "DELETE", "/classes/lop", viewer).json["code"] == "viewers-look"
    assert ask(server, "POST", "/classes", viewer, json={"name": "x", "seats": 1}).json["code"] == "viewers-look"


def test_an_owner_has_the_room_of_its_quota_and_no_more(tmp_path: Path, co_ban: Pack) -> None:
    server = started(tmp_path / "store.db", co_ban, quotas=Quotas(sandboxes_of_owner=2))
    token = ask(server, "POST", "/owners/tinh-a/token").json["token"]
    reply = ask(server, "POST", "/classes", token, json={"name": "lop", "people": PEOPLE})
    assert (reply.status_code, reply.json["code"]) == (429, "over-quota")
    assert len(opened(server, token=token, people=PEOPLE[:2])["seats"]) == 2
    server.country.store.close()


def test_a_class_lives_in_a_database_as_in_a_file(tmp_path: Path, co_ban: Pack, postgres: Postgres) -> None:
    with open_store(postgres.new_database()) as store:
        store.prepare()
        country = found_country(
            replace(Settings(), admin_token=TOKEN, packs_folder=tmp_path), store, {"co-ban": co_ban}
        )
        server = Visitor(country, "gthread")  # all in this thread: no pool is left to others that end later
        made = opened(server)
        assert pull_token(server, made["seats"][0]).status_code == 200
        board = ask(server, "GET", "/classes/lop/board").json
        assert [row["step"] for row in board["seats"]] == ["dung-lai", "xin-token", "xin-token"]
        server.http.post("/__console/login", data={"token": made["token"]})
        assert server.http.get("/__console/classes/lop/live?seen=x").status_code == 200
        assert ask(server, "DELETE", "/classes/lop").json == {"sandboxes": ["lop-01", "lop-02", "lop-03"]}
        store.close()
