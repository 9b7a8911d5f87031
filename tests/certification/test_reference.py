"""The reference client passes every kit."""

from __future__ import annotations

import pytest

from emulator.app import Country
from emulator.certification.kit_reader import kit_names
from tests.certification.stand import Stand, not_passed


@pytest.mark.parametrize("kit", kit_names())
@pytest.mark.parametrize("seed", ["một", "hai"])
def test_the_reference_client_passes_every_test_of_every_kit(country: Country, kit: str, seed: str) -> None:
    assert not not_passed(Stand(country, kit, seed).play())
