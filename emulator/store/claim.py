"""One server per store: a lock on the file itself, whatever names lead to it, held as long as the arbiter lives.

Beside it a small file says how the last server left: after a clean stop it names the store as it was left, so that
the next start knows whether to read the whole file for damage first.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from emulator.store.sqlite import make_private, refuse_plain_windows
from emulator.store.store import StoreTrouble

try:
    import fcntl
except ImportError:  # plain Windows, where no store is claimed
    fcntl = None  # type: ignore[assignment]


class Claim:
    """A store file that nobody else may use; ``was_left_clean`` tells how its last holder ended."""

    def __init__(self, path: Path) -> None:
        self._path, self._mark = path, Path(f"{path}.server")
        self.was_left_clean = self._is_as_left()
        self._mark.write_text("")

    def _is_as_left(self) -> bool:
        if not self._path.stat().st_size:
            return True
        try:
            return self._mark.read_text() == _stamp(self._path)
        except (OSError, UnicodeDecodeError):
            return False

    def leave_clean(self) -> None:
        """Write down that the store is whole as it is now."""
        if not Path(f"{self._path}-wal").exists():
            with contextlib.suppress(OSError):  # a store that was removed, a full disk: the next start looks
                self._mark.write_text(_stamp(self._path))


@contextlib.contextmanager
def claim_store(path: Path) -> Iterator[Claim]:
    """Hold a store for one process and its forks.

    Forked workers share the lock's description, so a store whose arbiter was killed is free again when its workers
    have noticed and gone, within about a second. The lock is on the file's inode: a hard link, a symbolic link or a
    second mount is the same store.

    Raises:
        StoreTrouble: another server holds it, or the folder cannot be used.
    """
    refuse_plain_windows()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_private(path)
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as trouble:
        raise StoreTrouble(
            f"Không mở được kho dữ liệu {path}: {trouble}. / Cannot open the store {path}: {trouble}."
        ) from trouble
    # Closing it would take away SQLite's own locks of this process: it stays open as long as the claim.
    try:
        _lock(descriptor, path)
        make_private(Path(f"{path}.server"))
        yield Claim(path)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreTrouble(
            f"Kho dữ liệu {path} đang được một trình giả lập khác dùng; hãy dừng nó hoặc dùng --store khác. / "
            f"The store {path} is in use by another emulator: stop that one, or name another --store."
        ) from None


def _stamp(path: Path) -> str:
    found = path.stat()
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"
