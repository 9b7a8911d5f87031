"""One server for all the suites inside the suite, unless they start their own."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.serving import Server
from tests.testing.suites import Suite

# A suite in this process leaves no module behind that it was the first to import: what is imported lazily, and would
# meet its older self, is imported here.
for _name in ("marshmallow", "emulator.admin.schemas", "emulator.scenario.reader", "emulator.testing.plugin"):
    import_module(_name)
for _name in ("marks", "inprocess", "requests_session", "server"):
    import_module(f"emulator.testing.{_name}")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1") as running:
        yield running


@pytest.fixture
def alone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A suite that starts its own server, if it wants one."""
    return Suite(pytester, monkeypatch)


@pytest.fixture
def suite(alone: Suite, server: Server) -> Suite:
    """A suite that uses the shared server."""
    alone.use(server.base_url)
    return alone
