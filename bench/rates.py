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

from bench.servers import emulator, post, yardstick
from tests.builders import dossier

ROUNDS, SECONDS, CONNECTIONS = 7, 3, 16
_LUA = """
local body = io.open("{body}", "rb"):read("*a")
local n = 0
request = function()
  n = n + 1
  local code = string.format("-%04d", n % 10000)
  return wrk.format("POST", nil, {{["Content-Type"]="application/json", ["Authorization"]="{authorization}"}},
    (body:gsub("-0001", code, 1)))
end
"""


def push() -> Iterator[str]:
    """An accepted DongBoDVC: token, 44 fields, XML, stored, journalled; two workers, 16 connections."""
    with emulator("--store", ":memory:") as ready, yardstick("asgi") as asgi, yardstick("gthread") as gthread:
        script = _script(ready["base_url"], ready["credentials"]["production"])
        push_url = f"{ready['base_url']}/apiBTXH/1.0/DongBoDVC"
        runs: dict[str, Callable[[], float]] = {
            "accepted push": lambda: wrk(push_url, script),
            "bare Flask, asgi": lambda: wrk(asgi, script),
            "bare Flask, gthread": lambda: wrk(gthread, script),
        }
        rates: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(ROUNDS):
            for name, run in runs.items():
                rates[name].append(run())
    ours = rates["accepted push"]
    for name, values in rates.items():
        ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, values, strict=True))
        shown = "" if values is ours else f"{ratio:.2f}"
        yield (
            f"| {name} | {statistics.median(values):.0f}/s | {min(values):.0f} … {max(values):.0f} | {shown} |"
            f" {'' if values is ours else '≥ 0.6'} |"
        )


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


def _script(base_url: str, pair: dict[str, str]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    (folder / "body.json").write_text(json.dumps(dossier(), ensure_ascii=False), encoding="utf-8")
    script = folder / "push.lua"
    token = token_of(base_url, pair)
    script.write_text(_LUA.format(body=folder / "body.json", authorization=f"Bearer {token}"), encoding="utf-8")
    return script


def wrk(url: str, script: Path) -> float:
    """Return requests a second; a single answer that is not 2xx stops the measure."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{url} refused: {said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found.group(1))
