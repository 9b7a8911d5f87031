"""What clients are known to get wrong in an address, and what they may do.

Sources: KDL V.1 to V.3; src:adapter-forward, src:client-downloads.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.conftest import Visitor
from tests.gateways.axis.axis import HAGIANG, HAGIANG_URL, PORTAL, QUANGNAM, VXP, XRD, fault, link, newest, remarks

ENCODED, URL = quote(HAGIANG, safe=""), quote(HAGIANG_URL, safe="")
FILE = VXP + "/download/124.pdf"


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        (f"{FILE}?{ENCODED}&{URL}", "nameless-parameters"),
        (f"{FILE}?dstcode={HAGIANG}&{URL}", "nameless-parameters"),
        (f"{FILE}?providerurl={HAGIANG_URL}", "dstcode-missing"),
        (FILE, "dstcode-missing"),
        (f"{FILE}?dstcode={HAGIANG}", "providerurl-missing"),
        (f"{FILE}?dstcode={quote(ENCODED)}&providerurl={HAGIANG_URL}", "double-encoding"),
        (f"{FILE}?dstcode={HAGIANG}&providerurl={quote(URL)}", "double-encoding"),
        (f"{FILE}?dstcode={HAGIANG}&providerurl={quote('http://IP-SS-BNĐP:8080')}", "K22"),
        (f"{VXP}{link()}", "wrapped-twice"),
        (f"{FILE}?dstcode=VN:GOV:000.00.00.H22&providerurl={HAGIANG_URL}", "dstcode-form"),
        (f"{FILE}?dstcode=VN%20:%20GOV:000.00.00.H22:x&providerurl={HAGIANG_URL}", "dstcode-form"),
        (f"{FILE}?dstcode={HAGIANG}&providerurl=dichvucong.hagiang.gov.vn", "providerurl-form"),
        (f"{FILE}?dstcode={HAGIANG}&providerurl=https://dichvucong.hagiang.gov.vn:x", "providerurl-form"),
    ],
)
def test_a_wrong_address_gets_400_and_a_sentence_that_names_the_fault(
    visitor: Visitor, address: str, rule: str
) -> None:
    """VDXP-B3-02."""
    status, code, message = fault(visitor.http.get(address))
    assert (status, code) == (400, "Client.BadRequest")
    told = next(remark for remark in newest(visitor)["remarks"] if remark["rule"] == rule)
    assert (told["level"], told["vi"]) == ("error", message)


@pytest.mark.parametrize(("address", "nearest"), [
    (link(dstcode="VN:GOV:000.00.00.H22:hagiangvdxpsvc02"), HAGIANG),
    (link(dstcode="vn:gov:000.00.00.h22:HAGIANGVDXPSVC01"), HAGIANG),
    (link(dstcode="VN:COM:000.00.00.H22:hagiangvdxpsvc01"), HAGIANG),
    (link(dstcode="VN:GOV:H22:hagiangvdxpsvc01"), HAGIANG),
    (link(dstcode="000.00.00.H22"), HAGIANG),
    (link(dstcode="H22"), HAGIANG),
    (link(dstcode="VN/GOV/000.00.00.H22/hagiangvdxpsvc01"), HAGIANG),
    (link(dstcode=quote("SUBSYSTEM : VN : GOV : 000.00.00.H22 : hagiangvdxpsvc01")), HAGIANG),
    (f"{FILE}?providerurl={HAGIANG_URL}", HAGIANG),
    (f"{FILE}?dstcode={HAGIANG}", f"providerurl={HAGIANG_URL}"),
    (link(url="https://dichvucong.hagiang.vn"), f"dstcode={HAGIANG}&providerurl={HAGIANG_URL}"),
    (link(url="https://DICHVUCONG.HAGIANG.GOV.VN.vn"), f"dstcode={HAGIANG}&providerurl={HAGIANG_URL}"),
    (link("/Download/124.pdf"), "/download/124.pdf"),
    (link("/download/124.PDF"), "/download/124.pdf"),
    ("/ss/H62" + link(), "/ss/H26"),
    (link(dstcode="VN:GOV:999.99.99.Z99:khong-giong-ai"), ""),
    (link("/khong-giong-gi-het"), "GET /VXPAdapter/RestService/forward/download/ (province.download, KDL V.3)"),
])  # fmt: skip
def test_who_or_what_was_most_likely_meant_is_named(visitor: Visitor, address: str, nearest: str) -> None:
    assert visitor.http.get(address).status_code >= 400
    told = [remark for remark in newest(visitor)["remarks"] if remark["level"] == "error"]
    assert [remark.get("nearest", "") for remark in told] == [nearest]


def test_the_words_of_the_guide_left_in_the_host_are_refused(visitor: Visitor) -> None:
    visitor.http.get(link(), headers={"Host": "xn--ip-ss-bnp-xgb.example.vn:8080"})
    assert "K22" in remarks(visitor)


@pytest.mark.parametrize("place", ["query", "header", "encoded query", "encoded header"])
def test_the_address_is_read_from_query_or_headers_and_decoded_once(visitor: Visitor, place: str) -> None:
    dstcode, url = (ENCODED, URL) if "encoded" in place else (HAGIANG, HAGIANG_URL)
    if "header" in place:
        reply = visitor.http.get(FILE, headers={"dstcode": dstcode, "providerurl": url})
    else:
        reply = visitor.http.get(f"{FILE}?dstcode={dstcode}&providerurl={url}")
    assert reply.status_code == 200


def test_of_two_different_addresses_the_query_counts_and_the_journal_says_so(visitor: Visitor) -> None:
    assert visitor.http.get(link(), headers={"dstcode": QUANGNAM}).status_code == 200
    assert remarks(visitor) == ["two-addresses"]


def test_mapi_without_a_dstcode_goes_to_the_portal_but_not_in_strict_mode(visitor: Visitor) -> None:
    visitor.http.post(f"{XRD}/mapi/login", json={"username": "a", "password": "b"})
    assert "K01" in remarks(visitor)
    visitor.http.patch("/__admin/sandboxes/default", json={"mode": "strict"})
    fault(visitor.http.post(f"{XRD}/mapi/login", json={}))
    assert remarks(visitor) == ["dstcode-missing"]


def test_another_spelling_of_the_portal_is_known(visitor: Visitor) -> None:
    alias = PORTAL.replace("vpcpdvcprovider", "vpccpdvcqgsub01")
    visitor.http.post(f"{XRD}/mapi/login?dstcode={alias}", json={})
    assert "K21" in remarks(visitor)
