"""Guards of two parts, bounds and defaults of the admin API: each part is played, at the bound and one over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.admin.test_tenants import ADMIN, _make, server
from tests.admin.test_uploads import pointers
from tests.builders import dossier
from tests.classroom.test_classes_api import TOKEN, ask, opened, pull_token, started
from tests.conftest import Visitor
from tests.console.story import CITIZEN, KONTUM

__all__ = ["server"]
NOBODY = "VN:GOV:000.00.00.H99:khongcosvc01"


# Moments and lengths of time.


@pytest.mark.parametrize(("by", "turned_ms"), [
    ("P1W", 604_800_000), ("P2D", 172_800_000), ("PT3H", 10_800_000), ("PT4M", 240_000), ("PT1.5S", 1_500),
    ("P1DT1H1M1S", 90_061_000), ({"weeks": 1, "days": 1}, 691_200_000), ({"hours": 1, "minutes": 1}, 3_660_000),
    ({"seconds": 0.25}, 250), ({"seconds": 0}, 0), ("P" + "0" * 36 + "1D", 86_400_000),
])  # fmt: skip
def test_a_clock_is_turned_by_just_the_length_that_is_said(visitor: Visitor, by: Any, turned_ms: int) -> None:
    def at(path: str = "/__admin/clock", **wish: Any) -> str:
        reply = visitor.http.put(path, json=wish) if wish else visitor.http.get(path)
        assert reply.status_code == 200, reply.text
        text: str = reply.json["virtual"]
        return text

    assert at(action="freeze", to="2026-01-01T00:00:00Z") == "2026-01-01T07:00:00.000+07:00"
    put = visitor.http.post("/__admin/agenda", json={"after": by, "effect": {"kind": "application"}})
    assert (put.status_code, put.json["due_ms"]) == (201, 1_767_225_600_000 + turned_ms)
    at(action="advance", by=by)
    assert visitor.http.get("/__admin/clock").json["frozen"] is True
    wanted = visitor.http.post("/__admin/agenda", json={"after": "PT0S", "effect": {"kind": "application"}})
    assert wanted.json["due_ms"] == 1_767_225_600_000 + turned_ms
    assert at(action="reset") > "2026-01-01T07"


@pytest.mark.parametrize("by", [
    {}, {"seconds": True}, {"seconds": "1"}, {"seconds": 1e15}, "P" + "0" * 37 + "1D", "P1W2", "1D", None, [],
])  # fmt: skip
def test_what_is_no_length_of_time_is_refused(visitor: Visitor, by: Any) -> None:
    reply = visitor.http.put("/__admin/clock", json={"action": "advance", "by": by})
    assert pointers(reply) == ["/by"]


@pytest.mark.parametrize(("to", "is_taken"), [
    ("1970-01-01T00:00:00Z", True), ("1969-12-31T23:59:59.999Z", False),
    ("9999-12-30T16:59:59.999Z", True), ("9999-12-31T23:59:59Z", False), ("2026-01-01T00:00:00 07:00", True),
])  # fmt: skip
def test_a_clock_goes_from_1970_to_9999(visitor: Visitor, to: str, is_taken: bool) -> None:
    reply = visitor.http.put("/__admin/clock", json={"action": "freeze", "to": to})
    assert pointers(reply) == ([] if is_taken else ["/to"])


# The agenda in pages, and an effect taken off it.


def test_the_agenda_is_paged_to_its_end_and_an_effect_is_taken_off_once(visitor: Visitor) -> None:
    for days in (3, 1, 2):
        visitor.http.post("/__admin/agenda", json={"after": f"P{days}D", "effect": {"kind": "application"}})

    def page(**asked: Any) -> tuple[list[int], str | None]:
        found = visitor.http.get("/__admin/agenda", query_string=asked).json
        return [each["due_ms"] for each in found["agenda"]], found["meta"]["next"]

    dues, following = page(limit=3)
    assert (len(dues), dues, following) == (3, sorted(dues), None)
    first, after = page(limit=2)
    assert first == dues[:2]
    assert page(limit=2, after=after) == (dues[2:], None)
    row = visitor.http.get("/__admin/agenda").json["agenda"][0]
    path = f"/__admin/agenda/{row['due_ms']}/{row['no']}"
    assert visitor.http.delete(path).status_code == 200
    again = visitor.http.delete(path)
    assert (again.status_code, again.json["code"]) == (404, "no-such-effect")
    assert page() == (dues[1:], None)
    for wrong in ("x", "1", "1/x", "1/", "-1/0", "٣/1", "1" * 19 + "/1"):
        assert pointers(visitor.http.get("/__admin/agenda", query_string={"after": wrong})) == ["?after"], wrong
    assert page(after="1" * 18 + "/1") == ([], None)
    for wish in ({}, {"at": "2030-01-01T00:00:00Z", "after": "P1D"}):
        reply = visitor.http.post("/__admin/agenda", json={**wish, "effect": {"kind": "application"}})
        assert pointers(reply) == ["/at"], wish


def test_a_rate_of_applications_schedules_their_arrival_once(visitor: Visitor) -> None:
    def arrivals() -> int:
        found = visitor.http.get("/__admin/agenda").json["agenda"]
        return len([each for each in found if each["effect"]["kind"] == "arrivals"])

    visitor.http.put("/__admin/clock", json={"action": "freeze"})
    assert arrivals() == 0
    visitor.http.patch("/__admin/settings", json={"pull_limit": 7})
    assert arrivals() == 0
    for _ in range(2):
        assert visitor.http.patch("/__admin/settings", json={"applications_per_day": 1}).status_code == 200
        assert arrivals() == 1


@pytest.mark.parametrize(("wish", "count"), [({}, 1), ({"count": 3}, 3)])
def test_citizens_file_as_many_as_are_wished_and_one_without_a_wish(
    visitor: Visitor, wish: dict[str, int], count: int
) -> None:
    made = visitor.http.post("/__admin/applications", json=wish)
    assert (made.status_code, len(set(made.json["dossiers"]))) == (201, count)
    for code in made.json["dossiers"]:
        assert visitor.http.get(f"/__admin/dossiers/{code}").json["origin"] == "ministry"


# How often is too often, and in which order.


@pytest.mark.parametrize(("wish", "status"), [
    ({"at_least": 2, "at_most": 2}, 202), ({"at_least": 0}, 202), ({"at_most": 0}, 406), ({"at_most": 5}, 202),
    ({"at_least": 3, "at_most": 5}, 406), ({"count": 2, "at_most": 2}, 422), ({"count": 2, "at_least": 0}, 422),
])  # fmt: skip
def test_an_expectation_has_both_of_its_bounds(visitor: Visitor, wish: dict[str, int], status: int) -> None:
    for _ in range(2):
        visitor.http.get("/x")
    found = visitor.http.post("/__admin/verify", json=wish)
    assert found.status_code == status, found.text
    if status != 422:
        assert (found.json["matched"], found.json["requests"]) == (2, ["default.1.1", "default.1.2"])


def test_a_verification_names_the_last_hundred_and_an_order_is_told_how_far_it_came(visitor: Visitor) -> None:
    for number in range(101):
        visitor.http.get(f"/{number}")
    found = visitor.http.post("/__admin/verify", json={"at_least": 101}).json
    assert (found["matched"], len(found["requests"]), found["requests"][-1]) == (101, 100, "default.1.101")
    wish = {"sequence": [{"path": "/1"}, {"path": "/3"}, {"path": "/2"}]}
    refused = visitor.http.post("/__admin/verify-sequence", json=wish)
    assert (refused.status_code, refused.json["code"]) == (406, "not-verified")
    assert (refused.json["matched"], refused.json["requests"]) == (2, ["default.1.2", "default.1.4"])
    held = visitor.http.post("/__admin/verify-sequence", json={"sequence": wish["sequence"][:2]})
    assert (held.status_code, held.json["verified"], held.json["matched"]) == (202, True, 2)


@pytest.mark.parametrize(("limit", "is_taken"), [
    ("0", True), ("1000", True), ("1001", False), ("99999", False), ("-1", False), ("x", False), ("", False),
    ("٣", False),
])  # fmt: skip
def test_the_changes_of_the_server_are_listed_up_to_their_bound(server: Visitor, limit: str, is_taken: bool) -> None:
    _make(server, "lop-a")
    reply = server.http.get("/__admin/changes", query_string={"limit": limit}, headers=ADMIN)
    assert pointers(reply) == ([] if is_taken else ["?limit"])
    if is_taken:
        assert bool(reply.json["changes"]) is (limit != "0")
        assert reply.json["meta"]["truncated"] is (limit == "0")
        chain = reply.json["chain"]
        assert (chain["ok"], chain["first"], chain["break"]) == (True, 1, None)


# The axis, the list of V.1, support.


@pytest.mark.parametrize(("method", "path", "wish", "status", "code"), [
    ("GET", f"/access-rights?provider={NOBODY}", None, 404, "no-such-subsystem"),
    ("POST", "/access-rights", {"subjects": [NOBODY]}, 404, "no-such-subsystem"),
    ("POST", "/access-rights", {"provider": NOBODY, "subjects": [KONTUM]}, 404, "no-such-subsystem"),
    ("DELETE", "/access-rights", {"subjects": [NOBODY]}, 404, "no-such-subsystem"),
    ("PATCH", f"/subsystems/{NOBODY}", {"is_reachable": False}, 404, "no-such-subsystem"),
    ("PATCH", "/hosts/khong-co.example.vn", {"is_up": False}, 404, "no-such-host"),
    ("DELETE", f"/live-agencies/{KONTUM}", None, 404, "no-such-subsystem"),
    ("PUT", "/live-agencies/x", {"base_url": "http://127.0.0.1:9"}, 422, "invalid"),
    ("PUT", "/ss-info/H34", {"dstcode": NOBODY}, 404, "no-such-subsystem"),
    ("PUT", "/ss-info/xyz", {"dstcode": KONTUM}, 422, "invalid"),
    ("DELETE", "/ss-info/H99", None, 404, "no-such-agency"),
    ("POST", "/support-requests", {"result_code": "x", "title": "Ở", "monthly_uses": 1}, 422, "invalid"),
    ("POST", "/support-requests", {"result_code": "KQ.G15.000008", "title": "Ở", "monthly_uses": 1, "unit": "x"},
     422, "invalid"),
    ("POST", "/support-requests/KQ.G15.000008/accept", {}, 404, "no-such-support-request"),
    ("POST", f"/citizens/{CITIZEN}/dossiers", {"procedure": "9.9", "agency": "H26"}, 409, "not-filed"),
    ("POST", "/rehearsals", {"kind": "khong-co"}, 422, "invalid"),
    ("POST", "/rehearsals", {"kind": "download", "caller": NOBODY}, 404, "no-such-subsystem"),
    ("GET", "/state?journal=maybe", None, 422, "invalid"),
    ("DELETE", "/packs/co-ban", None, 404, "no-such-pack"),
    ("PUT", "/packs/Co_Ban", {"files": {"pack.json": {}}}, 422, "invalid"),
])  # fmt: skip
def test_what_is_not_there_or_cannot_be_is_refused_by_its_code_and_changes_nothing(
    visitor: Visitor, method: str, path: str, wish: dict[str, Any] | None, status: int, code: str
) -> None:
    before = visitor.http.get("/__admin/state").json
    reply = visitor.http.open(f"/__admin{path}", method=method, json=wish)
    assert (reply.status_code, reply.content_type, reply.json["code"]) == (status, "application/problem+json", code)
    after = visitor.http.get("/__admin/state").json
    assert {name: after[name] for name in after if name != "state"} == {
        name: before[name] for name in before if name != "state"}  # fmt: skip


@pytest.mark.parametrize(("given", "kept"), [
    ("http://127.0.0.1:9/", "http://127.0.0.1:9"), ("https://a.example.vn/goc/", "https://a.example.vn/goc"),
    ("ftp://a.example.vn", None), ("http://", None), ("http://a:0", None), ("http://a:99999", None),
    ("http://u@a", None), ("http://a?b=c", None), ("http://a#b", None),
])  # fmt: skip
def test_a_live_agency_is_a_plain_origin_with_a_base_path_if_need_be(
    visitor: Visitor, given: str, kept: str | None
) -> None:
    reply = visitor.http.put(f"/__admin/live-agencies/{NOBODY}", json={"base_url": given})
    live = visitor.http.get("/__admin/live-agencies").json["live_agencies"]
    assert [each["base_url"] for each in live] == ([kept] if kept else [])
    assert pointers(reply) == ([] if kept else ["/base_url"])
    known = [each for each in visitor.http.get("/__admin/subsystems").json["subsystems"] if each["id"] == NOBODY]
    assert [each["member_name"] for each in known] == (["000.00.00.H99"] if kept else [])
    if kept:
        assert visitor.http.delete(f"/__admin/live-agencies/{NOBODY}").status_code == 200
        assert visitor.http.get("/__admin/live-agencies").json["live_agencies"] == []


def test_a_rehearsal_says_what_was_called_what_came_back_and_where_it_is_written(visitor: Visitor) -> None:
    wish = {
        "kind": "download", "dstcode": "VN:GOV:000.00.00.H22:hagiangvdxpsvc01", "path": "/download/124.pdf",
        "providerurl": "https://dichvucong.hagiang.gov.vn",
    }  # fmt: skip
    chosen = visitor.http.post("/__admin/rehearsals", json=wish).json["call"]["caller"]
    assert chosen.startswith("VN:GOV:")
    assert chosen != wish["dstcode"]
    wish["caller"] = "VN:GOV:000.00.00.H26:hanoivdxpsvc01"
    found = visitor.http.post("/__admin/rehearsals", json=wish).json
    target = f"?dstcode={wish['dstcode']}&providerurl={wish['providerurl']}"
    assert (found["kind"], found["call"]["method"], found["call"]["body"]) == ("download", "GET", "")
    assert found["call"]["target"].endswith(f"/RestService/forward/download/124.pdf{target}")
    assert found["call"]["caller"] == wish["caller"]
    assert (found["reply"]["status"], found["passed"]) == (200, True)
    assert found["reply"]["size"] > 0
    assert visitor.http.get(f"/__admin/requests/{found['request_id']}").json["response"]["status"] == 200
    part = visitor.http.post("/__admin/rehearsals", json={**wish, "range": "bytes=0-3"}).json["reply"]
    assert (part["status"], part["size"]) == (206, 4)
    head = visitor.http.post("/__admin/rehearsals", json={**wish, "method": "HEAD"}).json
    assert (head["call"]["method"], head["reply"]["status"]) == ("HEAD", 200)


def test_a_listed_server_keeps_its_name_and_every_unit_is_told(visitor: Visitor) -> None:
    put = visitor.http.put("/__admin/ss-info/h34", json={"dstcode": KONTUM, "name": "Một"}).json
    assert put["security_server"] == {"MACOQUAN": "000.00.00.H34", "TENCOQUAN": "Một", "DSTCODE": KONTUM}
    again = visitor.http.put("/__admin/ss-info/H34", json={"dstcode": KONTUM}).json
    assert again["security_server"]["TENCOQUAN"] == "Một"
    dropped = visitor.http.delete("/__admin/ss-info/H34")
    assert dropped.status_code == 200
    told = visitor.http.get("/__admin/notices").json["notices"]
    assert told == [put["notice"], again["notice"], dropped.json["notice"]]
    codes = [each["MACOQUAN"] for each in visitor.http.get("/__admin/ss-info").json["security_servers"]]
    assert "000.00.00.H34" not in codes


# Sandboxes, seats, packs, attempts.


def test_a_fault_that_a_trainer_arms_stays_while_a_seat_goes_from_step_to_step(tmp_path: Path, co_ban: Pack) -> None:
    server = started(tmp_path / "store.db", co_ban)
    seat = opened(server)["seats"][0]
    armed = {"faults": [{"fault": "gateway-503", "on": "btxh.DongBoDVC"}]}
    assert ask(server, "POST", "/sandboxes/lop-01/faults", json=armed).status_code == 200
    pull_token(server, seat)
    assert ask(server, "GET", "/sandboxes/lop-01/seat").json["step"] == "dung-lai"
    kept = ask(server, "GET", "/sandboxes/lop-01/faults").json["faults"]
    assert [each["fault"] for each in kept] == ["gateway-503"]
    server.country.store.close()


def test_a_state_is_brought_in_as_a_new_sandbox_once_and_over_it_after(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    state = visitor.http.get("/__admin/state").json
    for status, epoch in ((201, 2), (200, 3)):
        put = visitor.http.put("/__admin/sandboxes/ban-sao/state", json=state)
        assert (put.status_code, put.json) == (status, {"id": "ban-sao", "epoch": epoch, "pack": "co-ban"})
    assert visitor.http.get("/__admin/sandboxes/ban-sao/dossiers/000.11.26.H26-261120-0001").status_code == 200
    wrong = state | {"state": {"1": state["state"]["1"] | {"pack": "khong-co"}}}
    assert pointers(visitor.http.put("/__admin/sandboxes/ban-sao/state", json=wrong)) == ["/state/1/pack"]
    assert visitor.http.put("/__admin/sandboxes/Ban_Sao/state", json=state).json["code"] == "no-such-sandbox"


def test_the_packs_say_how_many_sandboxes_are_made_of_each(visitor: Visitor) -> None:
    visitor.http.post("/__admin/sandboxes", json={"id": "lop"})
    found = visitor.http.get("/__admin/packs").json
    assert [(each["name"], each["sandboxes"], each["brought"]) for each in found["packs"]] == [("co-ban", 2, False)]
    assert (found["meta"]["total"], found["meta"]["brought"]) == (1, 0)


def test_the_requests_nearest_to_a_pattern_are_told_with_their_distance(visitor: Visitor) -> None:
    visitor.http.get("/a")
    visitor.http.post("/b")
    visitor.http.post("/a")

    def near(**pattern: Any) -> list[tuple[str, float]]:
        found = visitor.http.post("/__admin/near-misses/request-pattern", json=pattern)
        assert found.status_code == 200, found.text
        return [(each["request"]["url"], each["matchResult"]["distance"]) for each in found.json["nearMisses"]]

    assert near(method="GET", urlPath="/b") == [("/b", 0.5), ("/a", 0.5)]
    assert near(method="PUT", urlPath="/c") == []
    assert near() == []


@pytest.mark.parametrize("move", ["greet", "begin", "end", "close"])
def test_a_move_of_an_attempt_takes_no_word_and_a_declaration_is_of_a_test_that_asks_for_one(
    visitor: Visitor, move: str
) -> None:
    plan = {"kit": "btxh-a1", "product": dict.fromkeys(("name", "version", "vendor"), "x")}
    name = visitor.http.post("/__admin/attempts", json={"plan": plan}).json["id"]
    assert pointers(visitor.http.post(f"/__admin/attempts/{name}/{move}", json={"gi": 1})) == ["/gi"]
    (kit,) = [each for each in visitor.http.get("/__admin/kits").json["kits"] if each["id"] == "btxh-a1"]
    attests = [each["id"] for each in kit["tests"] if each["kind"] == "attest"]
    others = [each["id"] for each in kit["tests"] if each["kind"] != "attest"]
    address = f"/__admin/attempts/{name}/declare"
    assert pointers(visitor.http.post(address, json={"test": others[0], "by": "x", "statement": "y"})) == ["/test"]
    for test in attests[:1]:
        assert pointers(visitor.http.post(address, json={"test": test})) == ["/by", "/statement"]
        assert pointers(visitor.http.post(address, json={"test": test, "by": "", "statement": "y"})) == ["/by"]
        assert pointers(visitor.http.post(address, json={"test": test, "by": "x", "statement": "y", "z": 1})) == ["/z"]


def test_a_seat_is_not_closed_by_its_own_token_and_a_sandbox_of_no_class_is(tmp_path: Path, co_ban: Pack) -> None:
    server = started(tmp_path / "store.db", co_ban)
    seat = opened(server)["seats"][0]
    own = ask(server, "DELETE", "/sandboxes/lop-01", seat["token"])
    assert (own.status_code, own.json["code"]) == (409, "wrong-moment")
    alone = ask(server, "POST", "/sandboxes", json={"id": "mot-minh"}).json["token"]
    assert ask(server, "DELETE", "/sandboxes/mot-minh", alone).status_code == 200
    assert ask(server, "DELETE", "/sandboxes/lop-01").status_code == 200
    stays = ask(server, "DELETE", "/sandboxes/default")
    assert (stays.status_code, stays.json["code"]) == (409, "default-stays")
    for number, status in (("02", 201), ("2", 201), ("9", 404), ("1", 404)):
        assert ask(server, "POST", f"/classes/lop/seats/{number}/token").status_code == status, number
    server.country.store.close()


def test_a_scenario_of_a_sandbox_is_changed_kept_and_taken_away(visitor: Visitor) -> None:
    made = visitor.http.post("/__admin/sandboxes", json={"id": "lop", "scenario": "dung-trinh-tu"})
    assert (made.status_code, made.json["scenario"]) == (201, "dung-trinh-tu")
    state = "/__admin/sandboxes/lop/scenario/states/dung-trinh-tu"
    assert visitor.http.put(state, json={"state": "da-tiep-nhan"}).status_code == 200

    def standing() -> Any:
        states = visitor.http.get("/__admin/sandboxes/lop/scenario").json.get("states") or {}
        return {name: each["state"] for name, each in states.items()}

    same = visitor.http.patch("/__admin/sandboxes/lop", json={"scenario": "dung-trinh-tu", "mode": "documented"}).json
    assert (same["mode"], same["scenario"], standing()) == (
        "documented", "dung-trinh-tu", {"dung-trinh-tu": "da-tiep-nhan"})  # fmt: skip
    gone = visitor.http.patch("/__admin/sandboxes/lop", json={"scenario": None}).json
    assert (gone["scenario"], standing()) == (None, {})
    wrong = visitor.http.patch("/__admin/sandboxes/lop", json={"scenario": "khong-co"})
    assert wrong.status_code == 422
    assert visitor.http.post("/__admin/sandboxes", json={"pack": "khong-co"}).json["errors"][0]["pointer"] == "/pack"


def test_a_reset_of_all_empties_every_sandbox_and_what_plays_begins_again(visitor: Visitor) -> None:
    visitor.http.post("/__admin/sandboxes", json={"id": "lop", "scenario": "dung-trinh-tu"})
    state = "/__admin/sandboxes/lop/scenario/states/dung-trinh-tu"
    visitor.http.put(state, json={"state": "da-tiep-nhan"})
    visitor.btxh("DongBoDVC", dossier())
    assert visitor.http.post("/__admin/reset").status_code == 200
    assert visitor.http.get("/__admin/dossiers/000.11.26.H26-261120-0001").status_code == 404
    playing = visitor.http.get("/__admin/sandboxes/lop/scenario").json
    assert (playing["scenario"], playing["states"]["dung-trinh-tu"]["state"]) == ("dung-trinh-tu", "moi")


def test_a_server_without_a_pack_is_not_ready_and_says_why(tmp_path: Path, co_ban: Pack) -> None:
    found_country(Settings(), tmp_path / "store.db", {"co-ban": co_ban}).store.close()
    bare = Visitor(found_country(Settings(), tmp_path / "store.db", {}))
    reply = bare.http.get("/__admin/ready")
    assert (reply.status_code, [each["pointer"] for each in reply.json["errors"]]) == (503, ["packs"])
    bare.country.store.close()


def test_the_card_of_a_class_names_its_seats_by_number_where_nobody_is_named(tmp_path: Path, co_ban: Pack) -> None:
    server = started(tmp_path / "store.db", co_ban)
    made = ask(server, "POST", "/classes", TOKEN, json={"name": "lop", "seats": 2})
    assert (made.status_code, [each["person"] for each in made.json["seats"]]) == (201, ["01", "02"])
    shown = ask(server, "GET", "/classes/lop").json
    assert [(each["number"], each["sandbox"]) for each in shown["seats"]] == [(1, "lop-01"), (2, "lop-02")]
    assert shown["board"].endswith("/__console/classes/lop")
    ask(server, "DELETE", "/sandboxes/lop-01")
    shown = ask(server, "GET", "/classes/lop").json
    assert [each["sandbox"] for each in shown["seats"]] == [None, "lop-02"]
    done = ask(server, "POST", "/classes/lop/actions", json={"do": "message", "text": "Ở"}).json
    assert done == {"do": "message", "seats": [2]}
    server.country.store.close()


@pytest.mark.parametrize(("change", "wrong"), [
    ({"retired_procedures": ["1.001731"]}, []), ({"retired_procedures": [1]}, ["/retired_procedures/0"]),
    ({"retired_procedures": "1.001731"}, ["/retired_procedures"]),
    ({"retired_procedures": None}, ["/retired_procedures"]),
    ({"reply_oddities": None}, []), ({"reply_oddities": ["khong-co"]}, ["/reply_oddities/0"]),
    ({"pull_limit": 1.5}, ["/pull_limit"]), ({"access_key": None}, []), ({"access_key": 1}, ["/access_key"]),
    ({"host_name": None}, ["/host_name"]),
    ({"host_name": 1, "pull_limit": "x"}, ["/host_name", "/pull_limit"]),
])  # fmt: skip
def test_a_setting_is_taken_in_its_kind_and_every_wrong_one_is_named(
    visitor: Visitor, change: dict[str, Any], wrong: list[str]
) -> None:
    assert sorted(pointers(visitor.http.patch("/__admin/settings", json=change))) == wrong
    now = visitor.http.get("/__admin/settings").json
    assert [name for name, value in change.items() if now[name] == value] == ([] if wrong else list(change))


@pytest.mark.parametrize(("wish", "wrong"), [
    ({}, []), ({"times": 1}, []), ({"times": 0}, ["times"]), ({"times": None}, []), ({"nth": [1]}, []),
    ({"nth": [0]}, ["nth/0"]), ({"probability": 1}, []), ({"probability": 1.01}, ["probability"]),
    ({"probability": 0}, []), ({"probability": -0.01}, ["probability"]),
    ({"ttl_ms": 1}, []), ({"ttl_ms": 0}, ["ttl_ms"]),
    ({"fault": "khong-co"}, ["fault"]), ({"params": 1}, ["params"]), ({"times": True}, ["times"]),
])  # fmt: skip
def test_a_fault_is_armed_within_its_bounds(visitor: Visitor, wish: dict[str, Any], wrong: list[str]) -> None:
    reply = visitor.http.post("/__admin/faults", json={"faults": [{"fault": "gateway-503", **wish}]})
    assert pointers(reply) == [f"/faults/0/{each}" for each in wrong], reply.text
    armed = visitor.http.get("/__admin/faults").json["faults"]
    assert len(armed) == (not wrong)
    if not wrong:
        shown = {"on": "*", "times": None, **{name: each for name, each in wish.items() if name in ("times", "on")}}
        assert {name: armed[0].get(name) for name in shown} == shown
