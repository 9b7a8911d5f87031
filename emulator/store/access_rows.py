"""Rows of ``access``: which tokens open which sandbox. A token itself is kept nowhere, only its digest.

Beside them, what a server must know of its tenants in all: whose sandboxes there are and when each ends.
"""

from __future__ import annotations

from typing import NamedTuple

from emulator.store.store import Store


class AccessRow(NamedTuple):
    """One token of a sandbox; ``digest`` is the SHA-256 of its text in hexadecimal digits."""

    digest: str
    sandbox_no: int
    role: str
    made_ms: int


def get(store: Store, digest: str) -> AccessRow | None:
    """Return what a token opens."""
    row = store.one("SELECT digest, sandbox_no, role, made_ms FROM access WHERE digest = ?", (digest,))
    return AccessRow(*row) if row else None


def replace(store: Store, row: AccessRow) -> None:
    """Let a sandbox have this token for a role, and no other. Call inside a transaction."""
    store.run("DELETE FROM access WHERE sandbox_no = ? AND role = ?", (row.sandbox_no, row.role))
    store.run("INSERT INTO access VALUES (?, ?, ?, ?)", row)


def assign(store: Store, sandbox_no: int, owner: str, made_ms: int, expires_ms: int | None) -> None:
    """Say whose a sandbox is, and when it ends (wall time; None: never). Call inside a transaction."""
    store.run(
        "UPDATE sandboxes SET owner = ?, made_ms = ?, expires_ms = ?, version = version + 1 WHERE no = ?",
        (owner, made_ms, expires_ms, sandbox_no),
    )


def count_of_owner(store: Store, owner: str) -> int:
    """Return how many sandboxes an owner has."""
    row = store.one("SELECT count(*) FROM sandboxes WHERE owner = ?", (owner,))
    return int(row[0]) if row else 0


def expired_sandboxes(store: Store, now_ms: int) -> list[str]:
    """Return the sandboxes whose time is over."""
    rows = store.all("SELECT id FROM sandboxes WHERE expires_ms IS NOT NULL AND expires_ms <= ? ORDER BY no", (now_ms,))
    return [str(name) for (name,) in rows]


def sizes(store: Store) -> dict[int, tuple[int, int]]:
    """Return, by sandbox number, how many dossiers each holds over its pack and how many bytes its journal takes."""
    rows = store.all(
        "SELECT no, journal_bytes, (SELECT count(*) FROM records WHERE sandbox_no = sandboxes.no"
        " AND epoch = sandboxes.epoch AND shelf = 'dossiers' AND value IS NOT NULL) FROM sandboxes"
    )
    return {int(no): (int(dossiers), int(size)) for no, size, dossiers in rows}
