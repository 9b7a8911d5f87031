"""Where an attempt stands: told by its last mark alone, so that a long journal costs no more than a short one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.certification.evidence import Entry, bare_entry
from emulator.certification.marks import BEGUN, CLOSED, ENDED, OPENED
from emulator.certification.scenes import BROKEN_OFF
from emulator.journal.journal import Journal

_TURNS = (OPENED, BEGUN, ENDED, CLOSED)
_CHUNK = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """``done`` scenes count and need not be played again; ``scene`` is what was told of the one being played."""

    done: int = 0
    scene: Mapping[str, Any] | None = None
    is_closed: bool = False


def standing_in(journal: Journal, home: tuple[int, int]) -> Standing:
    """Return where the attempt of a sandbox stands.

    Scenes are played in the order of their numbers, so that the last number tells how many there were.
    """
    mark = _last_turn(journal, home)
    if mark.operation == CLOSED:
        return Standing(is_closed=True)
    if mark.operation == BEGUN:
        return Standing(int(mark.body["no"]) - 1, mark.body)
    if mark.operation == ENDED:
        return Standing(int(mark.body["no"]) - (mark.body["how"] == BROKEN_OFF))
    return Standing()


def _last_turn(journal: Journal, home: tuple[int, int]) -> Entry:
    last = journal.newest(home)
    while last > 0:
        for row in reversed(journal.entries(home, max(0, last - _CHUNK), min(last, _CHUNK))):
            if row.operation in _TURNS:
                return bare_entry(row)
        last -= _CHUNK
    raise LookupError("the journal of an attempt has no mark")
