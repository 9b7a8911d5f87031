"""Downloads over the axis (KDL V.3)."""

from __future__ import annotations

import hashlib
import unicodedata
from urllib.parse import quote

import pytest

from emulator.country.pack_reading import shipped_folder
from tests.conftest import Visitor
from tests.gateways.axis.axis import DIENBIEN, HAGIANG, KONTUM, VXP, XRD, fault, link, newest, remarks

HOSTED = shipped_folder() / "co-ban" / "hosted"
FILE = HOSTED / "hagiang-124.pdf"


@pytest.mark.parametrize("context", [VXP, XRD])
def test_a_file_of_another_province_arrives_byte_for_byte_through_either_adapter(
    visitor: Visitor, context: str
) -> None:
    """VDXP-B2-01."""
    reply = visitor.http.get(link(context=context))
    assert reply.status_code == 200
    assert reply.data == (HOSTED / "hagiang-124.pdf").read_bytes()
    assert reply.headers["Content-Type"] == "application/pdf"
    assert reply.headers["Content-Length"] == str(len(reply.data))


def test_the_journal_keeps_size_and_digest_of_a_file_but_not_its_bytes(visitor: Visitor) -> None:
    """VDXP-B7-01."""
    reply = visitor.http.get(link())
    told = newest(visitor)
    assert told["operation"] == "province.download"
    response = told["response"]
    assert "body" not in response
    assert response["bytesSent"] == len(reply.data)
    assert response["bodySha256"] == "sha256:" + hashlib.sha256(reply.data).hexdigest()


def test_a_case_2_link_works_once_its_words_are_replaced_by_an_address(visitor: Visitor) -> None:
    printed = f"http://IP-SS-BNĐP:8080{VXP}/download/124.pdf?dstcode={DIENBIEN}&providerurl=https://dichvucong.dienbien.gov.vn"
    reply = visitor.http.get(printed.replace("IP-SS-BNĐP:8080", "localhost"))
    assert reply.data == (HOSTED / "dienbien-124.pdf").read_bytes()


def test_a_link_rewritten_at_its_fourth_slash_still_arrives(visitor: Visitor) -> None:
    printed = f"http://10.0.0.9:8081{link(context=XRD)}"
    kept = "/" + printed.split("/", 4)[4]
    reply = visitor.http.get("http://localhost:8080/VXPAdapter" + kept)
    assert reply.data == (HOSTED / "hagiang-124.pdf").read_bytes()


def test_an_opaque_sharing_link_names_its_file_in_a_header(visitor: Visitor) -> None:
    address = link("/api/igat/sharing/c41b7e90d2f84a63b5e8", KONTUM, "https://motcua.kontum.gov.vn")
    reply = visitor.http.get(address)
    assert reply.data == (HOSTED / "kontum-2.pdf").read_bytes()
    assert reply.headers["Content-Disposition"].endswith(quote("Giấy chứng nhận quyền sử dụng đất (2).pdf"))


def test_the_chain_holds_over_an_exchange_whose_bytes_were_not_kept(visitor: Visitor) -> None:
    visitor.http.get(link())
    assert visitor.http.get("/__admin/chain").json["ok"] is True


def test_files_differ_per_paper(visitor: Visitor) -> None:
    places = ("/download/123.pdf", "/download/124.pdf", "/download/" + quote("Quyết định trợ cấp xã hội.pdf"))
    assert len({visitor.http.get(link(place)).data for place in places}) == 3


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Quyết định trợ cấp xã hội.pdf", "hagiang-qd.pdf"),
        (unicodedata.normalize("NFD", "Giấy xác nhận khuyết tật.pdf"), "hagiang-kt.pdf"),
        ("Giấy chứng nhận .pdf", "hagiang-cn.pdf"),
    ],
)
def test_awkward_names_are_found_when_they_are_encoded_as_given(visitor: Visitor, name: str, file: str) -> None:
    assert visitor.http.get(link("/download/" + quote(name))).data == (HOSTED / file).read_bytes()


def test_a_name_that_was_normalised_anew_is_not_found_and_the_journal_says_why(visitor: Visitor) -> None:
    reply = visitor.http.get(link("/download/" + quote("Giấy xác nhận khuyết tật.pdf")))
    assert reply.status_code == 404
    assert "X-Road-Error" not in reply.headers
    assert "renormalised-name" in remarks(visitor)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/download/rong.pdf", "empty-file"),
        ("/download/sai-loai.pdf", "wrong-content-type"),
        ("/download/loi.pdf", "wrong-content-type"),
    ],
)
def test_what_a_careless_client_would_store_as_a_paper_is_remarked_on(visitor: Visitor, path: str, rule: str) -> None:
    reply = visitor.http.get(link(path))
    assert reply.status_code == 200
    assert rule in remarks(visitor)


def test_one_range_of_a_file_comes_as_206_and_what_was_sent_is_digested(visitor: Visitor) -> None:
    whole = (HOSTED / "hagiang-124.pdf").read_bytes()
    reply = visitor.http.get(link(), headers={"Range": "bytes=10-19"})
    assert (reply.status_code, reply.data) == (206, whole[10:20])
    assert reply.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert newest(visitor)["response"]["bodySha256"] == "sha256:" + hashlib.sha256(whole[10:20]).hexdigest()


@pytest.mark.parametrize(("header", "part"), [("bytes=-5", slice(-5, None)), ("bytes=600-", slice(600, None))])
def test_open_ranges_are_understood(visitor: Visitor, header: str, part: slice) -> None:
    whole = (HOSTED / "hagiang-124.pdf").read_bytes()
    assert visitor.http.get(link(), headers={"Range": header}).data == whole[part]


def test_a_range_beyond_the_end_gets_416(visitor: Visitor) -> None:
    reply = visitor.http.get(link(), headers={"Range": "bytes=999999-"})
    assert reply.status_code == 416
    assert reply.headers["Content-Range"].startswith("bytes */")


@pytest.mark.parametrize(
    "header", ["bytes=0-3,10-12", "bytes=0-3, -2", "bytes=9-2", "items=0-3", "bytes=a-b", "bytes=-"]
)
def test_several_ranges_and_what_is_no_range_get_the_whole(visitor: Visitor, header: str) -> None:
    reply = visitor.http.get(link(), headers={"Range": header})
    assert (reply.status_code, reply.data) == (200, FILE.read_bytes())


@pytest.mark.parametrize(("header", "status"), [
    ("Bytes=0-3", 206), (f"bytes=0-{'9' * 5000}", 206), (f"bytes={'9' * 5000}-", 416), (f"bytes=-{'9' * 5000}", 206),
    (f"bytes={'0' * 5000}1-2", 206), ("bytes=0-3,999999-", 206), ("bytes=999999-, -2", 206), ("bytes=,0-3,", 206),
    ("bytes=999999-,888888-", 416), ("bytes=" + ",".join(["0-0"] * 500), 200),
])  # fmt: skip
def test_a_range_of_any_length_is_read(visitor: Visitor, header: str, status: int) -> None:
    assert visitor.http.get(link(), headers={"Range": header}).status_code == status


def test_a_part_is_sent_only_of_the_file_that_the_caller_has_begun(visitor: Visitor) -> None:
    tag = visitor.http.get(link()).headers["ETag"]
    asked = [visitor.http.get(link(), headers={"Range": "bytes=4-", "If-Range": each}) for each in
             (tag, '"another"', f"W/{tag}", "Mon, 02 Nov 2026 00:00:00 GMT")]  # fmt: skip
    assert [reply.status_code for reply in asked] == [206, 200, 200, 200]
    assert asked[0].data == FILE.read_bytes()[4:]
    assert {reply.data for reply in asked[1:]} == {FILE.read_bytes()}


@pytest.mark.parametrize("verb", ["GET", "HEAD"])
def test_a_file_that_the_caller_has_is_not_sent_again(visitor: Visitor, verb: str) -> None:
    tag = visitor.http.get(link()).headers["ETag"]
    for given in (tag, f'"x", W/{tag}', "*"):
        reply = visitor.http.open(link(), method=verb, headers={"If-None-Match": given, "Range": "bytes=0-1"})
        assert (reply.status_code, reply.data, reply.headers["ETag"]) == (304, b"", tag)
    assert visitor.http.open(link(), method=verb, headers={"If-None-Match": '"x"'}).status_code == 200
    assert visitor.http.open(link(), method=verb, headers={"If-Match": '"x"'}).status_code == 412


def test_head_knows_no_ranges(visitor: Visitor) -> None:
    reply = visitor.http.head(link(), headers={"Range": "bytes=0-3"})
    assert (reply.status_code, int(reply.headers["Content-Length"])) == (200, FILE.stat().st_size)


def test_a_host_that_offers_no_ranges_sends_the_whole(visitor: Visitor) -> None:
    address = link("/api/igat/sharing/c41b7e90d2f84a63b5e8", KONTUM, "https://motcua.kontum.gov.vn")
    reply = visitor.http.get(address, headers={"Range": "bytes=0-3"})
    assert reply.status_code == 200
    assert "Accept-Ranges" not in reply.headers


def test_head_tells_the_length_and_sends_nothing(visitor: Visitor) -> None:
    reply = visitor.http.head(link())
    assert reply.data == b""
    assert reply.headers["Content-Length"] == str((HOSTED / "hagiang-124.pdf").stat().st_size)


def test_a_post_on_a_file_link_gets_405_and_is_written_down(visitor: Visitor) -> None:
    assert visitor.http.post(link()).status_code == 405
    assert newest(visitor)["operation"] == "province.download"


def test_a_call_that_bypasses_the_axis_is_refused_as_from_outside(visitor: Visitor) -> None:
    reply = visitor.http.get("/download/124.pdf", headers={"Host": "dichvucong.hagiang.gov.vn"})
    assert reply.status_code == 403
    assert b"%PDF" not in reply.data
    assert remarks(visitor) == ["bypassed-the-axis"]


def test_every_reply_of_a_provider_carries_the_headers_of_the_axis(visitor: Visitor) -> None:
    headers = visitor.http.get(link(), headers={"X-Road-Id": "mot-hai-ba"}).headers
    assert headers["X-Road-Id"] == "mot-hai-ba"
    assert headers["X-Road-Client"] == "VN/GOV/000.00.00.H26/hanoivdxpsvc01"
    assert headers["X-Road-Service"] == "VN/GOV/000.00.00.H22/hagiangvdxpsvc01/exchangeDataX"
    assert len(headers["X-Road-Request-Id"]) == 36
    assert len(headers["X-Road-Request-Hash"]) == 88
    assert visitor.http.get(link()).headers["X-Road-Id"].startswith("VN-")


def test_the_receipt_link_of_a_payment_company_arrives_with_its_own_query_keys(visitor: Visitor) -> None:
    address = (
        f"{XRD}/service/vpcp/viewbill?token=YWJj%3D&dstcode=VN:COM:0100000000:viewbillsvc01"
        "&providerurl=http://10.0.0.41:8083/"
    )
    reply = visitor.http.get(address)
    assert reply.data == (HOSTED / "bien-lai.pdf").read_bytes()
    assert set(remarks(visitor)) == {"trailing-slash", "provider-port", "provider-http"}


def test_a_host_nobody_has_is_no_reason_to_open_a_socket(visitor: Visitor) -> None:
    status, code, message = fault(visitor.http.get(link(url="https://khong-co.example.vn")))
    assert (status, code) == (500, "Server.ServerProxy.NetworkError")
    assert message == "khong-co.example.vn: Name or service not known"


def test_a_sandbox_by_path_forwards_too(visitor: Visitor) -> None:
    assert visitor.http.get("/s/default" + link()).data.startswith(b"%PDF")
    assert HAGIANG in newest(visitor)["request"]["url"]
