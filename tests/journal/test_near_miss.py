"""What an unmatched call is told."""

from __future__ import annotations

import pytest

from emulator.journal.patterns import Offer, near_misses
from tests.conftest import Visitor

OFFERS = (
    Offer("ndxp.token", "POST", "/token", "BTXH 2.1.1"),
    Offer("btxh.DongBoDVC", "POST", "/apiBTXH/1.0/DongBoDVC", "BTXH 3.1.1"),
    Offer("btxh.XuLyHoSo", "POST", "/apiBTXH/1.0/XuLyHoSo", "BTXH 3.1.2"),
    Offer("btxh.DanhSachHoSo", "POST", "/apiBTXH/1.0/DanhSachHoSo", "BTXH 3.1.4"),
)


@pytest.mark.parametrize(
    ("method", "url", "operation", "codes"),
    [
        ("GET", "/apiBTXH/1.0/DongBoDVC", "btxh.DongBoDVC", ["wrong-verb"]),
        ("GET", "/apiBTXH/1.0/DongBoDVC?MaHoSo=1", "btxh.DongBoDVC", ["wrong-verb", "query-instead-of-body"]),
        ("POST", "/apiBTXH/DongBoDVC", "btxh.DongBoDVC", ["missing-version"]),
        ("POST", "/1.0/XuLyHoSo", "btxh.XuLyHoSo", ["missing-context"]),
        ("POST", "/DanhSachHoSo", "btxh.DanhSachHoSo", ["missing-context"]),
        ("POST", "/apiBTXH/1.0/DongBoDVC/", "btxh.DongBoDVC", ["trailing-slash"]),
        ("POST", "//apiBTXH/1.0/DongBoDVC", "btxh.DongBoDVC", ["double-slash"]),
        ("POST", "/apibtxh/1.0/dongbodvc", "btxh.DongBoDVC", ["wrong-case"]),
        ("POST", "/apiBTXH/1.0/DongBoDCV", "btxh.DongBoDVC", ["path-differs"]),
        ("POST", "/apiBTXH/1.0/DanhSachHS", "btxh.DanhSachHoSo", ["path-differs"]),
        ("POST", "http://api.ngsp.gov.vn/apiBTXH/1.0/XuLyHoSo", "btxh.XuLyHoSo", ["full-url"]),
        ("GET", "/tokens", "ndxp.token", ["path-differs", "wrong-verb"]),
        ("PUT", "/Token/", "ndxp.token", ["trailing-slash", "wrong-case", "wrong-verb"]),
    ],
)
def test_the_nearest_operation_and_what_differs_are_named(method: str, url: str, operation: str, codes: list) -> None:
    nearest = near_misses(method, url, OFFERS)[0]
    assert nearest.offer.name == operation
    assert [each.code for each in nearest.differences] == codes
    assert all(each.vi and each.en and each.vi != each.en for each in nearest.differences)


@pytest.mark.parametrize(
    ("method", "url", "distance", "said"),
    [
        (
            "GET",
            "/apiBTXH/1.0/DongBoDVC?a=1",
            0.04,
            [
                "the verb is GET, the specification asks for POST",
                "the parameters are in the query; this operation reads them from the body",
            ],
        ),
        ("POST", "/apiBTXH/DongBoDVC", 0.07, ["'/1.0' is missing: it is /apiBTXH/1.0/DongBoDVC"]),
        (
            "POST",
            "/DanhSachHoSo/",
            0.09,
            ["there is a trailing slash", "'/apiBTXH/1.0' is missing: it is /apiBTXH/1.0/DanhSachHoSo"],
        ),
        (
            "POST",
            "//apibtxh/1.0/dongbodvc/",
            0.09,
            [
                "the path has a double slash",
                "there is a trailing slash",
                "the letter case differs: it is /apiBTXH/1.0/DongBoDVC",
            ],
        ),
        (
            "POST",
            "/apiBTXH/1.0/DongBoDCV",
            0.08,
            ["the path is /apiBTXH/1.0/DongBoDCV, it is /apiBTXH/1.0/DongBoDVC"],
        ),
        (
            "GET",
            "http://a.example.vn/tokens",
            0.1369,
            [
                "the request line holds a full URL",
                "the path is /tokens, it is /token",
                "the verb is GET, the specification asks for POST",
            ],
        ),
        (
            "PUT",
            "/toke",
            0.1309,
            ["the path is /toke, it is /token", "the verb is PUT, the specification asks for POST"],
        ),
    ],
)
def test_how_far_a_call_is_from_an_operation_and_why_is_told_whole(
    method: str, url: str, distance: float, said: list[str]
) -> None:
    nearest = near_misses(method, url, OFFERS)[0]
    assert (round(nearest.distance, 4), [each.en for each in nearest.differences]) == (distance, said)


def test_a_call_like_nothing_we_know_is_near_to_nothing() -> None:
    assert near_misses("GET", "/favicon.ico", OFFERS) == []


def test_the_nearest_comes_first() -> None:
    distances = [miss.distance for miss in near_misses("POST", "/apiBTXH/1.0/DongBo", OFFERS)]
    assert distances == sorted(distances)
    assert len(distances) > 1


@pytest.mark.parametrize(
    ("method", "url", "operation", "codes"),
    [
        ("POST", "/XrdAdapter/forward/mapi/call", "dvcqg.mapi.call", ["missing-context"]),
        ("POST", "/xrdadapter/restservice/forward/mapi/login", "dvcqg.mapi.login", ["wrong-case"]),
        ("POST", "/RestService/forward/bndp/public/v1/user/papers", "dvcqg.papers.find", ["missing-context"]),
        ("POST", "/mapi/g", "dvcqg.mapi.call", ["missing-context"]),
    ],
)
def test_the_addresses_behind_the_adapters_are_offered_too(
    visitor: Visitor, method: str, url: str, operation: str, codes: list[str]
) -> None:
    visitor.http.open(url, method=method)
    nearest = visitor.http.get("/__admin/requests/unmatched/near-misses").json["nearMisses"][0]
    assert nearest["operation"] == operation
    assert [each["code"] for each in nearest["differences"]] == codes
