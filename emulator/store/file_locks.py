"""Locks on files: between processes where the system has ``flock``, between the threads of one process elsewhere.

On plain Windows a store is served by one process, which claims it for itself (``claim_alone``): there the locks below
have to keep nothing but that process's threads apart.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

try:
    from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock

    _HAS_FLOCK = True
except ImportError:  # plain Windows
    _HAS_FLOCK = False

OPEN_LOCK = os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0)
_holders: dict[tuple[int, int], int] = {}
_one_at_a_time = threading.Lock()


class ClaimTaken(Exception):
    """Another process holds it."""


def are_shared() -> bool:
    """Tell whether a lock keeps other processes out, so that several may serve one store."""
    return _HAS_FLOCK and hasattr(os, "fork")


def try_lock(descriptor: int) -> bool:
    """Lock an open file at once, if nobody else holds it; tell whether that was so."""
    if not _HAS_FLOCK:
        return _try_lock_here(descriptor)
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(descriptor: int) -> None:
    """Let a file go. Do so before it is closed."""
    if _HAS_FLOCK:
        flock(descriptor, LOCK_UN)
        return
    place = _place_of(descriptor)
    with _one_at_a_time:
        if _holders.get(place) == descriptor:
            del _holders[place]


def _try_lock_here(descriptor: int) -> bool:
    place = _place_of(descriptor)
    with _one_at_a_time:
        return _holders.setdefault(place, descriptor) == descriptor


def _place_of(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


@contextlib.contextmanager
def claim_alone(path: Path) -> Iterator[None]:
    """Hold ``PATH.claim`` against other processes on a system without ``flock``; nothing to do on others.

    Raises:
        ClaimTaken: another process holds it.
        ImportError: the extra that brings the locks is not installed.
    """
    if _HAS_FLOCK:
        yield
        return
    from filelock import FileLock, Timeout

    lock = FileLock(f"{path}.claim")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ClaimTaken from None
    try:
        yield
    finally:
        lock.release()
