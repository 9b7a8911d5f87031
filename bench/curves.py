"""How cost grows with what a server holds: dossiers, sandboxes, the journal, the size of a file; tables and plots.

Every point is a median of counted CPU, never of the clock, and the sizes of a curve take turns. Houses are filled in
bulk, with copies of what one call left in the store; what is measured comes in by the door and is written down.
"""

from __future__ import annotations

import contextlib
import json
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bench.downloads import LOOK, host_files
from bench.growth import House, code_of, moment_of, push_body
from bench.plots import Plot, draw
from bench.servers import cpu_us, emulator, memory_mib, processes
from emulator.admin.routes import answer_in_process
from emulator.journal.write import add_all, canonical, digest
from emulator.store import sandbox_rows, world_rows
from emulator.store.world_rows import RecordRow
from tests.builders import pull as pull_body

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SANDBOXES = (1, 100, 1_000, 10_000)
FILES_MB = (0.1, 1, 10, 50, 200)
SAMPLES, WARM, ROWS, PAGE = 300, 60, 20, 50
_COUNTED, _DOWNLOADS = 5, 9
_SPREAD = 100  # sandboxes that are pushed into, and windows that are pulled: as many at every size
_AT_ONCE, _CHAINED = 50_000, 100
_MOST = 2**50
PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
Samples = dict[str, dict[float, list[float]]]
"""CPU in microseconds by what was done and how much there was of it."""
Work = Callable[[int], object]


def curves() -> Iterator[str]:
    """Measure every curve, a few minutes each, and draw it for the docs."""
    for measure in (dossiers, sandboxes, journal, files):
        yield from measure()


def dossiers() -> Iterator[str]:
    """A push and a pull of 20 rows where there are a thousand to a million dossiers."""
    with contextlib.ExitStack() as stack:
        houses = {size: stack.enter_context(House()) for size in SIZES}
        for size, house in houses.items():
            _fill_dossiers(house, size)
        found = _take_turns(
            {
                "push": {size: partial(_push, house, first=size) for size, house in houses.items()},
                "pull": {size: partial(_pull, house, size) for size, house in houses.items()},
            }
        )
    yield from _lines(found, "at {:,} dossiers", "≤ 1.3")
    draw(PICTURES, Plot("growth-dossiers", {"vi": "hồ sơ", "en": "dossiers"}, "µs"), _medians(found))


def sandboxes() -> Iterator[str]:
    """A push, into one sandbox after the other, where there are 1 to 10,000 of them."""
    with contextlib.ExitStack() as stack:
        houses = {count: stack.enter_context(House()) for count in SANDBOXES}
        works: dict[float, Work] = {}
        for count, house in houses.items():
            with house.country.store.writing():
                names = ["default", *(house.country.sandboxes.create(f"h-{n}", {}).id for n in range(1, count))]
            house.country.store.tidy()
            asked = names[:: max(1, count // _SPREAD)][:_SPREAD]
            for name in asked:  # a token, and what is read of a sandbox once
                _push(house, 0, first=0, sandbox=name)
            works[count] = partial(_push_around, house, asked)
        found = _take_turns({"push": works})
    yield from _lines(found, "at {:,} sandboxes", "")
    draw(PICTURES, Plot("growth-sandboxes", {"vi": "sandbox", "en": "sandboxes"}, "µs"), _medians(found))


def journal() -> Iterator[str]:
    """A push, the newest page with and without its total, and one entry, at a thousand to a million entries."""
    with contextlib.ExitStack() as stack:
        bounds = {"journal_limit": 2 * SIZES[-1], "journal_bytes_limit": _MOST}
        houses = {size: stack.enter_context(House(**bounds)) for size in SIZES}
        for size, house in houses.items():
            _fill_journal(house, size)
        found = _take_turns(
            {
                "push": {size: partial(_push, house, first=1) for size, house in houses.items()},
                "page": {size: partial(_page, house, total="skip") for size, house in houses.items()},
                "entry": {size: partial(_entry, house, size) for size, house in houses.items()},
            }
        )
        counted: dict[float, Work] = {size: partial(_page, house, total="exact") for size, house in houses.items()}
        found |= _take_turns({"counted": counted}, _COUNTED, 1)
    yield from _lines(found, "at {:,} entries", "")
    plot = Plot("growth-journal", {"vi": "lượt gọi trong nhật ký", "en": "entries of the journal"}, "µs")
    draw(PICTURES, plot, _medians(found))


def files() -> Iterator[str]:
    """A download through the adapter of 100 kB to 200 MB: CPU a MB, and what the server's memory grows by."""
    sizes = [round(size * 1e6) for size in FILES_MB]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        hosted = host_files(Path(folder, "pack"), *sizes)
        flags = ("--store", str(Path(folder, "store.db")), "--workers", "1", "--pack", str(Path(folder, "pack")))
        with emulator(*flags) as ready:
            port, workers = int(ready["base_url"].rpartition(":")[2]), processes(ready["pid"])
            for address, file in hosted:
                _load(port, address, file.stat().st_size)
            found: Samples = {"download": {size: [] for size in FILES_MB}}
            before, grown = memory_mib(workers)[0], dict.fromkeys(FILES_MB, 0.0)
            for _ in range(_DOWNLOADS):
                for size, (address, file) in zip(FILES_MB, hosted, strict=True):
                    begun = cpu_us(workers)
                    _load(port, address, file.stat().st_size)
                    found["download"][size].append((cpu_us(workers) - begun) / size)
                    grown[size] = max(grown[size], memory_mib(workers)[0] - before)
    yield from _lines(found, "of {:,} MB, a MB", "")
    for size, more in grown.items():
        yield f"| RSS after downloads of {size:,} MB, over {before:.0f} MiB | {more:.1f} MiB | | | |"
    draw(PICTURES, Plot("growth-files", {"vi": "MB của tệp", "en": "MB of the file"}, "µs/MB"), _medians(found))


def _take_turns(works: Mapping[str, Mapping[float, Work]], samples: int = SAMPLES, warm: int = WARM) -> Samples:
    """Do every work so often, sizes in turns, each as often first as another; the first few times are not counted."""
    found: Samples = {name: {size: [] for size in each} for name, each in works.items()}
    for number in range(-warm, samples):
        for name, each in works.items():
            turn = number % len(each)
            for size, work in (*list(each.items())[turn:], *list(each.items())[:turn]):
                begun = time.process_time_ns()
                work(number + warm)
                if number >= 0:
                    found[name][size].append((time.process_time_ns() - begun) / 1000)
    return found


def _medians(found: Samples) -> dict[str, dict[float, float]]:
    return {name: {size: statistics.median(each) for size, each in sizes.items()} for name, sizes in found.items()}


def _lines(found: Samples, where: str, aim: str) -> Iterator[str]:
    for name, sizes in found.items():
        first = statistics.median(next(iter(sizes.values())))
        for size, spent in sizes.items():
            median = statistics.median(spent)
            spread = f"{min(spent):.0f} … {max(spent):.0f}"
            yield f"| {name} {where.format(size)} | {median:.0f} µs | {spread} | {median / first:.2f} | {aim} |"


def _push(house: House, number: int, *, first: int, sandbox: str = "default") -> None:
    if b'"error_code":0,' not in (said := house.ask("DongBoDVC", push_body(first + number), sandbox)):
        raise SystemExit(f"a push was refused: {said[:300]!r}")


def _push_around(house: House, names: list[str], number: int) -> None:
    _push(house, 1 + number, first=0, sandbox=names[number % len(names)])


def _pull(house: House, size: int, number: int) -> None:
    first = number % (_SPREAD // 2) * (size // (_SPREAD // 2))
    asked = pull_body(ThoiGianBatDau=moment_of(first), ThoiGianKetThuc=moment_of(first + ROWS - 1))
    said = house.ask("DanhSachHoSo", json.dumps(asked, ensure_ascii=False).encode())
    if said.count(b'"maHoSo"') != ROWS:
        raise SystemExit(f"a pull has not {ROWS} rows: {said[:300]!r}")


def _page(house: House, _number: int, *, total: str) -> None:
    rows = _show(house, "/requests", limit=str(PAGE), total=total)["requests"]
    assert len(rows) == PAGE, rows


def _entry(house: House, size: int, number: int) -> None:
    seq = 2 + number * 7919 % (size - 2)
    shown = _show(house, f"/requests/{seq}")
    assert (shown["seq"], shown["operation"]) == (seq, "btxh.DongBoDVC"), shown


def _show(house: House, path: str, **query: str) -> Any:
    return answer_in_process(house.country.admin, "GET", path, query, b"", "http://localhost").body


def _load(port: int, target: str, size: int) -> None:
    """Download a file, and see that as many bytes came as it has."""
    request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    view, taken = memoryview(bytearray(LOOK)), 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        while more := connection.recv_into(view):
            taken += more
    if not size < taken < size + 10_000:
        raise SystemExit(f"a download of {size} bytes gave {taken}")


def _fill_dossiers(house: House, count: int) -> None:
    """Put copies of one pushed dossier beside it, each with a code and a moment of its own."""
    house.fill(0, 1)
    store, sandbox = house.country.store, house.country.sandboxes.get("default")
    (shelf, key, place, moment, text), *others = store.all("SELECT shelf, key, place, moment, value FROM records")
    assert not others, "a push leaves one record"
    with store.writing(sandbox.no):
        for number in range(1, count):
            code, now = code_of(number), moment + number * 1000
            value = text.replace(key, code).replace(moment_of(0), moment_of(number)).replace(str(moment), str(now))
            world_rows.put_record(store, sandbox.home, shelf, RecordRow(code, place, now, value))
    store.tidy()  # as the upkeep of a server does: else a small store would be read from its log, a large one not


def _fill_journal(house: House, count: int) -> None:
    """Write copies of one push down after it, each chained to the one before."""
    house.fill(0, 1)
    country, sandbox = house.country, house.country.sandboxes.get("default")
    place = sandbox_rows.next_place(country.store, sandbox.no)
    last = country.admin.journal.entry(sandbox.home, place.seq - 1 if place else 0)
    assert last, "what was pushed is written down"
    size, story = place.size if place else 0, json.loads(last.story)
    for first in range(last.seq + 1, count + 1, _AT_ONCE):
        with country.store.writing(sandbox.no):
            for start in range(first, min(first + _AT_ONCE, count + 1), _CHAINED):
                rows = []
                for seq in range(start, min(start + _CHAINED, first + _AT_ONCE, count + 1)):
                    text = canonical(story | {"seq": seq, "prev": last.self})
                    last = last._replace(seq=seq, story=text.decode(), self=digest(text))
                    rows.append(last)
                add_all(country.store, rows, sandbox.journal_bounds, size)
                size += sum(map(world_rows.size_of, rows))
        country.store.tidy()
    if count == SIZES[0]:
        assert country.admin.journal.check_chain(sandbox.home) == (1, count, None)
