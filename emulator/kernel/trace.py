"""The header ``traceparent`` (W3C Trace Context, level 1): whose work a call is part of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.+)?", re.ASCII)
_SIZE = 55


def traceparent_of(headers: Iterable[Sequence[str]]) -> str | None:
    """Return the traceparent among (lower-case name, value) pairs; None when there is none, several, or a wrong one.

    Version 00 has exactly four parts; a later one may have more.
    """
    values = [value for name, value in headers if name == "traceparent"]
    if len(values) != 1 or not _FORM.fullmatch(values[0]):
        return None
    return None if values[0].startswith("00-") and len(values[0]) != _SIZE else values[0]
