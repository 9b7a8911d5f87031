"""The application behind ``/__console``: who is let in, in which language, and how a refusal looks to a person."""

from __future__ import annotations

import gettext
import logging
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from flask import Blueprint, Flask, Request, Response, current_app, g, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from emulator.admin.guard import authorise_pages
from emulator.admin.problems import Trouble
from emulator.admin.request import AdminContext
from emulator.classroom.classes import Seat
from emulator.console import access, words
from emulator.console.caller import AdminCaller
from emulator.country.access import read_typed
from emulator.country.sandbox import NoSandbox

PREFIX = "/__console"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_OPEN = frozenset({"console.static", "console.log_in", "console.join"})
_log = logging.getLogger(__name__)


# The language of a page: Vietnamese first, English where the browser or ``?lang=`` asks for it; never both.

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
COOKIE = "ndxp_lang"
_LOCALE = Path(__file__).with_name("locale")


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """Return the sentences of a language. The templates are written in Vietnamese, which needs no catalogue."""
    return gettext.translation("console", _LOCALE, [language], fallback=language == "vi")


def choose_language(incoming: Request) -> Language:
    """Return what ``?lang=`` says, else what it said last time, else what the browser prefers."""
    for wish in (incoming.args.get("lang"), incoming.cookies.get(COOKIE)):
        for language in LANGUAGES:
            if wish == language:
                return language
    return "en" if incoming.accept_languages.best_match(LANGUAGES, default="vi") == "en" else "vi"


@dataclass(frozen=True)
class Person:
    """Who looks at a page: in which language, at which sandbox, and how the page asks the admin API."""

    language: Language
    sandbox: str
    caller: AdminCaller
    home: str

    @property
    def address(self) -> str:
        """Return the base address of the sandbox, as a client of it is given."""
        return self.caller.base + ("" if self.sandbox == "default" else f"/s/{self.sandbox}")

    def seat(self) -> Seat | None:
        """Return the seat of a class that the sandbox is, None when it is none."""
        context = self.caller.context
        try:
            return context.classes.seat_of(context.sandboxes.get(self.sandbox))
        except NoSandbox:
            return None

    def say(self, vi: str, en: str) -> str:
        """Return the sentence in this person's language."""
        return en if self.language == "en" else vi


def person() -> Person:
    """Return who asked for the page that is being made."""
    found: Person = g.person
    return found


def page_address(path: str = "/", **query: str) -> str:
    """Return the address of a page of the sandbox that is looked at."""
    return person().home + path + (f"?{urlencode(query)}" if query else "")


def go_to(path: str, **query: str) -> AnyResponse:
    """Send the browser to a page after a change, so that a reload repeats nothing."""
    return redirect(page_address(path, **query), 303)


def console_app(context: AdminContext) -> Flask:
    """Return the Flask application of the pages; it is made when the first of them is asked for."""
    app = Flask("emulator.console", static_folder=None)
    app.config["ADMIN"] = context
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: catalogue(person().language).gettext(text),
        lambda one, many, count: catalogue(person().language).ngettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= words.FILTERS
    app.context_processor(_shared_values)  # of the application: an address that leads nowhere has a page, too
    app.register_blueprint(_blueprint(), url_prefix=PREFIX)
    app.register_error_handler(Trouble, _show_trouble)
    app.register_error_handler(HTTPException, _show_missing_page)
    app.register_error_handler(Exception, _show_failure)
    return app


def _blueprint() -> Blueprint:
    from emulator.console import certification, classes, data, journal, scenarios, screens, server, start

    console = Blueprint("console", __name__, template_folder="templates", static_folder="static")
    console.before_request(_meet_person)
    console.after_request(_finish)
    console.add_url_rule("/login", "log_in", _log_in, methods=["GET", "POST"])
    console.add_url_rule("/join", "join", _join)
    console.add_url_rule("/logout", "log_out", _log_out, methods=["POST"])
    for rule, view, methods in classes.CLASS_PAGES:
        console.add_url_rule(rule, view.__name__, view, methods=list(methods))
    for pages in (start, journal, data, screens, scenarios, certification, server, classes):
        for rule, view, methods in pages.PAGES:
            options: dict[str, Any] = {"methods": list(methods), "view_func": view, "endpoint": view.__name__}
            console.add_url_rule(rule, defaults={"sandbox": "default"}, **options)
            console.add_url_rule(f"/s/<sandbox>{rule}", **options)
    return console


def _meet_person() -> None:
    context: AdminContext = current_app.config["ADMIN"]
    sandbox = (request.view_args or {}).pop("sandbox", "default")
    home = PREFIX if sandbox == "default" else f"{PREFIX}/s/{sandbox}"
    base = f"{request.scheme}://{request.host}"
    g.person = Person(choose_language(request), sandbox, AdminCaller(context, sandbox, base), home)
    if request.endpoint not in _OPEN:
        who = access.admit_person(request, context)
        if not request.path.startswith(f"{PREFIX}/classes"):  # whose a class is, the admin API looks up itself
            authorise_pages(who, sandbox, request.method, context.tenants)
        g.person = replace(g.person, caller=AdminCaller(context, sandbox, base, who))


def _shared_values() -> dict[str, Any]:
    looker = person()
    other = "vi" if looker.language == "en" else "en"
    kept = {name: value for name, value in request.args.items() if name != "lang"}
    return {
        "person": looker,
        "say": looker.say,
        "page": page_address,
        "other_language": other,
        "other_address": f"{request.path}?{words.query_of({**kept, 'lang': other})}",
        "is_seat": looker.sandbox != "default" and bool(looker.seat()),
        "needs_token": current_app.config["ADMIN"].admin_token is not None,
        "statuses": words.statuses,
        "asset": lambda name: url_for("console.static", filename=name),
        "wall": request.args.get("view") == "wall",
    }


def _finish(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "console.static":
        response.headers["Cache-Control"] = "max-age=3600"
    response.headers["Vary"] = "Accept-Language, Cookie"
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(COOKIE, request.args["lang"], samesite="Strict", path=PREFIX)
    return response


def _log_in() -> AnyResponse | str:
    if request.method == "GET":
        return render_template("login.html", is_wrong=False, wished=request.args.get("next", ""))
    access.refuse_foreign_form(request)
    token = read_typed(request.form.get("token", ""))
    path = access.first_page(token, current_app.config["ADMIN"], request)
    if path is None:
        page = render_template("login.html", is_wrong=True, wished=request.form.get("next", ""))
        return current_app.make_response((page, 401))
    answer = redirect(PREFIX + access.page_after_login(path, request.form.get("next", "")), 303)
    access.keep_token(answer, token, is_secure=request.is_secure)
    return answer


def _join() -> str:
    """Let somebody in by the fragment of an address, which no server, log or Referer ever sees, or by typing."""
    return render_template("login.html", is_wrong=False, is_seat=True)


def _log_out() -> AnyResponse:
    answer = redirect(f"{PREFIX}/login", 303)
    access.forget_token(answer)
    return answer


def _show_trouble(trouble: Trouble) -> AnyResponse:
    if trouble.status == 401:
        is_page = request.method == "GET" and "HX-Request" not in request.headers
        wished = request.full_path.removeprefix(PREFIX).removesuffix("?") if is_page else "/"
        return redirect(f"{PREFIX}/login{'' if wished == '/' else '?' + urlencode({'next': wished})}", 303)
    document = trouble.document()
    return _error_page(trouble.status, document)


def _show_missing_page(missing: HTTPException) -> AnyResponse:
    return _error_page(missing.code or 500, {"title": missing.name, "detail": missing.description or ""})


def _show_failure(_: Exception) -> AnyResponse:
    _log.exception("the console failed on %s %s", request.method, request.path)
    return _error_page(500, {"title": "Internal error", "detail": ""})


def _error_page(status: int, document: dict[str, Any]) -> AnyResponse:
    if "person" not in g:
        context: AdminContext = current_app.config["ADMIN"]
        caller = AdminCaller(context, "default", f"{request.scheme}://{request.host}")
        g.person = Person(choose_language(request), "default", caller, PREFIX)
    answer = current_app.make_response((render_template("error.html", status=status, problem=document), status))
    return _finish(answer)
