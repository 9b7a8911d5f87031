"""Conforming clients pass every kit, however they write and in whatever order they work: no taste is certified."""

from __future__ import annotations

import pytest

from emulator.app import Country
from emulator.certification.kit_reader import kit_names
from tests.certification.stand import Stand, not_passed
from tests.certification.variants import ADVISED, VARIANTS, PendingFirst, Slow, dressed

PLAYED = [(name, kit) for name, (_, kits) in VARIANTS.items() for kit in kits if kit in kit_names()]


@pytest.mark.parametrize(("variant", "kit"), PLAYED)
def test_a_conforming_variant_passes(country: Country, variant: str, kit: str) -> None:
    maker, _ = VARIANTS[variant]
    report = Stand(country, kit, variant).play(maker)
    wrong = {name for name, why in not_passed(report).items() if not why.startswith("warn")}  # advice is no failure
    assert wrong - ADVISED.get((variant, kit), frozenset()) == set(), not_passed(report)
    assert not wrong & {test["id"] for test in report["tests"] if test["level"] == "MUST"}


@pytest.mark.parametrize("kit", kit_names())
def test_a_conforming_client_passes_at_the_midnight_of_new_year(country: Country, kit: str) -> None:
    stand = Stand(country, kit, "nửa đêm")
    turn = {"action": "freeze", "to": "2027-01-01T00:00:00+07:00"}
    stand.admin("PUT", f"/sandboxes/{stand.id}/clock", turn)
    assert not_passed(stand.play()) == {}


@pytest.mark.parametrize("kit", kit_names())
def test_a_conforming_client_passes_when_a_leap_day_begins_in_the_middle_of_its_work(
    country: Country, kit: str
) -> None:
    """The clock stands still but for the client's own pauses: midnight falls between two calls of its first scene."""
    stand = Stand(country, kit, "ngày nhuận")
    stand.admin("PUT", f"/sandboxes/{stand.id}/clock", {"action": "freeze", "to": "2028-02-28T23:59:54+07:00"})
    wrong = not_passed(stand.play(dressed(Slow)))
    assert set(wrong) - ADVISED.get(("slow", kit), frozenset()) == set(), wrong


@pytest.mark.parametrize("seed", ["một", "hai", "ba", "bốn"])
def test_who_sends_first_what_is_pending_passes_whatever_scene_comes_next(country: Country, seed: str) -> None:
    """The order of scenes follows from the seed: what is tried again later meets another scene's faults."""
    report = Stand(country, "cong-ndxp", seed).play(PendingFirst)
    assert {name: why for name, why in not_passed(report).items() if not why.startswith("warn")} == {}


def test_every_kit_is_passed_by_ten_variants_at_least() -> None:
    assert len(kit_names()) >= 4
    for kit in kit_names():
        assert sum(kit in kits for _, kits in VARIANTS.values()) >= 10, kit
