"""The server of the journeys: two workers, over each kind of store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Client, Server


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Every journey is made over both stores."""
    store = ":memory:" if request.param == "sqlite" else request.getfixturevalue("postgres").new_database()
    with Server("--store", store, "--workers", "2") as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(server) as vendor:
        vendor.log_in()
        yield vendor
