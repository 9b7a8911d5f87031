"""Fixtures of the whole suite: a fresh country behind its front door, without a port."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from shutil import disk_usage
from typing import Any, Literal, get_args
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import EnvironHeaders
from werkzeug.test import TestResponse

from emulator.app import Country, application, create_app, found_country
from emulator.country.pack import Pack
from emulator.server.bad_bytes import is_own, phrase_of, read_target
from emulator.services.packs import load_pack
from emulator.settings import Settings
from tests import databases
from tests.databases import Postgres

Door = Literal["asgi", "gthread"]


class DefaultDoor:
    """The door that serves unless another is asked for, behind a WSGI face: a test's client reaches it without a port.

    What is not the emulated services' goes to Flask, as it does in a server. A client that was answered leaves; one
    that is not, leaves after ``_LEAVES_S``.
    """

    def __init__(self, country: Country, own_pages: Callable[..., Iterable[bytes]]) -> None:
        self._own_pages = own_pages
        self._app = application(country)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if is_own(read_target(environ["RAW_URI"]).path):
            return self._own_pages(environ, start_response)
        try:
            sent = asyncio.run(self._serve(environ))
        except ConnectionAbortedError as broken:  # a server breaks the connection then
            raise ConnectionResetError(str(broken)) from broken
        if not sent:
            raise ConnectionResetError("nothing was sent")
        head, *rest = sent
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in head["headers"]]
        _check_framing(environ["REQUEST_METHOD"], head["status"], {name.lower() for name, _ in headers}, rest)
        whole = [(name, value) for name, value in headers if name.lower() != "transfer-encoding"]
        start_response(f"{head['status']} {phrase_of(head['status'])}", whole)
        return [part["body"] for part in rest]

    async def _serve(self, environ: dict[str, Any]) -> list[dict[str, Any]]:
        arriving = [{"type": "http.request", "body": environ["wsgi.input"].read(), "more_body": False}]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if arriving:
                return arriving.pop()
            await asyncio.sleep(_LEAVES_S)
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._app(_scope(environ), receive, send)
        return sent


_LEAVES_S = 5


def _check_framing(method: str, status: int, names: set[str], parts: list[dict[str, Any]]) -> None:
    """Hold every reply of the suite to RFC 9112: a length or chunks, and neither body nor chunks where none may be."""
    if method == "HEAD" or status in (204, 304):
        assert "transfer-encoding" not in names
        assert not any(part["body"] for part in parts)
    else:
        assert ("transfer-encoding" in names) is not ("content-length" in names)


def _scope(environ: dict[str, Any]) -> dict[str, Any]:
    raw_path, _, query = environ["RAW_URI"].partition("?")
    headers = EnvironHeaders(environ).items()
    return {
        "type": "http",
        "method": environ["REQUEST_METHOD"],
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "http_version": environ["SERVER_PROTOCOL"].removeprefix("HTTP/"),
        "scheme": environ["wsgi.url_scheme"],
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": (environ.get("REMOTE_ADDR", ""), 0),
    }


class Visitor:
    """A client of one country: HTTP in process, through the door that is the default, or through that of gthread."""

    def __init__(self, country: Country, door: Door = "asgi") -> None:
        self.country = country
        app = create_app(country)
        if door == "asgi":
            app.wsgi_app = DefaultDoor(country, app.wsgi_app)  # type: ignore[method-assign]
        self.http: FlaskClient = app.test_client()

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


_MEMORY, _ROOM = Path("/dev/shm"), 4 * 1024**3
if "PYTEST_DEBUG_TEMPROOT" not in os.environ and os.access(_MEMORY, os.W_OK) and disk_usage(_MEMORY).free > _ROOM:
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_MEMORY)  # a store there costs no disk

_MOST_WORKERS = 8  # the suite is known to be well with so many; more only cost memory
_LONG = ("console/test_browser.py", "test_lint.py", "store/test_shared_database.py", "journeys/", "test_crash.py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Return what ``-n auto`` means; None leaves it to xdist, which reads its own variable."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return min((os.cpu_count() or 1) + 1, _MOST_WORKERS)  # many a test waits for a server: one more fills the wait


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker sits on it alone at the end."""
    if getattr(config.option, "numprocesses", None) or "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: not any(part in item.nodeid for part in _LONG))


CONTRACTS = (
    "documents/test_printed_portal.py",
    "faults/test_answers.py",
    "gateways/axis/test_cases.py",
    "gateways/axis/test_faults.py",
    "gateways/test_cors.py",
    "gateways/test_faults.py",
    "gateways/test_revoke.py",
    "portal/test_cases.py",
)
"""The contracts of the gateway, the axis, the portal and the faults: they are held at both doors."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Send every contract through both doors, and all else through the one that is the default."""
    if "door" in metafunc.fixturenames and str(metafunc.definition.path).endswith(CONTRACTS):
        metafunc.parametrize("door", get_args(Door), indirect=True)


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
def door(request: pytest.FixtureRequest) -> Door:
    """Through which door the visitor comes; the contracts are held at both (``pytest_generate_tests``)."""
    return getattr(request, "param", "asgi")


@pytest.fixture
def visitor(country: Country, door: Door) -> Visitor:
    return Visitor(country, door)
