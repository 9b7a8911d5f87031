"""Does it get slower as it fills? Through the door of one process, without sockets."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bench.rates import basic, token_of
from bench.servers import emulator, post
from emulator.app import Country, found_country
from emulator.country.settings import SandboxSettings
from emulator.kernel.exchange import Call
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests.builders import dossier
from tests.builders import pull as pull_body

SMALL, LARGE, SAMPLES, ROWS = 1_000, 100_000, 300, 20
_BEGIN = datetime(2026, 1, 1)  # noqa: DTZ001 - wall time of Vietnam, as the documents write it
Ask = Callable[[str, bytes], bytes]


def insert() -> Iterator[str]:
    """The same accepted push at 1,000 and at 100,000 stored dossiers."""
    with House() as house:
        house.fill(0, SMALL)
        small = _median_us(lambda number: house.ask("DongBoDVC", push_body(SMALL + number)))
        house.fill(SMALL + SAMPLES, LARGE)
        large = _median_us(lambda number: house.ask("DongBoDVC", push_body(LARGE + number)))
    yield f"| insert at {SMALL:,} | {small:.0f} µs | | | |"
    yield f"| insert at {LARGE:,} | {large:.0f} µs | | {large / small:.2f} | ≤ 1.3 |"


def pull() -> Iterator[str]:
    """A pull of 20 rows at 1,000 and at 100,000 stored dossiers."""
    body = json.dumps(
        pull_body(ThoiGianBatDau=moment_of(100), ThoiGianKetThuc=moment_of(100 + ROWS - 1)), ensure_ascii=False
    ).encode()
    with House() as house:
        house.fill(0, SMALL)
        assert len(json.loads(house.ask("DanhSachHoSo", body))["result"]["data"]) == ROWS
        small = _median_us(lambda _: house.ask("DanhSachHoSo", body))
        house.fill(SMALL, LARGE)
        large = _median_us(lambda _: house.ask("DanhSachHoSo", body))
    yield f"| pull of {ROWS} rows at {SMALL:,} | {small:.0f} µs | | | |"
    yield f"| pull of {ROWS} rows at {LARGE:,} | {large:.0f} µs | | {large / small:.2f} | ≤ 1.5 |"


def reset() -> Iterator[str]:
    """``POST /__admin/sandboxes/{id}/reset`` of a full sandbox, over HTTP, server idle otherwise."""
    with emulator("--store", ":memory:") as ready:
        token = token_of(ready["base_url"], ready["credentials"]["production"])
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        for number in range(2_000):
            post(f"{ready['base_url']}/apiBTXH/1.0/DongBoDVC", push_body(number), headers)
        times = []
        for _ in range(100):
            begun = time.perf_counter()
            post(f"{ready['admin_url']}/sandboxes/default/reset", b"", {})
            times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    yield f"| reset over HTTP, p50 | {times[50]:.1f} ms | {times[0]:.1f} … {times[-1]:.1f} | | |"
    yield f"| reset over HTTP, p95 | {times[95]:.1f} ms | | | ≤ 5 ms |"


class House:
    """A country in a temporary folder, asked through its door; what is set holds in the sandbox ``default``."""

    def __init__(self, **settings: Any) -> None:
        self._settings = SandboxSettings(pull_source="all", **settings)

    def __enter__(self) -> House:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-")
        self.country: Country = found_country(
            Settings(), Path(self._folder.name) / "store.db", {"co-ban": load_pack("co-ban")}
        )
        sandboxes = self.country.sandboxes
        sandboxes.set_settings(sandboxes.get("default"), self._settings)
        self.token = cache(self._fetch_token)
        return self

    def _fetch_token(self, sandbox: str) -> str:
        sandboxes = self.country.sandboxes
        pair = sandboxes.credentials(sandboxes.get(sandbox))[0]
        headers = (
            ("authorization", basic(pair.consumer_key, pair.consumer_secret)),
            ("content-type", "application/x-www-form-urlencoded"),
        )
        body = b"grant_type=client_credentials"
        path = f"/s/{sandbox}/token"
        call = Call("POST", path, headers=headers, body=body, body_size=len(body), target=path)
        return str(json.loads(self.country.door.serve(call).body)["access_token"])

    def __exit__(self, *_: object) -> None:
        self.country.store.close()
        self._folder.cleanup()

    def ask(self, operation: str, body: bytes, sandbox: str = "default") -> bytes:
        """Call an operation in a sandbox and return the body of its answer."""
        headers = (("authorization", f"Bearer {self.token(sandbox)}"), ("content-type", "application/json"))
        path = f"/s/{sandbox}/apiBTXH/1.0/{operation}"
        call = Call("POST", path, headers=headers, body=body, body_size=len(body), target=path)
        return self.country.door.serve(call).body

    def fill(self, first: int, last: int) -> None:
        """Push the dossiers of a range of numbers."""
        for number in range(first, last):
            assert b'"error_code":0' in self.ask("DongBoDVC", push_body(number))


def moment_of(number: int) -> str:
    """Return when dossier number n was received: a second after the one before it."""
    return (_BEGIN + timedelta(seconds=number)).strftime("%d/%m/%Y %H:%M:%S")


def code_of(number: int) -> str:
    """Return the code of dossier number n, which no other has."""
    unit, number = divmod(number, 10_000)
    return f"{unit // 100:03d}.{unit % 100:02d}.26.H26-260101-{number:04d}"


def push_body(number: int) -> bytes:
    """Return the push of dossier number n."""
    moment = moment_of(number)
    body = dossier(MaHoSo=code_of(number), NgayTiepNhan=moment, SubmittedDate=moment)
    return json.dumps(body, ensure_ascii=False).encode()


def _median_us(work: Callable[[int], object]) -> float:
    times = []
    for number in range(SAMPLES):
        begun = time.perf_counter_ns()
        work(number)
        times.append((time.perf_counter_ns() - begun) / 1000)
    return statistics.median(times)
