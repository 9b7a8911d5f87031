"""The coverage page is fresh, and no clause that is emulated is without code and test."""

from __future__ import annotations

import pytest

from tests.house import coverage_page
from tests.house.coverage_page import Clause


def test_the_coverage_page_is_fresh() -> None:
    assert coverage_page.PAGE.read_text(encoding="utf-8") == coverage_page.page(), "run `make docs`"


def test_only_the_chapter_of_aims_is_left_out() -> None:
    assert [clause.name for clause in coverage_page.clauses() if not clause.is_emulated] == ["KDL I"]


@pytest.mark.parametrize("clause", coverage_page.clauses(), ids=lambda clause: clause.name)
def test_every_clause_is_emulated_and_shown_or_has_a_reason(clause: Clause) -> None:
    if not clause.is_emulated:
        assert clause.reason
        return
    assert coverage_page.modules_by_clause()[clause.name], "no module cites it"
    assert coverage_page.tests_by_clause()[clause.name], "no test cites it"
