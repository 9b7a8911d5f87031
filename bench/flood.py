"""Do the others feel one tenant that floods? The p99 of a push of another sandbox, quiet and flooded, interleaved.

The flooding sandbox has a quota of calls a minute (``--max-calls``) and is called by eight connections without a pause;
what it was answered is counted. Run as ``python -m bench.flood``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import requests

from bench.quick import Crowd, Target, request_of
from bench.rates import token_of
from tests.builders import dossier
from tests.serving import Server

_FLOODERS, _CALLS, _ROUNDS, _PAUSE_S = 8, 150, 4, 0.01


def _push_of(target: Target, name: str, token: str, number: int) -> bytes:
    body = json.dumps(dossier(MaHoSo=f"000.{number // 9000 + 11:02}.26.H26-261120-{number % 9000:04}")).encode()
    return request_of(target, f"/s/{name}/apiBTXH/1.0/DongBoDVC", body, token)


def _others_p99_ms(target: Target, token: str, first: int) -> float:
    """Push at the pace of a vendor's system, one after the other, and return the 99th percentile of the times."""
    crowd = Crowd(target, 1)
    for number in range(first, first + _CALLS):
        ((status, answer),) = crowd.send([_push_of(target, "yen", token, number)])
        assert status == 200, answer
        time.sleep(_PAUSE_S)
    crowd.close()
    return statistics.quantiles(crowd.waits_ms, n=100)[98]


def _flood(target: Target, token: str, place: int, said: Any, is_over: Any) -> None:
    """Push without a pause, as a process of its own, and tell what was answered."""
    crowd, number, answered = Crowd(target, 1), 0, Counter[int]()
    while not is_over.is_set():
        number += 1
        for status, _ in crowd.send([_push_of(target, "lut", token, place * 9000 + number)]):
            answered[status] += 1
    crowd.close()
    said.put(answered)


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", default="600", help="calls a minute of a sandbox")
    wish = parser.parse_args()
    said, quiet, flooded = Counter[int](), list[float](), list[float]()
    with (
        tempfile.TemporaryDirectory() as folder,
        Server("--store", str(Path(folder) / "store.db"), "--max-calls", wish.most, "--quiet") as server,
    ):
        target = Target.of(server.base_url, server.process.pid)
        tokens = {}
        for name in ("yen", "lut"):
            made = requests.post(f"{server.base_url}/__admin/sandboxes", json={"id": name}, timeout=30).json()
            tokens[name] = token_of(f"{server.base_url}/s/{name}", made["credentials"]["production"])
        for turn in range(_ROUNDS):
            _await_minute()
            quiet.append(_others_p99_ms(target, tokens["yen"], turn * 2 * _CALLS))
            is_over = multiprocessing.Event()
            told: Any = multiprocessing.SimpleQueue()
            crowd = [
                multiprocessing.Process(target=_flood, args=(target, tokens["lut"], place, told, is_over))
                for place in range(_FLOODERS)
            ]
            for each in crowd:
                each.start()
            flooded.append(_others_p99_ms(target, tokens["yen"], (turn * 2 + 1) * _CALLS))
            is_over.set()
            for each in crowd:
                said += told.get()
                each.join()
    ratios = [over / calm for over, calm in zip(flooded, quiet, strict=True)]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; the flood was answered {dict(said)}")
    print(f"p99 of a push of another, ms: quiet {' '.join(f'{each:.0f}' for each in quiet)}")
    print(f"                            flooded {' '.join(f'{each:.0f}' for each in flooded)}")
    print(f"flooded / quiet, median {statistics.median(ratios):.2f} ({min(ratios):.2f} … {max(ratios):.2f}), aim ≤ 2")
    return 0


def _await_minute() -> None:
    """Begin with the next minute: each round has a whole quota to itself."""
    begun = time.time() // 60
    while time.time() // 60 == begun:
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
