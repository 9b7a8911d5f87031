"""Every case of ``cases_dvcqg`` in every mode."""

from __future__ import annotations

import pytest

from emulator.wire.reading import read_quirks
from tests.documents import cases_dvcqg
from tests.documents.quirk_table import CASES, MODES, Case, Stage
from tests.serving import ROOT

REGISTER = ROOT / "emulator" / "services" / "portal" / "quirks.csv"

PORTAL_CASES = [
    pytest.param(play, id=f"{quirk}-{play.__name__}")
    for quirk, plays in CASES.items()
    for play in plays
    if play.__module__ == cases_dvcqg.__name__
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("play", PORTAL_CASES)
def test_the_quirk_is_met_as_the_register_says(tmp_path, play: Case, mode) -> None:
    play(Stage(mode, tmp_path))


def test_every_row_the_portal_shows_on_the_wire_has_a_case() -> None:
    mine = range(2, 20), range(26, 32)
    on_the_wire = {row.id for row in read_quirks(REGISTER) if row.touches_wire}
    assert on_the_wire, "the register of the portal has rows"
    wanted = {row for row in on_the_wire if any(int(row[1:]) in each for each in mine)}
    assert set() < wanted <= set(CASES)
