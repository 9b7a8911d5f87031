"""The screens of the platforms that the guides show: the citizen's portal, Access Rights, the list of servers."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response as AnyResponse

from emulator.console.site import go_to, person


def screens() -> str:
    """Show which screens there are."""
    return render_template("screens.html")


def citizen_portal() -> str:
    """Show *Dịch vụ công của tôi* of one citizen, and the forms to file, keep and upload."""
    number = request.args.get("id", "").strip()
    caller = person().caller
    results = caller.get(f"/citizens/{number}/results")["results"] if number else []
    papers = caller.get(f"/citizens/{number}/papers")["papers"] if number else []
    return render_template("screen_citizen.html", number=number, results=results, papers=papers)


def file_online() -> AnyResponse:
    """File a dossier online as a citizen: who, which procedure, and where."""
    form = {
        name: request.form.get(name, "").strip() for name in ("procedure", "province", "district", "commune", "person")
    }
    wish = {name: value for name, value in form.items() if value}
    person().caller.change("POST", "/applications", {"count": 1, **wish})
    return go_to("/screens/citizen", id=form["person"])


def keep_result() -> AnyResponse:
    """Keep a result in the citizen's Kho DL."""
    number = request.form.get("id", "").strip()
    wish = {"result": request.form.get("result", ""), "reference_number": request.form.get("reference_number", "")}
    person().caller.change("POST", f"/citizens/{number}/papers", wish)
    return go_to("/screens/citizen", id=number)


def upload_paper() -> AnyResponse:
    """Upload a paper in one of the three forms of KDL III.2."""
    number = request.form.get("id", "").strip()
    names = ("form", "result_code", "reference_number", "agency_code", "file_name", "link", "title")
    wish = {name: value for name in names if (value := request.form.get(name, "").strip())}
    person().caller.change("POST", f"/citizens/{number}/papers", wish)
    return go_to("/screens/citizen", id=number)


def access_rights() -> str:
    """Show *Access Rights* of a security server: who may call, and the search that adds more."""
    caller = person().caller
    provider, query = request.args.get("provider", ""), request.args.get("q", "").strip()
    return render_template(
        "screen_rights.html",
        screen=caller.get("/access-rights", provider=provider or None),
        subsystems=caller.get("/subsystems")["subsystems"],
        found=caller.get("/access-rights/subjects", search=query)["subjects"] if query else [],
        q=query,
    )


def change_rights() -> AnyResponse:
    """Add or remove the selected subjects, or all of a search."""
    form, caller = request.form, person().caller
    provider, chosen = form.get("provider", ""), form.getlist("subject")
    match form.get("do"):
        case "add":
            caller.change("POST", "/access-rights", {"provider": provider, "subjects": chosen})
        case "add-all":
            caller.change("POST", "/access-rights/all", {"provider": provider, "search": form.get("q", "")})
        case "remove":
            caller.change("DELETE", "/access-rights", {"provider": provider, "subjects": chosen})
        case "remove-all":
            caller.change("DELETE", "/access-rights/all", {"provider": provider})
    return go_to("/screens/access-rights", provider=provider, q=form.get("q", ""))


def security_servers() -> str:
    """Show *Danh sách SS tải tệp* of the portal's administration (KDL V.3)."""
    return render_template("screen_servers.html", rows=person().caller.get("/ss-info")["security_servers"])


PAGES = (
    ("/screens", screens, ("GET",)),
    ("/screens/citizen", citizen_portal, ("GET",)),
    ("/screens/citizen/file", file_online, ("POST",)),
    ("/screens/citizen/keep", keep_result, ("POST",)),
    ("/screens/citizen/upload", upload_paper, ("POST",)),
    ("/screens/access-rights", access_rights, ("GET",)),
    ("/screens/access-rights", change_rights, ("POST",)),
    ("/screens/security-servers", security_servers, ("GET",)),
)
