"""What certification writes has the members its types say, all of them and no other, so that mypy sees a wrong one."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

import emulator.certification
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

PLACES = ("emulator.admin.attempt_cards", "emulator.kernel.exchange")


@cache
def names() -> Mapping[str, Any]:
    """Every name that an annotation of certification may hold."""
    walked = [each.name for each in walk_packages(emulator.certification.__path__, "emulator.certification.")]
    found: dict[str, Any] = {}
    for name in (*walked, *PLACES):
        found |= {word: value for word, value in vars(import_module(name)).items() if not word.startswith("_")}
    return found


@cache
def members(shape: type) -> Mapping[str, Any]:
    own = vars(import_module(shape.__module__))
    return get_type_hints(shape, localns={**names(), **own}, include_extras=True)


def misfits(value: Any, shape: Any, place: str = "") -> Iterator[str]:
    """Where a value is not what its type says."""
    origin, args = get_origin(shape), get_args(shape)
    if is_typeddict(shape):
        yield from object_misfits(value, shape, place)
    elif origin in (list, Sequence) and isinstance(value, list):
        yield from (found for at, each in enumerate(value) for found in misfits(each, args[0], f"{place}/{at}"))
    elif origin in (dict, Mapping) and isinstance(value, dict):
        yield from (found for name, each in value.items() for found in misfits(each, args[1], f"{place}/{name}"))
    elif not is_plain(value, shape):
        yield f"{place}: {value!r:.80} is no {shape}"


def is_plain(value: Any, shape: Any) -> bool:
    """Whether a value that is neither object nor list is of its type."""
    if get_origin(shape) in (Union, types.UnionType):
        return any(not list(misfits(value, each)) for each in get_args(shape))
    if get_origin(shape) is Literal:
        return value in get_args(shape)
    kind = get_origin(shape) or shape
    return kind in (Any, object) or isinstance(value, int | float if kind is float else kind)


def object_misfits(value: Any, shape: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: no object"
        return
    known = members(shape)
    needed = {
        name for name, kind in known.items() if name in shape.__required_keys__ and get_origin(kind) is not NotRequired
    }
    for name in sorted(needed - value.keys()):
        yield f"{place}/{name}: is missing in {shape.__name__}"
    for name, each in value.items():
        kind = known.get(name)
        if kind is None:
            yield f"{place}/{name}: {shape.__name__} has no such member"
        else:
            yield from misfits(
                each, get_args(kind)[0] if get_origin(kind) in (NotRequired, Required) else kind, f"{place}/{name}"
            )


def shape_of(name: str) -> Any:
    return names()[name]


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
