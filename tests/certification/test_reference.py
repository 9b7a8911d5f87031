"""The reference client passes every kit."""

from __future__ import annotations

import pytest

from emulator.app import Country
from emulator.certification.challenge import new_challenge
from emulator.certification.judge import running_order
from emulator.certification.kit_reader import kit_names, kit_of
from emulator.certification.plan import Plan
from tests.certification.stand import Stand, not_passed, told, verdicts


@pytest.mark.parametrize("kit", kit_names())
@pytest.mark.parametrize("seed", ["một", "hai"])
def test_the_reference_client_passes_every_test_of_every_kit(country: Country, kit: str, seed: str) -> None:
    assert not not_passed(Stand(country, kit, seed).play())


def test_a_holder_in_no_list_is_none_that_a_scene_before_has_entered(country: Country) -> None:
    """On this seed both scenes, thirty apart, had invented the same agency, and a conforming client found it."""
    report = Stand(country, "kho-dl", "17").play()
    assert verdicts(report)["KDL-DL-07"] == "pass", told(report, "KDL-DL-07")


@pytest.mark.parametrize("first", ["KDL-SS-03", "KDL-PP-03"])
def test_who_has_just_logged_in_is_not_told_at_once_that_his_session_is_over(country: Country, first: str) -> None:
    """Whichever scene comes first: a client that does not log in twice for one call conforms."""
    report = Stand(country, "kho-dl", seed_that_begins_with("kho-dl", first)).play()
    assert verdicts(report)[first] == "pass", told(report, first)


def seed_that_begins_with(kit_id: str, test_id: str) -> str:
    kit, plan = kit_of(kit_id), Plan(kit_id, {})
    seeds = ((name, new_challenge(kit.id, kit.digest, nonce=name).seed) for name in map(str, range(2000)))
    return next(name for name, seed in seeds if running_order(kit, plan, seed)[0].test.id == test_id)
