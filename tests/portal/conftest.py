"""A province's system in front of the portal, in each mode."""

from __future__ import annotations

import pytest

from tests.conftest import Visitor
from tests.portal.portal_client import Portal


@pytest.fixture
def portal(visitor: Visitor) -> Portal:
    return Portal(visitor)


@pytest.fixture
def strict_portal(visitor: Visitor) -> Portal:
    return Portal(visitor, "strict")
