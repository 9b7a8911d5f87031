"""Scenarios without a server, from files, with values: the command line, the plugin, a watched folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emulator.app import found_country
from emulator.cli import main
from emulator.cli.serve import _scenarios
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.builders import pull
from tests.conftest import Visitor
from tests.scenario.test_language import HEAD

MINE = HEAD + 'params: {ma: 503}\nsteps:\n  - {name: loi, on: btxh.*, nth: 2, refuse: {status: "{{params.ma}}"}}\n'


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "kich-ban" / "thu.yaml"
    path.parent.mkdir()
    path.write_text(MINE, encoding="utf-8")
    return path


def test_weeks_of_a_scenario_are_played_without_a_server(mine: Path, tmp_path: Path) -> None:
    calls = tmp_path / "goi.jsonl"
    lines = [{"on": "btxh.DanhSachHoSo", "body": pull()}, {"wait": "P21D", "on": "btxh.DanhSachHoSo", "body": pull()}]
    calls.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    played = run("scenario", "test", mine, "--calls", calls, "--set", "ma=502")
    assert played.exit_code == 0, played.output
    token, first, second = played.output.splitlines()
    assert token.startswith("2026-12-01T08:00:00  ndxp.token 200")
    assert first.startswith("2026-12-01T08:00:00  btxh.DanhSachHoSo 200")
    assert second.startswith("2026-12-22T08:00:00  btxh.DanhSachHoSo 502 thu/loi")


def test_what_the_clock_does_is_told_too(tmp_path: Path) -> None:
    calls = tmp_path / "goi.jsonl"
    calls.write_text('# ba ngày\n\n{"wait": "P3D"}\n', encoding="utf-8")
    played = run("scenario", "test", "may-chu-doi-ten", "--calls", calls)
    assert "2026-12-03T08:00:00  * rename-server" in played.output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "goi.jsonl:1: không phải JSON"),
        ('{"o": 1}', "từ lạ o"),
        ('{"on": "btxh.DanhSachHoS"}', "gần nhất: “btxh.DanhSachHoSo”"),
    ],
)
def test_a_wrong_line_of_calls_is_told_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "goi.jsonl").write_text(line, encoding="utf-8")
    refused = run("scenario", "test", "mat-tra-loi", "--calls", tmp_path / "goi.jsonl")
    assert (refused.exit_code, said in refused.output) == (2, True), refused.output


def test_a_file_tells_itself(mine: Path) -> None:
    assert "Thử\nTest" in run("scenario", "show", mine).output
    assert run("scenario", "show", mine.with_name("khong-co.yaml")).exit_code == 2


def test_a_scenario_that_is_added_to_a_folder_while_serving_is_found(mine: Path, tmp_path: Path, co_ban: Pack) -> None:
    """F11."""
    plays, places = _scenarios([str(mine)], ["ma=502"])
    assert plays == ({"name": "thu", "set": {"ma": "502"}},)
    country = found_country(Settings(scenarios=places, watch=True), tmp_path / "store.db", {"co-ban": co_ban})
    visitor = Visitor(country)
    mine.with_name("moi.yaml").write_text(MINE.replace("id: thu", "id: moi"), encoding="utf-8")
    assert "moi" in visitor.http.get("/__admin/scenarios").json["library"]
    assert visitor.http.put("/__admin/scenario", json={"scenario": "moi"}).status_code == 200
    country.store.close()


def test_a_fault_on_an_operation_that_is_not_there_is_refused_with_the_nearest(visitor: Visitor) -> None:
    """T2."""
    wish = {"faults": [{"fault": "token-expired", "on": "btxh.DongboDVC"}]}
    refused = visitor.http.put("/__admin/faults", json=wish)
    assert refused.status_code == 422
    assert "gần nhất: “btxh.DongBoDVC”" in refused.json["errors"][0]["vi"]
