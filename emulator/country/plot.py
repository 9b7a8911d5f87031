"""What a scenario remembers in a sandbox: its named states and its counters. Both end with the epoch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from emulator.country.shelf import Base, Shelf, ShelfKind
from emulator.kernel.exchange import Effect
from emulator.store import record_rows
from emulator.store.sqlite import Store

_COUNTER = "scenario:"


@dataclass(frozen=True, slots=True)
class MachineState:
    """The state a machine of a scenario was put into, and the virtual instant of it."""

    machine: str
    state: str
    since_ms: int


STANDINGS = ShelfKind("standings", MachineState, lambda each: each.machine, lambda _: "", lambda each: each.since_ms)


class ScenarioState:
    """Reads and writes outside the exchange: what a scenario has counted stays counted when the call is refused."""

    def __init__(self, store: Store, home: tuple[int, int]) -> None:
        self.store, self.home = store, home
        self._standings = Shelf(STANDINGS, Base(STANDINGS), self)

    def note_effect(self, effect: Effect) -> None:
        """Keep quiet: a scenario's memory is no change of the country."""

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Hold a transaction of its own. Not while the pen is held."""
        with self.store.writing():
            yield

    def standing(self, machine: str) -> MachineState | None:
        """Return where a machine was put last, or None."""
        return self._standings.get(machine)

    def put_machine(self, machine: str, state: str, since_ms: int) -> None:
        """Put a machine into a state."""
        self._standings.put_record(MachineState(machine, state, since_ms))

    def count(self, name: str) -> int:
        """Add one to a counter and return it."""
        return record_rows.count(self.store, self.home, _COUNTER + name)

    def counters(self) -> dict[str, int]:
        """Return all counters by name."""
        return record_rows.counters(self.store, self.home, _COUNTER)

    def set_counter(self, name: str, value: int) -> None:
        """Put a counter to a value."""
        record_rows.set_counter(self.store, self.home, _COUNTER + name, value)

    def forget(self) -> None:
        """Forget every state and counter."""
        for standing in self._standings.with_prefix(""):
            self._standings.drop(standing.machine)
        record_rows.drop_counters(self.store, self.home, _COUNTER)
