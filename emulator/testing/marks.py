"""From the markers of a test to its sandbox."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .line import Line, Refused
from .ndxp import Ndxp, make

# The journal of a test that failed, printed below it.

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


_LONGEST_NAME = 46


@contextlib.contextmanager
def making(line: Line, request: pytest.FixtureRequest) -> Iterator[Callable[..., Ndxp]]:
    """Give what makes sandboxes for a test; drop them at its end, and print their journals when it fails.

    A sandbox is named after its test, so that the same test has the same keys and the same answers every time.
    """
    node, made = request.node, list[Ndxp]()
    printed = printer(request.config)
    printed.watch(node.nodeid, made)

    def one(**wish: Any) -> Ndxp:
        number = f"-{len(made) + 1}" if made else ""
        box = make(line, sandbox_id(node.name, node.nodeid) + number, _wish(node) | wish)
        made.append(box)
        _settle(node, box)
        return box

    try:
        yield one
    finally:
        printed.forget(node.nodeid, made)
        for box in made:
            box.drop()


def sandbox_id(name: str, nodeid: str) -> str:
    """Return a sandbox id that people recognise a test by, and that no other test of the suite has."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("đ", "d"))
    words = re.sub(r"[^a-z0-9]+", "-", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    digest = hashlib.blake2s(nodeid.encode(), digest_size=4).hexdigest()
    return f"{words.strip('-')[:_LONGEST_NAME].strip('-')}-{digest}".lstrip("-")


def _wish(node: Any) -> dict[str, Any]:
    wish: dict[str, Any] = {}
    mode, scenario = node.get_closest_marker("ndxp_mode"), node.get_closest_marker("ndxp_scenario")
    if mode:
        wish["mode"] = _only(mode)
    if scenario and not _is_played_later(scenario):
        wish["scenario"] = _only(scenario)
    return wish


def _is_played_later(mark: Any) -> bool:
    """Tell whether a scenario comes from a file, or with values: it plays once the sandbox is there."""
    return len(mark.args) == 1 and (bool(mark.kwargs) or str(mark.args[0]).endswith((".yaml", ".yml")))


def _play(node: Any, box: Ndxp, mark: Any) -> None:
    """Play a scenario; a file is looked for beside the test's own, then where pytest runs."""
    name = mark.args[0]
    if str(name).endswith((".yaml", ".yml")):
        beside = Path(node.path).parent / name
        name = beside if beside.is_file() else Path(name)
        if not name.is_file():
            raise pytest.UsageError(f"@pytest.mark.ndxp_scenario: không có tệp {name} / there is no file {name}")
    box.scenario.play(name, **mark.kwargs)


def _only(mark: Any) -> Any:
    """Return the one value that a marker holds. Raises pytest.UsageError when it holds none, or more."""
    values = (*mark.args, *mark.kwargs.values())
    if len(values) != 1:
        raise pytest.UsageError(f"@pytest.mark.{mark.name} cần đúng một giá trị / takes exactly one value: {values}")
    return values[0]


def _settle(node: Any, box: Ndxp) -> None:
    clock = node.get_closest_marker("ndxp_clock")
    if clock:
        box.clock.freeze(_only(clock))
    scenario = node.get_closest_marker("ndxp_scenario")
    if scenario and _is_played_later(scenario):
        _play(node, box, scenario)
    changes: dict[str, Any] = {}
    for mark in reversed(list(node.iter_markers("ndxp_settings"))):
        changes |= mark.kwargs
    if changes:
        box.settings(**changes)
    for mark in reversed(list(node.iter_markers("ndxp_fault"))):
        box.faults.arm(*mark.args, **mark.kwargs)
