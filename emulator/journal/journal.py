"""Reading the journal of a store."""

from __future__ import annotations

from emulator.store import journal_rows
from emulator.store.journal_rows import JournalRow as Entry
from emulator.store.sqlite import Store

__all__ = ["Entry", "Journal"]


class Journal:
    """The journals of all sandboxes of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def entries(self, home: tuple[int, int], after: int = 0, limit: int = 500) -> list[Entry]:
        """Return up to ``limit`` exchanges of a home after a sequence number, oldest first."""
        return journal_rows.pages(self._store, home, after, limit)

    def entry(self, home: tuple[int, int], seq: int) -> Entry | None:
        """Return one exchange."""
        return journal_rows.get(self._store, home, seq)
