"""Lessons: what is to be done, how the journal shows that it was, three hints, and a solution as calls."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

from emulator.certification.checks import CHECKS
from emulator.classroom.checking import scene_of
from emulator.classroom.classes import HINTS, BadLesson, NoLesson
from emulator.classroom.lesson_words import LESSON, WantedCalls
from emulator.country.positions import Problem
from emulator.country.privacy import text_problems
from emulator.journal.patterns import Pattern
from emulator.kernel.values import value_class
from emulator.scenario.library import LESSONS, Library, NoScenario, shipped_folder
from emulator.scenario.reader import value_node
from emulator.scenario.words import MISSING
from emulator.scenario.yaml_text import Page

if TYPE_CHECKING:
    from emulator.certification.tasks.props import Expected
    from emulator.certification.vocabulary import Task

Both = Mapping[str, str]
Words = Mapping[str, Any]
_log = logging.getLogger(__name__)


@value_class
class KitCheck:
    """A check of the kits, by name, and what it is given."""

    name: str
    given: Words = field(default_factory=dict)


@value_class
class LessonStep:
    """One step: passed when all of ``verify``, ``sequence`` and ``checks`` hold over the calls since it began.

    ``scenario`` plays and ``faults`` are armed from its beginning; ``task`` and ``expected`` are what kit checks read.
    """

    id: str
    title: Both
    do: Both
    verify: tuple[WantedCalls, ...] = ()
    sequence: tuple[Pattern, ...] = ()
    checks: tuple[KitCheck, ...] = ()
    task: Task = field(default_factory=lambda: cast("Task", {}))
    expected: Expected = field(default_factory=lambda: cast("Expected", {}))
    scenario: str | None = None
    faults: tuple[Words, ...] = ()


@value_class
class SolutionCall:
    """One call of a solution. ``{{name}}`` in it stands for what an earlier call has taken, or for a key.

    ``body`` is the text that is sent; ``take`` names fields of the reply to keep. ``may_fail``: it is to be refused.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    take: Mapping[str, str] = field(default_factory=dict)
    note: Both = field(default_factory=dict)
    may_fail: bool = False


class LessonStepCard(TypedDict):
    """What everybody may know of a step."""

    id: str
    title: Both
    do: Both


class LessonCard(TypedDict):
    """What everybody may know of a lesson."""

    id: str
    title: Both
    goal: Both
    source: str
    minutes: int
    steps: list[LessonStepCard]


@value_class
class Lesson:
    """One lesson. ``source`` is the clause it teaches."""

    id: str
    number: int
    title: Both
    goal: Both
    source: str
    minutes: int
    steps: tuple[LessonStep, ...]
    hints: tuple[Both, ...]
    solution: tuple[SolutionCall, ...]

    def as_dict(self) -> LessonCard:
        """Return what everybody may know of the lesson: no hint and no solution."""
        return {
            "id": self.id,
            "title": dict(self.title),
            "goal": dict(self.goal),
            "source": self.source,
            "minutes": self.minutes,
            "steps": [{"id": each.id, "title": dict(each.title), "do": dict(each.do)} for each in self.steps],
        }


@cache
def shipped_lessons() -> tuple[Lesson, ...]:
    """Return the lessons in the box by their numbers."""
    found = [lesson_in(path, path.read_bytes()) for path in sorted((shipped_folder() / LESSONS).glob("*.yaml"))]
    return tuple(sorted(found, key=lambda each: each.number))


class LessonShelf:
    """The lessons a server knows: those in the box, and those in folders ``lessons`` of the places it was given."""

    def __init__(self, places: Iterable[Path] = ()) -> None:
        """``places`` are the folders of ``serve --scenario``."""
        self._places = tuple(places)

    def get(self, name: str) -> Lesson:
        """Return a lesson; one of the box wins. Raises NoLesson, or BadLesson when its file is wrong."""
        found = next((each for each in shipped_lessons() if each.id == name), None)
        if found is not None:
            return found
        paths = {path.stem: path for path in self._paths()}
        if name not in paths:
            raise NoLesson(name, [*(each.id for each in shipped_lessons()), *paths])
        return lesson_in(paths[name], paths[name].read_bytes())

    def find(self, names: Iterable[str]) -> tuple[Lesson, ...]:
        """Return the lessons of a class, in its order; those of the box when it names none.

        One whose file is gone or wrong since the class was opened is left out: the others go on.
        """
        found = []
        for name in names or [each.id for each in shipped_lessons()]:
            try:
                found.append(self.get(name))
            except (NoLesson, BadLesson, OSError) as trouble:
                _log.warning("a lesson is left out: %s", trouble)
        return tuple(found)

    def _paths(self) -> list[Path]:
        folders = [place if place.is_dir() else place.parent for place in self._places]
        return [path for folder in folders for path in sorted(folder.glob(f"{LESSONS}/*.yaml"))]


@lru_cache(64)
def lesson_in(path: Path, raw: bytes) -> Lesson:
    """Return the lesson that a file's bytes hold; ``path`` is for the messages. Raises BadLesson."""
    lesson, problems = read_lesson(path, raw)
    if lesson is None or problems:
        raise BadLesson(problems)
    return lesson


def read_lesson(path: Path, raw: bytes | None = None) -> tuple[Lesson | None, list[Problem]]:
    """Read a lesson's file; return it, and everything that is wrong with it by line and column."""
    page = Page(path, raw)
    root = page.tree()
    found: Any = LESSON.read(root, page) if root is not None and not page.problems else MISSING
    if found is MISSING or page.problems:
        return None, sorted({*page.problems})
    _check_whole(found, page)
    private = text_problems(str(path), page.raw().decode("utf-8", "replace").removeprefix("\ufeff"))
    problems = sorted({*page.problems, *private})
    return (None if problems else _lesson(found)), problems


def _check_whole(found: Words, page: Page) -> None:
    if found["id"] != page.path.stem:
        vi, en = f"id phải trùng tên tệp {page.path.stem}", f"the id must be the file's name {page.path.stem}"
        page.say(value_node(found, "id"), vi, en)
    if len(found["hints"]) != HINTS:
        page.say(value_node(found, "hints"), f"Cần đúng {HINTS} gợi ý", f"exactly {HINTS} hints are expected")
    seen: set[str] = set()
    library = Library()
    for step in found["steps"]:
        if step["id"] in seen:
            page.say(value_node(step, "id"), f"Đã có bước {step['id']}", f"there is a step {step['id']} already")
        seen.add(step["id"])
        if not any(step.get(name) for name in ("verify", "sequence", "checks")):
            page.say(step["@"], "Cần verify, sequence hoặc checks", "verify, sequence or checks is needed")
        _try_checks(step, page)
        try:
            library.path_of(step.get("scenario") or next(iter(library.paths())))
        except NoScenario as no:
            vi, en = f"Không có kịch bản “{step['scenario']}”{no.vi}", f"no scenario {step['scenario']!r}{no.en}"
            page.say(value_node(step, "scenario"), vi, en)
    for call in found["solution"]:
        if "json" in call and "form" in call:
            page.say(call["@"], "Chỉ một trong json, form", "one of json and form only")


def _try_checks(step: Words, page: Page) -> None:
    """Let each check look at a scene without calls: one that misses a word of the file cannot look at any."""
    scene = scene_of(step["id"], step.get("task", {}), step.get("expected", {}))
    for check in step.get("checks", ()):
        try:
            CHECKS[check["check"]]([scene], check.get("with", {}))
        except (KeyError, TypeError, ValueError, AttributeError) as lack:
            vi = f"Phép {check['check']} thiếu dữ liệu trong with, task hoặc expected: {lack}"
            page.say(check["@"], vi, f"{check['check']} misses something in with, task or expected: {lack}")


def _lesson(found: Words) -> Lesson:
    return Lesson(
        found["id"],
        found["number"],
        _both(found["title"]),
        _both(found["goal"]),
        found["source"],
        found["minutes"],
        tuple(_step(each) for each in found["steps"]),
        tuple(_both(each) for each in found["hints"]),
        tuple(_call(each) for each in found["solution"]),
    )


def _step(found: Words) -> LessonStep:
    return LessonStep(
        found["id"],
        _both(found["title"]),
        _both(found["do"]),
        found.get("verify", ()),
        found.get("sequence", ()),
        tuple(KitCheck(each["check"], each.get("with", {})) for each in found.get("checks", ())),
        found.get("task", {}),
        found.get("expected", {}),
        found.get("scenario"),
        tuple({name: value for name, value in each.items() if name != "@"} for each in found.get("faults", ())),
    )


def _call(found: Words) -> SolutionCall:
    from urllib.parse import quote

    method, _, path = found["call"].partition(" ")
    headers, body = dict(found.get("headers", {})), ""
    if "json" in found:
        body = json.dumps(found["json"], ensure_ascii=False, indent=2)
        headers.setdefault("Content-Type", "application/json; charset=utf-8")
    elif "form" in found:
        body = "&".join(f"{name}={quote(value, safe='{}')}" for name, value in found["form"].items())
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    take = dict(found.get("take", {}))
    return SolutionCall(
        method, path, headers, body, take, _both(found.get("note") or {}), bool(found.get("may_fail", False))
    )


def _both(found: Words) -> dict[str, str]:
    return {language: str(found[language]) for language in ("vi", "en") if language in found}
