"""What the room of published descriptions hands to the admin API."""

from __future__ import annotations

from typing import NamedTuple


class Page(NamedTuple):
    """Ready bytes, their media type, and the headers that go with them."""

    content: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
