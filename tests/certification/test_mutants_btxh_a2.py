"""Every faulty client of kit btxh-a2 is found, by the test that is there for it, and by no other."""

from __future__ import annotations

import pytest

from emulator.app import Country
from tests.certification.mutants_btxh_a2 import ALSO, MUTANTS
from tests.certification.stand import Stand, told, verdicts


@pytest.mark.parametrize("name", MUTANTS)
def test_a_faulty_client_fails_the_test_that_is_there_for_it(country: Country, name: str) -> None:
    client, expected = MUTANTS[name]
    # What a client does with results and steps is played only where that is what is wrong with it.
    plan = {} if expected.startswith(("A2-RES", "A2-STEP")) else {"features": ["clock"]}
    report = Stand(country, "btxh-a2", name, **plan).play(client)
    failed = {test: told(report, test) for test, verdict in verdicts(report).items() if verdict in ("fail", "error")}
    assert expected in failed, failed
    assert set(failed) - {expected, *ALSO.get(name, ())} == set(), failed
