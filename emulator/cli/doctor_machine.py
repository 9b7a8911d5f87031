"""Versions, time zone, letters, proxies and variables, as ``doctor`` sees them."""

from __future__ import annotations

import difflib
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping

import click

from emulator import __version__
from emulator.cli.findings import DoctorLine, fail, ok, warn
from emulator.settings import PREFIX

_OLDEST = (3, 11)
_EXTRAS = {"certify": "fpdf2", "fast": "uvloop", "tls": "trustme"}
_EAST_S = 7 * 3600
_BUILT = 1_767_225_600  # the first second of 2026: an older clock was never set
_CREDENTIALS = re.compile(r"//[^/@]*@")
_LOCAL = ("localhost", "127.0.0.1")
_READ_ELSEWHERE = {"URL", "ADMIN_TOKEN"}


def programs() -> Iterator[DoctorLine]:
    """Look at the emulator, Python, the libraries and the extras."""
    yield ok("emulator", f"ndxp-emulator {__version__}", f"ndxp-emulator {__version__}")
    running = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < _OLDEST:
        yield fail(
            "python",
            (f"Python {running} quá cũ", f"Python {running} is too old"),
            ("Cài Python 3.11 trở lên.", "Install Python 3.11 or newer."),
        )
    else:
        yield ok("python", f"Python {running}, {sys.platform}", f"Python {running}, {sys.platform}")
    from importlib.util import find_spec

    if sys.platform == "win32" and find_spec("uvicorn") is None:
        yield fail(
            "system",
            ("serve trên Windows cần phần mở rộng windows", "serve on Windows needs the extra windows"),
            ("Cài bằng: pip install 'ndxp-emulator[windows]'", "Install with: pip install 'ndxp-emulator[windows]'"),
        )
    yield _libraries()
    yield from (_extra(name, package) for name, package in _EXTRAS.items())


def _libraries() -> DoctorLine:
    from importlib.metadata import PackageNotFoundError, requires, version

    try:
        needed = [each for each in requires("ndxp-emulator") or [] if "extra ==" not in each]
    except PackageNotFoundError:
        return warn(
            "libraries",
            ("chạy từ mã nguồn, không rõ cần gì", "run from the source: what is needed is not known"),
            ("Cài bằng: pip install -e .", "Install with: pip install -e ."),
        )
    missing = []
    for name in (re.split(r"[^A-Za-z0-9._-]", each)[0] for each in needed):
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        names = ", ".join(missing)
        return fail(
            "libraries",
            (f"thiếu {names}", f"{names} missing"),
            ("Cài lại ndxp-emulator.", "Install ndxp-emulator again."),
        )
    return ok("libraries", f"đủ {len(needed)} thư viện", f"all {len(needed)} libraries are there")


def _extra(name: str, package: str) -> DoctorLine:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return ok(name, f"phần thêm, {package} {version(package)}", f"extra, {package} {version(package)}")
    except PackageNotFoundError:
        wish = f"pip install 'ndxp-emulator[{name}]'"
        return ok(name, f"phần thêm, không cài ({wish})", f"extra, not installed ({wish})")


def surroundings(environment: Mapping[str, str] = os.environ) -> Iterator[DoctorLine]:
    """Look at clock, letters and proxies."""
    yield _clock(time.time(), time.localtime().tm_gmtoff)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if encoding.lower().replace("-", "") == "utf8":
        yield ok("letters", "đầu ra là UTF-8", "output is UTF-8")
    else:
        yield warn(
            "letters",
            (f"đầu ra là {encoding}: dấu tiếng Việt bị bỏ bớt", f"output is {encoding}: Vietnamese loses its marks"),
            ("Đặt PYTHONUTF8=1 (Windows: chcp 65001).", "Set PYTHONUTF8=1 (Windows: chcp 65001)."),
        )
    yield _proxies(environment)


def _clock(now_s: float, offset_s: int) -> DoctorLine:
    if now_s < _BUILT:
        return fail(
            "clock",
            ("đồng hồ máy sai", "this machine's clock is wrong"),
            ("Chỉnh lại đồng hồ.", "Set it: tokens and certificates depend on it."),
        )
    zone = f"UTC{offset_s / 3600:+g}"
    if offset_s != _EAST_S:
        return warn(
            "time zone",
            (f"máy ở {zone}, các dịch vụ nói giờ Việt Nam (UTC+7)", f"{zone} here; the services speak UTC+7"),
            (
                "Đặt TZ=Asia/Ho_Chi_Minh cho phần mềm của bạn.",
                "Set TZ=Asia/Ho_Chi_Minh for your own client; the emulator needs nothing.",
            ),
        )
    return ok("time zone", zone, zone)


def _proxies(environment: Mapping[str, str]) -> DoctorLine:
    given = {
        name: _CREDENTIALS.sub("//***@", text)
        for name, text in environment.items()
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy") and text
    }
    if not given:
        return ok("proxy", "không đặt proxy", "no proxy is set")
    shown = ", ".join(f"{name}={text}" for name, text in sorted(given.items()))
    spared = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    names = {name.strip().lstrip(".") for name in spared.split(",")}
    if "*" in names or names.issuperset(_LOCAL):
        return ok("proxy", f"{shown}; NO_PROXY bỏ qua máy này", f"{shown}; NO_PROXY spares this machine")
    return warn(
        "proxy",
        (f"{shown}, mà NO_PROXY không có localhost", f"{shown}, and NO_PROXY does not name localhost"),
        (
            "Đặt NO_PROXY=localhost,127.0.0.1,::1, nếu không cuộc gọi tới trình giả lập đi qua proxy.",
            "Set NO_PROXY=localhost,127.0.0.1,::1, or your client's calls to the emulator go through the proxy.",
        ),
    )


def variables(root: click.Command, environment: Mapping[str, str] = os.environ) -> Iterator[DoctorLine]:
    """Look for variables that begin like ours and mean nothing: a slip of the pen is not told by anybody else."""
    known = {PREFIX + name for name in _READ_ELSEWHERE} | set(_variables(root))
    strangers = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    for name in strangers:
        near = difflib.get_close_matches(name, known, 1)
        hint = near[0] if near else "ndxp-emulator serve --help"
        yield warn(
            "variable",
            (f"{name} không có nghĩa gì", f"{name} means nothing"),
            (f"Có phải {hint}?", f"Is it {hint} that you mean?"),
        )
    if not strangers:
        count = sum(name in known for name in environment)
        yield ok("variables", f"{count} biến {PREFIX}… được đặt", f"{count} variables {PREFIX}… are set")


def _variables(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        names = parameter.envvar or ()
        yield from [names] if isinstance(names, str) else names
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _variables(each)
