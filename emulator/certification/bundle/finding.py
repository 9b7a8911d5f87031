"""What a verification says: one point a look, with a sentence; none is left out because another is bad."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypedDict

from emulator.kernel.exchange import JsonObject
from emulator.kernel.values import value_class

State = Literal["good", "bad", "open", "void", "note"]
"""``bad``: not genuine. ``open``: this installation cannot tell. ``void``: genuine, and counts no longer.
``note``: worth knowing, and no reason to doubt the bundle."""
PASSED, FAILED, INCOMPLETE, NOT_GENUINE = 0, 1, 3, 4
"""Exit codes: what a bundle proves, and whether it is one."""
_PASSES = frozenset({"pass", "notes", "conditional"})


class PointWords(TypedDict):
    """A point as JSON holds it; ``point`` is its name."""

    point: str
    state: State
    vi: str
    en: str


class VerificationWords(TypedDict):
    """A verification as JSON holds it. ``bundle`` is what the bundle says of itself."""

    genuine: bool
    good: bool
    exit_code: int
    level: str
    confirmed: str
    keys: dict[str, str]
    bundle: JsonObject
    points: list[PointWords]


@value_class
class Point:
    """One thing that was looked at."""

    name: str
    state: State
    vi: str
    en: str

    def as_dict(self) -> PointWords:
        """Return the point as JSON holds it."""
        return {"point": self.name, "state": self.state, "vi": self.vi, "en": self.en}


@dataclass(frozen=True)
class Verification:
    """All points of a bundle.

    ``level`` is what its signatures give when they fit the keys in the bundle; ``confirmed`` what the reader's own keys
    confirm: without them nobody knows whose keys those are. ``report`` and ``manifest`` are what the bundle says of
    itself: to be believed only as far as the points go.
    """

    points: tuple[Point, ...]
    level: str = ""
    confirmed: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    manifest: JsonObject = field(default_factory=dict)
    report: JsonObject = field(default_factory=dict)

    @property
    def is_genuine(self) -> bool:
        """Tell whether nothing is wrong with it."""
        return not self._has("bad")

    @property
    def is_good(self) -> bool:
        """Tell whether everything could be looked at, nothing is wrong, and it counts today."""
        return not (self._has("bad") or self._has("open") or self._has("void"))

    def _has(self, state: State) -> bool:
        return any(point.state == state for point in self.points)

    @property
    def conclusion(self) -> str:
        """Return the word of the report's conclusion, empty when there is none to read."""
        said = self.report.get("conclusion")
        return str(said.get("word", "")) if isinstance(said, Mapping) else ""

    @property
    def exit_code(self) -> int:
        """Return 0 genuine and passed, 1 genuine and not to be relied on, 3 genuine and not complete, 4 not genuine."""
        if not self.is_genuine:
            return NOT_GENUINE
        if self._has("void") or self.conclusion == "fail":
            return FAILED
        if self._has("open") or self.conclusion not in _PASSES:
            return INCOMPLETE
        return PASSED

    def as_dict(self) -> VerificationWords:
        """Return the verification as JSON holds it."""
        return {
            "genuine": self.is_genuine,
            "good": self.is_good,
            "exit_code": self.exit_code,
            "level": self.level,
            "confirmed": self.confirmed,
            "keys": dict(self.keys),
            "bundle": {name: self.manifest[name] for name in _SHOWN if name in self.manifest},
            "points": [point.as_dict() for point in self.points],
        }


_SHOWN = ("attempt", "product", "kit", "challenge", "validity", "conclusion", "journal", "emulator")
