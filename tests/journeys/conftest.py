"""The server of the journeys: two workers, nothing kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Client, Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "2") as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(server) as vendor:
        vendor.log_in()
        yield vendor
