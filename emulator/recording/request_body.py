"""The body of a call on its way to the platform: read once, in pieces, and kept as far as the limit goes."""

from __future__ import annotations

from email.message import Message
from io import BufferedIOBase

_LONGEST_LINE = 4096


class TooLarge(Exception):
    """The body is over the limit."""


class NoBody(Exception):
    """The framing of the body is broken."""


class Incoming:
    """A body; ``kept`` is None once it has grown over what may be kept. ``trouble`` is what broke its reading."""

    def __init__(self, stream: BufferedIOBase, length: int | None, limit: int, keep_limit: int) -> None:
        self.length, self._stream, self._limit, self._keep_limit = length, stream, limit, keep_limit
        self._left, self._is_over = length or 0, False
        self._kept = bytearray()
        self.size = 0
        self.trouble: Exception | None = None

    @property
    def whole_body(self) -> bytes | None:
        """Return the whole body, or None when it was too large to keep."""
        return bytes(self._kept) if self.size <= self._keep_limit else None

    @property
    def is_read(self) -> bool:
        """Tell whether nothing of it is still on the line."""
        return not self._left if self.length is not None else self._is_over

    def read(self, size: int = 65_536) -> bytes:
        """Return the next piece.

        Raises:
            OSError: the client left, or broke the framing, or sent too much; ``trouble`` says which.
        """
        piece = self._read_sized(size) if self.length is not None else self._read_chunked(size)
        self.size += len(piece)
        if self.size > self._limit:
            self.trouble = TooLarge()
            raise OSError("too large")
        if self.size <= self._keep_limit:
            self._kept += piece
        return piece

    def _read_sized(self, size: int) -> bytes:
        piece = self._stream.read(min(size, self._left)) if self._left else b""
        if self._left and not piece:
            self.trouble = NoBody()
            raise OSError("cut short")
        self._left -= len(piece)
        return piece

    def _read_chunked(self, size: int) -> bytes:
        if self._is_over:
            return b""
        if not self._left:
            self._left = self._chunk_size()
        if not self._left:
            self._is_over = True
            while self._stream.readline(_LONGEST_LINE).strip():  # trailers are not passed on
                continue
            return b""
        piece = self._stream.read(min(size, self._left))
        self._left -= len(piece)
        if not piece or (not self._left and self._stream.read(2) != b"\r\n"):
            self.trouble = NoBody()
            raise OSError("bad chunk")
        return piece

    def _chunk_size(self) -> int:
        line = self._stream.readline(_LONGEST_LINE).split(b";")[0].strip()
        try:
            if not line or not all(each in b"0123456789abcdefABCDEF" for each in line):
                raise ValueError(line)
            return int(line, 16)
        except ValueError:
            self.trouble = NoBody()
            raise OSError("bad chunk") from None


def incoming(headers: Message, stream: BufferedIOBase, limit: int, keep_limit: int) -> Incoming | None:
    """Return the body of a call, or None when it has none.

    Raises:
        NoBody: two framings, or a length that is none (RFC 9112 6.3).
        TooLarge: its length is over the limit.
    """
    codings, lengths = headers.get_all("Transfer-Encoding", []), headers.get_all("Content-Length", [])
    if codings:
        if lengths or [each.strip().lower() for each in codings] != ["chunked"]:
            raise NoBody
        return Incoming(stream, None, limit, keep_limit)
    if not lengths:
        return None
    if len(set(lengths)) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
        raise NoBody
    length = int(lengths[0])
    if length > limit:
        raise TooLarge
    return Incoming(stream, length, limit, keep_limit) if length else None
