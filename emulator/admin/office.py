"""What the admin API is given to work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.journal.journal import Journal
from emulator.world.pack import Pack
from emulator.world.sandbox import Sandboxes


@dataclass(frozen=True)
class Office:
    """The country seen from the clerk's side of the counter."""

    sandboxes: Sandboxes
    journal: Journal
    packs: Mapping[str, Pack]
    admin_token: str | None = None
