"""An attempt of every kit is played again from its bundle: all its tasks, and all its calls."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from emulator.app import Country
from emulator.certification.bundle import archive
from emulator.certification.bundle.pack import sources
from emulator.certification.bundle.replay import replay, replay_points, replay_scenes, scene_points
from emulator.certification.evidence import entries_of
from emulator.certification.kit_reader import kit_names
from emulator.certification.redaction import COMMITMENT
from emulator.cli.in_process import replay_host
from emulator.journal.write import canonical
from tests.certification.stand import Stand


@pytest.mark.parametrize("kit", kit_names())
def test_every_task_and_every_call_of_a_kit_is_made_again(country: Country, kit: str) -> None:
    stand = Stand(country, kit, "phát lại")
    stand.play()
    files = sources(stand.admin("GET", f"/attempts/{stand.id}/evidence"), {}, None, b"")
    entries = entries_of(archive.lines_in(files[archive.JOURNAL]))
    began = time.process_time()
    whole, scenes = replay(files, replay_host), replay_scenes(files, replay_host)
    assert time.process_time() - began < 15, "a verification is not a second run"
    assert (whole.differs_at, scenes.differs_at, whole.left_out) == (None, None, {})
    assert whole.calls == sum(entry.is_call for entry in entries) > 40
    assert whole.scenes == scenes.scenes > 10
    for place, (number, forged) in strangers_in(files).items():
        found = replay(forged, replay_host)
        assert found.differs_at, f"{place} of #{number}: a secret nobody told was taken for one that opens"
        assert found.differs_at[0] == number, place


STRANGE = "[sha256:" + "5e" * 32 + "]"


def strangers_in(files: dict[str, bytes]) -> dict[str, tuple[int, dict[str, bytes]]]:
    """By place (a header, a body), the first answered call with a hidden secret there, and a bundle with another."""
    found: dict[str, tuple[int, dict[str, bytes]]] = {}
    lines = [json.loads(line) for line in archive.lines_in(files[archive.JOURNAL])]
    for at, line in enumerate(lines):
        if line["outcome"] != "answered" or line["response"]["status"] >= 400:
            continue
        asked = line["request"]
        places = {f"{line['operation']} {name}": [name, value] for name, value in asked["headers"]}
        for place, told in {**places, f"{line['operation']} body": asked.get("body", "")}.items():
            text = told if isinstance(told, str) else told[1]
            if place in found or not COMMITMENT.search(text):
                continue
            other = COMMITMENT.sub(STRANGE, text, count=1)
            headers = [[told[0], other] if each is told or each == told else each for each in asked["headers"]]
            body = {"body": other} if told == text else {}
            forged = line | {"request": asked | {"headers": headers if not body else asked["headers"], **body}}
            found[place] = line["seq"], {**files, archive.JOURNAL: joined([*lines[:at], forged, *lines[at + 1 :]])}
    assert found, "a kit whose calls carry no secret would show nothing here"
    return found


def joined(lines: list[dict[str, Any]]) -> bytes:
    return b"".join(canonical(line) + b"\n" for line in lines)


def test_a_journal_without_scenes_or_calls_shows_nothing(country: Country) -> None:
    stand = Stand(country, "cong-ndxp", "trống")
    stand.admin("POST", f"/attempts/{stand.id}/close")
    files = sources(stand.admin("GET", f"/attempts/{stand.id}/evidence"), {}, None, b"")
    files[archive.REPORT] = archive.pretty({"emulator": {"version": "x", "judge": "x"}})
    for points in (scene_points(files, replay_host), replay_points(files, replay_host)):
        (point,) = points
        assert (point.state, "nothing" in point.en) == ("bad", True)
