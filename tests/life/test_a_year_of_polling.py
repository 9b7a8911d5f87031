"""A province that polls once a day, from midnight to midnight, through a simulated year of 500 dossiers (B2, B57)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from emulator.kernel.clock import VIETNAM, iso, to_ms
from tests.life.ministry import Ministry

BEGIN = datetime(2026, 12, 1, tzinfo=VIETNAM)
DAYS, DOSSIERS, A_DAY = 365, 500, 10
PULLS = {"dossiers": ("DanhSachHoSo", "1"), "results": ("DanhSachHoSo", "100"), "steps": ("TienTrinhXuLy", None)}


def live_and_poll(ministry: Ministry) -> dict[str, list[dict[str, Any]]]:
    """Let citizens file 500 dossiers in fifty days, and ask every midnight for the day that has ended."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in PULLS}
    for number in range(DAYS):
        day = BEGIN + timedelta(days=number)
        ministry.turn("set", to=iso(to_ms(day)))
        if number * A_DAY < DOSSIERS:
            ministry.file(count=A_DAY, province="01")
        ministry.turn("set", to=iso(to_ms(day + timedelta(days=1))))
        window = (f"{day:%d/%m/%Y} 00:00:00", f"{day:%d/%m/%Y} 23:59:59")
        for name, pull in PULLS.items():
            found[name] += ministry.pulled(*pull, *window)
    return found


def test_a_daily_poll_from_midnight_to_midnight_loses_nothing_and_finds_nothing_twice(ministry: Ministry) -> None:
    found = live_and_poll(ministry)
    held = [
        each
        for month in ("2612", "2701")
        for each in ministry.admin("GET", f"/dossiers?limit=1000&code=000.00.15.G07-{month}")["dossiers"]
    ]
    lived = [ministry.dossier(each["code"]) for each in held]
    assert len(lived) == DOSSIERS
    assert sorted(row["maHoSo"] for row in found["dossiers"]) == sorted(each["code"] for each in lived)
    results = sorted(row["maHoSo"] for row in found["results"])
    assert results == sorted(each["code"] for each in lived if each["result_fields"] is not None)
    assert len(results) > DOSSIERS / 3
    steps = [(row["maHoSo"], row["thoiDiemXuLy"]) for row in found["steps"]]
    assert len(set(steps)) == len(steps) == sum(len(each["steps"]) for each in lived) > 2 * DOSSIERS


def test_a_result_is_not_found_by_the_day_of_receipt_unless_the_setting_says_so(ministry: Ministry) -> None:
    """The axis that a client believes in which the kit of model A2 is to fail."""
    (code,) = ministry.file(procedure="1.001731", province="01")
    ministry.advance("P60D")
    filed_on = ("23/11/2026 00:00:00", "23/11/2026 23:59:59")
    assert ministry.dossier(code)["result_fields"] is not None
    assert ministry.pulled("DanhSachHoSo", "100", *filed_on) == []
    ministry.admin("PATCH", "/settings", {"window_on": "received"})
    assert [row["maHoSo"] for row in ministry.pulled("DanhSachHoSo", "100", *filed_on)] == [code]
