"""``docs/architecture`` says where things are: every room has its row, every answer is looked up."""

from __future__ import annotations

import re

import pytest

from tests.house.test_rooms import PACKAGE, ROOT

PAGE = (ROOT / "docs" / "architecture.en.md").read_text(encoding="utf-8")
TWIN = (ROOT / "docs" / "architecture.vi.md").read_text(encoding="utf-8")
ANSWERS = re.findall(r"^\| ([^|]+\?) \| `([^`]+)` \| `([^`]+)` \|$", PAGE, re.MULTILINE)
FEWEST = 20


def test_there_are_twenty_questions_and_no_two_are_the_same() -> None:
    assert len(ANSWERS) >= FEWEST
    assert len({question for question, _, _ in ANSWERS}) == len(ANSWERS)


@pytest.mark.parametrize(("question", "file", "text"), ANSWERS, ids=[question for question, _, _ in ANSWERS])
def test_an_answer_leads_to_the_place(question: str, file: str, text: str) -> None:
    path = ROOT / file
    assert path.is_file(), f"{question} {file}"
    assert text in path.read_text(encoding="utf-8"), f"{question} {file} has no {text}"


def test_both_languages_lead_to_the_same_places() -> None:
    where = r"^\| [^|]+\? \| (`[^`]+` \| `[^`]+`) \|$"
    assert len(re.findall(where, PAGE, re.MULTILINE)) >= FEWEST
    assert re.findall(where, PAGE, re.MULTILINE) == re.findall(where, TWIN, re.MULTILINE)


def test_every_room_has_its_row_and_no_row_is_without_a_room() -> None:
    table = PAGE.partition("## Rooms")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)`", " ".join(row.split("|")[1] for row in table.splitlines() if "|" in row)))
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()} | {"app", "settings"}
    assert len(rooms) > 10
    assert named == rooms
