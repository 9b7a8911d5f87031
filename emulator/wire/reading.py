"""Reading a body: every quirk met and every rule broken is collected, then one refusal names them all.

The register of quirks stands below.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from emulator.kernel.exchange import MOST_REMARKS, Remark, RemarkList, Rule, register_rule
from emulator.kernel.refusals import ServiceRefusal
from emulator.kernel.values import value_class
from emulator.wire.columns import Column, close_match


@value_class
class ReadingRules:
    """How a sandbox reads: its mode, its time, and the settings that change what a body means.

    ``gso_era`` chooses the catalogue of administrative units (B73); ``agency_code`` is the account's unit, whose
    subtree a dossier code must belong to (B18; None: not checked); ``vneid_meaning`` settles B33 (None: by mode);
    ``own_rules`` says which rules of the emulator's own refuse or are silent, ``status_moves`` the same of the matrix
    of statuses (decision 0003); ``ethnicity_meaning`` chooses the column of the annex for 29 to 54 (B22).
    """

    mode: ModeName = "documented"
    now_ms: int = 0
    gso_era: Literal["2023", "2025"] = "2023"
    agency_code: str | None = "H26"
    vneid_meaning: Literal["printed", "inverted"] | None = None
    ethnicity_meaning: Literal["gso", "annex"] = "gso"
    status_moves: Stance = "note"
    own_rules: Stances = field(default_factory=dict)


class Broken(NamedTuple):
    """One broken rule: the code our table gives it, and what the journal keeps."""

    code: int
    remark: Remark


ABSENT = "∅"
"""What a remark says was found where a field is not there at all; ``null`` and ``""`` say so themselves."""
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
_LONGEST = 80
_HEAD, _TAIL = 600, 300
_NO_COLUMNS: Mapping[str, Column] = {}


_SECRET = frozenset({"session", "password", "token", "accesstoken"})


def _member(owner: Any, name: str, default: Any) -> Any:
    if isinstance(owner, list):
        return owner[int(name)] if name.isdecimal() and int(name) < len(owner) else None
    return owner.get(name, default) if isinstance(owner, dict) else None


def told(value: Any) -> str:
    """Return a value as a remark shows it: a text as it is, one of blanks alone and all else as JSON, cut if long."""
    if isinstance(value, str) and value.strip():
        text = value
    else:
        text = str(value) if value.__class__ is int else _encode(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def cut(sentence: str) -> str:
    """Return a sentence with the middle of a long value left out: a megabyte that came is not sent back."""
    return sentence if len(sentence) <= _HEAD + _TAIL else f"{sentence[:_HEAD]}…{sentence[-_TAIL:]}"


class Reading:
    """The notes taken while one body is read under one set of rules.

    ``coding`` is what the call says in ``Content-Encoding``; ``given``, where there is no table, is the whole body, in
    which a remark's pointer finds what was found.

    ``body`` is what came and ``columns`` its table: from them a remark on a field has what was found, what is expected
    and what is nearest, unless the rule that makes it says so itself.
    """

    def __init__(self, rules: ReadingRules, coding: str = "") -> None:
        self.rules, self.coding = rules, coding
        self.mode = rules.mode
        self.notes = RemarkList()
        self.broken: list[Broken] = []
        self.body: Mapping[str, Any] = {}
        self.columns = _NO_COLUMNS
        self.given: Mapping[str, Any] = {}
        self._broken_left_out = 0

    def meet(self, quirk: str, path: str, code: int, vi: str, en: str, **values: str) -> bool:
        """Record that a quirk was met; return True when this mode refuses the call for it.

        ``code`` is the error code of the refusal; ``path`` the JSON pointer of the field; ``values`` are the optional
        ones of a ``Remark``: what was found, what is expected, what is nearest, where the table does not know better.
        """
        if QUIRKS[quirk].behaviour(self.mode) is Behaviour.REFUSE:
            self.refuse(quirk, path, code, vi, en, **values)
            return True
        self.note(quirk, path, vi, en, **values)
        return False

    def meet_own(self, rule: OwnRule, path: str, code: int, vi: str, en: str, **values: str) -> bool:
        """Record a rule of our own, which notes unless the sandbox says otherwise; return True when it refuses."""
        return self.take_stance(stance_of(rule, self.rules.own_rules), rule, path, code, vi, en, **values)

    def take_stance(self, stance: Stance, rule: str, path: str, code: int, vi: str, en: str, **values: str) -> bool:
        """Be silent about something, note it or refuse it; return True when it is refused."""
        if stance == "refuse":
            self.refuse(rule, path, code, vi, en, **values)
        elif stance == "note":
            self.note(rule, path, vi, en, **values)
        return stance == "refuse"

    def refuse_in_strict(self, rule: str, path: str, code: int, vi: str, en: str, **values: str) -> None:
        """Record a departure from a table, an annex or a standard: strict refuses it, the other modes say so."""
        if self.mode == "strict":
            self.refuse(rule, path, code, vi, en, **values)
        else:
            self.note(rule, path, vi, en, **values)

    def refuse(self, rule: str, path: str, code: int, vi: str, en: str, **values: str) -> None:
        """Record a broken rule that every mode refuses."""
        if len(self.broken) < MOST_REMARKS:
            remark = Remark(rule, "error", cut(path), cut(vi), cut(en), **self._values(path, values))
            self.broken.append(Broken(code, remark))
        else:
            self._broken_left_out += 1

    def note(self, rule: str, path: str, vi: str, en: str, **values: str) -> None:
        """Record something worth saying that refuses nothing."""
        if self.notes.is_full:  # a body of a caller's can break a rule a million times: no sentence is made then
            self.notes.left_out += 1
        else:
            self.notes.append(Remark(rule, "note", cut(path), cut(vi), cut(en), **self._values(path, values)))

    def _values(self, path: str, values: dict[str, str]) -> dict[str, str]:
        """Return what a remark on a field says beside its sentence: what its rule gave, then what the table knows."""
        column = self.columns.get(path[1:])
        if column is None:
            found = self._found_at(path) if "found" not in values else ""
            return {"found": found} | values if found else values
        given = self.body.get(column.name, ABSENT)
        known = {"found": ABSENT if given is ABSENT else told(given), "expected": column.wanted}
        if "nearest" not in values and isinstance(given, str) and given is not ABSENT:
            nearest = column.nearest(given)
            if nearest:
                known["nearest"] = nearest
        return known | values if values else known

    def _found_at(self, path: str) -> str:
        """Return what a pointer leads to in the whole body: ABSENT if its owner is there, nothing if not even that."""
        *above, name = path.split("/")[1:] or [""]
        if not self.given or not name or name.lower() in _SECRET:
            return ""
        owner: Any = self.given
        for each in above:
            owner = _member(owner, each, None)
        value = _member(owner, name, ABSENT if isinstance(owner, dict) else None)
        return "" if value is None else ABSENT if value is ABSENT else told(value)

    def near(self, word: str, known: Iterable[str]) -> str:
        """Return the known word nearest to one; empty without one, and where no remark would be kept any more."""
        if self.notes.is_full or len(self.broken) >= MOST_REMARKS:
            return ""
        return close_match(word[:_LONGEST], known)

    def check(self) -> None:
        """Raise when a rule was broken: the first decides the code, all are named.

        Raises:
            ServiceRefusal: at least one rule was broken.
        """
        if not self.broken:
            return
        sentences = "; ".join(each.remark.vi for each in self.broken)
        remarks = RemarkList(each.remark for each in self.broken)  # what it was refused for is never left out
        remarks.left_out += self._broken_left_out
        remarks.extend(self.notes)
        raise ServiceRefusal(self.broken[0].code, sentences, remarks)


# The register of places where the official documents disagree with themselves.

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


@value_class
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
            f"Điểm lệch {_row.id} của tài liệu: {_row.place}",
            f"Row {_row.id} of the quirk register: {_row.place}",
            "quirks",
        )
    )
