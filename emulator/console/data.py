"""What the pretend country holds: dossiers with their steps and exchanges, citizens and their papers, the axis."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response as AnyResponse

from emulator.console.site import go_to, person

PAGE = 50


def dossiers() -> str:
    """List dossiers by code; the beginning of a code, a status and words of any field narrow the list."""
    asked = {name: value for name in ("code", "status", "after", "q") if (value := request.args.get(name, "").strip())}
    found = person().caller.get("/dossiers", limit=PAGE, **asked)
    return render_template("dossiers.html", dossiers=found["dossiers"], following=found["meta"]["next"], asked=asked)


def dossier(code: str) -> str:
    """Show one dossier: what it says, its steps in time, its files, and every exchange that named it."""
    caller = person().caller
    found = caller.get(f"/dossiers/{code}")
    exchanges = caller.get("/requests", q=code, limit=200)
    return render_template(
        "dossier.html", dossier=found, exchanges=exchanges["requests"], total=exchanges["meta"]["total"]
    )


def file_application() -> AnyResponse:
    """Let citizens file dossiers at the ministry now."""
    wish = {"count": request.form.get("count", 1, type=int)}
    procedure = request.form.get("procedure", "").strip()
    if procedure:
        wish["procedure"] = procedure  # type: ignore[assignment]
    made = person().caller.change("POST", "/applications", wish)["dossiers"]
    return go_to(f"/dossiers/{made[0]}" if len(made) == 1 else "/dossiers")


def move_dossier(code: str) -> AnyResponse:
    """Move a dossier on by scheduling its next status for now."""
    status = request.form.get("status", type=int)
    effect = {"kind": "move", "dossier": code, "status": status}
    person().caller.change("POST", "/agenda", {"after": "PT0S", "effect": effect})
    return go_to(f"/dossiers/{code}")


def citizen() -> str:
    """Show a citizen's results and Kho DL; without a number, the form that asks for one."""
    number = request.args.get("id", "").strip()
    caller = person().caller
    results = caller.get(f"/citizens/{number}/results")["results"] if number else []
    papers = caller.get(f"/citizens/{number}/papers")["papers"] if number else []
    return render_template("citizen.html", number=number, results=results, papers=papers)


def axis() -> str:
    """Show who is on the axis, the hosts behind it, and the live agencies."""
    caller = person().caller
    return render_template(
        "axis.html",
        subsystems=caller.get("/subsystems")["subsystems"],
        hosts=caller.get("/hosts")["hosts"],
        live=caller.get("/live-agencies")["live_agencies"],
    )


PAGES = (
    ("/dossiers", dossiers, ("GET",)),
    ("/dossiers", file_application, ("POST",)),
    ("/dossiers/<code>", dossier, ("GET",)),
    ("/dossiers/<code>/move", move_dossier, ("POST",)),
    ("/citizens", citizen, ("GET",)),
    ("/axis", axis, ("GET",)),
)
