"""What an ``Authorization`` header holds, as WSO2 reads it (src:apim-token-errors, src:apim-security-codes)."""

from __future__ import annotations

import base64
import binascii


def bearer_word(value: str) -> str:
    """Return the token in a header value, empty when there is none (src:apim-security-codes).

    The value is split on commas, then on spaces; ``Bearer`` is case-sensitive; quotes around the token are dropped.
    """
    for part in value.split(","):
        words = part.split()
        if "Bearer" in words[:-1]:
            return words[words.index("Bearer") + 1].strip("\"'")
    return ""


def basic_pair(encoded: str) -> tuple[str, str]:
    """Return (key, secret) of a Basic credential, empty texts when it cannot be read."""
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    key, colon, secret = text.partition(":")
    return (key, secret) if colon else ("", "")
