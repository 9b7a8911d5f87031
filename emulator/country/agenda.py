"""The agenda of a sandbox: effects scheduled on its virtual clock, and the one way in which they happen.

An effect is a JSON object with its ``kind``; the kinds stand in ``emulator/country/effects.py``. Effects happen in
the order of (due, number), each once, each at the very virtual instant at which it was due, whatever moved the clock
past it. A clock that is set back undoes nothing: what happened stays, what has not happened waits for its instant.
"""

from __future__ import annotations

import heapq
import logging
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson

from emulator.country.shelf import Base, Shelf, ShelfKind
from emulator.kernel.exchange import Effect
from emulator.kernel.values import value_class
from emulator.store import agenda_rows, world_rows
from emulator.store.agenda_rows import AgendaRow
from emulator.store.store import Store

if TYPE_CHECKING:
    from emulator.country.world import World


__all__ = [
    "Agenda",
    "AgendaRow",
    "BadEffect",
    "EffectWords",
    "Lapsed",
    "Settlement",
    "as_text",
    "happen_within",
    "let_happen",
    "settle",
]
_log = logging.getLogger(__name__)
EffectWords = Mapping[str, Any]
COUNTER = "agenda"


class BadEffect(ValueError):
    """An effect cannot be scheduled: its kind is unknown, or a word of it is wrong. ``pointer`` says which."""

    def __init__(self, pointer: str, vi: str, en: str) -> None:
        super().__init__(f"{pointer}: {vi} / {en}")
        self.pointer, self.vi, self.en = pointer, vi, en


class Lapsed(Exception):
    """The moment came and the effect was no longer possible; the journal says why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi, self.en = vi, en


def as_text(effect: EffectWords) -> str:
    """Return the JSON text of an effect.

    Raises:
        BadEffect: it cannot be scheduled.
    """
    from emulator.country.effects import check

    check(effect)
    return orjson.dumps(effect, option=orjson.OPT_SORT_KEYS).decode()


class Agenda:
    """What is scheduled, as one exchange sees it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, due_ms: int, effect: EffectWords) -> None:
        """Schedule an effect for a virtual instant; one that has passed happens as soon as anybody calls.

        Raises:
            BadEffect: the kind is unknown, or a word is missing, unknown or wrong.
        """
        text = as_text(effect)
        self._world.hold()
        row = AgendaRow(due_ms, world_rows.count_up(self._world.store, self._world.home, COUNTER), text)
        settlement = self._world.settlement
        if settlement is None or not settlement.takes(row):
            agenda_rows.add(self._world.store, self._world.home, row)

    def coming(self, limit: int = 100, after: tuple[int, int] = (-1, 0)) -> list[AgendaRow]:
        """Return what is scheduled after (instant, number), in order."""
        return agenda_rows.coming(self._world.store, self._world.home, limit, after)

    def cancel(self, due_ms: int, no: int) -> bool:
        """Take one effect off the agenda; tell whether it was there."""
        self._world.hold()
        return agenda_rows.drop(self._world.store, self._world.home, due_ms, no)

    def has_kind(self, kind: str) -> bool:
        """Tell whether an effect of a kind is scheduled."""
        return agenda_rows.has_kind(self._world.store, self._world.home, kind)


class Settlement:
    """One batch of due effects under one transaction, in order, those included that the effects schedule meanwhile."""

    def __init__(self, rows: list[AgendaRow], until_ms: int, most: int) -> None:
        """Take the first ``most`` rows that are due; what lies beyond the last of a full batch stays on the agenda."""
        full = len(rows) == most
        self._until: tuple[int, float] = (rows[-1].due_ms, rows[-1].no) if full else (until_ms, math.inf)
        self._rows, self._most = rows, most
        self._guests: set[int] = set()

    def takes(self, row: AgendaRow) -> bool:
        """Take in an effect that was scheduled just now, if it is due within this batch."""
        if (row.due_ms, row.no) > self._until:
            return False
        heapq.heappush(self._rows, row)
        self._guests.add(row.no)
        return True

    def forget(self, is_meant: Callable[[EffectWords], bool]) -> None:
        """Leave out what has not happened yet and is meant."""
        kept = [row for row in self._rows if not is_meant(orjson.loads(row.effect))]
        if len(kept) < len(self._rows):
            heapq.heapify(kept)
            self._rows = kept

    def run(self, happen: Callable[[AgendaRow], None]) -> tuple[AgendaRow, list[AgendaRow]]:
        """Let the effects happen; return the last in order, and the guests that must go on the agenda after all."""
        last = self._rows[0]
        for _ in range(self._most):
            if not self._rows:
                break
            row = heapq.heappop(self._rows)
            last = max(last, row)
            happen(row)
        return last, [row for row in self._rows if row.no in self._guests]


def let_happen(effect: EffectWords, world: World) -> None:
    """Apply an effect; what it did not finish it has not begun. The exchange says whether it happened or lapsed."""
    from emulator.country.effects import apply

    exchange, store = world.exchange, world.store
    store.run("SAVEPOINT effect")
    try:
        apply(effect, world)
    except Exception as trouble:
        store.run("ROLLBACK TO effect")
        exchange.effects.clear()
        _note(trouble, effect, world)
    store.run("RELEASE effect")


def happen_within(effect: EffectWords, world: World) -> None:
    """Let an effect happen as part of a call that is about to be written down; one that lapses is remarked upon."""
    from emulator.country.effects import apply

    world.hold()
    kept = list(world.exchange.effects)
    world.store.run("SAVEPOINT effect")
    try:
        apply(effect, world)
    except Lapsed as lapse:
        world.store.run("ROLLBACK TO effect")
        world.exchange.effects[:] = kept
        world.remark("effect-lapsed", "", lapse.vi, lapse.en)
    world.store.run("RELEASE effect")


def _note(trouble: Exception, effect: EffectWords, world: World) -> None:
    if isinstance(trouble, Lapsed):
        world.exchange.outcome = "lapsed"
        world.remark("effect-lapsed", "", trouble.vi, trouble.en)
        return
    _log.error("the emulator failed on the effect %s", effect, exc_info=trouble)
    world.exchange.outcome = "error"
    vi, en = f"Lỗi của trình giả lập: {trouble!r}", f"Emulator fault: {trouble!r}"
    world.remark("emulator-fault", "", vi, en, "error")


def settle(world: World, until_ms: int, most: int, happen: Callable[[AgendaRow, Settlement], object]) -> int:
    """Let what is due up to an instant happen, at most ``most`` effects of it; return how many did. Hold the pen first.

    ``happen`` lets one effect happen and writes it down.
    """
    store, home, count = world.store, world.home, 0
    rows = agenda_rows.due(store, home, until_ms, most)
    if not rows:
        agenda_rows.note_next(store, home)
        return 0
    settlement = Settlement(rows, until_ms, most)

    def one(row: AgendaRow) -> None:
        nonlocal count
        count += 1
        happen(row, settlement)

    last, guests = settlement.run(one)
    agenda_rows.drop_through(store, home, last)
    for row in guests:
        agenda_rows.add(store, home, row)
    return count


# What a scenario remembers in a sandbox: its named states and its counters. Both end with the epoch.

_COUNTER = "scenario:"


@value_class
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
        return world_rows.count_up(self.store, self.home, self._prefix + name)

    def counters(self) -> dict[str, int]:
        """Return all counters by name."""
        return world_rows.counters(self.store, self.home, self._prefix)

    def counter_value(self, name: str) -> int:
        """Return what a counter stands at, 0 when nothing was counted."""
        return world_rows.counter_value(self.store, self.home, self._prefix + name)

    def set_counter(self, name: str, value: int) -> None:
        """Put a counter to a value."""
        world_rows.set_counter(self.store, self.home, self._prefix + name, value)

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
        world_rows.drop_counters(self.store, self.home, self._prefix)
        agenda_rows.drop_of_scenario(self.store, self.home, self.scenario)
