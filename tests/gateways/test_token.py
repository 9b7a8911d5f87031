"""``POST /token``
(BTXH 2.1.1 to 2.1.3; src:apim-token-issue, src:apim-token-errors): what a client sees, byte for byte."""

from __future__ import annotations

import uuid

import pytest

from emulator.country.settings import PROFILES, Profile
from tests.conftest import Visitor
from tests.gateways.desk import Desk, basic

OLD = ("apim-2.6", "apim-3.2")
FIRM = [("X-Frame-Options", "DENY"), ("X-Content-Type-Options", "nosniff"), ("X-XSS-Protection", "1; mode=block")]
DATE = ("Date", "Sat, 05 Sep 2026 16:00:00 GMT")
CHALLENGE = ("WWW-Authenticate", "Basic realm=api.ngsp.gov.vn")
RAW = (
    "OAuthProblemException{{error='{0}', description='{1}', uri='null', state='null', scope='null', "
    "redirectUri='null', responseStatus=0, parameters={{}}}}"
)
MALFORMED = 'Error decoding authorization header. Space delimited \\"<authMethod> <base64Hash>\\" format violated.'


@pytest.mark.parametrize("profile", PROFILES)
def test_a_token_comes_with_the_headers_of_the_product_in_their_order(visitor: Visitor, profile: Profile) -> None:
    reply = Desk(visitor, profile).token_reply()
    assert reply.status_code == 200
    assert list(reply.headers) == [
        ("X-Frame-Options", "DENY"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Pragma", "no-cache"),
        ("X-XSS-Protection", "1; mode=block"),
        ("Content-Type", "application/json"),
        DATE,
    ]


@pytest.mark.parametrize(
    ("profile", "scope"),
    [
        ("apim-2.6", "am_application_scope default"),
        ("apim-3.2", "am_application_scope default"),
        ("apim-4.x", "default"),
    ],
)
def test_a_token_is_one_line_of_json_in_the_order_of_the_document(
    visitor: Visitor, profile: Profile, scope: str
) -> None:
    """NDXP-1.2.1-02, NDXP-2.1.3-01, NDXP-2.1.3-02, NDXP-2.1.3-03, NDXP-2.1.3-04."""
    reply = Desk(visitor, profile).token_reply()
    token = reply.json["access_token"]
    assert reply.data.decode() == (
        f'{{"access_token":"{token}","scope":"{scope}","token_type":"Bearer","expires_in":3600}}'
    )
    assert uuid.UUID(token).version == 3
    assert token == token.lower()


def test_the_same_token_is_given_while_it_lives_and_its_rest_is_rounded_down(visitor: Visitor) -> None:
    """NDXP-A1-03."""
    desk = Desk(visitor)
    first = desk.token_reply().json
    desk.wait(0.001)
    second = desk.token_reply().json
    desk.wait(3598)
    third = desk.token_reply().json
    assert [each["access_token"] for each in (second, third)] == [first["access_token"]] * 2
    assert [each["expires_in"] for each in (first, second, third)] == [3600, 3599, 1]


@pytest.mark.parametrize(("left_s", "is_new"), [(1.001, False), (1, True), (0, True), (-5, True)])
def test_a_new_token_is_made_in_the_last_second_of_the_old_one(visitor: Visitor, left_s: float, is_new: bool) -> None:
    desk = Desk(visitor)
    old = desk.token()
    desk.wait(3600 - left_s)
    fresh = desk.token_reply().json
    assert (fresh["access_token"] != old) is is_new
    assert fresh["expires_in"] == (3600 if is_new else 1)


def test_production_and_sandbox_keys_get_tokens_of_their_own(visitor: Visitor) -> None:
    """NDXP-A10-01."""
    desk = Desk(visitor)
    assert desk.token(kind="production") != desk.token(kind="sandbox")


@pytest.mark.parametrize(
    ("profile", "requested", "granted"),
    [
        *((profile, "", "am_application_scope default") for profile in OLD),
        *((profile, "device_1", "am_application_scope device_1") for profile in OLD),
        *((profile, "openid device_b device_a", "am_application_scope device_a device_b openid") for profile in OLD),
        *((profile, "anything", "am_application_scope default") for profile in OLD),
        ("apim-3.2", "other device_1 device_1", "am_application_scope device_1"),
        ("apim-4.x", "device_1 x", "device_1"),
        ("apim-4.x", "am_application_scope", "default"),
    ],
)
def test_scopes_are_narrowed_without_a_word_and_sorted(
    visitor: Visitor, profile: Profile, requested: str, granted: str
) -> None:
    reply = Desk(visitor, profile).token_reply(f"&scope={requested.replace(' ', '+')}")
    assert reply.json["scope"] == granted


def test_each_scope_has_a_token_of_its_own(visitor: Visitor) -> None:
    desk = Desk(visitor)
    assert len({desk.token(), desk.token("&scope=device_1"), desk.token("&scope=device_2")}) == 3
    assert desk.token("&scope=device_1") == desk.token("&scope=device_1")


@pytest.mark.parametrize(("profile", "seconds"), [("apim-2.6", 60), ("apim-3.2", 60), ("apim-4.x", 3600)])
def test_a_wished_lifetime_holds_for_a_new_token(visitor: Visitor, profile: Profile, seconds: int) -> None:
    desk = Desk(visitor, profile)
    assert desk.token_reply("&validity_period=60").json["expires_in"] == seconds
    assert desk.token_reply("&validity_period=7200").json["expires_in"] == seconds


def test_a_negative_lifetime_never_ends(visitor: Visitor) -> None:
    desk = Desk(visitor, token_lifetime_s=-1)
    first = desk.token_reply()
    assert first.data.endswith(b'"expires_in":9223372036854775}')
    desk.wait(10 * 365 * 86400)
    assert desk.token() == first.json["access_token"]
    assert desk.push({"Authorization": f"Bearer {desk.token()}"}).status_code == 200


def test_a_negative_wish_never_ends_either(visitor: Visitor) -> None:
    assert Desk(visitor).token_reply("&validity_period=-1").json["expires_in"] == 9223372036854775


def test_the_java_client_with_its_header_contenttype_is_served_and_noted(visitor: Visitor) -> None:
    desk = Desk(visitor)
    headers = {**desk.basic(), "ContentType": "application/x-www-form-urlencoded"}
    reply = desk.post_form("/token", "grant_type=client_credentials", headers)
    assert reply.status_code == 200
    assert desk.remarks() == ["B02"]


def test_an_lgsp_token_header_on_the_token_call_is_noted(visitor: Visitor) -> None:
    desk = Desk(visitor)
    reply = desk.post_form("/token", "grant_type=client_credentials", {**desk.basic(), "lgspaccesstoken": "e30="})
    assert reply.status_code == 200
    assert desk.remarks() == ["B01"]


def test_the_scheme_basic_is_known_in_any_case(visitor: Visitor) -> None:
    desk = Desk(visitor)
    header = desk.basic()["Authorization"].replace("Basic", "bAsIc")
    assert desk.post_form("/token", "grant_type=client_credentials", {"Authorization": header}).status_code == 200


def test_key_and_secret_are_not_url_decoded(visitor: Visitor) -> None:
    desk = Desk(visitor)
    key, secret = desk.pair()
    encoded = secret[:-1] + f"%{ord(secret[-1]):02X}"
    reply = desk.post_form("/token", "grant_type=client_credentials", basic(key, encoded))
    assert reply.status_code == 401


def oauth_error(description: str, error: str) -> str:
    return f'{{"error_description":"{description}","error":"{error}"}}'


NO_GRANT, BAD_GRANT = "Missing grant_type parameter value", "Unsupported grant_type value"
NOT_ALLOWED = "The authenticated client is not authorized to use this authorization grant type"
WRONG_SECRET = {"apim-2.6": "Client Authentication failed.", "apim-3.2": "Client Authentication failed."}
CC = "grant_type=client_credentials"
BOTH = "Request body and headers contain authorization information"

# name: (form, credentials, status, error_description by profile, error, profiles that challenge)
Case = tuple[str, str, int, dict[str, str], str, tuple[str, ...]]
EVERY = tuple(PROFILES)
FAILURES: dict[str, Case] = {
    "wrong secret": (
        CC,
        "wrong",
        401,
        {**WRONG_SECRET, "apim-4.x": "Client credentials are invalid."},
        "invalid_client",
        EVERY,
    ),
    "unknown client": (
        CC,
        "unknown",
        401,
        dict.fromkeys(EVERY, "A valid OAuth client could not be found for client_id: nobody"),
        "invalid_client",
        ("apim-4.x",),
    ),
    "no grant": (
        "scope=x",
        "right",
        400,
        {**dict.fromkeys(EVERY, NO_GRANT), "apim-2.6": RAW.format("invalid_request", NO_GRANT)},
        "invalid_request",
        (),
    ),
    "no grant wins over a bad pair": (
        "",
        "unknown",
        400,
        {**dict.fromkeys(EVERY, NO_GRANT), "apim-2.6": RAW.format("invalid_request", NO_GRANT)},
        "invalid_request",
        (),
    ),
    "unknown grant": (
        "grant_type=magic",
        "right",
        400,
        {**dict.fromkeys(EVERY, BAD_GRANT), "apim-2.6": RAW.format("unsupported_grant_type", BAD_GRANT)},
        "invalid_request",
        (),
    ),
    "grant not allowed": (
        "grant_type=password&username=u&password=p",
        "right",
        400,
        dict.fromkeys(EVERY, NOT_ALLOWED),
        "unauthorized_client",
        (),
    ),
    "a wrong secret wins over a grant that is not allowed": (
        "grant_type=password&username=u&password=p",
        "wrong",
        401,
        {**WRONG_SECRET, "apim-4.x": "Client credentials are invalid."},
        "invalid_client",
        EVERY,
    ),
    "secret in header and form": (
        f"{CC}&client_id=x&client_secret=y",
        "right",
        400,
        dict.fromkeys(EVERY, BOTH),
        "invalid_request",
        (),
    ),
    "an unknown client wins over two methods": (
        f"{CC}&client_id=x&client_secret=y",
        "unknown",
        401,
        dict.fromkeys(EVERY, "A valid OAuth client could not be found for client_id: nobody"),
        "invalid_client",
        ("apim-4.x",),
    ),
    "repeated field": (
        f"{CC}&{CC}",
        "unknown",
        400,
        dict.fromkeys(EVERY, "Invalid request with repeated parameters."),
        "invalid_request",
        (),
    ),
    "no pair at all": (
        CC,
        "none",
        401,
        {**WRONG_SECRET, "apim-4.x": "Unsupported Client Authentication Method!"},
        "invalid_client",
        EVERY,
    ),
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", FAILURES)
def test_a_token_is_refused_in_the_words_of_the_product(visitor: Visitor, profile: Profile, name: str) -> None:
    """NDXP-1.2.1-02, NDXP-A2-04."""
    form, credentials, status, says, error, challenging = FAILURES[name]
    desk = Desk(visitor, profile)
    key = desk.pair()[0]
    headers = {
        "right": desk.basic(),
        "wrong": basic(key, "wrong"),
        "unknown": basic("nobody", "nothing"),
        "none": {},
    }[credentials]
    reply = desk.post_form("/token", form, headers)
    assert (reply.status_code, reply.data.decode()) == (status, oauth_error(says[profile], error))
    challenge = [CHALLENGE] if profile in challenging else []
    assert list(reply.headers) == [*FIRM, *challenge, ("Content-Type", "application/json"), DATE]
    assert desk.last()["outcome"] == "refused"
    assert desk.last()["operation"] == "ndxp.token"


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic " + "bm9jb2xvbg=="])
@pytest.mark.parametrize(
    ("profile", "status", "description", "error"),
    [
        ("apim-2.6", 400, MALFORMED, "invalid_request"),
        ("apim-3.2", 401, "Client Authentication failed.", "invalid_client"),
        ("apim-4.x", 401, MALFORMED, "invalid_client"),
    ],
)
def test_a_header_that_is_no_basic_credential_is_refused(
    visitor: Visitor, profile: Profile, status: int, description: str, error: str, header: str
) -> None:
    reply = Desk(visitor, profile).post_form("/token", CC, {"Authorization": header})
    assert (reply.status_code, reply.data.decode()) == (status, oauth_error(description, error))


@pytest.mark.parametrize(
    ("grant", "description"),
    [
        ("password&username=can-bo&password=x", "Authentication failed for can-bo"),
        ("refresh_token&refresh_token=x", "Persisted access token data not found"),
        ("authorization_code&code=x", "Invalid authorization code received from token request"),
    ],
)
@pytest.mark.parametrize("profile", PROFILES)
def test_a_grant_that_is_allowed_still_needs_a_user(
    visitor: Visitor, profile: Profile, grant: str, description: str
) -> None:
    reply = Desk(visitor, profile, user_grants=True).post_form("/token", f"grant_type={grant}")
    assert (reply.status_code, reply.data.decode()) == (400, oauth_error(description, "invalid_grant"))


def test_the_id_of_an_unknown_client_is_escaped_for_html(visitor: Visitor) -> None:
    reply = Desk(visitor).post_form("/token", CC, basic("<a'>", "x"))
    assert reply.json["error_description"].endswith("client_id: &lt;a&#39;&gt;")


@pytest.mark.parametrize(("profile", "challenged"), [("apim-2.6", False), ("apim-3.2", False), ("apim-4.x", True)])
def test_a_revoked_application_gets_no_token(visitor: Visitor, profile: Profile, challenged: bool) -> None:
    reply = Desk(visitor, profile, application_state="revoked").token_reply()
    expected = oauth_error("Oauth application is not in active state.", "invalid_client")
    assert (reply.status_code, reply.data.decode()) == (401, expected)
    assert ("WWW-Authenticate" in reply.headers) is challenged


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_any_other_verb_on_token_gets_405_and_nothing_else(visitor: Visitor, method: str) -> None:
    desk = Desk(visitor)
    reply = desk.ask(method, "/token")
    assert (reply.status_code, reply.data, list(reply.headers)) == (405, b"", [DATE])
    assert desk.last()["outcome"] == "unmatched"


@pytest.mark.parametrize(
    ("profile", "kind", "status"),
    [
        *((profile, "text/plain", 415) for profile in PROFILES),
        *((profile, "application/x-www-form-urlencoded;charset=UTF-8", 200) for profile in PROFILES),
        ("apim-2.6", "application/json", 415),
        ("apim-3.2", "application/json", 415),
    ],
)
def test_only_forms_are_read(visitor: Visitor, profile: Profile, kind: str, status: int) -> None:
    desk = Desk(visitor, profile)
    assert desk.ask("POST", "/token", data=CC, headers=desk.basic(), content_type=kind).status_code == status


def test_the_newest_release_reads_json_too(visitor: Visitor) -> None:
    desk = Desk(visitor, "apim-4.x")
    assert (
        desk.ask("POST", "/token", json={"grant_type": "client_credentials"}, headers=desk.basic()).status_code == 200
    )
    assert desk.ask("POST", "/token", json=["x"], headers=desk.basic()).status_code == 400


def test_a_pair_of_another_sandbox_is_unknown_here(visitor: Visitor) -> None:
    here, there = Desk(visitor), Desk(visitor, "apim-2.6")
    reply = here.post_form("/token", CC, there.basic())
    assert reply.json["error_description"].startswith("A valid OAuth client could not be found")
    foreign = {"Authorization": f"Bearer {there.token()}"}
    assert b"900901" in here.push(foreign).data


def test_a_pair_finds_its_sandbox_without_a_prefix(visitor: Visitor) -> None:
    desk = Desk(visitor, "apim-4.x")
    reply = visitor.http.post("/token", data={"grant_type": "client_credentials"}, headers=desk.basic())
    assert reply.json["scope"] == "default"
    key, secret = desk.pair()
    form = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
    assert visitor.http.post("/token", data=form).json["access_token"] == reply.json["access_token"]


def test_what_is_left_of_a_dropped_sandbox_opens_nothing(visitor: Visitor) -> None:
    desk = Desk(visitor)
    token = desk.token()
    visitor.country.sandboxes.drop(visitor.country.sandboxes.get(desk.id))
    reply = visitor.http.post("/apiBTXH/1.0/DongBoDVC", json={}, headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 401


@pytest.mark.parametrize("lifetime_s", [1, 3600])
def test_a_token_of_a_user_lives_to_the_last_millisecond_of_its_seconds(visitor: Visitor, lifetime_s: int) -> None:
    words = {"user_grants": True, "sandbox_users": {"can-bo": "mat-khau"}, "token_lifetime_s": lifetime_s}
    desk = Desk(visitor, **words)
    given = desk.post_form("/token", "grant_type=password&username=can-bo&password=mat-khau").json
    assert given["expires_in"] == lifetime_s
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    desk.wait(lifetime_s - 0.001)
    assert desk.push(headers).status_code == 200
    desk.wait(0.001)
    assert desk.push(headers).status_code == 401
