"""The request target, read once and the same way by both doors."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

OWN_PREFIX = "/__"


class Target(NamedTuple):
    """A request target.

    ``path`` is percent-decoded exactly once, ``query`` and ``text`` (the whole) are as sent, ``host`` is that of an
    absolute form.
    """

    path: str
    query: str
    host: str | None
    text: str


def read_target(raw: str) -> Target:
    """Take a request target apart (RFC 9112 3.2). ``raw`` holds a byte a character, as both servers hand it over.

    ``//``, ``;`` and ``+`` mean nothing special in a path; ``%2F`` becomes ``/``; percent-encoded bytes that are no
    UTF-8 become U+FFFD. Raw bytes outside ASCII, which no URL may hold, are read as the UTF-8 they are (K23).
    """
    text = whole = letters_of(raw)
    host = None
    if not text.startswith("/") and "://" in text:
        host, slash, rest = text.partition("://")[2].partition("/")
        text = slash + rest or "/"
    path, _, query = text.partition("?")
    return Target(unquote(path), query, host, whole)


def letters_of(raw: str) -> str:
    """Return the letters of a text that a server handed over a byte a character, when they are UTF-8."""
    if raw.isascii():
        return raw
    try:
        return raw.encode("latin-1").decode()
    except UnicodeError:  # letters already, or bytes of another encoding: kept as they came
        return raw


def is_own(path: str) -> bool:
    """Tell whether a path is the emulator's own (admin, console) and no service's."""
    return path.startswith(OWN_PREFIX)
