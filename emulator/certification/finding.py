"""What a check says: one sentence in two languages with its evidence. It never decides how serious that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from emulator.certification.evidence import Entry
from emulator.certification.scenes import Played

Answer = Literal["good", "bad", "unseen"]
"""``good``: the thing asked for was seen. ``bad``: it was violated. ``unseen``: nothing in the journal speaks of it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``evidence``: sequence numbers of the journal; ``expected``, ``actual``: of the exact field."""

    answer: Answer
    vi: str
    en: str
    evidence: tuple[int, ...] = ()
    expected: str = ""
    actual: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as the report holds it."""
        told: dict[str, Any] = {"answer": self.answer, "vi": self.vi, "en": self.en, "evidence": list(self.evidence)}
        return told | {name: value for name in ("expected", "actual") if (value := getattr(self, name))}


CheckOf = Callable[[Sequence[Played], Mapping[str, Any]], list[Finding]]
"""A check: the scenes it looks at, and what the kit gives it."""


def good(vi: str, en: str, *entries: Entry, expected: object = "", actual: object = "") -> Finding:
    """Return that something was seen."""
    return _finding("good", vi, en, entries, expected, actual)


def bad(vi: str, en: str, *entries: Entry, expected: object = "", actual: object = "") -> Finding:
    """Return that something was violated."""
    return _finding("bad", vi, en, entries, expected, actual)


def unseen(vi: str, en: str, *entries: Entry, expected: object = "", actual: object = "") -> Finding:
    """Return that nothing was seen."""
    return _finding("unseen", vi, en, entries, expected, actual)


def _finding(answer: Answer, vi: str, en: str, entries: Sequence[Entry], expected: object, actual: object) -> Finding:
    return Finding(answer, vi, en, tuple(entry.seq for entry in entries), str(expected), str(actual))
