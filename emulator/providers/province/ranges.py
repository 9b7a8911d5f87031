"""One byte range of a file (RFC 9110 §14)."""

from __future__ import annotations

import re
from typing import NamedTuple


class Slice(NamedTuple):
    """``length`` bytes from ``offset`` on."""

    offset: int
    length: int


NO_RANGE = Slice(-1, 0)
_ONE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


def read_range(header: str | None, size: int) -> Slice | None:
    """Return the part that is asked for; NO_RANGE for the whole file; None when the range cannot be satisfied.

    A header that is malformed or asks for several ranges is ignored, as RFC 9110 lets a server do.
    """
    found = _ONE.fullmatch((header or "").replace(" ", ""))
    if not found or not any(found.groups()):
        return NO_RANGE
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return Slice(size - length, length) if length else None
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return NO_RANGE
    return Slice(start, end - start + 1) if start < size else None
