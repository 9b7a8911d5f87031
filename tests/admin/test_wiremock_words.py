"""WireMock's words over the journal, as its Python and Node clients send them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import dossier
from tests.conftest import Visitor


@pytest.fixture
def pushed(visitor: Visitor) -> Visitor:
    visitor.btxh("DongBoDVC", dossier(So=1735))
    return visitor


def count(visitor: Visitor, pattern: dict[str, Any]) -> int:
    return int(visitor.http.post("/__admin/requests/count", json=pattern).json["count"])


PUSH = {"method": "POST", "urlPath": "/apiBTXH/1.0/DongBoDVC"}
CODE = dossier()["MaHoSo"]


@pytest.mark.parametrize(
    ("matcher", "wanted"),
    [
        ({"doesNotMatch": ".*HoVaTen.*"}, 0),
        ({"doesNotMatch": "nothing"}, 1),
        ({"matchesJsonPath": {"expression": "$.MaHoSo", "equalTo": CODE}}, 1),
        ({"matchesJsonPath": {"expression": "$.MaHoSo", "equalTo": "x"}}, 0),
        ({"matchesJsonPath": {"expression": "$.MaHoSo", "contains": CODE[-4:]}}, 1),
        ({"matchesJsonPath": {"expression": "$.So", "contains": "7"}}, 1),
        ({"matchesJsonPath": {"expression": "$.So", "contains": "8"}}, 0),
        ({"matchesJsonPath": {"expression": "$.Khong", "contains": "7"}}, 0),
        ({"matchesJsonPath": {"expression": "$.Khong", "absent": True}}, 1),
        ({"equalToJson": {"MaHoSo": CODE}}, 0),
        ({"equalToJson": {"MaHoSo": CODE}, "ignoreExtraElements": True}, 1),
        ({"equalToJson": {"MaHoSo": "x"}, "ignoreExtraElements": True}, 0),
    ],
)
def test_a_body_is_matched(pushed: Visitor, matcher: dict[str, Any], wanted: int) -> None:
    assert count(pushed, PUSH | {"bodyPatterns": [matcher]}) == wanted


@pytest.mark.parametrize(
    ("options", "wanted"),
    [({}, 0), ({"ignoreArrayOrder": True}, 1), ({"ignoreExtraElements": True}, 0)],
)
def test_the_order_of_a_list_may_be_ignored(visitor: Visitor, options: dict[str, bool], wanted: int) -> None:
    visitor.http.post("/anywhere", json={"list": [1, {"a": 2}, 1]})
    pattern = {"bodyPatterns": [{"equalToJson": {"list": [{"a": 2}, 1, 1]}, **options}]}
    assert count(visitor, pattern) == wanted


@pytest.mark.parametrize("word", ["basicAuthCredentials", "basicAuth"])
def test_a_user_and_a_password_are_matched(visitor: Visitor, word: str) -> None:
    visitor.http.get("/anywhere", auth=("an", "bi-mat"))
    assert count(visitor, {word: {"username": "an", "password": "bi-mat"}}) == 1
    assert count(visitor, {word: {"username": "an", "password": "khac"}}) == 0


def test_the_journal_is_reset_by_wiremocks_old_address(pushed: Visitor) -> None:
    assert pushed.http.post("/__admin/requests/reset").status_code == 200
    assert pushed.journal() == []


def test_requests_are_removed_all_or_none_for_the_journal_is_a_chain(pushed: Visitor) -> None:
    refused = pushed.http.post("/__admin/requests/remove", json=PUSH)
    assert (refused.status_code, refused.json["code"]) == (409, "journal-is-a-chain")
    assert len(pushed.journal()) == 2
    removed = pushed.http.post("/__admin/requests/remove", json={"method": "POST"}).json["requests"]
    assert [each["operation"] for each in removed] == ["ndxp.token", "btxh.DongBoDVC"]
    assert pushed.journal() == []


def test_the_operations_near_a_described_request_are_named(visitor: Visitor) -> None:
    found = visitor.http.post("/__admin/near-misses/request", json={"method": "GET", "url": "/apiBTXH/1.0/dongbodvc"})
    nearest = found.json["nearMisses"][0]
    assert nearest["operation"] == "btxh.DongBoDVC"
    assert [each["code"] for each in nearest["differences"]] == ["wrong-case", "wrong-verb"]
    assert visitor.http.post("/__admin/near-misses/request", json={"url": 7}).status_code == 422


def test_the_requests_near_a_pattern_are_named(pushed: Visitor) -> None:
    wish = {"method": "POST", "urlPath": "/apiBTXH/1.0/XuLyHoSo"}
    found = pushed.http.post("/__admin/near-misses/request-pattern", json=wish).json["nearMisses"]
    assert {each["request"]["operation"] for each in found} == {"ndxp.token", "btxh.DongBoDVC"}
    assert {each["matchResult"]["distance"] for each in found} == {0.5}
    assert pushed.http.post("/__admin/near-misses/request-pattern", json=PUSH | {"status": 200}).json["nearMisses"]


def test_a_moment_whose_plus_became_a_blank_is_read(pushed: Visitor) -> None:
    for since in ("2026-03-02T08:00:00+07:00", "2026-03-02T08:00:00%2B07:00", "2026-03-02T08:00:00.5+0700"):
        assert pushed.http.get(f"/__admin/requests?since={since}").status_code == 200
    assert pushed.http.get("/__admin/requests?since=2026-03-02%2008:00:00").status_code == 200
    assert pushed.http.get("/__admin/requests?since=hom-qua").status_code == 422
