"""Requests a second, against the yardstick, in interleaved runs."""

from __future__ import annotations

import base64
import json
import re
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.servers import cpu_us, emulator, post, processes, yardstick
from tests.builders import dossier

ROUNDS, SECONDS, CONNECTIONS = 7, 3, 16
# Every push is a dossier of its own: the runs count on, and the code's unit takes what its number cannot hold.
_LUA = """
local body = io.open("{body}", "rb"):read("*a")
local before, after = body:match("^(.-)000%.11(.*)$")
local middle, rest = after:match("^(.-)%-0001(.*)$")
local headers = {{["Content-Type"]="application/json", ["Authorization"]="{authorization}"}}
local n = {first}
request = function()
  n = n + 1
  local unit = string.format("%03d.%02d", math.floor(n / 1000000), math.floor(n / 10000) % 100)
  local code = string.format("-%04d", n % 10000)
  return wrk.format("POST", nil, headers, before .. unit .. middle .. code .. rest)
end
"""
_RUN_SIZE = 100_000


def push() -> Iterator[str]:
    """An accepted DongBoDVC: token, 44 fields, XML, stored, journalled; two workers, 16 connections."""
    with emulator("--store", ":memory:") as ready, yardstick("asgi") as asgi, yardstick("gthread") as gthread:
        token = token_of(ready["base_url"], ready["credentials"]["production"])
        pages = {
            "accepted push": (f"{ready['base_url']}/apiBTXH/1.0/DongBoDVC", ready["pid"]),
            "bare Flask, asgi": asgi,
            "bare Flask, gthread": gthread,
        }
        runs: dict[str, list[Run]] = {name: [] for name in pages}
        for number in range(ROUNDS):
            script = _script(token, number * _RUN_SIZE)
            for name, (url, leader) in pages.items():
                runs[name].append(measured(url, script, leader))
    yield from rows(runs, "rate", "/s", lambda mine, theirs: mine.rate / theirs.rate, "≥ 0.6")
    yield from rows(runs, "cpu_us", " µs of CPU", lambda mine, theirs: theirs.cpu_us / mine.cpu_us, "")


def rows(
    runs: dict[str, list[Run]], what: str, unit: str, compare: Callable[[Run, Run], float], aim: str
) -> Iterator[str]:
    """Yield a line for each page; the first is ours, the others are compared with it round by round."""
    ours = next(iter(runs.values()))
    for name, theirs in runs.items():
        values = [getattr(run, what) for run in theirs]
        shown = f"{statistics.median(map(compare, ours, theirs)):.2f}" if theirs is not ours else ""
        spread = f"{min(values):.0f} … {max(values):.0f}"
        yield f"| {name} | {statistics.median(values):.0f}{unit} | {spread} | {shown} | {aim if shown else ''} |"


def token_of(base_url: str, pair: dict[str, str]) -> str:
    """Fetch an access token."""
    headers = {
        "Authorization": basic(pair["consumer_key"], pair["consumer_secret"]),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return str(post(f"{base_url}/token", b"grant_type=client_credentials", headers)["access_token"])


def basic(key: str, secret: str) -> str:
    """Return the value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


def _script(token: str, first: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    (folder / "body.json").write_text(json.dumps(dossier(), ensure_ascii=False), encoding="utf-8")
    script = folder / "push.lua"
    text = _LUA.format(body=folder / "body.json", authorization=f"Bearer {token}", first=first)
    script.write_text(text, encoding="utf-8")
    return script


class Run(NamedTuple):
    """What one run showed: requests a second, and CPU time of the server's processes per request."""

    rate: float
    cpu_us: float


def measured(url: str, script: Path, leader: int) -> Run:
    """Run wrk against a server; the CPU time tells what the rate cannot when others use the machine."""
    workers = processes(leader)
    before = cpu_us(workers)
    rate, count = wrk(url, script)
    return Run(rate, (cpu_us(workers) - before) / count)


def wrk(url: str, script: Path) -> tuple[float, int]:
    """Return requests a second and their number; a single answer that is not 2xx stops the measure."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{url} refused: {said}")
    rate, count = re.search(r"Requests/sec:\s+([\d.]+)", said), re.search(r"(\d+) requests in", said)
    assert rate, said
    assert count, said
    return float(rate.group(1)), int(count.group(1))
