"""``ndxp-emulator record``: what passes through, what is written down, and what is not."""

from __future__ import annotations

import base64
import gzip
import json
import re
import socket
import ssl
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import CliRunner

from emulator.app import Country
from emulator.cli import main
from tests.builders import EXTENT_NEW, dossier, step
from tests.conftest import Visitor
from tests.recording.platforms import (
    REAL_ADDRESS,
    REAL_CARD,
    REAL_MAIL,
    REAL_NAME,
    REAL_NUMBER,
    REAL_PHONE,
    Recorder,
    emulator_as_platform,
    platform,
    platform_with_tls,
    say,
)


def real_dossier(**changes: Any) -> dict[str, Any]:
    """A dossier of somebody who could exist."""
    extent = EXTENT_NEW.replace("to-khai.pdf", f"To khai NGUYEN_THI_KIEU_OANH_THAT {REAL_NUMBER}.pdf")
    return dossier(
        HoVaTen=REAL_NAME.upper(), CMND=REAL_NUMBER, SoDinhDanh=REAL_NUMBER, SoDienThoai=REAL_PHONE, Email=REAL_MAIL,
        HKTT_ChiTiet=REAL_ADDRESS, NOHT_ChiTiet=REAL_ADDRESS, NgayThangNamSinh="17/09/1985",
        UrlDetail=f"https://dichvucong.example.vn/ho-so?cccd={REAL_NUMBER}", CertificateExtentData=extent,
        GioiTinhId="1034", **changes,
    )  # fmt: skip


def test_no_secret_and_nobody_reaches_the_disk_and_relations_survive(country: Country, tmp_path: Path) -> None:
    visitor = Visitor(country)
    note = f"Đã gọi bà {REAL_NAME}, số {REAL_PHONE[:4]} {REAL_PHONE[4:7]} {REAL_PHONE[7:]}, CCCD {REAL_NUMBER}"
    with emulator_as_platform(country) as url, Recorder(url, tmp_path / "out") as recorder:
        basic = visitor.basic()
        token = recorder.http.post(
            f"{recorder.url}/token", data={"grant_type": "client_credentials"}, headers=basic
        ).json()["access_token"]
        recorder.http.headers["Authorization"] = f"Bearer {token}"
        # The note names her before any field does.
        recorder.http.post(f"{recorder.url}/apiBTXH/1.0/XuLyHoSo", json=step(NoiDungXuLy=note))
        body = json.dumps(real_dossier(), ensure_ascii=False).encode()
        answer = recorder.http.post(
            f"{recorder.url}/apiBTXH/1.0/DongBoDVC?nguoi={REAL_NAME}",
            data=body,
            headers={"Content-Type": "application/json"},
        )
        lines = recorder.stop()
    assert (recorder.code, answer.json()["error_code"]) == (0, 0), recorder.said
    written = recorder.everything_written()
    forbidden = [REAL_NUMBER, REAL_PHONE, REAL_MAIL, REAL_ADDRESS, REAL_NAME, REAL_NAME.upper(), "Kiều Oanh", "KIEU"]
    forbidden += ["NGUYEN_THI", "17/09/1985", token, basic["Authorization"][6:], f"{REAL_PHONE[4:7]} {REAL_PHONE[7:]}"]
    assert [each for each in forbidden if each.casefold() in written.casefold()] == []
    assert [each for each in forbidden if each.casefold() in recorder.said.casefold()] == []
    pushed = json.loads(lines[2]["request"]["body"])
    assert pushed["CMND"] == pushed["SoDinhDanh"]
    assert pushed["CMND"][:6] == "999" + REAL_NUMBER[3:6]
    assert pushed["HKTT_ChiTiet"] == pushed["NOHT_ChiTiet"]
    assert pushed["NgayThangNamSinh"].endswith("/1985")
    told = json.loads(lines[1]["request"]["body"])["NoiDungXuLy"]
    assert pushed["CMND"] in told
    assert pushed["HoVaTen"].casefold() in told.casefold()
    # What says nothing of a person is as it was, to the order of the fields.
    assert list(pushed) == list(dossier())
    assert (pushed["MaHoSo"], pushed["TenTTHC"]) == (dossier()["MaHoSo"], dossier()["TenTTHC"])
    assert CliRunner().invoke(main, ["validate", "--privacy", str(tmp_path)]).exit_code == 0


def test_the_client_gets_what_the_platform_said_to_the_byte(tmp_path: Path) -> None:
    packed = gzip.compress(f'{{"HoVaTen": "{REAL_NAME}", "a":1 ,}}'.encode())

    def answer(line: BaseHTTPRequestHandler) -> None:
        assert line.headers["Host"] == url.removeprefix("http://")
        assert "X-Hop" not in line.headers
        say(line, 418, packed, Content_Encoding="gzip", X_Own="a, b", Connection="X-Gone", X_Gone="1")

    with platform(answer) as url, Recorder(url, tmp_path) as recorder:
        reply = recorder.http.put(
            f"{recorder.url}/a%2Fb//c?x=%C3%A9&y",
            data=b"{}",
            headers={"Connection": "X-Hop", "X-Hop": "1"},
            stream=True,
        )
        assert reply.raw.read(decode_content=False) == packed
        assert (reply.status_code, reply.headers["X-Own"], "X-Gone" in reply.headers) == (418, "a, b", False)
        [line] = recorder.stop()
    assert (line["request"]["method"], line["request"]["target"]) == ("PUT", "/a%2Fb//c?x=%C3%A9&y")
    kept = line["response"]["body"]
    assert kept.endswith('", "a":1 ,}')
    assert REAL_NAME not in kept


def test_only_the_registered_address_is_called_and_no_redirect_followed(tmp_path: Path) -> None:
    called: list[str] = []

    def elsewhere(line: BaseHTTPRequestHandler) -> None:
        called.append(line.path)
        say(line, 200, b"{}")

    with (
        platform(elsewhere) as other,
        platform(lambda line: say(line, 302, b"", Location=f"{other}/x")) as url,
        Recorder(url, tmp_path) as recorder,
    ):
        reply = recorder.http.get(f"{recorder.url}/di", allow_redirects=False)
        assert (reply.status_code, reply.headers["Location"]) == (302, f"{other}/x")
        host, _, port = recorder.url.removeprefix("http://").partition(":")
        for first in (f"GET {other}/x HTTP/1.1", f"CONNECT {other.removeprefix('http://')} HTTP/1.1"):
            with socket.create_connection((host, int(port)), timeout=10) as line:
                line.sendall(f"{first}\r\nHost: x\r\n\r\n".encode())
                assert b" 400 " in line.makefile("rb").readline()
        assert len(recorder.stop()) == 1
    assert called == []


def test_chunks_large_bodies_and_files_pass_and_are_not_kept(tmp_path: Path) -> None:
    large = b"%PDF-1.4 " + b"x" * 3_000_000

    def answer(line: BaseHTTPRequestHandler) -> None:
        if line.path == "/len":
            assert line.headers["Transfer-Encoding"] == "chunked"
            size = 0
            while count := int(line.rfile.readline(), 16):
                size += len(line.rfile.read(count + 2)) - 2
            line.rfile.readline()
            say(line, 200, json.dumps({"size": size}).encode())
            return
        line.send_response_only(200)
        line.send_header("Content-Type", "application/pdf")
        line.send_header("Transfer-Encoding", "chunked")
        line.end_headers()
        line.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(large), large))

    flags = ("--body-limit", "2000000", "--keep-limit", "20000")
    with platform(answer) as url, Recorder(url, tmp_path, *flags) as recorder:
        pieces = (b"y" * 50_000 for _ in range(20))
        assert recorder.http.post(f"{recorder.url}/len", data=pieces).json() == {"size": 1_000_000}
        assert recorder.http.get(f"{recorder.url}/tep").content == large
        refused = recorder.http.post(f"{recorder.url}/len", data=b"z" * 2_000_001)
        assert (refused.status_code, refused.headers["X-Ndxp-Emulator-Recorder"]) == (413, "1")
        first, second = recorder.stop()
    assert (first["request"]["body"], first["request"]["omitted"], first["request"]["body_size"]) == (
        None,
        "large",
        10**6,
    )
    assert (second["response"]["body"], second["response"]["omitted"]) == (None, "large")
    assert "%PDF" not in recorder.everything_written()


def test_a_body_of_just_the_limits_passes_and_is_kept_and_one_byte_more_is_not(tmp_path: Path) -> None:
    flags = ("--body-limit", "3000", "--keep-limit", "2000")
    with platform(_count) as url, Recorder(url, tmp_path, *flags) as recorder:
        for size, answer in ((2000, (200, "2000")), (2001, (200, "2001")), (3000, (200, "3000")), (3001, (413, None))):
            for body in (b"y" * size, iter((b"y" * 1000, b"y" * (size - 1000)))):
                reply = recorder.http.post(f"{recorder.url}/len", data=body)
                assert (reply.status_code, reply.text if reply.ok else None) == answer
        kept = [(line["request"]["body_size"], line["request"]["omitted"]) for line in recorder.stop()]
    assert kept == [(size, omitted) for size, omitted in ((2000, None), (2001, "large"), (3000, "large")) for _ in "ab"]


@pytest.mark.parametrize(
    "sent",
    [
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
        b"Transfer-Encoding: gzip\r\n\r\nabc",
        b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"Content-Length: -3\r\n\r\nabc",
        b"Content-Length: 5\r\n\r\nabc",
    ],
)
def test_a_body_whose_framing_is_broken_is_refused_and_not_written_down(tmp_path: Path, sent: bytes) -> None:
    with platform(_count) as url, Recorder(url, tmp_path) as recorder:
        host, _, port = recorder.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(b"POST /len HTTP/1.1\r\nHost: x\r\n" + sent)
            line.shutdown(socket.SHUT_WR)
            assert b" 400 " in line.makefile("rb").readline()
        assert recorder.http.post(f"{recorder.url}/len", data=b"abc").text == "3"
        assert [each["request"]["body_size"] for each in recorder.stop()] == [3]


def _count(line: BaseHTTPRequestHandler) -> None:
    size, chunked = int(line.headers.get("Content-Length") or 0), line.headers.get("Transfer-Encoding")
    if not chunked:
        say(line, 200, str(size).encode())
        return
    while count := int(line.rfile.readline() or b"0", 16):
        size += len(line.rfile.read(count + 2)) - 2
    line.rfile.readline()
    say(line, 200, str(size).encode())


def test_an_answer_that_does_not_come_is_told_apart_from_one_of_the_platform(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with Recorder(url, tmp_path) as recorder:
            reply = recorder.http.get(f"{recorder.url}/x")
            assert (reply.status_code, reply.headers["X-Ndxp-Emulator-Recorder"]) == (502, "1")
            [line] = recorder.stop()
    assert (line["response"]["status"], line["trouble"]) == (None, "refused")


def test_an_untrusted_certificate_is_not_called(tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    with platform_with_tls(context) as url:
        with Recorder(url, tmp_path / "a") as recorder:
            assert recorder.http.get(f"{recorder.url}/x").status_code == 502
            assert recorder.stop()[0]["trouble"] == "tls"
        with Recorder(url, tmp_path / "b", "--ca", str(ca)) as recorder:
            assert recorder.http.get(f"{recorder.url}/x").json() == {}


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--to", "ftp://x.example"), "--to"),
        (("--to", "https://a:b@x.example"), "--to"),
        (("--to", "http://x.example", "--host", "0.0.0.0"), "--admin-token"),
        (("--to", "http://x.example", "--session", "../x"), "--session"),
        (("--to", "http://x.example", "--session", "co-roi"), "co-roi.jsonl"),
    ],
)
def test_it_refuses_to_begin(flags: tuple[str, ...], words: str, tmp_path: Path) -> None:
    (tmp_path / "co-roi.jsonl").touch()
    result = CliRunner().invoke(main, ["record", "--port", "0", "--out", str(tmp_path), *flags])
    assert (result.exit_code, words in result.output) == (2, True), result.output
    assert len(list(tmp_path.iterdir())) == 1


def test_a_call_in_which_something_real_looking_remains_is_left_out_and_named(tmp_path: Path) -> None:
    # A field's name and its number as two members of a list: no field says what the number is.
    bodies = iter([json.dumps({"o": ["CMND", REAL_CARD]}), "{}"])
    with platform(lambda line: say(line, 200, next(bodies).encode())) as url, Recorder(url, tmp_path) as recorder:
        for _ in range(2):
            recorder.http.get(f"{recorder.url}/x")
        lines = recorder.stop()
    assert (recorder.code, [line["number"] for line in lines]) == (1, [2])
    assert "#1:" in recorder.said
    assert REAL_CARD not in recorder.said


def test_machines_links_learned_credentials_and_names_are_masked_wherever_they_stand(tmp_path: Path) -> None:
    secret, machine = "khoa-rieng-cua-don-vi-7731", "203.0.113.77"
    told = json.dumps({"HoVaTen": REAL_NAME, "ghiChu": f"key {secret}"}, ensure_ascii=False).encode()

    def answer(line: BaseHTTPRequestHandler) -> None:
        say(line, 200, told, Link=f"<https://khodl.example.vn/p?cccd={REAL_NUMBER}>; rel=next", Via=f"1.1 {machine}")

    hops = ("X-Forwarded-For", "X-Real-IP", "Via", "CF-Connecting-IP", "Forwarded", "True-Client-IP", "X-Client-IP")
    basic = base64.b64encode(f"don-vi:{secret}".encode()).decode()
    headers = {**dict.fromkeys(hops, f"for={machine}"), "Authorization": f"Basic {basic}", "Referer": f"/x?id={secret}"}
    prose = f"người nộp {REAL_NAME.upper()} dùng {secret}"
    with platform(answer) as url, Recorder(url, tmp_path) as recorder:
        recorder.http.post(f"{recorder.url}/mot?ghi={secret}", json={"noiDung": prose}, headers=headers)
        lines = recorder.stop()
    assert len(lines) == 1, recorder.said
    (line,) = lines
    written = recorder.everything_written()
    forbidden = (machine, secret, basic, REAL_NUMBER, REAL_NAME, REAL_NAME.upper())
    assert [each for each in forbidden if each in written] == []
    asked, answered = dict(line["request"]["headers"]), dict(line["response"]["headers"])
    assert {name: asked[name] for name in hops} == dict.fromkeys(hops, "***")
    assert answered["Via"] == "***"
    assert re.fullmatch(r"<https://khodl.example.vn/p\?cccd=999\d{9}>; rel=next", answered["Link"])
    assert asked["Authorization"] == "Basic ***"
