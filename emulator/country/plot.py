"""What a scenario remembers in a sandbox: its named states and its counters. Both end with the epoch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from emulator.country.shelf import Base, Shelf, ShelfKind
from emulator.kernel.exchange import Effect
from emulator.store import agenda_rows, record_rows
from emulator.store.agenda_rows import AgendaRow
from emulator.store.store import Store

_COUNTER = "scenario:"


@dataclass(frozen=True, slots=True)
class MachineState:
    """The state a machine of a scenario was put into, and the virtual instant of it."""

    machine: str
    state: str
    since_ms: int


STANDINGS = ShelfKind(
    "standings", MachineState, lambda each: each.machine, lambda _: "", lambda each: each.since_ms, told=("state",)
)


class ScenarioState:
    """The memory of one scenario of a sandbox; what several of them remember stands apart.

    Reads and writes outside the exchange: what a scenario has counted stays counted when the call is refused.
    """

    def __init__(self, store: Store, home: tuple[int, int], scenario: str) -> None:
        self.store, self.home, self.scenario = store, home, scenario
        self._standings = Shelf(STANDINGS, Base(STANDINGS), self)
        self._prefix = f"{_COUNTER}{scenario}/"

    def note_effect(self, effect: Effect) -> None:
        """Keep quiet: a scenario's memory is no change of the country."""

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Hold a transaction of its own. Not while the pen is held."""
        with self.store.writing():
            yield

    def machine_state(self, machine: str) -> MachineState | None:
        """Return where a machine was put last, or None."""
        return self._standings.get(f"{self.scenario}/{machine}")

    def put_machine(self, machine: str, state: str, since_ms: int) -> None:
        """Put a machine into a state."""
        self._standings.put_record(MachineState(f"{self.scenario}/{machine}", state, since_ms))

    def count(self, name: str) -> int:
        """Add one to a counter and return it."""
        return record_rows.count(self.store, self.home, self._prefix + name)

    def counters(self) -> dict[str, int]:
        """Return all counters by name."""
        return record_rows.counters(self.store, self.home, self._prefix)

    def counter_value(self, name: str) -> int:
        """Return what a counter stands at, 0 when nothing was counted."""
        return record_rows.counter_value(self.store, self.home, self._prefix + name)

    def set_counter(self, name: str, value: int) -> None:
        """Put a counter to a value."""
        record_rows.set_counter(self.store, self.home, self._prefix + name, value)

    def cancel_entries(self, machine: str) -> None:
        """Take the states that time would have led a machine to off the agenda. Call inside a transaction."""
        agenda_rows.drop_entries(self.store, self.home, self.scenario, machine)

    def scheduled_effects(self) -> list[AgendaRow]:
        """Return what the scenario has put on the agenda."""
        return agenda_rows.of_scenario(self.store, self.home, self.scenario)

    def forget(self) -> None:
        """Forget every state and counter, and take what was scheduled off the agenda. Call inside a transaction."""
        for standing in self._standings.with_prefix(f"{self.scenario}/"):
            self._standings.drop(standing.machine)
        record_rows.drop_counters(self.store, self.home, self._prefix)
        agenda_rows.drop_of_scenario(self.store, self.home, self.scenario)
