"""Rows of ``sandboxes``, ``credentials`` and ``tokens``, and of ``served``: how many calls were served."""

from __future__ import annotations

from typing import NamedTuple

from emulator.store.store import Store


class SandboxRow(NamedTuple):
    """One sandbox as stored; ``definition``, ``settings`` and ``clock`` are JSON texts.

    ``next_due`` is the virtual instant of the earliest scheduled effect, None when nothing is scheduled.
    """

    no: int
    id: str
    epoch: int
    version: int
    definition: str
    settings: str
    clock: str
    next_due: int | None = None
    owner: str = ""
    expires_ms: int | None = None
    parent_no: int | None = None
    pack_digest: str = ""


class ChainEnds(NamedTuple):
    """What stands beside a journal: the last exchange it has forgotten, and its newest.

    ``floor_head`` is empty when the journal begins with the epoch, or when it is not known.
    """

    epoch: int
    floor: int
    floor_head: str
    seq: int
    head: str


class CredentialRow(NamedTuple):
    """One key pair; ``kind`` is ``production`` or ``sandbox``."""

    consumer_key: str
    sandbox_no: int
    consumer_secret: str
    kind: str


_COLUMNS = "no, id, epoch, version, definition, settings, clock, next_due, owner, expires_ms, parent_no, pack_digest"


def by_id(store: Store, sandbox_id: str) -> SandboxRow | None:
    """Return a sandbox by its id."""
    row = store.one(f"SELECT {_COLUMNS} FROM sandboxes WHERE id = ? AND no > 0", (sandbox_id,))
    return SandboxRow(*row) if row else None


def by_no(store: Store, no: int) -> SandboxRow | None:
    """Return a sandbox by its number."""
    row = store.one(f"SELECT {_COLUMNS} FROM sandboxes WHERE no = ?", (no,))
    return SandboxRow(*row) if row else None


def every(store: Store) -> list[SandboxRow]:
    """Return all sandboxes in the order of their making."""
    return [SandboxRow(*row) for row in store.all(f"SELECT {_COLUMNS} FROM sandboxes WHERE no > 0 ORDER BY no")]


def add(
    store: Store, sandbox_id: str, definition: str, credentials: list[tuple[str, str, str]], pack_digest: str = ""
) -> None:
    """Add a sandbox with its key pairs ``(consumer_key, consumer_secret, kind)``. Call inside a transaction.

    ``pack_digest`` is that of the pack it is made from, where that is of interest.
    """
    made = store.one(
        "INSERT INTO sandboxes (id, definition, pack_digest) VALUES (?, ?, ?) RETURNING no",
        (sandbox_id, definition, pack_digest),
    )
    if made is None:
        raise RuntimeError(sandbox_id)
    for key, secret, kind in credentials:
        store.run(
            "INSERT INTO credentials VALUES (?, ?, ?, ?) ON CONFLICT (consumer_key) DO UPDATE SET"
            " sandbox_no = excluded.sandbox_no, consumer_secret = excluded.consumer_secret, kind = excluded.kind",
            (key, made[0], secret, kind),
        )


def drop(store: Store, no: int) -> None:
    """Remove a sandbox; what it held is swept later. Call inside a transaction."""
    _end(store, no)
    store.run(
        "INSERT INTO ended SELECT sandbox_no, shelter FROM snapshots WHERE sandbox_no = ? ON CONFLICT DO NOTHING", (no,)
    )
    leave_tallies(store, no)
    store.run("DELETE FROM access WHERE sandbox_no = ?", (no,))
    store.run("DELETE FROM snapshots WHERE sandbox_no = ?", (no,))
    store.run("DELETE FROM credentials WHERE sandbox_no = ?", (no,))
    store.run("DELETE FROM sandboxes WHERE no = ?", (no,))


def reset(store: Store, no: int, pack_digest: str = "") -> None:
    """Begin a new epoch, over the pack as it is now.

    Records, tokens, counters and journal of the old one are out of sight at once.
    """
    _end(store, no)
    store.run(
        "UPDATE sandboxes SET epoch = epoch + 1, seq = 0, head = '', settings = '{}', clock = '{}', floor = 0,"
        " floor_head = '', journal_bytes = 0, next_due = NULL, version = version + 1, pack_digest = ? WHERE no = ?",
        (pack_digest, no),
    )


def _end(store: Store, no: int) -> None:
    """Remember that what a sandbox holds now may be swept."""
    store.run("INSERT INTO ended SELECT no, epoch FROM sandboxes WHERE no = ? ON CONFLICT DO NOTHING", (no,))


def change(store: Store, no: int, column: str, text: str) -> None:
    """Replace one JSON text: ``settings``, ``clock`` or ``definition``."""
    if column not in ("settings", "clock", "definition"):
        raise ValueError(column)
    store.run(f"UPDATE sandboxes SET {column} = ?, version = version + 1 WHERE no = ?", (text, no))


class ChainPlace(NamedTuple):
    """Where the next exchange of a sandbox is written: epoch, number, head of the chain, bytes the journal holds."""

    epoch: int
    seq: int
    head: str
    size: int


_PLACE = "epoch, seq + 1, head, journal_bytes"


def next_place(store: Store, no: int) -> ChainPlace | None:
    """Return where the next exchange of a sandbox goes; None when the sandbox is gone."""
    row = store.one(f"SELECT {_PLACE} FROM sandboxes WHERE no = ?", (no,))
    return ChainPlace(*row) if row else None


def take_place(store: Store, no: int) -> ChainPlace | None:
    """Take the pen of a sandbox (``Store.begin``) and return where its next exchange goes; None when it is gone."""
    row = store.begin_at(no, _PLACE)
    return ChainPlace(*row) if row else None


def lock(store: Store, no: int) -> None:
    """Keep others from writing into the journal of a sandbox until the end of this transaction, whoever began it."""
    store.write("UPDATE sandboxes SET version = version WHERE no = ?", (no,))


def advance(store: Store, no: int, seq: int, head: str, size: int) -> None:
    """Record the newest exchange of a sandbox, and how much its journal has grown."""
    store.write(
        "UPDATE sandboxes SET seq = ?, head = ?, journal_bytes = journal_bytes + ? WHERE no = ?", (seq, head, size, no)
    )


def chain_ends(store: Store, no: int) -> ChainEnds | None:
    """Return between which exchanges the journal of a sandbox must be whole; None when the sandbox is gone."""
    row = store.one("SELECT epoch, floor, floor_head, seq, head FROM sandboxes WHERE no = ?", (no,))
    return ChainEnds(*row) if row else None


def credential(store: Store, consumer_key: str) -> CredentialRow | None:
    """Return a key pair by its consumer key."""
    row = store.one("SELECT * FROM credentials WHERE consumer_key = ?", (consumer_key,))
    return CredentialRow(*row) if row else None


def credentials_of(store: Store, no: int) -> list[CredentialRow]:
    """Return the key pairs of a sandbox."""
    return [CredentialRow(*row) for row in store.all("SELECT * FROM credentials WHERE sandbox_no = ?", (no,))]


def sweep(store: Store, limit: int = 500) -> int:
    """Delete up to ``limit`` rows of one ended home (an old epoch, a dropped sandbox); return how many were in the way.

    0 means that nothing is left to sweep. Call inside a transaction.
    """
    home = store.one("SELECT sandbox_no, epoch FROM ended LIMIT 1")
    if home is None:
        return 0
    for table, key in _SWEPT.items():
        gone = store.run(
            f"DELETE FROM {table} WHERE ({key}) IN"
            f" (SELECT {key} FROM {table} WHERE sandbox_no = ? AND epoch = ? LIMIT ?)",
            (*home, limit),
        )
        if gone:
            return gone
    store.run("DELETE FROM ended WHERE sandbox_no = ? AND epoch = ?", home)
    return 1


_SWEPT = {
    "records": "sandbox_no, epoch, shelf, key",
    "journal": "sandbox_no, epoch, seq",
    "tokens": "token",
    "counters": "sandbox_no, epoch, name",
    "agenda": "sandbox_no, epoch, due_ms, no",
    "kept_tokens": "sandbox_no, epoch, token",
}


# Rows of ``served``: how many calls were served, whose, of which kind and how quickly, over all workers.
#
# A row belongs to one sandbox, so that counting never makes two sandboxes wait for each other. What a dropped sandbox
# was served is kept under number 0.


class TallyRow(NamedTuple):
    """Calls of one kind whose service took between one bound and the next; ``bucket`` numbers the bounds.

    ``status_class`` is the first digit of the HTTP status; ``bytes_in`` and ``bytes_out`` are those of bodies.
    """

    sandbox_no: int
    gateway: str
    operation: str
    outcome: str
    status_class: int
    bucket: int
    calls: int
    duration_us: int
    bytes_in: int
    bytes_out: int


_KIND = "sandbox_no, gateway, operation, outcome, status_class, bucket"
_ADD = (
    f" ON CONFLICT ({_KIND}) DO UPDATE SET calls = served.calls + excluded.calls,"
    " duration_us = served.duration_us + excluded.duration_us, bytes_in = served.bytes_in + excluded.bytes_in,"
    " bytes_out = served.bytes_out + excluded.bytes_out"
)


def count_calls(store: Store, row: TallyRow) -> None:
    """Count what a row says. Call inside the transaction that writes it down."""
    store.write(f"INSERT INTO served VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?){_ADD}", row)


def list_tallies(store: Store) -> list[TallyRow]:
    """Return all rows, in the order of their sandboxes and kinds."""
    return [TallyRow(*row) for row in store.all(f"SELECT * FROM served ORDER BY {_KIND}")]


def leave_tallies(store: Store, sandbox_no: int) -> None:
    """Keep what a sandbox was served without its number, as it is dropped. Call inside a transaction."""
    columns = "gateway, operation, outcome, status_class, bucket, calls, duration_us, bytes_in, bytes_out"
    store.write(f"INSERT INTO served SELECT 0, {columns} FROM served WHERE sandbox_no = ?{_ADD}", (sandbox_no,))
    store.write("DELETE FROM served WHERE sandbox_no = ?", (sandbox_no,))


# Rows of ``tokens``. Times are virtual instants of the sandbox.


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


def find_token(store: Store, token: str) -> TokenRow | None:
    """Return a token, whoever it belongs to."""
    row = store.one("SELECT * FROM tokens WHERE token = ?", (token,))
    return TokenRow(*row) if row else None


def latest_token(store: Store, home: tuple[int, int], consumer_key: str, scope: str) -> TokenRow | None:
    """Return the newest unrevoked token of a key and scope; of those of one instant, the one that lasts longest."""
    row = store.one(
        "SELECT * FROM tokens WHERE sandbox_no = ? AND epoch = ? AND consumer_key = ? AND scope = ?"
        " AND is_revoked = 0 ORDER BY issued_at DESC, expires_at IS NULL DESC, expires_at DESC LIMIT 1",
        (*home, consumer_key, scope),
    )
    return TokenRow(*row) if row else None


def add_token(store: Store, row: TokenRow) -> None:
    """Add a token; one of an ended epoch with the same text is replaced."""
    store.write(f"INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) {REPLACING}", row)


def end_token(store: Store, token: str, at_ms: int) -> None:
    """Let a token end at a virtual instant, whatever its life was to be."""
    store.write("UPDATE tokens SET expires_at = ? WHERE token = ?", (at_ms, token))


def revoke_token(store: Store, token: str) -> None:
    """Mark a token as revoked."""
    store.write("UPDATE tokens SET is_revoked = 1 WHERE token = ?", (token,))


def revoke_tokens_of_keys(store: Store, sandbox_no: int) -> None:
    """Mark every token of a sandbox's key pairs as revoked, those of their users too."""
    store.write(
        "UPDATE tokens SET is_revoked = 1 WHERE sandbox_no = ? AND consumer_key IN"
        " (SELECT consumer_key FROM credentials WHERE sandbox_no = ?)",
        (sandbox_no, sandbox_no),
    )
