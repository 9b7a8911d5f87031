"""Digests of files, reckoned once per file and part as long as it does not change."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

_CHUNK = 1 << 20


def digest_of(path: Path, offset: int, length: int) -> str:
    """Return ``sha256:<hex>`` of a part of a file."""
    status = path.stat()
    return _digest(path, status.st_mtime_ns, status.st_size, offset, length)


@lru_cache(maxsize=4096)
def _digest(path: Path, _mtime_ns: int, _size: int, offset: int, length: int) -> str:
    reckoning = hashlib.sha256()
    with path.open("rb") as stream:
        stream.seek(offset)
        while length and (chunk := stream.read(min(_CHUNK, length))):
            length -= len(chunk)
            reckoning.update(chunk)
    return "sha256:" + reckoning.hexdigest()
