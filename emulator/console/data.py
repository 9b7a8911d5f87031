"""What the pretend country holds: dossiers with their steps and exchanges, citizens and their papers, the axis."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response as AnyResponse

from emulator.admin.problems import InputFault, invalid
from emulator.console.caller import segment
from emulator.console.site import go_to, person
from emulator.console.words import given_words, number_or_text, path_part
from emulator.services.portal.links import read_link
from emulator.wire.callbacks import KINDS

PAGE = 50
_LINK = re.compile(r"https?://[^\s\"'<>]+")
_MOST_LINKS = 20

# Dossiers, at the ministry and at the national portal.


def dossiers() -> str:
    """List dossiers by code; the beginning of a code, a status and words of any field narrow the list."""
    asked = given_words(request.args, ("code", "status", "after", "q"))
    found = person().caller.get("/dossiers", limit=PAGE, **asked)
    return render_template("dossiers.html", dossiers=found["dossiers"], following=found["meta"]["next"], asked=asked)


def dossier(code: str) -> str:
    """Show one dossier: what it says, its steps in time, its files, and every exchange that named it."""
    found = person().caller.get(f"/dossiers/{segment(code)}")
    texts = [*found["fields"].values(), *(found["result_fields"] or {}).values()]
    return render_template("dossier.html", dossier=found, files=_links_in(texts), exchanges=_exchanges_of(code))


def _exchanges_of(code: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person().caller.get("/requests", q=code, limit=PAGE, total="skip")["requests"]
    return found


def _links_in(texts: list[Any]) -> list[tuple[str, bool]]:
    """Return the links that texts hold, each once, and whether the axis knows its host; some texts are whole XML."""
    known = {each["name"] for each in person().caller.get("/hosts")["hosts"]}
    every = (unescape(link) for text in texts if isinstance(text, str) for link in _LINK.findall(text))
    return [(link, read_link(link).host in known) for link in list(dict.fromkeys(every))[:_MOST_LINKS]]


def file_application() -> AnyResponse:
    """Let citizens file dossiers at the ministry now."""
    wish: dict[str, Any] = dict(given_words(request.form, ("count", "procedure")))
    wish["count"] = number_or_text(wish.get("count", "1"))
    made = person().caller.change("POST", "/applications", wish)["dossiers"]
    return go_to(f"/dossiers/{path_part(made[0])}" if len(made) == 1 else "/dossiers")


def move_dossier(code: str) -> AnyResponse:
    """Move a dossier on by scheduling its next status for now; what did not come about is shown with its reason."""
    caller = person().caller
    caller.get(f"/dossiers/{segment(code)}")
    status = number_or_text(request.form.get("status", "").strip())
    effect = {"kind": "move", "dossier": code, "status": status}
    caller.change("POST", "/agenda", {"after": "PT0S", "effect": effect})
    newest = caller.get("/requests", limit=1, clock="show", total="skip")["requests"]
    if newest and newest[0]["outcome"] == "lapsed":
        return go_to(f"/journal/{newest[0]['seq']}")
    return go_to(f"/dossiers/{path_part(code)}")


def portal_dossiers() -> str:
    """List the dossiers of the national portal, as ``dossiers`` lists those of the ministry."""
    asked = given_words(request.args, ("status", "after", "q", "unit", "owner"))
    found = person().caller.get("/portal-dossiers", limit=PAGE, **asked)
    return render_template(
        "portal_dossiers.html", dossiers=found["dossiers"], following=found["meta"]["next"], asked=asked
    )


def portal_dossier(code: str) -> str:
    """Show one dossier of the portal with its steps, results and exchanges."""
    found = person().caller.get(f"/portal-dossiers/{segment(code)}")
    texts = [value for rows in found["lists"].values() for row in rows for value in row.values()]
    return render_template("portal_dossier.html", dossier=found, files=_links_in(texts), exchanges=_exchanges_of(code))


# Citizens.


def citizen() -> str:
    """Show a citizen's results and Kho DL; without a number, the form that asks for one."""
    number = request.args.get("id", "").strip()
    people = person().caller.get("/portal-catalogues")["citizens"]
    return render_template("citizen.html", number=number, people=people, **citizen_records(number))


def citizen_records(number: str) -> dict[str, list[dict[str, Any]]]:
    """Return what the country has of a citizen: dossiers at the portal and the ministry, results, papers."""
    if not number:
        return {"filed": [], "at_ministry": [], "results": [], "papers": []}
    caller, who = person().caller, segment(number)
    return {
        "filed": caller.get("/portal-dossiers", owner=number, limit=PAGE)["dossiers"],
        "at_ministry": caller.get("/dossiers", q=number, limit=PAGE)["dossiers"],
        "results": caller.get(f"/citizens/{who}/results")["results"],
        "papers": caller.get(f"/citizens/{who}/papers")["papers"],
    }


# The axis: agencies, security servers, hosts; how a trainer breaks and mends them, and calls an agency to try it.


def axis() -> str:
    """Show who is on the axis, the hosts behind it, the agencies that work here, and what can be tried."""
    caller = person().caller
    return render_template(
        "axis.html",
        units=caller.get("/units")["units"],
        subsystems=caller.get("/subsystems")["subsystems"],
        hosts=caller.get("/hosts")["hosts"],
        live=caller.get("/live-agencies")["live_agencies"],
        kinds=KINDS,
    )


def put_unit() -> AnyResponse:
    """Put an agency to work, or change it."""
    form = request.form
    wish: dict[str, Any] = dict(given_words(form, ("name", "base_url")))
    hosts = form.get("hosts", "").replace(",", " ").split()
    if hosts:
        wish["hosts"] = hosts
    person().caller.change("PUT", f"/units/{segment(form.get('code', ''))}", wish)
    return go_to("/axis")


def change_axis() -> AnyResponse:
    """Break or mend a subsystem or a host, or let the emulator play an agency again."""
    form, caller = request.form, person().caller
    name, is_on = segment(form.get("name", "")), form.get("on") == "1"
    match form.get("what"):
        case "subsystem":
            caller.change("PATCH", f"/subsystems/{name}", {"is_reachable": is_on})
        case "host":
            caller.change("PATCH", f"/hosts/{name}", {"is_up": is_on})
        case "live":
            caller.change("DELETE", f"/live-agencies/{name}")
        case _:
            raise invalid([InputFault("/what", "không có việc này", "there is no such action")])
    return go_to("/axis")


def rehearse() -> str:
    """Call an agency as another province or as the portal would, and show what came back."""
    wish = given_words(request.form, ("kind", "dstcode", "caller", "path", "file", "providerurl"))
    return render_template("rehearsal.html", found=person().caller.change("POST", "/rehearsals", wish))


PAGES = (
    ("/dossiers", dossiers, ("GET",)),
    ("/dossiers", file_application, ("POST",)),
    ("/dossiers/<code>", dossier, ("GET",)),
    ("/dossiers/<code>/move", move_dossier, ("POST",)),
    ("/portal-dossiers", portal_dossiers, ("GET",)),
    ("/portal-dossiers/<code>", portal_dossier, ("GET",)),
    ("/citizens", citizen, ("GET",)),
    ("/axis", axis, ("GET",)),
    ("/axis", change_axis, ("POST",)),
    ("/axis/units", put_unit, ("POST",)),
    ("/axis/rehearsals", rehearse, ("POST",)),
)
