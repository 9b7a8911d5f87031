"""The two journeys of the document (BTXH 1.2, 1.2.1) over a real server, each in a country of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.builders import dossier, final_result, pull, step
from tests.serving import Client, Server

_TODAY = "2026-11-25T08:00:00+07:00"


class Country:
    """A sandbox made for one test, with the vendor's client in it."""

    def __init__(self, server: Server, name: str) -> None:
        every = f"{server.ready['admin_url']}/sandboxes"
        self.admin, self.name = f"{every}/{name}", name
        made = requests.post(every, json={"id": name}, timeout=10)
        assert made.status_code == 201, made.text
        self.turn_clock(action="set", to=_TODAY)
        self.client = Client(server, name, made.json()["credentials"]["production"])

    def turn_clock(self, **turn: Any) -> None:
        turned = requests.put(f"{self.admin}/clock", json=turn, timeout=10)
        assert turned.status_code == 200, turned.text

    def count_dossiers(self, prefix: str) -> int:
        found, after = 0, ""
        while after is not None:
            page = self.ask("/dossiers", limit=200, after=after)
            found += sum(each["code"].startswith(prefix) for each in page["dossiers"])
            after = page["meta"]["next"]
        return found

    def ask(self, path: str, **params: Any) -> Any:
        reply = requests.get(f"{self.admin}{path}", params=params, timeout=10)
        assert reply.status_code == 200, reply.text
        return reply.json()


@pytest.fixture
def countries(server: Server, request: pytest.FixtureRequest) -> Iterator[Any]:
    made: list[Country] = []

    def make() -> Country:
        made.append(Country(server, f"journey-{abs(hash(request.node.name)):x}-{len(made)}"))
        return made[-1]

    yield make
    for country in made:
        country.client.http.close()
        requests.delete(country.admin, timeout=10)


def test_a1_a_province_pushes_a_dossier_its_steps_and_its_result(countries: Any) -> None:
    country = countries()
    country.client.log_in()
    assert country.client.call("DongBoDVC", dossier()).json()["error_code"] == 0
    for status, day in ((2, 20), (4, 21), (9, 23)):
        moved = country.client.call("XuLyHoSo", step(StatusId=str(status), ThoiDiemXuLy=f"{day}/11/2026"))
        assert moved.json()["error_code"] == 0, moved.text
    assert country.client.call("DongBoDVC", final_result()).json()["error_code"] == 0
    told = country.ask("/requests", order="asc")["requests"]
    assert [entry["operation"] for entry in told] == [
        "ndxp.token", "btxh.DongBoDVC", "btxh.XuLyHoSo", "btxh.XuLyHoSo", "btxh.XuLyHoSo", "btxh.DongBoDVC",
    ]  # fmt: skip
    numbers = [entry["seq"] for entry in told]
    changes = country.ask("/requests", operation="admin.change")["requests"]
    assert sorted([*numbers, *(entry["seq"] for entry in changes)]) == list(range(1, 7 + len(changes)))
    assert country.ask("/dossiers/" + dossier()["MaHoSo"])


def test_a2_a_province_pulls_dossiers_steps_and_results(countries: Any) -> None:
    country = countries()
    country.client.log_in()
    ever = {"ThoiGianBatDau": "01/01/2020 00:00:00", "ThoiGianKetThuc": "30/11/2026 23:59:59"}
    new = country.client.call("DanhSachHoSo", pull(**ever)).json()["result"]["data"]
    steps = country.client.call("TienTrinhXuLy", pull(**ever)).json()["result"]["data"]
    final = country.client.call("DanhSachHoSo", pull(LoaiDuLieu="100", **ever)).json()["result"]["data"]
    codes = {each["maHoSo"] for each in new}
    assert codes
    assert set() < {each["maHoSo"] for each in steps} <= codes
    assert set() < {each["maHoSo"] for each in final} <= codes
    assert final


def test_a_token_that_expires_in_the_middle_is_refused_and_the_next_one_works(countries: Any) -> None:
    country = countries()
    first = country.client.log_in()
    assert country.client.call("DongBoDVC", dossier()).status_code == 200
    country.turn_clock(action="advance", by="PT2H")
    refused = country.client.call("XuLyHoSo", step())
    assert refused.status_code == 401
    assert "90090" in refused.text
    assert country.client.log_in()["access_token"] != first["access_token"]
    assert country.client.call("XuLyHoSo", step()).json()["error_code"] == 0


def test_two_countries_at_once_know_nothing_of_each_other(countries: Any) -> None:
    one, other = countries(), countries()
    one.client.log_in()
    token = one.client.http.headers["Authorization"]
    other.client.log_in()
    assert one.client.call("DongBoDVC", dossier()).json()["error_code"] == 0
    unknown = other.client.call("XuLyHoSo", step())
    assert unknown.json()["error_code"] != 0
    other.client.http.headers["Authorization"] = token
    assert other.client.call("DongBoDVC", dossier()).status_code == 401


def test_eight_writers_lose_no_update_and_leave_no_gap(server: Server, countries: Any) -> None:
    four, each_pushes, failures = [countries() for _ in range(4)], 250, []

    def push(country: Country, writer: int) -> None:
        with Client(server, country.name, country.client.pair) as client:
            client.log_in()
            for number in range(each_pushes):
                body = dossier(MaHoSo=f"000.11.26.H26-2611{writer:02d}-{number:04d}")
                reply = client.call("DongBoDVC", body)
                if reply.json().get("error_code") != 0:
                    failures.append(reply.text)

    threads = [threading.Thread(target=push, args=(country, writer)) for country in four for writer in (10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for country in four:
        chain = country.ask("/chain")
        assert chain["ok"] is True
        total = country.ask("/requests", limit=1)
        changes = country.ask("/requests", operation="admin.change", limit=1)["meta"]["total"]
        assert total["meta"]["total"] == 2 * (each_pushes + 1)
        assert total["requests"][0]["seq"] == total["meta"]["total"] + changes
        assert country.count_dossiers("000.11.26.H26-2611") == 2 * each_pushes
