"""Each of forty clients with a fault in what it says or does is found by the test whose clause it breaks."""

from __future__ import annotations

import pytest

from emulator.app import Country
from emulator.certification.kit_reader import kit_of
from tests.certification.mutants_values import MUTANTS
from tests.certification.stand import found_by


@pytest.mark.parametrize("name", MUTANTS)
def test_a_faulty_client_fails_the_test_whose_clause_it_breaks(country: Country, name: str) -> None:
    mutant = MUTANTS[name]
    assert found_by(country, mutant.kit, mutant.maker, mutant.first, mutant.others) == []


def test_there_are_forty_at_least_and_most_break_what_is_required() -> None:
    levels = [kit_of(each.kit).test(each.first).level for each in MUTANTS.values()]
    assert len(levels) >= 40
    assert levels.count("MUST") >= 40
