"""Rows of ``access``: which tokens open which sandbox. A token itself is kept nowhere, only its digest.

Beside them, what a server must know of its tenants in all: whose sandboxes there are and when each ends.
"""

from __future__ import annotations

from typing import NamedTuple

from emulator.store.store import Store

EVERY_SANDBOX = 0
"""The sandbox number of a token that opens every sandbox of an owner."""


class AccessRow(NamedTuple):
    """One token of a sandbox, or of an ``owner``; ``digest`` is the SHA-256 of its text in hexadecimal digits."""

    digest: str
    sandbox_no: int
    role: str
    made_ms: int
    owner: str = ""


def get(store: Store, digest: str) -> AccessRow | None:
    """Return what a token opens."""
    row = store.one("SELECT digest, sandbox_no, role, made_ms, owner FROM access WHERE digest = ?", (digest,))
    return AccessRow(*row) if row else None


def replace(store: Store, row: AccessRow) -> None:
    """Let a sandbox (or an owner) have this token for a role, and no other. Call inside a transaction."""
    store.run(
        "DELETE FROM access WHERE sandbox_no = ? AND owner = ? AND role = ?", (row.sandbox_no, row.owner, row.role)
    )
    store.run("INSERT INTO access (digest, sandbox_no, role, made_ms, owner) VALUES (?, ?, ?, ?, ?)", row)


def end_of_owner(store: Store, owner: str) -> int:
    """Let the tokens of an owner open nothing any more; return how many there were. Call inside a transaction."""
    return store.run("DELETE FROM access WHERE sandbox_no = ? AND owner = ?", (EVERY_SANDBOX, owner))


class Belonging(NamedTuple):
    """Whose a sandbox is: its owner's name, the sandbox its opener holds, and when it ends (wall time; None: never)."""

    owner: str
    parent_no: int | None = None
    expires_ms: int | None = None


def assign(store: Store, sandbox_no: int, belonging: Belonging, made_ms: int) -> None:
    """Say whose a sandbox is. Call inside a transaction."""
    store.run(
        "UPDATE sandboxes SET owner = ?, parent_no = ?, expires_ms = ?, made_ms = ?, version = version + 1"
        " WHERE no = ?",
        (*belonging, made_ms, sandbox_no),
    )


def count_of_owner(store: Store, owner: str) -> int:
    """Return how many sandboxes an owner has."""
    row = store.one("SELECT count(*) FROM sandboxes WHERE owner = ?", (owner,))
    return int(row[0]) if row else 0


def expired_sandboxes(store: Store, now_ms: int) -> list[str]:
    """Return the sandboxes whose time is over."""
    rows = store.all("SELECT id FROM sandboxes WHERE expires_ms IS NOT NULL AND expires_ms <= ? ORDER BY no", (now_ms,))
    return [str(name) for (name,) in rows]


class Holding(NamedTuple):
    """What a sandbox holds: dossiers over its pack, bytes of its journal and of uploaded files; wall instants."""

    dossiers: int = 0
    journal_bytes: int = 0
    uploaded_bytes: int = 0
    made_ms: int | None = None
    last_ms: int | None = None


def holdings(store: Store) -> dict[int, Holding]:
    """Return, by sandbox number, what each holds; ``last_ms`` is when its newest exchange was."""
    rows = store.all(
        "SELECT no, (SELECT count(*) FROM records WHERE sandbox_no = sandboxes.no AND epoch = sandboxes.epoch"
        " AND shelf = 'dossiers' AND value IS NOT NULL), journal_bytes,"
        " (SELECT value FROM counters WHERE sandbox_no = sandboxes.no AND epoch = sandboxes.epoch"
        " AND name = 'uploaded-bytes'), made_ms, (SELECT wall_ms FROM journal WHERE sandbox_no = sandboxes.no"
        " AND epoch = sandboxes.epoch AND seq = sandboxes.seq) FROM sandboxes"
    )
    return {int(no): Holding(int(held), int(size), int(sent or 0), *times) for no, held, size, sent, *times in rows}
