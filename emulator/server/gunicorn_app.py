"""gunicorn as the house runs it: one application, one socket that is bound already, and a log in our own form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from emulator.server.launch import JsonLines


class GunicornApp(BaseApplication):  # type: ignore[misc]
    """A gunicorn that serves one application on one socket that is already bound.

    ``options`` are gunicorn's settings by their names, its hooks among them.
    """

    def __init__(self, options: Mapping[str, Any], served: Any) -> None:
        self._options, self._served = options, served
        super().__init__()

    def load_config(self) -> None:
        """Take the settings, and nothing from a file or the command line."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application."""
        return self._served


class JsonGunicorn(Logger):  # type: ignore[misc]
    """gunicorn's own log in the form of ours."""

    def setup(self, cfg: Any) -> None:
        """Begin to log, a JSON object a line."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())
