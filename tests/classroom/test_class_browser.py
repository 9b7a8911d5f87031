"""A class in a real browser: a seat comes by the code behind the #, a trainer sees and holds the room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.builders import dossier
from tests.classroom.test_class_command import TOKEN
from tests.console.browser import listen_for_trouble, needs_chromium, started_browser
from tests.console.story import push
from tests.serving import Server, slack

pytestmark = [needs_chromium, pytest.mark.xdist_group("browser")]
PEOPLE = ["Nguyễn Văn A", "Trần Thị B"]
BEHIND_MS = 2_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


def new_page(browser: Browser) -> Page:
    return browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900}).new_page()


def test_a_seat_comes_works_and_calls_for_help_and_the_trainer_sees_it_at_once(browser: Browser) -> None:
    with Server("--store", ":memory:", "--workers", "1", "--admin-token", TOKEN) as server:
        made = opened(server)
        seat, patience = made["seats"][1], BEHIND_MS * slack()
        at_seat, at_board = new_page(browser), new_page(browser)
        troubles = listen_for_trouble(at_seat) + listen_for_trouble(at_board)
        at_seat.goto(f"{server.base_url}/__console/join#{seat['code']}")
        expect(at_seat.get_by_role("heading", level=1)).to_contain_text("Trần Thị B")
        assert seat["code"] not in at_seat.url
        at_board.goto(f"{server.base_url}/__console/join#{made['token']}")
        rows = at_board.locator(".matrix tbody tr")
        expect(rows.first).to_contain_text("Nguyễn Văn A")

        push(seat["base_url"], seat["credentials"], dossier(MaTTHC="9.9"))
        expect(at_seat.get_by_text("Hai lời gọi, một token").first).to_be_visible(timeout=patience)
        expect(rows.nth(1)).to_contain_text("không thuộc 11 thủ tục", timeout=patience)
        at_seat.get_by_role("button", name="Xem một gợi ý (còn 3)").click()
        expect(at_seat.get_by_role("button", name="Xem một gợi ý (còn 2)")).to_be_visible()
        at_seat.get_by_role("button", name="Tôi bị kẹt").click()
        expect(rows.first).to_contain_text("Trần Thị B", timeout=patience)

        at_board.get_by_role("button", name="Tạm dừng lớp").click()
        expect(at_seat.get_by_text("hãy nhìn lên")).to_be_visible(timeout=patience)
        at_board.get_by_role("link", name="Chiếu lên tường, không có tên").click()
        expect(at_board.locator(".matrix")).to_be_visible()
        expect(at_board.locator("body")).not_to_contain_text("Trần Thị B")
        assert troubles == []


def opened(server: Server) -> dict[str, Any]:
    wish, headers = {"name": "lop", "people": PEOPLE}, {"X-Admin-Token": TOKEN}
    made: dict[str, Any] = requests.post(
        f"{server.base_url}/__admin/classes", json=wish, headers=headers, timeout=30
    ).json()
    return made
