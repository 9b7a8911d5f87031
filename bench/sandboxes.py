"""What the pytest plugin costs a test: a fresh sandbox at its beginning, and its end."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.servers import emulator
from emulator.testing.inprocess import InProcessCountry
from emulator.testing.line import HttpLine, Line
from emulator.testing.ndxp import make

RUNS = 300


def sandboxes() -> Iterator[str]:
    """Making and dropping a sandbox, over HTTP and in process; what importing the plugin costs."""
    with emulator("--workers", "1", "--store", ":memory:") as ready, tempfile.TemporaryDirectory() as folder:
        country = InProcessCountry(Path(folder) / "store.db")
        lines: dict[str, Line] = {"over HTTP": HttpLine(ready["base_url"]), "in process": country.line}
        times = _interleaved(lines)
        for line in lines.values():
            line.close()
        country.close()
    for name, (made, dropped) in times.items():
        yield _line(f"fresh sandbox of a test, {name}", made, "≤ 5 ms")
        yield _line(f"its end, {name}", dropped, "")
    yield _line("import of the plugin by a suite that does not use it", [_import_ms() for _ in range(15)], "~ 0")


def _interleaved(lines: dict[str, Line]) -> dict[str, tuple[list[float], list[float]]]:
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in lines}
    for run in range(-10, RUNS):
        for name, line in lines.items():
            made, dropped = _one(line, f"bench-{run + 10}")
            if run >= 0:
                times[name][0].append(made)
                times[name][1].append(dropped)
    return times


def _one(line: Line, sandbox: str) -> tuple[float, float]:
    begun = time.perf_counter()
    box = make(line, sandbox, {})
    made = time.perf_counter()
    box.drop()
    return (made - begun) * 1000, (time.perf_counter() - made) * 1000


def _import_ms() -> float:
    script = (
        "import pytest, time; begun = time.perf_counter(); import emulator.testing.plugin;"
        "print((time.perf_counter() - begun) * 1000)"
    )
    return float(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout)


def _line(what: str, times: list[float], aim: str) -> str:
    times = sorted(times)
    return f"| {what} | {statistics.median(times):.2f} ms | {times[0]:.2f} … {times[-1]:.2f} | | {aim} |"
