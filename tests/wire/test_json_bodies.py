"""Whatever is wrong with a body, the answer is a refusal that says it."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

import pytest

from emulator.country.settings import MODES
from tests.builders import dossier
from tests.conftest import Visitor
from tests.services.stories import visiting

XRD = "/XrdAdapter/RestService/forward"
PORTAL = "dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider"
PAPERS = f"{PORTAL}&providerurl=https://apigiaytocanhan.dichvucong.gov.vn"
BODY = json.dumps(dossier(), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"[]", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b"null", "not-an-object"),
        (b'{"MaHoSo": NaN}', "not-json"),
        (b'{"MaHoSo": Infinity}', "not-json"),
        (b'{"MaHoSo": "\\ud800"}', "not-json"),
        (b'{"MaHoSo": ' + b"9" * 5000 + b"}", "not-json"),
        (b'{"MaHoSo": ' + b"[" * 200_000, "nested-too-deeply"),
        (BODY.decode().encode("utf-16"), "not-utf-8"),
        (gzip.compress(BODY), "body-is-packed"),
        (zlib.compress(BODY), "body-is-packed"),
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_body_that_is_no_json_object_is_refused_by_name(tmp_path: Path, body: bytes, rule: str, mode: str) -> None:
    with visiting(tmp_path, mode=mode) as visitor:
        reply = visitor.btxh("DongBoDVC", body)
        assert reply.json["error_code"] == -1
        newest = visitor.journal()[-1]
        assert (newest["outcome"], [remark["rule"] for remark in newest["remarks"]]) == ("refused", [rule])


@pytest.mark.parametrize("body", [b'{"MaHoSo": "\\ud800"}', b'{"MaHoSo": ' + b"9" * 5000 + b"}"])
def test_a_number_or_a_letter_that_json_cannot_carry_is_named(visitor: Visitor, body: bytes) -> None:
    assert visitor.btxh("DongBoDVC", body).json["error_code"] == -1
    (remark,) = visitor.journal()[-1]["remarks"]
    assert (remark["rule"], remark["level"], remark["expected"]) == ("not-json", "error", "≤ 2^64 | UTF-8")
    assert remark["en"].startswith("The body has a number that is too long, or half a character (a surrogate)")


@pytest.mark.parametrize(("path", "says"), [
    ("/apiBTXH/1.0/DongBoDVC", "error_code"), ("/apiBTXH/1.0/DanhSachHoSo", "error_code"),
    (f"{XRD}/mapi/login?{PORTAL}", "error_code"), (f"{XRD}/mapi/call?{PORTAL}", "error_code"),
    (f"{XRD}/bndp/public/v1/login?{PAPERS}", "errorCode"),
])  # fmt: skip
def test_a_packed_body_is_refused_and_told_how_to_send_it(visitor: Visitor, path: str, says: str) -> None:
    headers = {"Authorization": f"Bearer {visitor.token()}", "Content-Type": "application/json"}
    for coding, body in (("gzip", gzip.compress(BODY)), ("br", b"\x8b\x02\x80{}\x03"), ("", gzip.compress(BODY))):
        said = visitor.http.post(path, data=body, headers=headers | ({"Content-Encoding": coding} if coding else {}))
        assert says in said.text, said.text
        told = [each for each in visitor.journal()[-1]["remarks"] if each["rule"] == "body-is-packed"]
        assert [(each["found"], each["nearest"]) for each in told] == [(coding or "gzip", "Content-Encoding: identity")]
        assert "Content-Encoding" in told[0]["vi"]


def test_a_plain_body_that_says_it_is_packed_is_read_and_the_header_noted(visitor: Visitor) -> None:
    headers = {"Authorization": f"Bearer {visitor.token()}", "Content-Type": "application/json"}
    reply = visitor.http.post("/apiBTXH/1.0/DongBoDVC", data=BODY, headers=headers | {"Content-Encoding": "gzip"})
    assert reply.json["error_code"] == 0
    assert "body-is-packed" in [remark["rule"] for remark in visitor.journal()[-1]["remarks"]]


def test_a_packed_form_at_token_is_noted_beside_the_refusal(visitor: Visitor) -> None:
    form = gzip.compress(b"grant_type=client_credentials")
    reply = visitor.http.post("/token", data=form, headers={"Content-Encoding": "gzip"})
    assert reply.status_code == 400
    assert {"body-is-packed", "ndxp-missing-grant"} <= {each["rule"] for each in visitor.journal()[-1]["remarks"]}


def test_latin_1_is_refused_with_the_offset_of_its_first_byte(visitor: Visitor) -> None:
    body = '{"HoVaTen": "Lê"}'.encode("latin-1")
    reply = visitor.btxh("DongBoDVC", body)
    assert reply.json == {"error_code": -1, "message": "Thân yêu cầu không phải UTF-8: byte 0xea ở vị trí 14"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("body", "rule", "refusing"),
    [
        (b"\xef\xbb\xbf" + BODY, "bom", ("strict",)),
        (BODY[:-1] + b', "MaHoSo" : "000.11.26.H26-261120-0001"}', "duplicate-name", ()),
    ],
)
def test_rfc_8259_forbids_a_mark_and_only_advises_against_a_repeated_name(
    tmp_path: Path, body: bytes, rule: str, refusing: tuple[str, ...], mode: str
) -> None:
    with visiting(tmp_path, mode=mode) as visitor:
        reply = visitor.btxh("DongBoDVC", body)
        assert (reply.json["error_code"] != 0) == (mode in refusing)
        assert rule in [remark["rule"] for remark in visitor.journal()[-1]["remarks"]]


def test_every_broken_rule_is_named_and_the_first_decides_the_code(visitor: Visitor) -> None:
    body = dossier(HoVaTen="", MaTinh="97", NgayThangNamSinh="31/02/1960", Email="a" * 201, HKTT_ChiTiet=["x"])
    reply = visitor.btxh("DongBoDVC", body)
    assert reply.json["error_code"] == -5
    for name in ("HoVaTen", "NgayThangNamSinh", "Email", "HKTT_ChiTiet", "MaTinh"):
        assert name in reply.json["message"]


def test_a_later_field_is_kept_and_an_unknown_one_is_noted(tmp_path: Path) -> None:
    with visiting(tmp_path, mode="observed") as visitor:
        reply = visitor.btxh("DongBoDVC", dossier(SoQuyetDinh="12/QĐ", KhongCo="x", AcceptKey="bí mật"))
        assert reply.json["error_code"] == 0
        rules = {remark["rule"] for remark in visitor.journal()[-1]["remarks"]}
        assert {"later-field", "unknown-field"} <= rules
