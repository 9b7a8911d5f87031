"""A file through the adapter against the same file from a server that does nothing but ``sendfile``."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from bench.servers import emulator, memory_mib, processes
from emulator.services.packs import load_pack

SIZE, ROUNDS, LOOK = 50 * 1024 * 1024, 15, 1 << 20
_PIECE = 1 << 20
_FORWARD = "/VXPAdapter/RestService/forward"
_ADDRESS = "dstcode=VN:GOV:000.00.00.H22:hagiangvdxpsvc01&providerurl=" + quote(
    "https://dichvucong.hagiang.gov.vn", safe=""
)


def download() -> Iterator[str]:
    """50 MB by one connection after the other, runs interleaved, and what the server's memory does meanwhile."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        (address, file), *_ = host_files(Path(folder, "pack"), SIZE)
        flags = ("--store", ":memory:", "--workers", "1", "--pack", str(Path(folder, "pack")))
        with emulator(*flags) as ready, _static(file) as static:
            port = int(ready["base_url"].rpartition(":")[2])
            runs: dict[str, Callable[[], float]] = {
                "through the adapter": lambda: _speed(port, address),
                "static server, sendfile": lambda: _speed(static, "/"),
            }
            for run in runs.values():
                run()
            before, _ = memory_mib(processes(ready["pid"]))
            speeds: dict[str, list[float]] = {name: [] for name in runs}
            for _ in range(ROUNDS):
                for name, run in runs.items():
                    speeds[name].append(run())
            after, _ = memory_mib(processes(ready["pid"]))
    ours, theirs = speeds.values()
    ratio = statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
    for name, values in speeds.items():
        shown = f"{ratio:.2f} | ≥ 0.5" if values is ours else " | "
        spread = f"{min(values):.0f} … {max(values):.0f}"
        yield f"| 50 MB {name} | {statistics.median(values):.0f} MB/s | {spread} | {shown} |"
    yield f"| growth of RSS over {ROUNDS} downloads | {after - before:.1f} MiB | from {before:.0f} | | flat |"


def host_files(folder: Path, *sizes: int) -> list[tuple[str, Path]]:
    """Make a pack whose province has files of these sizes, in bytes; return the way to each by the adapter, and it."""
    shutil.copytree(load_pack("co-ban").folder or Path(), folder)
    sheet = folder / "hosted_files.json"
    table = json.loads(sheet.read_text(encoding="utf-8"))
    first, made = next(iter(table["hosted_files"].values())), []
    for number, size in enumerate(sizes, 900):
        name, file = f"nang-{number}.bin", folder / "hosted" / f"nang-{number}.bin"
        file.write_bytes((os.urandom(min(size, _PIECE)) * (size // _PIECE + 1))[:size])
        table["hosted_files"][str(number)] = first | {"path": f"/download/{name}", "file": f"hosted/{name}"}
        made.append((f"{_FORWARD}/download/{name}?{_ADDRESS}", file))
    sheet.write_text(json.dumps(table), encoding="utf-8")
    return made


def _speed(port: int, target: str) -> float:
    """Return MB a second of one download, from the request to the last byte."""
    request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    view, size = memoryview(bytearray(LOOK)), 0
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        while taken := connection.recv_into(view):
            size += taken
    spent = time.perf_counter() - begun
    assert size >= SIZE, size
    return SIZE / 1e6 / spent


@contextlib.contextmanager
def _static(file: Path) -> Iterator[int]:
    """Serve one file in a process of its own: the kernel copies it, nothing else is done. Gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    child = os.fork()
    if not child:
        _send_for_ever(listener, file)
    try:
        yield listener.getsockname()[1]
    finally:
        os.kill(child, 15)
        os.waitpid(child, 0)
        listener.close()


def _send_for_ever(listener: socket.socket, file: Path) -> None:
    def send(connection: socket.socket) -> None:
        with connection, file.open("rb") as stream:
            connection.recv(65536)
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\nConnection: close\r\n\r\n".encode())
            connection.sendfile(stream)

    while True:
        threading.Thread(target=send, args=(listener.accept()[0],)).start()
