"""The request target, read once and the same way by both doors."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

OWN_PREFIX = "/__"


class Target(NamedTuple):
    """A request target: ``path`` percent-decoded exactly once, ``query`` as sent, ``host`` of an absolute form."""

    path: str
    query: str
    host: str | None


def read_target(raw: str) -> Target:
    """Take a request target apart (RFC 9112 3.2).

    ``//``, ``;`` and ``+`` mean nothing special in a path; ``%2F`` becomes ``/``; bytes that are no
    UTF-8 become U+FFFD.
    """
    host = None
    if not raw.startswith("/") and "://" in raw:
        host, slash, rest = raw.partition("://")[2].partition("/")
        raw = slash + rest or "/"
    path, _, query = raw.partition("?")
    return Target(unquote(path), query, host)


def is_own(path: str) -> bool:
    """Tell whether a path is the emulator's own (admin, console) and no service's."""
    return path.startswith(OWN_PREFIX)
