"""K20: a rehearsal judges a reply for what it is, and may ask as a client asks: providerurl, HEAD, Range."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Visitor
from tests.gateways.axis.axis import HAGIANG, HANOI
from tests.gateways.axis.provider import PAPER, Answer, Provider, head, provider, raw, said

OWN_URL = "https://dichvucong.hanoi.gov.vn"


@pytest.fixture
def machine() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def live(visitor: Visitor, machine: Provider) -> Visitor:
    visitor.http.put(f"/__admin/live-agencies/{HANOI}", json={"base_url": machine.base_url})
    visitor.http.post("/__admin/access-rights", json={"provider": HANOI, "subjects": [HAGIANG]})
    return visitor


def rehearse(visitor: Visitor, **wish: Any) -> dict[str, Any]:
    body = {"kind": "download", "path": "/tep/1.pdf", "caller": HAGIANG} | wish
    reply = visitor.http.post("/__admin/rehearsals", json=body)
    assert reply.status_code == 200, reply.json
    return dict(reply.json)


@pytest.mark.parametrize(("answer", "rules", "passed"), [
    (said("200 OK", PAPER, "Content-Type: text/html"), ["content-type"], False),
    (said("200 OK", PAPER, "Content-Type: application/json"), ["content-type"], False),
    (said("200 OK", b"<html>", "Content-Type: application/pdf"), ["page-instead-of-file"], False),
    (said("200 OK", gzip.compress(PAPER), "Content-Type: application/pdf", "Content-Encoding: gzip"),
     ["content-encoding"], True),
    (said("200 OK", gzip.compress(b"<html>"), "Content-Type: application/pdf", "Content-Encoding: gzip"),
     ["content-encoding", "page-instead-of-file"], False),
    (said("302 Found", b"", "Location: /moi"), ["redirected"], False),
    (raw(head("Content-Length: 5000") + b"%PDF"), ["broken-answer"], False),
    (said("200 OK", PAPER, "Content-Type: application/pdf"), [], True),
])  # fmt: skip
def test_k20_a_reply_is_judged_for_what_it_is(
    live: Visitor, machine: Provider, answer: Answer, rules: list[str], passed: bool
) -> None:
    machine.answer = answer
    told = rehearse(live)
    assert [each["rule"] for each in told["findings"]] == rules
    assert told["passed"] is passed
    assert all("chưa tới" not in each["vi"].lower() for each in told["findings"])


def test_k20_providerurl_head_and_range_can_be_chosen(live: Visitor, machine: Provider) -> None:
    machine.answer = raw(head("Content-Length: 123", "Content-Type: application/pdf"))
    told = rehearse(live, method="HEAD", providerurl=OWN_URL)
    assert (told["passed"], machine.request_line) == (True, "HEAD /tep/1.pdf HTTP/1.1")
    assert machine.header("host") == "dichvucong.hanoi.gov.vn"
    machine.answer = said("206 Partial Content", b"%PDF", "Content-Range: bytes 0-3/5000")
    told = rehearse(live, range="bytes=0-3", providerurl=OWN_URL)
    assert (told["passed"], machine.header("range")) == (True, "bytes=0-3")
    machine.answer = said("206 Partial Content", b"%PDF")
    assert [each["rule"] for each in rehearse(live, range="bytes=0-3")["findings"]] == ["content-range"]


def test_k20_a_host_of_another_is_out_of_reach_in_a_rehearsal_too(live: Visitor, machine: Provider) -> None:
    told = rehearse(live, providerurl="https://dichvucong.quangnam.gov.vn")
    assert [each["rule"] for each in told["findings"]] == ["axis-fault"]
    assert machine.asked == []


@pytest.mark.parametrize("wrong", [
    {"method": "POST"}, {"range": "0-3"}, {"providerurl": "x"}, {"kind": "nhanhsdvcqg", "method": "HEAD"},
])  # fmt: skip
def test_k20_a_wish_that_cannot_be_is_refused(live: Visitor, wrong: dict[str, Any]) -> None:
    body = {"kind": "download", "path": "/tep/1.pdf", "caller": HAGIANG} | wrong
    assert live.http.post("/__admin/rehearsals", json=body).status_code == 422


# Item 7: the biggest file of the pack is a real download.


def test_the_biggest_file_of_the_pack_is_twenty_megabytes_and_made_when_it_is_read(visitor: Visitor) -> None:
    import hashlib

    address = (
        f"/VXPAdapter/RestService/forward/download/ho-so-quet-20mb.pdf?dstcode={HAGIANG}"
        "&providerurl=https://dichvucong.hagiang.gov.vn"
    )
    reckoning, size, ends = hashlib.sha256(), 0, b""
    reply = visitor.http.get(address)
    for chunk in reply.iter_encoded():
        reckoning.update(chunk)
        size += len(chunk)
        ends = (ends + chunk)[-1024:]
    assert (reply.status_code, size) == (200, 20 * 1024 * 1024)
    assert ends.rstrip().endswith(b"%%EOF")
    entry = visitor.journal()[-1]
    assert entry["response"]["bodySha256"] == "sha256:" + reckoning.hexdigest()
    part = visitor.http.get(address, headers={"Range": "bytes=20971000-20971519"}, buffered=True)
    assert (part.status_code, len(part.data)) == (206, 520)
    assert part.data == ends[-520:]
