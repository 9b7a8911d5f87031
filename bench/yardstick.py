"""The yardsticks: bare routes that return a constant or a file, of Flask and of ASGI, under the same gunicorn."""

from __future__ import annotations

import os
from typing import Any

from a2wsgi import WSGIMiddleware
from flask import Flask, Response, send_file

wsgi = Flask(__name__)


@wsgi.post("/constant")
def constant() -> Response:
    """Return what an accepted push returns, without doing anything for it."""
    return Response('{"error_code":0,"message":"OK"}', content_type="application/json")


@wsgi.get("/file")
def file() -> Response:
    """Send the file that the variable ``YARDSTICK_FILE`` names, as Flask does."""
    return send_file(os.environ["YARDSTICK_FILE"])


asgi = WSGIMiddleware(wsgi, workers=4)  # type: ignore[arg-type]

_HEAD = [(b"content-type", b"application/json"), (b"content-length", b"32")]


async def bare_asgi(_scope: Any, receive: Any, send: Any) -> None:
    """Return the same without any framework; the body is read, as HTTP wants it."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
    await send({"type": "http.response.body", "body": b'{"error_code":0,"message":"OK"}\n'})
