"""Pushes a second over both stores, and over one database with one and two server processes; runs are interleaved.

Prints what was acknowledged in each round, and the ratios; nothing else of a round counts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import requests

from tests.builders import dossier
from tests.databases import Postgres, why_not
from tests.serving import Client, Server

_CLIENTS, _SECONDS, _ROUNDS = 8, 4.0, 3


def count_pushes(servers: list[Server], first: int) -> float:
    """Push from eight clients into eight sandboxes for a while; return acknowledged pushes a second."""
    names = [f"do-{first}-{number}" for number in range(_CLIENTS)]
    pairs = {}
    for name in names:
        made = requests.post(f"{servers[0].base_url}/__admin/sandboxes", json={"id": name}, timeout=30).json()
        pairs[name] = made["credentials"]["production"]
    counts, ends_at = [0] * _CLIENTS, time.monotonic() + _SECONDS

    def push(place: int) -> None:
        with Client(servers[place % len(servers)], names[place], pairs[names[place]]) as client:
            client.log_in()
            while time.monotonic() < ends_at:
                code = f"000.{place + 1:02}.26.H26-261129-{counts[place]:04}"
                reply = client.call("DongBoDVC", dossier(MaHoSo=code))
                assert reply.json()["error_code"] == 0, reply.text
                counts[place] += 1

    threads = [threading.Thread(target=push, args=(place,)) for place in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / _SECONDS


def main() -> int:
    """Measure, and print."""
    reason = why_not()
    if reason:
        print(f"PostgreSQL: {reason}")
        return 2
    postgres, rates = Postgres(), {"sqlite": list[float](), "postgres x1": [], "postgres x2": []}
    try:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            flags, url = ("--workers", "1", "--quiet"), postgres.new_database()
            one = stack.enter_context(Server("--store", str(Path(folder) / "store.db"), *flags))
            first, second = (stack.enter_context(Server("--store", url, *flags)) for _ in range(2))
            for turn in range(_ROUNDS):
                rates["sqlite"].append(count_pushes([one], turn))
                rates["postgres x1"].append(count_pushes([first], turn * 2))
                rates["postgres x2"].append(count_pushes([first, second], turn * 2 + 1))
    finally:
        postgres.stop()
    for name, found in rates.items():
        print(f"{name:12} {' '.join(f'{each:7.0f}' for each in found)}  median {statistics.median(found):.0f} pushes/s")
    middle = {name: statistics.median(found) for name, found in rates.items()}
    print(f"postgres / sqlite, one process: {middle['postgres x1'] / middle['sqlite']:.2f}")
    print(f"two processes / one, postgres: {middle['postgres x2'] / middle['postgres x1']:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
