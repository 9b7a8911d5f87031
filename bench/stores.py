"""Pushes a second over both stores, and over one database with one and two server processes; runs are interleaved.

Eight clients on kept connections push into eight sandboxes. Every reply is counted by what it said, and the CPU time
of the servers, of the database and of this program by push: on a machine whose cores they share, the clock tells of
the cores. ``--share 0.2`` holds each server process to a fifth of a core (a control group of this machine, root), as
if each had a small machine of its own: then two against one tells what they cost each other, and nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import requests

from bench.quick import Crowd, Target, request_of
from bench.rates import token_of
from bench.servers import cpu_us, processes
from tests.builders import dossier
from tests.databases import Postgres, why_not
from tests.serving import Server

_CLIENTS, _SECONDS, _ROUNDS = 8, 4.0, 3
_GROUPS = Path("/sys/fs/cgroup/cpu")


class Round(NamedTuple):
    """What one round showed: acknowledged pushes a second, what was said, and µs of CPU a push by whose it was."""

    rate: float
    said: Counter[str]
    server_us: float
    database_us: float
    client_us: float


def play(servers: Sequence[Server], name: str, database: Postgres | None = None) -> Round:
    """Push from eight clients into eight sandboxes for a while, to the servers in turns."""
    tokens = []
    for place in range(_CLIENTS):
        base_url, wish = servers[0].base_url, {"id": f"{name}-{place}"}
        made = requests.post(f"{base_url}/__admin/sandboxes", json=wish, timeout=60).json()
        tokens.append(token_of(f"{base_url}/s/{name}-{place}", made["credentials"]["production"]))
    said, ends_at = Counter[str](), time.monotonic() + _SECONDS

    def push(place: int) -> None:
        server = servers[place % len(servers)]
        crowd, number = Crowd(Target.of(server.base_url, server.process.pid), 1), 0
        while time.monotonic() < ends_at:
            body = json.dumps(dossier(MaHoSo=f"000.{place + 11}.26.H26-261120-{number:04}")).encode()
            path = f"/s/{name}-{place}/apiBTXH/1.0/DongBoDVC"
            for status, answer in crowd.send([request_of(crowd.target, path, body, tokens[place])]):
                is_taken = status == 200 and b'"error_code":0,' in answer
                said["acknowledged" if is_taken else f"{status} {answer[:60]!r}"] += 1
            number += 1
        crowd.close()

    pids = [pid for server in servers for pid in processes(server.process.pid)]
    before = cpu_us(pids), _cpu_us_of_database(database), time.process_time()
    threads = [threading.Thread(target=push, args=(place,)) for place in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pushes = max(1, said.total())
    spent = (cpu_us(pids) - before[0], _cpu_us_of_database(database) - before[1])
    client_us = (time.process_time() - before[2]) * 1e6
    return Round(said["acknowledged"] / _SECONDS, said, spent[0] / pushes, spent[1] / pushes, client_us / pushes)


def _cpu_us_of_database(database: Postgres | None) -> float:
    return cpu_us(processes(database.process.pid)) if database else 0.0


@contextlib.contextmanager
def _held_to(share: float | None, servers: Sequence[Server]) -> Iterator[None]:
    """Hold each server to a share of a core while the block lasts."""
    groups = []
    for server in servers if share else ():
        group = _GROUPS / f"ndxp-bench-{server.process.pid}"
        group.mkdir()
        groups.append(group)
        (group / "cpu.cfs_period_us").write_text("10000")
        (group / "cpu.cfs_quota_us").write_text(str(round(10_000 * (share or 1))))
        for child in processes(server.process.pid):
            (group / "cgroup.procs").write_text(str(child))
    try:
        yield
    finally:
        for group in groups:
            for pid in (group / "cgroup.procs").read_text().split():
                (_GROUPS / "cgroup.procs").write_text(pid)
            group.rmdir()


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, help="of a core, for each server process")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    wish = parser.parse_args()
    reason = why_not()
    if reason:
        print(f"PostgreSQL: {reason}")
        return 2
    postgres, rounds = Postgres(), {"sqlite": list[Round](), "postgres x1": [], "postgres x2": []}
    try:
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            flags, url = ("--workers", "1", "--quiet"), postgres.new_database()
            one = stack.enter_context(Server("--store", str(Path(folder) / "store.db"), *flags))
            first, second = (stack.enter_context(Server("--store", url, *flags)) for _ in range(2))
            stack.enter_context(_held_to(wish.share, [one, first, second]))
            for turn in range(wish.rounds):
                rounds["sqlite"].append(play([one], f"mot-{turn}"))
                rounds["postgres x1"].append(play([first], f"hai-{turn}", postgres))
                rounds["postgres x2"].append(play([first, second], f"ba-{turn}", postgres))
    finally:
        postgres.stop()
    for line in _tell(rounds):
        print(line)
    return 0


def _tell(rounds: dict[str, list[Round]]) -> Iterator[str]:
    yield f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    for name, played in rounds.items():
        rates = " ".join(f"{each.rate:7.0f}" for each in played)
        spent = ", ".join(
            f"{whose} {statistics.median(getattr(each, whose) for each in played):.0f}"
            for whose in ("server_us", "database_us", "client_us")
        )
        yield f"{name:12} {rates}  median {statistics.median(each.rate for each in played):.0f} pushes/s; {spent}"
        yield f"{'':12} {dict(sum((each.said for each in played), Counter[str]()))}"
    one, single, double = rounds.values()
    for what, above, below in (
        ("postgres / sqlite, one process", single, one),
        ("two processes / one", double, single),
    ):
        ratios = [over.rate / under.rate for over, under in zip(above, below, strict=True)]
        yield f"{what}: {statistics.median(ratios):.2f} ({min(ratios):.2f} … {max(ratios):.2f})"


if __name__ == "__main__":
    sys.exit(main())
