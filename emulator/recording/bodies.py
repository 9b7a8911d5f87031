"""From the bytes of a body to a text that can be cleaned. What is no text is not kept: a file may be anybody's."""

from __future__ import annotations

import re
import zlib

from emulator.kernel.exchange import Headers
from emulator.recording.session import Content, Omission

MOST_UNPACKED = 20 * 1024 * 1024
_TEXTUAL = re.compile(r"json|xml|text/|x-www-form-urlencoded|javascript|html|csv", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def content_of(headers: Headers, body: bytes | str | None, size: int, omitted: Omission | None = None) -> Content:
    """Return the content of a body; None stands for one that is not there, because it was too large unless told."""
    if body is None:
        return Content(None, size, omitted or "large")
    if not body:
        return Content("", size)
    told = {name.lower(): value for name, value in headers}
    content_type = told.get("content-type", "")
    if content_type.lower().startswith("multipart/"):
        return Content(None, size, "multipart")
    if isinstance(body, str):
        text = _told_text(body, content_type)
    else:
        plain = _unpack(body, told.get("content-encoding", "identity").strip().lower())
        text = None if plain is None else _text(plain, content_type)
    return Content(None, size, "binary") if text is None else Content(text, size)


def _unpack(body: bytes, coding: str) -> bytes | None:
    """Return a body without its coding; None when that is unknown, broken, or unpacks to more than the limit."""
    if coding in ("", "identity"):
        return body
    for bits in {"gzip": (47,), "x-gzip": (47,), "deflate": (15, -15)}.get(coding, ()):
        machine = zlib.decompressobj(bits)
        try:
            plain = machine.decompress(body, MOST_UNPACKED)
        except zlib.error:
            continue
        return plain if machine.eof and not machine.unconsumed_tail else None
    return None


def _text(body: bytes, content_type: str) -> str | None:
    charset = _CHARSET.search(content_type)
    try:
        return _told_text(body.decode(charset[1] if charset else "utf-8"), content_type)
    except (LookupError, UnicodeDecodeError):
        return None


def _told_text(text: str, content_type: str) -> str | None:
    is_file = bool(content_type) and not _TEXTUAL.search(content_type)
    return None if is_file or _CONTROL.search(text) else text
