"""Each client with a fault in what it pushes is found by the test that is there for it."""

from __future__ import annotations

import pytest

from emulator.app import Country
from tests.certification.mutants_pushes import MUTANTS, client
from tests.certification.stand import Stand, found_by, verdicts


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_client_that_pushes_wrongly_is_found_by_the_test_meant_for_it(country: Country, mutant: type) -> None:
    first, *others = MUTANTS[mutant]
    assert found_by(country, "btxh-a1", client(mutant), first, others) == []


def test_a_client_without_steps_and_new_dossiers_can_pass(country: Country) -> None:
    report = Stand(country, "btxh-a1", features=["clock"]).play()
    found = verdicts(report)
    assert {name for name, verdict in found.items() if verdict == "omit"} == {
        name for name in found if name.startswith(("BTXH-HS", "BTXH-BX"))
    }
    assert set() < set(found.values()) <= {"pass", "omit", "review"}


@pytest.mark.parametrize("mode", ["strict", "observed"])
def test_the_reference_client_passes_in_the_other_modes(country: Country, mode: str) -> None:
    found = verdicts(Stand(country, "btxh-a1", mode=mode).play())
    assert {name: verdict for name, verdict in found.items() if verdict not in ("pass", "review")} == {}
