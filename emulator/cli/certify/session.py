"""One attempt as the command line carries it out, over the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.cli.admin_client import AdminClient


@dataclass(frozen=True)
class Session:
    """An attempt on a server. Every method may raise Unreachable or Refused."""

    client: AdminClient
    id: str
    context: Mapping[str, Any]

    def _post(self, verb: str, body: Mapping[str, Any] | None = None) -> Any:
        return self.client.ask_house("POST", f"/attempts/{self.id}/{verb}", dict(body or {}))

    def greet(self) -> Any:
        """Ask for a small task before the first scene."""
        return self._post("greet")

    def diagnosis(self) -> Any:
        """Return what is wrong with the client's set-up."""
        return self.client.ask_house("GET", f"/attempts/{self.id}/diagnosis")

    def begin(self) -> Any:
        """Begin the next scene; its ``task`` is None when all have been played."""
        return self._post("begin")

    def end(self, ending: Mapping[str, Any]) -> None:
        """End the scene."""
        self._post("end", ending)

    def close(self) -> None:
        """Close the attempt."""
        self._post("close")

    def standing(self) -> Any:
        """Return the attempt as it stands."""
        return self.client.ask_house("GET", f"/attempts/{self.id}")

    def report(self) -> Any:
        """Return the report."""
        return self.client.ask_house("GET", f"/attempts/{self.id}/report")

    def evidence(self) -> Any:
        """Return what the bundle is made from."""
        return self.client.ask_house("GET", f"/attempts/{self.id}/evidence")


def open_session(client: AdminClient, plan: Mapping[str, Any], challenge: Mapping[str, Any] | None) -> Session:
    """Open an attempt on a server."""
    body: dict[str, Any] = {"plan": plan}
    made = client.ask_house("POST", "/attempts", body | ({"challenge": challenge} if challenge else {}))
    return Session(client, made["id"], made["context"])


def find_session(client: AdminClient, attempt_id: str | None = None) -> Session | None:
    """Return an attempt that is on a server: the one named, else the newest that is not closed, else None."""
    every = client.ask_house("GET", "/attempts")["attempts"]
    ids = [each["id"] for each in every if attempt_id in (None, each["id"]) and (attempt_id or not each["closed"])]
    if not ids:
        return None
    return Session(client, ids[-1], client.ask_house("GET", f"/attempts/{ids[-1]}")["context"])
