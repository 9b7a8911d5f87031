"""The server as one page: its sandboxes, its state, and what it counts."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response as AnyResponse

from emulator.console.site import go_to, person

_MOST_SHOWN = 200


def server() -> str:
    """Show the page."""
    caller = person().caller
    return render_template(
        "server.html",
        **_sandboxes_used(),
        may_make=caller.who.sandbox is None and caller.who.role != "viewer",
        card=caller.get(""),
        settings=caller.get("/settings"),
        chain=caller.get("/chain"),
        store_bytes=caller.context.journal.store_bytes(),
    )


def _sandboxes_used() -> dict[str, Any]:
    """Return the sandboxes that whoever looks may see, those called last first, and what each has used."""
    found = person().caller.ask("GET", "/usage")["usage"]
    found.sort(key=lambda each: each["last_call"] or "", reverse=True)
    busiest = max((each["calls"] for each in found), default=0)
    return {"used": found[:_MOST_SHOWN], "more": max(0, len(found) - _MOST_SHOWN), "busiest": max(1, busiest)}


def make_sandbox() -> AnyResponse:
    """Make a sandbox and go to its pages."""
    name = request.form.get("id", "").strip()
    made = person().caller.ask("POST", "/sandboxes", content={"id": name} if name else {})
    from flask import redirect

    return redirect(f"/__console/s/{made['id']}/", 303)


def reset_sandbox() -> AnyResponse:
    """Put the sandbox back to its pack."""
    person().caller.change("POST", "/reset")
    return go_to("/server")


def change_setting() -> AnyResponse:
    """Change one setting of the sandbox; its value is JSON, or a plain word."""
    import orjson

    name, text = request.form.get("name", ""), request.form.get("value", "").strip()
    try:
        value = orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        value = text
    person().caller.change("PATCH", "/settings", {name: value})
    return go_to("/server")


PAGES = (
    ("/server", server, ("GET",)),
    ("/server/sandboxes", make_sandbox, ("POST",)),
    ("/server/reset", reset_sandbox, ("POST",)),
    ("/server/settings", change_setting, ("POST",)),
)
