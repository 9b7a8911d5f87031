"""Pages of the console over a journal of 100,000 entries, one worker: how long, how much CPU, how far behind."""

from __future__ import annotations

import json
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from bench.rates import basic
from bench.servers import cpu_us, emulator, processes
from emulator.app import Country, found_country
from emulator.kernel.exchange import Call
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests.builders import dossier

ENTRIES, SAMPLES, CALLS = 100_000, 100, 30
_MOST = ENTRIES + 10_000
_PAGES = {
    "journal, first page": ("/journal", "≤ 100 ms"),
    "journal, page 1,000": ("/journal?offset=49950", ""),
    "journal, refused only": ("/journal?outcome=refused", ""),
    "journal, a text that is nowhere": ("/journal?q=khong-co-o-dau", ""),
    "a refused call": ("/journal/{refused}", "≤ 50 ms"),
    "start": ("/", ""),
    "a page that asks, nothing new": ("/journal/live?seen={newest}", ""),
}


def pages() -> Iterator[str]:
    """Each page a hundred times, one after the other, and how late a call stands on a page that is open."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        store = Path(folder) / "store.db"
        outcomes, places = _fill(store)
        yield f"| console: journal of {sum(outcomes.values()):,} | {_words(outcomes)} | | | |"
        flags = ("--store", str(store), "--max-journal", str(_MOST), "--workers", "1")
        with emulator(*flags) as ready, requests.Session() as browser:
            workers = processes(ready["pid"])
            for name, (path, aim) in _PAGES.items():
                yield _row(name, browser, f"{ready['console_url'].rstrip('/')}{path.format(**places)}", aim, workers)
            yield _behind(browser, ready)


def _fill(store: Path) -> tuple[Counter[str], dict[str, int]]:
    """Let calls come in by the door, every third refused, every third to nowhere; return what the journal counted."""
    country = found_country(Settings(max_journal=_MOST), store, {"co-ban": load_pack("co-ban")})
    headers = (("authorization", f"Bearer {_token(country)}"), ("content-type", "application/json"))
    right, wrong = (json.dumps(dossier(MaTTHC=code), ensure_ascii=False).encode() for code in ("1.001731", "9.9"))
    for number in range(1, ENTRIES):
        path = ("/apiBTXH/1.0/DongBoDVC", "/apiBTXH/1.0/khong-co")[number % 3 == 0]
        body = (right, wrong)[number % 3 == 1]
        country.door.serve(Call("POST", path, headers=headers, body=body, body_size=len(body), target=path))
    outcomes: Counter[str] = Counter()
    for row in country.admin.journal.tallies():
        outcomes[row.outcome] += row.calls
    country.store.close()
    return outcomes, {"refused": 50_000 - (50_000 - 2) % 3, "newest": ENTRIES}  # the token is number 1


def _token(country: Country) -> str:
    pair = country.sandboxes.credentials(country.sandboxes.get("default"))[0]
    form = ("content-type", "application/x-www-form-urlencoded")
    headers = (("authorization", basic(pair.consumer_key, pair.consumer_secret)), form)
    body = b"grant_type=client_credentials"
    call = Call("POST", "/token", headers=headers, body=body, body_size=len(body), target="/token")
    return str(json.loads(country.door.serve(call).body)["access_token"])


def _words(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in outcomes.most_common())


def _row(name: str, browser: requests.Session, url: str, aim: str, workers: list[int]) -> str:
    statuses, times = Counter[int](), []
    begun_us = cpu_us(workers)
    for _ in range(SAMPLES):
        begun = time.perf_counter()
        statuses[browser.get(url, timeout=60).status_code] += 1
        times.append((time.perf_counter() - begun) * 1000)
    cpu_ms = (cpu_us(workers) - begun_us) / SAMPLES / 1000
    seen = ", ".join(f"{count} × {status}" for status, count in statuses.items())
    return (
        f"| {name} ({seen}) | {statistics.median(times):.1f} ms, {cpu_ms:.1f} ms of CPU "
        f"| {min(times):.1f} … {max(times):.1f} | | {aim} |"
    )


def _behind(browser: requests.Session, ready: dict[str, Any]) -> str:
    """Ask as an open page does: as often as it says itself, and see when a call of another client stands there."""
    home = f"{ready['console_url'].rstrip('/')}/journal"
    page = browser.get(home, timeout=60).text
    every_ms = int(re.search(r'hx-trigger="every (\d+)ms"', page)[1])  # type: ignore[index]
    late, outcomes = [], Counter[str]()
    for _ in range(CALLS):
        live = re.search(r'hx-get="[^"]*(/journal/live\?seen=\d+)', page)[1]  # type: ignore[index]
        browser.get(f"{ready['base_url']}/apiBTXH/1.0/khong-co", timeout=60)
        begun = time.perf_counter()
        page = browser.get(home.removesuffix("/journal") + live, timeout=60).text
        outcomes["seen" if "/apiBTXH/1.0/khong-co" in page else "not seen"] += 1
        late.append(every_ms + (time.perf_counter() - begun) * 1000)
    said = f"{statistics.median(late):.0f} ms | {min(late):.0f} … {max(late):.0f}"
    return f"| a call on an open page, at most ({_words(outcomes)}) | {said} | | ≤ 1,000 ms |"
