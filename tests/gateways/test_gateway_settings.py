"""The gateway's settings through the admin API: what may be set works, what could break a reply is refused."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.builders import dossier
from tests.conftest import Visitor
from tests.gateways.axis.axis import HAGIANG, XRD, fault, link, newest


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("throttle_window_s", 0),
        ("throttle_limit", -1),
        ("throttle_level", "planet"),
        ("token_lifetime_s", -2),
        ("token_lifetime_s", 10**30),
        ("auth_header", ""),
        ("auth_header", "Access Key"),
        ("auth_header", "X\r\nSet-Cookie"),
        ("host_name", "a\r\nb"),
        ("subscription", "perhaps"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(visitor: Visitor, setting: str, value: Any) -> None:
    reply = visitor.http.put("/__admin/settings", json={setting: value})
    assert 400 <= reply.status_code < 500
    assert setting in reply.text
    assert visitor.btxh("DongBoDVC", dossier()).status_code == 200


def test_a_lifetime_of_minus_one_never_ends(visitor: Visitor) -> None:
    assert visitor.http.put("/__admin/settings", json={"token_lifetime_s": -1}).status_code == 200
    reply = visitor.http.post("/token", data={"grant_type": "client_credentials"}, headers=visitor.basic())
    assert reply.json["expires_in"] == 9223372036854775


def test_a_quota_set_by_a_trainer_holds(visitor: Visitor) -> None:
    visitor.http.put("/__admin/settings", json={"throttle_limit": 0})
    reply = visitor.btxh("DongBoDVC", dossier())
    assert reply.status_code == 429
    assert reply.json["fault"]["code"] == 900804


def test_the_realm_of_the_challenge_is_the_host_name(visitor: Visitor) -> None:
    visitor.http.put("/__admin/settings", json={"host_name": "lgsp.example.vn"})
    pair = visitor.country.sandboxes.credentials(visitor.country.sandboxes.get("default"))[0]
    form = {"grant_type": "client_credentials", "client_id": pair.consumer_key, "client_secret": "sai"}
    assert visitor.http.post("/token", data=form).headers["WWW-Authenticate"] == "Basic realm=lgsp.example.vn"


def test_a_body_above_the_limit_of_the_journal_is_kept_as_its_beginning_and_its_digest(visitor: Visitor) -> None:
    visitor.http.put("/__admin/settings", json={"journal_body_limit": 80_000})
    body = json.dumps(dossier(TomTatNoiDung="x" * 100_000)).encode()
    assert visitor.btxh("DongBoDVC", body).status_code == 200
    request = visitor.journal()[-1]["request"]
    assert (request["bodyBeginning"], request["bodySize"]) == (65_536, len(body))
    assert request["bodySha256"] == "sha256:" + hashlib.sha256(body).hexdigest()
    assert visitor.http.get("/__admin/chain").json["ok"] is True


@pytest.mark.parametrize(("over", "beginning"), [(0, None), (1, 65_536)])
def test_a_body_of_just_the_limit_of_the_journal_is_kept_whole_and_one_byte_more_is_not(
    visitor: Visitor, over: int, beginning: int | None
) -> None:
    body = json.dumps(dossier(TomTatNoiDung="x" * 70_000)).encode()
    visitor.http.put("/__admin/settings", json={"journal_body_limit": len(body) - over})
    assert visitor.btxh("DongBoDVC", body).status_code == 200
    request = visitor.journal()[-1]["request"]
    assert (request.get("bodyBeginning"), request["bodySize"]) == (beginning, len(body))
    assert len(request["body"]) == (beginning or len(body))


@pytest.mark.parametrize(("meaning", "read"), [("printed", "read as verified"), ("inverted", "read as not verified")])
def test_what_an_account_of_vneid_means_is_settled_by_the_setting(visitor: Visitor, meaning: str, read: str) -> None:
    visitor.http.put("/__admin/settings", json={"vneid_meaning": meaning})
    visitor.btxh("DongBoDVC", dossier(TaiKhoanDuocXacThucVoiVNeID="0"))
    (remark,) = [each for each in visitor.journal()[-1]["remarks"] if each["rule"] == "B33"]
    assert (remark["level"], remark["path"]) == ("note", "/TaiKhoanDuocXacThucVoiVNeID")
    assert read in remark["en"]


def test_mapi_without_a_dstcode_goes_to_the_portals_subsystem_of_the_setting(visitor: Visitor) -> None:
    visitor.http.put("/__admin/settings", json={"portal_subsystem": HAGIANG})
    visitor.http.post(f"{XRD}/mapi/login", json={})
    (remark,) = [each for each in newest(visitor)["remarks"] if each["rule"] == "K01"]
    assert (remark["level"], remark["path"]) == ("note", "dstcode")
    assert remark["en"] == f"dstcode: absent; {HAGIANG} is taken"


@pytest.mark.parametrize("state", ["expired", "wrong-name", "unknown-issuer"])
def test_a_host_whose_certificate_nobody_should_take_is_not_reached(visitor: Visitor, state: str) -> None:
    visitor.http.put("/__admin/settings", json={"tls_faults": {"dichvucong.hagiang.gov.vn": state}})
    status, code, message = fault(visitor.http.get(link()))
    assert (status, code) == (500, "Server.ServerProxy.NetworkError")
    assert message
    visitor.http.put("/__admin/settings", json={"tls_faults": {}})
    assert visitor.http.get(link()).status_code == 200


def test_the_portal_calls_an_agency_as_the_subsystem_of_the_setting(visitor: Visitor) -> None:
    wish = {"procedure": "2.000488", "agency": "H22"}
    filed = visitor.http.post("/__admin/citizens/999094001009/dossiers", json=wish)
    visitor.http.put("/__admin/settings", json={"portal_caller": "VN:GOV:000.00.00.G99:khong-ai"})
    refused = visitor.http.post("/__admin/citizens/999094001009/dossiers", json=wish)
    assert (filed.status_code, refused.status_code) == (201, 201)
    assert (filed.json["status"], refused.json["status"]) == (1, 14)
