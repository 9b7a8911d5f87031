"""Folders, the store and disk space, as ``doctor`` sees them. Nothing is made or changed that stays."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from emulator.cli.findings import Finding, fail, ok, warn

_SQLITE = b"SQLite format 3\x00"
_MIB = 1 << 20
_LITTLE, _LEAST = 1024 * _MIB, 100 * _MIB


def folders(data: Path, store: Path) -> Iterator[Finding]:
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


def _may_write(name: str, folder: Path, advice: tuple[str, str]) -> Finding:
    place = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as trouble:
        said = f"{place}: {trouble.strerror or trouble}"
        return fail(name, (f"không ghi được {said}", f"cannot write {said}"), advice)
    made = "" if place == folder.absolute() else " (sẽ tạo / to be made)"
    return ok(name, f"ghi được {folder}{made}", f"{folder} can be written")


def _store(store: Path) -> Finding:
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


def _claim(store: Path) -> Finding:
    size = f"{store.stat().st_size / _MIB:.1f} MiB"
    try:
        import fcntl

        with Path(f"{store}.server").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return warn(
            "store",
            (f"{store} ({size}) đang được một máy chủ dùng", f"{store} ({size}) is in use by a server"),
            ("Máy chủ thứ hai cần --store khác.", "A second server needs another --store."),
        )
    except (ImportError, OSError):  # no such locks here, or no server has ever held the store
        return ok("store", f"{store}, {size}", f"{store}, {size}")
    return ok("store", f"{store}, {size}, đang rảnh", f"{store}, {size}, free")


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    said = f"{free / _MIB:,.0f} MiB"
    advice = ("Dọn đĩa, hoặc đặt --store ở đĩa khác.", "Make room, or put --store on another disk.")
    if free < _LITTLE:
        state = fail if free < _LEAST else warn
        return state("disk", (f"chỉ còn {said} ở {folder}", f"only {said} are free at {folder}"), advice)
    return ok("disk", f"còn {said} ở {folder}", f"{said} are free at {folder}")
