"""Rows of ``tokens``. Times are virtual instants of the sandbox."""

from __future__ import annotations

from typing import NamedTuple

from emulator.store.store import Store


class TokenRow(NamedTuple):
    """One access token; ``expires_at`` is None for one that never expires."""

    token: str
    sandbox_no: int
    epoch: int
    consumer_key: str
    kind: str
    scope: str
    issued_at: int
    expires_at: int | None
    is_revoked: int


REPLACING = "ON CONFLICT (token) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in TokenRow._fields if name != "token"
)


def get(store: Store, token: str) -> TokenRow | None:
    """Return a token, whoever it belongs to."""
    row = store.one("SELECT * FROM tokens WHERE token = ?", (token,))
    return TokenRow(*row) if row else None


def latest(store: Store, home: tuple[int, int], consumer_key: str, scope: str) -> TokenRow | None:
    """Return the newest unrevoked token of a key and scope; of those of one instant, the one that lasts longest."""
    row = store.one(
        "SELECT * FROM tokens WHERE sandbox_no = ? AND epoch = ? AND consumer_key = ? AND scope = ?"
        " AND is_revoked = 0 ORDER BY issued_at DESC, expires_at IS NULL DESC, expires_at DESC LIMIT 1",
        (*home, consumer_key, scope),
    )
    return TokenRow(*row) if row else None


def add(store: Store, row: TokenRow) -> None:
    """Add a token; one of an ended epoch with the same text is replaced."""
    store.run(f"INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) {REPLACING}", row)


def end(store: Store, token: str, at_ms: int) -> None:
    """Let a token end at a virtual instant, whatever its life was to be."""
    store.run("UPDATE tokens SET expires_at = ? WHERE token = ?", (at_ms, token))


def revoke(store: Store, token: str) -> None:
    """Mark a token as revoked."""
    store.run("UPDATE tokens SET is_revoked = 1 WHERE token = ?", (token,))


def revoke_keys(store: Store, sandbox_no: int) -> None:
    """Mark every token of a sandbox's key pairs as revoked, those of their users too."""
    store.run(
        "UPDATE tokens SET is_revoked = 1 WHERE sandbox_no = ? AND consumer_key IN"
        " (SELECT consumer_key FROM credentials WHERE sandbox_no = ?)",
        (sandbox_no, sandbox_no),
    )
