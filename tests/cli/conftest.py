"""One real server for the commands that ask one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Server


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--quiet", "--workers", "1") as one:
        yield one
