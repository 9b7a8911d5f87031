"""The reference client passes every kit."""

from __future__ import annotations

import pytest

from emulator.app import Country
from emulator.certification.kit_reader import kit_names
from tests.certification.stand import Stand, not_passed, told, verdicts


@pytest.mark.parametrize("kit", kit_names())
@pytest.mark.parametrize("seed", ["một", "hai"])
def test_the_reference_client_passes_every_test_of_every_kit(country: Country, kit: str, seed: str) -> None:
    assert not not_passed(Stand(country, kit, seed).play())


def test_a_holder_in_no_list_is_none_that_a_scene_before_has_entered(country: Country) -> None:
    """On this seed both scenes, thirty apart, had invented the same agency, and a conforming client found it."""
    report = Stand(country, "kho-dl", "17").play()
    assert verdicts(report)["KDL-DL-07"] == "pass", told(report, "KDL-DL-07")
