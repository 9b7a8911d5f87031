"""What a trainer sees and does while a class works, and what a seat may do by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from emulator.admin import faults, scenarios, time
from emulator.admin.classes import find_class
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminContext, AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.classroom.classes import HINTS, Classroom, NoLesson, Seat, State
from emulator.country.sandbox import Sandbox
from emulator.kernel.clock import iso, system_ms

if TYPE_CHECKING:
    from emulator.classroom.lessons import Lesson, LessonStep
    from emulator.classroom.progress import SeatProgress

ROUTES = RouteTable("lớp học / class")
SEAT_ROUTES = RouteTable("lớp học / class", scoped=True)


@ROUTES.add(
    "GET",
    "/classes/{class}/board",
    "Bảng theo dõi lớp",
    "The board of a class",
    RouteDoc("ClassBoard", noes=("no-such-class",)),
)
def show_board(request: AdminRequest) -> AdminReply:
    """Return seats × steps as they are now: those who said they are stuck first, the longest stuck of all."""
    classroom = find_class(request)
    rows = [_board_row(each) for each in request.context.progress.of_class(classroom)]
    rows.sort(key=lambda row: (row["stuck"] is None, row["stuck"] or "", row["number"]))
    return AdminReply(
        {
            "name": classroom.name,
            "title": classroom.title,
            "message": classroom.state.get("message"),
            "locked": bool(classroom.state.get("locked")),
            "frozen": bool(classroom.state.get("frozen")),
            "lessons": [each.as_dict() for each in request.context.progress.lessons_of(classroom)],
            "seats": rows,
        }
    )


def _board_row(progress: SeatProgress) -> dict[str, Any]:
    seat = progress.seat
    now, stuck = system_ms(), seat.state.get("stuck")
    return {
        "number": seat.number,
        "person": seat.person,
        "sandbox": seat.sandbox_id if seat.sandbox else None,
        "passed": [list(each) for each in sorted(progress.passed)],
        "lesson": progress.lesson.id if progress.lesson else None,
        "step": progress.step.id if progress.step else None,
        "spoilt": progress.standing.is_spoilt,
        "stuck": iso(stuck) if stuck else None,
        "last_call": iso(progress.last_call_ms) if progress.last_call_ms else None,
        "minutes": max(0, now - progress.progress_ms) // 60_000 if progress.progress_ms else 0,
        "last_refusal": progress.last_refusal,
    }


@ROUTES.add(
    "POST",
    "/classes/{class}/actions",
    "Việc của giảng viên",
    "What a trainer does",
    RouteDoc("ClassDone", "ClassAction", {"do": "message", "text": "Nghỉ 10 phút"}, noes=("no-such-class",)),
)
def act_in_class(request: AdminRequest) -> AdminReply:
    """Do something to all seats, or to those of ``seats``: the words of ``do``.

    ``message`` (``text``, none ends it), ``lock`` and ``unlock``, ``freeze`` and ``thaw`` (the clock), ``scenario``
    (none: no scenario), ``hint`` and ``solution`` (of ``lesson``), ``move`` (to ``lesson``), ``reset`` (seats alone).
    """
    from emulator.admin import class_schemas, schemas

    classroom = find_class(request)
    wish = schemas.load(class_schemas.ClassAction(), request.content())
    seats = _wished_seats(request, classroom, wish)
    lesson = _wished_lesson(request, classroom, wish)
    if wish["do"] in _OF_LESSONS and lesson is None:
        raise invalid([InputFault("/lesson", "là bắt buộc", "is required")])
    _ACTIONS[wish["do"]](request, classroom, seats, wish)
    return AdminReply({"do": wish["do"], "seats": [each.number for each in seats]})


def _wished_seats(request: AdminRequest, classroom: Classroom, wish: Mapping[str, Any]) -> list[Seat]:
    every = [each for each in request.context.classes.seats(classroom.name) if each.sandbox is not None]
    if "seats" not in wish:
        if wish["do"] == "reset":
            raise invalid([InputFault("/seats", "là bắt buộc", "is required")])
        return every
    missing = set(wish["seats"]) - {each.number for each in every}
    if missing:
        raise Trouble("no-such-seat", name=classroom.name, seat=min(missing))
    return [each for each in every if each.number in wish["seats"]]


def _wished_lesson(request: AdminRequest, classroom: Classroom, wish: Mapping[str, Any]) -> Lesson | None:
    if "lesson" not in wish:
        return None
    found = {each.id: each for each in request.context.progress.lessons_of(classroom)}
    if wish["lesson"] not in found:
        raise missing_lesson(NoLesson(wish["lesson"], found))
    return found[wish["lesson"]]


def missing_lesson(no: NoLesson) -> Trouble:
    """Return the refusal of a lesson that is not there."""
    return Trouble("no-such-lesson", name=no.args[0], vi=no.vi, en=no.en)


Act = Callable[[AdminRequest, Classroom, list[Seat], Mapping[str, Any]], None]


def _tell_everybody(request: AdminRequest, classroom: Classroom, _: list[Seat], wish: Mapping[str, Any]) -> None:
    request.context.classes.change_class(classroom.name, lambda state: {**state, "message": wish.get("text")})


def _lock(request: AdminRequest, classroom: Classroom, _: list[Seat], __: Mapping[str, Any]) -> None:
    request.context.classes.change_class(classroom.name, lambda state: {**state, "locked": True})


def _unlock(request: AdminRequest, classroom: Classroom, seats: list[Seat], _: Mapping[str, Any]) -> None:
    """Let the class go on; what was called meanwhile counts for no step."""
    free = request.context.classes.change_class(classroom.name, lambda state: {**state, "locked": False})
    for seat in seats:
        request.context.progress.begin_again(free, seat)


def _freeze(request: AdminRequest, classroom: Classroom, seats: list[Seat], wish: Mapping[str, Any]) -> None:
    is_frozen = wish["do"] == "freeze"
    for seat in seats:
        turn = {"action": "freeze"} if is_frozen else {"action": "scale", "scale": 1}
        _as_seat(request, seat, time.turn_clock, turn)
    request.context.classes.change_class(classroom.name, lambda state: {**state, "frozen": is_frozen})


def _play(request: AdminRequest, _: Classroom, seats: list[Seat], wish: Mapping[str, Any]) -> None:
    for seat in seats:
        _as_seat(request, seat, scenarios.choose_scenario, {"scenario": wish.get("scenario")})


def _open_hint(request: AdminRequest, _: Classroom, seats: list[Seat], wish: Mapping[str, Any]) -> None:
    for seat in seats:
        request.context.classes.change_seat(seat, lambda state: with_hint(state, wish["lesson"]))


def _open_solution(request: AdminRequest, _: Classroom, seats: list[Seat], wish: Mapping[str, Any]) -> None:
    def change(state: State) -> State:
        return {**state, "opened": sorted({*state.get("opened", ()), wish["lesson"]})}

    for seat in seats:
        request.context.classes.change_seat(seat, change)


def _move(request: AdminRequest, classroom: Classroom, seats: list[Seat], wish: Mapping[str, Any]) -> None:
    for seat in seats:
        request.context.progress.move(classroom, seat, wish["lesson"])


def _reset(request: AdminRequest, classroom: Classroom, seats: list[Seat], _: Mapping[str, Any]) -> None:
    """Put the sandboxes of some seats back to their pack; what they have passed stays passed."""
    for seat in seats:
        if seat.sandbox is not None:
            request.context.progress.of_seat(classroom, seat)  # what nobody has looked at yet is passed, too
            request.context.sandboxes.reset(seat.sandbox)
            fresh = request.context.sandboxes.get(seat.sandbox.id)
            scenarios.play(request.context, fresh)
            request.context.progress.begin_again(classroom, replace(seat, sandbox=fresh))
    request.context.sweeper.wake()


def _as_seat(
    request: AdminRequest, seat: Seat, handler: Callable[[AdminRequest], AdminReply], content: Mapping[str, Any]
) -> None:
    handler(replace(request, named={"sandbox": seat.sandbox_id}, asked={}, body=orjson.dumps(content)))


_ACTIONS: Mapping[str, Act] = {
    "message": _tell_everybody,
    "lock": _lock,
    "unlock": _unlock,
    "freeze": _freeze,
    "thaw": _freeze,
    "scenario": _play,
    "hint": _open_hint,
    "solution": _open_solution,
    "move": _move,
    "reset": _reset,
}
ACTIONS = tuple(_ACTIONS)
_OF_LESSONS = ("hint", "solution", "move")


def with_hint(state: State, lesson: str) -> State:
    """Return the state of a seat for which one more hint of a lesson is open."""
    hints = dict(state.get("hints", {}))
    hints[lesson] = min(HINTS, hints.get(lesson, 0) + 1)
    return {**state, "hints": hints}


# What a seat sees and does.


@SEAT_ROUTES.add("GET", "/seat", "Chỗ của tôi", "My seat", RouteDoc("Seat", noes=("no-seat",), usual="404"))
def show_seat(request: AdminRequest) -> AdminReply:
    """Return what the person of this sandbox is to do now, what is missing, open hints, and the lessons."""
    classroom, seat = find_own_seat(request)
    return AdminReply(_seat_view(classroom, request.context.progress.of_seat(classroom, seat)))


@SEAT_ROUTES.add(
    "POST",
    "/seat",
    "Việc của người ngồi chỗ này",
    "What the person of a seat does",
    RouteDoc("Seat", "SeatAction", {"do": "hint"}, noes=("no-seat", "wrong-moment"), usual="404"),
)
def act_at_seat(request: AdminRequest) -> AdminReply:
    """Open the next ``hint``, say ``stuck`` or ``unstuck``, begin the step ``again``, or ``move`` to a ``lesson``."""
    from emulator.admin import class_schemas, schemas

    wish = schemas.load(class_schemas.SeatAction(), request.content())
    classroom, seat = find_own_seat(request)
    if classroom.state.get("locked"):
        raise Trouble("wrong-moment", vi="Giảng viên đang tạm dừng lớp", en="The trainer holds the class")
    progress, context = request.context.progress.of_seat(classroom, seat), request.context
    if wish["do"] == "move":
        try:
            context.progress.move(classroom, progress.seat, wish.get("lesson", ""))
        except NoLesson as no:
            raise missing_lesson(no) from None
    elif wish["do"] == "again":
        context.progress.begin_again(classroom, progress.seat)
    elif wish["do"] == "hint":
        if progress.lesson is not None:
            name = progress.lesson.id
            context.classes.change_seat(progress.seat, lambda state: with_hint(state, name))
    else:
        since = system_ms() if wish["do"] == "stuck" else None
        context.classes.change_seat(progress.seat, lambda state: {**state, "stuck": since})
    classroom, seat = find_own_seat(request)
    return AdminReply(_seat_view(classroom, context.progress.of_seat(classroom, seat)))


def find_own_seat(request: AdminRequest) -> tuple[Classroom, Seat]:
    """Return the seat that the sandbox of a path is, and its class. Raises Trouble."""
    sandbox = request.sandbox()
    seat = request.context.classes.seat_of(sandbox)
    if seat is None:
        raise Trouble("no-seat", name=sandbox.id)
    return request.context.classes.get(seat.class_name), seat


def _seat_view(classroom: Classroom, progress: SeatProgress) -> dict[str, Any]:
    seat, stuck = progress.seat, progress.seat.state.get("stuck")
    return {
        "class": classroom.name,
        "title": classroom.title,
        "message": classroom.state.get("message"),
        "locked": bool(classroom.state.get("locked")),
        "number": seat.number,
        "person": seat.person,
        "lesson": progress.lesson.id if progress.lesson else None,
        "step": progress.step.id if progress.step else None,
        "spoilt": progress.standing.is_spoilt,
        "missing": [{"vi": vi, "en": en} for vi, en in progress.standing.missing],
        "stuck": iso(stuck) if stuck else None,
        "lessons": [_lesson_view(each, progress) for each in progress.lessons],
    }


def _lesson_view(lesson: Lesson, progress: SeatProgress) -> dict[str, Any]:
    state = progress.seat.state
    told = lesson.as_dict()
    is_passed = progress.is_passed(lesson.id)
    opened = HINTS if is_passed else state.get("hints", {}).get(lesson.id, 0)
    return {
        **told,
        "steps": [{**each, "passed": (lesson.id, each["id"]) in progress.passed} for each in told["steps"]],
        "passed": is_passed,
        "hints": [dict(each) for each in lesson.hints[:opened]],
        "hints_left": len(lesson.hints) - opened,
        "solution": is_passed or lesson.id in state.get("opened", ()),
    }


def enter_step(context: AdminContext, sandbox: Sandbox, lesson: Lesson, step: LessonStep) -> None:
    """Arm what a step wants as a seat comes to it. A lesson begins without what was armed before it."""
    is_first = step.id == lesson.steps[0].id
    request = AdminRequest(context, {"sandbox": sandbox.id}, {}, b"", "")
    if step.faults or (is_first and sandbox.settings.armed_faults):
        wish = {"faults": [dict(each) for each in step.faults]}
        faults.replace_faults(replace(request, body=orjson.dumps(wish)))
    if step.scenario or (is_first and _plays_for_a_lesson(context, sandbox)):
        wishes = [{"name": step.scenario}] if step.scenario else []
        scenarios.change_scenarios(context, context.sandboxes.get(sandbox.id), wishes)


def _plays_for_a_lesson(context: AdminContext, sandbox: Sandbox) -> bool:
    """Tell whether what plays in a sandbox was begun by a step of its class: a trainer's scenario goes on."""
    seat = context.classes.seat_of(sandbox)
    if seat is None or sandbox.definition.scenario is None:
        return False
    lessons = context.progress.lessons_of(context.classes.get(seat.class_name))
    return any(step.scenario == sandbox.definition.scenario for lesson in lessons for step in lesson.steps)
