"""``ndxp-emulator doctor``: what this machine lacks."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPException
from pathlib import Path

import click

from emulator.cli.findings import DoctorLine, fail, ok, warn
from emulator.cli.frame import Twin
from emulator.settings import PREFIX

# Ports: free, or taken and by whom, as ``doctor`` sees them.

_HOST = "127.0.0.1"
_SS = (5500, 5577)
_LISTENS = "0A"


def ports(port: int) -> Iterator[DoctorLine]:
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


# Folders, the store and disk space, as ``doctor`` sees them. Nothing is made or changed that stays.

_SQLITE = b"SQLite format 3\x00"
_MIB = 1 << 20
_LITTLE, _LEAST = 1024 * _MIB, 100 * _MIB


def folders(data: Path, store: Path) -> Iterator[DoctorLine]:
    """Look at where the emulator keeps things: its data folder, the store, and the folder for what is temporary."""
    yield _may_write("data", data, ("Đặt XDG_DATA_HOME.", "Set XDG_DATA_HOME to a folder you may write."))
    if store.parent != data:
        yield _may_write("store folder", store.parent, ("Đặt --store nơi khác.", "Name another --store."))
    yield _store(store)
    temporary = Path(tempfile.gettempdir())
    yield _may_write("temporary", temporary, ("Đặt TMPDIR.", "Set TMPDIR to a folder you may write."))
    yield _space(_nearest(store.parent))


def _nearest(folder: Path) -> Path:
    """Return the folder, or the closest one above it that is there."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return place


def _may_write(name: str, folder: Path, advice: tuple[str, str]) -> DoctorLine:
    place = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as trouble:
        said = f"{place}: {trouble.strerror or trouble}"
        return fail(name, (f"không ghi được {said}", f"cannot write {said}"), advice)
    made = "" if place == folder.absolute() else " (sẽ tạo / to be made)"
    return ok(name, f"ghi được {folder}{made}", f"{folder} can be written")


def _store(store: Path) -> DoctorLine:
    if store.is_dir():
        return fail(
            "store",
            (f"{store} là thư mục", f"{store} is a folder"),
            ("Đặt --store là một tệp.", "Name a file with --store."),
        )
    if not store.exists():
        return ok("store", f"{store} chưa có, sẽ được tạo", f"{store} is not there yet and will be made")
    try:
        with store.open("r+b") as file:
            is_sqlite = file.read(len(_SQLITE)) in (_SQLITE, b"")
    except OSError as trouble:
        return fail(
            "store",
            (f"không mở được {store}: {trouble.strerror}", f"cannot open {store}: {trouble.strerror}"),
            ("Sửa quyền của tệp, hoặc đặt --store khác.", "Mend its rights, or name another --store."),
        )
    if not is_sqlite:
        return fail(
            "store",
            (f"{store} không phải kho dữ liệu", f"{store} is no store"),
            ("Đặt --store là tệp khác.", "Name another file with --store."),
        )
    return _claim(store)


def _claim(store: Path) -> DoctorLine:
    size = f"{store.stat().st_size / _MIB:.1f} MiB"
    from emulator.store.store import are_shared, try_lock

    if not are_shared():
        return ok("store", f"{store}, {size}", f"{store}, {size}")
    with store.open("rb") as lock:
        is_free = try_lock(lock.fileno())
    if not is_free:
        return warn(
            "store",
            (f"{store} ({size}) đang được một máy chủ dùng", f"{store} ({size}) is in use by a server"),
            ("Máy chủ thứ hai cần --store khác.", "A second server needs another --store."),
        )
    return ok("store", f"{store}, {size}, đang rảnh", f"{store}, {size}, free")


def _space(folder: Path) -> DoctorLine:
    free = shutil.disk_usage(folder).free
    said = f"{free / _MIB:,.0f} MiB"
    advice = ("Dọn đĩa, hoặc đặt --store ở đĩa khác.", "Make room, or put --store on another disk.")
    if free < _LITTLE:
        state = fail if free < _LEAST else warn
        return state("disk", (f"chỉ còn {said} ở {folder}", f"only {said} are free at {folder}"), advice)
    return ok("disk", f"còn {said} ở {folder}", f"{said} are free at {folder}")


# ``ndxp-emulator doctor``: what on this machine stands in the emulator's way, and what to do about it.

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator doctor
  ndxp-emulator doctor --port 9090 --store ./kho.db
  ndxp-emulator doctor --json
"""
_COLOURS = {"OK": "green", "WARN": "yellow", "FAIL": "red"}


@click.command(epilog=_EXAMPLES)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8080,
    show_default=True,
    envvar=[f"{PREFIX}PORT", "PORT"],
    cls=Twin,
    help=f"Cổng định dùng. / The port you mean to use. [{PREFIX}PORT / PORT]",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    envvar=f"{PREFIX}STORE",
    help=f"Kho dữ liệu định dùng. / The store you mean to use. [{PREFIX}STORE]",
)
@click.option("--json", "as_json", is_flag=True, help="In JSON. / Print JSON.")
@click.pass_context
def doctor(context: click.Context, port: int, store: Path | None, as_json: bool) -> None:
    """Khám máy này: cổng, quyền ghi, proxy, múi giờ, phiên bản… / Look for what is in the way on this machine.

    Không thay đổi gì. Mã thoát 1 khi có dòng FAIL. / It changes nothing. Exit code 1 when a line says FAIL.
    """
    from emulator import __version__

    findings = list(_findings(port, store, context.find_root().command))
    is_well = all(finding.state != "FAIL" for finding in findings)
    if as_json:
        from emulator.cli.terminal import write_data

        document = {"version": __version__, "ok": is_well, "checks": [finding.as_dict() for finding in findings]}
        write_data(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        for finding in findings:
            _show(finding)
    raise SystemExit(0 if is_well else 1)


def _findings(port: int, store: Path | None, root: click.Command) -> Iterator[DoctorLine]:
    from emulator.cli import doctor_machine
    from emulator.settings import MEMORY, data_folder

    folder = data_folder()
    yield from doctor_machine.programs()
    yield from doctor_machine.surroundings()
    yield from doctor_machine.variables(root)
    yield from folders(folder, folder / "store.db" if store in (None, Path(MEMORY)) else store)
    yield from ports(port)


def _show(finding: DoctorLine) -> None:
    vi, en = finding.said
    click.echo(f"{click.style(f'{finding.state:5}', fg=_COLOURS[finding.state])} {finding.name:12} {vi} / {en}")
    if finding.advice:
        for line in finding.advice:
            click.echo(f"{'':18} → {line}")
