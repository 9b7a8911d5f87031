"""Fault bodies, codes and the choice of format.

Sources: src:apim-faults, src:apim-security-codes, src:apim-transport, src:apim-auth-header, src:apim-key-types.
"""

from __future__ import annotations

from typing import Any

import pytest

from emulator.country.settings import PROFILES, Profile
from emulator.country.world import World
from emulator.gateways.ndxp.gateway import NdxpGateway
from emulator.kernel.exchange import Call, Reply
from emulator.services.interface import Interface
from emulator.services.service import Api, Both, Operation, Service
from tests.conftest import Visitor
from tests.gateways.desk import PUSH, Desk

DATE = ("Date", "Sat, 05 Sep 2026 16:00:00 GMT")
XML, JSON = "application/xml; charset=UTF-8", "application/json; charset=UTF-8"
OLD = ("apim-2.6", "apim-3.2")
CHALLENGES = {
    "apim-2.6": 'OAuth2 realm="WSO2 API Manager"',
    "apim-3.2": (
        'OAuth2 realm="WSO2 API Manager", error="invalid_token", error_description="The access token expired"'
    ),
    "apim-4.x": (
        'Bearer realm="WSO2 API Manager", error="invalid_token", error_description="The provided token is invalid"'
    ),
}
NEW_MISSING = (
    "Invalid Credentials. Make sure your API invocation call has a header: 'Authorization : Bearer ACCESS_TOKEN' or "
    "'Authorization : Basic ACCESS_TOKEN' or 'apikey: API_KEY'"
)
MISSING = {
    "apim-2.6": (
        "Required OAuth credentials not provided. Make sure your API invocation call has a header: "
        '"Authorization: Bearer ACCESS_TOKEN"'
    ),
    "apim-3.2": NEW_MISSING,
    "apim-4.x": NEW_MISSING,
}
FAILURE = "Access failure for API: /apiBTXH/1.0, version: 1.0 status: ({0}) - {1}"
NEW_INVALID = (
    FAILURE.format(900901, "Invalid Credentials") + ". Make sure you have provided the correct security credentials"
)
INVALID = {
    "apim-2.6": FAILURE.format(900901, "Invalid Credentials") + ". Make sure you have given the correct access token",
    "apim-3.2": NEW_INVALID,
    "apim-4.x": NEW_INVALID,
}
BLOCKED, INACTIVE = "The requested API is temporarily blocked", "The subscription to the API is inactive"
FORBIDDEN = {
    **dict.fromkeys(OLD, FAILURE.format(900908, "Resource forbidden ")),
    "apim-4.x": "User is NOT authorized to access the Resource. API Subscription validation failed.",
}


def ams(code: int, message: str, description: str) -> str:
    return (
        f'<ams:fault xmlns:ams="http://wso2.org/apimanager/security"><ams:code>{code}</ams:code>'
        f"<ams:message>{message}</ams:message><ams:description>{description}</ams:description></ams:fault>"
    )


def am(code: int, message: str, description: str) -> str:
    return (
        f'<am:fault xmlns:am="http://wso2.org/apimanager"><am:code>{code}</am:code><am:type>Status report</am:type>'
        f"<am:message>{message}</am:message><am:description>{description}</am:description></am:fault>"
    )


# name: (settings, token, status, code, message, description by profile)
SECURITY: dict[str, tuple[dict[str, Any], str, int, int, str, dict[str, str]]] = {
    "no token": ({}, "", 401, 900902, "Missing Credentials", MISSING),
    "unknown token": ({}, "Bearer nothing", 401, 900901, "Invalid Credentials", INVALID),
    "blocked": (
        {"subscription": "blocked"},
        "own",
        401,
        900907,
        BLOCKED,
        dict.fromkeys(PROFILES, FAILURE.format(900907, BLOCKED)),
    ),
    "not subscribed": ({"subscription": "none"}, "own", 403, 900908, "Resource forbidden ", FORBIDDEN),
    "inactive": (
        {"subscription": "inactive"},
        "own",
        401,
        900909,
        INACTIVE,
        dict.fromkeys(PROFILES, FAILURE.format(900909, INACTIVE)),
    ),
    "no token wins over no subscription": (
        {"subscription": "none"},
        "Bearer nothing",
        401,
        900901,
        "Invalid Credentials",
        INVALID,
    ),
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", SECURITY)
def test_security_faults_say_what_the_release_says(visitor: Visitor, profile: Profile, name: str) -> None:
    """NDXP-1.2.1-05."""
    settings, token, status, code, message, by_profile = SECURITY[name]
    desk, description = Desk(visitor, profile, **settings), by_profile[profile]
    value = f"Bearer {desk.token()}" if token == "own" else token
    reply = desk.push({"Authorization": value, "Accept": "*/*"} if value else {})
    flat = {"code": str(code), "message": message, "description": description}
    assert reply.status_code == status
    assert reply.headers.get("WWW-Authenticate") == (CHALLENGES[profile] if status == 401 else None)
    if profile == "apim-4.x":
        assert (reply.content_type, list(reply.json.items())) == (JSON, list(flat.items()))
    else:
        assert (reply.content_type, reply.data.decode()) == (XML, ams(code, message, description))
        told = desk.push({"Authorization": value, "Accept": "application/json"} if value else {"Accept": JSON[:16]})
        assert list(told.json["fault"].items()) == list({**flat, "code": code}.items())


@pytest.mark.parametrize("ending", ["expired", "other sandbox", "reset"])
def test_a_token_that_has_ended_is_invalid(visitor: Visitor, ending: str) -> None:
    desk = Desk(visitor)
    token = Desk(visitor, "apim-2.6").token() if ending == "other sandbox" else desk.token()
    if ending == "expired":
        desk.wait(3600)
    elif ending == "reset":
        visitor.country.sandboxes.reset(visitor.country.sandboxes.get(desk.id))
    assert b"<ams:code>900901</ams:code>" in desk.push({"Authorization": f"Bearer {token}"}).data


def test_the_journal_knows_whose_token_had_expired(visitor: Visitor) -> None:
    desk = Desk(visitor)
    token = desk.token()
    desk.wait(3600)
    desk.push({"Authorization": f"Bearer {token}"})
    assert desk.last()["consumer"] == desk.pair()[0]
    desk.push({"Authorization": "Bearer khong-ai-biet"})
    assert desk.last()["consumer"] is None


def test_a_token_is_good_to_its_last_millisecond(visitor: Visitor) -> None:
    desk = Desk(visitor)
    token = desk.token()
    desk.wait(3599.999)
    assert desk.push({"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("Bearer {}", 200),
        ("Bearer   {}", 200),
        ('Bearer "{}"', 200),
        ("Basic abc, Bearer {}", 200),
        ("Bearer {} more", 200),
        ("bearer {}", 401),
        ("Bearer", 401),
        ("{}", 401),
        ("Token {}", 401),
    ],
)
def test_the_header_is_split_as_the_product_splits_it(visitor: Visitor, value: str, status: int) -> None:
    desk = Desk(visitor)
    reply = desk.push({"Authorization": value.format(desk.token())})
    assert reply.status_code == status
    assert (b"900902" in reply.data) is (status != 200)


ACCEPTS = [
    (None, XML),
    ("*/*", XML),
    ("application/json", JSON),
    ("application/json, text/plain, */*", XML),
    ("application/json;q=0.9", XML),
    ("application/json; charset=UTF-8", XML),
    ("text/xml", "text/xml; charset=UTF-8"),
    ("application/xml", XML),
    ("text/html, image/gif, image/jpeg, */*; q=0.2", XML),
]


@pytest.mark.parametrize("profile", OLD)
@pytest.mark.parametrize(("accept", "kind"), ACCEPTS)
def test_accept_is_compared_as_one_whole_string(
    visitor: Visitor, profile: Profile, accept: str | None, kind: str
) -> None:
    reply = Desk(visitor, profile).push({} if accept is None else {"Accept": accept})
    assert reply.content_type == kind
    assert reply.data.startswith(b"{" if kind == JSON else b"<ams:fault")


@pytest.mark.parametrize(
    ("method", "sent", "accept", "kind"),
    [
        ("GET", None, "application/json", XML),
        ("DELETE", "application/json", "application/json", XML),
        ("POST", "application/json", "application/xml", JSON),
        ("PUT", "application/json; charset=utf-8", None, JSON),
        ("PATCH", "application/json", None, JSON),
        ("POST", "text/xml", "application/json", XML),
        ("POST", None, "application/json", XML),
    ],
)
@pytest.mark.parametrize("profile", OLD)
def test_other_faults_follow_the_request_and_not_accept(
    visitor: Visitor, profile: Profile, method: str, sent: str | None, accept: str | None, kind: str
) -> None:
    headers = {"Accept": accept} if accept else {}
    reply = Desk(visitor, profile).ask(method, "/nowhere", data="x", content_type=sent, headers=headers)
    assert reply.content_type == kind
    says = "The requested resource is not available."
    if kind == XML:
        assert reply.data.decode() == am(404, "Not Found", says)
    else:
        fault = f'"code":404,"type":"Status report","message":"Not Found","description":"{says}"'
        assert reply.data.decode() == f'{{"fault":{{{fault}}}}}'


@pytest.mark.parametrize(
    ("method", "sent", "kind"),
    [("GET", None, JSON), ("POST", "application/json", JSON), ("POST", None, JSON), ("POST", "text/xml", XML)],
)
def test_the_newest_release_is_flat(visitor: Visitor, method: str, sent: str | None, kind: str) -> None:
    reply = Desk(visitor, "apim-4.x").ask(method, "/nowhere", data="x", content_type=sent, headers={"Accept": XML})
    says = "The requested resource is not available."
    expected = (
        f'{{"code":"404","type":"Status report","message":"Not Found","description":"{says}"}}'
        if kind == JSON
        else "<jsonObject><code>404</code><type>Status report</type><message>Not Found</message>"
        f"<description>{says}</description></jsonObject>"
    )
    assert (reply.content_type, reply.data.decode()) == (kind, expected)


ROUTING = [
    ("POST", "/nowhere", 404, "Not Found", "The requested resource is not available."),
    ("POST", "/apiBTXH/2.0/DongBoDVC", 404, "Not Found", "The requested resource is not available."),
    ("POST", "/apiBTXH/1.0/KhongCo", 404, "Runtime Error", "No matching resource found for given API Request"),
    ("POST", "/apiBTXH/1.0/dongbodvc", 404, "Runtime Error", "No matching resource found for given API Request"),
    ("POST", "/apiBTXH/1.0", 404, "Runtime Error", "No matching resource found for given API Request"),
    ("PUT", PUSH, 405, "Runtime Error", "Method not allowed for given API resource"),
]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(("method", "path", "status", "message", "description"), ROUTING)
def test_routing_comes_before_the_token_and_is_unmatched(
    visitor: Visitor, profile: Profile, method: str, path: str, status: int, message: str, description: str
) -> None:
    desk = Desk(visitor, profile)
    reply = desk.ask(method, path, json={})
    fault = reply.json if profile == "apim-4.x" else reply.json["fault"]
    code = str(status) if profile == "apim-4.x" else status
    assert (reply.status_code, list(fault.values())) == (status, [code, "Status report", message, description])
    assert "Allow" not in reply.headers
    assert (desk.last()["outcome"], desk.last()["operation"]) == ("unmatched", None)


def test_a_verb_that_is_wrong_gets_xml_when_it_brings_no_body(visitor: Visitor) -> None:
    reply = Desk(visitor).ask("GET", PUSH)
    expected = am(405, "Runtime Error", "Method not allowed for given API resource")
    assert (reply.status_code, reply.data.decode()) == (405, expected)


@pytest.mark.parametrize(("profile", "status"), [("apim-2.6", 404), ("apim-3.2", 200), ("apim-4.x", 404)])
def test_the_front_page_is_shown_by_3x_alone(visitor: Visitor, profile: Profile, status: int) -> None:
    reply = Desk(visitor, profile).ask("GET", "/")
    assert reply.status_code == status
    assert (b"Welcome to APIM" in reply.data) is (status == 200)


def test_http_is_refused_when_only_https_is_open(visitor: Visitor) -> None:
    desk = Desk(visitor, https_only=True)
    fault = desk.push({}).json["fault"]
    says = "Unsupported Transport [ http ]. The requested resource is not available."
    assert list(fault.values()) == [403, "Status report", "Forbidden", says]
    assert desk.push(base_url="https://localhost").status_code == 200


BLOCKED_API = "This API has been blocked temporarily. Please try again later or contact the system administrators."


@pytest.mark.parametrize(
    ("profile", "body"),
    [
        *(
            (profile, f'{{"fault":{{"code":700700,"message":"API blocked","description":"{BLOCKED_API}"}}}}')
            for profile in OLD
        ),
        ("apim-4.x", f'{{"code":"700700","type":"API blocked","description":"{BLOCKED_API}"}}'),
    ],
)
def test_a_blocked_api_answers_503(visitor: Visitor, profile: Profile, body: str) -> None:
    reply = Desk(visitor, profile, api_state="blocked").push({})
    assert (reply.status_code, reply.data.decode()) == (503, body)


def test_a_retired_api_is_not_there(visitor: Visitor) -> None:
    assert Desk(visitor, api_state="retired").push({}).json["fault"]["message"] == "Not Found"


@pytest.mark.parametrize(("kind", "word"), [("sandbox", "Sandbox"), ("production", "Production")])
def test_a_key_without_an_endpoint_is_refused_after_the_token(visitor: Visitor, kind: str, word: str) -> None:
    """NDXP-A10-01."""
    desk = Desk(visitor, missing_endpoint=kind)
    reply = desk.push({"Authorization": f"Bearer {desk.token(kind=kind)}"})
    says = f"{word} key offered to the API with no {kind} endpoint"
    assert reply.status_code == 403
    assert list(reply.json["fault"].values()) == [900901, "Status report", "Runtime Error", says]
    other = "production" if kind == "sandbox" else "sandbox"
    assert desk.push({"Authorization": f"Bearer {desk.token(kind=other)}"}).status_code == 200


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ("apim-2.6", '"AccessKey: Bearer ACCESS_TOKEN"'),
        ("apim-3.2", "'AccessKey : Bearer ACCESS_TOKEN' or 'AccessKey : Basic ACCESS_TOKEN' or 'apikey: API_KEY'"),
        ("apim-4.x", "'AccessKey : Bearer ACCESS_TOKEN' or 'AccessKey : Basic ACCESS_TOKEN' or 'apikey: API_KEY'"),
    ],
)
def test_a_renamed_header_is_the_only_one_that_counts(visitor: Visitor, profile: Profile, says: str) -> None:
    """NDXP-A9-01."""
    desk = Desk(visitor, profile, auth_header="AccessKey")
    token = desk.token()
    assert desk.push({"AccessKey": f"Bearer {token}"}).status_code == 200
    for headers in ({"Authorization": f"Bearer {token}"}, {"AccessKey": token}):
        reply = desk.push({**headers, "Accept": "application/json"})
        fault = reply.json.get("fault", reply.json)
        assert (str(fault["code"]), fault["description"].endswith(says)) == ("900902", True)


def test_a_renamed_header_finds_its_sandbox_without_a_prefix(visitor: Visitor) -> None:
    desk = Desk(visitor, auth_header="AccessKey")
    headers = {"AccessKey": f"Bearer {desk.token()}"}
    reply = visitor.http.post("/apiBTXH/1.0/DongBoDVC", data="x", headers=headers, content_type="application/json")
    assert reply.status_code == 200


def test_everything_a_client_can_ask_for_is_listed_for_near_misses() -> None:
    def answer(call: Call, world: World) -> Reply:
        raise AssertionError

    def interface() -> Interface:
        raise AssertionError

    operation = Operation("btxh.x", "BTXH 3.1.1", Both("Đẩy", "Push"), "/DongBoDVC", answer)
    api = Api("BTXH", "apiBTXH", "1.0")
    listed = NdxpGateway((Service("x", Both("X", "X"), "BTXH", api, (operation,), interface),)).operations()
    assert [tuple(each) for each in listed] == [
        ("ndxp.token", "POST", "/token", "BTXH 2.1.1"),
        ("ndxp.revoke", "POST", "/revoke", "apim-revoke"),
        ("btxh.x", "POST", PUSH, "BTXH 3.1.1"),
    ]
