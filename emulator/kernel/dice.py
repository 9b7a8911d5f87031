"""Luck and identity, drawn from the sandbox and never from the system."""

from __future__ import annotations

import hashlib
import uuid
from random import Random

_KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"


def draw(*parts: object) -> bytes:
    """Return 32 bytes that depend on the parts alone."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()


def random_for(*parts: object) -> Random:
    """Return a generator seeded by the parts, whichever worker asks."""
    return Random(int.from_bytes(draw(*parts)))


def name_uuid(*parts: object) -> str:
    """Return a version 3 UUID, as WSO2 builds its opaque tokens (src:apim-token-issue)."""
    return str(uuid.UUID(bytes=hashlib.md5(draw(*parts), usedforsecurity=False).digest(), version=3))


def consumer_text(*parts: object) -> str:
    """Return 28 characters that end in ``a``, as consumer keys and secrets look (src:apim-key-types)."""
    picks = random_for(*parts)
    return "".join(picks.choices(_KEY_ALPHABET, k=27)) + "a"
