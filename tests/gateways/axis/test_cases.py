"""What an audit found on the axis, row by row (K1 …), each with siblings of its kind: the gate and the forward."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from tests.conftest import Visitor
from tests.gateways.axis.axis import DIENBIEN, HAGIANG, HANOI, KONTUM, QUANGNAM, VXP, XRD, fault, link, newest, remarks
from tests.gateways.axis.provider import PAPER, Answer, Provider, drip, head, provider, raw, reset, said, silence

MODES = pytest.mark.parametrize("mode", ["strict", "documented", "observed"])
QUANGNAM_URL = "https://dichvucong.quangnam.gov.vn"
HANOI_URL = "https://dichvucong.hanoi.gov.vn"
PORTAL_CALLER = "VN:GOV:000.00.00.G22:vpcpcdvcqgsub01"
MISPRINT = "VN:GOV:000.00.00.G22:vpccpdvcqgsub01"
PROVIDER_OF_CLIENTS = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
DENIED, DOWN = "Server.ServerProxy.AccessDenied", "Server.ServerProxy.NetworkError"


def settle(visitor: Visitor, **settings: Any) -> None:
    assert visitor.http.put("/__admin/settings", json=settings).status_code == 200


def to_mode(visitor: Visitor, mode: str) -> None:
    assert visitor.http.patch("/__admin/sandboxes/default", json={"mode": mode}).status_code == 200


def grant(visitor: Visitor, owner: str, *subjects: str) -> None:
    reply = visitor.http.post("/__admin/access-rights", json={"provider": owner, "subjects": list(subjects)})
    assert reply.status_code == 200, reply.json


def enliven(visitor: Visitor, base_url: str, dstcode: str = HANOI, **more: Any) -> None:
    reply = visitor.http.put(f"/__admin/live-agencies/{dstcode}", json={"base_url": base_url, **more})
    assert reply.status_code == 200, reply.json


@pytest.fixture
def machine() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def live(visitor: Visitor, machine: Provider) -> Visitor:
    """A visitor whose agency Hà Nội is the machine, with the right to call it."""
    enliven(visitor, machine.base_url)
    grant(visitor, HANOI, HANOI)
    return visitor


def ask(visitor: Visitor, path: str = "/tep/1.pdf", url: str = HANOI_URL, **options: Any) -> Any:
    method = options.pop("method", "GET")
    return visitor.http.open(link(path, HANOI, url), method=method, buffered=True, **options)


# K1: what is reached decides.


@MODES
def test_k1_the_file_of_a_host_is_never_had_under_the_dstcode_of_another(visitor: Visitor, mode: str) -> None:
    to_mode(visitor, mode)
    reply = visitor.http.get(link("/download/7.pdf", HAGIANG, QUANGNAM_URL))
    assert fault(reply) == (
        500, DENIED, "Request is not allowed: SERVICE:VN/GOV/000.00.00.H47/quangnamvdxpsvc01/exchangeDataX",
    )  # fmt: skip
    (told,) = [each for each in newest(visitor)["remarks"] if each["rule"] == "host-of-another"]
    assert f"dstcode={QUANGNAM}&providerurl={QUANGNAM_URL}" in told["vi"]
    assert f"dstcode={QUANGNAM}&providerurl={QUANGNAM_URL}" in told["en"]


@MODES
@pytest.mark.parametrize(("dstcode", "url"), [
    (HAGIANG, "https://dichvucong.dienbien.gov.vn"),
    (DIENBIEN, "https://motcua.kontum.gov.vn"),
    ("VN:COM:0100000000:viewbillsvc01", "https://dichvucong.hagiang.gov.vn"),
    (HAGIANG, "http://10.0.0.41:8083"),
    (HAGIANG, "https://apigiaytocanhan.dichvucong.gov.vn"),
])  # fmt: skip
def test_k1_a_wrong_pair_is_out_of_reach_though_both_gave_the_right(
    visitor: Visitor, mode: str, dstcode: str, url: str
) -> None:
    to_mode(visitor, mode)
    status, code, _ = fault(visitor.http.get(link("/download/124.pdf", dstcode, url)))
    assert (status, code) == (500, DOWN)
    assert "host-of-another" in remarks(visitor)


def test_k1_the_right_pair_passes_in_every_mode(visitor: Visitor) -> None:
    for mode in ("strict", "documented", "observed"):
        to_mode(visitor, mode)
        assert visitor.http.get(link()).status_code == 200
        assert remarks(visitor) == []


# K2: whole identifiers are compared.


@pytest.mark.parametrize("caller", [PROVIDER_OF_CLIENTS, PORTAL_CALLER])
def test_k2_the_misprinted_row_admits_nobody_but_itself_and_the_province_is_told(visitor: Visitor, caller: str) -> None:
    visitor.http.delete("/__admin/access-rights/all", json={"provider": HAGIANG})
    grant(visitor, HAGIANG, MISPRINT)
    settle(visitor, own_subsystem=caller)
    assert fault(visitor.http.get(link()))[1] == DENIED
    (told,) = [each for each in newest(visitor)["remarks"] if each["rule"] == "right-of-another-row"]
    assert MISPRINT in told["vi"]
    assert caller in told["vi"]
    settle(visitor, own_subsystem=MISPRINT)
    assert visitor.http.get(link()).status_code == 200


def test_k2_the_portal_calls_as_the_row_that_the_guide_grants(live: Visitor) -> None:
    told = live.http.post("/__admin/rehearsals", json={"kind": "nhanhsdvcqg"}).json
    assert told["call"]["caller"] == PORTAL_CALLER
    live.http.delete("/__admin/access-rights/all", json={"provider": HANOI})
    grant(live, HANOI, PROVIDER_OF_CLIENTS)
    refused = live.http.post("/__admin/rehearsals", json={"kind": "nhanhsdvcqg"}).json
    assert dict(refused["reply"]["headers"])["X-Road-Error"] == DENIED


# K5: a machine that plays an agency obeys the same gate, and is asked by its own name.


@MODES
@pytest.mark.parametrize("url", ["https://evil.example", "http://169.254.169.254", "https://dichvucong.hanoi.gov.vn.x"])
def test_k5_a_live_agency_is_not_reached_under_a_host_nobody_has(
    live: Visitor, machine: Provider, mode: str, url: str
) -> None:
    to_mode(live, mode)
    status, code, message = fault(ask(live, url=url))
    assert (status, code) == (500, DOWN)
    assert message.endswith("Name or service not known")
    assert machine.asked == []


def test_k5_a_live_agency_is_not_reached_under_the_host_of_another_nor_another_under_its_own(
    live: Visitor, machine: Provider
) -> None:
    assert fault(ask(live, url=QUANGNAM_URL))[1] == DENIED
    assert fault(live.http.get(link("/tep/1.pdf", HAGIANG, HANOI_URL)))[1] == DOWN
    assert machine.asked == []


def test_k5_the_agency_sees_the_host_of_its_providerurl(live: Visitor, machine: Provider) -> None:
    assert ask(live).data == PAPER
    assert machine.header("host") == "dichvucong.hanoi.gov.vn"
    own = f"127.0.0.1:{machine.port}"
    assert ask(live, url=f"http://{own}").data == PAPER
    assert machine.header("host") == own


def test_k5_a_right_is_asked_of_a_live_agency_too(live: Visitor, machine: Provider) -> None:
    live.http.delete("/__admin/access-rights/all", json={"provider": HANOI})
    assert fault(ask(live))[1] == DENIED
    assert machine.asked == []


# K17: closed ports.


@pytest.mark.parametrize("address", [
    link(), link(context=XRD), f"{XRD}/mapi/login?dstcode={PROVIDER_OF_CLIENTS}",
])  # fmt: skip
def test_k17_a_server_whose_ports_are_closed_cannot_be_reached(visitor: Visitor, address: str) -> None:
    settle(visitor, ss_ports_open=False)
    status, code, message = fault(visitor.http.get(address))
    assert (status, code) == (500, "Server.ClientProxy.NetworkError")
    assert message.startswith("Could not connect to any target host ([https://")
    assert ":5500/" in message
    settle(visitor, ss_ports_open=True)
    assert visitor.http.get(address).headers.get("X-Road-Error") is None


def test_k17_a_live_agency_behind_closed_ports_is_not_asked(live: Visitor, machine: Provider) -> None:
    settle(live, ss_ports_open=False)
    assert fault(ask(live))[1] == "Server.ClientProxy.NetworkError"
    assert machine.asked == []


# K6: an answer that breaks off is the provider's fault, and the message says how far it came.


@pytest.mark.parametrize(("answer", "words", "came"), [
    (raw(head("Content-Length: 5000") + b"%PDF-1.4"), "expected: 5,000; received: 8", "8 byte"),
    (raw(head("Transfer-Encoding: chunked") + b"zz\r\n"), "Bad chunk header", "0 byte"),
    (raw(head("Transfer-Encoding: chunked") + b"8\r\n%PDF-1.4\r\nzz\r\n"), "Bad chunk header (received: 8)", "8 byte"),
    (raw(head("Transfer-Encoding: chunked") + b"8\r\n%PDF-1.4\r\n"), "closing chunk expected (received: 8)", "8 byte"),
    (raw(head("Transfer-Encoding: chunked") + b"20\r\n%PDF-1.4"), "closing chunk expected", "byte"),
    (reset, "Connection reset (received: ", "byte"),
    (raw(b""), "failed to respond", "0 byte"),
    (raw(b"khong phai HTTP\r\n\r\n"), "Could not parse the response", "0 byte"),
])  # fmt: skip
def test_k6_a_broken_answer_is_the_providers_fault_in_the_words_of_x_road(
    live: Visitor, machine: Provider, answer: Answer, words: str, came: str
) -> None:
    machine.answer = answer
    status, code, message = fault(ask(live))
    assert (status, code) == (500, "Server.ServerProxy.ServiceFailed")
    assert words in message
    entry = newest(live)
    assert (entry["outcome"], entry["operation"]) == ("refused", "xroad.live")
    (told,) = entry["remarks"]
    assert came in told["vi"]


@pytest.mark.parametrize("answer", [silence, drip])
def test_k6_a_provider_that_says_nothing_or_drips_for_ever_is_given_up(
    live: Visitor, machine: Provider, answer: Answer
) -> None:
    settle(live, live_timeout_s=1)
    machine.answer = answer
    status, code, message = fault(ask(live))
    assert (status, code) == (500, "Server.ServerProxy.ServiceFailed")
    assert any(words in message for words in ("(received: ", "expected: 100,000"))


def test_k6_a_longer_body_than_was_said_is_cut_where_the_length_ends(live: Visitor, machine: Provider) -> None:
    machine.answer = raw(head("Content-Length: 4") + b"%PDF-1.4 and more")
    assert ask(live).data == b"%PDF"


# K7: the forward is X-Road's.


@pytest.mark.parametrize(("status", "header"), [
    ("302 Found", ("Location", "/noi-khac")),
    ("307 Temporary Redirect", ("Location", "https://dichvucong.hanoi.gov.vn/moi")),
    ("301 Moved Permanently", ("Location", "http://127.0.0.1/")),
    ("304 Not Modified", ("ETag", '"a1"')),
    ("204 No Content", ("Cache-Control", "no-store")),
    ("404 Not Found", ("Cache-Control", "no-cache, must-revalidate")),
    ("200 OK", ("Last-Modified", "Sat, 21 Nov 2026 01:00:00 GMT")),
    ("200 OK", ("Content-Encoding", "gzip")),
])  # fmt: skip
def test_k7_status_and_headers_come_back_as_they_were_said(
    live: Visitor, machine: Provider, status: str, header: tuple[str, str]
) -> None:
    machine.answer = said(status, b"", f"{header[0]}: {header[1]}")
    reply = ask(live)
    assert (reply.status_code, reply.headers[header[0]]) == (int(status[:3]), header[1])
    assert "X-Road-Error" not in reply.headers
    assert len(machine.asked) == 1


@pytest.mark.parametrize(("name", "value"), [
    ("If-None-Match", '"a1"'),
    ("If-Modified-Since", "Sat, 21 Nov 2026 01:00:00 GMT"),
    ("Range", "bytes=0-9"),
    ("Accept-Encoding", "gzip"),
    ("Cache-Control", "no-cache"),
    ("X-Cua-Rieng-Toi", "giu nguyen"),
    ("X-Road-UserId", "VN999000000000"),
])  # fmt: skip
def test_k7_what_the_client_asks_for_reaches_the_provider(
    live: Visitor, machine: Provider, name: str, value: str
) -> None:
    ask(live, headers={name: value})
    assert machine.header(name.lower()) == value


def test_k7_the_provider_is_told_who_asks_and_by_which_numbers(live: Visitor, machine: Provider) -> None:
    reply = ask(live, headers={"X-Road-Id": "mot-hai-ba", "X-Road-Request-Id": "gia", "User-Agent": "may-khach/1"})
    assert machine.header("x-road-id") == reply.headers["X-Road-Id"] == "mot-hai-ba"
    assert machine.header("x-road-request-id") == reply.headers["X-Road-Request-Id"] != "gia"
    assert machine.header("x-road-client") == "VN/GOV/000.00.00.H26/hanoivdxpsvc01"
    assert machine.header("user-agent") is None
    assert machine.header("accept-encoding") is None
    other = ask(live)
    assert machine.header("x-road-id") == other.headers["X-Road-Id"]
    assert other.headers["X-Road-Id"].startswith("VN-")
    assert other.headers["X-Road-Request-Id"] != reply.headers["X-Road-Request-Id"]


def test_k7_head_asks_with_head_and_tells_the_providers_length(live: Visitor, machine: Provider) -> None:
    machine.answer = raw(head("Content-Length: 123456", "Content-Type: application/pdf"))
    reply = ask(live, method="HEAD")
    assert machine.request_line.startswith("HEAD /tep/1.pdf HTTP/1.1")
    assert (reply.status_code, reply.headers["Content-Length"], reply.data) == (200, "123456", b"")


def test_k7_a_range_comes_back_as_206(live: Visitor, machine: Provider) -> None:
    machine.answer = said("206 Partial Content", b"%PDF", "Content-Range: bytes 0-3/5000")
    reply = ask(live, headers={"Range": "bytes=0-3"})
    assert (reply.status_code, reply.headers["Content-Range"], reply.data) == (206, "bytes 0-3/5000", b"%PDF")


# K19: TLS faults are told as a security server tells them.


def tls_fault(visitor: Visitor, context: ssl.SSLContext | None, scheme: str = "https") -> str:
    with provider(context) as made:
        enliven(visitor, f"{scheme}://localhost:{made.port}")
        grant(visitor, HANOI, HANOI)
        status, code, message = fault(ask(visitor))
    assert (status, code) == (500, DOWN)
    assert f"localhost:{made.port} [localhost/127.0.0.1] failed: " in message
    for inner in ("ssl.", "SSLError", "urllib3", "CERTIFICATE_VERIFY", "_ssl.c", "HTTPSConnectionPool", "Errno"):
        assert inner not in json.dumps(newest(visitor)["remarks"]) + message
    return message.partition("failed: ")[2]


def context_of(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_k19_an_unknown_authority(visitor: Visitor) -> None:
    assert tls_fault(visitor, context_of(trustme.CA())).startswith("PKIX path building failed: unable to find valid")


def test_k19_a_certificate_of_another_name(visitor: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    said_ = tls_fault(visitor, context_of(authority, "khac.example.vn"))
    assert said_ == "No subject alternative DNS name matching localhost found."


def test_k19_no_tls_at_all(visitor: Visitor) -> None:
    with provider() as made:
        enliven(visitor, f"https://localhost:{made.port}")
        grant(visitor, HANOI, HANOI)
        settle(visitor, live_timeout_s=1)  # each side waits for the other to speak
        message = fault(ask(visitor))[2]
    assert message.startswith(f"Connect to localhost:{made.port} [localhost/")


def test_k19_a_machine_that_is_off(visitor: Visitor) -> None:
    with provider() as made:
        enliven(visitor, made.base_url)
    grant(visitor, HANOI, HANOI)
    message = fault(ask(visitor))[2]
    assert message == (
        f"Connect to 127.0.0.1:{made.port} [127.0.0.1/127.0.0.1] failed: Connection refused (Connection refused)"
    )


# K16: no silent choice.


@pytest.mark.parametrize(("query", "rule"), [
    (f"dstcode={HAGIANG}&dstcode={QUANGNAM}&providerurl=https://dichvucong.hagiang.gov.vn", "parameter-twice"),
    (f"dstcode={HAGIANG}&dstcode={HAGIANG}&providerurl=https://dichvucong.hagiang.gov.vn", "parameter-twice"),
    (f"dstcode={HAGIANG}&providerurl=https://dichvucong.hagiang.gov.vn&providerurl=https://x", "parameter-twice"),
    (f"DSTCODE={HAGIANG}&providerurl=https://dichvucong.hagiang.gov.vn", "parameter-spelling"),
    (f"dstcode={HAGIANG}&providerURL=https://dichvucong.hagiang.gov.vn", "parameter-spelling"),
    (f"dstcode={HAGIANG}&providerurl=https://dichvucong.hagiang.gov.vn:8443", "provider-wrong-port"),
    (f"dstcode={HAGIANG}&providerurl=https://dichvucong.hagiang.gov.vn:0", "provider-wrong-port"),
    (f"dstcode={HAGIANG}&providerurl=http://dichvucong.hagiang.gov.vn", "provider-scheme"),
])  # fmt: skip
def test_k16_what_is_unusual_in_an_address_is_noted_and_strict_refuses_it(
    visitor: Visitor, query: str, rule: str
) -> None:
    address = f"{VXP}/download/124.pdf?{query}"
    for mode in ("documented", "observed"):
        to_mode(visitor, mode)
        assert visitor.http.get(address).status_code == 200
        assert rule in remarks(visitor)
    to_mode(visitor, "strict")
    fault(visitor.http.get(address))
    assert rule in remarks(visitor)


def test_k16_the_port_a_scheme_implies_is_no_wrong_port(visitor: Visitor) -> None:
    to_mode(visitor, "strict")
    assert visitor.http.get(link(url="https://dichvucong.hagiang.gov.vn:443")).status_code == 200
    assert remarks(visitor) == ["provider-port"]


# K18: the screen shows what the guide shows, and takes what it prints.


def test_k18_a_search_for_g22_finds_the_six_printed_rows(visitor: Visitor) -> None:
    found = visitor.http.get("/__admin/access-rights/subjects?q=G22").json["subjects"]
    assert sorted(each["subject"] for each in found) == sorted((
        "VN:GOV:000.00.17.G22:g22ss01dvcqg", "VN:GOV:000.00.17.G22:TEST", "VN:GOV:000.00.17.G22:DVCQG_TEST",
        PORTAL_CALLER, "VN:GOV:000.00.00.G22:vpcpsubtest01", "VN:GOV:000.00.00.G22:g22ss01",
    ))  # fmt: skip


@pytest.mark.parametrize("printed", [
    "SUBSYSTEM : VN : GOV : 000.00.00.G22 : vpcpcdvcqgsub01",
    "SUBSYSTEM:VN:GOV:000.00.00.G22 : vpcpcdvcqgsub01",
    "SUBSYSTEM:VN/GOV/000.00.00.G22/vpcpcdvcqgsub01",
    " VN:GOV:000.00.00.G22:vpcpcdvcqgsub01 ",
])  # fmt: skip
def test_k18_the_printed_form_is_found_and_granted(visitor: Visitor, printed: str) -> None:
    found = visitor.http.get("/__admin/access-rights/subjects", query_string={"q": printed}).json["subjects"]
    assert [each["subject"] for each in found] == [PORTAL_CALLER]
    visitor.http.delete("/__admin/access-rights/all", json={"provider": KONTUM})
    grant(visitor, KONTUM, printed)
    shown = visitor.http.get("/__admin/access-rights", query_string={"provider": KONTUM}).json["rights"]
    assert [each["subject"] for each in shown] == [PORTAL_CALLER]
    visitor.http.delete("/__admin/access-rights", json={"provider": KONTUM, "subjects": [printed]})
    assert visitor.http.get("/__admin/access-rights", query_string={"provider": KONTUM}).json["rights"] == []
