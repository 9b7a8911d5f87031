"""Arming faults over the admin API, and what the journal says afterwards."""

from __future__ import annotations

from typing import Any

import requests

from tests.conftest import Visitor
from tests.serving import Server

_PATIENCE_S = 30


def wish(fault: str, on: str = "*", params: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"fault": fault, "on": on, "params": params or {}, **more}


def arm(visitor: Visitor, *wishes: dict[str, Any]) -> None:
    reply = visitor.http.put("/__admin/faults", json={"faults": list(wishes)})
    assert reply.status_code == 200, reply.text


def arm_on(server: Server, *wishes: dict[str, Any]) -> None:
    reply = requests.put(f"{server.base_url}/__admin/faults", json={"faults": list(wishes)}, timeout=_PATIENCE_S)
    assert reply.status_code == 200, reply.text


def entries_of(server: Server) -> list[dict[str, Any]]:
    """Return the journal of a real server, newest first."""
    said = requests.get(f"{server.base_url}/__admin/requests?limit=2000", timeout=_PATIENCE_S).json()
    entries: list[dict[str, Any]] = said["requests"]
    return entries
