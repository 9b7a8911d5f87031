"""Tokens that die, are not renewed or look different; files that are not what they should be; arming itself."""

from __future__ import annotations

import email.utils
from pathlib import Path
from typing import Any

import pytest

from tests.builders import dossier
from tests.conftest import Visitor
from tests.faults.arming import arm, wish
from tests.gateways.axis.axis import link
from tests.portal.portal_client import Portal

_ROOT = Path(__file__).resolve().parents[2]


def _push(visitor: Visitor, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    return visitor.http.post("/apiBTXH/1.0/DongBoDVC", json=dossier(), headers=headers).status_code


def _advance(visitor: Visitor, by: str) -> None:
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": by})


@pytest.mark.parametrize("name", ["token-expired", "token-revoked"])
def test_a_token_that_died_is_dead_and_a_new_one_works(visitor: Visitor, name: str) -> None:
    token = visitor.token()
    arm(visitor, wish(name, "btxh.*", nth=[2]))
    assert [_push(visitor, token) for _ in range(3)] == [200, 401, 401]
    struck = visitor.journal()[-2]
    assert (struck["fault"], struck["outcome"]) == (name, "refused")
    renewed = visitor.token()
    assert renewed != token
    assert _push(visitor, renewed) == 200


def test_a_session_of_the_portal_expires_in_the_middle_of_a_batch(visitor: Visitor) -> None:
    portal = Portal(visitor)
    session = portal.session()
    arm(visitor, wish("token-expired", "dvcqg.mapi.*", nth=[2]))
    codes = [portal.call("LayDanhSachTTHC", session).json["error_code"] for _ in range(3)]
    assert codes == [0, -2, -2]
    assert portal.call("LayDanhSachTTHC").json["error_code"] == 0


def test_a_token_of_the_papers_service_expires(visitor: Visitor) -> None:
    portal = Portal(visitor)
    token = portal.papers_token()
    arm(visitor, wish("token-expired", "dvcqg.papers.find"))
    assert portal.papers(token).json["errorCode"] == "-2"


def test_a_token_lives_shorter_than_it_says(visitor: Visitor) -> None:
    arm(visitor, wish("token-short-lived", "ndxp.token", {"life_s": 30}))
    reply = visitor.http.post("/token", data={"grant_type": "client_credentials"}, headers=visitor.basic()).json
    assert reply["expires_in"] >= 3599
    assert _push(visitor, reply["access_token"]) == 200
    _advance(visitor, "PT31S")
    assert _push(visitor, reply["access_token"]) == 401


@pytest.mark.parametrize("kind", ["bearer", "BEARER", "mac", "JWT"])
def test_a_token_of_another_type_still_works(visitor: Visitor, kind: str) -> None:
    arm(visitor, wish("token-type", "ndxp.token", {"type": kind}))
    reply = visitor.http.post("/token", data={"grant_type": "client_credentials"}, headers=visitor.basic()).json
    assert reply["token_type"] == kind
    assert _push(visitor, reply["access_token"]) == 200


def test_a_renewal_is_refused_at_both_doors(visitor: Visitor) -> None:
    arm(visitor, wish("renewal-refused", "*", nth=[2]))
    grant = {"data": {"grant_type": "client_credentials"}, "headers": visitor.basic()}
    replies = [visitor.http.post("/token", **grant) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 401, 200]
    assert replies[1].json["error"] == "invalid_client"
    portal = Portal(visitor)
    arm(visitor, wish("renewal-refused", "dvcqg.mapi.login"))
    assert portal.log_in().json["error_code"] == -2


def test_a_clock_is_off_and_tokens_of_a_fast_one_end_early(visitor: Visitor) -> None:
    visitor.http.put("/__admin/clock", json={"action": "freeze"})
    arm(visitor, wish("clock-skew", "ndxp.token", {"skew_s": 1800}))
    reply = visitor.http.post("/token", data={"grant_type": "client_credentials"}, headers=visitor.basic())
    straight = visitor.http.get("/nowhere")
    dates = [email.utils.parsedate_to_datetime(each.headers["Date"]) for each in (reply, straight)]
    assert (dates[0] - dates[1]).total_seconds() == 1800
    assert len(reply.headers.getlist("Date")) == 1
    _advance(visitor, "PT31M")
    assert _push(visitor, reply.json["access_token"]) == 401


def _downloaded(visitor: Visitor, name: str, **params: Any) -> tuple[bytes, dict[str, str]]:
    arm(visitor, wish(name, "province.download", params))
    reply = visitor.http.get(link())
    assert reply.status_code == 200
    assert reply.headers["Content-Length"] == str(len(reply.data))
    assert visitor.journal()[-1]["fault"] == name
    assert visitor.journal()[-1]["response"]["bytesSent"] == len(reply.data)
    return reply.data, dict(reply.headers)


def test_files_arrive_that_are_not_the_papers_they_should_be(visitor: Visitor) -> None:
    whole = visitor.http.get(link()).data
    assert _downloaded(visitor, "truncated-file", percent=30)[0] == whole[: len(whole) * 30 // 100]
    assert _downloaded(visitor, "empty-file")[0] == b""
    other, _ = _downloaded(visitor, "wrong-file")
    assert other.startswith(b"%PDF-")
    assert other != whole
    page, headers = _downloaded(visitor, "html-file")
    assert headers["Content-Type"] == "text/html"
    assert page.startswith(b"<html>")


def test_the_test_file_of_virus_scanners_stands_nowhere_in_the_source(visitor: Visitor) -> None:
    virus, _ = _downloaded(visitor, "virus-like-file")
    assert len(virus) == 68
    assert not [path for path in (_ROOT / "emulator").rglob("*.py") if virus in path.read_bytes()]


def test_faults_strike_by_number_times_luck_and_for_a_while(visitor: Visitor) -> None:
    def struck(calls: int, **more: Any) -> list[int]:
        arm(visitor, wish("gateway-502", "btxh.*", **more))
        token = visitor.token()
        return [place for place in range(1, calls + 1) if _push(visitor, token) == 502]

    assert struck(5, nth=[2, 4]) == [2, 4]
    assert struck(5, times=3) == [1, 2, 3]
    lucky = struck(30, probability=0.5, seed=7)
    assert 5 < len(lucky) < 25
    arm(visitor, wish("gateway-502", "btxh.*", ttl_ms=60_000))
    token = visitor.token()
    before = _push(visitor, token)
    _advance(visitor, "PT61S")
    assert (before, _push(visitor, token)) == (502, 200)


def test_luck_is_the_same_whenever_the_story_is_told(visitor: Visitor) -> None:
    told = []
    for _ in range(2):
        visitor.http.post("/__admin/reset")
        arm(visitor, wish("gateway-502", "btxh.*", probability=0.5))
        token = visitor.token()
        told.append([_push(visitor, token) for _ in range(12)])
    assert told[0] == told[1]
    assert set(told[0]) == {200, 502}


def test_armed_faults_are_listed_counted_and_end_with_a_reset(visitor: Visitor) -> None:
    arm(visitor, wish("gateway-502", "btxh.*"), wish("delay", params={"ms": 0}, times=1))
    token = visitor.token()
    _push(visitor, token)
    listed = visitor.http.get("/__admin/faults").json["faults"]
    assert [(each["fault"], each["fired"]) for each in listed] == [("gateway-502", 1), ("delay", 1)]
    visitor.http.delete(f"/__admin/faults?id={listed[0]['id']}")
    assert _push(visitor, token) == 200
    added = visitor.http.post("/__admin/faults", json={"faults": [wish("gateway-503", "btxh.*")]}).json["faults"]
    assert [each["fault"] for each in added] == ["delay", "gateway-503"]
    visitor.http.post("/__admin/sandboxes/default/reset")
    assert visitor.http.get("/__admin/faults").json["faults"] == []


def test_a_fault_of_one_sandbox_does_not_strike_another(visitor: Visitor) -> None:
    visitor.http.post("/__admin/sandboxes", json={"id": "khac"})
    wishes = {"faults": [wish("gateway-502", "ndxp.token")]}
    assert visitor.http.put("/__admin/sandboxes/khac/faults", json=wishes).status_code == 200
    grant = {"data": {"grant_type": "client_credentials"}}
    assert visitor.http.post("/s/khac/token", **grant, headers=visitor.basic(sandbox="khac")).status_code == 502
    assert visitor.http.post("/token", **grant, headers=visitor.basic()).status_code == 200


def test_growing_delays_grow_and_random_ones_are_drawn(visitor: Visitor) -> None:
    token = visitor.token()
    growing = {"first_ms": 1, "step_ms": 2, "most_ms": 4}
    arm(visitor, wish("delay-growing", "btxh.*", growing))
    for _ in range(3):
        _push(visitor, token)
    assert [entry["timing"]["addedDelay"] for entry in visitor.journal()[-3:]] == [1, 3, 4]
    arm(visitor, wish("delay-log-normal", "btxh.*", {"median_ms": 5, "sigma": 1.0}))
    for _ in range(5):
        _push(visitor, token)
    assert len({entry["timing"]["addedDelay"] for entry in visitor.journal()[-5:]}) > 1


@pytest.mark.parametrize(
    ("wrong", "pointer", "says"),
    [
        ({"fault": "dealy"}, "/faults/0/fault", "no such name; nearest: 'delay'"),
        ({"fault": "x"}, "/faults/0/fault", "must be one of: EMPTY_RESPONSE"),
        (wish("delay", params={"msec": 1}), "/faults/0/params/msec", "there are: ms"),
        (wish("delay", params={"ms": "1"}), "/faults/0/params/ms", "must be of type integer"),
        (wish("delay", params={"ms": True}), "/faults/0/params/ms", "must be of type integer"),
        (wish("delay", params={"ms": -1}), "/faults/0/params/ms", "must be from 0 to 600000"),
        (wish("reply-lost", params={"ending": "x"}), "/faults/0/params/ending", "hang, close, reset"),
        (wish("EMPTY_RESPONSE", params={"served": 1}), "/faults/0/params/served", "boolean"),
        (wish("token-type", "btxh.*"), "/faults/0/on", "ndxp.token"),
        (wish("delay", nth=[0]), "/faults/0/nth/0", "at least 1"),
        (wish("delay", probability=2), "/faults/0/probability", "at most 1"),
        (wish("delay", often=2), "/faults/0/often", "no such name"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_refused_by_name(
    visitor: Visitor, wrong: dict[str, Any], pointer: str, says: str
) -> None:
    reply = visitor.http.put("/__admin/faults", json={"faults": [wrong]})
    assert reply.status_code == 422
    (fault,) = reply.json["errors"]
    assert fault["pointer"] == pointer
    assert says in fault["en"]
