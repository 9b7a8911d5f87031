"""Each client with a fault is found by the test that is there for it, and by no other that is required."""

from __future__ import annotations

import pytest

from emulator.app import Country
from tests.certification.mutants_gateway import ALSO, MUTANTS, client
from tests.certification.stand import found_by
from tests.clients.reference.gateway import Gateway


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_faulty_gateway_client_is_found_by_the_test_meant_for_it(country: Country, mutant: type[Gateway]) -> None:
    assert found_by(country, "cong-ndxp", client(mutant), MUTANTS[mutant], ALSO.get(mutant, ())) == []
