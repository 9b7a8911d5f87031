"""Every case of ``cases_replies`` in every mode."""

from __future__ import annotations

import pytest

from tests.documents import cases_replies
from tests.documents.quirk_table import CASES, MODES, Case, Stage

REPLY_CASES = [
    pytest.param(play, id=f"{quirk}-{play.__name__}")
    for quirk, plays in CASES.items()
    for play in plays
    if play.__module__ == cases_replies.__name__
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("play", REPLY_CASES)
def test_the_quirk_is_met_as_the_register_says(tmp_path, play: Case, mode) -> None:
    play(Stage(mode, tmp_path))
