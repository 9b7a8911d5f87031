from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Server


@pytest.fixture(scope="module", params=["asgi", "gthread", "plain"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def line(kind: str) -> Iterator[Server]:
    """A real server per kind of worker; each test arms its own faults."""
    with Server("--store", ":memory:", "--workers", "1", "--worker-kind", kind) as server:
        yield server
