"""Verification: how often and in which order a client called, with waiting."""

from __future__ import annotations

import threading
import time

import pytest

from emulator.kernel.exchange import Call
from tests.builders import dossier
from tests.conftest import Visitor
from tests.serving import slack


def verify(visitor: Visitor, **wish):
    return visitor.http.post("/__admin/verify", json=wish)


@pytest.mark.parametrize(
    ("wish", "holds"),
    [
        ({}, True),
        ({"count": 2}, True),
        ({"count": 1}, False),
        ({"count": 3}, False),
        ({"at_least": 2}, True),
        ({"at_least": 3}, False),
        ({"at_most": 2}, True),
        ({"at_most": 1}, False),
        ({"at_least": 1, "at_most": 2}, True),
        ({"count": 0, "path": "/three"}, True),
        ({"path": "/three"}, False),
        ({"path": "/one", "count": 1}, True),
    ],
)
def test_how_often_is_verified(visitor: Visitor, wish: dict, holds: bool) -> None:
    visitor.http.get("/one")
    visitor.http.get("/two")
    reply = verify(visitor, **wish)
    assert reply.status_code == (202 if holds else 406), reply.json
    assert reply.json["verified"] is holds
    if not holds:
        assert reply.json["code"] == "not-verified"


def test_operation_and_body_are_verified_together(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    reply = verify(visitor, operation="btxh.DongBoDVC", body={"MaHoSo": "000.11.26.H26-261120-0001"}, count=1)
    assert reply.status_code == 202
    assert reply.json["requests"] == ["default.1.2"]
    assert verify(visitor, operation="btxh.DongBoDVC", body={"MaHoSo": "khác"}, count=1).status_code == 406


def test_verification_waits_for_a_call_that_comes_later(visitor: Visitor) -> None:
    caller = call_later(visitor, "/late")
    reply = verify(visitor, path="/late", within_ms=20_000)
    caller.join()
    assert reply.status_code == 202
    assert reply.json["matched"] == 1


def call_later(visitor: Visitor, path: str) -> threading.Timer:
    """Let another client call in a moment, from a thread of its own."""

    def call() -> None:
        visitor.country.door.serve(Call("GET", path, target=path, host="localhost"))
        visitor.country.store.close()

    caller = threading.Timer(0.05, call)
    caller.start()
    return caller


def test_an_upper_bound_is_known_only_at_the_end(visitor: Visitor) -> None:
    caller = call_later(visitor, "/late")
    reply = verify(visitor, path="/late", count=0, within_ms=20_000)
    caller.join()
    assert reply.status_code == 406
    assert reply.json["matched"] == 1


@pytest.mark.parametrize(
    ("paths", "holds"),
    [(["/a", "/b", "/c"], True), (["/a", "/c"], True), (["/c", "/a"], False), (["/a", "/a"], False), (["/d"], False)],
)
def test_an_order_is_verified_with_others_in_between(visitor: Visitor, paths: list[str], holds: bool) -> None:
    for path in ("/a", "/b", "/c"):
        visitor.http.get(path)
    reply = visitor.http.post("/__admin/verify-sequence", json={"sequence": [{"urlPath": path} for path in paths]})
    assert reply.status_code == (202 if holds else 406)


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"count": 1, "at_least": 1}, "/count"),
        ({"at_least": 2, "at_most": 1}, "/at_least"),
        ({"count": -1}, "/count"),
        ({"count": "1"}, "/count"),
        ({"within_ms": 3_600_000}, "/within_ms"),
        ({"operatio": "x"}, "/operatio"),
    ],
)
def test_an_expectation_that_cannot_be_checked_is_refused(visitor: Visitor, wish: dict, pointer: str) -> None:
    reply = verify(visitor, **wish)
    assert reply.status_code == 422
    assert reply.json["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("sequence", [None, [], {}, [1], [{"x": 1}]])
def test_a_sequence_is_a_list_of_patterns(visitor: Visitor, sequence: object) -> None:
    reply = visitor.http.post("/__admin/verify-sequence", json={"sequence": sequence})
    assert reply.status_code == 422
    assert reply.json["errors"][0]["pointer"].startswith("/sequence")


def test_verification_looks_at_one_sandbox(visitor: Visitor) -> None:
    visitor.http.post("/__admin/sandboxes", json={"id": "a"})
    visitor.http.get("/s/a/one")
    assert verify(visitor, path="/one").status_code == 406
    assert visitor.http.post("/__admin/sandboxes/a/verify", json={"path": "/one"}).status_code == 202


def test_an_outcome_that_there_is_not_is_refused_instead_of_being_true_for_ever(visitor: Visitor) -> None:
    reply = verify(visitor, outcome="nonsense", count=0)
    assert (reply.status_code, [each["pointer"] for each in reply.json["errors"]]) == (422, ["/outcome"])
    assert verify(visitor, outcome="refused", count=0).status_code == 202


def test_a_rehearsal_asks_for_a_path_from_the_root(visitor: Visitor) -> None:
    reply = visitor.http.post("/__admin/rehearsals", json={"kind": "download", "path": "download/1.pdf"})
    assert (reply.status_code, [each["pointer"] for each in reply.json["errors"]]) == (422, ["/path"])


@pytest.mark.parametrize("words", [{"bodyPatterns": [{"matches": "(a|aa)+c"}]}, {"urlPathPattern": "/(a|aa)+c"}])
def test_an_expression_that_would_try_for_ever_is_refused_in_time(visitor: Visitor, words: dict[str, object]) -> None:
    visitor.http.post("/" + "a" * 60 + "!c!", data="a" * 60 + "!c!")
    for route in ("requests/find", "requests/count", "verify"):
        started = time.perf_counter()
        reply = visitor.http.post(f"/__admin/{route}", json=words)
        assert reply.status_code == 422
        assert "write it more simply" in reply.json["detail"]
        assert time.perf_counter() - started < 10


def test_many_expressions_that_would_try_for_ever_have_one_second_together(visitor: Visitor) -> None:
    headers = {f"X-{number}": "a" * 60 + "!" for number in range(8)}
    visitor.http.post("/", headers=headers)
    words = {"headers": {name: {"doesNotMatch": "(a|aa)+c"} for name in headers}}
    started = time.perf_counter()
    assert visitor.http.post("/__admin/requests/find", json=words).status_code == 422
    assert time.perf_counter() - started < 4 * slack()


@pytest.mark.parametrize(
    "expression", ["((a{1000}){1000}){1000}", "(?:(?:[)]{99}\\){99}){99}){99}", "(?iV1)a", "a{99999}"]
)
def test_an_expression_that_would_be_written_out_for_ever_is_refused_before_it_is(
    visitor: Visitor, expression: str
) -> None:
    reply = visitor.http.post("/__admin/requests/find", json={"urlPathPattern": expression})
    assert reply.status_code == 422
    assert "write it more simply" in reply.json["detail"]
    fits = visitor.http.post("/__admin/requests/count", json={"urlPathPattern": "/(?:a{2,9}|[(]{3}){1,99}/?"})
    assert fits.status_code == 200
