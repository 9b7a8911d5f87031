"""The matrix of moves between statuses (ours, src:status-moves)."""

from __future__ import annotations

import pytest

from emulator.wire.codes import STATUS_NAMES, judge_move, status_text

_MATRIX = {
    None: "●● ○    ○○ ● ",
    13: "●○    ○   ● ●",
    14: "●          ● ",
    1: " ●● ●○●   ●  ",
    2: "  ○●●●●●●    ",
    4: " ○ ●●●●●●○   ",
    5: "●●●●○ ●●     ",
    6: " ● ●  ●●●    ",
    8: "   ○     ○   ",
    9: "   ○    ●●   ",
    10: "        ○    ",
    3: "             ",
    7: "             ",
    11: "             ",
}


@pytest.mark.parametrize("before", _MATRIX)
def test_every_move_is_judged_as_the_published_matrix_says(before: int | None) -> None:
    words = {"●": "legal", "○": "tolerated", " ": "illegal"}
    expected = [words[mark] for mark in _MATRIX[before]]
    assert [judge_move(before, after) for after in STATUS_NAMES] == expected


def test_status_12_does_not_exist() -> None:
    assert 12 not in STATUS_NAMES
    assert judge_move(2, 12) == "illegal"
    assert "không có" in status_text(12)
