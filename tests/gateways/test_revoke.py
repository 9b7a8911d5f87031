"""``POST /revoke`` (src:apim-revoke)."""

from __future__ import annotations

import pytest

from emulator.country.settings import PROFILES, Profile
from tests.conftest import Visitor
from tests.gateways.desk import Desk, basic

DATE = ("Date", "Sat, 05 Sep 2026 16:00:00 GMT")
FIRM = [("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff"), ("X-XSS-Protection", "1; mode=block")]
CACHE = [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
HTML, SCRIPT = ("Content-Type", "text/html"), ("Content-Type", "application/javascript")
CHALLENGE = ("WWW-Authenticate", "Basic realm=api.ngsp.gov.vn")
NO_TOKEN = b'{"error_description":"Invalid revocation request","error":"invalid_request"}'
NO_CLIENT = b'{"error_description":"Client Authentication failed.","error":"invalid_client"}'


@pytest.mark.parametrize("profile", PROFILES)
def test_a_revoked_token_opens_nothing_and_the_next_one_is_new(visitor: Visitor, profile: Profile) -> None:
    desk = Desk(visitor, profile)
    token = desk.token()
    reply = desk.post_form("/revoke", f"token={token}")
    assert (reply.status_code, reply.data) == (200, b"")
    refresh = reply.headers["RevokedRefreshToken"]
    named = [
        ("RevokedAccessToken", token),
        ("RevokedRefreshToken", refresh),
        ("AuthorizedUser", "admin@carbon.super"),
    ]
    assert list(reply.headers) == [*FIRM, *CACHE, *named, HTML, DATE]
    refused = desk.push({"Authorization": f"Bearer {token}"})
    assert refused.status_code == 401
    assert b"900901" in refused.data
    fresh = desk.token()
    assert fresh != token
    assert desk.token() == fresh
    assert desk.push({"Authorization": f"Bearer {fresh}"}).status_code == 200


@pytest.mark.parametrize("ending", ["unknown", "expired", "revoked"])
def test_a_token_that_opens_nothing_is_revoked_without_a_name(visitor: Visitor, ending: str) -> None:
    desk = Desk(visitor)
    token = desk.token()
    if ending == "unknown":
        token = "0" * 36
    elif ending == "revoked":
        desk.post_form("/revoke", f"token={token}")
    else:
        desk.wait(3600)
    reply = desk.post_form("/revoke", f"token={token}")
    assert (reply.status_code, reply.data) == (200, b"")
    assert list(reply.headers)[:-1] == [*FIRM, *CACHE, HTML]


def test_a_token_of_another_pair_stays_alive(visitor: Visitor) -> None:
    desk = Desk(visitor)
    token = desk.token(kind="sandbox")
    reply = desk.post_form("/revoke", f"token={token}")
    assert "RevokedAccessToken" not in reply.headers
    assert desk.push({"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize(
    ("form", "pair", "status", "body", "headers"),
    [
        ("x=1", "right", 400, NO_TOKEN, [*FIRM, HTML, DATE]),
        ("token=", "right", 400, NO_TOKEN, [*FIRM, HTML, DATE]),
        ("token=a", "wrong", 401, NO_CLIENT, [*FIRM, CHALLENGE, HTML, DATE]),
        ("token=a", "unknown", 401, NO_CLIENT, [*FIRM, CHALLENGE, HTML, DATE]),
        ("callback=fn", "right", 400, b"fn(" + NO_TOKEN + b");", [*FIRM, SCRIPT, DATE]),
        ("token=a&callback=fn", "wrong", 401, b"fn(" + NO_CLIENT + b");", [*FIRM, CHALLENGE, SCRIPT, DATE]),
        ("token=a&callback=fn", "right", 200, b"fn();", [*FIRM, *CACHE, SCRIPT, DATE]),
    ],
)
def test_revocation_answers_as_the_product(
    visitor: Visitor, form: str, pair: str, status: int, body: bytes, headers: list[tuple[str, str]]
) -> None:
    desk = Desk(visitor)
    key = desk.pair()[0]
    given = {"right": desk.basic(), "wrong": basic(key, "x"), "unknown": basic("nobody", "x")}[pair]
    reply = desk.post_form("/revoke", form, given)
    assert (reply.status_code, reply.data, list(reply.headers)) == (status, body, headers)
    assert desk.last()["operation"] == "ndxp.revoke"


def test_revoke_takes_post_alone(visitor: Visitor) -> None:
    reply = Desk(visitor).ask("GET", "/revoke")
    assert (reply.status_code, reply.data) == (405, b"")
