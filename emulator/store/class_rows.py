"""Rows of ``classes`` and ``seats``: which sandbox is whose place in a class. What they mean is not known here."""

from __future__ import annotations

from typing import NamedTuple

from emulator.store.store import Store


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
