"""Lets what is scheduled happen, before anybody sees the world: the same for a clock that runs and one that is turned.

Each effect is an exchange of its own in the journal: operation ``clock.effect``, outcome ``happened`` (or ``lapsed``
when it had become impossible), at the virtual instant at which it was due, with the effect as the body of a request
that nobody sent. A batch is one transaction: a server that is killed has let all of it happen, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter_ns

import orjson

from emulator.country.agenda import AgendaRow, EffectWords, Settlement, as_text, let_happen, settle
from emulator.country.sandbox import Sandbox, Sandboxes
from emulator.country.world import World
from emulator.journal.write import Entry, JournalPlace, Measured, add_all, to_entry
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import CLOCK_EFFECT, Call, Exchange, Reply

_BATCH = 1_000  # others may take the pen between two batches
_TARGET = "/clock/effect"
_NOTHING_SAID = Reply(200)


class Timekeeper:
    """Settles agendas. One object per process; safe for several threads and several processes."""

    def __init__(self, enter: Callable[[Sandbox, Exchange], World], sandboxes: Sandboxes) -> None:
        self._enter, self._sandboxes = enter, sandboxes

    def settle_due(self, sandbox: Sandbox) -> Sandbox:
        """Return the sandbox after everything that is due now. Costs a comparison when nothing is.

        Raises:
            NoSandbox: it was dropped meanwhile.
            SandboxGone: likewise.
        """
        while sandbox.next_due is not None:
            now_ms = sandbox.clock.at(system_ms())
            if sandbox.next_due > now_ms:
                break
            self._settle(sandbox, now_ms)
            sandbox = self._sandboxes.of_no(sandbox.no)
        return sandbox

    def settle_sandbox(self, sandbox_no: int) -> Sandbox:
        """Return the sandbox of a number after everything that is due now, as ``settle_due`` does."""
        return self.settle_due(self._sandboxes.of_no(sandbox_no))

    def at_once(self, sandbox: Sandbox, effects: Sequence[EffectWords]) -> list[Exchange]:
        """Let effects happen now, in one transaction; return what became of each, as it stands in the journal.

        Raises:
            BadEffect: one of them cannot be; nothing happens then.
        """
        sandbox = self.settle_due(sandbox)
        world = self._enter(sandbox, Exchange(Call("GET", _TARGET)))
        world.hold()
        try:
            happening = _Happening(self._enter, self._sandboxes, world)
            done = [happening.happen(AgendaRow(world.now_ms, 0, as_text(effect)), None) for effect in effects]
            happening.finish()
        except BaseException:
            world.release()
            raise
        world.commit()
        return done

    def _settle(self, sandbox: Sandbox, now_ms: int) -> None:
        world = self._enter(sandbox, Exchange(Call("GET", _TARGET)))
        world.hold()
        try:
            happening = _Happening(self._enter, self._sandboxes, world)
            settle(world, now_ms, _BATCH, happening.happen)
            happening.finish()
        except BaseException:
            world.release()
            raise
        world.commit()


class _Happening:
    """One batch: where in the journal it stands, and the sandbox as the effects leave it."""

    def __init__(self, enter: Callable[[Sandbox, Exchange], World], sandboxes: Sandboxes, held: World) -> None:
        self._enter, self._sandboxes = enter, sandboxes
        self._sandbox = sandboxes.of_no(held.sandbox.no)
        self._epoch, self._seq, self._head = held.home[1], held.seq, held.head
        self._store = held.store
        self._rows: list[Entry] = []
        self._limit = held.settings.journal_bounds

    def happen(self, row: AgendaRow, settlement: Settlement | None) -> Exchange:
        """Let one effect happen and write it down; return the exchange."""
        started = perf_counter_ns()
        effect = orjson.loads(row.effect)
        body = row.effect.encode()
        path = f"{_TARGET}/{effect['kind']}"
        call = Call("CLOCK", path, body=body, body_size=len(body), target=path, client_ip="")
        exchange = Exchange(call, operation=CLOCK_EFFECT, outcome="happened")
        world = self._enter(self._sandbox, exchange)
        world.join((self._epoch, self._seq, self._head), row.due_ms)
        world.settlement = settlement
        let_happen(effect, world)
        self._write_down(exchange, world, started)
        if any(each.shelf == "settings" for each in exchange.effects):
            self._sandbox = self._sandboxes.of_no(self._sandbox.no)
        return exchange

    def _write_down(self, exchange: Exchange, world: World, started: int) -> None:
        limit = world.settings.journal_bounds
        page = JournalPlace(world.sandbox.id, world.home, self._seq, self._head, world.now_ms, limit)
        measured = Measured(system_ms(), (perf_counter_ns() - started) // 1000)
        row = to_entry(page, exchange, _NOTHING_SAID, measured)
        self._rows.append(row)
        self._head, self._seq, self._limit = row.self, self._seq + 1, limit

    def finish(self) -> None:
        """Put what happened into the journal."""
        if self._rows:
            add_all(self._store, self._rows, self._limit)
