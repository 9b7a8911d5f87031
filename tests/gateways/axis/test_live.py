"""The vendor's own system as an agency: real HTTP calls, and what may never be called (ours; issue 3 §3)."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import trustme

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.gateways.axis.allow_list import AllowList
from emulator.settings import Settings
from tests.conftest import Visitor
from tests.gateways.axis.axis import HAGIANG, HANOI, VXP, XRD, fault, newest

PAPER = b"%PDF-1.4 vendor" + bytes(range(256)) * 40
PORTAL_CALLER = "VN:GOV:000.00.00.G22:vpcpcdvcqgsub01"


class VendorSystem(BaseHTTPRequestHandler):
    """A vendor's adapter: a file, a redirect, an endless file, an error page, and the portal's call-backs."""

    def do_GET(self) -> None:
        self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if self.path.startswith("/moved"):
            self._say(302, b"", ("Location", "/elsewhere"))
        elif self.path.startswith("/page"):
            self._say(200, b"<html>loi</html>", ("Content-Type", "application/pdf"))
        else:
            self._say(200, PAPER, ("Content-Type", "application/pdf"), ("Server", "vendor"))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, json.loads(body)))
        if self.path == "/search/call":
            self._say(500, b"request body incorrect")
        else:
            code = '"0"' if "thue" in self.path else "0"
            self._say(200, f'{{"error_code":{code},"message":"ok"}}'.encode())

    def _say(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def vendor() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), VendorSystem)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def live(visitor: Visitor, vendor: ThreadingHTTPServer) -> Visitor:
    """A visitor whose agency Hà Nội is the vendor's system, with a right for the own subsystem."""
    register(visitor, f"http://127.0.0.1:{vendor.server_port}")
    visitor.http.post("/__admin/access-rights", json={"provider": HANOI, "subjects": [HANOI, HAGIANG]})
    return visitor


def register(visitor: Visitor, base_url: str) -> None:
    assert visitor.http.put(f"/__admin/live-agencies/{HANOI}", json={"base_url": base_url}).status_code == 200


def address(path: str) -> str:
    return f"{VXP}{path}?a=1&dstcode={HANOI}&b=%20&providerurl=https://dichvucong.hanoi.gov.vn"


def test_a_live_agency_is_called_for_real_and_its_bytes_are_journalled_by_digest(
    live: Visitor, vendor: ThreadingHTTPServer
) -> None:
    reply = live.http.get(address("/tệp/k%C3%AA.pdf"))
    assert (reply.status_code, reply.data) == (200, PAPER)
    assert "Server" not in reply.headers
    assert reply.headers["X-Road-Service"].endswith("hanoivdxpsvc01/exchangeDataX")
    path, headers = vendor.seen[0]
    assert path.endswith(".pdf?a=1&b=%20")
    assert headers["host"] == "dichvucong.hanoi.gov.vn"
    assert "dstcode" not in headers
    told = newest(live)
    assert told["operation"] == "xroad.live"
    assert told["response"]["bodySha256"] == "sha256:" + hashlib.sha256(PAPER).hexdigest()


def test_the_callers_trace_goes_on_to_the_vendor(live: Visitor, vendor: ThreadingHTTPServer) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    live.http.get(address("/download/1.pdf"), headers={"traceparent": parent, "tracestate": "vendor=1"}).close()
    live.http.get(address("/download/1.pdf")).close()
    (_, first), (_, second) = vendor.seen
    assert (first["traceparent"], first["tracestate"]) == (parent, "vendor=1")
    assert "traceparent" not in second
    assert [entry["correlation"]["traceparent"] for entry in live.journal()[-2:]] == [parent, None]


def test_a_redirect_of_the_vendor_is_not_followed_but_passed_on(live: Visitor, vendor: ThreadingHTTPServer) -> None:
    """VDXP-B2-01 (pr-rest 4.4)."""
    reply = live.http.get(address("/moved"))
    assert (reply.status_code, reply.headers["Location"]) == (302, "/elsewhere")
    assert len(vendor.seen) == 1


def test_more_bytes_than_the_limit_are_given_up(live: Visitor) -> None:
    live.http.put("/__admin/settings", json={"live_body_limit": 1000})
    assert fault(live.http.get(address("/download/1.pdf")))[1:] == (
        "Server.ServerProxy.ServiceFailed",
        "Response exceeds 1000 bytes",
    )


def test_a_vendor_that_is_off_is_a_network_error(live: Visitor, vendor: ThreadingHTTPServer) -> None:
    vendor.shutdown()
    vendor.server_close()
    status, code, message = fault(live.http.get(address("/download/1.pdf")))
    assert (status, code) == (500, "Server.ServerProxy.NetworkError")
    assert message.endswith("failed: Connection refused (Connection refused)")


@pytest.mark.parametrize("place", ["169.254.169.254", "[fe80::1]", "100.100.100.200", "[::ffff:169.254.169.254]"])
def test_link_local_and_metadata_addresses_are_never_called(live: Visitor, place: str) -> None:
    register(live, f"http://{place}")
    assert fault(live.http.get(address("/latest/meta-data")))[2].endswith("is not allowed")


@pytest.mark.parametrize(
    ("text", "port", "allowed"),
    [
        ("127.0.0.1", 80, True),
        ("::1", 80, True),
        ("::ffff:127.0.0.1", 80, True),
        ("10.1.0.9", 443, True),
        ("::ffff:10.1.0.9", 443, True),
        ("127.0.0.1", 8080, False),  # the emulator itself
        ("::ffff:127.0.0.1", 8080, False),
        ("10.2.0.9", 443, False),
        ("192.168.1.2", 80, False),
        ("169.254.169.254", 80, False),
        ("fe80::1%eth0", 80, False),
        ("fd00:ec2::254", 80, False),
        ("64:ff9b::a9fe:a9fe", 80, False),
        ("64:ff9b::7f00:1", 80, False),
        ("2002:a9fe:a9fe::1", 80, False),
        ("0.0.0.0", 80, False),
        ("::", 80, False),
        ("224.0.0.1", 80, False),
        ("255.255.255.255", 80, False),
    ],
)
def test_a_live_forward_goes_where_the_operator_said_and_nowhere_else(text: str, port: int, allowed: bool) -> None:
    """Nothing is sent: the list alone is asked."""
    listed = AllowList([ip_network("10.1.0.0/16")])
    listed.own_ports.add(8080)
    assert listed.allows(text, port) is allowed


def test_the_emulators_own_secrets_do_not_go_to_a_vendor(live: Visitor, vendor: ThreadingHTTPServer) -> None:
    headers = {
        "X-Admin-Token": "quan-tri",
        "Cookie": "ndxp_console=quan-tri; theirs=1",
        "Authorization": "Bearer ndxps_abc",
        "X-Theirs": "2",
    }
    live.http.get(address("/download/1.pdf"), headers=headers).close()
    sent = {name.lower(): value for name, value in vendor.seen[-1][1].items()}  # type: ignore[attr-defined]
    assert sent["x-theirs"] == "2"
    assert not {"x-admin-token", "authorization"} & set(sent)
    listed = AllowList(own_secret="quan-tri-may-chu")
    assert listed.header_that_may_leave("authorization", "Bearer quan-tri-may-chu") is None
    assert listed.header_that_may_leave("authorization", "Bearer ndxps_abc") is None
    assert listed.header_that_may_leave("cookie", headers["Cookie"]) == "theirs=1"
    assert listed.header_that_may_leave("x-theirs", "2") == "2"


def test_a_base_url_must_be_plain(visitor: Visitor) -> None:
    for wrong in ("ftp://a", "http://", "http://u:p@a", "http://a?x=1", ""):
        reply = visitor.http.put(f"/__admin/live-agencies/{HANOI}", json={"base_url": wrong})
        assert reply.status_code == 422, wrong


def test_an_agency_that_is_no_longer_live_is_played_again(live: Visitor) -> None:
    assert live.http.delete(f"/__admin/live-agencies/{HANOI}").status_code == 200
    assert live.http.get(address("/download/1.pdf")).status_code == 404
    assert newest(live)["operation"] == "province.download"


def test_half_a_body_is_never_passed_on(tmp_path: Path, co_ban: Pack, vendor: ThreadingHTTPServer) -> None:
    country = found_country(Settings(body_limit=1024), tmp_path / "small.db", {"co-ban": co_ban})
    visitor = Visitor(country)
    register(visitor, f"http://127.0.0.1:{vendor.server_port}")
    visitor.http.post("/__admin/access-rights", json={"provider": HANOI, "subjects": [HANOI]})
    reply = visitor.http.post(address("/nhanhsdvcqg"), data=b"{" + b" " * 2000 + b"}")
    country.store.close()
    assert fault(reply)[:2] == (400, "Client.BadRequest")
    assert vendor.seen == []


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """An authority that this machine trusts for the length of a test, as a machine of the state network would."""
    made = trustme.CA()
    bundle = tmp_path / "ca.pem"
    made.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    return made


def secured(vendor: ThreadingHTTPServer, authority: trustme.CA, name: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    vendor.socket = context.wrap_socket(vendor.socket, server_side=True)


def test_an_https_agency_is_checked_by_its_name_though_its_address_is_called(
    live: Visitor, vendor: ThreadingHTTPServer, authority: trustme.CA
) -> None:
    secured(vendor, authority, "localhost")
    register(live, f"https://localhost:{vendor.server_port}")
    assert live.http.get(address("/download/1.pdf")).data == PAPER
    assert vendor.seen[0][1]["host"] == "dichvucong.hanoi.gov.vn"


def test_an_https_agency_with_the_certificate_of_another_is_not_asked(
    live: Visitor, vendor: ThreadingHTTPServer, authority: trustme.CA
) -> None:
    secured(vendor, authority, "dichvucong.hanoi.gov.vn")
    register(live, f"https://localhost:{vendor.server_port}")
    status, code, message = fault(live.http.get(address("/download/1.pdf")))
    assert (status, code) == (500, "Server.ServerProxy.NetworkError")
    assert "No subject alternative DNS name matching localhost" in message
    assert vendor.seen == []


def test_an_https_agency_of_an_unknown_authority_is_asked_only_when_that_was_allowed(
    live: Visitor, vendor: ThreadingHTTPServer
) -> None:
    secured(vendor, trustme.CA(), "localhost")
    base_url = f"https://localhost:{vendor.server_port}"
    register(live, base_url)
    assert "PKIX path building failed" in fault(live.http.get(address("/download/1.pdf")))[2]
    live.http.put(f"/__admin/live-agencies/{HANOI}", json={"base_url": base_url, "verify_tls": False})
    assert live.http.get(address("/download/1.pdf")).data == PAPER


def rehearse(visitor: Visitor, **wish: Any) -> dict[str, Any]:
    reply = visitor.http.post("/__admin/rehearsals", json=wish)
    assert reply.status_code == 200, reply.json
    return dict(reply.json)


def test_another_provinces_download_is_rehearsed_and_written_down(live: Visitor) -> None:
    told = rehearse(live, kind="download", path="/download/1.pdf", caller=HAGIANG)
    assert told["passed"] is True
    assert told["reply"]["sha256"] == "sha256:" + hashlib.sha256(PAPER).hexdigest()
    assert newest(live)["consumer"] == HAGIANG
    assert told["request_id"] == newest(live)["id"]


def test_a_page_in_place_of_a_file_fails_the_rehearsal(live: Visitor) -> None:
    told = rehearse(live, kind="download", path="/page/1.pdf", caller=HAGIANG)
    assert [each["rule"] for each in told["findings"]] == ["page-instead-of-file"]
    assert told["passed"] is False


def test_the_portals_call_back_reaches_the_vendor_with_its_body(live: Visitor, vendor: ThreadingHTTPServer) -> None:
    told = rehearse(live, kind="nhanhsdvcqg")
    assert told["passed"] is True
    path, body = vendor.seen[-1]
    assert path == "/nhanhsdvcqg"
    assert set(body) == {"service", "isUpdating", "data"}


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("nhantbthuedvcqg", ["error-code"]),
        ("search/call", ["status", "envelope"]),
        ("addtthcKhuyenMai", []),
        ("downloadfile", []),
    ],
)
def test_every_call_into_an_agency_is_judged(live: Visitor, kind: str, rules: list[str]) -> None:
    caller = {"caller": HAGIANG} if kind == "downloadfile" else {}
    assert [each["rule"] for each in rehearse(live, kind=kind, **caller)["findings"]] == rules


def test_a_rehearsal_without_a_right_reports_the_axis(live: Visitor) -> None:
    live.http.delete("/__admin/access-rights/all", json={"provider": HANOI})
    told = rehearse(live, kind="nhanhsdvcqg")
    assert [each["rule"] for each in told["findings"]] == ["axis-fault"]


def test_nobody_can_pretend_to_be_another_subsystem_by_a_header(live: Visitor) -> None:
    live.http.delete("/__admin/access-rights/all", json={"provider": HANOI})
    reply = live.http.get(f"{XRD}/nhanhsdvcqg?dstcode={HANOI}", headers={"caller": PORTAL_CALLER})
    assert fault(reply)[0] != 200


def test_a_kind_that_is_not_known_is_named(visitor: Visitor) -> None:
    reply = visitor.http.post("/__admin/rehearsals", json={"kind": "bay"})
    assert (reply.status_code, reply.json["code"]) == (422, "invalid")
