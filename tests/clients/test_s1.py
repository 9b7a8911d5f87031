"""S1 against the real server: what works, and what it never notices.

Sources: KDL V.1, V.3; src:client-portal-login, src:client-error-codes, src:client-failures.
"""

from __future__ import annotations

import pytest

from tests.axis_country import AxisCountry
from tests.clients.s1 import S1Client
from tests.portal.portal_client import dossier, step

NEXT = {"TrangThai": "4", "ThoiDiemXuLy": "20261121090000"}


@pytest.mark.parametrize("style", ["by-family", "number", "string", "00"])
def test_s1_creates_and_updates_under_every_type_of_error_code(country: AxisCountry, style: str) -> None:
    country.settle(portal_error_code_style=style)
    client = S1Client(country)
    assert client.synchronise(dossier(), step()) == ["create", "ok", "ok"]
    assert client.synchronise(dossier(TrangThaiHoSo="4"), step(**NEXT)) == ["update", "ok", "ok"]
    assert client.logins == 1
    assert [each["remarks"] for each in country.journal()] == [[]] * 7


def test_s1_never_takes_a_refusal_for_success_since_no_code_is_a_word(country: AxisCountry) -> None:
    client = S1Client(country)
    refusals = (
        client.call("DongBoHoSoMC", isUpdating="True", data=[dossier()]),
        client.call("KhongCo"),
        client.post("/mapi/login", {"username": "x", "password": "y"}),
        client.post("/mapi/login", {}),
    )
    assert all("message" in reply and not client.succeeded(reply) for reply in refusals)


def test_s1_loses_the_reason_when_a_refusal_comes_as_an_http_error(country: AxisCountry) -> None:
    country.settle(portal_maps_errors_to_http=True)
    client = S1Client(country)
    assert client.call("KhongCo") == {}
    assert country.last()["response"]["status"] == 404


def test_s1_loses_the_reason_of_a_fault_of_the_axis_too(country: AxisCountry) -> None:
    client = S1Client(country)
    assert client.session()
    country.do("DELETE", "/access-rights/all", {"provider": "VN:GOV:000.00.00.G22:vpcpdvcprovider"})
    assert client.call("LayDanhMucCoQuan") == {}
    assert country.rules() == {"access-denied"}


def test_s1_goes_on_with_a_dead_session_until_its_cache_ends_and_the_journal_says_so(country: AxisCountry) -> None:
    country.settle(portal_session_lifetime_min=5)
    client = S1Client(country)
    assert client.succeeded(client.call("LayDanhMucCoQuan"))
    client.wait(6)
    for _ in range(2):
        assert client.lenient_int(client.call("LayDanhMucCoQuan")["error_code"]) == -2
    assert "session-never-renewed" in country.rules()
    assert client.logins == 1
    client.wait(5)
    assert client.succeeded(client.call("LayDanhMucCoQuan"))
    assert client.logins == 2


def test_s1_renews_a_session_that_still_lives_and_the_journal_says_so(country: AxisCountry) -> None:
    client = S1Client(country)
    client.session()
    client.wait(11)
    client.session()
    assert country.rules() == {"session-not-reused"}


def test_s1_with_a_wrong_password_logs_in_before_every_call_and_sends_none(country: AxisCountry) -> None:
    client = S1Client(country)
    client.password = "x"
    assert [client.call("LayDanhMucCoQuan") for _ in range(3)] == [{}] * 3
    assert [each["operation"] for each in country.journal()] == ["dvcqg.mapi.login"] * 3
    assert {each["outcome"] for each in country.journal()} == {"refused"}
