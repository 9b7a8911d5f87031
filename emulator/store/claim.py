"""One server per store: an advisory lock on a file beside it, held by the arbiter as long as it lives."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from emulator.store.sqlite import StoreTrouble, refuse_plain_windows

try:
    import fcntl
except ImportError:  # plain Windows, where no store is claimed
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def claim_store(path: Path) -> Iterator[None]:
    """Hold a store for one server.

    Forked workers share the lock's description, so a store whose arbiter was killed is free again when its workers
    have noticed and gone, within about a second.

    Raises:
        StoreTrouble: another server holds it, or the folder cannot be used.
    """
    refuse_plain_windows()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(f"{path}.server", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as trouble:
        raise StoreTrouble(
            f"Không mở được kho dữ liệu {path}: {trouble}. / Cannot open the store {path}: {trouble}."
        ) from trouble
    try:
        _lock(descriptor, path)
        yield
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
