"""An emulator that recorded calls can be put to, as this room sees it; the command line brings it along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from emulator.kernel.exchange import Call, Headers


@dataclass(frozen=True, slots=True)
class Answered:
    """What the emulator said to one call, and what it noted: ``remarks`` are (rule, level, JSON pointer)."""

    status: int
    headers: Headers
    body: bytes
    operation: str | None = None
    outcome: str = "answered"
    remarks: tuple[tuple[str, str, str], ...] = ()

    def header(self, name: str) -> str:
        """Return the first value of a header (lower-case name), empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True)
class PartnerAccount:
    """The credentials of the emulator: its key pair, and user name and password by service (``portal``, ``papers``)."""

    consumer_key: str
    consumer_secret: str
    users: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class Partner(Protocol):
    """A fresh emulator. Its clock stands at the time of the call, since rules about dates depend on it."""

    account: PartnerAccount

    def ask(self, call: Call, at_ms: int) -> Answered:
        """Put a call to it."""
