"""How far the people of a class have come: read off their journals, kept in the rows of their seats.

Only that a step was passed is written down; what a step has seen so far is read again after a restart, from where the
step began. A process remembers what it has looked at, so that a look costs what is new.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from emulator.classroom.checking import StepStanding, StepWatch
from emulator.classroom.classes import Classes, Classroom, NoLesson, Seat, State
from emulator.classroom.lessons import Lesson, LessonShelf, LessonStep
from emulator.classroom.report import refusal_of
from emulator.country.sandbox import Sandbox
from emulator.journal.journal import Journal, Search
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import is_behind_the_scenes

if TYPE_CHECKING:
    from emulator.classroom.report import LastRefusal

MOST_AT_ONCE = 2_000
"""Exchanges of one seat that one look reads: of a seat that floods, the rest waits for the next."""
Entered = Callable[[Sandbox, Lesson, LessonStep], None]


@dataclass
class SeatWatch:
    """What a process has seen of one seat: the step it is at, and the newest of its calls."""

    key: tuple[Any, ...]
    watch: StepWatch | None
    seen: int
    last_call_ms: int | None = None
    last_refusal: LastRefusal | None = None


@dataclass(frozen=True)
class SeatProgress:
    """How far one seat has come. ``step`` is None when every lesson is done."""

    seat: Seat
    lessons: tuple[Lesson, ...]
    lesson: Lesson | None
    step: LessonStep | None
    standing: StepStanding
    passed: frozenset[tuple[str, str]]
    last_call_ms: int | None = None
    last_refusal: LastRefusal | None = None
    progress_ms: int = 0

    def is_passed(self, lesson: str) -> bool:
        """Tell whether every step of a lesson is passed."""
        found = next((each for each in self.lessons if each.id == lesson), None)
        return found is not None and all((found.id, step.id) in self.passed for step in found.steps)


@dataclass
class ClassProgress:
    """The progress of all classes of a store. ``entered`` does what a step wants when a seat comes to it."""

    classes: Classes
    journal: Journal
    shelf: LessonShelf = field(default_factory=LessonShelf)
    entered: Entered = lambda _sandbox, _lesson, _step: None
    _watches: dict[tuple[str, int], SeatWatch] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def lessons_of(self, classroom: Classroom) -> tuple[Lesson, ...]:
        """Return the lessons of a class, in their order."""
        return self.shelf.find(classroom.lessons)

    def of_class(self, classroom: Classroom) -> list[SeatProgress]:
        """Return how far each seat of a class has come."""
        return [self.of_seat(classroom, seat) for seat in self.classes.seats(classroom.name)]

    def of_seat(self, classroom: Classroom, seat: Seat) -> SeatProgress:
        """Return how far a seat has come, after having looked at what is new."""
        lessons = self.lessons_of(classroom)
        with self._lock:
            while seat.sandbox is not None:
                if "lesson" not in seat.state and lessons:
                    seat = self._enter(seat, lessons, lessons[0].id, 0) or seat
                elif seat.state.get("lesson") not in (None, *(each.id for each in lessons)):  # its file is gone
                    following = _following_lesson(seat, lessons)
                    seat = self._enter(seat, lessons, following.id if following else None) or seat
                watch = self._watch(seat, lessons)
                is_passed = watch.watch is not None and watch.watch.is_passed()
                moved = self._pass(seat, lessons, watch) if is_passed and not classroom.state.get("locked") else None
                if moved is None:
                    return _standing_of(seat, lessons, watch)
                seat = moved
            return _standing_of(seat, lessons, None)

    def _watch(self, seat: Seat, lessons: tuple[Lesson, ...]) -> SeatWatch:
        """Return the watch of a seat after everything new."""
        sandbox = seat.sandbox
        if sandbox is None:
            raise LookupError(seat.sandbox_id)
        place = current_step(seat, lessons)
        epoch, since = seat.state.get("since", (sandbox.epoch, 0))
        since = since if epoch == sandbox.epoch else 0
        key = (sandbox.no, sandbox.epoch, place[0].id if place else "", place[1].id if place else "", since)
        name = (seat.class_name, seat.number)
        watch = self._watches.get(name)
        if watch is None or watch.key != key:
            begun = StepWatch(*place) if place else None
            floor = self.journal.floor(sandbox.home, sandbox.settings.journal_limit)
            watch = SeatWatch(key, begun, max(since, floor), *self._last_of(sandbox))
            self._watches[name] = watch
        self._look(watch, sandbox)
        return watch

    def _last_of(self, sandbox: Sandbox) -> tuple[int | None, LastRefusal | None]:
        calls, _ = self.journal.page(sandbox.home, Search(), limit=1)
        refused, _ = self.journal.page(sandbox.home, Search(outcome="refused"), limit=1)
        return (calls[0].wall_ms if calls else None), (refusal_of(refused[0]) if refused else None)

    def _look(self, watch: SeatWatch, sandbox: Sandbox) -> None:
        if self.journal.newest(sandbox.home) <= watch.seen or (watch.watch is not None and watch.watch.is_passed()):
            return
        for row in islice(self.journal.each(sandbox.home, watch.seen), MOST_AT_ONCE):
            watch.seen = row.seq
            if not is_behind_the_scenes(row.operation):
                watch.last_call_ms = row.wall_ms
                watch.last_refusal = refusal_of(row) if row.outcome == "refused" else watch.last_refusal
            if watch.watch is not None:
                watch.watch.look_at(row)
                if watch.watch.is_passed():  # what comes after it belongs to the next step
                    return

    def _pass(self, seat: Seat, lessons: tuple[Lesson, ...], watch: SeatWatch) -> Seat | None:
        """Write down that the step is passed and go on; None when somebody else did, or the seat is gone."""
        step = watch.watch
        if step is None:
            return None
        mark = {"lesson": step.lesson.id, "step": step.step.id, "at": system_ms(), "seq": watch.seen}
        is_first = True

        def change(state: State) -> State:
            nonlocal is_first
            done = state.get("passed", [])
            is_first = not any((each["lesson"], each["step"]) == (mark["lesson"], mark["step"]) for each in done)
            return {**state, "passed": [*done, mark], "stuck": None} if is_first else state

        changed = self.classes.change_seat(seat, change)
        if changed is None or not is_first:
            return changed
        following = _following_lesson(changed, lessons)
        return self._enter(changed, lessons, following.id if following else None, watch.seen)

    def move(self, classroom: Classroom, seat: Seat, lesson: str) -> Seat | None:
        """Let a seat begin a lesson, at its first step that is not passed. Raises NoLesson."""
        lessons = self.lessons_of(classroom)
        if lesson not in {each.id for each in lessons}:
            raise NoLesson(lesson, [each.id for each in lessons])
        return self._enter(seat, lessons, lesson)

    def begin_again(self, classroom: Classroom, seat: Seat) -> Seat | None:
        """Let a seat begin its step again: what it called before counts no more."""
        return self._enter(seat, self.lessons_of(classroom), seat.state.get("lesson"))

    def _enter(
        self, seat: Seat, lessons: tuple[Lesson, ...], lesson: str | None, after: int | None = None
    ) -> Seat | None:
        sandbox = seat.sandbox
        if sandbox is None:
            return None
        since = self.journal.newest(sandbox.home) if after is None else after
        moved = self.classes.change_seat(
            seat,
            lambda state: {**state, "lesson": lesson, "since": [sandbox.epoch, since], "began": system_ms()},
        )
        place = current_step(moved, lessons) if moved else None
        if place is not None:
            self.entered(sandbox, *place)
        return moved


def passed_steps(seat: Seat) -> frozenset[tuple[str, str]]:
    """Return the steps that a seat has passed, as (lesson, step)."""
    return frozenset((each["lesson"], each["step"]) for each in seat.state.get("passed", ()))


def current_step(seat: Seat, lessons: Iterable[Lesson]) -> tuple[Lesson, LessonStep] | None:
    """Return the lesson a seat is at and its first step that is not passed; None when it is at none."""
    lesson = next((each for each in lessons if each.id == seat.state.get("lesson")), None)
    if lesson is None:
        return None
    done = passed_steps(seat)
    step = next((each for each in lesson.steps if (lesson.id, each.id) not in done), None)
    return (lesson, step) if step else None


def _following_lesson(seat: Seat, lessons: tuple[Lesson, ...]) -> Lesson | None:
    """Return the lesson to go on with: this one while it has steps left, else the next that has, else any."""
    done, ids = passed_steps(seat), [each.id for each in lessons]
    at = ids.index(seat.state["lesson"]) if seat.state.get("lesson") in ids else 0
    left = [each for each in (*lessons[at:], *lessons[:at]) if any((each.id, s.id) not in done for s in each.steps)]
    return left[0] if left else None


def _standing_of(seat: Seat, lessons: tuple[Lesson, ...], watch: SeatWatch | None) -> SeatProgress:
    place = current_step(seat, lessons)
    standing = watch.watch.standing() if watch and watch.watch else StepStanding(is_passed=place is None)
    marks = [each["at"] for each in seat.state.get("passed", ())]
    return SeatProgress(
        seat,
        lessons,
        place[0] if place else None,
        place[1] if place else None,
        standing,
        passed_steps(seat),
        watch.last_call_ms if watch else None,
        watch.last_refusal if watch else None,
        max([*marks, seat.state.get("began", 0)]),
    )
