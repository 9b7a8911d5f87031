"""Every scenario in the box: a client that copes, and one that does not."""

from __future__ import annotations

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
