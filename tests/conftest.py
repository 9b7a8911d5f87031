"""Fixtures of the whole suite: a fresh country behind its front door, without a port."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from emulator.app import Country, create_app, found_country
from emulator.country.pack import Pack
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests import databases
from tests.databases import Postgres


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


_MOST_WORKERS = 8  # the suite is known to be well with so many; more only cost memory
_LONG = ("test_lint.py", "journeys/", "faults/test_sockets.py", "test_envelopes.py", "test_crash.py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Return what ``-n auto`` means; None leaves it to xdist, which reads its own variable."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return min(os.cpu_count() or 1, _MOST_WORKERS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker sits on it alone at the end."""
    if getattr(config.option, "numprocesses", None) or "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: not any(part in item.nodeid for part in _LONG))


@pytest.fixture(scope="session")
def co_ban() -> Pack:
    return load_pack("co-ban")


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory, co_ban: Pack) -> Path:
    """A store in which nothing has happened yet: copying it costs less than making another."""
    path = tmp_path_factory.mktemp("new") / "store.db"
    found_country(Settings(), path, {"co-ban": co_ban}).store.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this session; without one the tests that need it are skipped by name."""
    reason = databases.why_not()
    if reason and not os.environ.get(databases.NEEDED):
        pytest.skip(f"PostgreSQL: {reason}")
    assert not reason, reason
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture
def country(tmp_path: Path, co_ban: Pack, new_store: Path) -> Iterator[Country]:
    shutil.copyfile(new_store, tmp_path / "store.db")
    country = found_country(Settings(), tmp_path / "store.db", {"co-ban": co_ban})
    yield country
    country.store.close()


@pytest.fixture
def visitor(country: Country) -> Visitor:
    return Visitor(country)
