"""A request in the form in which nearly every client sends it, and its reply, both without a server between.

A request of this form is read in one look; whatever has another form, be it right or wrong, is left to gunicorn, which
reads these requests alike (``tests/server/test_common_request.py`` holds the two against each other).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from gunicorn.asgi.protocol import _get_cached_status_line, _scan_response_headers
from gunicorn.http.errors import InvalidResponseHeader, InvalidResponseHeaderName

from emulator.kernel.delivery import AT_ONCE, FileBody
from emulator.kernel.exchange import Call, Headers, Reply
from emulator.server.bad_bytes import OWN_PREFIX, header_value, read_target

_END = b"\r\n\r\n"
_LONGEST_HEAD, _MOST_LINES = 8_000, 100  # far from what gunicorn still takes
_LARGEST_BODY = 64 * 1024
_METHODS = frozenset({"GET", "POST"})
_NAME = re.compile(r"[A-Za-z0-9-]{1,60}", re.ASCII)
_LENGTH = re.compile(r"[0-9]{1,6}", re.ASCII)
# What changes how a request is framed, or whom a proxy speaks for, is read with more care than there is here.
_SPECIAL = frozenset(
    {"transfer-encoding", "upgrade", "expect", "te", "trailer", "http2-settings", "proxy-connection", "keep-alive"}
    | {"x-forwarded-proto", "x-forwarded-protocol", "x-forwarded-ssl", "forwarded"}
)
_ONCE = frozenset({"host", "content-type", "content-length", "connection"})
_FRAMING = frozenset({"connection", "transfer-encoding", "server"})
_BODILESS = (204, 304)
_LARGEST_FILE = 256 * 1024  # a larger one leaves in pieces, as fast as its reader takes them


class CommonRequest(NamedTuple):
    """The head of a request; header names are lower case. ``size`` is that of the head, ``length`` the body's."""

    method: str
    target: str
    headers: Headers
    size: int
    length: int

    def call(self, body: bytes, scheme: str, client_ip: str) -> Call | None:
        """Return the call that it makes; None for one of the emulator's own pages."""
        target = read_target(self.target)
        if target.path.startswith(OWN_PREFIX):
            return None
        host = next((value for name, value in self.headers if name == "host"), "")
        return Call(
            self.method, target.path, target.query, self.headers, body, len(body), target.text, host, scheme, client_ip
        )


def read_common(data: bytes) -> CommonRequest | None:
    """Return the head that stands at the beginning of what came; None when it is not complete, or of another form."""
    size = data.find(_END, 0, _LONGEST_HEAD)
    if size < 0:
        return None
    try:
        first, *lines = data[:size].decode("ascii").split("\r\n")
    except UnicodeDecodeError:
        return None
    method, _, rest = first.partition(" ")
    target, _, version = rest.partition(" ")
    if method not in _METHODS or version != "HTTP/1.1" or not target.startswith("/") or not first.isprintable():
        return None
    found = _read_headers(lines) if len(lines) <= _MOST_LINES else None
    return CommonRequest(method, target, *found[:1], size + len(_END), found[1]) if found else None


def _read_headers(lines: list[str]) -> tuple[Headers, int] | None:
    """Return the headers and the length of the body that they tell."""
    headers: list[tuple[str, str]] = []
    once: dict[str, str] = {}
    for line in lines:
        raw, _, value = line.partition(": ")
        name = _name_of(raw)
        if not name or not value.isprintable() or value.strip() != value:
            return None
        if name in _ONCE:
            if name in once:
                return None
            once[name] = value
        headers.append((name, value))
    length = once.get("content-length", "0")
    if not _LENGTH.fullmatch(length) or once.get("connection", "keep-alive").lower() != "keep-alive":
        return None
    return (tuple(headers), int(length)) if int(length) <= _LARGEST_BODY else None


@lru_cache(512)
def _name_of(raw: str) -> str:
    """Return a header's name in lower case; empty for one that needs care."""
    name = raw.lower()
    return name if _NAME.fullmatch(raw) and name not in _SPECIAL else ""


def reply_bytes(reply: Reply) -> bytes | None:
    """Return a reply to such a request as gunicorn would send it; None for one that leaves another way."""
    if reply.delivery != AT_ONCE or reply.status in _BODILESS or reply.status < 200:
        return None
    if reply.file and (reply.file.length > _LARGEST_FILE or not isinstance(reply.file.source, Path)):
        return None
    lines = [_header_line(name, value) for name, value in reply.headers]
    names = {name.lower() for name, _ in reply.headers}
    if None in lines or "date" not in names or names & _FRAMING or (reply.file and "content-length" not in names):
        return None
    body = _read_small(reply.file) if reply.file else reply.body
    if "content-length" in names:
        if reply.header("content-length") != str(len(body)):
            return None
        framing = _END[2:]
    else:
        framing = b"Transfer-Encoding: chunked\r\n\r\n" + (b"%x\r\n" % len(body) if body else b"")
        body = (body + b"\r\n0\r\n\r\n") if body else b"0\r\n\r\n"
    return b"".join((_get_cached_status_line((1, 1), reply.status), *filter(None, lines), framing, body))


def _read_small(file: FileBody) -> bytes:
    """Return the bytes of a file; fewer than it has where it cannot be read, which is then gunicorn's to find."""
    try:
        return b"".join(file.chunks())
    except OSError:
        return b""


@lru_cache(2048)
def _header_line(name: str, value: str) -> bytes | None:
    """Return a line of a head; None for one that gunicorn refuses to send."""
    pair = (name.encode("latin-1"), header_value(value).encode("latin-1"))
    try:
        _scan_response_headers([pair])
    except (InvalidResponseHeader, InvalidResponseHeaderName):
        return None
    return b"%s: %s\r\n" % pair
