"""What certification writes has the members its types say, all of them and no other, so that mypy sees a wrong one."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import cache
from typing import Any, is_typeddict

import pytest

from emulator.app import Country
from emulator.certification.authority import LedgerRecord, LedgerWords
from emulator.certification.bundle import archive
from emulator.certification.bundle.archive import unzip_files
from emulator.certification.challenge import Challenge, ChallengeWords
from emulator.certification.evidence import BEGUN, CLOSED, ENDED, GREETED, OPENED
from emulator.certification.kit_reader import kit_names
from emulator.certification.plan import Plan, PlanWords
from emulator.certification.scenes import Finding, FindingWords
from emulator.certification.vocabulary import WORDS
from tests.certification.packed import bundle
from tests.certification.stand import Stand
from tests.shapes import members, misfits, names, shape_of


@cache
def journal() -> list[dict[str, Any]]:
    files = unzip_files(bundle("L1"))
    return [json.loads(line) for line in archive.lines_in(files[archive.JOURNAL])]


def test_a_report_has_the_members_of_its_type() -> None:
    report = archive.object_in(unzip_files(bundle("L1"))[archive.REPORT])
    assert len(report["tests"]) > 10
    assert report["exchanges"]
    assert list(misfits(report, shape_of("AttemptReport"))) == []


def test_a_member_that_is_missing_misspelt_or_of_another_kind_does_not_fit() -> None:
    finding = {"answer": "bad", "vi": "Sai", "en": "wrong", "evidence": [1]}
    assert list(misfits(finding, FindingWords)) == []
    assert list(misfits({**finding, "vn": ""}, FindingWords)) == ["/vn: FindingWords has no such member"]
    assert list(misfits({**finding, "evidence": ["1"]}, FindingWords)) == ["/evidence/0: '1' is no <class 'int'>"]
    assert list(misfits({"answer": "bad", "vi": "", "evidence": []}, FindingWords)) == [
        "/en: is missing in FindingWords"
    ]


def test_the_lines_of_a_bundles_journal_have_the_members_of_their_type() -> None:
    assert len(journal()) > 50
    assert [found for line in journal() for found in misfits(line, shape_of("JournalLine"))] == []


@pytest.mark.parametrize(
    ("operation", "shape"), [(OPENED, "OpeningMark"), (BEGUN, "SceneMark"), (ENDED, "SceneEnding"), (CLOSED, None)]
)
def test_the_marks_of_a_journal_have_the_members_of_their_types(operation: str, shape: str | None) -> None:
    marks = [json.loads(line["request"]["body"]) for line in journal() if line["operation"] == operation]
    assert marks
    assert [found for mark in marks for found in (misfits(mark, shape_of(shape)) if shape else mark)] == []


@pytest.mark.parametrize("kit", kit_names())
def test_every_task_of_a_kit_and_what_the_judge_is_told_have_the_members_of_their_types(
    country: Country, kit: str
) -> None:
    stand = Stand(country, kit)
    path, told = f"/attempts/{stand.id}", []
    greeted = stand.admin("POST", f"{path}/greet")
    assert list(misfits(greeted, shape_of("Greeting"))) == []
    while (asked := stand.admin("POST", f"{path}/begin"))["task"] is not None:
        told.append(asked)
        stand.admin("POST", f"{path}/end", {"how": "timeout"})
    assert len(told) == told[0]["scenes"]
    assert [found for asked in told for found in misfits(asked, shape_of("SceneCall"))] == []
    lines = [json.loads(line) for line in stand.admin("GET", f"{path}/evidence")["journal"]]
    marks = [json.loads(line["request"]["body"]) for line in lines if line["operation"] in (BEGUN, GREETED)]
    assert len(marks) == len(told) + 1
    assert [found for mark in marks[1:] for found in misfits(mark, shape_of("SceneMark"))] == []


def test_what_the_admin_api_says_of_an_attempt_has_the_members_of_its_types(country: Country) -> None:
    stand = Stand(country, "cong-ndxp")
    path = f"/attempts/{stand.id}"
    said = {
        "Diagnosis": stand.admin("GET", f"{path}/diagnosis"),
        "AttemptEvidence": stand.admin("GET", f"{path}/evidence"),
        "AttemptCard": stand.admin("GET", "/attempts")["attempts"][0],
        "KitCard": stand.admin("GET", "/kits")["kits"][0],
    }
    stand.admin("POST", f"{path}/begin")
    said["StandingAttempt"] = stand.admin("GET", path)
    assert said["StandingAttempt"]["scene"] is not None
    assert [found for name, value in said.items() for found in misfits(value, shape_of(name), name)] == []


@pytest.mark.parametrize(
    ("shape", "dataclass"),
    [(PlanWords, Plan), (ChallengeWords, Challenge), (LedgerWords, LedgerRecord), (FindingWords, Finding)],
)
def test_the_words_of_a_value_are_its_members(shape: type, dataclass: type) -> None:
    assert set(members(shape)) == {each.name for each in fields(dataclass)}


def test_every_word_of_a_task_is_one_of_the_vocabulary() -> None:
    shapes = [shape for name, shape in names().items() if name.startswith("Task") and is_typeddict(shape)]
    assert len(shapes) > 12
    used = {word for shape in shapes for word in members(shape)}
    assert used - set(WORDS) == set()
    assert set(WORDS) - used == set()
