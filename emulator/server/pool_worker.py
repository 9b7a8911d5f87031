"""gunicorn's gthread worker, stopping soon: exchanges get half a second, deliveries that hang are left."""

from __future__ import annotations

from gunicorn.workers.gthread import ThreadWorker

from emulator.server.gunicorn_headers import make_gthread_bare

_GRACE_S = 0.5


class PoolWorker(ThreadWorker):  # type: ignore[misc]
    """Serves with a pool of threads."""

    def init_process(self) -> None:
        """Begin to serve."""
        make_gthread_bare()
        # The arbiter kills after its own, longer grace: this process is a fork and has its own settings.
        self.cfg.settings["graceful_timeout"].value = _GRACE_S
        super().init_process()
