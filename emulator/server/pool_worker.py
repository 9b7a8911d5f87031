"""gunicorn's gthread worker, stopping soon: exchanges get half a second, deliveries that hang are left."""

from __future__ import annotations

from typing import Any

from gunicorn.http.errors import LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

from emulator.server.bad_bytes import REFUSED, read_refused
from emulator.server.gunicorn_headers import make_gthread_bare

_GRACE_S = 0.5


class PoolWorker(ThreadWorker):  # type: ignore[misc]
    """Serves with a pool of threads; a head that gunicorn refuses is written down."""

    def init_process(self) -> None:
        """Begin to serve.

        The arbiter kills after its own, longer grace: this process is a fork and has its own settings.
        """
        make_gthread_bare()
        self.cfg.settings["graceful_timeout"].value = _GRACE_S
        super().init_process()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Any) -> None:
        """Answer a request that cannot be taken, and write down one whose head was refused."""
        super().handle_error(req, client, addr, exc)
        status = 414 if isinstance(exc, LimitRequestLine) else 431
        head = read_refused(getattr(exc, "begin", b""), status, addr[0] if isinstance(addr, tuple) else "")
        if head:
            self.wsgi.extensions[REFUSED](head)
