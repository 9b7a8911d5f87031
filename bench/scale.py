"""What breaks first on the way to 700 agencies: a queueing simulation over the costs that were measured.

Every agency calls ``--rate`` times a second at random moments (Poisson). A call takes CPU on one of the server
processes, then holds its sandbox's row and one of the database's writers for its commit. Each is a queue with so many
places; the simulation runs events, prints the load of each and the time that half and 99 of a hundred calls take.
"""

from __future__ import annotations

import argparse
import heapq
import random
import sys
from dataclasses import dataclass


@dataclass
class Station:
    """Something of which there are ``places``, each busy with one call at a time."""

    name: str
    places: int
    free_at: list[float]
    busy_s: float = 0.0

    @classmethod
    def of(cls, name: str, places: int) -> Station:
        return cls(name, places, [0.0] * places)

    def serve(self, now: float, takes_s: float) -> float:
        """Return when a call that comes now is done: it takes the place that is free first."""
        begins = max(now, heapq.heappop(self.free_at))
        heapq.heappush(self.free_at, begins + takes_s)
        self.busy_s += takes_s
        return begins + takes_s


@dataclass(frozen=True)
class Costs:
    """Seconds of one call: CPU of a server, CPU of the database, and its wait for the disk at the commit."""

    server_s: float
    database_s: float
    disk_s: float
    group: int  # commits that one flush of the log carries


def simulate(agencies: int, rate: float, servers: int, databases: int, costs: Costs, seed: int) -> dict[str, float]:
    """Run ten seconds; return the load of each station and the times of calls in milliseconds."""
    luck, seconds = random.Random(seed), 10.0
    cpu = Station.of("server CPU", servers)
    data = [Station.of("database CPU", 4) for _ in range(databases)]
    disk = [Station.of("log flush", 1) for _ in range(databases)]
    row_free = [0.0] * agencies
    moments = sorted(
        (luck.uniform(0, seconds), luck.randrange(agencies)) for _ in range(int(agencies * rate * seconds))
    )
    took = []
    for now, agency in moments:
        home = agency % databases
        done = cpu.serve(now, luck.expovariate(1 / costs.server_s))
        done = max(done, row_free[agency])
        done = data[home].serve(done, luck.expovariate(1 / costs.database_s))
        done = disk[home].serve(done, costs.disk_s / costs.group)
        row_free[agency] = done
        took.append(done - now)
    took.sort()
    return {
        "server": cpu.busy_s / (seconds * servers),
        "database": max(each.busy_s / (seconds * each.places) for each in data),
        "disk": max(each.busy_s / seconds for each in disk),
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[len(took) * 99 // 100] * 1000,
    }


def main() -> int:
    """Print one line for each number of processes and databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agencies", type=int, default=700)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--server-us", type=float, default=1500.0, help="CPU of a server process for a push")
    parser.add_argument("--database-us", type=float, default=600.0, help="CPU of PostgreSQL for a push")
    parser.add_argument("--flush-us", type=float, default=800.0, help="one flush of the log")
    parser.add_argument("--group", type=int, default=8, help="commits that one flush carries under load")
    wish = parser.parse_args()
    costs = Costs(wish.server_us / 1e6, wish.database_us / 1e6, wish.flush_us / 1e6, wish.group)
    print(f"{wish.agencies} agencies x {wish.rate:g}/s = {wish.agencies * wish.rate:,.0f} calls/s")
    print("servers databases  server  database  disk   p50 ms   p99 ms")
    for servers, databases in ((8, 1), (16, 1), (24, 1), (32, 1), (32, 2), (32, 4), (48, 4)):
        found = simulate(wish.agencies, wish.rate, servers, databases, costs, 1)
        loads = f"{found['server']:6.0%} {found['database']:9.0%} {found['disk']:6.0%}"
        print(f"{servers:7} {databases:9} {loads} {found['p50_ms']:8.1f} {found['p99_ms']:8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
