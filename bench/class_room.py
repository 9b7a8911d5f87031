"""A class of forty: two calls a second each, and forty-one pages open. ``python -m bench.class_room``.

Every seat behaves like a person's client: it asks for a token, then pushes dossiers (right ones, and every seventh with
a wrong procedure), with a pause drawn between calls. Every seat's page asks what is new every two seconds, the board's
every second, as the browser does. A flooding seat may be added (``--flood``): as many calls as it gets through.

Printed are the outcomes it counted, the clients' and the journals', and how far the board was behind at most: from the
newest reply a client had before the board was asked, back to the call the board shows, with the board's own reply time.
Nothing is thrown away but the first ``--warm`` s.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import Process, Queue
from typing import Any

import requests

from tests.builders import dossier
from tests.serving import Server

_TOKEN = "quan-tri-may-chu"


@dataclass
class Room:
    """What was counted. Lists are appended to by many threads, which Python's own lists bear."""

    server: Server
    made: dict[str, Any] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    pushes_s: list[float] = field(default_factory=list)
    pages: Counter[int] = field(default_factory=Counter)
    behind_s: list[float] = field(default_factory=list)
    newest: dict[int, float] = field(default_factory=dict)
    most_bytes: int = 0
    wrong: list[str] = field(default_factory=list)
    is_counting: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        return session


def work_at_seat(room: Room, seat: dict[str, Any], a_second: float) -> None:
    """Call as a person's client does until it is over; ``a_second`` 0: without a pause."""
    luck, session = random.Random(seat["number"]), room.session()
    pair = seat["credentials"]["production"]
    auth = (pair["consumer_key"], pair["consumer_secret"])
    asked = session.post(f"{seat['base_url']}/token", data={"grant_type": "client_credentials"}, auth=auth, timeout=30)
    session.headers["Authorization"] = f"Bearer {asked.json()['access_token']}"
    number = 0
    while not room.is_over.is_set():
        number += 1
        code = f"000.11.26.H26-261120-{number % 9000 + 1:04d}"
        body = dossier(MaHoSo=code, **({"MaTTHC": "1.009999"} if number % 7 == 0 else {}))
        began = time.perf_counter()
        try:
            reply = session.post(f"{seat['base_url']}/apiBTXH/1.0/DongBoDVC", json=body, timeout=30)
        except requests.RequestException as trouble:
            room.wrong.append(f"seat {seat['number']}: {trouble!r}")
            continue
        took, said = time.perf_counter() - began, reply.json()
        wanted = "refused" if number % 7 == 0 else "answered"
        found = "answered" if said.get("error_code") == 0 else "refused"
        if reply.status_code != 200 or found != wanted:
            room.wrong.append(f"seat {seat['number']}: {reply.status_code} {reply.text[:100]}, wanted {wanted}")
        if a_second:
            room.newest[seat["number"]] = time.time()
        if room.is_counting.is_set():
            name = found if a_second else f"flood {found}"
            room.outcomes[name] += 1
            if a_second:
                room.pushes_s.append(took)
        if a_second:
            room.is_over.wait(luck.uniform(0.5, 1.5) / a_second)


def watch_page(base: str, path: str, cookie: str, every_s: float, ends_at: float, statuses: Counter[int]) -> None:
    """Look at a page, then ask what is new as its script does, until it is over."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set("ndxp_console", cookie)
    text = session.get(f"{base}/__console{path}", timeout=30).text
    while time.time() < ends_at:
        seen = text.partition("/live?seen=")[2].partition('"')[0].partition("&")[0]
        reply = session.get(f"{base}/__console{path}/live", params={"seen": seen}, timeout=30)
        statuses[reply.status_code] += 1
        text = reply.text if reply.status_code == 200 else text
        time.sleep(every_s)


def watch_pages(base: str, pages: list[tuple[str, str, float]], ends_at: float, told: Queue[Counter[int]]) -> None:
    """Keep all pages open in a process of their own, as browsers are, and tell how often each status came."""
    statuses: Counter[int] = Counter()
    threads = [threading.Thread(target=watch_page, args=(base, *page, ends_at, statuses)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put(statuses)


def watch_board(room: Room) -> None:
    """Look at the board every second as a program, and note how old the newest call is that it does not show."""
    session = room.session()
    session.headers["X-Admin-Token"] = _TOKEN
    while not room.is_over.is_set():
        known, asked = dict(room.newest), time.time()
        rows = session.get(f"{room.server.base_url}/__admin/classes/lop/board", timeout=30).json()["seats"]
        if room.is_counting.is_set():
            for row in rows:
                if row["number"] in known and row["last_call"]:
                    shown = datetime.fromisoformat(row["last_call"]).timestamp()
                    # from the newest call answered before the board was asked back to the one it shows, and its reply
                    room.behind_s.append(max(0.0, known[row["number"]] - shown) + time.time() - asked)
        room.is_over.wait(1)


def weigh_server(room: Room) -> None:
    """Note the most memory that all processes of the server held together (proportional set size)."""
    while not room.is_over.is_set():
        pids = [room.server.process.pid, *room.server.workers(0)]
        total = 0
        for pid in pids:
            try:
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                    total += next(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
            except (OSError, StopIteration):
                continue
        room.most_bytes = max(room.most_bytes, total)
        room.is_over.wait(1)


def percentile(values: list[float], share: float) -> float:
    """Return a percentile; 0 of nothing."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def measure(seats: int, seconds: float, warm: float, workers: int, *, flood: bool, pages: bool) -> Room:
    """Open a class, let it work, and return what was counted."""
    flags = ("--store", ":memory:", "--workers", str(workers), "--admin-token", _TOKEN, "--quiet")
    with Server(*flags) as server:
        room = Room(server)
        began = time.perf_counter()
        wish = {"name": "lop", "seats": seats + flood}
        opened = requests.post(
            f"{server.base_url}/__admin/classes", json=wish, headers={"X-Admin-Token": _TOKEN}, timeout=60
        )
        room.made = opened.json()
        print(f"opened {len(room.made['seats'])} seats in {time.perf_counter() - began:.2f} s")
        told: Queue[Counter[int]] = Queue()
        threads = [
            threading.Thread(target=work_at_seat, args=(room, seat, 0.0 if place >= seats else 2.0))
            for place, seat in enumerate(room.made["seats"])
        ]
        if pages:
            open_pages = [(f"/s/{each['sandbox']}/class", each["token"], 2.0) for each in room.made["seats"][:seats]]
            open_pages.append(("/classes/lop", room.made["token"], 1.0))
            ends_at = time.time() + warm + seconds
            Process(target=watch_pages, args=(server.base_url, open_pages, ends_at, told)).start()
        threads += [
            threading.Thread(target=watch_board, args=(room,)),
            threading.Thread(target=weigh_server, args=(room,)),
        ]
        for thread in threads:
            thread.start()
        time.sleep(warm)
        room.is_counting.set()
        time.sleep(seconds)
        room.is_over.set()
        for thread in threads:
            thread.join()
        if pages:
            room.pages = told.get(timeout=60)
            odd = set(room.pages) - {200, 204}
            room.wrong += [f"a page was answered with {each}" for each in odd]
        report = requests.get(
            f"{server.base_url}/__admin/classes/lop/report", headers={"X-Admin-Token": _TOKEN}, timeout=60
        ).json()
        kept = Counter[str]()
        for seat in report["seats"]:
            kept.update(seat["outcomes"])
        print(f"journals hold {dict(kept)}")
    return room


def main() -> None:
    """Measure and print; exit code 1 when a call or a page was not what it should be."""
    asked = argparse.ArgumentParser(prog="python -m bench.class_room")
    asked.add_argument("--seats", type=int, default=40)
    asked.add_argument("--seconds", type=float, default=30)
    asked.add_argument("--warm", type=float, default=5)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--flood", action="store_true", help="one more seat that calls without a pause")
    asked.add_argument("--no-pages", action="store_true", help="no page is open: what the calls alone take")
    words = asked.parse_args()
    print(f"load before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors")
    room = measure(words.seats, words.seconds, words.warm, words.workers, flood=words.flood, pages=not words.no_pages)
    pushes = room.pushes_s
    print(f"calls counted in {words.seconds:g} s: {dict(room.outcomes)}")
    print(f"pages asked: {sum(room.pages.values())} ({dict(room.pages)})")
    print(f"push: p50 {statistics.median(pushes) * 1000:.1f} ms, p99 {percentile(pushes, 0.99) * 1000:.1f} ms, "
          f"most {max(pushes) * 1000:.1f} ms (aim: p99 ≤ 50 ms)")  # fmt: skip
    print(f"board behind: p50 {percentile(room.behind_s, 0.5):.2f} s, most {max(room.behind_s):.2f} s (aim ≤ 2 s)")
    print(f"memory: {room.most_bytes / 1024 / 1024:.0f} MiB at most, all processes (aim ≤ 300 MiB)")
    print(f"not as it should be: {len(room.wrong)}", *room.wrong[:5], sep="\n  ")
    raise SystemExit(1 if room.wrong else 0)


if __name__ == "__main__":
    main()
