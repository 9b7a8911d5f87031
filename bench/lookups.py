"""Papers calls a second, against the yardstick, in interleaved runs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.rates import ROUNDS, Run, measured, rows
from bench.servers import emulator, post, yardstick

FORWARD = "/XrdAdapter/RestService/forward/bndp/public/v1"
PORTAL = "dstcode=VN:GOV:000.00.00.G22:vpcpdvcprovider&providerurl=https://apigiaytocanhan.dichvucong.gov.vn"
WANTED = {
    "MaThuTuc": "1.003709",
    "DanhSachDanhMucKetQua": [{"MaKetQua": "KQ.G15.000007", "SoKyHieu": ""}],
    "SoDinhDanhChuSoHuu": "999094001009",
    "KenhThucHien": "2",
}
_LUA = """
wrk.method = "POST"
wrk.body = io.open("{body}", "rb"):read("*a")
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "{token}"
"""


def lookups() -> Iterator[str]:
    """A papers call through the adapter: address, access right, token, rules, one paper, journalled; 16 connections."""
    with emulator("--store", ":memory:") as ready, yardstick("asgi") as asgi, yardstick("gthread") as gthread:
        script = _script(ready["base_url"], ready["credentials"]["papers"])
        pages = {
            "papers call": (f"{ready['base_url']}{FORWARD}/user/papers?{PORTAL}", ready["pid"]),
            "bare Flask, asgi": asgi,
            "bare Flask, gthread": gthread,
        }
        runs: dict[str, list[Run]] = {name: [] for name in pages}
        for _ in range(ROUNDS):
            for name, (url, leader) in pages.items():
                runs[name].append(measured(url, script, leader))
    yield from rows(runs, "rate", "/s", lambda mine, theirs: mine.rate / theirs.rate, "≥ 0.6")
    yield from rows(runs, "cpu_us", " µs of CPU", lambda mine, theirs: theirs.cpu_us / mine.cpu_us, "")


def _script(base_url: str, account: dict[str, str]) -> Path:
    """Write a load in which every call asks for the same citizen's paper."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    (folder / "body.json").write_text(json.dumps(WANTED), encoding="utf-8")
    script = folder / "papers.lua"
    script.write_text(_LUA.format(body=folder / "body.json", token=papers_token(base_url, account)), encoding="utf-8")
    return script


def papers_token(base_url: str, account: dict[str, str]) -> str:
    """Log in to the papers and return the token."""
    login = f"{base_url}{FORWARD}/login?{PORTAL}"
    return str(post(login, json.dumps(account).encode(), {"Content-Type": "application/json"})["accessToken"])
