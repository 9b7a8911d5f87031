"""What a verification says: one point a look, with a sentence; none is left out because another is bad."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["good", "bad", "note"]
"""``note``: worth knowing, and no reason to doubt the bundle."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at."""

    name: str
    state: State
    vi: str
    en: str

    def as_dict(self) -> dict[str, str]:
        """Return the point as JSON holds it."""
        return {"point": self.name, "state": self.state, "vi": self.vi, "en": self.en}


@dataclass(frozen=True)
class Verification:
    """All points of a bundle.

    ``level`` is what its signatures give when they fit the keys in the bundle; ``confirmed`` what the reader's own keys
    confirm: without them nobody knows whose keys those are.
    """

    points: tuple[Point, ...]
    level: str = ""
    confirmed: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Tell whether nothing is wrong."""
        return all(point.state != "bad" for point in self.points)

    def as_dict(self) -> dict[str, Any]:
        """Return the verification as JSON holds it."""
        shown = {name: self.manifest[name] for name in _SHOWN if name in self.manifest}
        told = {"good": self.is_good, "level": self.level, "confirmed": self.confirmed, "keys": self.keys}
        return told | {"bundle": shown, "points": [point.as_dict() for point in self.points]}


_SHOWN = ("attempt", "product", "kit", "challenge", "validity", "conclusion", "journal", "emulator")
