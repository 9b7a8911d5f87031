"""Ours beside other servers that play an API, and beside bare routes: those that are installed, in one interleaved run.

``python -m bench peers`` looks on PATH for ``prism``, ``json-server`` and ``moto_server``, and for the WireMock jar
that the variable ``WIREMOCK_JAR`` names; what is not there is named and left out. Sixteen connections send at the same
time, from a load generator on the same cores: waiting times tell as much of it as of a server, so compare the CPU.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from bench.quick import Answer, Crowd, Kind, Target, bare, kinds_of, measure, prepare, request_of
from bench.rates import token_of
from bench.servers import emulator, free_port, running, yardstick
from tests.builders import dossier

ROUNDS, CALLS, SLOW_CALLS = 7, 480, 96
_PUSH = "/apiBTXH/1.0/DongBoDVC"
_JSON = {"Content-Type": "application/json"}


class Peer(NamedTuple):
    """Another server: how it is started on a port with files in a folder, and the call that is measured."""

    name: str
    command: Callable[[int, Path], list[str]]
    path: str
    body: Callable[[int], object]
    status: int = 200
    calls: int = CALLS
    headers: tuple[str, ...] = ()
    prepare: Callable[[str], None] = lambda _url: None


def peers() -> Iterator[str]:
    """Push of ours, bare routes, and the peers that are installed: SQLite on disk, two workers, 16 connections."""
    yield f"| {_machine()} | | | | |"
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        ready = stack.enter_context(emulator("--store", str(folder / "peers.db"), "--workers", "2"))
        target = Target.of(ready["base_url"], ready["pid"])
        token = token_of(ready["base_url"], ready["credentials"]["production"])
        prepare(target, ready["admin_url"], token)
        kinds = [(kind, CALLS) for kind in kinds_of(target, token)]
        kinds.append((bare("bare Flask, gthread 2×8", *stack.enter_context(yardstick("gthread"))), CALLS))
        kinds.append((bare("bare ASGI", *stack.enter_context(yardstick("bare-asgi"))), CALLS))
        for peer in _PEERS:
            version = _version(peer)
            if version is None:
                yield f"| {peer.name} | not installed | | | |"
            else:
                kinds.append((_kind_of(peer, version, folder, stack), peer.calls))
        _run(kinds)
    yield from _rows([kind for kind, _ in kinds])


def _run(kinds: list[tuple[Kind, int]]) -> None:
    first = 0
    for number in range(ROUNDS + 1):
        for kind, calls in kinds:
            crowd = Crowd(kind.target)  # new ones each time: some peers let an idle connection go after seconds
            measure(kind, crowd, first, calls)
            crowd.close()
            first += calls
            if not number:  # what is loaded and compiled once is not counted
                kind.spent_us.clear()
                kind.waits_ms.clear()


def _rows(kinds: list[Kind]) -> Iterator[str]:
    ours = kinds[0].spent_us
    for kind in kinds:
        over = statistics.median(theirs / mine for theirs, mine in zip(kind.spent_us, ours, strict=True))
        waits = statistics.quantiles(kind.waits_ms, n=100)
        spread = f"{min(kind.spent_us):.0f} … {max(kind.spent_us):.0f}, p50 {waits[49]:.1f} ms, p99 {waits[98]:.1f} ms"
        yield f"| {kind.name} | {statistics.median(kind.spent_us):.0f} µs | {spread} | {over:.2f} | |"


def _kind_of(peer: Peer, version: str, folder: Path, stack: contextlib.ExitStack) -> Kind:
    port = free_port()
    place = folder / peer.name
    place.mkdir()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = stack.enter_context(running(peer.command(port, place), **quiet))
    url = f"http://127.0.0.1:{port}"
    _await(url)
    peer.prepare(url)
    target = Target.of(url, process.pid)

    def request(number: int) -> bytes:
        body = json.dumps(peer.body(number), ensure_ascii=False).encode()
        head, gap, rest = request_of(target, peer.path, body, "token").partition(b"\r\n\r\n")
        return b"\r\n".join([head, *(each.encode() for each in peer.headers)]) + gap + rest

    def is_right(answer: Answer) -> bool:
        return answer[0] == peer.status

    return Kind(f"{peer.name} {version}".strip(), target, request, is_right)


def _await(url: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urlopen(url, timeout=2).close()
            return
        except HTTPError:
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _version(peer: Peer) -> str | None:
    """Return what a peer says of its version; None when it is not installed."""
    command = peer.command(0, Path())
    if shutil.which(command[0]) is None or (command[0] == "java" and not _JAR):
        return None
    if command[0] == "java":
        return Path(_JAR).stem.rpartition("-")[2]
    said = subprocess.run([command[0], "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return said.split()[-1] if said else ""


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


_JAR = os.environ.get("WIREMOCK_JAR", "")


def _wiremock(port: int, place: Path) -> list[str]:
    if port:
        schema = {"type": "object", "required": sorted(dossier())}
        asked = {"method": "POST", "urlPath": _PUSH, "bodyPatterns": [{"matchesJsonSchema": json.dumps(schema)}]}
        (place / "mappings").mkdir()
        reply = {"status": 200, "headers": _JSON, "jsonBody": {"error_code": 0, "message": "OK"}}
        (place / "mappings" / "push.json").write_text(json.dumps({"request": asked, "response": reply}))
    return ["java", "-jar", _JAR, "--port", str(port), "--root-dir", str(place), "--no-request-journal"]


def _prism(port: int, place: Path) -> list[str]:
    document = place / "openapi.json"
    if port:
        command = [sys.executable, "-m", "emulator", "openapi", "--out", str(document)]
        subprocess.run(command, check=True, capture_output=True)
    return ["prism", "mock", "-p", str(port), str(document)]


def _json_server(port: int, place: Path) -> list[str]:
    rows = place / "rows.json"
    if port:
        rows.write_text(json.dumps({"dossiers": [{"id": number, **dossier()} for number in range(1_000)]}))
    return ["json-server", "--port", str(port), "--quiet", str(rows)]


def _make_table(url: str) -> None:
    key = {"AttributeName": "MaHoSo", "AttributeType": "S"}
    table = {
        "TableName": "dossiers",
        "AttributeDefinitions": [key],
        "KeySchema": [{"AttributeName": "MaHoSo", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.CreateTable"}
    urlopen(Request(url, json.dumps(table).encode(), headers), timeout=30).close()


def _item(number: int) -> object:
    fields = dossier(MaHoSo=f"dossier-{number}")
    return {"TableName": "dossiers", "Item": {name: {"S": value} for name, value in fields.items()}}


_PEERS = (
    Peer("WireMock", _wiremock, _PUSH, lambda number: dossier(MaHoSo=f"dossier-{number}")),
    Peer("Prism", _prism, _PUSH, lambda _: dossier()),
    Peer("json-server", _json_server, "/dossiers", lambda _: dossier(), 201, SLOW_CALLS),
    Peer(
        "moto",
        lambda port, _place: ["moto_server", "-p", str(port)],
        "/",
        _item,
        200,
        SLOW_CALLS,
        ("X-Amz-Target: DynamoDB_20120810.PutItem",),
        _make_table,
    ),
)
