"""Every scenario in the box: a client that copes, and one that does not."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from emulator.cli import main
from emulator.scenario.library import shipped_folder
from tests.conftest import Visitor
from tests.scenario.clients import PLAYS, Client
from tests.scenario.story_clients import STORIES

BOX = sorted(path for path in shipped_folder().rglob("*.yaml") if path.parent.name not in ("fragments", "lessons"))
ALL = {**PLAYS, **STORIES}


def test_every_scenario_in_the_box_is_played() -> None:
    assert sorted(path.stem for path in BOX) == sorted(ALL)
    assert len(BOX) >= 40


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_careful_client_copes_and_a_careless_one_does_not(visitor: Visitor, name: str) -> None:
    for is_careful in (True, False):
        client = Client(visitor, is_careful=is_careful)
        chosen = visitor.http.put("/__admin/scenario", json={"scenario": name})
        assert chosen.status_code == 200, chosen.text
        assert ALL[name](client) is is_careful
        told = {each["scenario"]["id"] for each in visitor.journal() if each["scenario"]}
        assert told - {name} == set()
        visitor.http.post("/__admin/reset")


def test_the_box_is_right() -> None:
    checked = CliRunner().invoke(main, ["validate", *map(str, BOX)])
    assert (checked.exit_code, checked.output) == (0, "")


def test_the_box_is_listed_and_each_scenario_tells_itself() -> None:
    listed = CliRunner().invoke(main, ["scenario", "list"]).output
    for path in BOX:
        assert path.stem in listed
    told = CliRunner().invoke(main, ["scenario", "show", "mat-tra-loi"]).output
    assert "Mất trả lời sau khi đã ghi" in told
    assert "The reply is lost after the commit" in told


def test_the_story_table_counts_the_lines_that_each_story_needs() -> None:
    page = (shipped_folder().parent / "docs" / "scenarios.vi.md").read_text(encoding="utf-8")
    told = {
        name: int(lines) for name, lines in re.findall(r"^\| .* \| `([a-z0-9-]+)` \| (\d+) \|$", page, re.MULTILINE)
    }
    assert told == {path.stem: lines_of(path.read_text(encoding="utf-8")) for path in BOX if path.stem in STORIES}


def lines_of(text: str) -> int:
    """Count the lines of a scenario that tell its story: not those that describe it, comments, or empty ones."""
    lines, describes = 0, False
    for line in text.splitlines():
        if line[:1] not in (" ", "", "#"):
            describes = line.partition(":")[0] in _DESCRIBING
        lines += bool(line.strip()) and not line.startswith("#") and not describes
    return lines


_DESCRIBING = ("schema_version", "id", "title", "purpose", "source", "good_client")
