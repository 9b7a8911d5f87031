"""The rows of the register that the adapters meet, in every mode."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents import cases_xroad
from tests.documents.quirk_table import CASES, MODES, Stage

PLAYED = sorted(
    (quirk, number)
    for quirk, cases in CASES.items()
    for number, play in enumerate(cases)
    if play.__module__ == cases_xroad.__name__
)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("quirk", "number"), PLAYED)
def test_each_mode_treats_the_quirk_as_the_register_says(tmp_path: Path, quirk: str, number: int, mode: str) -> None:
    CASES[quirk][number](Stage(mode, tmp_path))


def test_the_register_has_every_row_of_the_guide() -> None:
    from emulator.wire.reading import QUIRKS

    assert [name for name in QUIRKS if name.startswith("K")] == [f"K{number:02d}" for number in range(1, 32)]
