"""Key pairs and access tokens. A token belongs to the epoch it was issued in."""

from __future__ import annotations

import base64
import binascii

from emulator.store import sandbox_rows, token_rows
from emulator.store.sandbox_rows import CredentialRow as Credential
from emulator.store.store import Store
from emulator.store.token_rows import TokenRow as Token

__all__ = ["Credential", "Keyring", "Token", "basic_pair", "bearer_word"]


class Keyring:
    """All keys and tokens of a store; whoever asks checks that they belong to the right sandbox."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def credential(self, consumer_key: str) -> Credential | None:
        """Return a key pair."""
        return sandbox_rows.credential(self._store, consumer_key)

    def token(self, text: str) -> Token | None:
        """Return a token."""
        return token_rows.get(self._store, text)

    def key_of(self, sandbox_no: int, kind: str) -> str:
        """Return the consumer key of one kind of a sandbox's pairs, empty when it has none."""
        pairs = sandbox_rows.credentials_of(self._store, sandbox_no)
        return next((pair.consumer_key for pair in pairs if pair.kind == kind), "")

    def latest(self, home: tuple[int, int], consumer_key: str, scope: str) -> Token | None:
        """Return the newest unrevoked token of a key and scope in a sandbox's epoch."""
        return token_rows.latest(self._store, home, consumer_key, scope)

    def add(self, token: Token) -> None:
        """Keep a new token. The world must be held."""
        token_rows.add(self._store, token)

    def end(self, text: str, at_ms: int) -> None:
        """Let a token end at a virtual instant, whatever its life was to be. The world must be held."""
        token_rows.end(self._store, text, at_ms)

    def revoke(self, text: str) -> None:
        """Revoke a token. The world must be held."""
        token_rows.revoke(self._store, text)


# What an ``Authorization`` header holds, as WSO2 reads it (src:apim-token-errors, src:apim-security-codes).


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
