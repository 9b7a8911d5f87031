"""The console in a real browser: every page in both languages, three widths and two themes, and what a person does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.builders import dossier
from tests.console.browser import listen_for_trouble, needs_chromium, started_browser
from tests.console.test_pages import PAGES
from tests.serving import Server

pytestmark = [needs_chromium, pytest.mark.xdist_group("browser")]
LOOKS = ((360, "light", "vi"), (360, "dark", "en"), (1280, "dark", "vi"), (1920, "light", "en"))
CITIZEN = "999060000001"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1") as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def call(server: Server, body: dict[str, str], *, token: bool = True) -> dict[str, object]:
    pair = server.ready["credentials"]["production"]
    basic = (pair["consumer_key"], pair["consumer_secret"])
    asked = requests.post(f"{server.base_url}/token", data={"grant_type": "client_credentials"}, auth=basic, timeout=30)
    headers = {"Authorization": f"Bearer {asked.json()['access_token']}"} if token else {}
    return requests.post(f"{server.base_url}/apiBTXH/1.0/DongBoDVC", json=body, headers=headers, timeout=30).json()


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
def test_every_page_fits_its_width_is_accessible_and_complains_of_nothing(
    server: Server, browser: Browser, width: int, theme: str, language: str
) -> None:
    call(server, dossier(MaTTHC="9.9"))
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, locale=language, bypass_csp=True
    )
    page = context.new_page()
    troubles = listen_for_trouble(page)
    wrong = []
    paths = (*PAGES, "/journal/2", f"/screens/citizen?id={CITIZEN}", "/screens/access-rights?q=H")
    for path in paths:
        reply = page.goto(f"{server.base_url}/__console{path}")
        assert reply
        assert reply.status == 200
        assert page.get_attribute("html", "lang") == language
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append(f"{path} is wider than {width}")
        wrong += [f"{path}: {each['id']}" for each in Axe().run(page).response["violations"]]
    context.close()
    assert wrong == []
    assert troubles == []


def test_a_refused_call_is_understood_in_two_clicks_from_the_banners_address(server: Server, page: Page) -> None:
    call(server, dossier(MaTTHC="9.9"))
    page.goto(server.ready["console_url"])
    page.locator("tbody a.row-link").first.click()
    field = page.locator("li.marked.error")
    expect(field).to_contain_text('"MaTTHC": "9.9"')
    expect(field).to_contain_text("không thuộc 11 thủ tục")
    page.locator("summary", has_text="BTXH 3.1.1").first.click()
    expect(page.locator("blockquote").first).to_be_visible()


def test_the_journal_shows_a_new_call_by_itself(server: Server, page: Page) -> None:
    page.goto(f"{server.base_url}/__console/journal")
    newest = page.locator("tbody a.row-link").first
    before = newest.get_attribute("href") if newest.count() else None
    call(server, dossier(MaTTHC="9.9"))
    expect(newest).not_to_have_attribute("href", before or "")


def test_edit_and_send_answers_with_the_new_exchange(server: Server, page: Page) -> None:
    call(server, dossier(MaTTHC="9.9"))
    page.goto(f"{server.base_url}/__console/journal")
    page.locator("tbody a.row-link").first.click()
    page.get_by_role("link", name="Sửa rồi gửi").click()
    page.get_by_label("Thân").fill(json.dumps(dossier()))
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator(".verdict")).to_contain_text("đã trả lời")
    expect(page.locator("ol.body").last).to_contain_text('"error_code": 0')


def test_secrets_stay_hidden_until_they_are_asked_for(server: Server, page: Page) -> None:
    page.goto(f"{server.base_url}/__console/")
    secret = server.ready["credentials"]["production"]["consumer_secret"]
    expect(page.locator("main")).not_to_contain_text(secret)
    page.locator("[data-show='s-production-consumer_secret']").click()
    expect(page.locator("#s-production-consumer_secret")).to_have_text(secret)


def test_keys_alone_reach_the_newest_call(server: Server, page: Page) -> None:
    call(server, dossier(MaTTHC="9.9"))
    page.goto(f"{server.base_url}/__console/journal")
    page.keyboard.press("/")
    expect(page.get_by_label("Tìm chữ")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_be_visible()


def test_time_is_travelled_from_the_page(server: Server, page: Page) -> None:
    page.goto(f"{server.base_url}/__console/scenarios")
    before = page.locator("section", has_text="Thời gian").locator("strong").first.inner_text()
    page.get_by_label("Đi tới").select_option("P30D")
    page.get_by_role("button", name="Đi", exact=True).click()
    expect(page.locator("section", has_text="Thời gian").locator("strong").first).not_to_have_text(before)


def test_the_editor_validates_while_somebody_types(server: Server, page: Page) -> None:
    page.goto(f"{server.base_url}/__console/scenarios/editor")
    page.get_by_label("Kịch bản (YAML)").press_sequentially("id: thu\nstepz: []\n")
    expect(page.locator("#problems")).to_contain_text("dòng 2")
    expect(page.locator("#problems")).to_contain_text("steps")
