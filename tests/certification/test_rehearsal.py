"""A vendor gets through: a plan is written, a part is rehearsed, tasks speak a vocabulary that is written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from emulator.app import Country
from emulator.certification.kit_reader import kit_names
from emulator.certification.plan import read_plan
from emulator.certification.vocabulary import WORDS, schema
from emulator.cli.certify.wording import task_lines
from tests.certification.packed import certify
from tests.certification.stand import Stand, verdicts


@pytest.mark.parametrize("kit", kit_names())
def test_a_plan_that_was_written_can_be_read_and_is_not_written_over(tmp_path: Path, kit: str) -> None:
    out = tmp_path / "k.yaml"
    said = certify("new", "--kit", kit, "--out", out, "--product", 'Một cửa "B"', "--vendor", "C")
    assert said.exit_code == 0, said.output
    plan = read_plan(out, out.read_bytes())
    assert (plan.kit, plan.product["name"], plan.only) == (kit, 'Một cửa "B"', ())
    assert certify("new", "--kit", kit, "--out", out).exit_code == 2
    whole = "\n".join(line.removeprefix("# ").removeprefix("#") for line in out.read_text().splitlines()[3:6])
    assert yaml.safe_load(whole), "what is commented out is in the words of a plan"


def test_a_part_that_is_not_in_the_kit_is_named_with_the_nearest(tmp_path: Path) -> None:
    out = tmp_path / "k.yaml"
    assert certify("new", "--kit", "btxh-a1", "--out", out).exit_code == 0
    for option, wrong, near in (("--test", "BTXH-KQ-1", "BTXH-KQ-1"), ("--group", "result", "results")):
        said = certify("run", out, option, wrong)
        assert (said.exit_code, near in said.output) == (2, True)


def test_a_rehearsal_plays_its_part_alone_and_never_passes_the_kit(country: Country) -> None:
    report = Stand(country, "btxh-a1", "tập", only=["BTXH-KQ-01", "BTXH-TL-02"]).play()
    played = {name for name, verdict in verdicts(report).items() if verdict != "omit"}
    assert played == {"BTXH-KQ-01", "BTXH-TL-02"}
    assert report["conclusion"]["word"] == "incomplete"


@pytest.mark.parametrize("kit", kit_names())
def test_every_task_speaks_the_vocabulary_and_a_person_reads_it_in_vietnamese(country: Country, kit: str) -> None:
    stand, seen = Stand(country, kit, "từ"), 0
    words = jsonschema_rs.Draft202012Validator(schema())
    while task := stand.admin("POST", f"/attempts/{stand.id}/begin")["task"]:
        assert [error.message for error in words.iter_errors(task)] == []
        labels = [line.strip().partition(":")[0].rstrip("0123456789 ") for line in task_lines(task)]
        assert set(labels) - {word.vi for word in WORDS.values()} - {""} == set(), labels
        stand.admin("POST", f"/attempts/{stand.id}/end", {"how": "timeout"})
        seen += 1
    assert seen > 20


def test_the_schema_of_tasks_is_the_one_in_the_docs() -> None:
    told: Any = json.loads((Path(__file__).parents[2] / "docs/schemas/task.schema.json").read_text())
    assert told == schema()
