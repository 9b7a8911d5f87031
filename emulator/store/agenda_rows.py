"""Rows of ``agenda``: what is to happen, in the order of its virtual instants."""

from __future__ import annotations

from typing import NamedTuple

from emulator.store.store import Store


class AgendaRow(NamedTuple):
    """One scheduled effect: when (virtual), its number among those scheduled, and what (JSON text)."""

    due_ms: int
    no: int
    effect: str


def add(store: Store, home: tuple[int, int], row: AgendaRow) -> None:
    """Schedule an effect. Call inside a transaction."""
    store.write("INSERT INTO agenda VALUES (?, ?, ?, ?, ?)", (*home, *row))
    store.write(
        "UPDATE sandboxes SET next_due = ?, version = version + 1 WHERE no = ? AND (next_due IS NULL OR next_due > ?)",
        (row.due_ms, home[0], row.due_ms),
    )


def due(store: Store, home: tuple[int, int], until_ms: int, limit: int) -> list[AgendaRow]:
    """Return what is due up to an instant, in order."""
    rows = store.all(
        "SELECT due_ms, no, effect FROM agenda WHERE sandbox_no = ? AND epoch = ? AND due_ms <= ?"
        " ORDER BY due_ms, no LIMIT ?",
        (*home, until_ms, limit),
    )
    return [AgendaRow(*row) for row in rows]


def coming(store: Store, home: tuple[int, int], limit: int, after: tuple[int, int] = (-1, 0)) -> list[AgendaRow]:
    """Return what is scheduled after (instant, number), in order."""
    rows = store.all(
        "SELECT due_ms, no, effect FROM agenda WHERE sandbox_no = ? AND epoch = ? AND (due_ms, no) > (?, ?)"
        " ORDER BY due_ms, no LIMIT ?",
        (*home, *after, limit),
    )
    return [AgendaRow(*row) for row in rows]


def drop_through(store: Store, home: tuple[int, int], last: AgendaRow) -> None:
    """Take everything up to and including a row off the agenda, and note what is next."""
    store.write(
        "DELETE FROM agenda WHERE sandbox_no = ? AND epoch = ? AND (due_ms < ? OR due_ms = ? AND no <= ?)",
        (*home, last.due_ms, last.due_ms, last.no),
    )
    note_next(store, home)


def drop(store: Store, home: tuple[int, int], due_ms: int, no: int) -> bool:
    """Cancel one scheduled effect; tell whether it was there."""
    gone = store.run(
        "DELETE FROM agenda WHERE sandbox_no = ? AND epoch = ? AND due_ms = ? AND no = ?", (*home, due_ms, no)
    )
    note_next(store, home)
    return bool(gone)


def has_kind(store: Store, home: tuple[int, int], kind: str) -> bool:
    """Tell whether an effect of a kind is scheduled."""
    found = store.one(
        "SELECT 1 FROM agenda WHERE sandbox_no = ? AND epoch = ?"
        f" AND {store.dialect.member('effect', 'kind')} = ? LIMIT 1",
        (*home, kind),
    )
    return found is not None


def note_next(store: Store, home: tuple[int, int]) -> None:
    """Write down when the agenda begins."""
    store.write(
        "UPDATE sandboxes SET version = version + 1, next_due ="
        " (SELECT min(due_ms) FROM agenda WHERE sandbox_no = ? AND epoch = ?) WHERE no = ?",
        (*home, home[0]),
    )


def of_scenario(store: Store, home: tuple[int, int], scenario: str) -> list[AgendaRow]:
    """Return what a scenario has scheduled, in order."""
    rows = store.all(
        "SELECT due_ms, no, effect FROM agenda WHERE sandbox_no = ? AND epoch = ?"
        " AND json_extract(effect, '$.scenario') = ? ORDER BY due_ms, no",
        (*home, scenario),
    )
    return [AgendaRow(*row) for row in rows]


def drop_of_scenario(store: Store, home: tuple[int, int], scenario: str) -> None:
    """Cancel whatever a scenario has scheduled."""
    store.write(
        "DELETE FROM agenda WHERE sandbox_no = ? AND epoch = ? AND json_extract(effect, '$.scenario') = ?",
        (*home, scenario),
    )
    note_next(store, home)


def drop_entries(store: Store, home: tuple[int, int], scenario: str, machine: str) -> None:
    """Cancel the states that time would have led a machine of a scenario to."""
    store.write(
        "DELETE FROM agenda WHERE sandbox_no = ? AND epoch = ? AND json_extract(effect, '$.scenario') = ?"
        " AND json_extract(effect, '$.kind') = 'enter' AND json_extract(effect, '$.machine') = ?",
        (*home, scenario, machine),
    )
    note_next(store, home)
