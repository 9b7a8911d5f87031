"""The register of places where the official documents disagree with themselves."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal, get_args

from emulator.kernel.rules import Rule, register_rule

# Rules of the emulator's own: no clause and no graded source states them, so they note and do not refuse.
#
# A sandbox's setting ``own_rules`` makes any of them refuse, or silences it (decision 0040). The few that refuse
# without being asked stand in ``REFUSING`` with the reason.

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


ModeName = Literal["strict", "documented", "observed"]


class Behaviour(Enum):
    """What a mode does when a call meets the quirk. ``SAY`` is for rows that shape a reply or touch no wire."""

    REFUSE = "refuse"
    ACCEPT = "accept"
    SAY = "say"


_COLUMNS = ("row", "modes", "place", "table", "sample", "strict", "documented", "observed")
_MODES, _ROW = re.compile("[RAS]{3}-?"), re.compile(r"[A-Z]\d{2}", re.ASCII)
_LETTERS = {"R": Behaviour.REFUSE, "A": Behaviour.ACCEPT, "S": Behaviour.SAY}


@dataclass(frozen=True, slots=True)
class Quirk:
    """One row of the register (the quirk register): where, what each side says, what each mode does.

    ``touches_wire`` is False for rows about the text of the document alone: no call can meet them.
    """

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
    touches_wire: bool = True

    def behaviour(self, mode: ModeName) -> Behaviour:
        """Return what a mode does."""
        if mode == "documented":
            return self.in_documented
        return self.in_strict if mode == "strict" else self.in_observed


class WrongQuirk(ValueError):
    """A row of a register that cannot be right; the sentence begins with file and line."""


def read_quirks(path: Path) -> Iterator[Quirk]:
    """Yield the rows of a ``quirks.csv``.

    ``modes`` are the letters of strict, documented and observed (R refuse, A accept, S say); a fourth letter ``-``
    marks a row that touches no wire. An empty text of documented or observed says the same as the one before it.

    Raises:
        WrongQuirk: a row lacks a part, or its letters are others.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        if tuple(reader.fieldnames or ()) != _COLUMNS:
            raise WrongQuirk(f"{path}:1: the columns are {','.join(_COLUMNS)}")
        for row in reader:
            yield _quirk_of(row, f"{path}:{reader.line_num}")


def _quirk_of(row: dict[str, str], where: str) -> Quirk:
    if None in row or None in row.values():
        raise WrongQuirk(f"{where}: a row has {len(_COLUMNS)} parts")
    flags = row["modes"]
    if not _MODES.fullmatch(flags):
        raise WrongQuirk(f"{where}: modes {flags!r} must be three of R, A, S, and - for a row that touches no wire")
    if not _ROW.fullmatch(row["row"]) or not all(row[name] for name in ("place", "table", "sample", "strict")):
        raise WrongQuirk(f"{where}: a row needs a number such as B07, a place, both sides and what strict does")
    documented = row["documented"] or row["strict"]
    texts = (row["row"], row["place"], row["table"], row["sample"], row["strict"], documented)
    strict, in_documented, observed = (_LETTERS[letter] for letter in flags[:3])
    says = row["observed"] or documented
    return Quirk(*texts, says, strict, in_documented, observed, touches_wire=not flags.endswith("-"))


def read_register(files: Iterable[Path]) -> dict[str, Quirk]:
    """Return all rows of some files by number, in the order of their numbers.

    Raises:
        WrongQuirk: a row cannot be right, or two have one number.
    """
    found: dict[str, Quirk] = {}
    for path in files:
        for row in read_quirks(path):
            if row.id in found:
                raise WrongQuirk(f"{path}: {row.id} stands twice in the register")
            found[row.id] = row
    return dict(sorted(found.items()))


QUIRKS: dict[str, Quirk] = read_register(sorted(Path(__file__).parents[1].glob("*/*/quirks.csv")))
"""The rows that stand beside the services and the gateways they are about."""
_OURS_ALONE = frozenset(get_args(OwnRule)) & QUIRKS.keys()  # rows that only we drew a rule from (decision 0040)
for _row in QUIRKS.values():
    register_rule(
        Rule(
            _row.id,
            "",
            "ours" if _row.id in _OURS_ALONE else "document",
            "decision 0040" if _row.id in _OURS_ALONE else _row.id,
            "both",
            f"Điểm vênh {_row.id} của tài liệu: {_row.place}",
            f"Row {_row.id} of the quirk register: {_row.place}",
            "quirks",
        )
    )
