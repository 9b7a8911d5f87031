"""What a recorder keeps while it runs: cleaned exchanges in memory, until the session ends and all is known."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import NamedTuple

from emulator.country.positions import Problem
from emulator.recording.cleaning import Cleaner, Heard
from emulator.recording.pseudonyms import TooManyPeople
from emulator.recording.session import Recorded, privacy_problems


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a session may hold: ``calls`` exchanges and ``characters`` of text."""

    calls: int = 10_000
    characters: int = 256 * 1024 * 1024


class Closed(NamedTuple):
    """What came of a session: what may be written, what may not and why, and how many calls were not kept at all."""

    exchanges: list[Recorded]
    problems: list[Problem]
    not_kept: int


class Ledger:
    """Takes exchanges from several threads. A call that cannot be cleaned or kept is counted, never kept raw."""

    def __init__(self, cleaner: Cleaner, bounds: Bounds) -> None:
        self._cleaner, self._bounds = cleaner, bounds
        self._lock = threading.Lock()
        self._exchanges: list[Recorded] = []
        self._size, self._not_kept = 0, 0

    def add(self, heard: Heard) -> bool:
        """Keep an exchange; False when it was not kept."""
        with self._lock:
            if len(self._exchanges) >= self._bounds.calls or self._size > self._bounds.characters:
                self._not_kept += 1
                return False
            try:
                exchange = self._cleaner.first(heard)
            except (TooManyPeople, RecursionError):
                self._not_kept += 1
                return False
            self._exchanges.append(exchange)
            self._size += sum(len(each.content.text or "") for each in (exchange.request, exchange.response))
            return True

    def close(self) -> Closed:
        """Return the session; an exchange in which something real-looking remains is left out, with its problems."""
        with self._lock:
            exchanges, problems = list[Recorded](), list[Problem]()
            for each in sorted(self._exchanges, key=lambda one: one.number):
                exchange = self._cleaner.second(each)
                found = privacy_problems(exchange)
                problems += found
                if not found:
                    exchanges.append(exchange)
            return Closed(exchanges, problems, self._not_kept)
