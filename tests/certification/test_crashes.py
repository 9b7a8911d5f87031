"""Holding back and lying dead look alike on the wire: a client that crashes never passes a test of silence."""

from __future__ import annotations

import pytest

from emulator.app import Country
from emulator.certification.kit_reader import kit_names, kit_of
from tests.certification.company import Company, PowerCut, Scene, silence_of

_MOST_CALLS = 40  # a scene of silence that takes more is not followed further
_GOOD = ("pass", "warn")


def _acts(company: Company, scene: Scene) -> str:
    try:
        company.client.do(scene.task)
    except PowerCut:
        return "crashed"
    return "done"


class Crash:
    """The power fails at the ``nth`` call of every scene of a role; what was in memory may be gone with it."""

    def __init__(self, role: str, nth: int, *, forgets: bool, how: str = "crashed") -> None:
        self.role, self.nth, self.forgets, self.how = role, nth, forgets, how
        self.struck: set[str] = set()

    def __call__(self, company: Company, scene: Scene) -> str:
        company.wire.left = self.nth - 1 if scene.role == self.role else None
        how = _acts(company, scene)
        company.wire.left = None
        if how == "crashed":
            self.struck.add(scene.test_id)
            if self.forgets:
                company.client = company.fresh_client()
            return self.how
        return how


@pytest.mark.parametrize("kit_id", kit_names())
def test_a_client_that_lives_passes_every_test_of_silence(country: Country, kit_id: str) -> None:
    tests = silence_of(kit_id)
    judged = Company(country, kit_of(kit_id), tests, "luot-song").play(_acts)
    assert {each.test.id: each.verdict for each in judged.tests} == {test.id: "pass" for test in tests}


@pytest.mark.parametrize("role", ["defect", "twin", "control"])
@pytest.mark.parametrize("kit_id", kit_names())
def test_a_client_that_crashes_at_any_call_never_passes_a_test_of_silence(
    country: Country, kit_id: str, role: str
) -> None:
    left, nth = silence_of(kit_id), 0
    while left and nth < _MOST_CALLS:
        nth += 1
        crash = Crash(role, nth, forgets=nth % 2 == 1)
        judged = Company(country, kit_of(kit_id), left, f"luot-{role}-{nth}").play(crash)
        passed = [each.test.id for each in judged.tests if each.test.id in crash.struck and each.verdict in _GOOD]
        assert not passed, f"crashed in {role} at call {nth}"
        left = tuple(test for test in left if test.id in crash.struck)
    if silence_of(kit_id):
        assert nth > 1


@pytest.mark.parametrize("kit_id", kit_names())
def test_a_client_that_is_stopped_because_it_hangs_passes_no_test_of_silence(country: Country, kit_id: str) -> None:
    crash = Crash("defect", 1, forgets=True, how="timeout")
    judged = Company(country, kit_of(kit_id), silence_of(kit_id), "luot-treo").play(crash)
    assert not [each.test.id for each in judged.tests if each.test.id in crash.struck and each.verdict in _GOOD]


@pytest.mark.parametrize("idle_role", ["defect", "twin", "control"])
@pytest.mark.parametrize("kit_id", kit_names())
def test_silence_proves_nothing_when_the_client_did_not_act_where_it_should(
    country: Country, kit_id: str, idle_role: str
) -> None:
    """Not then, and not later: each test is played alone, so that no scene after it catches up on its work."""
    tests = silence_of(kit_id)
    assert tests
    for test in tests:
        idle_from: list[str] = []

        def act(company: Company, scene: Scene, idle_from: list[str] = idle_from) -> str:
            idle_from += [scene.role] if scene.role == idle_role else []
            return "done" if idle_from else _acts(company, scene)

        judged = Company(country, kit_of(kit_id), (test,), f"luot-im-{test.id.lower()}").play(act)
        assert idle_from
        assert {each.test.id: each.verdict for each in judged.tests} == {test.id: "inconclusive"}


@pytest.mark.parametrize("idle_role", ["defect", "twin", "control"])
@pytest.mark.parametrize("kit_id", kit_names())
def test_silence_is_proved_by_work_that_comes_late_and_never_by_none(
    country: Country, kit_id: str, idle_role: str
) -> None:
    """What is sent late about a dossier counts for the scene it is of; a defect must be met while it lasts."""

    def act(company: Company, scene: Scene) -> str:
        return "done" if scene.role == idle_role else _acts(company, scene)

    tests = silence_of(kit_id)
    judged = Company(country, kit_of(kit_id), tests, "luot-im").play(act)
    caught_up = {
        each.test.id
        for each in judged.tests
        if idle_role != "defect" and all(scene.calls for scene in each.scenes if scene.role == idle_role)
    }
    assert {each.test.id: each.verdict for each in judged.tests} == {
        test.id: "pass" if test.id in caught_up else "inconclusive" for test in tests
    }
