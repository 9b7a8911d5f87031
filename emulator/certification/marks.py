"""Marks: where an attempt begins and ends, and what was asked of the client, written into the very chain it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter_ns
from typing import Any

from emulator.country.world import World
from emulator.journal.write import JournalPlace, Measured, canonical, write_down
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import CERTIFICATION, Call, Exchange, Reply

OPENED, GREETED, BEGUN, ENDED, DECLARED, CLOSED, LEFT_OUT = (
    CERTIFICATION + word for word in ("opened", "greeted", "begun", "ended", "declared", "closed", "left-out")
)
"""``LEFT_OUT`` stands in no bundle: a replay writes it where the journal has a call that cannot be played again."""
_NOTHING_SAID = Reply(200)


def exchange_of(operation: str, told: Mapping[str, Any]) -> Exchange:
    """Return the exchange that a mark is in the journal: nobody called, ``told`` is its request body."""
    path = "/" + operation.replace(".", "/")
    body = canonical(told)
    call = Call("MARK", path, body=body, body_size=len(body), target=path, client_ip="")
    return Exchange(call, operation=operation, outcome="happened")


def write_mark(
    enter: Callable[[Exchange], World], operation: str, told: Callable[[World], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Hold the sandbox's world, let ``told`` change it and say what the mark holds, and write both down at once."""
    started = perf_counter_ns()
    world = enter(Exchange(Call("MARK", "/")))
    world.hold()
    try:
        words = told(world)
        exchange = exchange_of(operation, words)
        exchange.effects.extend(world.exchange.effects)
        limit = world.settings.journal_bounds
        page = JournalPlace(world.sandbox.id, world.home, world.seq, world.head, world.now_ms, limit)
        measured = Measured(system_ms(), (perf_counter_ns() - started) // 1000)
        write_down(world.store, page, exchange, _NOTHING_SAID, measured)
    except BaseException:
        world.release()
        raise
    world.commit()
    return words
