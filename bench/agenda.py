"""What a year costs on the clock: 1,000 scheduled effects settled at once, in CPU time and by the clock on the wall."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from emulator.app import Country, found_country
from emulator.kernel.clock import Clock
from emulator.kernel.exchange import Call, Exchange
from emulator.services.packs import load_pack
from emulator.settings import Settings

EFFECTS, ROUNDS = 1_000, 7
_BEGIN, _YEAR = 1_800_000_000_000, 365 * 86_400_000


def year() -> Iterator[str]:
    """``advance`` by a year over 1,000 effects that set a state, and over none."""
    with tempfile.TemporaryDirectory() as folder:
        country = found_country(Settings(), Path(folder) / "store.db", {"co-ban": load_pack("co-ban")})
        rounds = [_round(country) for _ in range(ROUNDS)]
        nothing = _nothing_due(country)
        country.store.close()
    wall, used = (statistics.median(column) for column in zip(*rounds, strict=True))
    yield f"| a year with {EFFECTS:,} effects | {wall:.0f} ms ({used:.0f} ms of CPU) | | | ≤ 100 ms |"
    yield f"| nothing due | {nothing:.2f} µs | | | |"


def _round(country: Country) -> tuple[float, float]:
    sandboxes = country.sandboxes
    sandboxes.reset(sandboxes.get("default"))
    sandboxes.set_clock(sandboxes.get("default"), Clock(_BEGIN, 0, 1.0, True))
    world = country.admin.enter(sandboxes.get("default"), Exchange(Call("GET", "/")))
    for number in range(EFFECTS):
        effect = {"kind": "state", "name": f"machine {number % 10}", "value": str(number)}
        world.agenda.add(_BEGIN + (number + 1) * (_YEAR // EFFECTS), effect)
    world.commit()
    sandboxes.set_clock(sandboxes.get("default"), Clock(_BEGIN + _YEAR, 0, 1.0, True))
    wall, used = time.perf_counter(), time.process_time()
    country.admin.settle_due(sandboxes.get("default"))
    return (time.perf_counter() - wall) * 1000, (time.process_time() - used) * 1000


def _nothing_due(country: Country) -> float:
    sandbox = country.sandboxes.get("default")
    begun = time.perf_counter()
    for _ in range(100_000):
        country.admin.settle_due(sandbox)
    return (time.perf_counter() - begun) * 10
