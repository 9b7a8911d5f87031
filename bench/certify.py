"""The reference client and every variant through every kit, on many seeds: each a world and an order of its own."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from emulator.app import found_country
from emulator.certification.kit_reader import kit_names
from emulator.country.pack import Pack
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests.certification.stand import Stand, not_passed

SEEDS = 100


def reference(seeds: int = SEEDS, kits: tuple[str, ...] = ()) -> Iterator[str]:
    """Play every kit in this process on ``seeds`` seeds; what is not passed goes to stderr and ends the run badly.

    Times are CPU time of a whole play: the client, the emulator, the judge and the report.
    """
    pack, failed = load_pack("co-ban"), 0
    for kit in kits or kit_names():
        times, wrong = [], 0
        for seed in range(seeds):
            begun = time.process_time()
            found_here = _played(kit, str(seed), pack)
            times.append(time.process_time() - begun)
            wrong += bool(found_here)
            for test, told in found_here.items():
                print(f"{kit}, seed {seed}, {test}: {told}", file=sys.stderr, flush=True)
        spread = f"{min(times):.2f} … {max(times):.2f}"
        yield f"| {kit}: {seeds - wrong} of {seeds} seeds | {statistics.median(times):.2f} s | {spread} | | all |"
        failed += wrong
    if failed:
        raise SystemExit(f"{failed} plays were not passed")


def conforming(seeds: int = SEEDS, kits: tuple[str, ...] = ()) -> Iterator[str]:
    """Play every conforming variant through each of its kits on ``seeds`` seeds: a row each, and what was not passed.

    Advice that a variant is known not to take (``tests/certification/variants.py``) is no failure.
    """
    listed: Any = import_module("tests.certification.variants")  # the tests are not typed
    pack, failed = load_pack("co-ban"), 0
    for name, (maker, its_kits) in listed.VARIANTS.items():
        for kit in [each for each in its_kits if not kits or each in kits]:
            begun, wrong = time.process_time(), 0
            for seed in range(seeds):
                told = _played(kit, f"{name}/{seed}", pack, maker)
                spared = listed.ADVISED.get((name, kit), frozenset())
                bad = {test: why for test, why in told.items() if test not in spared and not why.startswith("warn")}
                wrong += bool(bad)
                for test, why in bad.items():
                    print(f"{kit}, {name}, seed {seed}, {test}: {why}", file=sys.stderr, flush=True)
            each_s = (time.process_time() - begun) / seeds
            yield f"| {kit}, {name}: {seeds - wrong} of {seeds} seeds | {each_s:.2f} s | | | all |"
            failed += wrong
    if failed:
        raise SystemExit(f"{failed} plays were not passed")


def _played(kit: str, seed: str, pack: Pack, maker: Any = None) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        country = found_country(Settings(), Path(folder) / "store.db", {"co-ban": pack})
        try:
            return not_passed(Stand(country, kit, seed).play(*filter(None, [maker])))
        finally:
            country.store.close()
