"""The yardstick: a bare Flask route that returns a constant, under the same gunicorn."""

from __future__ import annotations

from a2wsgi import WSGIMiddleware
from flask import Flask, Response

wsgi = Flask(__name__)


@wsgi.post("/constant")
def constant() -> Response:
    """Return what an accepted push returns, without doing anything for it."""
    return Response('{"error_code":0,"message":"OK"}', content_type="application/json")


asgi = WSGIMiddleware(wsgi, workers=4)  # type: ignore[arg-type]
