"""The register of places where the official documents disagree with themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

ModeName = Literal["strict", "documented", "observed"]


class Behaviour(Enum):
    """What a mode does when a call meets the quirk. ``SAY`` is for rows that shape a reply or touch no wire."""

    REFUSE = "refuse"
    ACCEPT = "accept"
    SAY = "say"


@dataclass(frozen=True, slots=True)
class Quirk:
    """One row of the register (facts-platforms §6): where, what each side says, what each mode does."""

    id: str
    place: str
    table: str
    sample: str
    strict: str
    documented: str
    observed: str
    in_strict: Behaviour = Behaviour.SAY
    in_documented: Behaviour = Behaviour.SAY
    in_observed: Behaviour = Behaviour.SAY

    def behaviour(self, mode: ModeName) -> Behaviour:
        """Return what a mode does."""
        return {"strict": self.in_strict, "documented": self.in_documented, "observed": self.in_observed}[mode]


QUIRKS: dict[str, Quirk] = {}
