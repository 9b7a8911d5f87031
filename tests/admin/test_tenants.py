"""Sandboxes of many on one server: a token opens its own, and nothing tells that there are others."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.test import TestResponse

from bench.rates import token_of
from emulator.admin.guard import QUESTIONS
from emulator.admin.routes import TABLE
from emulator.app import found_country
from emulator.console.site import console_app
from emulator.country.access import Quotas
from emulator.country.pack import Pack
from emulator.settings import Settings
from emulator.store.opening import Upkeep
from tests.builders import dossier, small_pack
from tests.conftest import Visitor
from tests.serving import Server

ADMIN = {"X-Admin-Token": "quan-tri-may-chu"}


def _visitor(path: Path, pack: Pack, **more: Any) -> Visitor:
    return Visitor(
        found_country(replace(Settings(), admin_token=ADMIN["X-Admin-Token"], **more), path, {"co-ban": pack})
    )


@pytest.fixture
def server(tmp_path: Path, co_ban: Pack) -> Iterator[Visitor]:
    visitor = _visitor(tmp_path / "store.db", co_ban)
    yield visitor
    visitor.country.store.close()


def _make(server: Visitor, name: str, **wish: Any) -> dict[str, Any]:
    reply = server.http.post("/__admin/sandboxes", json={"id": name, **wish}, headers=ADMIN)
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json
    return made


def _ask(server: Visitor, token: str, method: str, path: str, **options: Any) -> TestResponse:
    return server.http.open(f"/__admin{path}", method=method, headers={"Authorization": f"Bearer {token}"}, **options)


def test_a_sandboxs_token_opens_its_sandbox_and_is_shown_once(server: Visitor) -> None:
    made = _make(server, "lop-a")
    assert len(made["token"]) > 40
    card = _ask(server, made["token"], "GET", "/sandboxes/lop-a")
    assert card.json["id"] == "lop-a"
    assert made["token"] not in card.text
    changed = _ask(server, made["token"], "PATCH", "/sandboxes/lop-a/settings", json={"token_lifetime_s": 5})
    assert changed.json["token_lifetime_s"] == 5
    rows = server.country.store.all("SELECT * FROM access")
    assert len(rows) == 1
    assert made["token"] not in str(rows)


_OF_ALL = ("", "/kits", "/attempts", "/usage", "/sandboxes", "/classes")
"""What a tenant may ask without naming anything: it is shown its own."""
_CALLERS = ["seat-owner", "seat-viewer", "owner", "viewer"]


def _caller(server: Visitor, kind: str) -> str:
    """Make ``lop-a`` of ``tinh-a`` and return a token for it: of the sandbox itself, or of its owner's name."""
    seat = _make(server, "lop-a", owner="tinh-a")["token"]
    role = kind.removeprefix("seat-")
    if kind == role:
        return _owner_token(server, "tinh-a", role)
    token: str = _ask(server, seat, "POST", "/sandboxes/lop-a/token", json={"role": role}).json["token"]
    return token


def _held(server: Visitor, *names: str) -> list[Any]:
    """Return everything that sandboxes hold, with their journals and secrets."""
    whole = "state?journal=true&secrets=show"
    return [server.http.get(f"/__admin/sandboxes/{name}/{whole}", headers=ADMIN).json for name in names]


@pytest.mark.parametrize("kind", _CALLERS)
def test_another_sandbox_is_not_there_at_any_route(server: Visitor, kind: str) -> None:
    """Every route of the table: a tenant gets and changes nothing of another's, of the default one, nor the server."""
    token = _caller(server, kind)
    _make(server, "lop-b", owner="tinh-b")
    words = {"name": "cua-b", "seats": 1, "owner": "tinh-b"}
    assert server.http.post("/__admin/classes", json=words, headers=ADMIN).status_code == 201
    before, tried = _held(server, "lop-b", "default"), 0
    for verb, shape in TABLE:
        if TABLE[verb, shape].is_open or shape in _OF_ALL:
            continue
        for name in ("lop-b", "default", "khong-co"):
            known = {"sandbox": name, "attempt": name, "class": "cua-b", "owner": "tinh-b"}
            named = re.sub(r"\{(\w+)\}", lambda word: known.get(word[1], "1"), shape)  # noqa: B023
            reply = _ask(server, token, verb, named, json={} if verb != "GET" else None)
            assert reply.status_code in (403, 404), (verb, named, reply.status_code)
            codes = ("admin-only", "no-such-sandbox", "no-such-route")
            if shape.startswith("/classes"):
                codes += ("no-such-class", "viewers-look")
            assert reply.json["code"] in codes, (verb, named, reply.json)
            if "{sandbox}" in shape:
                assert (reply.status_code, reply.json["code"]) == (404, "no-such-sandbox"), (verb, named)
            tried += 1
    assert tried > 500
    assert _held(server, "lop-b", "default") == before
    assert server.http.get("/__admin/classes/cua-b", headers=ADMIN).status_code == 200


@pytest.mark.parametrize("kind", ["seat-viewer", "viewer"])
def test_a_viewer_changes_nothing_at_any_route_of_its_own_sandbox(server: Visitor, kind: str) -> None:
    token = _caller(server, kind)
    server.http.get("/s/lop-a/khong-co")
    before, refused = _held(server, "lop-a"), 0
    for verb, shape in TABLE:
        if verb == "GET" or "{sandbox}" not in shape or shape.removeprefix("/sandboxes/{sandbox}") in QUESTIONS:
            continue
        named = re.sub(r"\{(\w+)\}", "1", shape.replace("{sandbox}", "lop-a"))
        reply = _ask(server, token, verb, named, json={})
        assert (reply.status_code, reply.json["code"]) == (403, "viewers-look"), (verb, named, reply.status_code)
        refused += 1
    assert refused > 40
    for shape in QUESTIONS:
        _ask(server, token, "POST", f"/sandboxes/lop-a{shape}", json={})
    assert _held(server, "lop-a") == before


def test_what_there_is_beside_a_tenants_sandbox_it_never_sees(server: Visitor) -> None:
    token = _make(server, "lop-a")["token"]
    _make(server, "lop-b")
    listed = _ask(server, token, "GET", "/usage").json["usage"]
    assert [row["sandbox"] for row in listed] == ["lop-a"]
    assert _ask(server, token, "GET", "/attempts").json == {"attempts": []}
    there, missing = (_ask(server, token, "GET", f"/sandboxes/{name}/requests") for name in ("lop-b", "khong-co"))
    assert there.json["code"] == missing.json["code"] == "no-such-sandbox"
    assert there.text.replace("lop-b", "X") == missing.text.replace("khong-co", "X")
    assert _ask(server, token, "POST", "/sandboxes", json={"id": "lop-c"}).status_code == 403


def test_a_viewer_looks_and_changes_nothing(server: Visitor) -> None:
    owner = _make(server, "lop-a")["token"]
    viewer = _ask(server, owner, "POST", "/sandboxes/lop-a/token", json={"role": "viewer"}).json["token"]
    assert _ask(server, viewer, "GET", "/sandboxes/lop-a/requests").status_code == 200
    assert _ask(server, viewer, "POST", "/sandboxes/lop-a/requests/find", json={}).status_code == 200
    for verb, path in (("POST", "/reset"), ("PUT", "/settings"), ("DELETE", "/requests"), ("POST", "/token")):
        assert _ask(server, viewer, verb, f"/sandboxes/lop-a{path}", json={}).json["code"] == "viewers-look"
    assert _ask(server, viewer, "GET", "/sandboxes/lop-a?secrets=show").status_code == 403
    shown = _ask(server, owner, "GET", "/sandboxes/lop-a?secrets=show").json["credentials"]["production"]
    assert len(shown["consumer_secret"]) > 20


def test_a_new_token_ends_the_old_one_and_a_dropped_sandbox_ends_its_tokens(server: Visitor) -> None:
    first = _make(server, "lop-a")["token"]
    second = _ask(server, first, "POST", "/sandboxes/lop-a/token").json["token"]
    assert _ask(server, first, "GET", "/sandboxes/lop-a").status_code == 401
    assert _ask(server, second, "GET", "/sandboxes/lop-a").status_code == 200
    assert _ask(server, second, "DELETE", "/sandboxes/lop-a").status_code == 200
    assert _ask(server, second, "GET", "/sandboxes/lop-a").status_code == 401
    again = _make(server, "lop-a")["token"]
    assert _ask(server, second, "GET", "/sandboxes/lop-a").status_code == 401
    assert _ask(server, again, "GET", "/sandboxes/lop-a").status_code == 200


@pytest.mark.parametrize("token", ["", "ndxps_", "ndxps_" + "a" * 43, "ndxps_\udce9", "quan-tri-may-ch", "a" * 10_000])
def test_a_token_that_opens_nothing_is_401(server: Visitor, token: str) -> None:
    _make(server, "lop-a")
    header = {"X-Admin-Token": token.encode("utf-8", "surrogateescape").decode("latin-1")}
    assert server.http.get("/__admin/sandboxes/lop-a", headers=header).status_code == 401


def test_there_is_room_for_so_many_sandboxes_and_so_many_of_one_owner(tmp_path: Path, co_ban: Pack) -> None:
    server = _visitor(tmp_path / "few.db", co_ban, quotas=Quotas(sandboxes=4, sandboxes_of_owner=2))
    for name in ("a", "b"):
        _make(server, name, owner="tinh-a")
    refused = server.http.post("/__admin/sandboxes", json={"owner": "tinh-a"}, headers=ADMIN)
    assert (refused.status_code, refused.json["code"]) == (429, "over-quota")
    _make(server, "c", owner="tinh-b")
    assert server.http.post("/__admin/sandboxes", json={"owner": "tinh-c"}, headers=ADMIN).status_code == 429
    assert server.http.delete("/__admin/sandboxes/a", headers=ADMIN).status_code == 200
    _make(server, "d", owner="tinh-a")
    server.country.store.close()


def test_quotas_are_not_passed_by_callers_who_come_together(tmp_path: Path) -> None:
    flags = ("--max-sandboxes", "6", "--max-sandboxes-per-owner", "3", "--max-dossiers", "4")
    with Server("--store", str(tmp_path / "store.db"), *flags) as server, ThreadPoolExecutor(8) as together:

        def make(number: int) -> int:
            wish = {"owner": f"tinh-{number % 2}"}
            return requests.post(f"{server.base_url}/__admin/sandboxes", json=wish, timeout=30).status_code

        made = list(together.map(make, range(16)))
        pair = server.ready["credentials"]["production"]
        token = token_of(server.base_url, pair)

        def push(number: int) -> int:
            address, code = f"{server.base_url}/apiBTXH/1.0/DongBoDVC", f"000.11.26.H26-261120-{number:04}"
            headers = {"Authorization": f"Bearer {token}"}
            said = requests.post(address, json=dossier(MaHoSo=code), headers=headers, timeout=30).json()
            return int(said["error_code"])

        assert (made.count(201), set(made)) == (5, {201, 429})
        assert [push for push in together.map(push, range(16)) if push == 0] == [0] * 4


def test_packs_brought_in_together_do_not_pass_the_quota(tmp_path: Path) -> None:
    with (
        Server("--store", str(tmp_path / "store.db"), "--max-packs", "3", "--workers", "2") as server,
        ThreadPoolExecutor(8) as together,
    ):

        def bring(number: int) -> int:
            address, name = f"{server.base_url}/__admin/packs/nho-{number}", f"nho-{number}"
            wish = {"files": {"pack.json": small_pack(id=name)}}
            return requests.put(address, json=wish, timeout=60).status_code

        said = list(together.map(bring, range(12)))
        assert (said.count(201), set(said)) == (3, {201, 429})
        listed = requests.get(f"{server.base_url}/__admin/packs", timeout=30).json()
        assert (listed["meta"]["brought"], len(listed["packs"])) == (3, 4), "what was refused left nothing behind"
        assert len(list((tmp_path / "store.db.packs").iterdir())) == 3


def test_attempts_opened_together_do_not_pass_their_owners_quota(tmp_path: Path) -> None:
    flags = ("--max-sandboxes-per-owner", "3", "--workers", "2", "--admin-token", ADMIN["X-Admin-Token"])
    with Server("--store", str(tmp_path / "store.db"), *flags) as server, ThreadPoolExecutor(8) as together:
        api = f"{server.base_url}/__admin"
        token = requests.post(f"{api}/owners/tinh-a/token", json={}, headers=ADMIN, timeout=30).json()["token"]
        plan = {"kit": "cong-ndxp", "product": {"name": "Một cửa", "version": "1", "vendor": "Không Có Thật"}}

        def open_one(_: int) -> int:
            header = {"X-Admin-Token": token}
            return requests.post(f"{api}/attempts", json={"plan": plan}, headers=header, timeout=60).status_code

        said = list(together.map(open_one, range(10)))
        assert (said.count(201), set(said)) == (3, {201, 429})
        listed = requests.get(f"{api}/sandboxes", headers=ADMIN, timeout=30).json()["sandboxes"]
        assert [each["owner"] for each in listed].count("tinh-a") == 3, "what was refused left nothing behind"


def test_a_sandbox_whose_time_is_over_is_dropped_and_default_stays(tmp_path: Path, co_ban: Pack) -> None:
    server = _visitor(tmp_path / "short.db", co_ban, quotas=Quotas(lifetime_s=3600))
    store, tenants = server.country.store, server.country.admin.tenants
    made, long = _make(server, "ngan", ttl_s=60), _make(server, "dai")
    assert made["expires"] < long["expires"]
    store.run("UPDATE sandboxes SET expires_ms = 1 WHERE id IN ('ngan', 'default')")
    Upkeep(store, jobs=(tenants.drop_expired,)).round()
    names = {each.id for each in server.country.sandboxes.every()}
    assert names == {"default", "dai"}
    store.close()


def test_usage_is_counted_by_sandbox_as_json_and_csv_and_metrics_have_bounded_labels(server: Visitor) -> None:
    for number in range(25):
        _make(server, f"lop-{number}", owner="tinh-a")
    for number in range(25):
        for _ in range(number + 1):
            server.http.get(f"/s/lop-{number}/khong-co")
    usage = server.http.get("/__admin/usage", headers=ADMIN).json["usage"]
    assert {row["sandbox"]: row["calls"] for row in usage}["lop-24"] == 25
    table = list(csv.DictReader(io.StringIO(server.http.get("/__admin/usage?format=csv", headers=ADMIN).text)))
    assert [{**row, "calls": str(row["calls"])}["calls"] for row in usage] == [row["calls"] for row in table]
    assert table[1]["owner"] == "tinh-a"
    lines = server.http.get("/__admin/metrics", headers=ADMIN).text.splitlines()
    labels = [line for line in lines if line.startswith("ndxp_emulator_sandbox_calls_total{")]
    assert len(labels) == 21
    assert 'ndxp_emulator_sandbox_calls_total{sandbox="lop-24"} 25.0' in labels
    assert 'ndxp_emulator_sandbox_calls_total{sandbox="other"} 15.0' in labels


def _owner_token(server: Visitor, owner: str, role: str = "owner") -> str:
    reply = server.http.post(f"/__admin/owners/{owner}/token", json={"role": role}, headers=ADMIN)
    assert (reply.status_code, reply.json["owner"], reply.json["role"]) == (201, owner, role)
    token: str = reply.json["token"]
    return token


def test_an_owners_token_opens_every_sandbox_of_its_name_and_no_other(server: Visitor) -> None:
    seats = {name: _make(server, name, owner="lop-12a")["token"] for name in ("ghe-1", "ghe-2")}
    _make(server, "ghe-3", owner="lop-12b")
    _make(server, "lop-12a")  # a sandbox of that name is somebody else's
    token = _owner_token(server, "lop-12a")
    _make(server, "ghe-4", owner="lop-12a")
    listed = _ask(server, token, "GET", "/sandboxes").json["sandboxes"]
    assert [each["id"] for each in listed] == ["ghe-1", "ghe-2", "ghe-4"]
    assert {row["sandbox"] for row in _ask(server, token, "GET", "/usage").json["usage"]} == {"ghe-1", "ghe-2", "ghe-4"}
    assert _ask(server, token, "POST", "/sandboxes/ghe-2/reset").status_code == 200
    assert server.http.get("/__console/s/ghe-2/", headers={"X-Admin-Token": token}).status_code == 200
    for other in ("ghe-3", "lop-12a", "default", "khong-co"):
        assert _ask(server, token, "GET", f"/sandboxes/{other}/requests").json["code"] == "no-such-sandbox"
    for verb, path in (("POST", "/reset"), ("POST", "/owners/lop-12a/token"), ("GET", "/metrics")):
        assert _ask(server, token, verb, path).json["code"] in ("admin-only", "no-such-sandbox")
    assert _ask(server, seats["ghe-1"], "GET", "/sandboxes/ghe-2").status_code == 404


def test_an_owner_makes_sandboxes_of_its_own_name_within_its_quota(tmp_path: Path, co_ban: Pack) -> None:
    server = _visitor(tmp_path / "few.db", co_ban, quotas=Quotas(sandboxes_of_owner=2))
    token, viewer = _owner_token(server, "lop-12a"), _owner_token(server, "lop-12a", "viewer")
    assert _ask(server, token, "POST", "/sandboxes", json={"id": "ghe-1"}).json["owner"] == "lop-12a"
    assert _ask(server, token, "POST", "/sandboxes", json={"id": "x", "owner": "lop-12b"}).status_code == 403
    assert _ask(server, viewer, "POST", "/sandboxes", json={"id": "x"}).status_code == 403
    assert _ask(server, token, "POST", "/sandboxes", json={"id": "ghe-2"}).status_code == 201
    assert _ask(server, token, "POST", "/sandboxes", json={"id": "ghe-3"}).json["code"] == "over-quota"
    plan = {"kit": "cong-ndxp", "product": {"name": "Một cửa", "version": "1", "vendor": "Không Có Thật"}}
    assert _ask(server, token, "POST", "/attempts", json={"plan": plan}).json["code"] == "over-quota"
    server.country.store.close()


def test_an_owners_token_ends_when_it_is_replaced_or_taken_away(server: Visitor) -> None:
    _make(server, "ghe-1", owner="lop-12a")
    first = _owner_token(server, "lop-12a")
    second, viewer = _owner_token(server, "lop-12a"), _owner_token(server, "lop-12a", "viewer")
    assert _ask(server, first, "GET", "/sandboxes").status_code == 401
    assert _ask(server, viewer, "GET", "/sandboxes/ghe-1").status_code == 200
    assert _ask(server, viewer, "POST", "/sandboxes/ghe-1/reset").json["code"] == "viewers-look"
    assert server.http.delete("/__admin/owners/lop-12a/token", headers=ADMIN).json == {"ended": 2}
    assert [_ask(server, each, "GET", "/sandboxes").status_code for each in (second, viewer)] == [401, 401]


def test_an_attempt_is_its_openers_and_not_of_one_who_gets_the_name_later(server: Visitor) -> None:
    seat, owner = _make(server, "ghe-1", owner="lop-12a")["token"], _owner_token(server, "lop-12a")
    plan = {"kit": "cong-ndxp", "product": {"name": "Một cửa", "version": "1", "vendor": "Không Có Thật"}}
    attempt = _ask(server, seat, "POST", "/attempts", json={"plan": plan}).json["id"]
    assert [_ask(server, each, "GET", f"/attempts/{attempt}").status_code for each in (seat, owner)] == [200, 200]
    assert _ask(server, owner, "DELETE", "/sandboxes/ghe-1").status_code == 200
    later = _make(server, "ghe-1", owner="lop-12b")["token"]
    assert _ask(server, later, "GET", f"/attempts/{attempt}").status_code == 404
    assert _ask(server, owner, "GET", f"/attempts/{attempt}").status_code == 200


def _changes(server: Visitor, token: str, sandbox: str = "lop-a") -> list[dict[str, Any]]:
    found = _ask(server, token, "GET", f"/sandboxes/{sandbox}/requests?operation=admin.change&order=asc").json
    return [{**each, "told": json.loads(each["request"]["body"])} for each in found["requests"]]


def test_every_change_of_a_sandbox_is_an_exchange_in_its_chain_who_what_before_and_after(server: Visitor) -> None:
    token = _make(server, "lop-a")["token"]
    server.http.get("/s/lop-a/khong-co")
    scope, header = "/__admin/sandboxes/lop-a", {"Authorization": f"Bearer {token}"}
    server.http.patch(f"{scope}/settings", json={"pull_limit": 7, "lgsp_token": "bi-mat-1"}, headers=header)
    server.http.put(f"{scope}/clock", json={"action": "freeze"}, headers=ADMIN)
    subject = {"subjects": ["VN:GOV:000.00.00.H34:kontumvdxpsvc01"]}
    right = server.http.post(f"{scope}/access-rights", json=subject, headers=ADMIN)
    assert right.status_code in (200, 201), right.text
    settings, clock, rights = _changes(server, token)
    assert [each["seq"] for each in (settings, clock, rights)] == [2, 3, 4]
    who = settings["told"]["who"]
    assert (who["role"], who["name"], len(who["token_id"])) == ("owner", "lop-a", 12)
    assert clock["told"]["who"] == {"role": "admin", "name": None, "token_id": None}
    assert (settings["request"]["method"], settings["request"]["path"]) == ("PATCH", f"{scope}/settings")
    assert settings["told"]["changed"]["settings"]["pull_limit"] == [None, 7]
    assert "bi-mat-1" not in json.dumps(settings["told"]["sent"])
    assert clock["told"]["changed"]["clock"]["frozen"][1] is True
    assert [each["change"] for each in rights["effects"]] == ["put"]
    assert server.http.get(f"{scope}/chain", headers=ADMIN).json["ok"] is True


def test_what_only_looks_and_what_is_refused_is_no_change(server: Visitor) -> None:
    token = _make(server, "lop-a")["token"]
    for verb, path, content in (
        ("GET", "/settings", None),
        ("POST", "/requests/find", {}),
        ("POST", "/verify", {"count": 0}),
        ("PATCH", "/settings", {"pull_limit": "bảy"}),
        ("PUT", "/scenario", {"scenario": "khong-co"}),
    ):
        _ask(server, token, verb, f"/sandboxes/lop-a{path}", json=content)
    assert _changes(server, token) == []
    _ask(server, token, "PATCH", "/sandboxes/lop-a/settings", json={"pull_limit": 7})
    assert len(_changes(server, token)) == 1


def test_changes_are_hidden_among_calls_and_counted_by_no_pattern(server: Visitor) -> None:
    token = _make(server, "lop-a")["token"]
    server.http.get("/s/lop-a/khong-co")
    _ask(server, token, "PATCH", "/sandboxes/lop-a/settings", json={"pull_limit": 7})
    for query, wanted in (("", 1), ("?clock=show", 1), ("?outcome=happened", 0), ("?admin=show", 2)):
        found = _ask(server, token, "GET", f"/sandboxes/lop-a/requests{query}").json
        assert (len(found["requests"]), found["meta"]["total"]) == (wanted, wanted), query
    assert _ask(server, token, "POST", "/sandboxes/lop-a/requests/count", json={}).json["count"] == 1


def test_what_makes_ends_and_empties_sandboxes_stands_in_the_servers_chain(server: Visitor) -> None:
    token = _make(server, "lop-a", owner="lop-12a")["token"]
    _owner_token(server, "lop-12a")
    for verb, path in (("POST", "/reset"), ("DELETE", "/requests"), ("POST", "/token"), ("DELETE", "")):
        assert _ask(server, token, verb, f"/sandboxes/lop-a{path}").status_code in (200, 201)
        token = token if path != "/token" else _owner_token(server, "lop-12a")
    told = server.http.get("/__admin/changes", headers=ADMIN).json
    routes = [f"{each['request']['method']} {each['request']['path']}" for each in told["changes"]][::-1]
    assert routes == [
        "POST /__admin/sandboxes",
        "POST /__admin/owners/lop-12a/token",
        "POST /__admin/sandboxes/lop-a/reset",
        "DELETE /__admin/sandboxes/lop-a/requests",
        "POST /__admin/sandboxes/lop-a/token",
        "POST /__admin/owners/lop-12a/token",
        "DELETE /__admin/sandboxes/lop-a",
    ]
    assert (told["chain"]["ok"], told["chain"]["last"]) == (True, 7)
    assert server.http.get("/__admin/sandboxes/_server", headers=ADMIN).status_code == 404
    server.country.store.run("DELETE FROM journal WHERE sandbox_no = 0 AND seq = 3")
    assert server.http.get("/__admin/changes", headers=ADMIN).json["chain"]["ok"] is False


def test_a_change_that_cannot_be_written_into_the_chain_does_not_happen(server: Visitor) -> None:
    token = _make(server, "lop-a")["token"]
    server.country.store.run("ALTER TABLE journal RENAME TO lost")
    change = {"pull_limit": 7}
    assert _ask(server, token, "PATCH", "/sandboxes/lop-a/settings", json=change).status_code == 500
    server.country.store.run("ALTER TABLE lost RENAME TO journal")
    assert _ask(server, token, "GET", "/sandboxes/lop-a/settings").json["pull_limit"] is None


def test_a_tenant_sees_its_own_console_and_no_other(server: Visitor) -> None:
    token = _make(server, "lop-a")["token"]
    _make(server, "lop-b")
    header = {"X-Admin-Token": token}
    assert server.http.get("/__console/s/lop-a/", headers=header).status_code == 200
    for other in ("/__console/s/lop-b/", "/__console/", "/__console/s/khong-co/"):
        assert server.http.get(other, headers=header).status_code == 404


@contextmanager
def _bounded(path: Path, pack: Pack, **quotas: int) -> Iterator[Visitor]:
    visitor = _visitor(path / "bounded.db", pack, quotas=Quotas(**quotas))
    yield visitor
    visitor.country.store.close()


@pytest.fixture
def hasty(tmp_path: Path, co_ban: Pack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """Three calls a minute; the wall stands still at its eleventh second."""
    moment = [1_764_500_411_000]
    for module in ("country.access", "journal.write", "gateways.door"):
        monkeypatch.setattr(f"emulator.{module}.system_ms", lambda: moment[0])
    with _bounded(tmp_path, co_ban, calls=3) as visitor:
        visitor.moment = moment  # type: ignore[attr-defined]
        yield visitor


def test_a_call_beyond_its_sandboxs_minute_is_429_in_the_words_of_every_gateway(hasty: Visitor) -> None:
    _make(hasty, "lop-a")
    _make(hasty, "lop-b")
    tried = [hasty.http.post("/s/lop-a/token") for _ in range(4)]
    assert [reply.status_code for reply in tried] == [400, 400, 400, 429]
    assert (b"900803" in tried[3].data, tried[3].headers["Retry-After"]) == (True, "49")
    started = time.perf_counter()
    assert hasty.http.post("/s/lop-a/token").status_code == 429
    assert time.perf_counter() - started >= 0.25, "from the second on, a refusal leaves late: a flood waits for itself"
    for path, marked in (
        ("/VXPAdapter/RestService/forward/mapi/login?dstcode=VN", b"429: Too Many Requests"),
        ("/KetNoiMotCuaQuocGia/SynsTTHCC", b"900803"),
        ("/khong-co", b"900803"),
        ("/web/mtv/khong-co", b"Too Many Requests"),
    ):
        said = hasty.http.get(f"/s/lop-a{path}")
        assert (said.status_code, marked in said.data, said.headers["Retry-After"]) == (429, True, "49"), path
    assert hasty.http.post("/s/lop-b/token").status_code == 400, "another sandbox has its own minute"
    hasty.moment[0] += 50_000  # type: ignore[attr-defined]
    assert hasty.http.post("/s/lop-a/token").status_code == 400


@pytest.mark.parametrize("jump_ms", [-3_600_000, 86_400_000])
def test_a_machine_whose_clock_jumps_locks_nobody_out_and_gives_no_more_calls(hasty: Visitor, jump_ms: int) -> None:
    _make(hasty, "lop-a")
    assert [hasty.http.post("/s/lop-a/token").status_code for _ in range(4)] == [400, 400, 400, 429]
    hasty.moment[0] += jump_ms  # type: ignore[attr-defined]
    assert [hasty.http.post("/s/lop-a/token").status_code for _ in range(4)] == [400, 400, 400, 429]
    hasty.moment[0] -= jump_ms  # type: ignore[attr-defined]
    assert hasty.http.post("/s/lop-a/token").status_code in (400, 429)
    chain = hasty.http.get("/__admin/sandboxes/lop-a/chain", headers=ADMIN).json
    assert chain["ok"] is True


def test_a_flood_is_told_once_a_minute_and_costs_no_other_line(hasty: Visitor) -> None:
    owner = _make(hasty, "lop-a")["token"]
    for _ in range(30):
        hasty.http.get("/s/lop-a/khong-co")
    rows = _ask(hasty, owner, "GET", "/sandboxes/lop-a/requests").json["requests"]
    assert [row["response"]["status"] for row in rows] == [429, 404, 404, 404]
    (told,) = rows[0]["remarks"]
    assert (told["rule"], told["level"], told["found"]) == ("sandbox-quota", "error", "429")
    assert told["expected"] == "Retry-After: 49"
    assert _ask(hasty, owner, "GET", "/sandboxes/lop-a/chain").json["ok"] is True


def test_a_refusal_over_the_quota_costs_the_same_whatever_the_quota_is(
    tmp_path: Path, co_ban: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("country.access", "journal.write", "gateways.door"):
        monkeypatch.setattr(f"emulator.{module}.system_ms", lambda: 1_764_500_411_000)
    monkeypatch.setattr("emulator.app._HASTY_PAUSE_S", 0)
    costs = []
    for most in (3, 60):
        (tmp_path / str(most)).mkdir()
        with _bounded(tmp_path / str(most), co_ban, calls=most) as visitor:
            _make(visitor, "lop-a")
            said = [visitor.http.post("/s/lop-a/token").status_code for _ in range(most + 2)]
            assert said == [400] * most + [429, 429]
            steps: list[None] = []
            count = partial(steps.append, None)
            visitor.country.store.connection().set_progress_handler(count, 1)  # type: ignore[attr-defined]
            assert visitor.http.post("/s/lop-a/token").status_code == 429
            costs.append(len(steps))
    assert costs[0] == costs[1] > 0, "steps of the database"


def test_a_worker_that_comes_new_to_a_minute_counts_no_act_of_the_clerk_for_a_call(
    hasty: Visitor, co_ban: Pack
) -> None:
    _make(hasty, "lop-a")
    for number in range(3):
        assert hasty.http.post("/s/lop-a/token").status_code == 400
        for turn in range(3):
            wish = {"pull_limit": number * 3 + turn + 1}
            hasty.http.patch("/__admin/sandboxes/lop-a/settings", json=wish, headers=ADMIN)
    other = _visitor(Path(hasty.country.store.name), co_ban, quotas=Quotas(calls=3))
    assert other.http.post("/s/lop-a/token").status_code == 429, "three were made, whoever counts"
    assert hasty.http.post("/s/lop-a/token").status_code == 429
    rows = hasty.http.get("/__admin/sandboxes/lop-a/requests?limit=50", headers=ADMIN).json["requests"]
    assert [row["response"]["status"] for row in rows].count(429) == 1, "told once by all"
    other.country.store.close()


def test_neither_a_reset_nor_a_forgotten_journal_gives_calls_back_and_the_clerk_uses_none(hasty: Visitor) -> None:
    _make(hasty, "lop-a")
    for number in range(6):
        wish = {"pull_limit": number + 1}
        changed = hasty.http.patch("/__admin/sandboxes/lop-a/settings", json=wish, headers=ADMIN)
        assert changed.status_code == 200
    assert [hasty.http.post("/s/lop-a/token").status_code for _ in range(4)] == [400, 400, 400, 429]
    for verb, path in (("DELETE", "/requests"), ("POST", "/reset")):
        assert hasty.http.open(f"/__admin/sandboxes/lop-a{path}", method=verb, headers=ADMIN).status_code == 200
        assert hasty.http.post("/s/lop-a/token").status_code == 429, path


def test_a_sandbox_holds_so_many_dossiers_and_the_service_says_so_itself(tmp_path: Path, co_ban: Pack) -> None:
    with _bounded(tmp_path, co_ban, dossiers=2) as server:
        codes = [f"000.11.26.H26-261120-000{number}" for number in (1, 2, 3, 1)]
        said = [server.btxh("DongBoDVC", dossier(MaHoSo=code)).json for code in codes]
        assert [each["error_code"] for each in said] == [0, 0, -14, 0], "what is there may be sent again"
        assert "2 hồ sơ" in said[2]["message"]
        assert server.http.post("/__admin/applications", json={}, headers=ADMIN).json["code"] == "not-filed"


def test_a_sandbox_takes_so_many_bytes_of_files(tmp_path: Path, co_ban: Pack) -> None:
    with _bounded(tmp_path, co_ban, uploaded_bytes=2_000) as server:
        host = server.http.get("/__admin/hosts", headers=ADMIN).json["hosts"][0]["name"]
        file = {"file_name": "a.pdf", "content_base64": "A" * 1_600}
        said = [server.http.post(f"/__admin/hosts/{host}/files", json=file, headers=ADMIN) for _ in range(2)]
        assert [each.status_code for each in said] == [201, 429], said[0].text
        assert (said[1].json["code"], "uploaded-bytes" in said[1].json["en"]) == ("over-quota", True)


def test_files_fill_a_sandbox_to_the_last_byte_and_not_one_over(tmp_path: Path, co_ban: Pack) -> None:
    with _bounded(tmp_path, co_ban, uploaded_bytes=12) as server:
        host = server.http.get("/__admin/hosts", headers=ADMIN).json["hosts"][0]["name"]
        for name, size, status in (("a.pdf", 13, 429), ("b.pdf", 12, 201), ("c.pdf", 1, 429)):
            file = {"file_name": name, "content_base64": _base64("A" * size)}
            said = server.http.post(f"/__admin/hosts/{host}/files", json=file, headers=ADMIN)
            assert said.status_code == status, (name, said.text)


def test_a_viewer_is_shown_what_its_owner_is_shown_but_for_what_opens_something(server: Visitor) -> None:
    owner = _make(server, "lop-a")["token"]
    people = {"can-bo": "mat-khau-1", "lanh-dao": "mat-khau-2"}
    words = {"lgsp_token": "ma-1", "sandbox_users": people, "subsystem_by_consumer": {"k": "VN:GOV:H26:a"}}
    assert _ask(server, owner, "PATCH", "/sandboxes/lop-a/settings", json=words).status_code == 200
    viewer = _ask(server, owner, "POST", "/sandboxes/lop-a/token", json={"role": "viewer"}).json["token"]
    mine, theirs = (_ask(server, each, "GET", "/sandboxes/lop-a/settings").json for each in (owner, viewer))
    assert theirs == mine | {"lgsp_token": "***", "sandbox_users": {"can-bo": "***", "lanh-dao": "***"}}
    mine, theirs = (_ask(server, each, "GET", "/sandboxes/lop-a").json for each in (owner, viewer))
    assert theirs == mine | {"seed": None}
    assert theirs["credentials"]["portal"] == {"username": "mapi.h26", "password": "***", "unit": "H26"}


def test_a_viewer_sees_no_secret_at_any_route_nor_page(server: Visitor) -> None:
    """Every question of the table and every page: no key, password, session or token stands in a reply."""
    made = _make(server, "lop-a")
    owner, pairs = made["token"], made["credentials"]
    words = {"lgsp_token": "ma-cong-tinh-1", "sandbox_users": {"can-bo": "mat-khau-can-bo"}, "user_grants": True}
    assert _ask(server, owner, "PATCH", "/sandboxes/lop-a/settings", json=words).status_code == 200
    basic = (
        "Authorization",
        "Basic " + _base64(f"{pairs['production']['consumer_key']}:{pairs['production']['consumer_secret']}"),
    )
    token = server.http.post("/s/lop-a/token", data={"grant_type": "client_credentials"}, headers=[basic]).json
    server.http.post("/s/lop-a/apiBTXH/1.0/DongBoDVC", headers={"Authorization": f"Bearer {token['access_token']}"})
    plan = {"kit": "cong-ndxp", "product": {"name": "Một cửa", "version": "1", "vendor": "Không Có Thật"}}
    attempt = _ask(server, owner, "POST", "/attempts", json={"plan": plan}).json
    _ask(server, owner, "POST", f"/attempts/{attempt['id']}/begin")
    hidden = {
        *(
            text
            for pair in (*pairs.values(), *attempt["context"]["credentials"].values())
            for text in _secrets_of(pair)
        ),
        *("ma-cong-tinh-1", "mat-khau-can-bo", token["access_token"], owner),
    }
    viewer = _ask(server, owner, "POST", "/sandboxes/lop-a/token", json={"role": "viewer"}).json["token"]
    shown = dict[str, set[str]]()
    asked = 0
    for verb, shape in TABLE:
        if verb != "GET" and shape.removeprefix("/sandboxes/{sandbox}") not in QUESTIONS:
            continue
        named = shape.replace("{sandbox}", "lop-a").replace("{attempt}", attempt["id"])
        for path in (re.sub(r"\{\w+\}", "1", named), f"{re.sub(r'{[a-z]+}', '1', named)}?journal=true"):
            said = _ask(server, viewer, verb, path, json={} if verb == "POST" else None)
            asked += said.status_code == 200
            found = {text for text in hidden if text in said.text}
            shown |= {f"{verb} {path}": found} if found else {}
    rules = console_app(server.country.admin).url_map.iter_rules()
    pages = {
        re.sub(r"<[^>]*>", "1", rule.rule.replace("<sandbox>", "lop-a")) for rule in rules if "GET" in rule.methods
    }
    for page in sorted(each for each in pages if "/s/lop-a" in each):
        said = server.http.get(page, headers={"X-Admin-Token": viewer})
        asked += said.status_code == 200
        found = {text for text in hidden if text in said.text}
        shown |= {f"page {page}": found} if found else {}
    assert asked > 60
    assert not shown, "\n".join(map(str, sorted(shown.items())))


def _secrets_of(pair: dict[str, str]) -> set[str]:
    return {value for name, value in pair.items() if name in ("consumer_secret", "password")}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_usage_says_what_ends_soon_and_what_nobody_calls(tmp_path: Path, co_ban: Pack) -> None:
    server = _visitor(tmp_path / "soon.db", co_ban)
    store = server.country.store
    for name, ttl_s in (("lau", 36_000), ("gan-het", 36_000), ("ngan", 50)):
        _make(server, name, ttl_s=ttl_s)
        server.http.get(f"/s/{name}/khong-co")
    _make(server, "mai-mai")
    earlier = "expires_ms = expires_ms - 33000000, made_ms = made_ms - 33000000"
    store.run(f"UPDATE sandboxes SET version = version + 1, {earlier} WHERE id = 'gan-het'")
    no = server.country.sandboxes.get("lau").no
    store.run("UPDATE journal SET wall_ms = wall_ms - 3700000 WHERE sandbox_no = ?", (no,))
    rows = {row["sandbox"]: row for row in server.http.get("/__admin/usage", headers=ADMIN).json["usage"]}
    assert {name for name, row in rows.items() if row["ends_soon"]} == {"gan-het", "ngan"}
    assert {name for name, row in rows.items() if row["asleep"]} == {"lau"}
    assert (rows["mai-mai"]["expires"], rows["mai-mai"]["last_call"]) == (None, None)
    server.http.get("/s/lau/khong-co")
    again = {row["sandbox"]: row for row in server.http.get("/__admin/usage", headers=ADMIN).json["usage"]}
    assert again["lau"]["asleep"] is False, "a call wakes it"
    store.close()


def test_a_tenant_who_asks_the_admin_api_too_often_is_429_and_the_administrator_never(hasty: Visitor) -> None:
    owner, other = _make(hasty, "lop-a")["token"], _make(hasty, "lop-b")["token"]
    said = [_ask(hasty, owner, "GET", "/sandboxes/lop-a") for _ in range(4)]
    assert [reply.status_code for reply in said] == [200, 200, 200, 429]
    assert (said[3].json["code"], said[3].headers["Retry-After"]) == ("over-quota", "49")
    assert _ask(hasty, other, "GET", "/sandboxes/lop-b").status_code == 200
    assert {hasty.http.get("/__admin/sandboxes/lop-a", headers=ADMIN).status_code for _ in range(6)} == {200}
    hasty.moment[0] += 50_000  # type: ignore[attr-defined]
    assert _ask(hasty, owner, "GET", "/sandboxes/lop-a").status_code == 200
