"""The scenarios of the first edition tell what they told: statuses, headers and bodies to the byte, and what acted."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Visitor
from tests.scenario.golden import FILE, FIRST, told_by

GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))


def test_all_of_the_first_edition_are_held() -> None:
    assert len(FIRST) == 26
    assert sorted(GOLDEN) == sorted(FIRST)
    assert [name for name, lines in GOLDEN.items() if not any(len(line.split()) > 3 for line in lines)] == []


@pytest.mark.parametrize("name", FIRST)
def test_a_scenario_of_the_first_edition_says_and_does_what_it_did(visitor: Visitor, name: str) -> None:
    assert told_by(visitor, name) == GOLDEN[name]
