"""One real server per kind of worker, shared by the tests that change nothing in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Server


@pytest.fixture(scope="session", params=["asgi", "gthread", "plain"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1", "--worker-kind", request.param, "--body-limit", "2048") as one:
        yield one
