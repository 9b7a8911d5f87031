"""An attempt of every kit is played again from its bundle: all its tasks, and all its calls."""

from __future__ import annotations

import time

import pytest

from emulator.app import Country
from emulator.certification.bundle import form
from emulator.certification.bundle.pack import sources
from emulator.certification.bundle.replay import replay, replay_points, replay_scenes, scene_points
from emulator.certification.evidence import entries_of
from emulator.certification.kit_reader import kit_names
from emulator.cli.in_process import replay_host
from tests.certification.stand import Stand


@pytest.mark.parametrize("kit", kit_names())
def test_every_task_and_every_call_of_a_kit_is_made_again(country: Country, kit: str) -> None:
    stand = Stand(country, kit, "phát lại")
    stand.play()
    files = sources(stand.admin("GET", f"/attempts/{stand.id}/evidence"), {}, None, b"")
    entries = entries_of(form.lines_in(files[form.JOURNAL]))
    began = time.process_time()
    whole, scenes = replay(files, replay_host), replay_scenes(files, replay_host)
    assert time.process_time() - began < 15, "a verification is not a second run"
    assert (whole.differs_at, scenes.differs_at, whole.left_out) == (None, None, {})
    assert whole.calls == sum(entry.is_call for entry in entries) > 40
    assert whole.scenes == scenes.scenes > 10


def test_a_journal_without_scenes_or_calls_shows_nothing(country: Country) -> None:
    stand = Stand(country, "cong-ndxp", "trống")
    stand.admin("POST", f"/attempts/{stand.id}/close")
    files = sources(stand.admin("GET", f"/attempts/{stand.id}/evidence"), {}, None, b"")
    files[form.REPORT] = form.pretty({"emulator": {"version": "x", "judge": "x"}})
    for points in (scene_points(files, replay_host), replay_points(files, replay_host)):
        (point,) = points
        assert (point.state, "nothing" in point.en) == ("bad", True)
