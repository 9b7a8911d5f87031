"""The register of quirks is what the emulator does: every case, in every mode.

The catalogues are held by its rows B69 (BTXH PL 1), B22 (BTXH PL 2.2), B21 (BTXH PL 3), B65 (BTXH PL 4) and B67
(BTXH PL 5).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.wire.reading import QUIRKS, WrongQuirk, read_register
from tests.documents import cases_bodies, cases_gateway, cases_replies
from tests.documents.quirk_table import CASES, MODES, Stage

PLAYED = sorted(
    (quirk, number)
    for quirk, cases in CASES.items()
    for number, play in enumerate(cases)
    if play.__module__ == cases_bodies.__name__
)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("quirk", "number"), PLAYED)
def test_each_mode_treats_the_quirk_as_the_register_says(tmp_path: Path, quirk: str, number: int, mode: str) -> None:
    CASES[quirk][number](Stage(mode, tmp_path))


def test_the_register_has_every_row_once_with_every_column() -> None:
    assert [name for name in QUIRKS if name.startswith("B")] == [f"B{number:02d}" for number in range(1, 76)]
    for row in QUIRKS.values():
        texts = (row.place, row.table, row.sample, row.strict, row.documented, row.observed)
        assert all(texts), row.id


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("B01,RXA,place,table,sample,strict,,", ":3: modes"),
        ("B01,RAA,place,,sample,strict,,", ":3: a row needs"),
        ("1,RAA,place,table,sample,strict,,", ":3: a row needs"),
        ("B01,RAA,place,table", ":3: a row has"),
        ("B07,RAA,place,table,sample,strict,,", "B07 stands twice"),
    ],
)
def test_a_row_of_the_register_that_cannot_be_right_is_refused_with_its_line(
    tmp_path: Path, row: str, says: str
) -> None:
    file = tmp_path / "quirks.csv"
    head = "row,modes,place,table,sample,strict,documented,observed\nB07,SSS,place,table,sample,strict,,\n"
    file.write_text(f"{head}{row}\n", encoding="utf-8")
    with pytest.raises(WrongQuirk, match=r"quirks\.csv") as trouble:
        read_register([file])
    assert says in str(trouble.value)


def test_every_row_of_the_btxh_register_that_touches_the_wire_has_a_case() -> None:
    modules = {module.__name__ for module in (cases_bodies, cases_gateway, cases_replies)}
    played = {quirk for quirk, plays in CASES.items() if any(play.__module__ in modules for play in plays)}
    assert [row.id for row in QUIRKS.values() if row.id[0] == "B" and row.touches_wire and row.id not in played] == []
