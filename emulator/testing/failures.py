"""The journal of a test that failed, printed below it."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any

import pytest

from emulator.testing.line import Refused
from emulator.testing.ndxp import Ndxp

_NAME = "ndxp-journal-printer"


class JournalPrinter:
    """Registered when the first sandbox is made: suites without sandboxes never meet it."""

    def __init__(self) -> None:
        self._watched: dict[str, list[list[Ndxp]]] = {}

    def watch(self, nodeid: str, boxes: list[Ndxp]) -> None:
        """Print the journals of these sandboxes, of which there may be more later, if the test fails."""
        self._watched.setdefault(nodeid, []).append(boxes)

    def forget(self, nodeid: str, boxes: list[Ndxp]) -> None:
        """Stop watching them."""
        kept = [each for each in self._watched.pop(nodeid, []) if each is not boxes]
        if kept:
            self._watched[nodeid] = kept

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any) -> Iterator[None]:
        """Add the journals to the report of a failure."""
        outcome: Any = yield
        report = outcome.get_result()
        if report.failed:
            for boxes in self._watched.get(item.nodeid, ()):
                report.sections += [_section(box) for box in boxes]


def _section(box: Ndxp) -> tuple[str, str]:
    title = f"ndxp: nhật ký / journal · {box.base_url}"
    try:
        return title, box.journal.table()
    except (OSError, http.client.HTTPException, Refused) as trouble:
        return title, f"không đọc được / cannot be read: {trouble}"


def printer(config: Any) -> JournalPrinter:
    """Return the printer of this run."""
    plugins = config.pluginmanager
    printer: JournalPrinter | None = plugins.get_plugin(_NAME)
    if printer is None:
        printer = JournalPrinter()
        plugins.register(printer, _NAME)
    return printer
