"""The clock of a sandbox goes forward, whatever is done to it, unless somebody sets it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.conftest import Visitor
from tests.properties.strangers import BOUNDED

TURNS = st.one_of(
    st.just({"action": "freeze"}),
    st.sampled_from(["PT1S", "PT90M", "P1D", "P365D"]).map(lambda by: {"action": "advance", "by": by}),
    st.sampled_from([0.001, 0.5, 1, 60, 1000]).map(lambda scale: {"action": "scale", "scale": scale}),
    st.sampled_from(["2022-12-02T08:00:00+07:00", "2030-01-01T00:00:00Z"]).map(lambda to: {"action": "set", "to": to}),
    st.sampled_from(
        [{"action": "advance", "by": "-PT1H"}, {"action": "scale", "scale": -1}, {"action": "scale", "scale": 0}]
    ),
)


def test_the_clock_never_runs_backward_unless_it_is_set(tmp_path: Path, co_ban: Pack) -> None:
    country = found_country(Settings(), tmp_path / "store.db", {"co-ban": co_ban})
    http = Visitor(country).http

    def now() -> datetime:
        return datetime.fromisoformat(http.get("/__admin/clock").json["virtual"])

    @settings(BOUNDED, max_examples=30)
    @given(st.lists(TURNS, min_size=1, max_size=8))
    def hold(turns: list[dict[str, Any]]) -> None:
        http.put("/__admin/clock", json={"action": "set", "to": "2026-11-21T08:00:00+07:00"})
        before = now()
        assert turns
        for turn in turns:
            reply = http.put("/__admin/clock", json=turn)
            assert reply.status_code in {200, 400, 422}, reply.data
            after = now()
            if turn["action"] != "set":
                assert after >= before, turn
            before = after

    hold()
    country.store.close()
