"""Where ``status_moves`` refuses, no sequence of calls brings a dossier where the matrix does not lead."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.country.settings import Mode
from emulator.settings import Settings
from tests.builders import dossier, final_result, step
from tests.conftest import Visitor
from tests.properties.strangers import BOUNDED
from tests.services.test_transitions import FIRST, MATRIX, STATUSES

OPEN = {1, 2, 4, 5, 6}
CALLS = st.lists(
    st.tuples(st.sampled_from(["push", "step", "step", "result"]), st.sampled_from(STATUSES), st.integers(0, 3)),
    min_size=3,
    max_size=12,
)
_numbers = count(1)


class Province:
    """A client of three sandboxes, one a mode, that files one dossier after the other."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.tokens = {}
        for mode in get_args(Mode):
            assert visitor.http.post("/__admin/sandboxes", json={"id": mode, "mode": mode}).status_code == 201
            kept = visitor.http.patch(f"/__admin/sandboxes/{mode}/settings", json={"status_moves": "refuse"})
            assert kept.status_code == 200
            self.tokens[mode] = visitor.token(sandbox=mode)

    def call(self, mode: str, operation: str, body: dict[str, Any]) -> int:
        headers = {"Authorization": f"Bearer {self.tokens[mode]}"}
        reply = self.visitor.http.post(f"/s/{mode}/apiBTXH/1.0/{operation}", json=body, headers=headers)
        assert reply.status_code == 200, reply.data
        return int(reply.json["error_code"])

    def held(self, mode: str, code: str) -> dict[str, Any] | None:
        reply = self.visitor.http.get(f"/__admin/sandboxes/{mode}/dossiers/{code}")
        return reply.json if reply.status_code == 200 else None


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory, co_ban: Pack) -> Province:
    store: Path = tmp_path_factory.mktemp("statuses") / "store.db"
    return Province(Visitor(found_country(Settings(), store, {"co-ban": co_ban})))


def may_move(before: int | None, after: int, kind: str) -> bool:
    legal, doubtful = FIRST if before is None else MATRIX[before]
    jumps = kind == "result" and (before is None or (before in OPEN and after in {9, 10}))
    return after in legal | doubtful or jumps


def body_of(kind: str, code: str, status: int, minute: int) -> tuple[str, dict[str, Any]]:
    if kind == "step":
        moment = f"20/11/2026 09:{minute:02d}:00"
        return "XuLyHoSo", step(MaHoSo=code, StatusId=str(status), ThoiDiemXuLy=moment)
    make = final_result if kind == "result" else dossier
    return "DongBoDVC", make(MaHoSo=code, StatusId=str(status))


@pytest.mark.parametrize("mode", get_args(Mode))
@settings(BOUNDED, max_examples=25)
@given(calls=CALLS)
def test_no_sequence_of_calls_reaches_an_illegal_status(
    province: Province, mode: str, calls: list[tuple[str, int, int]]
) -> None:
    code, minute, before, accepted = f"000.11.26.H26-261120-{next(_numbers):04d}", 10, None, []
    for kind, status, wait in calls:
        minute += wait - 1
        error_code = province.call(mode, *body_of(kind, code, status, minute))
        held = province.held(mode, code)
        after = held["status"] if held else None
        if error_code:
            assert after == before, (kind, status)
        if after != before:
            assert after is not None
            assert may_move(before, after, kind), (before, after, kind)
            assert after == status
        if held and kind == "step" and not error_code:
            if (status, minute) in accepted:  # the very same step again: heard, and not stored (decision 0003)
                assert after == before
            else:
                accepted.append((status, minute))
                assert held["steps"][-1]["status"] == after == status
        before = after
    kept = province.held(mode, code)
    assert [each["status"] for each in kept["steps"]] == [status for status, _ in accepted] if kept else not accepted
