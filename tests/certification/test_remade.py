"""Scenes are made again from the challenge: whatever the kit, quickly, and not what another challenge asks for."""

from __future__ import annotations

import time

import pytest

from emulator.app import Country
from emulator.certification.bundle import form
from emulator.certification.bundle.pack import sources
from emulator.certification.bundle.remade import scenes_again
from emulator.certification.kit_reader import kit_names
from tests.certification.stand import Stand


@pytest.mark.parametrize("kit", kit_names())
def test_the_scenes_of_every_kit_follow_from_its_challenge_and_from_no_other(country: Country, kit: str) -> None:
    stand = Stand(country, kit, "dựng lại")
    for _ in range(12):
        if not stand.admin("POST", f"/attempts/{stand.id}/begin")["task"]:
            break
        stand.admin("POST", f"/attempts/{stand.id}/end", {"how": "done"})
    files = sources(stand.admin("GET", f"/attempts/{stand.id}/evidence"), {}, None, b"")
    began = time.process_time()
    assert [point.state for point in scenes_again(files)] == ["good"]
    assert time.process_time() - began < 10, "a verification is not a second run"
    other = form.object_in(files[form.CHALLENGE]) | {"nonce": "khác"}
    found = next(scenes_again({**files, form.CHALLENGE: form.pretty(other)}))
    assert found.state == "bad" or "0 cảnh" in found.vi
