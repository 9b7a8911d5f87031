"""The ministry of the sandbox ``default``, its clock standing on a Monday morning."""

from __future__ import annotations

import pytest

from tests.conftest import Visitor
from tests.life.ministry import Ministry


@pytest.fixture
def ministry(visitor: Visitor) -> Ministry:
    return Ministry(visitor)
