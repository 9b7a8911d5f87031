"""What can be wrong before anything is called: files, command, folder, proxy, keys, the vendor's own server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from emulator.certification.plan import Plan

_PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_LOCAL = ("127.0.0.1", "localhost", "*")


class CheckedFault(NamedTuple):
    """One fault: what it is, and how it is mended, each in Vietnamese and English."""

    id: str
    vi: str
    en: str
    mend_vi: str
    mend_en: str


def troubles(plan: Plan, out: Path) -> list[CheckedFault]:
    """Return what stands in the way of a plan on this machine."""
    return [*_command(plan), *_folder(out), *_proxy(plan), *_provider(plan), *_clock()]


def _command(plan: Plan) -> Iterator[CheckedFault]:
    if not plan.command:
        return
    program = plan.command[0]
    if shutil.which(program):
        return
    if Path(program).exists():
        yield CheckedFault(
            "KN-61", f"Không chạy được {program}: thiếu quyền thực thi", f"{program} may not be executed",
            f"chmod +x {program}", f"chmod +x {program}",
        )  # fmt: skip
        return
    yield CheckedFault(
        "KN-60", f"Không tìm thấy lệnh {program}", f"the command {program} is not found",
        "Ghi đường dẫn đầy đủ trong command của kế hoạch", "write the whole path into the plan's command",
    )  # fmt: skip


def _folder(out: Path) -> Iterator[CheckedFault]:
    there = next((each for each in (out, *out.absolute().parents) if each.exists()), Path())
    if not there.is_dir() or not os.access(there, os.W_OK):
        yield CheckedFault(
            "KN-62", f"Không ghi được vào {out}", f"{out} cannot be written",
            "Chọn thư mục khác bằng --out", "choose another folder by --out",
        )  # fmt: skip


def _proxy(plan: Plan) -> Iterator[CheckedFault]:
    found = [name for name in _PROXIES if os.environ.get(name)]
    spared = (os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or "").split(",")
    if plan.command and found and not any(each.strip() in _LOCAL for each in spared):
        yield CheckedFault(
            "KN-63", f"Biến {found[0]} đưa lời gọi qua proxy", f"{found[0]} sends the calls through a proxy",
            "Đặt NO_PROXY=127.0.0.1,localhost", "set NO_PROXY=127.0.0.1,localhost",
        )  # fmt: skip


def _provider(plan: Plan) -> Iterator[CheckedFault]:
    if not plan.provider:
        return
    import socket

    url = plan.provider["url"]
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield CheckedFault(
            "KN-64", f"provider.url không phải địa chỉ: {url}", f"provider.url is no address: {url}",
            "Viết http(s)://máy:cổng", "write http(s)://host:port",
        )  # fmt: skip
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname, port), timeout=5).close()
    except OSError:
        yield CheckedFault(
            "KN-65", f"Không kết nối được hệ thống cung cấp tệp {url}", f"the file server {url} cannot be reached",
            "Khởi động hệ thống đó, mở cổng, rồi chạy lại", "start it, open its port, and run again",
        )  # fmt: skip


def _clock() -> Iterator[CheckedFault]:
    from emulator.kernel.clock import system_ms, to_datetime

    if to_datetime(system_ms()).year < 2026:
        yield CheckedFault(
            "KN-66", "Đồng hồ của máy này sai (trước năm 2026)", "this machine's clock is wrong (before 2026)",
            "Đồng bộ đồng hồ (NTP)", "set the clock (NTP)",
        )  # fmt: skip
