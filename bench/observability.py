"""What counting and logging cost: accepted pushes through the door, in turns with and without, in CPU time."""

from __future__ import annotations

import json
import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from bench.rates import basic
from emulator.app import Country, found_country
from emulator.journal import write
from emulator.kernel.exchange import Call
from emulator.server.launch import JsonLines
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests.builders import dossier

ROUNDS, PUSHES = 41, 100
_TRACE = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


def observability() -> Iterator[str]:
    """Three ways of serving, in turns: nothing counted, counted (as always), counted and logged as JSON."""
    ways: dict[str, Callable[[], object]] = {"nothing counted": _uncounted, "counted": _as_ever, "and logged": _logged}
    used: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder:
        country = found_country(Settings(), Path(folder) / "store.db", {"co-ban": load_pack("co-ban")})
        calls = _calls(country)
        for number in range(ROUNDS + 1):
            for name, way in ways.items():
                batch = [next(calls) for _ in range(PUSHES)]
                with way():  # type: ignore[attr-defined]
                    spent = _spent(country, batch)
                if number:  # the first round warms up
                    used[name].append(spent)
        country.store.close()
    for name, times in used.items():
        ratio = statistics.median(mine / bare for mine, bare in zip(times, used["nothing counted"], strict=True))
        shown, aim = (f"{ratio:.3f}", "≤ 1.05") if name == "counted" else (f"{ratio:.3f}", "")
        spread = f"{min(times):.0f} … {max(times):.0f}"
        yield f"| push, {name} | {statistics.median(times):.0f} µs | {spread} | {shown} | {aim} |"


def _spent(country: Country, batch: list[Call]) -> float:
    """Return the CPU time of a push in microseconds."""
    begun = time.process_time_ns()
    for call in batch:
        reply = country.door.serve(call)
        assert reply.status == 200, reply.body
    return (time.process_time_ns() - begun) / 1000 / len(batch)


def _calls(country: Country) -> Iterator[Call]:
    pair = country.sandboxes.credentials_shown(country.sandboxes.get("default"))["production"]
    form = (("authorization", basic(pair["consumer_key"], pair["consumer_secret"])),)
    asked = Call("POST", "/token", headers=form, body=b"grant_type=client_credentials", body_size=29, target="/token")
    token = json.loads(country.door.serve(asked).body)["access_token"]
    headers = (("authorization", f"Bearer {token}"), ("content-type", "application/json"), _TRACE)
    path = "/apiBTXH/1.0/DongBoDVC"
    for number in range(1, 1_000_000):
        code = f"000.{number // 5_000:02d}.26.H26-261120-{number % 5_000:04d}"  # above stand the magic ones
        body = json.dumps(dossier(MaHoSo=code), ensure_ascii=False).encode()
        yield Call("POST", path, headers=headers, body=body, body_size=len(body), target=path)


def _nothing(*_: object) -> None:
    """Count nothing: cheaper than a mock."""


@contextmanager
def _uncounted() -> Iterator[None]:
    with mock.patch.object(write, "count", new=_nothing):
        yield


@contextmanager
def _as_ever() -> Iterator[None]:
    yield


@contextmanager
def _logged() -> Iterator[None]:
    log = logging.getLogger("emulator.calls")
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        handler = logging.StreamHandler(nowhere)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
        try:
            yield
        finally:
            log.removeHandler(handler)
            log.setLevel(logging.NOTSET)
            log.propagate = True
