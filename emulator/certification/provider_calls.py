"""Visits: what other agencies call at the vendor's own server at the end of a scene, over the axis (KDL V.3, V.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from emulator.kernel.exchange import Call, Reply

FORWARD = "/VXPAdapter/RestService/forward"
_BODY = b"{}"


def pay(visits: Iterable[Mapping[str, Any]], serve: Callable[[Call], Reply], sandbox_id: str) -> None:
    """Make the calls one after another; what came back stands in the journal.

    A visit is ``{"method", "path", "caller", "dstcode"}``. ``path`` is decoded, but for one that is ``raw``.
    """
    for visit in visits:
        reply = serve(_call(visit, f"/s/{sandbox_id}"))
        if reply.file:
            reply.file.close()


def _call(visit: Mapping[str, Any], prefix: str) -> Call:
    path, query = str(visit["path"]), f"dstcode={visit['dstcode']}"
    sent = b"" if visit["method"] in ("GET", "HEAD", "DELETE") else _BODY
    target = str(visit.get("raw") or quote(path))
    return Call(
        method=str(visit["method"]),
        path=f"{prefix}{FORWARD}{path}",
        query=query,
        headers=(("content-type", "application/json"),) if sent else (),
        body=sent,
        body_size=len(sent),
        target=f"{prefix}{FORWARD}{target}?{query}",
        host="localhost",
        caller=str(visit["caller"]),
    )
