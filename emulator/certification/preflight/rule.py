"""One fault of a configuration: how it shows, and how it is mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.certification.preflight.situation import Arrived, Situation

Find = Callable[[Situation], list[Arrived]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the diagnosis. ``find`` returns the calls that show it; none: it does not apply."""

    id: str
    vi: str
    en: str
    mend_vi: str
    mend_en: str
    find: Find

    def as_dict(self, calls: list[Arrived]) -> dict[str, Any]:
        """Return what is said about it."""
        return {
            "id": self.id,
            "vi": self.vi,
            "en": self.en,
            "mend": {"vi": self.mend_vi, "en": self.mend_en},
            "calls": [f"{each.row.method} {each.path} → {each.row.status}" for each in calls[:3]],
        }
