"""What can befall a store while it serves. Every room may have to pass it on."""

from __future__ import annotations

PATIENCE_S = 5.0
"""How long a writer waits for its turn; below the patience of the clients the documents know (10 to 30 s)."""


class StoreFailure(Exception):
    """The store cannot be read or written now, though it could be opened. Nothing of the transaction is kept.

    ``reason`` is a word for programs: ``busy``, ``full``, ``read-only``, ``gone``, ``damaged``, ``unreachable``,
    ``other-version`` or ``io``.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class StoreBusy(StoreFailure):
    """Somebody else writes, and for longer than this caller could wait."""

    def __init__(self, detail: str) -> None:
        super().__init__("busy", detail)
