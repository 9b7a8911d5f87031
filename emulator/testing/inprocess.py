"""The emulator inside the test process: no port, no second process, and every call in the same thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from emulator.app import create_app, found_country, open_packs
from emulator.settings import Settings
from emulator.testing.ndxp import Ndxp

if TYPE_CHECKING:
    from requests import Session

HOST = "http://localhost"
_SWEEP_S = 10


class InProcessLine:
    """The admin API behind a test client."""

    base_url = HOST

    def __init__(self, http: Any) -> None:
        self._http = http

    def send(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        """Call the application."""
        reply = self._http.open(path, method=method, data=body, content_type="application/json", base_url=HOST)
        return reply.status_code, reply.get_data()

    def close(self) -> None:
        """Nothing is open."""


class InProcessCountry:
    """A whole emulator without a port. ``wsgi`` is its application, for any other client of WSGI."""

    def __init__(self, store: Path, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self._country = found_country(settings, store, open_packs(settings.packs))
        self.wsgi = create_app(self._country)
        self.http = self.wsgi.test_client(use_cookies=False)
        self.line = InProcessLine(self.http)

    def close(self) -> None:
        """Close the store, once what dropped sandboxes held is swept out of it."""
        self._country.admin.sweeper.wait(_SWEEP_S)
        self._country.store.close()


class InProcess(Ndxp):
    """A sandbox that is reached without a port: by ``http``, or by the ``requests`` session that ``session`` makes.

    Faults on the line (a reset, a cut body, a reply that hangs) need a line: the fixture ``ndxp``.
    """

    def __init__(self, made: Ndxp, country: InProcessCountry) -> None:
        super().__init__(country.line, {"id": made.id, "credentials": made.credentials})
        self.http = SandboxClient(country.http, self.id)
        self._country = country

    def session(self) -> Session:
        """Return a ``requests`` session that reaches ``base_url``, and no other address, inside this process."""
        from emulator.testing.requests_session import session

        return session(self._country.http)


class SandboxClient:
    """Flask's test client, at home in one sandbox: ``http.post("/token", data=…, auth=(key, secret))``."""

    def __init__(self, http: Any, sandbox: str) -> None:
        self._http, self._prefix = http, f"/s/{sandbox}"

    def open(self, path: str, **options: Any) -> Any:
        """Send a request; return Flask's ``TestResponse``. An absolute URL is taken without its host."""
        parts = urlsplit(path)
        local = parts.path + (f"?{parts.query}" if parts.query else "")
        home = local if local.startswith(f"{self._prefix}/") else self._prefix + local
        return self._http.open(home, **{"base_url": HOST, **options})

    def get(self, path: str, **options: Any) -> Any:
        """GET."""
        return self.open(path, method="GET", **options)

    def post(self, path: str, **options: Any) -> Any:
        """POST."""
        return self.open(path, method="POST", **options)

    def put(self, path: str, **options: Any) -> Any:
        """PUT."""
        return self.open(path, method="PUT", **options)

    def delete(self, path: str, **options: Any) -> Any:
        """DELETE."""
        return self.open(path, method="DELETE", **options)
