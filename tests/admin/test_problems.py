"""Every refusal of the admin API is a problem document in two languages, whatever the route."""

from __future__ import annotations

import io

import pytest
from werkzeug.test import TestResponse

from emulator.admin.problems import WORDINGS
from emulator.admin.route import BODY_LIMIT
from emulator.admin.routes import TABLE
from tests.conftest import Visitor

PATHS = sorted({path for _, path in TABLE})
TAKES_A_BODY = sorted(
    (verb, path)
    for verb, path in TABLE
    if verb in ("POST", "PUT", "PATCH") and not path.endswith(("/reset", "/restore", "/accept", "/{seat}/token"))
)

_OURS = {"class": "x", "seat": "x", "unit": "H22", "agency": "H22", "result_code": "x"}
MAKES_ONE = ("PUT", "/sandboxes/{sandbox}/state")


def url_of(path: str) -> str:
    return "/__admin" + path.format(
        sandbox="default",
        id="default.1.1",
        code="x",
        dstcode="x",
        pack="x",
        owner="x",
        **_OURS,
        host="x",
        due=1,
        no=1,
        name="x",
        attempt="luot-x",
        asset="x",
    )


def assert_problem(reply: TestResponse, status: int, code: str) -> None:
    assert reply.status_code == status, reply.data
    assert reply.content_type == "application/problem+json"
    problem = reply.json
    assert problem["type"] == f"urn:ndxp-emulator:problem:{code}"
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["title"]
    assert problem["detail"] == f"{problem['vi']} / {problem['en']}"
    assert problem["vi"] != problem["en"]
    assert all({"pointer", "vi", "en"} == set(fault) for fault in problem["errors"])


@pytest.mark.parametrize("path", PATHS)
def test_a_wrong_verb_is_told_the_right_ones(visitor: Visitor, path: str) -> None:
    allowed = {verb for verb, shape in TABLE if shape == path}
    for verb in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - allowed:
        reply = visitor.http.open(url_of(path), method=verb)
        assert_problem(reply, 405, "wrong-verb")
        assert set(reply.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(("verb", "path"), TAKES_A_BODY)
def test_a_body_that_cannot_be_read_is_refused(visitor: Visitor, verb: str, path: str) -> None:
    if "{class}" in path:  # what is not there is said before a body is read
        assert_problem(visitor.http.open(url_of(path), method=verb, data=b"{"), 404, "no-such-class")
        assert visitor.http.post("/__admin/classes", json={"name": _OURS["class"], "seats": 1}).status_code == 201
    assert_problem(visitor.http.open(url_of(path), method=verb, data=b"{"), 400, "not-json")
    assert_problem(visitor.http.open(url_of(path), method=verb, data=b"\xff"), 400, "not-json")
    assert_problem(visitor.http.open(url_of(path), method=verb, data=b"[]"), 422, "not-an-object")
    assert_problem(visitor.http.open(url_of(path), method=verb, json={"khong-co-tu-nay": 1}), 422, "invalid")


@pytest.mark.parametrize(("verb", "path"), sorted(TABLE))
def test_a_body_that_is_too_large_is_refused(visitor: Visitor, verb: str, path: str) -> None:
    large = b"x" * (TABLE[verb, path].body_limit + 1)
    assert_problem(visitor.http.open(url_of(path), method=verb, data=large), 413, "body-too-large")


@pytest.mark.parametrize(("verb", "path"), sorted(row for row in TABLE if "{sandbox}" in row[1] and row != MAKES_ONE))
def test_a_sandbox_that_is_not_there_is_named(visitor: Visitor, verb: str, path: str) -> None:
    body = {"action": "reset"} if path.endswith("clock") else {"sequence": [{}]} if "sequence" in path else {}
    given = {"json": body} if verb != "GET" else {}
    named = {"id": "1", "code": "x", "dstcode": "x", "host": "x", "due": 1, "no": 1, "name": "x", **_OURS}
    url = "/__admin" + path.format(sandbox="khong-co", **named)
    reply = visitor.http.open(url, method=verb, **given)
    assert_problem(reply, 404, "no-such-sandbox")
    assert "khong-co" in reply.json["vi"]


def test_a_route_that_is_not_there_is_told_its_neighbour(visitor: Visitor) -> None:
    for path in ("/__admin/request", "/__admin/sandboxes/default/clok", "/__admin/x/y/z"):
        assert_problem(visitor.http.get(path), 404, "no-such-route")
    assert "/__admin/requests" in visitor.http.get("/__admin/request").json["en"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=x",
        "limit=-1",
        "limit=99999",
        "order=up",
        "outcome=fine",
        "since=yesterday",
        "status=ok",
        "secret=show",
        "secrets=yes",
        "after=-1",
    ],
)
def test_a_query_that_means_nothing_is_refused_by_its_name(visitor: Visitor, query: str) -> None:
    reply = visitor.http.get(f"/__admin/requests?{query}")
    assert_problem(reply, 422, "invalid")
    assert reply.json["errors"][0]["pointer"] == "?" + query.partition("=")[0]


def test_an_unknown_word_is_told_the_nearest(visitor: Visitor) -> None:
    reply = visitor.http.get("/__admin/requests?operaton=x")
    assert "operation" in reply.json["errors"][0]["vi"]


def test_a_fault_of_our_own_is_a_problem_too(visitor: Visitor) -> None:
    with visitor.country.store.writing():
        visitor.country.store.run("UPDATE sandboxes SET settings = '{\"gone\": 1}', version = version + 1")
    assert_problem(visitor.http.get("/__admin/settings"), 500, "emulator-fault")


def test_the_index_lists_every_route_in_both_languages(visitor: Visitor) -> None:
    for path in ("/__admin", "/__admin/"):
        routes = visitor.http.get(path).json["routes"]
        assert {(each["method"], each["path"]) for each in routes} == {(v, "/__admin" + p) for v, p in TABLE}
        assert all(each["vi"] and each["en"] for each in routes)


def test_every_problem_is_worded_in_two_languages() -> None:
    assert len(WORDINGS) > 20
    for code, wording in WORDINGS.items():
        assert 400 <= wording.status < 600, code
        assert wording.vi != wording.en


def test_a_body_sent_in_chunks_is_read_to_its_end_and_bounded(visitor: Visitor) -> None:
    def send(body: bytes) -> TestResponse:
        environ = {"wsgi.input": io.BytesIO(body), "HTTP_TRANSFER_ENCODING": "chunked"}
        return visitor.http.post("/__admin/requests/count", environ_overrides=environ)

    assert send(b'{"method": "GET"}').json["count"] == 0
    assert_problem(send(b" " * (BODY_LIMIT + 1)), 413, "body-too-large")
