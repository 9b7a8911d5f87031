"""Upkeep of a store while it serves: checkpoints outside the writers' way, and the sweep of what ended.

SQLite's own checkpoint runs inside the commit that happens to cross a limit, which makes the slowest answers thirty
times slower than the others; a thread of its own takes it out of their way.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from emulator.store import sandbox_rows
from emulator.store.store import Store, StoreFailure

_log = logging.getLogger(__name__)
EVERY_S = 1.0
_BATCH, _PAUSE_S = 50, 0.005  # half a millisecond with the pen, and others may write in between


class Upkeep:
    """One thread per worker. Make it before the fork, start it after."""

    def __init__(self, store: Store, every_s: float = EVERY_S, jobs: Sequence[Callable[[], object]] = ()) -> None:
        """``jobs`` are done in each round, by one process at a time."""
        self._store, self._every_s, self._jobs = store, every_s, jobs
        self._swept: tuple[int, ...] = ()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in the process that serves."""
        self._thread = threading.Thread(target=self._work, name="upkeep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End and wait for the round under way, a second at most."""
        self._end.set()
        if self._thread:
            self._thread.join(1.0)

    @property
    def is_over(self) -> bool:
        """Tell whether no round is under way and none will come."""
        return self._end.is_set() and not (self._thread and self._thread.is_alive())

    def _work(self) -> None:
        while not self._end.wait(self._every_s):
            try:
                self.round()
            except (StoreFailure, OSError) as trouble:
                _log.warning("the upkeep of the store failed and will be tried again: %s", trouble)
        self._store.close()

    def round(self) -> None:
        """Do what is due now."""
        self._store.tidy()
        with self._store.duty("upkeep") as is_ours:
            if is_ours:
                for job in self._jobs:
                    job()
                self._sweep_all()

    def _sweep_all(self) -> None:
        seen = self._sandboxes()
        if seen == self._swept:
            return
        while self._sweep():
            if self._end.wait(_PAUSE_S):
                return
        self._swept = seen

    def _sandboxes(self) -> tuple[int, ...]:
        """Return what changes whenever a sandbox is made, reset or dropped."""
        row = self._store.one("SELECT count(*), coalesce(max(no), 0), coalesce(sum(epoch), 0) FROM sandboxes")
        return tuple(row or ())

    def _sweep(self) -> int:
        with self._store.writing():
            return sandbox_rows.sweep(self._store, _BATCH)
