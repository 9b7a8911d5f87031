"""Rules of the emulator's own: no clause and no graded source states them, so they note and do not refuse.

A sandbox's setting ``own_rules`` makes any of them refuse, or silences it (decision 0040). The few that refuse without
being asked stand in ``REFUSING`` with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

OwnRule = Literal[
    "B18",
    "B32",
    "B35",
    "B37",
    "B45",
    "B46",
    "B47",
    "B51",
    "backward-step",
    "repeated-step",
    "result-without-dossier",
    "other-person",
    "birth-after-today",
    "future-date",
    "issued-before-birth",
    "window-order",
    "foreign-province",
    "dossier-number",
    "sector-code",
    "sector",
    "tax-code",
    "duplicate-name",
    "invisible-character",
    "not-a-link",
]
"""By name; a row of the register stands here when only we drew the rule from its text."""
Stance = Literal["off", "note", "refuse"]
Stances = Mapping[OwnRule, Stance]

REFUSING: dict[str, str] = {
    "unknown-dossier": "a step has no place, owner or origin of its own: without its dossier nothing could be stored,"
    " and an accepted step that no pull ever shows would be a lost one",
    "nul-character": "U+0000 is no character of XML 1.0 and ends a text in many stores: what was accepted could not be"
    " given back unchanged",
    "xml-doctype": "a document type can make a small text expand without end",
    "xml-too-large": "whatever a request can cost has a bound",
    "body-too-large": "whatever a request can cost has a bound",
    "nested-too-deeply": "whatever a request can cost has a bound",
    "retired-procedure": "nothing is retired until somebody sets retired_procedures",
}
"""Own rules that refuse in every mode, each with its reason; no setting softens them."""


def stance_of(rule: OwnRule, stances: Stances) -> Stance:
    """Return what a sandbox does about a rule; unless it was told otherwise, it notes."""
    return stances.get(rule, "note")
