"""Every clause of the Kho DL guide that a machine can do is done somewhere and shown somewhere."""

from __future__ import annotations

import pytest

from tests.house import coverage_page

GUIDE = [f"KDL {number}" for number in ("II.1", "II.2", "III.1", "III.2", "IV.1", "IV.2", "V.1", "V.2", "V.3", "V.4")]


def test_only_the_chapter_of_aims_is_left_out() -> None:
    told = {clause.name: clause.is_emulated for clause in coverage_page.clauses() if clause.document == "KDL"}
    assert [name for name, is_emulated in told.items() if is_emulated] == GUIDE
    assert [name for name, is_emulated in told.items() if not is_emulated] == ["KDL I"]


@pytest.mark.parametrize("clause", GUIDE)
def test_every_clause_is_cited_by_a_module_and_shown_by_a_test(clause: str) -> None:
    assert coverage_page.modules_by_clause()[clause]
    assert coverage_page.tests_by_clause()[clause]
