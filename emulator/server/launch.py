"""gunicorn inside: the listening socket, the workers, and the sign that all is ready."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import gunicorn.asgi.protocol as asgi_protocol
from gunicorn.app.base import BaseApplication

GRACE_S = 1


class Launch(BaseApplication):  # type: ignore[misc]
    """A gunicorn that serves one application on one socket that is already bound."""

    def __init__(self, options: dict[str, Any], load_app: Callable[[], Any]) -> None:
        self._options, self._load_app = options, load_app
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application."""
        return self._load_app()


def bind(host: str, port: int) -> socket.socket:
    """Bind the listening socket. Raises OSError when the address is taken."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.set_inheritable(True)
    return listener


def run(
    listener: socket.socket, load_app: Callable[[], Any], *, kind: str, workers: int, on_ready: Callable[[], None]
) -> None:
    """Serve until a signal ends it."""
    asgi_protocol._CACHED_SERVER_HEADER = b""  # the gateway shows no Server header (facts-gateway A1)

    def post_worker_init(worker: Any) -> None:
        if worker.age == 1:
            on_ready()

    options = {
        "bind": f"fd://{listener.fileno()}",
        "workers": workers,
        "worker_class": kind,
        "threads": 1 if kind == "asgi" else 8,
        "preload_app": True,
        "loglevel": "warning",
        "graceful_timeout": GRACE_S,
        "keepalive": 75,
        "control_socket_disable": True,
        "post_worker_init": post_worker_init,
    }
    if kind == "asgi":
        options["asgi_lifespan"] = "off"
    Launch(options, load_app).run()
