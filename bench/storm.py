"""Faults at random moments under load, and what must hold all the same: ``make storm`` (an hour), or ``--seconds``.

Eight clients call every door of eight sandboxes without a pause, or together ``--rate`` times a second, while every
``--pause`` seconds or so something happens: a worker is killed or stopped for a while, the whole server is killed and
started again, the clock of a sandbox jumps, 2,000 idle and 500 slow callers come in a crowd, and with SQLite somebody
takes the write lock, the disk is full, or the file is removed; with PostgreSQL the database is killed. At the end: no
acknowledged write is missing, no sequence has a gap, every chain is whole, nothing of one sandbox is in another,
nothing was acknowledged while there was no file, memory stayed flat, and health answered within a second whenever a
server was there. Prints the counts, and ends with 1 when something did not hold. ``--scale 0.1`` sends a tenth of the
crowd; ``--calm`` kills nothing, so that the memory of the same processes is watched all the time.
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import requests

from bench.storm_doors import Caller, Rate, Tenant
from emulator.cli.terminal import show_working
from tests.databases import Postgres, why_not
from tests.serving import Server

_CLIENTS = 8
_HEALTH_S = 1.0
_IDLE, _SLOW = 2_000, 500
_MOST_GROWTH = 128 * 1024  # KiB by which a worker may grow in a storm, whatever came
_LOOK_S = 10.0  # seconds between two looks at the memory
_RESTART_S = 60.0
_PARTS = {"p50": 0.5, "p99": 0.99, "slowest": 1.0}


class Look(NamedTuple):
    """What the largest worker took at a moment, seconds after the beginning."""

    at_s: float
    resident_kib: int


class Asked(NamedTuple):
    """How long health took, seconds after the beginning, what was happening then, and how busy the machine was."""

    at_s: float
    spent_s: float
    fault: str
    load: float


@dataclass
class Storm:
    """One run: the server as it is now, what was acknowledged, what happened, and what did not hold."""

    store: str
    luck: random.Random
    postgres: Postgres | None = None
    scale: float = 1.0
    rate: Rate = field(default_factory=lambda: Rate(None))
    is_calm: bool = False
    tenants: list[Tenant] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    health: list[Asked] = field(default_factory=list)
    memory: list[Look] = field(default_factory=list)
    fault: str = ""
    is_over: threading.Event = field(default_factory=threading.Event)
    is_there: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)
    server: Server = field(init=False)

    @property
    def acknowledged(self) -> int:
        """Return how many writes were acknowledged to all tenants."""
        return sum(tenant.acknowledged for tenant in self.tenants)

    def start_server(self) -> None:
        self.server = Server("--store", self.store, "--workers", "2", "--quiet")
        self.is_there.set()

    def make_sandboxes(self) -> None:
        for place in range(_CLIENTS):
            wish = {"id": f"bao-{place}"}
            made = requests.post(f"{self.server.base_url}/__admin/sandboxes", json=wish, timeout=30)
            self.tenants.append(Tenant(place, made.json()))

    def call(self, tenant: Tenant) -> None:
        """Call door after door until it is over, whatever happens to the server; log in again when refused."""
        while not self.is_over.is_set():
            self.is_there.wait(30)
            with (
                contextlib.suppress(requests.RequestException, AssertionError, ValueError, KeyError),
                Caller(self.server, tenant, self.happened) as caller,
            ):
                for turn in caller.turns():
                    self.rate.wait(self.is_over)
                    if self.is_over.is_set() or not turn():
                        break

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
                self.health.append(Asked(started - self.began, spent, self.fault, os.getloadavg()[0]))
            self.is_over.wait(0.05)

    def let_happen(self, fault: Callable[[], None]) -> None:
        """Let one of the faults happen, and look at the memory now and then."""
        self.fault = fault.__name__.strip("_")
        self.happened[self.fault] += 1
        fault()
        self.fault = ""

    @property
    def faults(self) -> list[Callable[[], None]]:
        """Return what may happen over this store."""
        kills = [self._kill_worker, self._kill_server, *([self._kill_database] if self.postgres else [])]
        of_files = [self._take_lock, self._fill_disk, self._remove_file]
        common = [self._stop_worker, self._send_crowd, self._jump_clock]
        return [*([] if self.is_calm else kills), *common, *([] if self.postgres else of_files)]

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
        deadline = time.monotonic() + _RESTART_S
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
        name, years = self.luck.choice(self.tenants).name, self.luck.choice((2020, 2026, 2031))
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
            before = self.acknowledged
            self.is_over.wait(0.5)
            if self.acknowledged > before:
                self.wrong.append("pushes were acknowledged while there was no file")
            os.rename(away, self.store)

    def look_at_memory(self) -> None:
        """Remember how much the largest worker takes now."""
        sizes = [0]
        with contextlib.suppress(OSError):
            for worker in self.server.workers(1):
                status = Path(f"/proc/{worker}/status").read_text()
                sizes.append(int(status.partition("VmRSS:")[2].split()[0]))
        self.memory.append(Look(time.monotonic() - self.began, max(sizes)))

    def watch_memory(self) -> None:
        """Look again and again."""
        while not self.is_over.wait(_LOOK_S):
            if self.is_there.is_set():
                self.look_at_memory()

    def check(self) -> None:
        """Hold the store against what was acknowledged."""
        if not self.acknowledged:
            self.wrong.append("nothing was acknowledged: the storm proved nothing")
        for tenant in self.tenants:
            self._check_tenant(tenant, f"{self.server.base_url}/__admin/sandboxes/{tenant.name}")
        largest = max(look.resident_kib for look in self.memory)
        if largest - self.memory[0].resident_kib > _MOST_GROWTH:
            self.wrong.append(f"a worker grew from {self.memory[0].resident_kib} to {largest} KiB")
        for asked in self.health:
            if asked.spent_s > _HEALTH_S * max(1.0, asked.load / (os.cpu_count() or 1)):
                self.wrong.append(
                    f"health took {asked.spent_s:.2f} s at {asked.at_s:.0f} s ({asked.fault or 'nothing'} was "
                    f"happening, load {asked.load:.1f})"
                )

    def _check_tenant(self, tenant: Tenant, address: str) -> None:
        chain = requests.get(f"{address}/chain", timeout=120).json()
        if chain["last"] and not chain["first"] <= chain["last"]:
            self.wrong.append(f"{tenant.name}: no journal between {chain['first']} and {chain['last']}")
        if not chain["ok"]:  # numbers without a gap are part of that
            self.wrong.append(f"{tenant.name}: chain {chain['break']}")
        for kind, acknowledged, own in (
            ("dossiers", tenant.dossiers, tenant.prefix),
            ("portal-dossiers", tenant.portal_dossiers, tenant.portal_prefix),
        ):
            kept = self._codes(f"{address}/{kind}")
            if acknowledged - kept:
                self.wrong.append(f"{tenant.name}: {len(acknowledged - kept)} acknowledged {kind} are lost")
            others = {code for code in kept if "-2611" in code and not code.startswith(own)}
            if any(others & (other.dossiers | other.portal_dossiers) for other in self.tenants):
                self.wrong.append(f"{tenant.name}: holds {kind} of another sandbox")
        self._check_steps(tenant, address)

    def _check_steps(self, tenant: Tenant, address: str) -> None:
        for code, acknowledged in tenant.steps.items():
            shown = requests.get(f"{address}/dossiers/{code}", timeout=60).json()
            lost = acknowledged - {step["fields"]["NoiDungXuLy"] for step in shown["steps"]}
            if lost:
                self.wrong.append(f"{tenant.name}: of {len(acknowledged)} acknowledged steps {len(lost)} are lost")

    def _codes(self, address: str) -> set[str]:
        kept, after = set[str](), ""
        while True:
            page = requests.get(address, params={"limit": "200", "after": after}, timeout=60).json()
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
    pause_s: float = 0.9,
    each_once: bool = False,
    **wishes: Any,
) -> Storm:
    """Let it blow for a while; return what happened and what did not hold.

    ``pause_s`` lies between two faults; with ``each_once`` every fault happens, however long that takes; ``wishes``
    are fields of the storm.
    """
    _allow_many_lines()
    storm = Storm(store, random.Random(seed), postgres, **wishes)
    storm.start_server()
    storm.make_sandboxes()
    storm.look_at_memory()
    threads = [threading.Thread(target=storm.call, args=(tenant,)) for tenant in storm.tenants]
    threads += [threading.Thread(target=watch) for watch in (storm.ask_health, storm.watch_memory)]
    for thread in threads:
        thread.start()
    try:
        _blow(storm, seconds, pause_s, each_once=each_once)
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


def _blow(storm: Storm, seconds: float, pause_s: float, *, each_once: bool) -> None:
    ends_at = time.monotonic() + seconds
    for fault in storm.faults if each_once else ():
        storm.let_happen(fault)
        storm.is_over.wait(0.2)
    while time.monotonic() < ends_at:
        storm.is_over.wait(pause_s * storm.luck.uniform(0.33, 1.67))
        storm.let_happen(storm.luck.choice(storm.faults))


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
    parser.add_argument("--rate", type=float, help="calls a second over all clients")
    parser.add_argument("--pause", type=float, default=0.9, help="seconds between two faults")
    parser.add_argument("--calm", action="store_true", help="nothing is killed")
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
            with show_working(f"bão {wish.seconds:.0f} giây", f"a storm of {wish.seconds:.0f} seconds"):
                storm = run_storm(
                    wish.seconds,
                    store,
                    wish.seed,
                    postgres,
                    pause_s=wish.pause,
                    each_once=True,
                    scale=wish.scale,
                    rate=Rate(wish.rate),
                    is_calm=wish.calm,
                )
        finally:
            if postgres:
                postgres.stop()
    print(f"seed {wish.seed}, {wish.store}")
    for line in _tell(storm):
        print(line)
    return 1 if storm.wrong else 0


def _tell(storm: Storm) -> Iterator[str]:
    kills = sum(number for what, number in storm.happened.items() if what.startswith("kill_"))
    steps = sum(tenant.number_of_steps for tenant in storm.tenants)
    yield f"  {storm.acknowledged} writes acknowledged, {steps} of them steps; {kills} kills"
    spent = sorted(asked.spent_s for asked in storm.health)
    at = [f"{name} {spent[min(len(spent) - 1, int(len(spent) * part))]:.3f} s" for name, part in _PARTS.items()]
    slow = sum(each > _HEALTH_S for each in spent)
    yield f"  health, asked {len(spent)} times: {', '.join(at)}; {slow} over a second"
    for asked in storm.health:
        if asked.spent_s > _HEALTH_S:
            yield f"    {asked.spent_s:.2f} s at {asked.at_s:.0f} s, {asked.fault or 'no fault'}, load {asked.load:.1f}"
    yield f"  largest worker, MiB, over time: {' '.join(_sizes(storm.memory))}"
    for what, times in sorted(storm.happened.items()):
        yield f"  {what:24} {times}"
    for sentence in storm.wrong:
        yield f"WRONG: {sentence}"


def _sizes(memory: list[Look]) -> Iterator[str]:
    """Yield the greatest of every tenth of the time."""
    size = max(1, len(memory) // 10)
    for first in range(0, len(memory), size):
        yield f"{max(look.resident_kib for look in memory[first : first + size]) / 1024:.0f}"


if __name__ == "__main__":
    sys.exit(main())
