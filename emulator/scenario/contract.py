"""What a fault promises: to answer instead of the provider, or to spoil its reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from emulator.kernel.exchange import Exchange, Reply
from emulator.world.world import World

Params = Mapping[str, Any]


class Fault(Protocol):
    """One way in which a platform or a network misbehaves."""

    @property
    def title(self) -> Mapping[str, str]:
        """Return what it is called, by language: ``vi`` and ``en``."""

    @property
    def params(self) -> Mapping[str, Any]:
        """Return the JSON Schema of each parameter, by name."""

    def instead(self, exchange: Exchange, world: World, params: Params) -> Reply | None:
        """Return the answer to give without asking the provider, or None; raises a Refusal for the door to word."""

    def upon(self, reply: Reply, exchange: Exchange, world: World, params: Params) -> Reply:
        """Return the reply as it leaves after the provider has answered."""
