"""The register of places where the official documents disagree with themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, get_args

from emulator.kernel.rules import Rule, register_rule
from emulator.wire.own_rules import OwnRule

ModeName = Literal["strict", "documented", "observed"]


class Behaviour(Enum):
    """What a mode does when a call meets the quirk. ``SAY`` is for rows that shape a reply or touch no wire."""

    REFUSE = "refuse"
    ACCEPT = "accept"
    SAY = "say"


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


def quirk(flags: str, row: str) -> Quirk:
    """Make a row from its behaviours and its text.

    ``flags`` are the letters of strict, documented and observed (R refuse, A accept, S say); a fourth letter ``-``
    marks a row that touches no wire. ``row`` has five to seven parts between bars: id, place, table, sample, strict,
    documented, observed; the last two repeat the part before them when left out.
    """
    parts = [" ".join(part.split()) for part in row.split("|")]
    while len(parts) < 7:
        parts.append(parts[-1])
    row_id, place, table, sample, strict, documented, observed = parts
    modes = [_LETTERS[letter] for letter in flags[:3]]
    texts = (row_id, place, table, sample, strict, documented, observed)
    return Quirk(*texts, modes[0], modes[1], modes[2], touches_wire=not flags.endswith("-"))


def _register() -> dict[str, Quirk]:
    from emulator.wire import quirks_axis, quirks_btxh_1, quirks_btxh_2, quirks_btxh_3, quirks_kho_dl

    portal = sorted((*quirks_axis.ROWS, *quirks_kho_dl.ROWS), key=lambda row: row[1])
    rows = (*quirks_btxh_1.ROWS, *quirks_btxh_2.ROWS, *quirks_btxh_3.ROWS, *portal)
    return {row.id: row for row in (quirk(flags, text) for flags, text in rows)}


QUIRKS: dict[str, Quirk] = _register()
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
