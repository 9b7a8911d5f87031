"""Rows of ``sandboxes`` and ``credentials``."""

from __future__ import annotations

from typing import NamedTuple

from emulator.store import tally_rows
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
    tally_rows.leave(store, no)
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


def next_seq(store: Store, no: int) -> tuple[int, int, str] | None:
    """Return ``(epoch, next sequence number, head of the hash chain)``; None when the sandbox is gone."""
    row = store.one("SELECT epoch, seq + 1, head FROM sandboxes WHERE no = ?", (no,))
    return (row[0], row[1], row[2]) if row else None


def lock(store: Store, no: int) -> None:
    """Keep others from writing into the journal of a sandbox until the end of this transaction, whoever began it."""
    store.run("UPDATE sandboxes SET version = version WHERE no = ?", (no,))


def advance(store: Store, no: int, seq: int, head: str, size: int) -> int:
    """Record the newest exchange of a sandbox, and how much its journal has grown; return the size of the journal."""
    row = store.one(
        "UPDATE sandboxes SET seq = ?, head = ?, journal_bytes = journal_bytes + ? WHERE no = ?"
        " RETURNING journal_bytes",
        (seq, head, size, no),
    )
    return int(row[0]) if row else 0


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
