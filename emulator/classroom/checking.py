"""Whether a step was done: the journal of a seat, looked at once a call, held against the checks of the step."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.certification.checks import CHECKS
from emulator.certification.evidence import Entry
from emulator.certification.scenes import Finding, Played
from emulator.journal.journal import Entry as Row
from emulator.kernel.clock import iso
from emulator.kernel.exchange import JsonObject, is_behind_the_scenes
from emulator.kernel.values import value_class

if TYPE_CHECKING:
    from emulator.certification.lines import JournalLine, ResponseLine
    from emulator.certification.tasks.props import Expected
    from emulator.certification.vocabulary import Task
    from emulator.classroom.lessons import Lesson, LessonStep

MOST_LOOKED = 500
"""Calls of one step that a check of the kits looks at: the newest."""


@value_class
class StepStanding:
    """How far a step has come. ``is_spoilt``: something was done that the step forbids; it can be begun again.

    ``missing`` says in words what is not there yet, or what was wrong: pairs of Vietnamese and English.
    """

    is_passed: bool
    is_spoilt: bool = False
    missing: tuple[tuple[str, str], ...] = ()


@dataclass
class StepWatch:
    """One step of one seat while it is being done. Rows are shown to it once, oldest first."""

    lesson: Lesson
    step: LessonStep
    counts: list[int] = field(default_factory=list)
    reached: int = 0
    calls: deque[Entry] = field(default_factory=lambda: deque(maxlen=MOST_LOOKED))

    def __post_init__(self) -> None:
        self.counts = [0] * len(self.step.verify)

    def look_at(self, row: Row) -> None:
        """Take one exchange into account."""
        is_behind = is_behind_the_scenes(row.operation)
        for at, wanted in enumerate(self.step.verify):
            if wanted.looks_behind is is_behind and wanted.pattern.matches(row):
                self.counts[at] += 1
        if is_behind:
            return
        if self.reached < len(self.step.sequence) and self.step.sequence[self.reached].matches(row):
            self.reached += 1
        if self.step.checks:
            self.calls.append(entry_of(row))

    def is_passed(self) -> bool:
        """Tell whether the step is done; checks of the kits are asked only when all else holds."""
        counted = all(
            each.times.verdict(found, is_over=True) for each, found in zip(self.step.verify, self.counts, strict=True)
        )
        if not counted or self.reached < len(self.step.sequence):
            return False
        return all(each.answer == "good" for each in self._findings())

    def standing(self) -> StepStanding:
        """Return how far the step has come."""
        missing, is_spoilt = list[tuple[str, str]](), False
        for wanted, found in zip(self.step.verify, self.counts, strict=True):
            if wanted.times.verdict(found, is_over=True):
                continue
            is_spoilt = is_spoilt or (wanted.times.high is not None and found > wanted.times.high)
            missing.append(wanted.word_lack(found))
        if self.reached < (total := len(self.step.sequence)):
            missing.append(
                (f"Mới được {self.reached} trên {total} bước theo thứ tự", f"{self.reached} of {total} in order")
            )
        for finding in self._findings():
            if finding.answer != "good":
                is_spoilt = is_spoilt or finding.answer == "bad"
                missing.append(_sentences_of(finding))
        return StepStanding(not missing, is_spoilt, tuple(missing))

    def _findings(self) -> Iterable[Finding]:
        if not self.step.checks:
            return
        scene = scene_of(self.step.id, self.step.task, self.step.expected, tuple(self.calls))
        for check in self.step.checks:
            yield from CHECKS[check.name]([scene], check.given)


def scene_of(name: str, task: Task, expected: Expected, calls: tuple[Entry, ...] = ()) -> Played:
    """Return the calls of a step as the scene that a check of the kits looks at."""
    return Played(1, name, "main", Entry({"seq": 0, "request": {}}), task, calls, {}, expected)


def _sentences_of(finding: Finding) -> tuple[str, str]:
    vi, en = finding.vi, finding.en
    if finding.expected:
        vi, en = f"{vi}; cần {finding.expected}", f"{en}; expected {finding.expected}"
    if finding.actual:
        vi, en = f"{vi}, thấy {finding.actual}", f"{en}, seen {finding.actual}"
    return vi, en


def entry_of(row: Row) -> Entry:
    """Return an exchange as the checks of the kits read it.

    Its instant is that of the wall: pauses between tries are real, also where a trainer has frozen the class's clock.
    """
    story: JsonObject = json.loads(row.story)
    asked, said = story["request"], story["response"]
    moment = iso(row.wall_ms)
    response: ResponseLine = {"status": row.status, "headers": said["headers"], "body_size": said["body_size"]}
    if said["body_kept"]:
        response["body"] = row.response_body.decode("utf-8", "replace")
    if "delivery" in said:
        response["delivery"] = said["delivery"]
    line: JournalLine = {
        "seq": row.seq,
        "operation": row.operation,
        "outcome": row.outcome,
        "virtual": moment,
        "wall": moment,
        "request": {
            "method": row.method,
            "target": asked["target"],
            "headers": asked["headers"],
            "body": row.request_body.decode("utf-8", "replace"),
        },
        "response": response,
        "remarks": story["remarks"],
    }
    if story.get("scenario"):
        line["scenario"] = story["scenario"]
    if story.get("faults"):
        line["faults"] = story["faults"]
    return Entry(line)
