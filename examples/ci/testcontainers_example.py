"""A test with Testcontainers for Python: ``pip install testcontainers requests pytest``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from testcontainers.core.container import DockerContainer
from testcontainers.core.waiting_utils import wait_for_logs


@pytest.fixture(scope="session")
def ndxp() -> Iterator[dict[str, Any]]:
    """The ready line of a fresh emulator, with the address as the host sees it."""
    with DockerContainer("ndxp-emulator").with_env("NDXP_EMULATOR_STORE", ":memory:").with_exposed_ports(8080) as one:
        wait_for_logs(one, '"event": "ready"', timeout=30)
        said = one.get_logs()[0].decode()
        ready = json.loads(next(line for line in said.splitlines() if line.startswith('{"event": "ready"')))
        yield ready | {"base_url": f"http://{one.get_container_host_ip()}:{one.get_exposed_port(8080)}"}


def test_the_gateway_gives_a_token(ndxp: dict[str, Any]) -> None:
    """The first call of every client."""
    pair = ndxp["credentials"]["production"]
    reply = requests.post(
        f"{ndxp['base_url']}/token",
        auth=(pair["consumer_key"], pair["consumer_secret"]),
        data={"grant_type": "client_credentials"},
        timeout=10,
    )
    assert reply.json()["access_token"]
