"""Ports: free, or taken and by whom, as ``doctor`` sees them."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path

from emulator.cli.findings import Finding, fail, ok, warn

_HOST = "127.0.0.1"
_SS = (5500, 5577)
_LISTENS = "0A"


def ports(port: int) -> Iterator[Finding]:
    """Look at the port of ``serve`` and those of the security server."""
    name = f"port {port}"
    if _is_free(port):
        yield ok(name, "còn trống", "free")
    elif version := _emulator_at(port):
        said = f"ndxp-emulator {version}{_by_whom(port)}"
        yield ok(name, f"{said} đang chạy", f"{said} is running")
    else:
        owner = _by_whom(port)
        yield fail(
            name,
            (f"đã có chương trình khác dùng{owner}", f"taken by another program{owner}"),
            ("Dừng nó, hoặc dùng --port 0.", "Stop it, or use --port 0."),
        )
    for each in _SS:
        if _is_free(each):
            yield ok(f"port {each}", "còn trống (--ss-ports)", "free (--ss-ports)")
        else:
            owner = _by_whom(each)
            yield warn(
                f"port {each}",
                (f"đã có chương trình dùng{owner}", f"taken{owner}"),
                ("Chỉ --ss-ports cần nó: đặt --ss-port-base.", "Only --ss-ports needs it: set --ss-port-base."),
            )


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        if sys.platform != "win32":  # there the option means something else: to share a port that is taken
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def _emulator_at(port: int) -> str | None:
    """Return the version of the emulator that answers at a port, with or without TLS, if one does."""
    import json
    import ssl
    from urllib.request import HTTPSHandler, ProxyHandler, build_opener

    # The question is who answers; who signed its test certificate does not matter here.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))
    for scheme in ("http", "https"):
        with suppress(OSError, ValueError, KeyError, TypeError, HTTPException):  # whatever it is, it is none of ours
            with opener.open(f"{scheme}://{_HOST}:{port}/__admin/health", timeout=2) as reply:
                told = json.loads(reply.read(4096))
            return str(told["version"]) if "ndxp-emulator" in told["message"] else None
    return None


def _by_whom(port: int) -> str:
    """Return `` (name, pid 12)`` of the process that listens, as far as this system tells us (Linux)."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            lines = Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
            rows = [line.split() for line in lines]
            inodes |= {row[9] for row in rows if row[3] == _LISTENS and int(row[1].rpartition(":")[2], 16) == port}
    for process in Path("/proc").glob("[0-9]*") if inodes else ():
        with suppress(OSError):  # somebody else's process, or one that has just ended
            for descriptor in (process / "fd").iterdir():
                if str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]") in inodes:
                    name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                    return f" ({name}, pid {process.name})"
    return ""
