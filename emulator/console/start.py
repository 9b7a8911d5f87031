"""The first page: how to reach this country, what time it is there, and what happened last."""

from __future__ import annotations

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from emulator.console.journal import kept_count, newest_number
from emulator.console.site import go_to, person

_MINUTES = 30
_READ, _SHOWN = 200, 10
"""Calls that the plot counts, and those of them that the page lists."""


def start() -> str:
    """Show the page."""
    caller = person().caller
    card = caller.get("")
    return render_template(
        "start.html",
        card=card,
        secrets=_secrets(),
        clock=caller.get("/clock"),
        scenario=caller.get("/scenario"),
        armed=caller.get("/faults")["faults"],
        settings=caller.get("/settings"),
        curl=_curl(card),
        **_live(),
    )


def live_start() -> AnyResponse | str:
    """Answer the page's question whether anything happened since; 204 when nothing did."""
    if request.args.get("seen") == str(newest_number()):
        return Response(status=204)
    return render_template("_start_live.html", **_live())


def _live() -> dict[str, object]:
    found = person().caller.get("/requests", limit=_READ, clock="show", total="skip")
    entries = found["requests"]
    return {
        "entries": entries[:_SHOWN],
        "total": kept_count(),
        "plot": calls_a_minute(entries),
        "seen": newest_number(),
    }


def calls_a_minute(entries: list[dict[str, object]]) -> list[int]:
    """Return how many of these calls came in each of the last thirty minutes, the newest minute last."""
    from emulator.kernel.clock import system_ms

    now, counts = system_ms(), [0] * _MINUTES
    for entry in entries:
        age = (now - entry["request"]["loggedDate"]) // 60_000  # type: ignore[index]
        if 0 <= age < _MINUTES:
            counts[-1 - age] += 1
    return counts


def _secrets() -> dict[str, object]:
    """Return the credentials readable, to whoever may see them: the page keeps them hidden until they are asked for."""
    caller = person().caller
    if caller.who.role == "viewer":
        return dict(caller.get("")["credentials"])
    sandboxes = caller.context.sandboxes
    return {**sandboxes.credentials_shown(sandboxes.get(caller.sandbox))}


def _curl(card: dict[str, object]) -> str:
    pair = card["credentials"]["production"]  # type: ignore[index]
    return f"curl -s -u '{pair['consumer_key']}:…' -d grant_type=client_credentials {person().address}/token"


def set_clock() -> AnyResponse:
    """Turn, freeze or let go the clock of the sandbox."""
    form = request.form
    wish = {name: form[name].strip() for name in ("action", "by", "to") if form.get(name, "").strip()}
    if wish.get("to"):
        wish["to"] = wish["to"].replace(" ", "T")
    person().caller.change("PUT", "/clock", wish)
    return go_to("/scenarios" if form.get("back") == "/scenarios" else "/")


PAGES = (
    ("/", start, ("GET",)),
    ("/live", live_start, ("GET",)),
    ("/clock", set_clock, ("POST",)),
)
