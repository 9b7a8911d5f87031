"""A country made for one test on a real server, as a vendor's one-stop system and its trainer see it."""

from __future__ import annotations

from typing import Any

import requests

from tests.serving import Server

PATIENCE_S = 30
TODAY = "2026-11-21T08:00:00+07:00"
PORTAL_CODE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
PAPERS_URL = "https://apigiaytocanhan.dichvucong.gov.vn"


class AxisCountry:
    """A sandbox with a stopped clock. ``security_server`` is where its vendor finds both adapters."""

    def __init__(self, server: Server, name: str) -> None:
        every = f"{server.ready['admin_url']}/sandboxes"
        self.http = requests.Session()
        self.http.trust_env = False
        self.name, self.admin, self.security_server = name, f"{every}/{name}", f"{server.base_url}/s/{name}"
        made = self.http.post(every, json={"id": name}, timeout=PATIENCE_S)
        assert made.status_code == 201, made.text
        self._given: dict[str, dict[str, str]] = made.json()["credentials"]
        self.turn_clock(action="freeze")
        self.turn_clock(action="set", to=TODAY)

    def drop(self) -> None:
        self.http.delete(self.admin, timeout=PATIENCE_S)
        self.http.close()

    def do(self, verb: str, path: str, body: Any = None, *, expects: int = 200) -> Any:
        """Call the admin API of the sandbox."""
        reply = self.http.request(verb, self.admin + path, json=body, timeout=PATIENCE_S)
        assert reply.status_code == expects, reply.text
        return reply.json()

    def settle(self, **settings: Any) -> None:
        self.do("PATCH", "/settings", settings)

    def turn_clock(self, **turn: Any) -> None:
        self.do("PUT", "/clock", turn)

    @property
    def credentials(self) -> dict[str, dict[str, str]]:
        """Return the pairs as they are now; secrets were shown once, when the country was made, and stay."""
        shown: dict[str, dict[str, str]] = self.do("GET", "")["credentials"]
        return {kind: pair | {"password": self._given[kind].get("password", "")} for kind, pair in shown.items()}

    @property
    def consumer(self) -> dict[str, str]:
        """Return the key pair for the NDXP gateway."""
        return self._given["production"]

    def journal(self) -> list[dict[str, Any]]:
        """Return every exchange, oldest first."""
        found: list[dict[str, Any]] = self.do("GET", "/requests?order=asc&limit=2000")["requests"]
        return found

    def last(self) -> dict[str, Any]:
        return self.journal()[-1]

    def rules(self) -> set[str]:
        """Return the rules the newest exchange was remarked on for."""
        return {remark["rule"] for remark in self.last()["remarks"]}
