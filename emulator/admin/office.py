"""What the admin API is given to work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.admin.page import Page
from emulator.admin.sweeper import Sweeper
from emulator.journal.journal import Journal
from emulator.journal.near_miss import Offer
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.scenario.library import Library
from emulator.world.pack import Pack
from emulator.world.sandbox import Sandbox, Sandboxes
from emulator.world.world import World


def nobody(_call: Call) -> Reply:
    """Answer for doors that are not there."""
    return Reply(503)


@dataclass(frozen=True)
class Office:
    """The country seen from the clerk's side of the counter.

    ``serve`` puts a call before the doors (rehearsals); ``settled`` lets happen what is due on a sandbox's clock,
    ``at_once`` effects that are not scheduled. ``enter`` opens the world of a sandbox;
    ``offers`` are the operations of all doors, for near misses; ``published`` has the pages that describe everything.
    """

    sandboxes: Sandboxes
    journal: Journal
    packs: Mapping[str, Pack]
    enter: Callable[[Sandbox, Exchange], World]
    sweeper: Sweeper
    offers: tuple[Offer, ...] = ()
    admin_token: str | None = None
    serve: Callable[[Call], Reply] = nobody
    settled: Callable[[Sandbox], Sandbox] = lambda sandbox: sandbox
    at_once: Callable[[Sandbox, Sequence[Mapping[str, Any]]], list[Exchange]] = lambda _sandbox, _effects: []
    library: Library = field(default_factory=Library)
    published: Callable[[str], Page | None] = lambda _name: None
    started_ms: int = field(default_factory=system_ms)
