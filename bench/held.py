"""Do clients that are held in a hanging or dripping fault slow the others down? Over real sockets, two workers."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import statistics
import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bench.rates import token_of
from bench.servers import emulator, post
from tests.builders import dossier, pull

HELD, ROUNDS, CALLS = 500, 5, 600
_HOLDS: dict[str, dict[str, Any]] = {
    "hang": {"fault": "hang", "params": {"served": True}},
    "slow-drip": {"fault": "slow-drip", "params": {"bytes": 1, "pause_ms": 250}},
}
_JSON = {"Content-Type": "application/json"}
_HELD_ON = "btxh.TienTrinhXuLy"


def held() -> Iterator[str]:
    """The 99th percentile of an accepted push, with nobody and with 500 clients held; runs interleave."""
    with emulator("--store", ":memory:", "--workers", "2") as ready:
        house = _House(ready)
        house.p99_ms()
        for name, wish in _HOLDS.items():
            free, busy = [], []
            for _ in range(ROUNDS):
                free.append(house.p99_ms())
                with house.holding(wish):
                    busy.append(house.p99_ms())
            calm, crowded = statistics.median(free), statistics.median(busy)
            yield f"| p99 of a push, nobody held | {calm:.1f} ms | {min(free):.1f} … {max(free):.1f} | | |"
            yield (
                f"| p99 of a push, {HELD} held in {name} | {crowded:.1f} ms | {min(busy):.1f} … {max(busy):.1f} |"
                f" {crowded / calm:.2f} | ≤ 2 |"
            )


class _House:
    def __init__(self, ready: dict[str, Any]) -> None:
        self._url = urlsplit(ready["base_url"])
        self._faults = ready["admin_url"] + "/faults"
        self._token = token_of(ready["base_url"], ready["credentials"]["production"])
        self._number = 0

    def p99_ms(self) -> float:
        """Push one dossier after the other and return the 99th percentile of their times."""
        line = http.client.HTTPConnection(str(self._url.hostname), self._url.port)
        times = []
        for _ in range(CALLS):
            self._number += 1
            body = json.dumps(dossier(MaHoSo=f"000.11.26.H26-261120-{self._number:04d}")).encode()
            begun = time.perf_counter()
            line.request("POST", "/apiBTXH/1.0/DongBoDVC", body, self._headers())
            said = line.getresponse().read()
            times.append((time.perf_counter() - begun) * 1000)
            assert b'"error_code":0' in said, said
        line.close()
        return statistics.quantiles(times, n=100)[98]

    @contextlib.contextmanager
    def holding(self, wish: dict[str, Any]) -> Iterator[None]:
        """Hold 500 clients in a fault."""
        arms = json.dumps({"faults": [{**wish, "on": _HELD_ON}]}).encode()
        post(self._faults, arms, _JSON)
        lines = [self._held_line() for _ in range(HELD)]
        try:
            yield
        finally:
            for line in lines:
                line.close()
            urllib.request.urlopen(urllib.request.Request(self._faults, method="DELETE")).close()

    def _held_line(self) -> socket.socket:
        line = socket.create_connection((str(self._url.hostname), self._url.port))
        asked = {name: text for name, text in pull().items() if name != "LoaiDuLieu"}
        body = json.dumps(asked).encode()
        head = "".join(f"{name}: {text}\r\n" for name, text in self._headers().items())
        line.sendall(
            f"POST /apiBTXH/1.0/TienTrinhXuLy HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode()
            + body
        )
        return line

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
