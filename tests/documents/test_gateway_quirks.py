"""Every case of ``cases_gateway`` in every mode."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.wire.reading import ModeName
from tests.documents import cases_gateway
from tests.documents.quirk_table import CASES, MODES, Case, Stage

GATEWAY_CASES = [
    pytest.param(play, id=quirk)
    for quirk, plays in CASES.items()
    for play in plays
    if play.__module__ == cases_gateway.__name__
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("play", GATEWAY_CASES)
def test_the_gateway_meets_the_quirk_as_the_register_says(tmp_path: Path, play: Case, mode: ModeName) -> None:
    play(Stage(mode, tmp_path))
