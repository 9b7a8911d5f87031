"""mapi/login and the life of a session (src:portal-login, src:portal-envelopes)."""

from __future__ import annotations

import pytest

from tests.conftest import Visitor
from tests.portal.portal_client import Portal


def test_a_login_gives_a_session_of_128_characters_with_plus_and_slash(portal: Portal) -> None:
    reply = portal.log_in()
    assert reply.status_code == 200
    assert list(reply.json) == ["session", "error_code", "message"]
    assert reply.json["error_code"] == 0
    assert "thành công" in reply.json["message"]
    assert len(reply.json["session"]) == 128
    assert {"+", "/"} <= set(reply.json["session"])
    assert portal.last()["operation"] == "dvcqg.mapi.login"


def test_the_two_accounts_are_two(portal: Portal) -> None:
    shown = portal.country.sandboxes.credentials_shown(portal.sandbox)
    assert shown["portal"]["unit"] == "H26"
    assert shown["papers"]["username"] == "000.00.00.H26"
    assert shown["portal"]["password"] != shown["papers"]["password"]
    body = {"username": shown["papers"]["username"], "password": shown["papers"]["password"]}
    assert portal.post("/mapi/login", body).json["error_code"] == -2


@pytest.mark.parametrize("changes", [{"password": "x"}, {"username": "x"}])
def test_a_wrong_login_is_refused_at_http_200(portal: Portal, changes: dict[str, str]) -> None:
    reply = portal.log_in(**changes)
    assert (reply.status_code, reply.json["error_code"]) == (200, -2)
    assert "session" not in reply.json
    assert "thành công" not in reply.json["message"]


def test_an_empty_login_is_told_what_is_expected(portal: Portal) -> None:
    reply = portal.post("/mapi/login", b"")
    assert reply.json["error_code"] == -1
    assert "username" in reply.json["message"]


@pytest.mark.parametrize("door", ["call", "g"])
def test_both_doors_lead_to_the_same_services(portal: Portal, door: str) -> None:
    assert portal.call("LayDanhSachTTHC", door=door).json["error_code"] == 0
    assert portal.last()["operation"] == "dvcqg.mapi.LayDanhSachTTHC"


def test_a_session_lives_thirty_minutes_of_virtual_time(portal: Portal) -> None:
    portal.freeze()
    session = portal.session()
    portal.freeze(29.9)
    assert portal.call("LayDanhSachTTHC", session).json["error_code"] == 0
    portal.freeze(30)
    reply = portal.call("LayDanhSachTTHC", session)
    assert (reply.status_code, reply.json["error_code"]) == (200, -2)
    assert "hết hạn lúc 21/11/2026 08:30:00" in reply.json["message"]


def test_the_lifetime_is_a_setting(portal: Portal) -> None:
    portal.settle(portal_session_lifetime_min=1)
    portal.freeze()
    session = portal.session()
    portal.freeze(1)
    assert portal.call("LayDanhSachTTHC", session).json["error_code"] == -2


def test_a_reset_ends_every_session(portal: Portal) -> None:
    session = portal.session()
    portal.country.sandboxes.reset(portal.sandbox)
    assert portal.call("LayDanhSachTTHC", session).json["error_code"] == -2


def test_a_papers_token_is_no_session(portal: Portal) -> None:
    assert portal.call("LayDanhSachTTHC", portal.papers_token()).json["error_code"] == -2


def test_a_client_that_logs_in_before_every_call_is_told_so(portal: Portal) -> None:
    portal.freeze()
    portal.session()
    assert portal.rules() == set()
    portal.session()
    assert portal.rules() == {"session-not-reused"}
    portal.session()
    portal.session()
    assert portal.rules() == {"login-before-every-call"}


def test_a_client_that_renews_when_the_session_has_ended_is_left_in_peace(portal: Portal) -> None:
    portal.freeze()
    portal.session()
    portal.freeze(31)
    portal.session()
    assert portal.rules() == set()


def test_a_client_that_never_renews_is_told_so(portal: Portal) -> None:
    portal.freeze()
    session = portal.session()
    portal.freeze(31)
    portal.call("LayDanhSachTTHC", session)
    assert "session-never-renewed" not in portal.rules()
    portal.call("LayDanhSachTTHC", session)
    assert "session-never-renewed" in portal.rules()


def test_the_unit_must_be_the_sessions(portal: Portal) -> None:
    reply = portal.call("LayDanhSachTTHC", madonvi="H18").json
    assert reply["error_code"] == -8
    assert "H26" in reply["message"]


def test_a_sub_unit_may_call(portal: Portal) -> None:
    assert portal.call("LayDanhSachTTHC", madonvi="000.00.15.H26").json["error_code"] == 0


def test_an_unknown_service_names_the_nearest(portal: Portal) -> None:
    reply = portal.call("DongBoHosoMC").json
    assert reply["error_code"] == -9
    assert "DongBoHoSoMC" in reply["message"]


def test_the_portal_and_btxh_accounts_are_the_same_after_a_restart(visitor: Visitor) -> None:
    sandboxes = visitor.country.sandboxes
    again = Portal(visitor).country.sandboxes.credentials_shown(sandboxes.get("default"))
    assert again == sandboxes.credentials_shown(sandboxes.get("default"))


@pytest.mark.parametrize(
    ("style", "read", "push", "refused"),
    [("by-family", 0, "0", -9), ("number", 0, 0, -9), ("string", "0", "0", "-9"), ("00", "00", "00", "-9")],
)
def test_the_type_of_error_code_is_a_setting(
    portal: Portal, style: str, read: object, push: object, refused: object
) -> None:
    portal.settle(portal_error_code_style=style)
    session = portal.session()
    assert portal.call("LayDanhSachTTHC", session).json["error_code"] == read
    rating = [{"THANG": "11", "NAM": "2026", "SOPHIEU": "3"}]
    assert portal.call("DongBoDanhGia", session, data=rating).json["error_code"] == push
    assert portal.call("KhongCo", session).json["error_code"] == refused


def test_refusals_may_be_mapped_to_http_statuses(portal: Portal) -> None:
    portal.settle(portal_maps_errors_to_http=True)
    assert portal.call("KhongCo").status_code == 404
    assert portal.log_in(password="x").status_code == 401


def test_an_address_the_portal_does_not_have_is_not_found(portal: Portal) -> None:
    assert portal.post("/mapi/x", {}).status_code == 404


def test_a_get_is_not_allowed(portal: Portal) -> None:
    reply = portal.visitor.http.get("/XrdAdapter/RestService/forward/mapi/call")
    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST")
