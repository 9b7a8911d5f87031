"""Deleting what ended epochs held, beside the work: a reset or a drop must not wait for it."""

from __future__ import annotations

import threading

from emulator.country.sandbox import Sandboxes

_FIRST_PAUSE_S = 0.05
_PAUSE_S = 0.005


class Sweeper:
    """At most one thread per process, started by the first reset after the fork and gone when all is swept."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes
        self._pause = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """See that somebody sweeps."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._sweep, name="sweeper", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until all is swept; return False when it took longer."""
        if self._thread:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def _sweep(self) -> None:
        try:
            self._pause.wait(_FIRST_PAUSE_S)  # the answer to the reset leaves first
            while self._sandboxes.sweep():
                self._pause.wait(_PAUSE_S)  # others want to write, too
        finally:
            self._sandboxes.leave()
