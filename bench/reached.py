"""A plugin of pytest for ``bench.mutants``: writes down which test reaches which function, or runs those first that do.

``REACHED_INTO`` names the file to write: ``{"path:line": [node ids]}`` under ``reached``, the ids that failed under
``failed``, line being the first of the function. ``REACHED_FIRST`` names a file of node ids that are run before others.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

import pytest

PACKAGE = str(Path("emulator").resolve()) + os.sep
INTO, FIRST = os.environ.get("REACHED_INTO"), os.environ.get("REACHED_FIRST")
_reached: dict[str, list[str]] = defaultdict(list)
_failed: list[str] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests first that reach what was changed; the order of each half stays."""
    if FIRST:
        first = frozenset(json.loads(Path(FIRST).read_text("utf-8")))
        items.sort(key=lambda item: item.nodeid not in first)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note the functions that start while a test, its fixtures and their threads run."""
    if not INTO:
        return (yield)
    seen: set[CodeType] = set()

    def note(frame: FrameType, _event: str, _argument: object) -> None:
        seen.add(frame.f_code)

    threading.settrace(note)
    sys.settrace(note)
    try:
        return (yield)
    finally:
        sys.settrace(None)
        threading.settrace(None)
        for code in list(seen):
            if code.co_filename.startswith(PACKAGE):
                _reached[f"{code.co_filename.removeprefix(PACKAGE)}:{code.co_firstlineno}"].append(item.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what fails with nothing changed: such a test judges no mutant."""
    if report.failed:
        _failed.append(report.nodeid)


def pytest_sessionfinish() -> None:
    """Write what was noted."""
    if INTO:
        Path(INTO).write_text(json.dumps({"reached": _reached, "failed": _failed}), "utf-8")
