"""``scenario new``, ``list`` and ``show``, and the names of operations."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from emulator.cli import main
from emulator.scenario.operations import matching, staged_names
from emulator.services.portal.operations import MAPI


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_a_new_scenario_is_right_as_it_stands(tmp_path: Path) -> None:
    made = run("scenario", "new", "cua-toi", "--out", str(tmp_path))
    assert made.exit_code == 0, made.output
    assert (tmp_path / "scenario.schema.json").is_file()
    assert "$schema=./scenario.schema.json" in (tmp_path / "cua-toi.yaml").read_text(encoding="utf-8")
    checked = run("validate", str(tmp_path / "cua-toi.yaml"))
    assert (checked.exit_code, checked.output) == (0, "")


def test_a_new_scenario_never_overwrites_one(tmp_path: Path) -> None:
    run("scenario", "new", "cua-toi", "--out", str(tmp_path))
    again = run("scenario", "new", "cua-toi", "--out", str(tmp_path))
    assert again.exit_code == 2
    assert "cua-toi.yaml" in again.output


def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    assert run("scenario", "new", "../x", "--out", str(tmp_path)).exit_code == 2
    assert not list(tmp_path.iterdir())


def test_an_unknown_scenario_cannot_be_shown_or_served() -> None:
    for words in (("scenario", "show", "khong-co"), ("serve", "--scenario", "khong-co", "--store", ":memory:")):
        result = run(*words)
        assert result.exit_code == 2
        assert "khong-co" in result.output


def test_steps_can_be_on_every_operation_of_the_providers() -> None:
    assert {name.removeprefix("dvcqg.mapi.") for name in matching("dvcqg.mapi.*")} == {*MAPI, "login"}
    assert matching("btxh.*") == [f"btxh.{name}" for name in ("DongBoDVC", "XuLyHoSo", "DanhSachHoSo", "TienTrinhXuLy")]
    assert matching("dvcqg.mapi.call") == [], "an address that all services of mapi share"
    assert len(set(staged_names())) == len(staged_names())
