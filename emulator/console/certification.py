"""Certification as pages: kits with their clauses, attempts as they are played, and a bundle dropped to be verified."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.certification.bundle import word_missing_libraries
from emulator.console.caller import segment
from emulator.console.site import go_to, person
from emulator.console.words import path_part
from emulator.country.sandbox import NoSandbox

BUNDLE_LIMIT = 64 * 1024 * 1024
"""Bytes of a bundle that may be dropped."""


def certification() -> str:
    """Show the kits, and the attempts there are."""
    caller = person().caller
    return render_template(
        "certification.html",
        kits=caller.ask("GET", "/kits")["kits"],
        attempts=caller.ask("GET", "/attempts")["attempts"],
    )


def kit(name: str) -> str:
    """Show one kit: each test with its clause, its basis and its level."""
    kits = {each["id"]: each for each in person().caller.ask("GET", "/kits")["kits"]}
    if name not in kits:
        raise invalid([InputFault("/kit", f"không có bộ '{name}'", f"there is no kit '{name}'")])
    return render_template("kit.html", kit=kits[name])


def open_attempt() -> AnyResponse:
    """Open an attempt with the smallest plan: a kit, whose product it is, and for a rehearsal one test or a few."""
    form = request.form
    product = {name: form.get(name, "").strip() for name in ("name", "version", "vendor")}
    plan: dict[str, Any] = {"kit": form.get("kit", ""), "product": product}
    only = form.get("only", "").replace(",", " ").split()
    if only:
        plan["only"] = only
    made = person().caller.ask("POST", "/attempts", content={"plan": plan})
    return go_to(f"/certification/attempts/{made['id']}")


def attempt(name: str) -> str:
    """Show an attempt: what the system should do now, what arrived, and the verdicts so far."""
    return render_template("attempt.html", **_standing(name))


def live_attempt(name: str) -> AnyResponse | str:
    """Answer whether the attempt moved on; 204 when it did not, which one statement of SQL tells."""
    if request.args.get("seen") == _newest_of(name):
        return Response(status=204)
    return render_template("_attempt_live.html", **_standing(name))


def _newest_of(name: str) -> str:
    context = person().caller.context
    try:
        sandbox = context.sandboxes.get(name)
    except NoSandbox:
        raise Trouble("no-such-attempt", name=name) from None
    if not person().caller.who.may_see(sandbox):
        raise Trouble("no-such-attempt", name=name)
    return str(context.journal.newest(sandbox.home))


def _standing(name: str) -> dict[str, Any]:
    seen = _newest_of(name)  # before the look, so that nothing that comes meanwhile is missed
    return {"attempt": person().caller.ask("GET", f"/attempts/{segment(name)}"), "name": name, "seen": seen}


def move_attempt(name: str, move: str) -> AnyResponse:
    """Greet the client, begin or end a scene, or close the attempt."""
    if move not in ("greet", "begin", "end", "close"):
        raise invalid([InputFault("/move", "không có bước này", "there is no such move")])
    person().caller.ask("POST", f"/attempts/{segment(name)}/{move}", content={})
    return go_to(f"/certification/attempts/{path_part(name)}")


def report(name: str) -> str:
    """Show the report as it stands, on a page of its own."""
    return render_template(
        "report.html", report=person().caller.ask("GET", f"/attempts/{segment(name)}/report"), name=name
    )


def save_report(name: str) -> AnyResponse:
    """Return the report as it stands as a file."""
    content = orjson.dumps(person().caller.ask("GET", f"/attempts/{segment(name)}/report"), option=orjson.OPT_INDENT_2)
    answer = Response(content, content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="bao-cao.json"'
    return answer


def verify_bundle() -> str:
    """Verify a bundle that somebody dropped on the page."""
    missing = word_missing_libraries()
    if missing:
        raise invalid([InputFault("/bundle", *missing)])
    from emulator.certification.bundle.verify import verify

    dropped = request.files.get("bundle")
    content = dropped.read(BUNDLE_LIMIT + 1) if dropped else b""
    if not content or len(content) > BUNDLE_LIMIT:
        raise invalid([InputFault("/bundle", "cần một tệp zip đến 64 MB", "a zip file of up to 64 MB is needed")])
    return render_template("verified.html", points=verify(content).points, name=dropped.filename if dropped else "")


PAGES = (
    ("/certification", certification, ("GET",)),
    ("/certification", open_attempt, ("POST",)),
    ("/certification/verify", verify_bundle, ("POST",)),
    ("/certification/kits/<name>", kit, ("GET",)),
    ("/certification/attempts/<name>", attempt, ("GET",)),
    ("/certification/attempts/<name>/live", live_attempt, ("GET",)),
    ("/certification/attempts/<name>/report", report, ("GET",)),
    ("/certification/attempts/<name>/report.json", save_report, ("GET",)),
    ("/certification/attempts/<name>/<move>", move_attempt, ("POST",)),
)
