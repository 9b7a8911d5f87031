"""A plugin of pytest for ``bench.mutants``: writes down what each test reaches, or runs some tests in a given order.

``REACHED_INTO`` is the start of the files to write, one a process (``Reached`` reads them together). ``REACHED_ONLY``
names a file of node ids: these are run, in this order, and no others. ``REACHED_WITHOUT`` names one of those left out.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType

import pytest

PACKAGE = str(Path("emulator").resolve()) + os.sep
INTO, ONLY, WITHOUT = (os.environ.get(f"REACHED_{word}") for word in ("INTO", "ONLY", "WITHOUT"))
_functions: dict[str, list[str]] = {}
_took_s: dict[str, float] = defaultdict(float)
_failed: list[str] = []


@dataclass(frozen=True)
class Reached:
    """What a suite did with nothing changed: functions (``path:first line``) by test, seconds by test, what failed."""

    functions: dict[str, list[str]]
    took_s: dict[str, float]
    failed: frozenset[str]

    @classmethod
    def read(cls, into: Path) -> Reached:
        """Read what the processes of a run have written."""
        functions: dict[str, list[str]] = {}
        took_s: Counter[str] = Counter()
        failed: set[str] = set()
        for path in sorted(into.parent.glob(f"{into.name}.*")):
            noted = json.loads(path.read_text("utf-8"))
            functions |= noted["functions"]
            took_s |= Counter(noted["took_s"])
            failed |= set(noted["failed"])
        return cls(functions, dict(took_s), frozenset(failed))

    def tests_of(self, function: str, longest_s: float) -> list[str]:
        """Return the tests that reach a function, those that reach least first: ``longest_s`` seconds of them."""
        chosen = [test for test, reached in self.functions.items() if function in reached and test not in self.failed]
        chosen.sort(key=lambda test: len(self.functions[test]))
        spent = 0.0
        for place, test in enumerate(chosen):
            spent += self.took_s.get(test, 0)
            if spent > longest_s:
                return chosen[: place + 1]
        return chosen


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that are asked for, in their order, and leave those out that are not to be asked."""
    if ONLY:
        order = {test: place for place, test in enumerate(json.loads(Path(ONLY).read_text("utf-8")))}
        kept = sorted((item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid])
    elif WITHOUT:
        without = frozenset(json.loads(Path(WITHOUT).read_text("utf-8")))
        kept = [item for item in items if item.nodeid not in without]
    else:
        return
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


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
        own = [code for code in list(seen) if code.co_filename.startswith(PACKAGE)]
        names = (f"{code.co_filename.removeprefix(PACKAGE)}:{code.co_firstlineno}" for code in own)
        _functions[item.nodeid] = sorted(names)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how long a test takes, and what fails with nothing changed: such a test judges no mutant."""
    _took_s[report.nodeid] += report.duration
    if report.failed:
        _failed.append(report.nodeid)


def pytest_sessionfinish() -> None:
    """Write what was noted."""
    if INTO:
        into = f"{INTO}.{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        noted = {"functions": _functions, "took_s": _took_s, "failed": _failed}
        Path(into).write_text(json.dumps(noted), "utf-8")
