"""What goes wrong and when: scenarios, armed faults, and travelling in time with what will happen on the way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
from flask import render_template, request
from werkzeug.wrappers import Response as AnyResponse

from emulator.admin.problems import InputFault, invalid
from emulator.console.caller import segment
from emulator.console.site import go_to, person
from emulator.console.words import number_or_text

_UPCOMING = 50
_WORDS_SHOWN = ("dossier", "status", "stage", "count", "code", "dstcode", "host", "from", "to", "provider", "subject")
_ID = re.compile(r"""^id:[ \t]*["']*(-*[A-Za-z0-9][A-Za-z0-9-]*)["']*[ \t\r]*$""", re.MULTILINE)
TEXT_LIMIT = 256 * 1024
"""Bytes of a scenario that the editor takes."""


def scenarios() -> str:
    """Show what plays, what could play, what is armed, and what the clock will bring."""
    caller = person().caller
    listed = caller.get("/scenarios")
    faults, agenda = caller.get("/faults"), caller.get("/agenda", limit=_UPCOMING)
    return render_template(
        "scenarios.html",
        playing=caller.get("/scenario"),
        cards=[_card(name) for name in listed["library"]],
        armed=faults["faults"],
        catalogue=faults["catalogue"],
        operations=[offer.name for offer in caller.context.offers],
        clock=caller.get("/clock"),
        agenda=agenda["agenda"],
        agenda_words=_WORDS_SHOWN,
        more_to_come=agenda["meta"]["next"] is not None,
        snapshots=caller.get("/snapshots")["snapshots"],
    )


def _card(name: str) -> dict[str, Any]:
    from emulator.scenario.reader import BadScenario

    try:
        script = person().caller.context.cast.library.get(name)
    except BadScenario as trouble:
        return {"id": name, "problems": [str(each) for each in trouble.problems]}
    return {"id": name, "title": script.title, "purpose": script.purpose, "problems": []}


def choose_scenario() -> AnyResponse:
    """Play a scenario, or none."""
    person().caller.change("PUT", "/scenario", {"scenario": request.form.get("scenario") or None})
    return go_to("/scenarios")


def restart_scenario() -> AnyResponse:
    """Play the scenario from its beginning."""
    person().caller.change("POST", "/scenario/reset")
    return go_to("/scenarios")


def put_state(name: str) -> AnyResponse:
    """Put a machine of the scenario into a state."""
    person().caller.change("PUT", f"/scenario/states/{segment(name)}", {"state": request.form.get("state", "")})
    return go_to("/scenarios")


def arm_fault() -> AnyResponse:
    """Arm a fault for an operation, so many times."""
    form = request.form
    wish: dict[str, Any] = {"fault": form.get("fault", ""), "on": form.get("on", "").strip() or "*"}
    if form.get("times", "").strip():
        wish["times"] = number_or_text(form["times"].strip())
    if form.get("params", "").strip():
        wish["params"] = _object(form["params"])
    person().caller.change("POST", "/faults", {"faults": [wish]})
    return go_to("/scenarios")


def _object(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise invalid([InputFault("/params", "phải là một đối tượng JSON", "must be a JSON object")])
    return found


def disarm_fault() -> AnyResponse:
    """Disarm one fault, or all."""
    person().caller.change("DELETE", "/faults", id=request.form.get("id") or None)
    return go_to("/scenarios")


def take_snapshot() -> AnyResponse:
    """Keep the country as it is under a name."""
    person().caller.change("POST", "/snapshots", {"name": request.form.get("name", "").strip()})
    return go_to("/scenarios")


def restore_snapshot(name: str) -> AnyResponse:
    """Go back to a kept moment."""
    person().caller.change("POST", f"/snapshots/{segment(name)}/restore")
    return go_to("/scenarios")


def edit_scenario() -> str:
    """Show the editor, with a scenario of the library or an empty one."""
    name = request.args.get("name", "")
    text = ""
    if name:
        paths = person().caller.context.cast.library.paths()
        if name in paths:
            text = paths[name].read_text(encoding="utf-8-sig")
    return render_template("scenario_editor.html", text=text, name=name, problems=_problems(text) if text else ())


def play_written() -> AnyResponse:
    """Play the scenario of the editor. What is wrong with it is refused with its line, as the admin API says it."""
    person().caller.change("PUT", "/scenario", {"text": request.form.get("text", "").replace("\r\n", "\n")})
    return go_to("/scenarios")


def validate_scenario() -> str:
    """Answer the editor while somebody types: what is wrong, with line, column and the nearest word."""
    return render_template("_problems.html", problems=_problems(request.form.get("text", "")))


def _problems(text: str) -> list[dict[str, Any]]:
    from emulator.scenario.reader import Source, problems_of

    if len(text.encode()) > TEXT_LIMIT:
        raise invalid([InputFault("/text", f"dài quá {TEXT_LIMIT} byte", f"is longer than {TEXT_LIMIT} bytes")])
    source = Source(Path(f"{_id_of(text)}.yaml"), person().caller.context.cast.library, text)
    return [{"line": each.line, "column": each.column, "vi": each.vi, "en": each.en} for each in problems_of(source)]


def _id_of(text: str) -> str:
    found = _ID.search(text)
    return found[1] if found else "kich-ban"


PAGES = (
    ("/scenarios", scenarios, ("GET",)),
    ("/scenarios", choose_scenario, ("POST",)),
    ("/scenarios/restart", restart_scenario, ("POST",)),
    ("/scenarios/states/<name>", put_state, ("POST",)),
    ("/scenarios/faults", arm_fault, ("POST",)),
    ("/scenarios/faults/disarm", disarm_fault, ("POST",)),
    ("/scenarios/snapshots", take_snapshot, ("POST",)),
    ("/scenarios/snapshots/<name>/restore", restore_snapshot, ("POST",)),
    ("/scenarios/editor", edit_scenario, ("GET",)),
    ("/scenarios/editor/play", play_written, ("POST",)),
    ("/scenarios/editor/problems", validate_scenario, ("POST",)),
)
