"""The yardsticks: a bare Flask route and a bare ASGI application that return a constant, under the same gunicorn."""

from __future__ import annotations

from typing import Any

from a2wsgi import WSGIMiddleware
from flask import Flask, Response

wsgi = Flask(__name__)


@wsgi.post("/constant")
def constant() -> Response:
    """Return what an accepted push returns, without doing anything for it."""
    return Response('{"error_code":0,"message":"OK"}', content_type="application/json")


asgi = WSGIMiddleware(wsgi, workers=4)  # type: ignore[arg-type]

_HEAD = [(b"content-type", b"application/json"), (b"content-length", b"32")]


async def bare_asgi(_scope: Any, receive: Any, send: Any) -> None:
    """Return the same without any framework; the body is read, as HTTP wants it."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
    await send({"type": "http.response.body", "body": b'{"error_code":0,"message":"OK"}\n'})
