"""A minute's measure for every change: what one call of each kind costs in CPU, over a bare Flask route's in one run.

Only the CPU time of the servers' processes is counted, by the kernel; the clock and the load generator have no say.
Every reply is looked at, and what the servers wrote down is counted again at the end.
"""

from __future__ import annotations

import contextlib
import json
import socket
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from bench.downloads import host_files
from bench.lookups import FORWARD, PORTAL, WANTED, papers_token
from bench.rates import token_of
from bench.servers import cpu_us, emulator, processes, yardstick
from tests.builders import dossier
from tests.builders import pull as pull_body
from tests.documents.test_printed_samples import printed_dossier

CONNECTIONS, CALLS, ROWS, SECONDS = 16, 480, 20, 50
FILE_SIZE, DOWNLOAD, BARE_FILE = 100_000, "100 kB download through the adapter", "bare Flask route that sends the file"
_RECEIVED = datetime(2026, 11, 20, 8)  # noqa: DTZ001 - wall time of Vietnam, as the documents write it
_USED_NUMBERS = 9_000  # the numbers above are magic: they play faults
_BODY_END = b"0\r\n\r\n"
_COUNTED = ("btxh.", "dvcqg.papers.find", "province.download")
Answer = tuple[int, bytes]


class Target(NamedTuple):
    """A server under measurement: where it listens, and the process that leads its workers."""

    host: str
    port: int
    leader: int

    @classmethod
    def of(cls, url: str, leader: int) -> Target:
        parts = urlsplit(url)
        return cls(parts.hostname or "", parts.port or 0, leader)


@dataclass
class Kind:
    """One kind of call, to one server: how request number n reads, what a reply must show, what was seen and spent."""

    name: str
    target: Target
    request: Callable[[int], bytes]
    is_right: Callable[[Answer], bool]
    aim: str = ""
    over: str = ""
    """The bare route it is held against; the first one where none is named."""
    spent_us: list[float] = field(default_factory=list)
    waits_ms: list[float] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)


class Crowd:
    """Connections that each send a call at the same time, and are kept."""

    def __init__(self, target: Target, size: int = CONNECTIONS) -> None:
        self.target = target
        self.waits_ms: list[float] = []
        self._lines = [self._connect() for _ in range(size)]

    def close(self) -> None:
        for line in self._lines:
            line.close()

    def send(self, requests: list[bytes]) -> Iterator[Answer]:
        """Send the requests in turns, a connection each, and yield every answer."""
        for start in range(0, len(requests), len(self._lines)):
            turn = list(enumerate(requests[start : start + len(self._lines)]))
            for place, request in turn:
                self._lines[place].sendall(request)
            began = time.perf_counter()
            for place, _ in turn:
                head, answer = _read(self._lines[place])
                self.waits_ms.append((time.perf_counter() - began) * 1000)
                if b"\r\nconnection: close" in head.lower():  # some peers keep none
                    self._lines[place].close()
                    self._lines[place] = self._connect()
                yield answer

    def _connect(self) -> socket.socket:
        return socket.create_connection((self.target.host, self.target.port), timeout=30)


def _read(line: socket.socket) -> tuple[bytes, Answer]:
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(line)
    head, _, body = got.partition(b"\r\n\r\n")
    length = next((int(each[15:]) for each in head.split(b"\r\n") if each.lower().startswith(b"content-length:")), None)
    while len(body) < length if length is not None else not body.endswith(_BODY_END):
        body += _more(line)
    return head, (int(head[9:12]), body)


def _more(line: socket.socket) -> bytes:
    chunk = line.recv(1 << 18)
    if not chunk:
        raise SystemExit("a server closed a connection in the middle of a reply")
    return chunk


def measure(kind: Kind, crowd: Crowd, first: int, calls: int = CALLS) -> float:
    """Let the crowd call, and return the CPU of the server a call, in µs; an answer that is not right ends all."""
    requests = [kind.request(number) for number in range(first, first + calls)]
    crowd.waits_ms.clear()
    workers = processes(kind.target.leader)
    before = cpu_us(workers)
    answers = list(crowd.send(requests))
    spent = (cpu_us(workers) - before) / calls
    for answer in answers:
        if not kind.is_right(answer):
            raise SystemExit(f"{kind.name}: {answer[0]} {answer[1][:300]!r}")
        kind.seen[str(answer[0])] += 1
    kind.spent_us.append(spent)
    kind.waits_ms += crowd.waits_ms
    return spent


def fetch_of(target: Target, path: str) -> bytes:
    """Return the bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\nAccept: */*\r\n\r\n".encode()


def request_of(target: Target, path: str, body: bytes, token: str = "", scheme: str = "Bearer ") -> bytes:
    """Return the bytes of a POST of JSON, as a client with a kept connection sends it."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {target.host}:{target.port}", "Accept: application/json"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"Authorization: {scheme}{token}"] if token else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def kinds_of(target: Target, token: str) -> list[Kind]:
    """Return the calls to the gateway that are measured of ours, on a server whose sandbox is new."""

    def push(make: Callable[..., dict[str, object]], token: str) -> Callable[[int], bytes]:
        return lambda number: request_of(target, "/apiBTXH/1.0/DongBoDVC", _json(make(MaHoSo=_code(number))), token)

    def pull(_number: int) -> bytes:
        last = _RECEIVED + timedelta(seconds=ROWS - 1)
        body = pull_body(ThoiGianBatDau=_moment(_RECEIVED), ThoiGianKetThuc=_moment(last))
        return request_of(target, "/apiBTXH/1.0/DanhSachHoSo", _json(body), token)

    def wrong(**changes: object) -> dict[str, object]:
        return dossier(**changes, NgayThangNamSinh="15.03.1960", MaTinh="1O")

    return [
        Kind("push, printed sample", target, push(printed_dossier, token), _says(200, b'"error_code":0,'), "≥ 1.0"),
        Kind("push, clean body", target, push(dossier, token), _says(200, b'"error_code":0,'), "≥ 1.0"),
        Kind("refusal for want of a token", target, push(dossier, ""), _says(401, b"900902"), "≥ 1.5"),
        Kind("refusal for its fields", target, push(wrong, token), _says(200, b'"error_code":-'), "≥ 1.5"),
        Kind(f"pull of {ROWS} rows", target, pull, _has_rows, "≥ 1.0"),
    ]


def axis_kinds(target: Target, papers_token: str, address: str, file: Path) -> list[Kind]:
    """Return the calls through the adapter: one citizen's papers, and the file at an address of the province's."""
    path, body = f"{FORWARD}/user/papers?{PORTAL}", _json(WANTED)
    content = file.read_bytes()

    def is_whole(answer: Answer) -> bool:
        return answer == (200, content)

    return [
        Kind("papers call", target, lambda _: request_of(target, path, body, papers_token, ""), _has_paper, "≥ 0.8"),
        Kind(DOWNLOAD, target, lambda _: fetch_of(target, address), is_whole, "≥ 0.8", BARE_FILE),
    ]


def bare_file(url: str, leader: int, file: Path) -> Kind:
    """Return the bare route that sends a file as a kind."""
    target, content = Target.of(url, leader), file.read_bytes()
    return Kind(BARE_FILE, target, lambda _: fetch_of(target, "/file"), lambda answer: answer == (200, content))


def prepare(target: Target, admin_url: str, token: str) -> None:
    """Let pulls find what was pushed, and push the rows that they find."""
    settings = Request(f"{admin_url}/settings", b'{"pull_source": "all"}', method="PUT")
    settings.add_header("Content-Type", "application/json")
    urlopen(settings, timeout=30).close()
    crowd = Crowd(target, 1)
    moments = [_moment(_RECEIVED + timedelta(seconds=number)) for number in range(ROWS)]
    bodies = [
        dossier(MaHoSo=_code(900_000 + number), NgayTiepNhan=moment, SubmittedDate=moment)
        for number, moment in enumerate(moments)
    ]
    requests = [request_of(target, "/apiBTXH/1.0/DongBoDVC", _json(body), token) for body in bodies]
    assert all(b'"error_code":0,' in body for _, body in crowd.send(requests))
    crowd.close()


def bare(name: str, url: str, leader: int) -> Kind:
    """Return a bare route as a kind: it is sent the same bodies, and reads no byte of them."""
    target = Target.of(url, leader)
    path = urlsplit(url).path
    return Kind(name, target, lambda number: request_of(target, path, _json(dossier(MaHoSo=_code(number)))), _says(200))


def quick() -> Iterator[str]:
    """Push (printed sample, clean body), refusals, a pull, papers and a file beside bare routes; two workers."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        ((address, file),) = host_files(folder / "pack", FILE_SIZE)
        flags = ("--store", str(folder / "quick.db"), "--workers", "2", "--pack", str(folder / "pack"))
        ready = stack.enter_context(emulator(*flags))
        flask, asgi = stack.enter_context(yardstick("gthread", file)), stack.enter_context(yardstick("bare-asgi"))
        target = Target.of(ready["base_url"], ready["pid"])
        token = token_of(ready["base_url"], ready["credentials"]["production"])
        prepare(target, ready["admin_url"], token)
        papers = papers_token(ready["base_url"], ready["credentials"]["papers"])
        kinds = [bare("bare Flask, gthread 2×8", *flask), bare("bare ASGI", *asgi), bare_file(*flask, file)]
        kinds += [*kinds_of(target, token), *axis_kinds(target, papers, address, file)]
        run_rounds(kinds)
        yield from _rows(kinds)
        yield from _written_down(ready["admin_url"])


def run_rounds(kinds: list[Kind], calls: int = CALLS, rounds: int | None = None) -> None:
    """Measure the kinds in turns: so many rounds, or as many as ``SECONDS`` hold."""
    crowds = {target: Crowd(target) for target in {kind.target for kind in kinds}}
    for place, kind in enumerate(kinds):  # what is imported and read once is not counted
        measure(kind, crowds[kind.target], (place + 1) * 500_000, CONNECTIONS * 2)
        kind.spent_us.clear()
    ends, first, done = time.monotonic() + SECONDS, 0, 0
    while done < rounds if rounds is not None else time.monotonic() < ends:
        for kind in kinds:
            measure(kind, crowds[kind.target], first, calls)
            first += calls
        done += 1
    for crowd in crowds.values():
        crowd.close()


def _rows(kinds: list[Kind]) -> Iterator[str]:
    bares = {kind.name: kind.spent_us for kind in kinds}
    for kind in kinds:
        theirs_us = bares[kind.over or kinds[0].name]
        over = statistics.median(theirs / ours for theirs, ours in zip(theirs_us, kind.spent_us, strict=True))
        said = ", ".join(f"{status} × {count:,}" for status, count in kind.seen.items())
        spread = f"{min(kind.spent_us):.0f} … {max(kind.spent_us):.0f}"
        median = statistics.median(kind.spent_us)
        yield f"| {kind.name} ({said}) | {median:.0f} µs | {spread} | {over:.2f} | {kind.aim} |"


def _written_down(admin_url: str) -> Iterator[str]:
    with urlopen(f"{admin_url}/metrics", timeout=30) as reply:
        lines = reply.read().decode().splitlines()
    for line in lines:
        if line.startswith("ndxp_emulator_calls_total") and any(f'"{each}' in line for each in _COUNTED):
            kind, _, number = line.partition("{")[2].rpartition(" ")
            words = dict(each.split("=") for each in kind.rstrip("}").split(","))
            shown = " ".join(words[name].strip('"') for name in ("operation", "outcome", "status_class"))
            yield f"| written down: {shown} | {float(number):.0f} | | | |"


def _says(status: int, text: bytes = b"") -> Callable[[Answer], bool]:
    return lambda answer: answer[0] == status and text in answer[1]


def _has_rows(answer: Answer) -> bool:
    return answer[0] == 200 and answer[1].count(b'"maHoSo"') == ROWS


def _has_paper(answer: Answer) -> bool:
    return answer[0] == 200 and answer[1].count(b'"DuongDan"') == 1


def _json(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _moment(moment: datetime) -> str:
    return moment.strftime("%d/%m/%Y %H:%M:%S")


def _code(number: int) -> str:
    """Return the code of dossier number n, which no other has; none ends in a magic number."""
    unit, number = divmod(number, _USED_NUMBERS)
    return f"{unit // 100:03d}.{unit % 100:02d}.26.H26-261120-{number:04d}"
