"""Conforming clients pass every kit, however they write and in whatever order they work: no taste is certified."""

from __future__ import annotations

import pytest

from emulator.app import Country
from emulator.certification.kit_reader import kit_names
from tests.certification.stand import Stand, not_passed
from tests.certification.variants import VARIANTS

PLAYED = [(name, kit) for name, (_, kits) in VARIANTS.items() for kit in kits if kit in kit_names()]


@pytest.mark.parametrize(("variant", "kit"), PLAYED)
def test_a_conforming_variant_passes(country: Country, variant: str, kit: str) -> None:
    maker, _ = VARIANTS[variant]
    wrong = not_passed(Stand(country, kit, variant).play(maker))
    assert not {name: why for name, why in wrong.items() if not why.startswith("warn")}  # advice is no failure


def test_every_kit_is_passed_by_ten_variants_at_least() -> None:
    for kit in kit_names():
        assert sum(kit in kits for _, kits in VARIANTS.values()) >= 10, kit
