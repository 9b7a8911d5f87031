"""Start-up time and memory."""

from __future__ import annotations

import compileall
import contextlib
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

from bench.house import PACKAGE
from bench.servers import emulator, free_port, memory_mib, processes

RUNS = 7


def first_answer() -> Iterator[str]:
    """Process start to the first 200 of ``ready``, polled without pause; compiled, as pip leaves a package."""
    compileall.compile_dir(PACKAGE, quiet=1)
    times = sorted(_one_start() for _ in range(RUNS))
    yield f"| first 200 of `ready` | {statistics.median(times):.2f} s | {times[0]:.2f} … {times[-1]:.2f} | | ≤ 0.5 s |"


def _one_start() -> float:
    port = free_port()
    command = [sys.executable, "-m", "emulator", "serve", "--port", str(port), "--store", ":memory:", "--quiet"]
    ready = f"http://127.0.0.1:{port}/__admin/ready"
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(ready) as reply,
            ):
                if reply.status == 200:
                    return time.perf_counter() - begun
            time.sleep(0.002)
    finally:
        process.terminate()
        process.wait(10)


def memory() -> Iterator[str]:
    """Memory of the whole process tree when idle after one admin call."""
    for workers, aim in ((1, 80), (2, 120)):
        with emulator("--workers", str(workers), "--store", ":memory:") as ready:
            urllib.request.urlopen(f"{ready['admin_url']}/ready").close()
            while len(family := processes(ready["pid"])) <= workers:
                time.sleep(0.05)
            time.sleep(1)  # the last worker, too, is done with its start
            rss, pss = memory_mib(family)
        shown = f"{rss:.0f} MiB | shared pages once: {pss:.0f}"
        yield f"| memory, {workers} worker(s), sum of RSS | {shown} | | ≤ {aim} MiB |"
