"""One sandbox with a profile, a mode and settings, and a client that stands before its gateway."""

from __future__ import annotations

import base64
import json
from copy import copy
from dataclasses import replace
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from emulator.country.settings import Mode, Profile, SandboxSettings
from emulator.kernel.clock import Clock
from tests.builders import dossier
from tests.conftest import Visitor

PUSH = "/apiBTXH/1.0/DongBoDVC"
NOON_MS = 1_788_624_000_000  # 2026-09-05 16:00:00 UTC
FORM = "application/x-www-form-urlencoded"


class Desk:
    """The sandbox stands still at ``NOON_MS`` until ``wait`` moves it."""

    def __init__(
        self, visitor: Visitor, profile: Profile = "apim-3.2", mode: Mode = "documented", **settings: Any
    ) -> None:
        self._http, self._sandboxes = visitor.http, visitor.country.sandboxes
        self._journal = visitor.country.admin.journal
        self.id = f"{profile}-{mode}".replace(".", "-")
        self._sandboxes.create(self.id, {"profile": profile, "mode": mode})
        self.now_ms = NOON_MS
        self.set(**settings)
        self.wait(0)

    def set(self, **settings: Any) -> None:
        sandbox = self._sandboxes.get(self.id)
        self._sandboxes.set_settings(sandbox, replace(SandboxSettings(), **settings))

    def wait(self, seconds: float) -> None:
        self.now_ms += int(seconds * 1000)
        self._sandboxes.set_clock(self._sandboxes.get(self.id), Clock(self.now_ms, 0, 1.0, frozen=True))

    def for_client(self, http: FlaskClient) -> Desk:
        """Return the same desk for another client."""
        other = copy(self)
        other._http = http
        return other

    def pair(self, kind: str = "production") -> tuple[str, str]:
        pairs = self._sandboxes.credentials(self._sandboxes.get(self.id))
        return next((pair.consumer_key, pair.consumer_secret) for pair in pairs if pair.kind == kind)

    def basic(self, kind: str = "production") -> dict[str, str]:
        return basic(*self.pair(kind))

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        return self._http.open(f"/s/{self.id}{path}", method=method, **options)

    def post_form(self, path: str, body: str, headers: dict[str, str] | None = None) -> TestResponse:
        given = self.basic() if headers is None else headers
        return self.ask("POST", path, data=body, headers=given, content_type=FORM)

    def token_reply(self, extra: str = "", kind: str = "production") -> TestResponse:
        return self.post_form("/token", f"grant_type=client_credentials{extra}", self.basic(kind))

    def token(self, extra: str = "", kind: str = "production") -> str:
        return str(self.token_reply(extra, kind).json["access_token"])

    def push(self, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        given = {"Authorization": f"Bearer {self.token()}"} if headers is None else headers
        return self.ask("POST", options.pop("path", PUSH), json=dossier(), headers=given, **options)

    def last(self) -> dict[str, Any]:
        """Return the newest exchange of the sandbox's journal."""
        story: dict[str, Any] = json.loads(self._journal.entries(self._sandboxes.get(self.id).home)[-1].story)
        return story

    def remarks(self) -> list[str]:
        return [remark["rule"] for remark in self.last()["remarks"] if remark["rule"].startswith("B0")]


def basic(key: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}
