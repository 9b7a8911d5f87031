"""A ``requests`` session whose calls stay inside the process."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from emulator.testing.inprocess import HOST


class _Inside(HTTPAdapter):
    """Hands prepared requests to a test client."""

    def __init__(self, http: Any) -> None:
        super().__init__()
        self._http = http

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Call the application."""
        parts = urlsplit(str(request.url))
        reply = self._http.open(
            parts.path + (f"?{parts.query}" if parts.query else ""),
            base_url=f"{parts.scheme}://{parts.netloc}",
            method=request.method,
            headers=[pair for pair in (request.headers or {}).items() if pair[0].lower() != "transfer-encoding"],
            data=_bytes(request.body),
        )
        raw = HTTPResponse(
            io.BytesIO(reply.get_data()),
            headers=list(reply.headers.items()),  # type: ignore[arg-type] # names may come twice
            status=reply.status_code,
            reason=reply.status.partition(" ")[2],
            preload_content=False,
        )
        return self.build_response(request, raw)


def _bytes(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        return _bytes(body.read())
    return b"".join(part.encode() if isinstance(part, str) else part for part in body)


class _Nowhere(HTTPAdapter):
    """Refuses every other address, since a test that reaches the network by mistake must not go on."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Refuse."""
        raise requests.exceptions.ConnectionError(f"{request.url}: chỉ có / there is only {HOST}", request=request)


def session(http: Any) -> requests.Session:
    """Return a session that reaches the test client's application at ``http://localhost``."""
    made = requests.Session()
    made.trust_env = False
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Nowhere())
    made.mount(f"{HOST}/", _Inside(http))
    return made
