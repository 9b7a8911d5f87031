"""A class as pages: what a seat is to do now, and the board from which a trainer sees and moves everybody."""

from __future__ import annotations

import threading
from collections.abc import Container, Mapping
from hashlib import sha256
from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from emulator.admin.problems import Trouble
from emulator.classroom.classes import Classroom, NoClass
from emulator.classroom.solutions import LANGUAGES, program_of, values_of
from emulator.console import access
from emulator.console.caller import segment
from emulator.console.journal import newest_number
from emulator.console.site import PREFIX, go_to, person
from emulator.console.words import given_words

_OWN_CALLS = 6
_NOT_SHOWN = "…"
_one_at_a_time = threading.Lock()
"""Forty pages drawn at once would each take the interpreter from the calls; one after the other they do not."""

# The page of a seat.


def seat_page() -> str:
    """Show what the person is to do now, their keys, their calls, their hints."""
    return render_template("class_seat.html", **_seat(), **_keys())


def live_seat() -> AnyResponse | str:
    """Answer whether anything changed for the seat: its page anew, or 204."""
    found = _mark_of_seat()
    if request.args.get("seen") == found:
        return Response(status=204)
    with _one_at_a_time:
        return render_template("_class_seat_live.html", **_seat())


def _seat() -> dict[str, Any]:
    seen = _mark_of_seat()  # before the look, so that nothing that comes meanwhile is missed
    seat = person().caller.get("/seat")
    lesson = next((each for each in seat["lessons"] if each["id"] == seat["lesson"]), None)
    calls = person().caller.get("/requests", limit=_OWN_CALLS, clock="show", total="skip")["requests"]
    return {"seat": seat, "lesson": lesson, "entries": calls, "seen": seen}


def _mark_of_seat() -> str:
    seat = person().seat()
    if seat is None:
        raise Trouble("no-seat", name=person().sandbox)
    state = person().caller.context.classes.get(seat.class_name).state
    digest = sha256(repr(sorted(state.items())).encode()).hexdigest()[:8]
    return f"{newest_number()}.{seat.version}.{digest}"


def _keys() -> dict[str, Any]:
    caller = person().caller
    if caller.who.role == "viewer":
        return {"secrets": dict(caller.get("")["credentials"])}
    sandboxes = caller.context.sandboxes
    return {"secrets": sandboxes.credentials_shown(sandboxes.get(caller.sandbox))}


def act_at_seat() -> AnyResponse:
    """Open a hint, say one is stuck, begin the step again, or go to a lesson."""
    person().caller.change("POST", "/seat", given_words(request.form, ("do", "lesson")))
    return go_to("/class")


def show_solution(lesson: str) -> str:
    """Show the solution of a lesson that was passed, or that the trainer has opened, with the seat's own keys."""
    language = request.args.get("in", "curl")
    seat = person().caller.get("/seat")
    found = next((each for each in seat["lessons"] if each["id"] == lesson), None)
    if found is None or language not in LANGUAGES:
        raise Trouble("no-such-lesson", name=lesson, vi="", en="")
    if not found["solution"]:
        raise Trouble("wrong-moment", vi="Lời giải chưa mở", en="The solution is not open yet")
    caller = person().caller
    is_own = caller.who.sandbox is not None and caller.who.may_see_secrets
    token = request.cookies.get(access.COOKIE, "") if is_own else _NOT_SHOWN  # never the token of a trainer who looks
    values = values_of(_keys()["secrets"], caller.sandbox, caller.base, token)
    text = program_of(caller.context.progress.shelf.get(lesson), language, f"{caller.base}/s/{caller.sandbox}", values)
    shown = {"languages": LANGUAGES, "chosen": language, "file": LANGUAGES[language].file}
    return render_template("class_solution.html", lesson=found, text=text, **shown)


# The pages of a trainer. They belong to no sandbox.


def classes() -> str:
    """Show the classes that are open."""
    return render_template("classes.html", classes=person().caller.ask("GET", "/classes")["classes"])


def board(name: str) -> str:
    """Show the matrix of seats and steps, and what a trainer can do; ``view=wall`` shows neither names nor buttons."""
    context = person().caller.context
    library = sorted(context.cast.library.paths())
    return render_template("class_board.html", **_board(name), scenarios=library)


def live_board(name: str) -> AnyResponse | str:
    """Answer whether anything changed in the class: the matrix anew, or 204."""
    if request.args.get("seen") == person().caller.context.classes.mark(_classroom(name)):
        return Response(status=204)
    with _one_at_a_time:
        return render_template("_class_board_live.html", **_board(name))


def _board(name: str) -> dict[str, Any]:
    seen = person().caller.context.classes.mark(_classroom(name))
    found = person().caller.ask("GET", f"/classes/{segment(name)}/board")
    for row in found["seats"]:
        done = {(lesson, step) for lesson, step in row["passed"]}
        lessons = found["lessons"]
        row["cells"] = [[_sign(row, done, each["id"], step["id"]) for step in each["steps"]] for each in lessons]
    return {"board": found, "seen": seen, "base": f"{PREFIX}/classes/{segment(name)}"}


def _sign(row: Mapping[str, Any], done: Container[tuple[str, str]], lesson: str, step: str) -> tuple[str, str]:
    """Return how a step of a seat is drawn: its tone, and its sign."""
    if (lesson, step) in done:
        return "good", "●"
    if (row["lesson"], row["step"]) == (lesson, step):
        return ("bad", "✗") if row["spoilt"] else ("warn", "▶")
    return "soft", "○"


def _classroom(name: str) -> Classroom:
    """Return a class that the caller may see. Raises Trouble."""
    person().caller.ask("GET", f"/classes/{segment(name)}")
    try:
        return person().caller.context.classes.get(name)
    except NoClass:
        raise Trouble("no-such-class", name=name) from None


def act_in_class(name: str) -> AnyResponse:
    """Do what a trainer's button says, to all or to the seats that are named."""
    wish: dict[str, Any] = given_words(request.form, ("do", "text", "scenario", "lesson"))
    numbers = [int(each) for each in request.form.get("seats", "").replace(",", " ").split() if each.isdecimal()]
    if numbers:
        wish["seats"] = numbers
    person().caller.ask("POST", f"/classes/{segment(name)}/actions", content=wish)
    return redirect(f"{PREFIX}/classes/{segment(name)}", 303)


PAGES = (
    ("/class", seat_page, ("GET",)),
    ("/class", act_at_seat, ("POST",)),
    ("/class/live", live_seat, ("GET",)),
    ("/class/solutions/<lesson>", show_solution, ("GET",)),
)
CLASS_PAGES = (
    ("/classes", classes, ("GET",)),
    ("/classes/<name>", board, ("GET",)),
    ("/classes/<name>", act_in_class, ("POST",)),
    ("/classes/<name>/live", live_board, ("GET",)),
)
