"""What ``serve`` says when it is ready: a banner for people on stderr, one JSON line for programs on stdout."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Announcement:
    """A server that is about to be ready; ``pid`` is the arbiter's, the process to signal.

    ``units`` are the agencies that can work at once, as ``contact_of`` tells them. ``admin_token`` is one that nobody
    knows yet; a token that somebody chose is never said.
    """

    base_url: str
    credentials: dict[str, dict[str, str]]
    store: str
    ca_file: str | None
    port: int
    port_file: Path | None
    is_quiet: bool
    ss_ports: tuple[int, int] | None = None
    admin_token: str | None = None
    units: tuple[Mapping[str, Any], ...] = ()
    pid: int = field(default_factory=os.getpid)
    opens_browser: bool = False

    @property
    def console_url(self) -> str:
        """Return where the pages for people begin."""
        return f"{self.base_url}/__console/"


def announce(ready: Announcement) -> None:
    """Say it once. A closed stream stops nothing."""
    if ready.port_file:
        _write_port(ready.port_file, ready.port)
    if not ready.is_quiet:
        _say(sys.stderr, _banner(ready))
    _say(sys.stdout, _line(ready))
    if ready.opens_browser:
        _open_browser(ready.console_url)


def _open_browser(address: str) -> None:
    """Show the console in the person's browser, from a thread: a browser may take its time, and none is no fault."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _line(ready: Announcement) -> str:
    message: dict[str, object] = {
        "event": "ready",
        "base_url": ready.base_url,
        "admin_url": f"{ready.base_url}/__admin",
        "console_url": ready.console_url,
        "pid": ready.pid,
        "credentials": ready.credentials,
        "units": ready.units,
    }
    if ready.admin_token:
        message["admin_token"] = ready.admin_token
    if ready.ca_file:
        message["ca_file"] = ready.ca_file
    if ready.ss_ports:
        message["ss_ports"] = list(ready.ss_ports)
    return json.dumps(message)


def _banner(ready: Announcement) -> str:
    pair = ready.credentials["production"]
    trust = f"--cacert {ready.ca_file} " if ready.ca_file else ""
    lines = [
        f"ndxp-emulator sẵn sàng / ready     {ready.base_url}",
        f"trang xem / console                {ready.console_url}",
        f"quản trị / admin                   {ready.base_url}/__admin",
        f"consumer key                       {pair['consumer_key']}",
        f"consumer secret                    {pair['consumer_secret']}",
        f"kho dữ liệu / store                {ready.store}",
    ]
    lines += [f"đơn vị / unit   {each['code']:<18} {each['security_server']}" for each in ready.units]
    if ready.admin_token:
        lines.append(f"mã quản trị / admin token          {ready.admin_token}")
    if ready.ca_file:
        lines.append(f"chứng chỉ gốc / CA                 {ready.ca_file}")
    if ready.ss_ports:
        lines.append(f"cổng máy chủ bảo mật / SS ports    {', '.join(map(str, ready.ss_ports))}")
    lines.append("thử ngay / try it:")
    lines.append(
        f"  curl {trust}-u {pair['consumer_key']}:{pair['consumer_secret']} -d grant_type=client_credentials "
        f"{ready.base_url}/token"
    )
    return "\n".join(lines)


def _say(stream: TextIO | None, text: str) -> None:
    if stream is None:
        return
    try:
        print(text, file=stream, flush=True)
    except (OSError, ValueError) as trouble:
        _log.debug("nobody listens: %s", trouble)


def _write_port(path: Path, port: int) -> None:
    """Whoever waits for the file finds the whole number in it."""
    try:
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(f"{port}\n")
        draft.replace(path)
    except OSError as trouble:
        _log.error("the port file %s cannot be written: %s", path, trouble)
