"""The journal cut into the scenes that were played, and what a check says of one."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, cast

from emulator.certification.evidence import BEGUN, CLOSED, DECLARED, ENDED, OPENED, Entry
from emulator.certification.kit import KitWords, Role
from emulator.certification.lines import SceneEnding
from emulator.kernel.values import value_class

if TYPE_CHECKING:
    from emulator.certification.lines import Declaration, OpeningMark, SceneMark
    from emulator.certification.tasks.props import Expected, ExpectedFiled, ExpectedPush
    from emulator.certification.vocabulary import Task

BROKEN_OFF = "broken-off"


@dataclass(frozen=True)
class Played:
    """One scene as it was played. ``task`` is what the client was given; ``ending`` how it came to its end.

    ``ended_at`` is the number of the entry that ended it, 0 while it is played. ``guests`` are the dossiers of other
    scenes that the client sent during this one: what it still had to do.
    """

    no: int
    test_id: str
    role: Role
    begun: Entry
    task: Task
    entries: tuple[Entry, ...] = ()
    ending: SceneEnding = field(default_factory=SceneEnding)
    expected: Expected = field(default_factory=lambda: cast("Expected", {}))
    ended_at: int = 0
    guests: frozenset[str] = frozenset()

    @property
    def calls(self) -> list[Entry]:
        """Return what the client called, oldest first."""
        return [entry for entry in self.entries if entry.is_call]

    def of(self, *operations: str) -> list[Entry]:
        """Return the calls of some operations; ``btxh.*`` stands for all of a family."""
        return [entry for entry in self.calls if _is_one_of(entry.operation, operations)]

    def while_played(self, calls: Iterable[Entry]) -> list[Entry]:
        """Return those of some calls that were made while it was played, as what was armed for it then demands.

        A dossier that is tried once more in a later scene meets another state of affairs: no try of this one.
        """
        return [each for each in calls if self.begun.seq < each.seq and (not self.ended_at or each.seq < self.ended_at)]

    @cached_property
    def faults(self) -> frozenset[str]:
        """Return the names of the faults that were armed for the scene."""
        armed = (self.begun.body or {}).get("stimulus", {}).get("faults", ())
        return frozenset(str(each["fault"]) for each in armed)

    @property
    def pushed(self) -> Mapping[str, ExpectedPush]:
        """Return what is expected of the dossiers, by their codes, where the task is to push them."""
        return cast("Mapping[str, ExpectedPush]", self.expected.get("dossiers", {}))

    @property
    def listed(self) -> Sequence[ExpectedFiled]:
        """Return what the judge is told of the dossiers, where the task is to fetch what the ministry lists."""
        return cast("Sequence[ExpectedFiled]", self.expected.get("dossiers", ()))

    @property
    def is_over(self) -> bool:
        """Tell whether the scene has ended."""
        return bool(self.ending)

    @property
    def is_void(self) -> bool:
        """Tell whether it was broken off to be played again: power cut, wrong dossier typed in."""
        return self.ending.get("how") == BROKEN_OFF

    @property
    def has_crashed(self) -> bool:
        """Tell whether the vendor's program ended in trouble, or had to be stopped."""
        return self.ending.get("how") in ("crashed", "timeout")


def _is_one_of(operation: str, wanted: Iterable[str]) -> bool:
    return any(operation.startswith(each[:-1]) if each.endswith("*") else operation == each for each in wanted)


@dataclass(frozen=True)
class AttemptRecord:
    """A whole attempt as its journal tells it. ``scenes`` count; those ``void`` were broken off and played again."""

    opened: OpeningMark
    scenes: tuple[Played, ...]
    void: tuple[Played, ...]
    declared: Mapping[str, Declaration]
    is_closed: bool
    entries: tuple[Entry, ...]

    def of(self, test_id: str) -> tuple[Played, ...]:
        """Return the scenes of a test, as they were played."""
        return tuple(scene for scene in self.scenes if scene.test_id == test_id)


def record_of(entries: Iterable[Entry]) -> AttemptRecord:
    """Return the attempt that a journal tells.

    Raises:
        ValueError: it does not begin with the mark of an attempt.
    """
    every = tuple(entries)
    if not every or every[0].operation != OPENED:
        raise ValueError("the journal does not begin with an attempt")
    scenes: list[Played] = []
    seen: list[Entry] = []
    declared: dict[str, Declaration] = {}
    for entry in every:
        if entry.operation == BEGUN:
            scenes.append(_begin_played(entry))
            seen = []
        elif entry.operation == ENDED:
            scenes[-1] = replace(scenes[-1], entries=tuple(seen), ending=entry.body, ended_at=entry.seq)
        elif entry.operation == DECLARED:
            declared[entry.body["test"]] = entry.body
        elif scenes and not scenes[-1].is_over and not entry.is_mark:
            seen.append(entry)
    if scenes and not scenes[-1].is_over:
        scenes[-1] = replace(scenes[-1], entries=tuple(seen))
    scenes = Subjects(scenes).sorted_out()
    kept = tuple(scene for scene in scenes if not scene.is_void)
    void = tuple(scene for scene in scenes if scene.is_void)
    return AttemptRecord(every[0].body, kept, void, declared, every[-1].operation == CLOSED, every)


def _begin_played(entry: Entry) -> Played:
    told: SceneMark = entry.body
    return Played(told["no"], told["test"], told["role"], entry, told["task"], expected=told.get("expected", {}))


class Subjects:
    """Whose dossier a call is about: what a client still had to send of an earlier scene belongs to that scene."""

    def __init__(self, scenes: Sequence[Played]) -> None:
        self._scenes = [_by_told_codes(scene) for scene in scenes]
        self._home: dict[str, int] = {}
        for at, scene in enumerate(self._scenes):
            for key in _keys_of(scene):
                self._home.setdefault(key, at)

    def sorted_out(self) -> list[Played]:
        """Return the scenes, each with the calls about its own dossiers."""
        moved: dict[int, list[Entry]] = {}
        kept = []
        for at, scene in enumerate(self._scenes):
            own = _keys_of(scene)
            away = {entry.seq: home for entry in scene.entries if (home := self._elsewhere(entry, own)) is not None}
            for entry in scene.entries:
                if entry.seq in away and away[entry.seq] != at:
                    moved.setdefault(away[entry.seq], []).append(entry)
            stays = tuple(entry for entry in scene.entries if away.get(entry.seq, at) == at)
            guests = frozenset(entry.own_code for entry in scene.entries if away.get(entry.seq, at) != at)
            kept.append(replace(scene, entries=stays, guests=guests - {""}))
        return [
            replace(scene, entries=tuple(sorted((*scene.entries, *moved[at]), key=lambda entry: entry.seq)))
            if at in moved
            else scene
            for at, scene in enumerate(kept)
        ]

    def _elsewhere(self, entry: Entry, own: Container[str]) -> int | None:
        """Return the scene whose dossier a call is about, when it is none of this scene's."""
        body = entry.body if entry.is_call and isinstance(entry.body, dict) else {}
        named = [key for name in _NAMES if (key := str(body.get(name) or ""))]
        named += [_file_asked_for(entry)] if entry.is_call and entry.method == "GET" else []
        if any(key in own for key in named):
            return None
        return next((self._home[key] for key in named if key in self._home), None)


def _by_told_codes(scene: Played) -> Played:
    """Return a scene in which calls about a dossier bear the code of the task: a client may give codes of its own.

    Whose dossier a push is about its applicant tells; a step has the code of the push before it.
    """
    told = [each for each in scene.task.get("dossiers", ()) if isinstance(each, dict) and "applicant" in each]
    by_owner = {str(each["applicant"].get("citizen_id")): str(each["dossier_code"]) for each in told}
    codes, known = set(by_owner.values()), dict[str, str]()
    entries = []
    for entry in scene.entries:
        body = entry.body if entry.is_call and isinstance(entry.body, dict) else {}
        own = str(body.get("MaHoSo") or "")
        if own and own not in codes:
            named = (str(body.get(name) or "") for name in ("CMND", "SoDinhDanh"))
            if owner := next((name for name in named if name in by_owner), ""):
                known[own] = by_owner[owner]
            entries.append(replace(entry, dossier=known[own]) if own in known else entry)
        else:
            entries.append(entry)
    return replace(scene, entries=tuple(entries))


_NAMES = ("MaHoSo", "SoDinhDanh", "CMND")


def _keys_of(scene: Played) -> frozenset[str]:
    """Return what names a scene's dossiers on the wire: their codes, and the numbers of their applicants."""
    told = [each for each in scene.task.get("dossiers", ()) if isinstance(each, dict)]
    keys = [str(each["dossier_code"]) for each in told if each.get("dossier_code")]
    keys += [str(each["applicant"]["citizen_id"]) for each in told if each.get("applicant", {}).get("citizen_id")]
    for each in _dossiers_listed(scene):
        keys += [str(each["code"]), *map(str, (*each.get("files", ()), *each.get("deleted", ())))]
    return frozenset(keys)


def _file_asked_for(entry: Entry) -> str:
    """Return the path behind the sandbox's prefix."""
    return f"/{entry.path.partition('/s/')[2].partition('/')[2]}"


def _dossiers_listed(scene: Played) -> list[ExpectedFiled]:
    found = scene.expected.get("dossiers", ())
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


# What a check says: one sentence in two languages with its evidence. It never decides how serious that is.

Answer = Literal["good", "bad", "unseen"]
"""``good``: the thing asked for was seen. ``bad``: it was violated. ``unseen``: nothing in the journal speaks of it."""


class FindingWords(TypedDict):
    """A finding as the report holds it: the members of ``Finding``, by the same names."""

    answer: Answer
    vi: str
    en: str
    evidence: list[int]
    expected: NotRequired[str]
    actual: NotRequired[str]


@value_class
class Finding:
    """One finding. ``evidence``: sequence numbers of the journal; ``expected``, ``actual``: of the exact field."""

    answer: Answer
    vi: str
    en: str
    evidence: tuple[int, ...] = ()
    expected: str = ""
    actual: str = ""

    def as_dict(self) -> FindingWords:
        """Return the finding as the report holds it."""
        told: FindingWords = {
            "answer": self.answer,
            "vi": self.vi,
            "en": self.en,
            "evidence": list(self.evidence),
        }
        if self.expected:
            told["expected"] = self.expected
        if self.actual:
            told["actual"] = self.actual
        return told


CheckOf = Callable[[Sequence[Played], KitWords], list[Finding]]
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
