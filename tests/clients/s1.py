"""S1: a ministry's core system, re-expressed.

Sources: src:client-portal-login, src:client-error-codes, src:client-failures.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tests.axis_country import PATIENCE_S, PORTAL_CODE, AxisCountry

CACHE_MIN = 10
FORWARD = "/XrdAdapter/RestService/forward"


class S1Client:
    """dstcode as a header; a session kept ten minutes by its own clock; what is HTTP 400 or more is read as ``{}``."""

    def __init__(self, country: AxisCountry) -> None:
        self.country, account = country, country.credentials["portal"]
        self.username, self.password, self.unit = account["username"], account["password"], account["unit"]
        self.minutes, self.logins = 0, 0
        self._session, self._fetched_at = "", 0

    def wait(self, minutes: int) -> None:
        """Let time pass here and there."""
        self.minutes += minutes
        self.country.turn_clock(action="advance", by=f"PT{minutes}M")

    def post(self, path: str, body: Any) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/json", "Charset": "utf-8"}
        reply = self.country.http.post(
            self.country.security_server + FORWARD + path,
            data=json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(),
            headers={**headers, "dstcode": PORTAL_CODE},
            timeout=PATIENCE_S,
        )
        if reply.status_code >= 400:
            return {}
        try:
            return dict(reply.json())
        except ValueError:
            return {}

    @staticmethod
    def lenient_int(value: Any) -> int:
        """Read an integer as its JSON library does: whatever is no number is 0."""
        found = re.fullmatch(r"-?\d+", str(value))
        return int(found[0]) if found else 0

    def succeeded(self, reply: dict[str, Any]) -> bool:
        return "error_code" in reply and self.lenient_int(reply["error_code"]) == 0

    def session(self) -> str:
        if self._session and self.minutes - self._fetched_at < CACHE_MIN:
            return self._session
        self.logins += 1
        reply = self.post("/mapi/login", {"username": self.username, "password": self.password})
        self._session = reply["session"] if "session" in reply and self.succeeded(reply) else ""
        self._fetched_at = self.minutes
        return self._session

    def call(self, service: str, **keys: Any) -> dict[str, Any]:
        """Call a service; without a session nothing is sent."""
        session = self.session()
        if not session:
            return {}
        return self.post("/mapi/call", {"session": session, "madonvi": self.unit, "service": service, **keys})

    def synchronise(self, dossier: dict[str, Any], step: dict[str, Any]) -> list[str]:
        """Ask whether it is there, create or update, and only on success send the step; return what became of it."""
        known = self.call("TraCuuHoSo", mahoso=dossier["MaHoSo"]).get("result")
        story = ["update" if known else "create"]
        pushed = self.call("DongBoHoSoMC", isUpdating="True" if known else "False", data=[dossier])
        story.append("ok" if self.succeeded(pushed) else "ACK_ERROR")
        if story[-1] == "ok":
            story.append("ok" if self.succeeded(self.call("CapNhatTienDoHoSoMC", data=[step])) else "ACK_ERROR")
        return story
