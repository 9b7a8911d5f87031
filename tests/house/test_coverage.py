"""No clause that is emulated is without code and test."""

from __future__ import annotations

import re

import pytest

from emulator.wire.reading import QUIRKS
from tests.house import coverage_page
from tests.house.coverage_page import Clause


def test_only_the_chapter_of_aims_is_left_out() -> None:
    assert [clause.name for clause in coverage_page.clauses() if not clause.is_emulated] == ["KDL I"]


@pytest.mark.parametrize("clause", coverage_page.clauses(), ids=lambda clause: clause.name)
def test_every_clause_is_emulated_and_shown_or_has_a_reason(clause: Clause) -> None:
    if not clause.is_emulated:
        assert clause.reason
        return
    assert coverage_page.modules_by_clause()[clause.name], "no module cites it"
    assert coverage_page.tests_by_clause()[clause.name], "no test cites it"


def test_every_row_of_the_quirk_register_that_touches_the_wire_is_held_by_a_test_in_each_mode() -> None:
    page = coverage_page.register_page("en").partition("## Which tests hold each row")[2]
    rows = dict(re.findall(r"^\| ([BK]\d\d) \| (.*) \|$", page, re.MULTILINE))
    assert list(rows) == list(QUIRKS)
    by_socket = {row for row in QUIRKS if row[0] == "K"}  # the portal's rows have tests over raw bytes as well
    bare = [row for row, cells in rows.items() if "–" in cells.split(" | ") and QUIRKS[row].touches_wire]
    assert [row for row in bare if row not in by_socket] == []
