"""What the judge owes to everybody: nothing is no proof, our own faults are ours, and exit codes mean what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator.app import Country, found_country
from emulator.certification.attempt import Attempt, attempt_of
from emulator.certification.evidence import Entry
from emulator.certification.judge import WORST_FIRST, Judgement, applies, judge, worst
from emulator.certification.kit_reader import kit_names, kit_of
from emulator.certification.outline import exit_code, outline
from emulator.certification.plan import Plan
from emulator.certification.scenes import AttemptRecord
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.certification.mutants_btxh_a2 import AsksForItsNeighbour, BeginsASecondLater
from tests.certification.stand import Stand, verdicts
from tests.clients.reference.tasks import Client

LATE, FIRST = "A2-PULL-04", "A2-PULL-01"


class Idle(Client):
    def do(self, task: dict[str, Any]) -> None:
        """Do nothing at all, and say that all is well."""


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory, co_ban: Pack) -> Iterator[Country]:
    """One country for the module: what was played in it is judged many times."""
    place: Path = tmp_path_factory.mktemp("honesty")
    country = found_country(Settings(), place / "store.db", {"co-ban": co_ban})
    yield country
    country.store.close()


def _played(country: Country, seed: str, maker: type[Client]) -> Attempt:
    stand = Stand(country, "btxh-a2", seed)
    stand.play(maker)
    return attempt_of(country.admin, stand.id)


@pytest.fixture(scope="module")
def well(lent: Country) -> Attempt:
    return _played(lent, "tốt", Client)


@pytest.fixture(scope="module")
def late(lent: Country) -> Attempt:
    return _played(lent, "trễ", BeginsASecondLater)


def _report(attempt: Attempt, record: AttemptRecord | None = None, **plan: Any) -> dict[str, Any]:
    judged = judge(attempt.kit, replace(attempt.plan, **plan), record or attempt.record())
    return outline(judged, attempt.challenge)


@pytest.mark.parametrize("kit", kit_names())
def test_a_client_that_does_nothing_neither_passes_nor_fails_anything(country: Country, kit: str) -> None:
    report = Stand(country, kit, "im", attestations={}).play(Idle)
    tests, plan = kit_of(kit).tests, Plan(kit, {}, attestations={})
    nothing = {test.id: "skip" if test.needs else "inconclusive" for test in tests}
    assert nothing
    assert verdicts(report) == nothing | {test.id: "omit" for test in tests if not applies(test, plan)}
    assert {"skip", "inconclusive"} & set(verdicts(report).values())
    assert (report["conclusion"]["word"], exit_code(report)) == ("incomplete", 3)


def test_a_fault_of_the_emulator_is_an_error_and_never_a_failure_of_the_client(late: Attempt) -> None:
    def spoilt(entry: Entry) -> Entry:
        return Entry({**entry.told, "outcome": "error"})

    record = late.record()
    scenes = tuple(
        replace(scene, entries=(spoilt(scene.entries[0]), *scene.entries[1:])) if scene.test_id == LATE else scene
        for scene in record.scenes
    )
    assert verdicts(_report(late))[LATE] == "fail"
    report = _report(late, replace(record, scenes=scenes))
    assert (verdicts(report)[LATE], exit_code(report)) == ("error", 5)


def test_what_a_vendor_declares_not_to_have_is_omitted_and_does_not_stand_in_the_way(country: Country) -> None:
    stand = Stand(country, "btxh-a2", "không", features=["steps"], clock="own")
    report = stand.play(Client)
    found = verdicts(report)
    assert {name for name, verdict in found.items() if verdict == "omit"} == {
        *("A2-PULL-03", "A2-PULL-04", "A2-RES-01", "A2-RES-02", "A2-RES-03", "A2-RES-04")
    }
    assert (report["required"], exit_code(report)) == ("pass", 0)


def test_two_failures_do_not_hide_the_other_tests(country: Country) -> None:
    """A test needs what was reached (here: a list), never the verdict of another."""
    found = verdicts(Stand(country, "btxh-a2", "bỏ").play(AsksForItsNeighbour))
    assert found.pop(FIRST) == "fail"
    assert found.pop("A2-ATT-01") == "review"
    assert "skip" not in found.values()


def test_a_statement_is_left_for_review_and_none_at_all_is_inconclusive(well: Attempt) -> None:
    record = well.record()
    assert verdicts(_report(well, record))["A2-ATT-01"] == "review"
    unsaid = _report(well, replace(record, declared={}))
    assert verdicts(unsaid)["A2-ATT-01"] == "inconclusive"
    still_open = _report(well, replace(record, declared={}, is_closed=False))
    assert verdicts(still_open)["A2-ATT-01"] == "waiting"


def test_a_statement_is_a_condition_of_the_conclusion(well: Attempt) -> None:
    assert _report(well)["conclusion"]["word"] == "conditional"


def test_a_known_failure_fails_no_build_and_one_that_is_gone_does(late: Attempt, well: Attempt) -> None:
    known = {LATE: "sửa ở bản 1.1 / fixed in 1.1"}
    assert exit_code(_report(late)) == 1
    assert exit_code(_report(late, expected_failures=known)) == 0
    assert _report(late, expected_failures=known)["conclusion"]["word"] == "fail"
    gone = _report(well, expected_failures=known)
    assert gone["surprises"] == [{"test": LATE, "kind": "unexpected-pass"}]
    assert (exit_code(well_report := _report(well)), well_report["surprises"]) == (0, [])
    assert exit_code(gone) == 1


def test_a_scene_that_is_still_played_is_waited_for(well: Attempt) -> None:
    record = well.record()
    at = len(record.scenes) // 2
    left = {scene.test_id for scene in record.scenes[at:]}
    over = {scene.test_id for scene in record.scenes[:at]} - left
    assert over
    assert left
    whole, begun = _report(well, record), _report(well, replace(record, scenes=record.scenes[:at], is_closed=False))
    assert {verdicts(begun)[test_id] for test_id in over} == {"pass"}
    assert verdicts(begun) == verdicts(whole) | dict.fromkeys(left, "waiting")
    assert exit_code(begun) == 3


@pytest.mark.parametrize(
    ("verdicts_of_parts", "whole"),
    [
        ((), "omit"),
        (("omit", "omit"), "omit"),
        (("pass", "omit"), "pass"),
        (("pass", "warn"), "warn"),
        (("warn", "review"), "review"),
        (("review", "skip"), "skip"),
        (("skip", "inconclusive", "pass"), "inconclusive"),
        (("inconclusive", "waiting"), "waiting"),
        (("waiting", "fail", "pass"), "fail"),
        (("fail", "error"), "error"),
    ],
)
def test_a_group_has_the_worst_verdict_of_its_tests(verdicts_of_parts: tuple[Any, ...], whole: str) -> None:
    assert worst(verdicts_of_parts) == worst(verdicts_of_parts[::-1]) == whole


def test_every_verdict_has_its_place_in_the_roll_up(well: Attempt) -> None:
    assert len(set(WORST_FIRST)) == len(WORST_FIRST) == 9
    assert set() < set(verdicts(_report(well)).values()) <= set(WORST_FIRST)


_UNEXPECTED, _STALE = "unexpected-failure", "unexpected-pass"


@pytest.mark.parametrize(
    ("must", "should", "surprises", "code"),
    [
        (["pass", "warn", "omit"], [], [], 0),
        (["pass"], ["fail"], [("SHOULD-0", _UNEXPECTED)], 0),
        (["pass"], ["error"], [], 0),
        (["pass"], ["inconclusive", "review"], [], 0),
        (["fail"], [], [("MUST-0", _UNEXPECTED)], 1),
        (["fail"], [], [], 0),  # known beforehand
        (["pass"], [], [("MUST-0", _STALE)], 1),
        (["pass"], ["pass"], [("SHOULD-0", _STALE)], 1),
        (["fail", "inconclusive"], [], [("MUST-0", _UNEXPECTED)], 1),
        (["fail", "inconclusive"], [], [], 3),
        (["pass", "skip"], [], [], 3),
        (["pass", "review"], [], [], 3),
        (["waiting"], [], [], 3),
        (["inconclusive"], [], [], 3),
        (["error", "fail"], [], [("MUST-1", _UNEXPECTED)], 5),
        ([], [], [], 0),
    ],
)
def test_exit_codes(must: list[str], should: list[str], surprises: list[tuple[str, str]], code: int) -> None:
    tests = [{"id": f"MUST-{at}", "level": "MUST", "verdict": verdict} for at, verdict in enumerate(must)]
    tests += [{"id": f"SHOULD-{at}", "level": "SHOULD", "verdict": verdict} for at, verdict in enumerate(should)]
    told = [{"test": test, "kind": kind} for test, kind in surprises]
    assert exit_code({"tests": tests, "surprises": told, "disorder": None}) == code
    assert exit_code({"tests": tests, "surprises": told, "disorder": {"answer": "bad"}}) == 5


def test_scenes_in_another_order_than_the_challenge_asks_for_are_never_acceptable(well: Attempt) -> None:
    record = well.record()
    swapped = replace(record, scenes=(record.scenes[1], record.scenes[0], *record.scenes[2:]))
    report = _report(well, swapped)
    assert report["disorder"]
    assert exit_code(report) == 5


def test_a_judgement_can_be_made_again_to_the_byte(well: Attempt) -> None:
    first: Judgement = judge(well.kit, well.plan, well.record())
    assert outline(first, well.challenge) == _report(well)
    assert Plan(**well.plan.as_dict()).kit == "btxh-a2"
