"""Faults at random moments under load, and what must hold all the same: ``make storm`` (an hour), or ``--seconds``.

Eight clients push to eight sandboxes without a pause while, every second or so, something happens: a worker is killed
or stopped for a while, the whole server is killed and started again, the clock of a sandbox jumps, 2,000 idle and 500
slow callers come in a crowd, and with SQLite somebody takes the write lock, the disk is full, or the file is removed;
with PostgreSQL the database is killed. At the end: no acknowledged push is missing, no sequence has a gap, every chain
is whole, nothing of one sandbox is in another, nothing was acknowledged while there was no file, memory stayed flat,
and health answered within a second whenever a server was there. Prints the counts, and ends with 1 when something did
not hold. ``--scale 0.1`` sends a tenth of the crowd.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import signal
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.builders import dossier
from tests.databases import Postgres, why_not
from tests.serving import Client, Server

_CLIENTS = 8
_HEALTH_S = 1.0
_IDLE, _SLOW = 2_000, 500
_MOST_GROWTH = 128 * 1024  # KiB by which a worker may grow in a storm, whatever came


@dataclass
class Storm:
    """One run: the server as it is now, what was acknowledged, what happened, and what did not hold."""

    store: str
    luck: random.Random
    postgres: Postgres | None = None
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    pairs: dict[str, dict[str, str]] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest_health_s: float = 0.0
    scale: float = 1.0
    resident_kib: tuple[int, int] = (0, 0)
    is_over: threading.Event = field(default_factory=threading.Event)
    is_there: threading.Event = field(default_factory=threading.Event)
    server: Server = field(init=False)

    def start_server(self) -> None:
        self.server = Server("--store", self.store, "--workers", "2", "--quiet")
        self.is_there.set()

    def make_sandboxes(self) -> None:
        for number in range(_CLIENTS):
            made = requests.post(f"{self.server.base_url}/__admin/sandboxes", json={"id": f"bao-{number}"}, timeout=30)
            self.pairs[f"bao-{number}"] = made.json()["credentials"]["production"]
            self.acknowledged[f"bao-{number}"] = set()

    def push(self, place: int) -> None:
        """Push until it is over, whatever happens to the server; a push counts when it was answered with success."""
        name, number = f"bao-{place}", 0
        while not self.is_over.is_set():
            self.is_there.wait(30)
            with (
                contextlib.suppress(requests.RequestException, AssertionError, ValueError),
                Client(self.server, name, self.pairs[name]) as client,
            ):
                client.log_in()
                while not self.is_over.is_set():
                    number += 1
                    code = f"000.{place + 1:02}.26.H26-26{number // 9000 + 1101:04}-{number % 9000:04}"
                    reply = client.http.post(
                        f"{client.base_url}/apiBTXH/1.0/DongBoDVC", json=dossier(MaHoSo=code), timeout=15
                    )
                    self.happened[f"push {reply.status_code}"] += 1
                    if reply.status_code == 401:  # its clock was turned
                        break
                    if reply.status_code == 200 and reply.json().get("error_code") == 0:
                        self.acknowledged[name].add(code)

    def ask_health(self) -> None:
        """Ask again and again; a call that dies with its worker is asked once more, within the same second."""
        while not self.is_over.is_set():
            if not self.is_there.wait(0.2):
                continue
            server, started = self.server, time.monotonic()
            while self.is_there.is_set() and server is self.server:
                try:
                    requests.get(f"{server.base_url}/__admin/health", timeout=5)
                except requests.RequestException:
                    if time.monotonic() - started > _HEALTH_S * 5:
                        break
                    continue
                break
            spent = time.monotonic() - started
            if self.is_there.is_set() and server is self.server:
                self.slowest_health_s = max(self.slowest_health_s, spent)
            self.is_over.wait(0.05)

    def let_something_happen(self) -> None:
        """Choose one of the faults."""
        fault = self.luck.choice(self.faults)
        self.happened[fault.__name__.strip("_")] += 1
        fault()

    @property
    def faults(self) -> list[Callable[[], None]]:
        """Return what may happen over this store."""
        common = [self._kill_worker, self._stop_worker, self._kill_server, self._send_crowd, self._jump_clock]
        of_files = [self._take_lock, self._fill_disk, self._remove_file]
        return [*common, *([self._kill_database] if self.postgres else of_files)]

    def _kill_worker(self) -> None:
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(self.luck.choice(self.server.workers(1)), signal.SIGKILL)

    def _stop_worker(self) -> None:
        with contextlib.suppress(ProcessLookupError, IndexError):
            worker = self.luck.choice(self.server.workers(1))
            os.kill(worker, signal.SIGSTOP)
            self.is_over.wait(0.5)
            os.kill(worker, signal.SIGCONT)

    def _kill_server(self) -> None:
        self.is_there.clear()
        self.server.kill()
        self.server.__exit__()
        deadline = time.monotonic() + 10
        while True:  # its workers hold the store until they are gone
            try:
                self.start_server()
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
            else:
                return

    def _take_lock(self) -> None:
        with contextlib.closing(sqlite3.connect(self.store, isolation_level=None, timeout=2)) as foreign:
            with contextlib.suppress(sqlite3.OperationalError):
                foreign.execute("BEGIN IMMEDIATE")
            self.is_over.wait(self.luck.uniform(0.1, 6.0))
            with contextlib.suppress(sqlite3.OperationalError):
                foreign.execute("ROLLBACK")

    def _kill_database(self) -> None:
        assert self.postgres
        self.postgres.kill()
        self.is_over.wait(0.5)
        self.postgres.start()

    def _send_crowd(self) -> None:
        """Open lines that say nothing, and lines whose body never comes."""
        idle, slow = (max(1, round(number * self.scale)) for number in (_IDLE, _SLOW))
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for number in range(idle + slow):
                line = stack.enter_context(socket.create_connection(("127.0.0.1", self.server.port), timeout=2))
                if number % (idle + slow) < slow:
                    line.sendall(b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx")
            self.is_over.wait(1.0)

    def _jump_clock(self) -> None:
        """Turn the clock of a sandbox a year forward or back."""
        name, years = self.luck.choice(sorted(self.pairs)), self.luck.choice((2020, 2026, 2031))
        with contextlib.suppress(requests.RequestException):
            turn = {"action": "set", "to": f"{years}-02-28T23:59:59+07:00"}
            requests.put(f"{self.server.base_url}/__admin/sandboxes/{name}/clock", json=turn, timeout=5)

    def _fill_disk(self) -> None:
        """Let the workers write no byte more, for a while."""
        with contextlib.suppress(ProcessLookupError, IndexError):
            workers = self.server.workers(1)
            limits = {worker: resource.prlimit(worker, resource.RLIMIT_FSIZE) for worker in workers}
            for worker, (_, hard) in limits.items():
                resource.prlimit(worker, resource.RLIMIT_FSIZE, (0, hard))
            self.is_over.wait(self.luck.uniform(0.1, 1.5))
            for worker, limit in limits.items():
                with contextlib.suppress(ProcessLookupError):
                    resource.prlimit(worker, resource.RLIMIT_FSIZE, limit)

    def _remove_file(self) -> None:
        """Take the file away and put it back: what is acknowledged in between is acknowledged of nothing."""
        away = Path(f"{self.store}.away")
        with contextlib.suppress(FileNotFoundError):
            os.rename(self.store, away)
            self.is_over.wait(0.2)  # what was under way is done
            before = sum(map(len, self.acknowledged.values()))
            self.is_over.wait(0.5)
            if sum(map(len, self.acknowledged.values())) > before:
                self.wrong.append("pushes were acknowledged while there was no file")
            os.rename(away, self.store)

    def look_at_memory(self) -> None:
        """Remember how much the largest worker takes: when it began, and now."""
        sizes = [0]
        for worker in self.server.workers(1):
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{worker}/status").read_text()
                sizes.append(int(status.partition("VmRSS:")[2].split()[0]))
        self.resident_kib = (self.resident_kib[0] or max(sizes), max(sizes))

    def check(self) -> None:
        """Hold the store against what was acknowledged."""
        if not self.acknowledged or not any(self.acknowledged.values()):
            self.wrong.append("nothing was acknowledged: the storm proved nothing")
        for name, codes in self.acknowledged.items():
            address = f"{self.server.base_url}/__admin/sandboxes/{name}"
            chain = requests.get(f"{address}/chain", timeout=120).json()
            if chain["last"] and not chain["first"] <= chain["last"]:
                self.wrong.append(f"{name}: no journal between {chain['first']} and {chain['last']}")
            if not chain["ok"]:  # numbers without a gap are part of that
                self.wrong.append(f"{name}: chain {chain['break']}")
            kept = self._dossiers(address)
            place = int(name.rpartition("-")[2]) + 1
            lost, strange = codes - kept, {code for code in kept if not code.startswith(f"000.{place:02}.")}
            if lost:
                self.wrong.append(f"{name}: {len(lost)} acknowledged pushes are lost")
            if {code for code in strange if any(code in other for other in self.acknowledged.values())}:
                self.wrong.append(f"{name}: holds dossiers of another sandbox")
        began, ended = self.resident_kib
        if ended - began > _MOST_GROWTH:
            self.wrong.append(f"a worker grew from {began} to {ended} KiB")
        if self.slowest_health_s > _HEALTH_S * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)):
            self.wrong.append(f"health took {self.slowest_health_s:.2f} s")

    def _dossiers(self, address: str) -> set[str]:
        kept, after = set[str](), ""
        while True:
            page = requests.get(f"{address}/dossiers", params={"limit": "200", "after": after}, timeout=60).json()
            kept |= {each["code"] for each in page["dossiers"]}
            after = page["meta"]["next"]
            if not after:
                return kept


def run_storm(
    seconds: float,
    store: str,
    seed: int,
    postgres: Postgres | None = None,
    *,
    scale: float = 1.0,
    each_once: bool = False,
) -> Storm:
    """Let it blow for a while; return what happened and what did not hold.

    ``scale`` is how much of the crowd comes; with ``each_once`` every fault happens, however long that takes.
    """
    _allow_many_lines()
    storm = Storm(store, random.Random(seed), postgres, scale=scale)
    storm.start_server()
    storm.make_sandboxes()
    storm.look_at_memory()
    threads = [threading.Thread(target=storm.push, args=(place,)) for place in range(_CLIENTS)]
    threads.append(threading.Thread(target=storm.ask_health))
    for thread in threads:
        thread.start()
    ends_at = time.monotonic() + seconds
    try:
        for fault in storm.faults if each_once else ():
            storm.happened[fault.__name__.strip("_")] += 1
            fault()
            storm.is_over.wait(0.2)
        while time.monotonic() < ends_at:
            storm.is_over.wait(storm.luck.uniform(0.3, 1.5))
            storm.let_something_happen()
    finally:
        storm.is_over.set()
        storm.is_there.set()
        for thread in threads:
            thread.join(60)
    with storm.server:
        deadline = time.monotonic() + 20
        while requests.get(f"{storm.server.base_url}/__admin/ready", timeout=10).status_code != 200:
            if time.monotonic() > deadline:
                storm.wrong.append("not ready after the storm")
                break
        storm.look_at_memory()
        storm.check()
    return storm


def _allow_many_lines() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _IDLE + _SLOW + 1_000
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard < 0 else min(wanted, hard), hard))


def main() -> int:
    """Run, and print what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        postgres = None
        store = str(Path(folder) / "store.db")
        if wish.store == "postgres":
            reason = why_not()
            if reason:
                print(f"PostgreSQL: {reason}")
                return 2
            postgres = Postgres()
            store = postgres.new_database()
        try:
            storm = run_storm(wish.seconds, store, wish.seed, postgres, scale=wish.scale, each_once=True)
        finally:
            if postgres:
                postgres.stop()
    number = sum(map(len, storm.acknowledged.values()))
    print(f"seed {wish.seed}, {wish.store}: {number} acknowledged, slowest health {storm.slowest_health_s:.3f} s")
    print(f"  largest worker: {storm.resident_kib[0]} KiB at first, {storm.resident_kib[1]} KiB at last")
    for what, times in sorted(storm.happened.items()):
        print(f"  {what:24} {times}")
    for sentence in storm.wrong:
        print(f"WRONG: {sentence}")
    return 1 if storm.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
