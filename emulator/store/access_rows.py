"""Rows of ``access``, ``classes`` and ``seats``: which tokens open which sandbox, and whose place in a class it is."""

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


# Rows of ``classes`` and ``seats``: which sandbox is whose place in a class. What they mean is not known here.


class ClassRow(NamedTuple):
    """One class; ``state`` is a JSON text. ``owner`` is the name that its sandboxes have as theirs."""

    name: str
    owner: str
    made_ms: int
    state: str


class SeatRow(NamedTuple):
    """One seat of a class; ``state`` is a JSON text, ``version`` grows with each change of it."""

    class_name: str
    number: int
    sandbox_no: int
    person: str
    state: str
    version: int


_CLASS, _SEAT = "name, owner, made_ms, state", "class_name, number, sandbox_no, person, state, version"


def add_class(store: Store, row: ClassRow) -> None:
    """Add a class. Call inside a transaction."""
    store.run(f"INSERT INTO classes ({_CLASS}) VALUES (?, ?, ?, ?)", row)


def add_seat(store: Store, row: SeatRow) -> None:
    """Add a seat. Call inside a transaction."""
    store.run(f"INSERT INTO seats ({_SEAT}) VALUES (?, ?, ?, ?, ?, ?)", row)


def get_class(store: Store, name: str) -> ClassRow | None:
    """Return a class by its name."""
    row = store.one(f"SELECT {_CLASS} FROM classes WHERE name = ?", (name,))
    return ClassRow(*row) if row else None


def every_class(store: Store) -> list[ClassRow]:
    """Return all classes, the oldest first."""
    return [ClassRow(*row) for row in store.all(f"SELECT {_CLASS} FROM classes ORDER BY made_ms, name")]


def seats_of(store: Store, name: str) -> list[SeatRow]:
    """Return the seats of a class by their numbers."""
    rows = store.all(f"SELECT {_SEAT} FROM seats WHERE class_name = ? ORDER BY number", (name,))
    return [SeatRow(*row) for row in rows]


def seat_of_sandbox(store: Store, sandbox_no: int) -> SeatRow | None:
    """Return the seat that a sandbox is; None when it is none."""
    row = store.one(f"SELECT {_SEAT} FROM seats WHERE sandbox_no = ?", (sandbox_no,))
    return SeatRow(*row) if row else None


def mark_of_class(store: Store, name: str) -> tuple[int, ...]:
    """Return numbers that change with every call, reset and change of a seat of a class; one statement."""
    row = store.one(
        "SELECT coalesce(sum(sandboxes.seq), 0), coalesce(sum(sandboxes.epoch), 0), coalesce(sum(seats.version), 0),"
        " count(*) FROM seats JOIN sandboxes ON sandboxes.no = seats.sandbox_no WHERE seats.class_name = ?",
        (name,),
    )
    return tuple(int(each) for each in row) if row else ()


def write_class(store: Store, name: str, state: str) -> None:
    """Replace the state of a class. Call inside a transaction."""
    store.run("UPDATE classes SET state = ? WHERE name = ?", (state, name))


def write_seat(store: Store, name: str, number: int, state: str) -> None:
    """Replace the state of a seat. Call inside a transaction."""
    store.run(
        "UPDATE seats SET state = ?, version = version + 1 WHERE class_name = ? AND number = ?", (state, name, number)
    )


def drop_class(store: Store, name: str) -> None:
    """Forget a class, its seats and the names of its people. Call inside a transaction."""
    store.run("DELETE FROM seats WHERE class_name = ?", (name,))
    store.run("DELETE FROM classes WHERE name = ?", (name,))
