"""Do the others feel one tenant that floods? The p99 of a push of another sandbox, quiet and flooded, interleaved.

The flooding sandbox has a quota of calls a minute (``--max-calls``) and is called over eight connections without a
pause; each round has sandboxes of its own, and so a whole quota. What the flood was answered is counted, and what a
call beyond the quota costs the server in CPU. Run as ``python -m bench.flood``.
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
from itertools import count
from pathlib import Path
from typing import Any

import requests

from bench.quick import Crowd, Target, request_of
from bench.rates import token_of
from bench.servers import cpu_us, processes
from tests.builders import dossier
from tests.serving import Server

_CONNECTIONS, _CALLS, _ROUNDS, _PAUSE_S, _REFUSED = 8, 150, 12, 0.01, 512
_numbers = count()


def _pushes(target: Target, name: str, many: int) -> list[bytes]:
    """Make a sandbox and return pushes into it."""
    base_url = f"http://{target.host}:{target.port}"
    made = requests.post(f"{base_url}/__admin/sandboxes", json={"id": name}, timeout=30).json()
    token = token_of(f"{base_url}/s/{name}", made["credentials"]["production"])
    codes = (f"{n // 900_000:03}.{n // 9000 % 100:02}.26.H26-261120-{n % 9000:04}" for n in _numbers)
    bodies = [json.dumps(dossier(MaHoSo=next(codes))).encode() for _ in range(many)]
    return [request_of(target, f"/s/{name}/apiBTXH/1.0/DongBoDVC", body, token) for body in bodies]


def _others_ms(target: Target, pushes: list[bytes]) -> list[float]:
    """Push at the pace of a vendor's system, one after the other, and return the times."""
    crowd = Crowd(target, 1)
    for push in pushes:
        ((status, answer),) = crowd.send([push])
        assert status == 200, answer
        time.sleep(_PAUSE_S)
    crowd.close()
    return crowd.waits_ms


def _flood(target: Target, pushes: list[bytes], said: Any, is_over: Any) -> None:
    """Push over eight connections without a pause, as a process of its own, and tell what was answered."""
    crowd, answered = Crowd(target, _CONNECTIONS), Counter[int]()
    for start in range(0, len(pushes), _CONNECTIONS):
        if is_over.is_set():
            break
        answered.update(status for status, _ in crowd.send(pushes[start : start + _CONNECTIONS]))
    crowd.close()
    said.put(answered)


def _round(target: Target, turn: int, most: int, said: Counter[int]) -> tuple[list[float], list[float]]:
    """Return the times of another's pushes, quiet and flooded; a round lies within one minute."""
    flood, others = _pushes(target, f"lut-{turn}", most * 4), _pushes(target, f"yen-{turn}", _CALLS * 2)
    if time.time() % 60 > 45:
        time.sleep(60 - time.time() % 60)
    quiet = _others_ms(target, others[:_CALLS])
    is_over = multiprocessing.Event()
    told: Any = multiprocessing.SimpleQueue()
    flooding = multiprocessing.Process(target=_flood, args=(target, flood, told, is_over))
    flooding.start()
    flooded = _others_ms(target, others[_CALLS:])
    is_over.set()
    said += told.get()
    flooding.join()
    return quiet, flooded


def _cost_us(target: Target, most: int) -> float:
    """Return the CPU of the server a call that is beyond the quota."""
    if time.time() % 60 > 40:
        time.sleep(60 - time.time() % 60)
    pushes, crowd, workers = _pushes(target, "qua-han", most + _REFUSED), Crowd(target, 64), processes(target.leader)
    for _ in crowd.send(pushes[:most]):
        continue
    before = cpu_us(workers)
    said = Counter(status for status, _ in crowd.send(pushes[most:]))
    spent = cpu_us(workers) - before
    crowd.close()
    assert said[429] == _REFUSED, said
    return spent / _REFUSED


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", default=600, type=int, help="calls a minute of a sandbox")
    most, said = parser.parse_args().most, Counter[int]()
    with (
        tempfile.TemporaryDirectory() as folder,
        Server("--store", str(Path(folder) / "store.db"), "--max-calls", str(most), "--quiet") as server,
    ):
        target = Target.of(server.base_url, server.process.pid)
        rounds = [_round(target, turn, most, said) for turn in range(_ROUNDS)]
        cost_us = _cost_us(target, most)
    pairs = [(_p99(quiet), _p99(flooded)) for quiet, flooded in rounds]
    ratios = [over / calm for calm, over in pairs]
    quiet, flooded = (_p99([each for part in rounds for each in part[place]]) for place in (0, 1))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; the flood was answered {dict(said)}")
    print(f"p99 of a push of another over all rounds: quiet {quiet:.1f} ms, flooded {flooded:.1f} ms")
    print(f"flooded / quiet, median {statistics.median(ratios):.2f} ({min(ratios):.2f} … {max(ratios):.2f}), aim ≤ 2")
    print(f"a call beyond the quota costs the server {cost_us:.0f} µs of CPU")
    return 0


if __name__ == "__main__":
    sys.exit(main())
