"""One real server; every test gets a country of its own on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.axis_country import AxisCountry
from tests.serving import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "2") as running:
        yield running


@pytest.fixture
def country(server: Server, request: pytest.FixtureRequest) -> Iterator[AxisCountry]:
    made = AxisCountry(server, f"client-{abs(hash(request.node.name)):x}")
    yield made
    made.drop()
