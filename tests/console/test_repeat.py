"""A call once more: pasted into a shell, sent again, edited. What leaves is byte for byte what came."""

from __future__ import annotations

import base64
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.builders import dossier
from tests.conftest import Visitor
from tests.console.story import push
from tests.serving import Server

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
BODIES = {
    "quotes": b'{"a":"it\'s \\"b\\" `c` $HOME $(id) !d \\\\"}',
    "vietnamese": '{"HoVaTen":"NGUYỄN VĂN KHÔNG CÓ THẬT"}'.encode(),
    "a file's name": b"@/etc/hostname",
    "lines": b"mot\nhai\n\nba\n",
    "carriage returns, tabs": b"a\r\n\tb\x1b[31m",
    "right to left": "x\u202egnp.exe\u202c".encode(),
    "no text": bytes(range(256)),
    "nothing": b"",
    "long": b"{" + b"y" * 20_000,
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1") as server:
        yield server


def newest(server: Server) -> dict[str, Any]:
    found = requests.get(f"{server.base_url}/__admin/requests?limit=1", timeout=30).json()
    entry: dict[str, Any] = found["requests"][0]
    return entry


def curl_of(server: Server, number: int) -> tuple[str, str]:
    """Return the command that a page shows, and the one that its button copies."""
    page = requests.get(f"{server.base_url}/__console/journal/{number}", timeout=30).text
    copied, shown = re.search(r'<pre id="curl"[^>]* data-secret="([^"]*)">(.*?)</pre>', page, re.DOTALL).groups()
    return unescape(shown), unescape(copied)


def sent_in(entry: dict[str, Any]) -> tuple[Any, ...]:
    """Return what one call sent, without what belongs to its transport."""
    asked = entry["request"]
    own = ("host", "connection", "content-length")
    headers = {name: value for name, value in asked["headers"].items() if name not in own}
    return asked["method"], asked["url"], asked.get("body"), asked.get("bodyAsBase64"), headers


@needs_curl
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_copied_curl_pasted_into_a_shell_sends_the_same_call(server: Server, tmp_path: Path, body: bytes) -> None:
    url, there = "/apiBTXH/1.0/DongBoDVC?ten=%C4%90&so=[1]{2}'", {"X-Empty": "", "X-Quote": "it's"}
    requests.post(f"{server.base_url}{url}", data=body, headers={**there, "Host": "api.ngsp.gov.vn"}, timeout=30)
    before = newest(server)
    if len(body) > 8_000:
        raw = requests.get(f"{server.base_url}/__console/journal/{before['seq']}/request", timeout=30)
        name = re.search(r'filename="(.+)"', raw.headers["Content-Disposition"])[1]
        (tmp_path / name).write_bytes(raw.content)
    _, copied = curl_of(server, before["seq"])
    assert "api.ngsp.gov.vn" not in copied, "a call is never sent to a host that somebody else named"
    ran = subprocess.run(["sh", "-c", copied], cwd=tmp_path, capture_output=True, timeout=30, check=False)
    assert ran.returncode == 0, ran.stderr
    after = newest(server)
    assert after["seq"] == before["seq"] + 1
    assert sent_in(after) == sent_in(before)


@needs_curl
def test_a_copied_curl_has_the_token_that_the_page_does_not_print(server: Server, tmp_path: Path) -> None:
    push(server.base_url, server.ready["credentials"], dossier(MaTTHC="9.9"))
    shown, copied = curl_of(server, newest(server)["seq"])
    assert "Bearer ***" in shown
    ran = subprocess.run(["sh", "-c", copied], cwd=tmp_path, capture_output=True, timeout=30, check=False)
    assert json.loads(ran.stdout)["error_code"] != 0
    assert newest(server)["outcome"] == "refused"


def sent(visitor: Visitor, body: bytes, **headers: str) -> str:
    visitor.btxh("DongBoDVC", body, headers=headers)
    return str(visitor.journal()[-1]["seq"])


def test_a_body_that_is_no_text_is_shown_by_its_bytes_and_sent_again_as_it_was(visitor: Visitor) -> None:
    body = b"\xff\xfe\x00tep\x01"
    number = sent(visitor, body)
    page = visitor.http.get(f"/__console/journal/{number}?lang=en").text
    assert "ff fe 00 74 65 70 01" in page
    assert "The body is no text" in page
    assert "The body of this call is no text" in visitor.http.get(f"/__console/journal/{number}/edit").text
    visitor.http.post(f"/__console/journal/{number}/send")
    assert base64.b64decode(visitor.journal()[-1]["request"]["bodyAsBase64"]) == body


def test_a_call_whose_body_the_journal_cut_is_not_sent_again_as_another(visitor: Visitor) -> None:
    visitor.http.patch("/__admin/settings", json={"journal_body_limit": 100})
    number = sent(visitor, json.dumps(dossier()).encode())
    assert "kept the beginning of this body alone" in visitor.http.get(f"/__console/journal/{number}?lang=en").text
    refused = visitor.http.post(f"/__console/journal/{number}/send")
    assert refused.status_code == 422
    assert "journal_body_limit" in refused.text
    assert str(visitor.journal()[-1]["seq"]) == number


@pytest.mark.parametrize(("body", "edited"), [
    ('{"HoVaTen":"Ng\\u01b0\\u1eddi","so":1}', '{\n  "HoVaTen": "Người",\n  "so": 1\n}'),
    ('{"a":1,"a":2}', '{"a":1,"a":2}'),
    ('{"a":1e400}', '{"a":1e400}'),
    ("{sai", "{sai"),
    ('{"a":"\\ud800"}', '{\n  "a": "\\ud800"\n}'),
])  # fmt: skip
def test_a_body_is_edited_readable_where_that_changes_no_value(visitor: Visitor, body: str, edited: str) -> None:
    page = visitor.http.get(f"/__console/journal/{sent(visitor, body.encode())}/edit").text
    assert unescape(re.search(r'name="body"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1]) == edited


def test_half_a_character_is_printed_as_its_escape_on_every_page_of_the_call(visitor: Visitor) -> None:
    number = sent(visitor, b'{"a\\ud800":"\\udfffx"}')
    page = visitor.http.get(f"/__console/journal/{number}")
    assert page.status_code == 200
    assert "a\\ud800" in page.text
    for path in ("/edit", "/scenario", "/request", "/response"):
        assert visitor.http.get(f"/__console/journal/{number}{path}").status_code == 200, path


@pytest.mark.parametrize("name", ["unmatched", "near-misses", "find", "count", "0", "x", "1e3", "٣", "%00", "9" * 40])
def test_what_is_no_number_of_the_journal_has_a_page_that_says_so(visitor: Visitor, name: str) -> None:
    visitor.token()
    paths = (f"/journal/{name}", f"/journal/{name}/edit", f"/journal/har?id={name}", f"/screens/one-stop?seen={name}")
    for path in paths:
        assert visitor.http.get(f"/__console{path}").status_code == 404, path
    assert visitor.http.post(f"/__console/journal/{name}/send").status_code == 404


def shown(visitor: Visitor, number: int | str = 1) -> str:
    """Return the curl command of a call as its page shows it."""
    page = visitor.http.get(f"/__console/journal/{number}?lang=en").text
    return unescape(re.search(r'<pre id="curl"[^>]*>(.*?)</pre>', page, re.DOTALL)[1])


@pytest.mark.parametrize(("method", "body", "headers", "ending"), [
    ("GET", b"", {}, ""),
    ("POST", b"a=1", {"Content-Type": "text/plain"}, " --data-raw a=1"),
    ("POST", b"a=1", {}, " -H Content-Type: --data-raw a=1"),
    ("POST", b"x" * 8_000, {"Content-Type": "text/plain"}, " --data-raw " + "x" * 8_000),
    ("POST", b"x" * 8_001, {"Content-Type": "text/plain"}, " --data-binary @request-1.bin"),
    ("POST", b"\xff" + b"x" * 8_000, {"Content-Type": "text/plain"}, " --data-binary @request-1.bin"),
    ("POST", b"a\tb", {"Content-Type": "text/plain"}, " --data-binary @-"),
    ("POST", b"\xff", {}, " -H Content-Type: --data-binary @-"),
], ids=["no body", "text", "no type", "at the bound", "over it", "bytes over it", "a tab", "bytes"])  # fmt: skip
def test_a_curl_command_carries_the_body_as_its_kind_and_length_need(
    visitor: Visitor, method: str, body: bytes, headers: dict[str, str], ending: str
) -> None:
    visitor.http.open("/a?b=c", method=method, data=body, headers=headers)
    kept = visitor.http.get("/__admin/requests/1").json["request"]
    named = {name: value for name, value in kept["headers"].items() if name not in ("host", "content-length")}
    words = "".join(f" -H {shlex.quote(f'{name}: {value}')}" for name, value in named.items())
    coded = base64.b64encode(body).decode()
    before = f"printf %s {coded} | base64 -d | " if ending.endswith("@-") else ""
    assert shown(visitor) == f"{before}curl --globoff -X {method} 'http://localhost/a?b=c'{words}{ending}"
    page = visitor.http.get("/__console/journal/1?lang=en").text
    assert ("save the raw bytes of the request" in page) is ("@request-1.bin" in ending)


def test_a_curl_command_asks_for_the_head_alone_and_keeps_an_empty_header(visitor: Visitor) -> None:
    visitor.http.head("/a", headers={"X-Empty": "", "X-Two": "1"})
    words = shown(visitor)
    assert words.startswith("curl --globoff --head http://localhost/a ")
    assert " -h 'x-empty;'" in words.lower()
    assert " -X " not in words


@pytest.mark.parametrize("refused", [True, False])
def test_the_scenario_of_a_call_gives_its_answer_to_the_next_such_call_alone(visitor: Visitor, refused: bool) -> None:
    visitor.btxh("DongBoDVC", dossier(**({"MaTTHC": "9.9"} if refused else {})))
    first = visitor.journal()[-1]
    page = visitor.http.get(f"/__console/journal/{first['seq']}/scenario").text
    text = unescape(re.search(r'name="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1])
    assert text.startswith(f"id: luot-{first['seq']}\n")
    assert f"source: {json.dumps(first['clause'] or 'ours')}\n" in text
    assert "on: btxh.DongBoDVC\n    nth: 1\n" in text
    assert visitor.http.put("/__admin/scenario", json={"text": text}).status_code == 200
    other = dossier(MaHoSo="000.11.26.H26-261120-0002", **({} if refused else {"MaTTHC": "9.9"}))
    again, after = (visitor.btxh("DongBoDVC", other).json for _ in range(2))
    assert again == json.loads(first["response"]["body"])
    assert (after["error_code"] == 0) is refused


def test_an_answer_that_is_no_json_and_a_call_of_no_operation_make_a_scenario_too(visitor: Visitor) -> None:
    visitor.http.get("/khong-co")
    page = visitor.http.get("/__console/journal/1/scenario").text
    text = unescape(re.search(r'name="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1])
    assert "    on: *\n" in text
    assert '"status": 404' in text
    assert 'source: "ours"\n' in text


def test_a_call_sent_again_has_the_hosts_and_the_length_of_its_own_sending(visitor: Visitor) -> None:
    visitor.http.post("/a%20b?c=%C4%90", data="Ở", headers={"Host": "localhost", "X-A": "1", "Connection": "close"})
    sent_again = visitor.http.post("/__console/journal/1/send")
    assert (sent_again.status_code, sent_again.location) == (303, "/__console/journal/2")
    before, after = (visitor.http.get(f"/__admin/requests/{number}").json["request"] for number in (1, 2))
    assert after["headers"]["content-length"] == str(len("Ở".encode()))
    assert "connection" not in after["headers"]
    assert {name: after[name] for name in ("method", "url", "path", "body")} == {
        name: before[name] for name in ("method", "url", "path", "body")}  # fmt: skip
    assert (after["headers"]["host"], after["headers"]["x-a"]) == ("localhost", "1")


def test_a_token_that_the_gateway_does_not_give_is_said_with_the_status(visitor: Visitor) -> None:
    visitor.http.get("/x")
    visitor.http.patch("/__admin/settings", json={"application_state": "revoked"})
    refused = visitor.http.post("/__console/journal/1/send?lang=en", data={"token": "fresh"})
    assert refused.status_code == 422
    assert "the gateway gave no token (HTTP " in refused.text
    assert "<code>/token</code>" in refused.text
