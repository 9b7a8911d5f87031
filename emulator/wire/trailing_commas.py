"""Commas before a closing bracket: the printed sample of KDL V.2 has one (K09)."""

from __future__ import annotations

import re

# A whole string is matched first, so that a comma inside one is never taken for a separator.
_ENDING = re.compile(rb",\s*[}\]]")
_PIECE = re.compile(rb'"(?:[^"\\]|\\.)*"|,(\s*[}\]])', re.DOTALL)


def strip_trailing_commas(body: bytes) -> bytes:
    """Return the text without commas that stand before ``}`` or ``]``, strings untouched."""
    if not _ENDING.search(body):
        return body
    return _PIECE.sub(lambda found: found[1] if found[1] is not None else found[0], body)
