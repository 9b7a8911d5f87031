"""Ten thousand bundles with one other byte each: how many a verification notices, and what one costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib import import_module
from random import Random

from emulator.certification.bundle.archive import unzip_files, zip_files
from emulator.certification.bundle.verify import verify

CHANGES, REZIPPED = 10_000, 300


def tampering() -> Iterator[str]:
    """One byte of the zip; then one byte of a file in it, zipped again, so that the zip itself has nothing to say."""
    # the tests are not typed, and only they know how to play an attempt without a port
    bundle: Callable[[str], bytes] = import_module("tests.certification.packed").bundle
    for level in ("L0", "L3"):
        raw, luck = bundle(level), Random(2025)
        unseen = sum(verify(_other_byte(raw, luck)).is_good for _ in range(CHANGES))
        yield _row(f"{level}, a byte of {len(raw):,}", CHANGES, unseen)
        files = unzip_files(raw)
        names = sorted(files) * (REZIPPED // len(files) + 1)
        again = ({**files, name: _other_byte(files[name], luck)} for name in names[:REZIPPED])
        yield _row(f"{level}, a byte of a file", REZIPPED, sum(verify(zip_files(each)).is_good for each in again))
        began = time.perf_counter()
        verify(raw)
        yield f"| {level}, verify, warm | {(time.perf_counter() - began) * 1000:.0f} ms |  |  | ≤ 2 s |"


def _row(name: str, changed: int, unseen: int) -> str:
    return f"| {name} | {changed:,} changed | {changed - unseen:,} noticed | {unseen} not | 0 |"


def _other_byte(content: bytes, luck: Random) -> bytes:
    at = luck.randrange(len(content))
    return content[:at] + bytes([content[at] ^ luck.randrange(1, 256)]) + content[at + 1 :]
