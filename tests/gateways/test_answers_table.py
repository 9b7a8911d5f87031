"""The whole table of ``gateways/ndxp/answers.csv`` over a socket: every way to be wrong, in every release."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, get_args

import pytest
import requests
from lxml import etree

from emulator.gateways.ndxp.faults import ReleaseAnswer, release_answers
from tests.builders import dossier
from tests.conftest import Door
from tests.gateways.test_refusals_teach import PYTHON
from tests.house import sources
from tests.serving import Server

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CC = "grant_type=client_credentials"
PUSH = "/apiBTXH/1.0/DongBoDVC"
PAGE = "https://mot-cua.example.vn"
ECHOED = {"X-Cua-Tinh": "mot-cua"}
RAW = ("Authorization", "Host", "Accept", "X-JWT-Assertion")


class Country(NamedTuple):
    """A sandbox of a running server, as its client sees it."""

    base: str
    admin: str
    key: str
    secret: str

    def basic(self, key: str = "", secret: str = "", gap: str = " ") -> dict[str, str]:
        text = f"{key or self.key}:{secret or self.secret}".encode()
        return {"Authorization": f"Basic{gap}{base64.b64encode(text).decode()}"}

    def ask(self, method: str, path: str, headers: Mapping[str, str] = {}, body: Any = None) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            sent = {"Accept": "*/*", **headers}
            return session.request(method, self.base + path, headers=sent, data=body, timeout=30)

    def form(self, path: str, body: str, headers: Mapping[str, str] | None = None) -> requests.Response:
        return self.ask("POST", path, {**FORM, **(self.basic() if headers is None else headers)}, body)

    def token(self, form: str = CC) -> dict[str, Any]:
        answer: dict[str, Any] = self.form("/token", form).json()
        return answer

    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()['access_token']}"}

    def push(self, headers: Mapping[str, str] | None = None, path: str = PUSH, verb: str = "POST") -> requests.Response:
        known = self.bearer() if headers is None else headers
        return self.ask(verb, path, {"Content-Type": "application/json", **ECHOED, **known}, json.dumps(dossier()))

    def soap(self, kind: str, namespace: str, path: str = "/khong/co") -> requests.Response:
        message = f'<s:Envelope xmlns:s="{namespace}"><s:Body/></s:Envelope>'
        return self.ask("POST", path, {**ECHOED, "Content-Type": kind}, message)

    def set(self, **settings: Any) -> None:
        with requests.Session() as session:
            session.trust_env = False
            assert session.patch(f"{self.admin}/settings", json=settings, timeout=30).status_code == 200

    def turn(self, by: str) -> None:
        with requests.Session() as session:
            session.trust_env = False
            reply = session.put(f"{self.admin}/clock", json={"action": "advance", "by": by}, timeout=30)
            assert reply.status_code == 200


def wrong_refresh(country: Country) -> requests.Response:
    country.set(user_grants=True)
    return country.form("/token", "grant_type=refresh_token&refresh_token=x")


def expired_refresh(country: Country) -> requests.Response:
    country.set(user_grants=True, sandbox_users={"can-bo": "mat-khau"})
    refresh = country.token("grant_type=password&username=can-bo&password=mat-khau")["refresh_token"]
    country.turn("PT25H")
    return country.form("/token", f"grant_type=refresh_token&refresh_token={refresh}")


def wrong_password(country: Country) -> requests.Response:
    country.set(user_grants=True, sandbox_users={"can-bo": "mat-khau"})
    return country.form("/token", "grant_type=password&username=can-bo&password=sai")


def unknown_code(country: Country) -> requests.Response:
    country.set(user_grants=True)
    return country.form("/token", "grant_type=authorization_code&code=x")


def with_settings(**settings: Any) -> Any:
    def ask(country: Country) -> requests.Response:
        bearer = country.bearer()
        country.set(**settings)
        return country.push(bearer)

    return ask


def over_quota(level: str) -> Any:
    return with_settings(throttle_limit=0, throttle_level=level, throttle_window_s=60)


def revoked(country: Country) -> requests.Response:
    country.set(application_state="revoked")
    return country.form("/token", CC)


ASK: dict[str, Any] = {
    "no-credentials": lambda c: c.form("/token", CC, {}),
    "wrong-secret": lambda c: c.form("/token", CC, c.basic(secret="sai")),
    "unknown-client": lambda c: c.form("/token", CC, c.basic(key="la")),
    "revoked-application": revoked,
    "malformed-basic": lambda c: c.form("/token", CC, {"Authorization": "Basic bm9jb2xvbg=="}),
    "two-blanks-in-basic": lambda c: c.form("/token", CC, c.basic(gap="  ")),
    "two-credentials": lambda c: c.form("/token", f"{CC}&client_id=x&client_secret=y"),
    "missing-grant": lambda c: c.form("/token", "scope=x"),
    "unknown-grant": lambda c: c.form("/token", "grant_type=client-credentials"),
    "grant-not-allowed": lambda c: c.form("/token", "grant_type=password&username=can-bo&password=x"),
    "repeated-parameter": lambda c: c.form("/token", f"{CC}&{CC}"),
    "wrong-password": wrong_password,
    "unknown-refresh-token": wrong_refresh,
    "expired-refresh-token": expired_refresh,
    "unknown-code": unknown_code,
    "bad-json": lambda c: c.ask("POST", "/token", {**c.basic(), "Content-Type": "application/json"}, "[]"),
    "wrong-type": lambda c: c.ask("POST", "/token", {**c.basic(), "Content-Type": "text/plain"}, CC),
    "wrong-verb-on-token": lambda c: c.ask("GET", "/token", c.basic()),
    "options-on-token": lambda c: c.ask("OPTIONS", "/token"),
    "revoke-without-token": lambda c: c.form("/revoke", "x=y"),
    "revoke-bad-client": lambda c: c.form("/revoke", "token=x", c.basic(secret="sai")),
    "unknown-api": lambda c: c.push(path="/apiKhac/1.0/DongBoDVC"),
    "unknown-resource": lambda c: c.push(path="/apiBTXH/1.0/DongBo"),
    "wrong-verb": lambda c: c.push(verb="PUT"),
    "https-only": with_settings(https_only=True),
    "api-blocked": with_settings(api_state="blocked"),
    "missing-endpoint": with_settings(missing_endpoint="production"),
    "missing-credentials": lambda c: c.push({}),
    "invalid-credentials": lambda c: c.push({"Authorization": "Bearer la"}),
    "subscription-blocked": with_settings(subscription="blocked"),
    "subscription-inactive": with_settings(subscription="inactive"),
    "subscription-none": with_settings(subscription="none"),
    "quota-subscription": over_quota("subscription"),
    "quota-application": over_quota("application"),
    "soap-1.1": lambda c: c.soap("text/xml", "http://schemas.xmlsoap.org/soap/envelope/"),
    "soap-1.2": lambda c: c.soap("application/soap+xml", "http://www.w3.org/2003/05/soap-envelope"),
    "preflight": lambda c: c.ask("OPTIONS", PUSH, {"Origin": PAGE, "Access-Control-Request-Method": "POST"}),
    "ordinary-answer": lambda c: c.push({"Origin": PAGE, **c.bearer()}),
}
VALUES = {
    "client": "la",
    "user": "can-bo",
    "scheme": "http",
    "header": "Authorization",
    "base": "/apiBTXH/1.0",
    "version": "1.0",
    "kind": "production",
    "Kind": "Production",
}
CHALLENGES = {
    ("apim-2.6", "security"): 'OAuth2 realm="WSO2 API Manager"',
    ("apim-3.2", "security"): 'OAuth2 realm="WSO2 API Manager", error="invalid_token", '
    'error_description="The access token expired"',
    ("apim-4.x", "security"): 'Bearer realm="WSO2 API Manager", error="invalid_token", '
    'error_description="The provided token is invalid"',
}


@pytest.fixture(scope="module", params=get_args(Door))
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Server]:
    store = str(tmp_path_factory.mktemp("bang") / "store.db")
    with Server("--store", store, "--worker-kind", request.param) as running:
        yield running


def country_of(server: Server, answer: ReleaseAnswer) -> Country:
    name = f"{answer.case}-{answer.release}".replace(".", "-")
    with requests.Session() as session:
        session.trust_env = False
        made = session.post(
            f"{server.base_url}/__admin/sandboxes", json={"id": name, "profile": answer.release}, timeout=30
        )
    assert made.status_code == 201, made.text
    pair = made.json()["credentials"]["production"]
    admin = f"{server.base_url}/__admin/sandboxes/{name}"
    return Country(f"{server.base_url}/s/{name}", admin, pair["consumer_key"], pair["consumer_secret"])


def said(reply: requests.Response, answer: ReleaseAnswer) -> tuple[str, str, str]:
    """Return code, message and description of a reply, in whichever form its release words it."""
    if answer.family == "empty":
        assert reply.content == b""
        return str(reply.status_code), answer.message, answer.description
    if answer.family == "soap":
        return soap_members(reply)
    if answer.family == "cors":
        return cors_members(reply, answer)
    if answer.family == "oauth":
        told = reply.json()
        assert list(told) == ["error_description", "error"]
        return told["error"], "", told["error_description"]
    if answer.release == "apim-4.x":
        told = reply.json()
    elif answer.family == "security":
        return xml_members(reply.text)
    else:
        told = reply.json()["fault"]
    return str(told["code"]), told.get("message", told.get("type", "")), told["description"]


def xml_members(text: str) -> tuple[str, str, str]:
    root = etree.fromstring(text)
    code, message, description = (str(child.text) for child in root)
    return code, message, description


def soap_members(reply: requests.Response) -> tuple[str, str, str]:
    """Return the fault code, the code that a broken server would have got, and the namespace of the envelope."""
    envelope = etree.fromstring(reply.content)
    namespace = etree.QName(envelope).namespace
    (code,) = envelope.xpath("//faultcode/text() | //*[local-name()='Value']/text()")
    assert reply.headers["Content-Type"] == f"{KINDS[namespace]}; charset=UTF-8"
    assert "The requested resource is not available." in reply.text
    side = code.removeprefix("soapenv:")
    return side, {"Client": "Server", "Sender": "Receiver"}[side], namespace


KINDS = {
    "http://schemas.xmlsoap.org/soap/envelope/": "text/xml",
    "http://www.w3.org/2003/05/soap-envelope": "application/soap+xml",
}


def cors_members(reply: requests.Response, answer: ReleaseAnswer) -> tuple[str, str, str]:
    """Return the verb of the operation, what the gateway lets through, and the headers a page may send."""
    told = reply.headers
    names = ("Access-Control-Allow-Methods", "Access-Control-Allow-Headers")
    if "cors-origin" in answer.extras:
        assert [name for name in names if name in told] == []
        return "POST", "", ""
    assert told["Access-Control-Allow-Methods"] == "POST"
    pages_may = told["Access-Control-Allow-Headers"]
    if answer.case == "preflight":
        assert reply.content == b""
        return "POST", answer.message, pages_may
    assert pages_may == release_answers()["preflight", answer.release].description
    return "POST", "", ""


ROWS = list(release_answers().values())


@pytest.mark.parametrize("answer", ROWS, ids=lambda answer: f"{answer.case}-{answer.release}")
def test_each_release_answers_each_way_to_be_wrong_as_its_row_says(server: Server, answer: ReleaseAnswer) -> None:
    """B7, B14, B23: status, words, challenge, Retry-After, CORS and echoed headers, by release."""
    country = country_of(server, answer)
    reply = ASK[answer.case](country)
    assert reply.status_code == answer.status, reply.text
    code, message, description = said(reply, answer)
    wanted = answer.description.partition("{free_at}")[0].format_map(VALUES)
    assert (code, message) == (answer.code, answer.message)
    assert description[: len(wanted)] == wanted
    assert (len(description) > len(wanted) > 0) is ("{free_at}" in answer.description)
    realm = "Basic realm=api.ngsp.gov.vn" if answer.family == "oauth" else CHALLENGES.get((answer.release, "security"))
    assert reply.headers.get("WWW-Authenticate") == (realm if "challenge" in answer.extras else None)
    assert ("Retry-After" in reply.headers) is ("retry-after" in answer.extras)
    has_origin = answer.extras & {"cors", "cors-origin"}
    assert reply.headers.get("Access-Control-Allow-Origin") == ("*" if has_origin else None)
    echoes = "echo" in (release_answers()["unknown-api", answer.release] if answer.family == "soap" else answer).extras
    assert reply.headers.get("X-Cua-Tinh") == ("mot-cua" if echoes else None)
    assert reply.headers.get("Allow") == ("POST" if "allow-post" in answer.extras else None)
    assert not [name for name in RAW if name in reply.headers]
    if answer.family not in ("soap", "cors"):
        assert_taught(country, answer)


def assert_taught(country: Country, answer: ReleaseAnswer) -> None:
    """The journal names the rule of the row, what it stands on, what came and what is due; no secret stands in it."""
    with requests.Session() as session:
        session.trust_env = False
        (entry,) = session.get(f"{country.admin}/requests?limit=1", timeout=30).json()["requests"]
    (remark,) = [each for each in entry["remarks"] if each["rule"] == f"ndxp-{answer.case}"]
    assert sources.trouble_with(remark["source"]) == ""
    assert remark["basis"] in ("document", "platform")
    assert [name for name in ("vi", "en", "found", "expected") if not remark.get(name)] == []
    assert not PYTHON.search(json.dumps(remark, ensure_ascii=False))
    assert country.secret not in json.dumps(remark)


def test_every_case_has_a_recipe_and_each_release_its_row() -> None:
    cases = {answer.case for answer in ROWS}
    assert cases == set(ASK)
    only_new = {"bad-json"}
    assert len(ROWS) == 3 * len(cases) - 2 * len(only_new)


def test_the_refusal_is_journalled_with_its_rule_and_the_nearest_call(server: Server) -> None:
    """B22: what was found, what is expected, and the nearest right call."""
    country = country_of(server, release_answers()["unknown-resource", "apim-3.2"]._replace(case="nearest"))
    country.push(path="/apibtxh/1.0/dongbodvc")
    country.form("/token", "grant_type=client-credentials")
    with requests.Session() as session:
        session.trust_env = False
        rows = session.get(f"{country.admin}/requests?limit=10&order=asc", timeout=30).json()["requests"]
    by_rule = {each["rule"]: each for row in rows for each in row["remarks"] if each["rule"].startswith("ndxp-")}
    assert by_rule["ndxp-unknown-api"]["nearest"] == f"POST {PUSH}"
    assert by_rule["ndxp-unknown-grant"]["nearest"] == "client_credentials"
    assert {each["basis"] for each in by_rule.values()} == {"platform", "document"}


@pytest.mark.parametrize("release", ["apim-2.6", "apim-3.2", "apim-4.x"])
def test_a_user_of_the_sandbox_gets_tokens_and_renews_them(server: Server, release: Any) -> None:
    """B27: password and refresh_token work, so that a library's refresh can be tried."""
    country = country_of(server, release_answers()["unknown-code", release]._replace(case="users"))
    country.set(user_grants=True, sandbox_users={"can-bo": "mat-khau"})
    first = country.token("grant_type=password&username=can-bo&password=mat-khau")
    assert list(first) == ["access_token", "refresh_token", "scope", "token_type", "expires_in"]
    assert (first["scope"], first["expires_in"]) == ("default", 3600)
    again = country.token("grant_type=password&username=can-bo&password=mat-khau")
    assert (again["access_token"], again["refresh_token"]) == (first["access_token"], first["refresh_token"])
    assert country.token()["access_token"] != first["access_token"]
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert country.push(bearer).json()["error_code"] == 0
    assert country.push({"Authorization": f"Bearer {first['refresh_token']}"}).status_code == 401
    renewed = country.token(f"grant_type=refresh_token&refresh_token={first['refresh_token']}")
    assert renewed["access_token"] != first["access_token"]
    assert country.push(bearer).status_code == 401
    assert country.push({"Authorization": f"Bearer {renewed['access_token']}"}).status_code == 200
    used = country.form("/token", f"grant_type=refresh_token&refresh_token={first['refresh_token']}")
    assert (used.status_code, used.json()["error"]) == (400, "invalid_grant")


def test_revoking_the_application_revokes_its_tokens_for_good(server: Server) -> None:
    """B10."""
    country = country_of(server, release_answers()["revoked-application", "apim-3.2"]._replace(case="b10"))
    bearer = country.bearer()
    assert country.push(bearer).status_code == 200
    country.set(application_state="revoked")
    dead = country.push(bearer)
    assert (dead.status_code, "900901" in dead.text) == (401, True)
    country.set(application_state="active")
    assert country.push(bearer).status_code == 401
    assert country.push().status_code == 200


@pytest.mark.parametrize(
    ("release", "path", "status"),
    [
        *((release, path, 200) for release in ("apim-2.6", "apim-3.2") for path in ("/token/", "/token/x", "/token")),
        ("apim-4.x", "/token/x", 404),
        ("apim-4.x", "/token", 200),
        ("apim-3.2", "/tokenx", 404),
    ],
)
def test_the_token_address_is_a_wildcard_up_to_3_2(server: Server, release: Any, path: str, status: int) -> None:
    """B23."""
    answer = release_answers()["wrong-secret", release]._replace(case=f"wild{path.replace('/', '-')}")
    assert country_of(server, answer).form(path, CC).status_code == status


@pytest.mark.parametrize(("release", "query", "form", "status", "said"), [
    ("apim-2.6", CC, "", 400, "Missing grant_type parameter value"),
    ("apim-3.2", CC, "", 400, "Missing grant_type parameter value"),
    ("apim-3.2", "grant_type=passwort", CC, 200, "access_token"),
    ("apim-4.x", CC, "", 200, "access_token"),
    ("apim-4.x", f"{CC}&scope=device_1", "scope=device_2", 200, "device_1"),
    ("apim-4.x", "grant_type=passwort", CC, 400, "Unsupported grant_type value"),
    ("apim-4.x", f"{CC}&{CC}", "", 400, "repeated parameters"),
])  # fmt: skip
def test_parameters_in_the_query_are_read_by_the_key_manager_alone(
    server: Server, release: Any, query: str, form: str, status: int, said: str
) -> None:
    """src:apim-token-routing: up to 3.2 the gateway hands no query on."""
    name = f"query-{status}-{len(query)}-{len(form)}"
    country = country_of(server, release_answers()["missing-grant", release]._replace(case=name))
    reply = country.form(f"/token?{query}", form)
    assert (reply.status_code, said in reply.text) == (status, True), reply.text
    entry = requests.get(f"{country.admin}/requests?limit=1", timeout=30).json()["requests"][0]
    (told,) = [each for each in entry["remarks"] if each["rule"] == "parameters-in-query"]
    assert (told["level"], told["expected"]) == ("note", "Content-Type: application/x-www-form-urlencoded")
    assert "grant_type" in told["found"]


@pytest.mark.parametrize(("release", "words"), [
    ("apim-2.6", "Client Authentication failed."), ("apim-3.2", "Client Authentication failed."),
    ("apim-4.x", "Unsupported Client Authentication Method!"),
])  # fmt: skip
@pytest.mark.parametrize("form", ["client_id={key}", "client_id={key}&client_secret=", "client_secret={secret}"])
def test_half_a_pair_in_the_form_is_none(server: Server, release: Any, words: str, form: str) -> None:
    """src:apim-token-errors."""
    country = country_of(server, release_answers()["no-credentials", release]._replace(case=f"half-{len(form)}"))
    said = f"{CC}&{form.format(key=country.key, secret=country.secret)}"
    alone = country.form("/token", said, {})
    assert (alone.status_code, alone.json()["error_description"]) == (401, words)
    assert country.form("/token", said).status_code == 200, "beside Basic half a pair says nothing"


@pytest.mark.parametrize(("value", "words", "found"), [
    ("null", "Missing grant_type parameter value", "∅"), ("true", "Unsupported grant_type value", "true"),
    ('["client_credentials"]', "Unsupported grant_type value", '["client_credentials"]'),
    ("1.5", "Unsupported grant_type value", "1.5"), ("{}", "Unsupported grant_type value", "{}"),
])  # fmt: skip
def test_a_value_of_a_json_body_is_shown_as_json_shows_it(server: Server, value: str, words: str, found: str) -> None:
    country = country_of(
        server, release_answers()["bad-json", "apim-4.x"]._replace(case=f"json-{sum(map(ord, value))}")
    )
    headers = {**country.basic(), "Content-Type": "application/json"}
    reply = country.ask("POST", "/token", headers, f'{{"grant_type": {value}}}')
    assert (reply.status_code, reply.json()["error_description"]) == (400, words)
    (entry,) = requests.get(f"{country.admin}/requests?limit=1", timeout=30).json()["requests"]
    (told,) = entry["remarks"]
    assert told["found"] == found
    assert not PYTHON.search(json.dumps(told))


def test_a_pair_in_the_query_is_no_pair(server: Server) -> None:
    country = country_of(server, release_answers()["no-credentials", "apim-4.x"]._replace(case="pair-in-query"))
    reply = country.form(f"/token?client_id={country.key}&client_secret={country.secret}", CC, {})
    assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client")


def test_a_trailing_slash_on_an_operation_is_taken_and_noted_unless_a_query_follows(server: Server) -> None:
    """B23."""
    country = country_of(server, release_answers()["wrong-verb", "apim-3.2"]._replace(case="slash"))
    assert country.push(path=f"{PUSH}/").status_code == 200
    assert country.push(path=f"{PUSH}/?a=1").status_code == 404


def test_a_bearer_header_beside_credentials_in_the_form_does_not_count(server: Server) -> None:
    """B23."""
    country = country_of(server, release_answers()["two-credentials", "apim-3.2"]._replace(case="bearer"))
    form = f"{CC}&client_id={country.key}&client_secret={country.secret}"
    assert country.form("/token", form, {"Authorization": "Bearer x"}).status_code == 200


@pytest.mark.parametrize("path", [PUSH, "/apiBTXH/1.0/DongBo"])
def test_soap_is_answered_in_soap_wherever_the_engine_answers_itself(server: Server, path: str) -> None:
    """B23: an address of a published API, with a verb or a resource that it has not."""
    name = path.rpartition("/")[2].lower()
    country = country_of(server, release_answers()["soap-1.1", "apim-3.2"]._replace(case=f"soap-{name}"))
    if path == PUSH:
        country.set(api_state="blocked")
    reply = country.soap("text/xml", "http://schemas.xmlsoap.org/soap/envelope/", path)
    assert reply.status_code == (503 if path == PUSH else 404)
    (code,) = etree.fromstring(reply.content).xpath("//faultcode/text()")
    assert code == ("soapenv:Server" if path == PUSH else "soapenv:Client")
