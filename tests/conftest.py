"""Fixtures of the whole suite: a fresh country behind its front door, without a port."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from emulator.app import Country, create_app, found
from emulator.settings import Settings
from emulator.world.pack import Pack, load_pack


class Visitor:
    """A client of one country: HTTP in process, through the same Flask application gthread serves."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.http: FlaskClient = create_app(country).test_client()

    def basic(self, kind: str = "production", sandbox: str = "default") -> dict[str, str]:
        """Return the Authorization header of a key pair."""
        sandboxes = self.country.sandboxes
        pair = next(pair for pair in sandboxes.credentials(sandboxes.get(sandbox)) if pair.kind == kind)
        text = f"{pair.consumer_key}:{pair.consumer_secret}".encode()
        return {"Authorization": "Basic " + base64.b64encode(text).decode()}

    def token(self, kind: str = "production", sandbox: str = "default") -> str:
        """Return an access token."""
        reply = self.http.post("/token", data={"grant_type": "client_credentials"}, headers=self.basic(kind, sandbox))
        return str(reply.json["access_token"])

    def btxh(self, operation: str, body: Any, **options: Any) -> TestResponse:
        """Call an operation of the BTXH API with a token."""
        headers = {"Authorization": f"Bearer {self.token()}", **options.pop("headers", {})}
        given = {"data": body, "content_type": "application/json"} if isinstance(body, (bytes, str)) else {"json": body}
        return self.http.post(f"/apiBTXH/1.0/{operation}", headers=headers, **given, **options)

    def journal(self) -> list[dict[str, Any]]:
        """Return the journal of the sandbox ``default``, oldest first."""
        newest_first: list[dict[str, Any]] = self.http.get("/__admin/requests?limit=2000").json["requests"]
        return newest_first[::-1]


@pytest.fixture(scope="session")
def co_ban() -> Pack:
    return load_pack("co-ban")


@pytest.fixture
def country(tmp_path: Path, co_ban: Pack) -> Iterator[Country]:
    country = found(Settings(), tmp_path / "store.db", {"co-ban": co_ban})
    yield country
    country.store.close()


@pytest.fixture
def visitor(country: Country) -> Visitor:
    return Visitor(country)
