"""Certification over HTTP: what can be asked when, and what is said when it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.app import Country
from tests.certification.stand import Stand
from tests.conftest import Visitor

PLAN = {"kit": "cong-ndxp", "product": {"name": "Một cửa", "version": "1", "vendor": "Đơn vị"}}


def refusal(visitor: Visitor, path: str, body: Any) -> tuple[int, str, list[str]]:
    reply = visitor.http.post(f"/__admin{path}", json=body)
    return reply.status_code, reply.json["code"], [each["pointer"] for each in reply.json["errors"]]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"plan": None}, "/plan"),
        ({"plan": {**PLAN, "kit": "cong-nxdp"}}, "/plan"),
        ({"plan": {**PLAN, "mdoe": "strict"}}, "/plan"),
        ({"plan": {"kit": "cong-ndxp"}}, "/plan"),
        ({"id": "khac"}, "/id"),
        ({"id": 7}, "/id"),
        ({"challenge": {"nonce": "x"}}, "/challenge"),
        ({"challenge": {"nonce": "x", "kit": "kho-dl", "kit_digest": "sha256:0"}}, "/challenge"),
        ({"them": 1}, "/them"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told_where_it_is_wrong(
    visitor: Visitor, change: dict[str, Any], pointer: str
) -> None:
    status, code, pointers = refusal(visitor, "/attempts", {"plan": PLAN} | change)
    assert (status, code, set(pointers)) == (422, "invalid", {pointer})


@pytest.mark.parametrize(
    ("begins", "ends"), [("2020-01-01T00:00:00+07:00", "2020-02-01T00:00:00+07:00"), ("2999-01-01T00:00:00+07:00", "")]
)
def test_a_challenge_is_taken_only_while_it_is_valid(visitor: Visitor, begins: str, ends: str) -> None:
    kits = {each["id"]: each for each in visitor.http.get("/__admin/kits").json["kits"]}
    challenge = {"nonce": "x", "kit": "cong-ndxp", "kit_digest": kits["cong-ndxp"]["digest"]}
    told = {**challenge, "valid_from": begins, "valid_to": ends}
    assert refusal(visitor, "/attempts", {"plan": PLAN, "challenge": told})[2] == ["/challenge"]


def test_scenes_come_one_after_the_other_and_a_closed_attempt_takes_nothing(country: Country) -> None:
    stand = Stand(country, "cong-ndxp")
    path = f"/attempts/{stand.id}"
    assert refusal(stand.visitor, f"{path}/end", {})[:2] == (409, "wrong-moment")
    stand.admin("POST", f"{path}/begin")
    assert refusal(stand.visitor, f"{path}/begin", {})[:2] == (409, "wrong-moment")
    assert refusal(stand.visitor, f"{path}/end", {"how": "hay"})[2] == ["/how"]
    assert refusal(stand.visitor, f"{path}/end", {"isolation": "tường"})[2] == ["/isolation"]
    stand.admin("POST", f"{path}/end", {"how": "broken-off"})
    again = stand.admin("POST", f"{path}/begin")
    assert again["task"]["no"] == 1
    stand.admin("POST", f"{path}/end")
    stand.admin("POST", f"{path}/close")
    for verb in ("begin", "close", "end", "greet"):
        assert refusal(stand.visitor, f"{path}/{verb}", {})[:2] == (409, "wrong-moment")
    report = stand.report()
    assert [each["no"] for each in report["played_again"]] == [1]


def test_an_attempt_is_told_by_what_arrived_and_what_is_missing(country: Country) -> None:
    stand = Stand(country, "cong-ndxp")
    stand.admin("POST", f"/attempts/{stand.id}/begin")
    address = stand.context["base_url"].removeprefix("http://localhost")
    stand.visitor.http.post(f"{address}/token", data={"grant_type": "client_credentials"})
    scene = stand.admin("GET", f"/attempts/{stand.id}")["scene"]
    assert [(each["operation"], each["status"]) for each in scene["arrived"]] == [("ndxp.token", 401)]
    assert scene["missing"]
    assert all(each["vi"] and each["en"] for each in scene["missing"])


@pytest.mark.parametrize("verb", ["begin", "end", "close", "greet", "declare"])
def test_an_attempt_that_is_not_there_is_named(visitor: Visitor, verb: str) -> None:
    body = {"test": "NDXP-AT-01", "by": "x", "statement": "y"} if verb == "declare" else {}
    assert refusal(visitor, f"/attempts/luot-khong-co/{verb}", body)[:2] == (404, "no-such-attempt")
    assert refusal(visitor, f"/attempts/default/{verb}", body)[:2] == (404, "no-such-attempt")


def test_only_what_a_person_may_declare_is_written_down(country: Country) -> None:
    stand = Stand(country, "cong-ndxp")
    told = {"test": "NDXP-TK-01", "by": "Người khai", "statement": "Đã xem"}
    assert refusal(stand.visitor, f"/attempts/{stand.id}/declare", told)[2] == ["/test"]


def test_nobody_chooses_its_own_answers_while_it_is_judged(country: Country) -> None:
    """Neither ``Prefer`` nor a magic value works in the sandbox of an attempt."""
    stand = Stand(country, "cong-ndxp")
    address = stand.context["base_url"].removeprefix("http://localhost")
    reply = stand.visitor.http.post(f"{address}/token", headers={"Prefer": "code=503"})
    assert reply.status_code != 503
    settings = stand.admin("GET", f"/sandboxes/{stand.id}/settings")
    assert (settings["prefer_header"], settings["magic_values"]) == (False, False)
