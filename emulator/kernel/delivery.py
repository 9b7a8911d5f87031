"""How a reply leaves: at once or late, whole or badly, from memory or from a file; and how a file gets to its place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Literal

from emulator.kernel.values import value_class

Misdelivery = Literal["empty", "reset", "cut", "bad-chunk", "noise", "drip", "hang"]


@value_class
class Delivery:
    """How a reply leaves: whole and at once, or ``delay_s`` real seconds after it was written down, or badly.

    ``fault``: ``empty`` closes without a byte, ``reset`` breaks the connection (RST), ``cut`` closes after ``size``
    bytes of the body, ``bad-chunk`` sends the head and a chunk that is none, ``noise`` sends ``noise`` instead of HTTP,
    ``drip`` sends ``size`` bytes at a time with ``pause_s`` between, ``hang`` sends nothing until the client leaves.
    A ``cut`` body may drip as well, ``piece`` bytes at a time, and end in an RST (``resets``).
    """

    delay_s: float = 0.0
    fault: Misdelivery | None = None
    size: int = 0
    pause_s: float = 0.0
    noise: bytes = b""
    piece: int = 0
    resets: bool = False

    def as_dict(self) -> dict[str, int | str]:
        """Return the journal form of a bad delivery, empty for a good one."""
        if self.fault is None:
            return {}
        told: dict[str, int | str] = {"fault": self.fault}
        if self.fault in ("cut", "drip"):
            told["size"] = self.size
        if self.piece:
            told["piece"] = self.piece
        if self.pause_s:
            told["pause_ms"] = round(self.pause_s * 1000)
        if self.resets:
            told["ending"] = "reset"
        return told


AT_ONCE = Delivery()


_CHUNK = 262_144


@value_class
class FileBody:
    """A body that is sent from a file in pieces, so that its size costs no memory.

    ``source`` is a path, or an open file that vanishes when it is closed. ``digest`` (``sha256:<hex>``) is that of
    the ``length`` bytes from ``offset`` on: of what is sent.
    """

    source: Path | BinaryIO
    offset: int
    length: int
    digest: str

    def close(self) -> None:
        """Let go of a body that will not be sent."""
        if not isinstance(self.source, Path):
            self.source.close()

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in pieces; closes the file at the end. Raises OSError when it cannot be read."""
        with self.source.open("rb") if isinstance(self.source, Path) else self.source as stream:
            stream.seek(self.offset)
            left = self.length
            while left and (chunk := stream.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk


# A file is written whole or not at all: as a draft beside its place, which it takes when all is there.
#
# Whoever is stopped in the middle (Ctrl-C, a full disk) leaves what was there before, and no draft. Whoever is killed
# leaves a draft, which the next process of that number removes; nobody reads it.

_KEPT = getattr(os, "O_CLOEXEC", 0)
OPEN, SECRET = 0o666, 0o600
"""The mode of a file: as the umask leaves it, or for nobody but its owner."""


def write_whole(place: Path, content: bytes, mode: int = OPEN, *, is_new: bool = False) -> None:
    """Write a file, or replace the one that is there, and its mode with it.

    Raises:
        FileExistsError: ``is_new``, and there is one.
        OSError: it cannot be written.
    """
    with draft_beside(place, mode) as (draft, stream):
        stream.write(content)
        stream.close()
        if is_new:
            os.link(draft, place)
        else:
            draft.replace(place)


@contextmanager
def draft_beside(place: Path, mode: int = OPEN) -> Iterator[tuple[Path, IO[bytes]]]:
    """Open a draft beside a place, to be put there by whoever has written it; it is gone when that does not happen."""
    draft = place.with_name(f".{place.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)  # of a process of that number that was killed
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _KEPT, mode), "wb") as stream:
            yield draft, stream
    finally:
        draft.unlink(missing_ok=True)
