from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Server


@pytest.fixture(scope="module", params=["asgi", "gthread"])
def line(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A real server per kind of worker; each test arms its own faults."""
    with Server("--store", ":memory:", "--workers", "1", "--worker-kind", request.param) as server:
        yield server
