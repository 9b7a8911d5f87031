"""The coverage page is fresh, and no clause that is emulated is without code and test."""

from __future__ import annotations

import pytest

from tests.house.coverage_page import PAGE, Clause, clauses, modules_by_clause, page, tests_by_clause


def test_the_coverage_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_only_the_chapter_of_aims_is_left_out() -> None:
    assert [clause.name for clause in clauses() if not clause.is_emulated] == ["KDL I"]


@pytest.mark.parametrize("clause", clauses(), ids=lambda clause: clause.name)
def test_every_clause_is_emulated_and_shown_or_has_a_reason(clause: Clause) -> None:
    if not clause.is_emulated:
        assert clause.reason
        return
    assert modules_by_clause()[clause.name], "no module cites it"
    assert tests_by_clause()[clause.name], "no test cites it"
