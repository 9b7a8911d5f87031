"""What arrives over HTTP for each fault that answers in the platform's words, and what the journal says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from emulator.scenario.faults import FAULTS
from emulator.services.btxh.replies import ODDITIES
from tests.builders import dossier, pull
from tests.conftest import Visitor
from tests.faults.arming import arm, wish
from tests.gateways.axis.axis import fault as axis_fault
from tests.gateways.axis.axis import link
from tests.portal.portal_client import Portal

_GATEWAY = {
    "gateway-500": (500, 101500, "Error in Sender"),
    "backend-refused": (500, 101503, "Error connecting to the back end"),
    "send-timeout": (500, 101504, "Send timeout"),
    "endpoint-suspended": (500, 303001, "Name : BTXH--v1.0_APIproductionEndpoint ] [ State : SUSPENDED"),
    "key-validation-down": (500, 900900, "Error while accessing backend services for API key validation"),
    "throttled": (429, 900804, "You have exceeded your quota .You can access API after "),
    "hard-limit": (503, 900801, "API not accepting requests"),
    "caller-denied": (403, 900805, "You have been blocked from accessing the resource"),
    "subscription-blocked": (401, 900907, "(900907) - The requested API is temporarily blocked"),
    "subscription-inactive": (401, 900909, "(900909) - The subscription to the API is inactive"),
    "not-subscribed": (403, 900908, "Resource forbidden "),
    "api-blocked": (503, 700700, "This API has been blocked temporarily"),
    "api-retired": (404, 404, "The requested resource is not available."),
    "no-endpoint": (403, 900901, "Production key offered to the API with no production endpoint"),
}
_AXIS = {
    "xroad-bad-request": (400, "Client.BadRequest"),
    "xroad-client-unknown": (500, "Server.ClientProxy.UnknownMember"),
    "xroad-provider-unknown": (500, "Server.ClientProxy.UnknownMember"),
    "xroad-server-unknown": (500, "Server.ClientProxy.InvalidSecurityServer"),
    "xroad-server-down": (500, "Server.ClientProxy.NetworkError"),
    "xroad-needs-certificate": (500, "Server.ClientProxy.SslAuthenticationFailed"),
    "xroad-needs-tls": (500, "Server.ClientProxy.SslAuthenticationFailed"),
    "xroad-no-server-certificate": (500, "Server.ClientProxy.SslAuthenticationFailed"),
    "xroad-outdated-conf": (500, "Server.ClientProxy.OutdatedGlobalConf"),
    "xroad-no-signer": (500, "Server.ClientProxy.CannotCreateSignature.Signer.TokenNotActive"),
    "xroad-internal-error": (500, "Server.ClientProxy.InternalError"),
    "xroad-unknown-service": (500, "Server.ServerProxy.UnknownService"),
    "xroad-service-is-soap": (500, "Server.ServerProxy.ServiceType"),
    "xroad-access-denied": (500, "Server.ServerProxy.AccessDenied"),
    "xroad-service-disabled": (500, "Server.ServerProxy.ServiceDisabled"),
    "xroad-provider-down": (500, "Server.ServerProxy.NetworkError"),
    "xroad-service-network-error": (500, "Server.ServerProxy.ServiceFailed.NetworkError"),
    "xroad-service-http-error": (500, "Server.ServerProxy.ServiceFailed.HttpError"),
    "xroad-service-content-type": (500, "Server.ServerProxy.ServiceFailed.InvalidContentType"),
    "xroad-service-missing-url": (500, "Server.ServerProxy.ServiceMissingUrl"),
    "xroad-service-malformed-url": (500, "Server.ServerProxy.ServiceMalformedUrl"),
}
_JSON = {"Accept": "application/json"}


def _told(visitor: Visitor, name: str, outcome: str = "answered") -> dict[str, Any]:
    """Return the newest exchange, which must name the fault."""
    entry = visitor.journal()[-1]
    assert (entry["fault"], entry["faults"], entry["outcome"]) == (name, [name], outcome)
    assert f"fault:{name}" in [remark["rule"] for remark in entry["remarks"]]
    return entry


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.kind == "gateway"])
def test_every_fault_of_the_gateway_has_its_row_here(name: str) -> None:
    assert name in {*_GATEWAY, "gateway-502", "gateway-503", "gateway-504"}


def test_every_fault_of_the_axis_has_its_row_here() -> None:
    assert {name for name, fault in FAULTS.items() if fault.kind == "x-road"} == {*_AXIS, "xroad-right-withdrawn"}


@pytest.mark.parametrize("name", _GATEWAY)
def test_the_gateway_refuses_in_its_own_words(visitor: Visitor, name: str) -> None:
    arm(visitor, wish(name, "btxh.*"))
    reply = visitor.btxh("DongBoDVC", dossier(), headers=_JSON)
    status, code, description = _GATEWAY[name]
    fault = reply.json["fault"]
    assert (reply.status_code, fault["code"]) == (status, code)
    assert description in fault["description"]
    assert ("WWW-Authenticate" in reply.headers) is (status == 401)
    assert _told(visitor, name, "refused")["effects"] == []
    arm(visitor)
    assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0


@pytest.mark.parametrize(
    ("status", "title"), [(502, "Bad Gateway"), (503, "Service Temporarily Unavailable"), (504, "Gateway Time-out")]
)
def test_a_proxy_before_the_gateway_answers_in_html(visitor: Visitor, status: int, title: str) -> None:
    arm(visitor, wish(f"gateway-{status}", "btxh.*"))
    stranger = visitor.http.post("/apiBTXH/1.0/DongBoDVC", json={}, headers={"Authorization": "Bearer nobody"})
    assert stranger.status_code == 401  # the fault speaks to callers who were admitted
    reply = visitor.btxh("DongBoDVC", dossier())
    assert (reply.status_code, reply.content_type) == (status, "text/html")
    assert f"<h1>{status} {title}</h1>".encode() in reply.data
    _told(visitor, f"gateway-{status}", "refused")


def test_a_quota_counts_and_the_first_calls_pass(visitor: Visitor) -> None:
    arm(visitor, wish("throttled", "btxh.*", {"limit": 2, "window_s": 31_622_400, "level": "application"}))
    replies = [visitor.btxh("DongBoDVC", dossier(), headers=_JSON) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 429, 429]
    assert replies[3].json["fault"]["code"] == 900803
    assert "nextAccessTime" in replies[3].json["fault"]


@pytest.mark.parametrize("name", _AXIS)
def test_the_axis_refuses_in_x_roads_words_and_once(visitor: Visitor, name: str) -> None:
    arm(visitor, wish(name, "xroad.*", times=1))
    status, code, message = axis_fault(visitor.http.get(link()))
    assert ((status, code), bool(message)) == (_AXIS[name], True)
    _told(visitor, name, "refused")
    assert visitor.http.get(link()).status_code == 200


def test_a_withdrawn_right_stays_away_until_it_is_given_again(visitor: Visitor) -> None:
    assert visitor.http.get(link()).status_code == 200
    arm(visitor, wish("xroad-right-withdrawn", "xroad.*", nth=[2]))
    assert visitor.http.get(link()).status_code == 200
    assert axis_fault(visitor.http.get(link()))[1] == "Server.ServerProxy.AccessDenied"
    _told(visitor, "xroad-right-withdrawn", "refused")
    arm(visitor)
    assert axis_fault(visitor.http.get(link()))[1] == "Server.ServerProxy.AccessDenied"
    given = {"provider": "VN:GOV:000.00.00.H22:hagiangvdxpsvc01", "subjects": ["VN:GOV:000.00.00.H26:hanoivdxpsvc01"]}
    visitor.http.post("/__admin/access-rights", json=given)
    assert visitor.http.get(link()).status_code == 200


def test_a_fault_of_the_axis_strikes_a_service_of_the_portal_by_name(visitor: Visitor) -> None:
    portal = Portal(visitor)
    session = portal.session()
    arm(visitor, wish("xroad-access-denied", "dvcqg.mapi.LayDanhMucCoQuan"))
    assert portal.call("LayDanhSachTTHC", session).json["error_code"] == 0
    assert axis_fault(portal.call("LayDanhMucCoQuan", session))[1] == "Server.ServerProxy.AccessDenied"
    assert _told(visitor, "xroad-access-denied", "refused")["operation"] == "dvcqg.mapi.LayDanhMucCoQuan"


def _pulled(visitor: Visitor, name: str, **params: Any) -> TestResponse:
    arm(visitor, wish(name, "btxh.DanhSachHoSo", params))
    reply = visitor.btxh("DanhSachHoSo", pull(ThoiGianBatDau="01/01/2020 00:00:00"))
    _told(visitor, name)
    return reply


def _rows(visitor: Visitor) -> list[dict[str, Any]]:
    arm(visitor)
    rows: list[dict[str, Any]] = visitor.btxh("DanhSachHoSo", pull(ThoiGianBatDau="01/01/2020 00:00:00")).json[
        "result"
    ]["data"]
    assert rows
    return rows


def test_a_login_page_comes_with_200_and_the_service_never_saw_the_call(visitor: Visitor) -> None:
    arm(visitor, wish("html-login-page", "btxh.*"))
    reply = visitor.btxh("DongBoDVC", dossier())
    assert (reply.status_code, reply.mimetype) == (200, "text/html")
    assert "<form" in reply.text
    assert _told(visitor, "html-login-page")["effects"] == []


def test_broken_json_is_shorter_and_unreadable(visitor: Visitor) -> None:
    with pytest.raises(ValueError, match="char"):
        json.loads(_pulled(visitor, "broken-json").data)


@pytest.mark.parametrize(("charset", "codec"), [("windows-1258", "cp1258"), ("utf-16", "utf-16")])
def test_a_wrong_charset_is_readable_only_to_those_who_know_it(visitor: Visitor, charset: str, codec: str) -> None:
    import unicodedata

    good = _rows(visitor)
    reply = _pulled(visitor, "wrong-charset", charset=charset)
    with pytest.raises(UnicodeDecodeError):
        reply.data.decode()
    assert "UTF-8" in reply.headers["Content-Type"]
    read = json.loads(unicodedata.normalize("NFC", reply.data.decode(codec)))["result"]["data"]
    assert read == json.loads(unicodedata.normalize("NFC", json.dumps(good, ensure_ascii=False)))


def test_a_byte_order_mark_stands_before_the_json(visitor: Visitor) -> None:
    assert _pulled(visitor, "wrong-charset", charset="utf-8-bom").data.startswith(b'\xef\xbb\xbf{"result"')


def test_null_stands_where_the_list_belongs(visitor: Visitor) -> None:
    assert _pulled(visitor, "data-null").json["result"]["data"] is None
    arm(visitor, wish("data-null", "dvcqg.mapi.Lay*"))
    assert Portal(visitor).call("LayDanhMucCoQuan").json["result"] is None


def test_keys_of_the_envelope_can_be_missing(visitor: Visitor) -> None:
    assert "result" not in _pulled(visitor, "missing-result").json
    assert "error_code" not in _pulled(visitor, "missing-code").json["result"]


def test_json_can_be_encoded_twice(visitor: Visitor) -> None:
    twice = _pulled(visitor, "double-encoded").json
    assert json.loads(twice)["result"]["error_code"] == 0


def test_every_record_can_come_twice(visitor: Visitor) -> None:
    good = _rows(visitor)
    assert _pulled(visitor, "duplicate-records").json["result"]["data"] == [row for row in good for _ in range(2)]


@pytest.mark.parametrize(("casing", "key"), [("pascal", "MaHoSo"), ("upper", "MAHOSO"), ("lower", "mahoso")])
def test_keys_can_come_in_another_letter_case(visitor: Visitor, casing: str, key: str) -> None:
    reply = _pulled(visitor, "odd-casing", casing=casing).json
    (envelope,) = reply.values()
    assert key in next(each for each in envelope.values() if isinstance(each, list))[0]


def test_words_may_change_while_the_code_stays(visitor: Visitor) -> None:
    envelope = _pulled(visitor, "other-wording").json["result"]
    assert (envelope["message"], envelope["error_code"]) == ("OK", 0)


def test_a_body_can_be_missing_altogether(visitor: Visitor) -> None:
    assert _pulled(visitor, "empty-body").data == b""


def test_the_settings_of_a_sandbox_outlive_a_fault_of_one_call(visitor: Visitor) -> None:
    arm(visitor, wish("code-as-string", "btxh.*", nth=[1]))
    codes = [visitor.btxh("DongBoDVC", dossier()).json["error_code"] for _ in range(2)]
    assert codes == ["0", 0]


@pytest.mark.parametrize("name", ODDITIES)
def test_each_printed_oddity_can_be_shown_by_one_call(visitor: Visitor, name: str) -> None:
    visitor.http.put("/__admin/settings", json={"reply_oddities": []})
    oddity = ODDITIES[name]  # type: ignore[index]
    operation = "TienTrinhXuLy" if oddity.of_steps else "DanhSachHoSo"
    asked = pull(ThoiGianBatDau="01/01/2020 00:00:00", LoaiDuLieu="100" if name == "sample-result-values" else "1")
    if operation == "TienTrinhXuLy":
        del asked["LoaiDuLieu"]
    plain = visitor.btxh(operation, asked).data
    arm(visitor, wish(f"oddity-{name}", f"btxh.{operation}", nth=[1]))
    odd = visitor.btxh(operation, asked).data
    assert oddity.quirk in [remark["rule"] for remark in _told(visitor, f"oddity-{name}")["remarks"]]
    assert odd != plain
    assert visitor.btxh(operation, asked).data == plain


def test_the_oddities_of_the_portal_can_be_shown_by_one_call(visitor: Visitor) -> None:
    portal = Portal(visitor)
    session, token = portal.session(), portal.papers_token()
    shown = {}
    for name in (name for name, fault in FAULTS.items() if name.startswith("oddity-") and "dvcqg" in fault.at[0]):
        arm(visitor, wish(name, FAULTS[name].at[0]))
        owner = "999000000000" if name == "oddity-empty-is-null" else "999094001009"
        papers = "papers" in FAULTS[name].at[0]
        reply = portal.papers(token, SoDinhDanhChuSoHuu=owner) if papers else portal.call("LayDanhMucCoQuan", session)
        shown[name] = reply.json
        _told(visitor, name)
    assert set(shown["oddity-result-alone"]) == {"result"}
    paper = shown["oddity-file-key"]["result"]["DanhSachGiayToKetQua"][0]
    assert "TenFile" in json.dumps(paper)
    assert shown["oddity-short-agency"] != shown["oddity-file-key"]
    assert shown["oddity-empty-is-null"]["result"] is None
    assert len(shown["oddity-papers-not-asked"]["result"]["DanhSachGiayToKetQua"]) >= 1


def test_a_service_says_no_with_status_200_and_changes_nothing(visitor: Visitor) -> None:
    arm(visitor, wish("service-refused", "btxh.DanhSachHoSo", params={"error_code": -8}))
    refused = visitor.btxh("DanhSachHoSo", pull())
    assert (refused.status_code, refused.json["result"]["error_code"], refused.json["result"]["data"]) == (200, -8, [])
    arm(visitor, wish("service-refused", "btxh.DongBoDVC"))
    body = dossier()
    assert visitor.btxh("DongBoDVC", body).json["error_code"] == -1
    assert _told(visitor, "service-refused", "refused")["effects"] == []
    arm(visitor)
    assert visitor.btxh("DongBoDVC", body).json["error_code"] == 0


def test_an_error_beside_data_has_a_code_in_its_own_type_and_leaves_the_data(visitor: Visitor) -> None:
    """KDL V.2: whoever reads result before errorCode goes wrong here."""
    portal = Portal(visitor)
    token, session = portal.papers_token(), portal.session()
    arm(visitor, wish("error-beside-data", params={"code": -9}))
    said = portal.papers(token).json
    assert (said["errorCode"], len(said["result"]["DanhSachGiayToKetQua"])) == ("-9", 1)
    listed = portal.call("LayDanhMucSSTaiTep", session).json
    assert (listed["error_code"], bool(listed["result"])) == (-9, True)
    pulled = _pulled(visitor, "error-beside-data").json["result"]
    assert (pulled["error_code"], bool(pulled["data"])) == (-1, True)
