"""What the gateway offers, and how a call is matched to it. Routing comes before everything else (facts-gateway A4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulator.kernel.exchange import Call, Reply
from emulator.world.world import World

Provider = Callable[[Call, World], Reply]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an API: its name in the journal, the clause that describes it, and who answers."""

    name: str
    clause: str
    method: str
    resource: str
    answer: Provider


@dataclass(frozen=True)
class Api:
    """An API published on the gateway under ``/<context>/<version>``."""

    name: str
    context: str
    version: str
    operations: Mapping[str, Operation]

    @property
    def base_path(self) -> str:
        """Return ``/apiBTXH/1.0``."""
        return f"/{self.context}/{self.version}"
