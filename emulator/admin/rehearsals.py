"""Rehearsals: the emulator calls an agency as another province or as the portal, and says what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from emulator.admin.axis import base_url_of, find_subsystem, load_wish, world_of
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.axis import Axis
from emulator.country.world import World
from emulator.journal.entry import entry_id
from emulator.kernel.clock import name_uuid
from emulator.kernel.exchange import Call, Reply
from emulator.wire.callbacks import DOWNLOADS, Callback, callback, findings

ROUTES = RouteTable("trục / axis", scoped=True)

_SHOWN = 65_536
FORWARD = "/VXPAdapter/RestService/forward"


@ROUTES.add(
    "POST",
    "/rehearsals",
    "Gọi thử vào một cơ quan",
    "Rehearse a call into an agency",
    RouteDoc("Rehearsed", "RehearsalWish", {"kind": "search/call"}, noes=("no-such-subsystem",), last=-1),
)
def rehearse_call(request: AdminRequest) -> AdminReply:
    """Start one: ``kind``, ``dstcode`` (the sandbox's own by default), ``caller``, ``path`` or ``file``, ``body``.

    ``providerurl``, ``method`` (GET or HEAD, for a download) and ``range`` change how a file is asked for.
    """
    content, world = load_wish(request, "Rehearsal"), world_of(request)
    axis = Axis(world)
    kind: str = content["kind"]
    dstcode = find_subsystem(axis, content.get("dstcode", world.settings.own_subsystem)).id
    wanted = _callback(kind, content, request)
    caller = content.get("caller") or _caller(kind, dstcode, world)
    if axis.subsystems.get(caller) is None:
        raise Trouble("no-such-subsystem", name=caller)
    call = _call(wanted, content, f"/s/{world.sandbox.id}", dstcode, caller)
    before = request.context.journal.newest(request.sandbox().home)
    reply = request.context.serve(call)
    beginning, text_shown = _read(reply)
    found = findings(kind, call.method, reply.status, reply.headers, beginning)
    return AdminReply(
        {
            "kind": kind,
            "request_id": _written_down(reply, request, before),
            "call": {"method": call.method, "target": call.target, "caller": caller, "body": call.body.decode()},
            "reply": {
                "status": reply.status,
                "headers": [list(pair) for pair in reply.headers],
                "size": reply.size,
                "sha256": reply.file.digest if reply.file else None,
                "body": text_shown,
            },
            "findings": [remark.as_dict() for remark in found],
            "passed": all(remark.level != "error" for remark in found),
        }
    )


def _written_down(reply: Reply, request: AdminRequest, before: int) -> str | None:
    """Return the journal's id of what was just served; a reply's headers and body hold a UUID of its own."""
    sandbox = request.sandbox()
    said = [list(pair) for pair in reply.headers]
    for row in request.context.journal.each(sandbox.home, before):
        if row.response_body == reply.body and json.loads(row.story)["response"]["headers"] == said:
            return entry_id(sandbox.id, sandbox.epoch, row.seq)
    return None


def _callback(kind: str, content: Mapping[str, Any], request: AdminRequest) -> Callback:
    given = content.get("path") if kind == "download" else content.get("file")
    name = str(given or ("/" if kind == "download" else name_uuid(request.sandbox().id, "rehearsal", kind)))
    found = callback(kind, name)
    if found is None:
        raise invalid([InputFault("/kind", f"không có loại '{kind}'", f"there is no kind '{kind}'")])
    if kind not in DOWNLOADS and (content["method"] != "GET" or content.get("range")):
        vi, en = "chỉ dùng khi tải tệp", "is for downloads only"
        raise invalid([InputFault("/method" if content["method"] != "GET" else "/range", vi, en)])
    return found


def _caller(kind: str, provider: str, world: World) -> str:
    """Return who calls by default: the portal, or for downloads the first other agency of the list."""
    if kind not in DOWNLOADS:
        return world.settings.portal_caller
    portal = world.settings.portal_subsystem
    others = (each.id for each in Axis(world).subsystems.with_prefix("VN:GOV:") if each.is_listed and not each.alias_of)
    return next(each for each in others if each not in (provider, portal))


def _call(wanted: Callback, content: Mapping[str, Any], prefix: str, dstcode: str, caller: str) -> Call:
    body = content.get("body", wanted.body)
    sent = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    path, _, own = wanted.path.partition("?")
    url = content.get("providerurl")
    ends = [own, f"dstcode={dstcode}", f"providerurl={base_url_of(url, '/providerurl')}" if url else ""]
    query = "&".join(each for each in ends if each)
    headers = (("content-type", "application/json"), ("charset", "utf-8")) if sent else ()
    if content.get("range"):
        headers = (*headers, ("range", str(content["range"])))
    return Call(
        method=content["method"] if wanted.method == "GET" else wanted.method,
        path=f"{prefix}{FORWARD}{path}",
        query=query,
        headers=headers,
        body=sent,
        body_size=len(sent),
        target=f"{prefix}{FORWARD}{quote(path)}?{query}",
        host="localhost",
        caller=caller,
    )


def _read(reply: Reply) -> tuple[bytes, str | None]:
    """Return the beginning of the body, and its text when it is one."""
    body = next(iter(reply.file.chunks()), b"") if reply.file else reply.body
    try:
        return body, body.decode()[:_SHOWN]
    except UnicodeDecodeError:
        return body, None
