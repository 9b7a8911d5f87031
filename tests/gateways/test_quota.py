"""Throttling (src:apim-throttling): exact, per application or per subscription, in windows aligned to the clock."""

from __future__ import annotations

import pytest

from emulator.country.settings import PROFILES, Profile
from tests.conftest import Visitor
from tests.gateways.desk import Desk

SAYS = "You have exceeded your quota .You can access API after 2026-Sep-05 16:01:00+0000 UTC"
NEXT = "2026-Sep-05 16:01:00+0000 UTC"
XML = (
    '<amt:fault xmlns:amt="http://wso2.org/apimanager/throttling"><amt:code>{0}</amt:code>'
    "<amt:message>Message throttled out</amt:message>"
    f"<amt:description>{SAYS}</amt:description><amt:nextAccessTime>{NEXT}</amt:nextAccessTime></amt:fault>"
)
BODY = f'"message":"Message throttled out","description":"{SAYS}","nextAccessTime":"{NEXT}"'


@pytest.mark.parametrize(
    ("profile", "level", "accept", "body"),
    [
        ("apim-2.6", "application", "*/*", f'{{"fault":{{"code":900803,{BODY}}}}}'),
        ("apim-3.2", "subscription", "*/*", f'{{"fault":{{"code":900804,{BODY}}}}}'),
        ("apim-3.2", "application", "application/xml", XML.format(900803)),
        ("apim-4.x", "subscription", "application/xml", f'{{"code":"900804",{BODY}}}'),
        ("apim-4.x", "application", "*/*", f'{{"code":"900803",{BODY}}}'),
    ],
)
def test_a_call_over_the_limit_is_told_when_to_come_back(
    visitor: Visitor, profile: Profile, level: str, accept: str, body: str
) -> None:
    desk = Desk(visitor, profile, throttle_limit=1, throttle_level=level)
    headers = {"Authorization": f"Bearer {desk.token()}", "Accept": accept}
    assert desk.push(headers).status_code == 200
    reply = desk.push(headers)
    assert (reply.status_code, reply.data.decode()) == (429, body)
    assert reply.headers.get("Retry-After") == (None if profile == "apim-2.6" else "Sat, 05 Sep 2026 16:01:00 GMT")
    assert "WWW-Authenticate" not in reply.headers
    assert desk.last()["outcome"] == "refused"


@pytest.mark.parametrize("profile", PROFILES)
def test_the_limit_is_exact_and_the_window_follows_the_clock(visitor: Visitor, profile: Profile) -> None:
    desk = Desk(visitor, profile, throttle_limit=3)
    desk.wait(30)
    headers = {"Authorization": f"Bearer {desk.token()}"}
    assert [desk.push(headers).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    desk.wait(29.999)
    assert desk.push(headers).status_code == 429
    desk.wait(0.001)
    assert desk.push(headers).status_code == 200


def test_both_pairs_of_an_application_share_its_quota(visitor: Visitor) -> None:
    desk = Desk(visitor, throttle_limit=1)
    kinds = ("production", "sandbox")
    replies = [desk.push({"Authorization": f"Bearer {desk.token(kind=kind)}"}) for kind in kinds]
    assert [reply.status_code for reply in replies] == [200, 429]


def test_a_call_that_the_provider_refuses_has_used_its_share(visitor: Visitor) -> None:
    desk = Desk(visitor, throttle_limit=1)
    headers = {"Authorization": f"Bearer {desk.token()}"}
    refused = desk.ask("POST", "/apiBTXH/1.0/DongBoDVC", json={}, headers=headers)
    assert refused.json["error_code"] != 0
    assert desk.push(headers).status_code == 429


def test_a_bad_token_uses_no_quota_and_is_answered_first(visitor: Visitor) -> None:
    desk = Desk(visitor, throttle_limit=1)
    assert desk.push({}).status_code == 401
    headers = {"Authorization": f"Bearer {desk.token()}"}
    assert desk.push(headers).status_code == 200
    assert desk.push({}).status_code == 401


def test_another_sandbox_has_a_quota_of_its_own(visitor: Visitor) -> None:
    one, other = Desk(visitor, throttle_limit=1), Desk(visitor, "apim-2.6", throttle_limit=1)
    assert [desk.push().status_code for desk in (one, one, other)] == [200, 429, 200]
