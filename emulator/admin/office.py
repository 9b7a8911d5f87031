"""What the admin API is given to work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from emulator.admin.sweeper import Sweeper
from emulator.journal.journal import Journal
from emulator.journal.near_miss import Offer
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import Exchange
from emulator.world.pack import Pack
from emulator.world.sandbox import Sandbox, Sandboxes
from emulator.world.world import World


@dataclass(frozen=True)
class Office:
    """The country seen from the clerk's side of the counter.

    ``enter`` opens the world of a sandbox; ``offers`` are the operations of all doors, for near misses.
    """

    sandboxes: Sandboxes
    journal: Journal
    packs: Mapping[str, Pack]
    enter: Callable[[Sandbox, Exchange], World]
    sweeper: Sweeper
    offers: tuple[Offer, ...] = ()
    admin_token: str | None = None
    started_ms: int = field(default_factory=system_ms)
