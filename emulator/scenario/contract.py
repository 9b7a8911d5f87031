"""What a fault promises: to answer instead of the provider, or to spoil its reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from emulator.kernel.exchange import Exchange


class Fault(Protocol):
    """One way in which a platform or a network misbehaves."""

    @property
    def title(self) -> Mapping[str, str]:
        """Return what it is called, by language: ``vi`` and ``en``."""

    @property
    def params(self) -> Mapping[str, Any]:
        """Return its parameters by name."""

    def fits(self, exchange: Exchange) -> bool:
        """Tell whether it can be played on an exchange as it is named now."""

    def read(self, given: Mapping[str, object]) -> Mapping[str, Any]:
        """Return all parameters, defaults included; raises a ValueError with ``name``, ``vi`` and ``en``."""

    @property
    def instead(self) -> Any:
        """Return what answers instead of the provider: (exchange, world, params) to a Reply or None."""

    @property
    def upon(self) -> Any:
        """Return what spoils the provider's reply: (reply, exchange, world, params) to a Reply."""
