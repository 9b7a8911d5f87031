"""Reading a body: every quirk met and every rule broken is collected, then one refusal names them all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from emulator.kernel.exchange import MOST_REMARKS, Remark, RemarkList
from emulator.kernel.refusals import ServiceRefusal
from emulator.wire.columns import Column, close_match
from emulator.wire.quirks import QUIRKS, Behaviour, ModeName, OwnRule, Stance, Stances, stance_of


@dataclass(frozen=True, slots=True)
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
    text = value if isinstance(value, str) and value.strip() else json.dumps(value, ensure_ascii=False, default=str)
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
