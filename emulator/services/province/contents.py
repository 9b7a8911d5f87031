"""Where the bytes of a hosted file come from: the pack's folder, what somebody uploaded, or made at every reading."""

from __future__ import annotations

import base64
import hashlib
import io
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from emulator.country.pack_files import BadPath, path_within
from emulator.country.records import HostedFile
from emulator.country.world import World
from emulator.kernel.exchange import FileBody

_CHUNK = 1 << 20


class HostedContent(NamedTuple):
    """The whole bytes of a file, as a source that parts are sent from; ``path`` when they lie on disk."""

    size: int
    path: Path | None = None
    stream: BinaryIO | None = None
    made_size: int = 0

    @property
    def tag(self) -> str:
        """Return the entity tag: the same bytes have the same one, on every machine."""
        if self.path:
            digest = digest_of(self.path, 0, self.size)
        elif self.made_size:
            digest = _made_digest(self.made_size, 0, self.made_size)
        else:
            digest = _digest_of_stream(self.stream or cast("BinaryIO", io.BytesIO()), 0, self.size)
        return f'"{digest.removeprefix("sha256:")[:16]}"'

    def part(self, offset: int, length: int) -> FileBody:
        """Return a part of the file as a body."""
        if self.path:
            return FileBody(self.path, offset, length, digest_of(self.path, offset, length))
        if self.made_size:
            return FileBody(
                _open_binary(MadePdf(self.made_size)), offset, length, _made_digest(self.made_size, offset, length)
            )
        stream = self.stream or cast("BinaryIO", io.BytesIO())
        return FileBody(stream, offset, length, _digest_of_stream(stream, offset, length))


def content_of(hosted: HostedFile, world: World) -> HostedContent | None:
    """Return the bytes of a hosted file; None when they lie nowhere in the pack, whatever a state or scenario names."""
    if hosted.made_size:
        return HostedContent(int(hosted.made_size), made_size=int(hosted.made_size))
    if hosted.text or hosted.content:
        body = base64.b64decode(hosted.content) if hosted.content else hosted.text.encode()
        return HostedContent(len(body), stream=cast("BinaryIO", io.BytesIO(body)))
    try:
        path = path_within(world.pack.folders, hosted.file)
    except BadPath:
        return None
    return HostedContent(path.stat().st_size, path)


# Digests, reckoned once per file and part as long as it does not change.


def digest_of(path: Path, offset: int, length: int) -> str:
    """Return ``sha256:<hex>`` of a part of a file."""
    status = path.stat()
    return _digest(path, status.st_mtime_ns, status.st_size, offset, length)


@lru_cache(maxsize=4096)
def _digest(path: Path, _mtime_ns: int, _size: int, offset: int, length: int) -> str:
    with path.open("rb") as stream:
        return _digest_of_stream(stream, offset, length)


@lru_cache(maxsize=256)
def _made_digest(size: int, offset: int, length: int) -> str:
    return _digest_of_stream(_open_binary(MadePdf(size)), offset, length)


def _digest_of_stream(stream: BinaryIO, offset: int, length: int) -> str:
    reckoning = hashlib.sha256()
    stream.seek(offset)
    while length and (chunk := stream.read(min(_CHUNK, length))):
        length -= len(chunk)
        reckoning.update(chunk)
    return "sha256:" + reckoning.hexdigest()


# A PDF of any size that takes no room: a page of a scan whose bytes are counted out when they are read.

_LINE = 64
_HEAD = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
_PAGE = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
LEAST_MADE = 4096


class MadePdf(io.RawIOBase):
    """A PDF of ``size`` bytes: one empty page and an attached scan, the same bytes every time."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size, self._at = size, 0
        self._tail = _tail(self._scan_length(size))
        self._front = _HEAD + _PAGE + _scan_head(self._scan_length(size))

    @staticmethod
    def _scan_length(size: int) -> int:
        """Return how many bytes are left for the scan; head and tail are as long as their numbers make them."""
        length = size - LEAST_MADE // 2
        for _ in range(4):
            around = len(_HEAD + _PAGE + _scan_head(length)) + len(_tail(length))
            length = size - around
        return length

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read from anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return the bytes from here on."""
        end = self._size if size < 0 else min(self._size, self._at + size)
        piece = self._bytes(self._at, end)
        self._at = max(self._at, end)
        return piece

    def _bytes(self, start: int, end: int) -> bytes:
        front, tail_at = len(self._front), self._size - len(self._tail)
        scan = b""
        if start < tail_at and end > front:
            first, last = max(start, front) - front, min(end, tail_at) - front
            lines = b"".join(b"%063d\n" % number for number in range(first // _LINE, last // _LINE + 1))
            scan = lines[first % _LINE : first % _LINE + last - first]
        before = self._front[start:end] if start < front else b""
        after = self._tail[max(0, start - tail_at) : end - tail_at] if end > tail_at else b""
        return before + scan + after


def _scan_head(length: int) -> bytes:
    return b"4 0 obj<</Length %d>>stream\n" % length


def _tail(scan_length: int) -> bytes:
    pages = (len(b"%PDF-1.4\n"), _HEAD.index(b"2 0 obj"), len(_HEAD), len(_HEAD + _PAGE))
    table = b"".join(b"%010d 00000 n \n" % at for at in pages)
    xref_at = len(_HEAD + _PAGE + _scan_head(scan_length)) + scan_length + len(b"\nendstream endobj\n")
    trailer = b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % xref_at
    return b"\nendstream endobj\nxref\n0 5\n0000000000 65535 f \n" + table + trailer


def _open_binary(stream: io.RawIOBase) -> BinaryIO:
    return cast("BinaryIO", stream)
