"""A ministry that lives, seen by a province and by whoever turns its clock."""

from __future__ import annotations

from typing import Any

from tests.builders import pull
from tests.conftest import Visitor

BEGIN = "2026-11-23T08:00:00+07:00"  # a Monday


class Ministry:
    """One sandbox under the hands of a test: everything goes over HTTP."""

    def __init__(self, visitor: Visitor, sandbox: str = "default") -> None:
        self.visitor, self.sandbox = visitor, sandbox
        self.base = f"/__admin/sandboxes/{sandbox}"
        self.turn("freeze", to=BEGIN)

    def admin(self, verb: str, path: str, body: Any = None, expect: int = 200) -> Any:
        given = {} if body is None else {"json": body}
        reply = self.visitor.http.open(self.base + path, method=verb, **given)
        assert reply.status_code == expect, reply.text
        return reply.json

    def turn(self, action: str, **words: Any) -> Any:
        return self.admin("PUT", "/clock", {"action": action, **words})

    def advance(self, by: str) -> None:
        self.turn("advance", by=by)

    def schedule(self, at: str, **effect: Any) -> None:
        self.admin("POST", "/agenda", {"at": at, "effect": effect}, 201)

    def file(self, **wish: Any) -> list[str]:
        codes: list[str] = self.admin("POST", "/applications", wish, 201)["dossiers"]
        return codes

    def dossier(self, code: str) -> Any:
        return self.admin("GET", f"/dossiers/{code}")

    def events(self) -> list[dict[str, Any]]:
        """Return what the clock did, oldest first."""
        asked = "/requests?operation=clock.effect&order=asc&limit=2000"
        found: list[dict[str, Any]] = self.admin("GET", asked)["requests"]
        return found

    def pulled(self, operation: str, kind: str | None, first: str, last: str, province: str = "01") -> list[Any]:
        body = pull(MaTinh=province, ThoiGianBatDau=first, ThoiGianKetThuc=last)
        if kind is None:
            del body["LoaiDuLieu"]
        else:
            body["LoaiDuLieu"] = kind
        token = self.visitor.token(sandbox=self.sandbox)
        reply = self.visitor.http.post(
            f"/apiBTXH/1.0/{operation}", json=body, headers={"Authorization": f"Bearer {token}"}
        ).json["result"]
        assert reply["error_code"] == 0, reply
        rows: list[Any] = reply["data"]
        return rows
