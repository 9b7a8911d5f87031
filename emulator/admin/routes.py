"""Every route of the admin API."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from flask import Blueprint, Request, Response, request

from emulator import __version__
from emulator.admin import (
    attempts,
    axis,
    citizens,
    class_room,
    classes,
    dossiers,
    faults,
    metrics,
    portal_office,
    published,
    rehearsals,
    requests,
    sandboxes,
    scenarios,
    state,
    system,
    time,
    units,
    uploads,
    verify,
)
from emulator.admin.guard import ADMIN, QUESTIONS, AdminIdentity, authorise, identify
from emulator.admin.problems import Trouble
from emulator.admin.replies import PendingReply, WsgiReply, respond
from emulator.admin.request import PREFIX, WAITING, AdminContext, AdminReply, AdminRequest, NotYet
from emulator.admin.route import BODY_LIMIT, Route, RouteDoc, RouteTable
from emulator.country.sandbox import Sandbox, journal_bounds
from emulator.country.settings import SandboxSettings
from emulator.country.world import World
from emulator.journal.redaction import MASK, hidden_from_viewer
from emulator.journal.write import AdminAct, digest
from emulator.kernel.exchange import Call, Exchange

# The admin API as one table, and how a call finds its row.

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


ROUTES_OF_INDEX = RouteTable()


@ROUTES_OF_INDEX.add("GET", "", "Danh sách này", "This list", RouteDoc("Routes"))
def list_routes(_: AdminRequest) -> AdminReply:
    """List the routes."""
    rows = [{"method": verb, "path": PREFIX + path, "vi": row.vi, "en": row.en} for (verb, path), row in TABLE.items()]
    return AdminReply({"name": "ndxp-emulator", "version": __version__, "routes": rows})


ROUTES: tuple[Route, ...] = (
    *ROUTES_OF_INDEX,
    *system.ROUTES,
    *system.PACK_ROUTES,
    *metrics.ROUTES,
    *published.ROUTES,
    *sandboxes.ROUTES,
    *sandboxes.SETTING_ROUTES,
    *classes.ROUTES,
    *class_room.ROUTES,
    *class_room.SEAT_ROUTES,
    *scenarios.ROUTES,
    *time.CLOCK_ROUTES,
    *requests.ROUTES,
    *verify.ROUTES,
    *axis.ROUTES,
    *rehearsals.ROUTES,
    *units.ROUTES,
    *faults.ROUTES,
    *time.ROUTES,
    *state.ROUTES,
    *attempts.ROUTES,
    *dossiers.ROUTES,
    *citizens.ROUTES,
    *uploads.ROUTES,
    *portal_office.ROUTES,
)
_SCOPE = "/sandboxes/{sandbox}"
TABLE = {(row.verb, row.path): row for row in ROUTES} | {
    (row.verb, _SCOPE + row.path): row for row in ROUTES if row.scoped
}
# Fixed words come before variables: /requests/unmatched is no request called "unmatched".
_SHAPES = sorted(
    ((re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), verb, path) for verb, path in TABLE),
    key=lambda shape: shape[2].count("{"),
)


def admin(context: AdminContext) -> Blueprint:
    """Return everything under ``/__admin``."""
    blueprint = Blueprint("admin", __name__, url_prefix=PREFIX)

    @blueprint.route(
        "/", defaults={"path": ""}, strict_slashes=False, methods=_METHODS, provide_automatic_options=False
    )
    @blueprint.route("/<path:path>", methods=_METHODS, provide_automatic_options=False)
    def serve(path: str) -> Response:
        origin = request.headers.get("Origin")
        if origin is None or origin not in context.allowed_origins:
            return answer(path)
        is_asked_first = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = Response(status=204) if is_asked_first else answer(path)
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Vary"] = "Origin"
        if is_asked_first:
            response.headers["Access-Control-Allow-Methods"] = ", ".join(_METHODS[:6])
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, X-Admin-Token"
            response.headers["Access-Control-Max-Age"] = "600"
        return response

    def answer(path: str) -> Response:
        try:
            return _response(respond(lambda: _answer(context, request, f"/{path}".rstrip("/"))))
        except NotYet as not_yet:
            waitings = request.environ.get(WAITING)
            if waitings is None:
                return _response(respond(not_yet.wait))
            waitings.append(PendingReply(not_yet))
            return Response(status=202)

    return blueprint


def _response(reply: WsgiReply) -> Response:
    status, headers, pieces = reply
    return Response(pieces, int(status[:3]), headers)


def body_limit_of(path: str) -> int:
    """Return how long a body of any method to a path may be; the path is one below ``/__admin``, or any other."""
    found = _matching(path.removeprefix(PREFIX).rstrip("/"))
    return max([TABLE[verb, shape].body_limit for _, verb, shape in found], default=BODY_LIMIT)


def _answer(context: AdminContext, incoming: Request, path: str) -> AdminReply:
    verb = "GET" if incoming.method == "HEAD" else incoming.method
    row, named = _row_of(verb, path)
    caller = ADMIN
    if row is None or not row.is_open:
        caller = identify(dict(incoming.headers), incoming.scheme, incoming.host, context.admin_token, context.tenants)
    base = f"{incoming.scheme}://{incoming.host}"
    if row is None:
        raise _missing_row(verb, path)
    authorise(caller, row, named, context.tenants)
    _check_share(caller, context)
    body = _body(incoming, row.body_limit)
    asked = AdminRequest(context, named, incoming.args.to_dict(), body, base, caller)
    return handle(row, asked, Call(verb, path, client_ip=incoming.remote_addr or ""))


def _check_share(caller: AdminIdentity, context: AdminContext) -> None:
    """Refuse a tenant who asks more often than a sandbox may be called. Raises Trouble."""
    wait_s = context.tenants.wait_s(caller.name) if caller.role != "admin" else 0
    if wait_s:
        most = context.tenants.quotas.calls
        raise Trouble("over-quota", what="calls/min", most=most, headers={"Retry-After": str(wait_s)})


def answer_in_process(
    context: AdminContext,
    verb: str,
    path: str,
    query: Mapping[str, str],
    body: bytes,
    base: str,
    caller: AdminIdentity = ADMIN,
) -> AdminReply:
    """Answer an admin call that comes from inside this process, whose caller was let in already.

    Args:
        context: what the admin API works with.
        verb: ``GET``, ``POST``, …
        path: below ``/__admin``, as ``/requests`` or ``/sandboxes/{id}/requests``.
        query: the query's values by name.
        body: a JSON text, or nothing.
        base: ``http://host`` as the person sees it.
        caller: who asks; what they may do is checked here.

    Raises:
        Trouble: what a caller over HTTP would get as a problem document.
    """
    row, named = _row_of(verb, path)
    if row is None:
        raise _missing_row(verb, path)
    authorise(caller, row, named, context.tenants)
    try:
        return handle(row, AdminRequest(context, named, query, body, base, caller), Call(verb, path, client_ip=""))
    except NotYet as not_yet:
        return not_yet.wait()


_CHANGES_NOTHING = (
    *QUESTIONS,
    *("/near-misses/request-pattern", "/rehearsals"),
)
"""Questions with a body, and what stands in the journal by itself."""
_BEGINS_A_CHAIN = ("/state", "/snapshots/{name}/restore", "/requests", "/requests/reset", "/requests/remove")
_LARGEST_TOLD = 4096


def handle(row: Route, request: AdminRequest, call: Call) -> AdminReply:
    """Let a row answer; what it changes is an exchange in the chain, written in the transaction of the change.

    What makes, ends or begins a sandbox's own chain anew stands in the chain of the server. A viewer is shown nothing
    that opens anything.
    """
    reply = _handle(row, request, call)
    if request.caller.role != "viewer" or not isinstance(reply.body, Mapping):
        return reply
    return reply._replace(body=hidden_from_viewer(reply.body))


def _handle(row: Route, request: AdminRequest, call: Call) -> AdminReply:
    is_told_by_marks = row.path.startswith("/attempts")
    if row.verb == "GET" or row.path in _CHANGES_NOTHING or is_told_by_marks:
        return row.handler(request)
    context, exchanges = request.context, list[Exchange]()

    def enter(sandbox: Sandbox, exchange: Exchange) -> World:
        exchanges.append(exchange)
        return context.enter(sandbox, exchange)

    told = replace(call, path=PREFIX + call.path, target=PREFIX + call.path)
    act = AdminAct(told, request.caller.as_dict(), _describe_sent(request), exchanges)
    is_of_sandbox = row.verb == "PATCH" or (row.scoped and row.path not in _BEGINS_A_CHAIN)
    sandbox = request.sandbox() if is_of_sandbox else None
    place = (sandbox.no, sandbox.journal_bounds) if sandbox else (0, journal_bounds(SandboxSettings()))
    with context.journal.noting(place[0], act, place[1]):
        return row.handler(replace(request, context=replace(context, enter=enter)))


def _describe_sent(request: AdminRequest) -> Any:
    """Return what was sent, as the journal tells it: a long body by its digest, passwords of people not at all."""
    if len(request.body) > _LARGEST_TOLD:
        return {"bytes": len(request.body), "sha256": digest(request.body)}
    try:
        sent = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return None
    if isinstance(sent, dict) and isinstance(sent.get("people"), list):
        return sent | {"people": len(sent["people"])}  # names of a class stand in its own rows and nowhere else
    if isinstance(sent, dict) and isinstance(sent.get("sandbox_users"), dict):
        return sent | {"sandbox_users": dict.fromkeys(sent["sandbox_users"], MASK)}
    return sent


def _row_of(verb: str, path: str) -> tuple[Route | None, dict[str, str]]:
    found = {shape_verb: (TABLE[shape_verb, shape], match) for match, shape_verb, shape in _matching(path)}
    return found.get(verb, (None, {}))


def _missing_row(verb: str, path: str) -> Trouble:
    verbs = sorted(shape_verb for _, shape_verb, _ in _matching(path))
    if not verbs:
        return _nowhere(path)
    allow = ", ".join(verbs)
    return Trouble("wrong-verb", path=PREFIX + path, verb=verb, allow=allow, headers={"Allow": allow})


def _matching(path: str) -> list[tuple[dict[str, str], str, str]]:
    """Return (variables, verb, shape) of the rows of a path; of two shapes only the more definite one counts."""
    hits = [(match.groupdict(), verb, shape) for pattern, verb, shape in _SHAPES if (match := pattern.fullmatch(path))]
    return [hit for hit in hits if hit[2].count("{") == hits[0][2].count("{")]


def _nowhere(path: str) -> Trouble:
    near = difflib.get_close_matches(path, [shape for _, shape in TABLE], 1, 0.5)
    near_vi = f"Gần nhất: {PREFIX}{near[0]}." if near else f"Xem danh sách tại {PREFIX}."
    near_en = f"The nearest is {PREFIX}{near[0]}." if near else f"See the list at {PREFIX}."
    return Trouble("no-such-route", path=PREFIX + path, near_vi=near_vi, near_en=near_en)


def _body(incoming: Request, limit: int) -> bytes:
    if (incoming.content_length or 0) > limit:
        raise Trouble("body-too-large", limit=limit)
    # Behind ASGI nobody promises Werkzeug that a chunked body ends, so it would show an empty one.
    stream = incoming.environ["wsgi.input"] if "Transfer-Encoding" in incoming.headers else incoming.stream
    body: bytes = stream.read(limit + 1)
    if len(body) > limit:
        raise Trouble("body-too-large", limit=limit)
    return body
