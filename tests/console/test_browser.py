"""The console in a real browser: every page in both languages, three widths and two themes, and what a person does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Literal

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from emulator.services.btxh.catalogues import PROCEDURES
from tests.builders import dossier
from tests.console.acts import (
    ACTS,
    ELSEWHERE,
    PDF,
    VIETNAMESE,
    Act,
    acts_on,
    console_routes,
    endpoint_of,
    endpoints_with,
    said_by,
)
from tests.console.browser import listen_for_trouble, needs_chromium, started_browser
from tests.console.story import EVERY_PAGE, NEWCOMER, NO_PAGES, PARTS, push, tell_story
from tests.serving import Server

pytestmark = [needs_chromium, pytest.mark.xdist_group("browser")]
LOOKS: dict[str, dict[int, Literal["light", "dark"] | None]] = {
    "vi": {360: "light", 1280: "dark", 1920: None},
    "en": {360: None, 1280: "light", 1920: "dark"},
}
"""At which widths every page is held, by language, and in which theme axe looks at it there: it costs the most."""
LANGUAGES = tuple(LOOKS)
AXE = Axe().axe_script
_VIOLATIONS = (
    "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations.map((each) => each.id))"
)


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


def call(server: Server, body: dict[str, str]) -> dict[str, object]:
    return push(server.base_url, server.ready["credentials"], body)


@pytest.fixture(scope="module")
def told() -> Iterator[Server]:
    """A server where the story has happened; nobody changes anything there any more."""
    with Server("--store", ":memory:", "--workers", "1") as server:
        tell_story(server.base_url, server.ready["credentials"])
        yield server


def test_every_route_of_the_console_is_looked_at() -> None:
    """The list of pages is held against the console's own routes: a new page cannot be forgotten."""
    looked_at = {endpoint_of(path) for path in (*EVERY_PAGE, *PARTS)}
    assert looked_at == endpoints_with("GET")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_fits_every_width_is_accessible_and_complains_of_nothing(
    told: Server, browser: Browser, language: str
) -> None:
    """Every page at each width in both languages; axe at each width, theme and language, not in every mixture."""
    context = browser.new_context(locale=language, bypass_csp=True)
    page = context.new_page()
    troubles, wrong = listen_for_trouble(page), []
    for path in (*EVERY_PAGE, *NO_PAGES):
        reply = page.goto(f"{told.base_url}/__console{path}")
        assert reply
        assert reply.status == (404 if path in NO_PAGES else 200), path
        assert page.get_attribute("html", "lang") == language
        wrong += faults_of(page, path, language)
    context.close()
    assert wrong == []
    assert [each for each in troubles if "404" not in each] == []


_TURNED = """[...document.querySelectorAll('main :is(a, button, .tag, .small)')].flatMap((each) => [...each.childNodes])
  .filter((node) => node.nodeType === 3 && node.data.trim().length > 1 && !node.data.includes('\u202e'))
  .filter((node) => {
    const place = (start) => {
      const range = document.createRange();
      range.setStart(node, start);
      range.setEnd(node, start + 1);
      return range.getBoundingClientRect();
    };
    const words = node.data.trimStart(), start = node.data.length - words.length;
    const [first, second] = [place(start), place(start + 1)];
    return first.width && second.width && first.top === second.top && first.left > second.left;
  }).map((node) => node.data.trim())"""
"""Words of ours that run from right to left, because somebody's text before them said so."""


def faults_of(page: Page, path: str, language: str) -> list[str]:
    found = [f"{path} turns around: {each}" for each in page.evaluate(_TURNED)]
    page.evaluate(AXE)
    for width, theme in LOOKS[language].items():
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{path} is wider than {width}")
        if theme:
            page.emulate_media(color_scheme=theme)
            found += [f"{path} at {width}, {theme}: {each}" for each in page.evaluate(_VIOLATIONS)]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_of_every_page_can_be_done(browser: Browser, language: str) -> None:
    """Every form and button that the pages have, pressed in a browser; what it answers is in the page's language."""
    with Server("--store", ":memory:", "--workers", "1") as server:
        tell_story(server.base_url, server.ready["credentials"])
        routes, offered = console_routes(), set()
        for path in EVERY_PAGE:
            shown = requests.get(f"{server.base_url}/__console{path}", timeout=30).text
            offered |= set(acts_on(shown, f"/__console{path}", routes))
        known = {each.name for each in ACTS}
        assert offered - known - set(ELSEWHERE) == set(), "each needs an Act"
        context = browser.new_context(locale=language, bypass_csp=True, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        troubles, wrong = listen_for_trouble(page), []
        for act in ACTS:
            wrong += do_act(page, f"{server.base_url}/__console{act.page}", act, language)
        context.close()
    assert wrong == []
    assert troubles == []


def do_act(page: Page, address: str, act: Act, language: str) -> list[str]:
    """Do an act and return what is wrong with its answer."""
    page.goto(address)
    for name in (*filter(None, [act.first]), act.name):
        form, button = place_of(page, name)
        fill_form(form, act if name == (act.first or act.name) else act._replace(fill={}, file=""))
        if name == act.name and act.is_download:
            with page.expect_download():
                button.click()
            return []
        with page.expect_response(lambda reply: reply.request.method == "POST") as answered:
            button.click()
        page.wait_for_load_state()
    shown = page.content()
    wrong = [f"{act.name}: HTTP {answered.value.status}"] if answered.value.status >= 400 else []
    wrong += [f"{act.name}: lang"] if page.get_attribute("html", "lang") != language else []
    if answered.value.status == 200:
        page.evaluate(AXE)
        wrong += [f"{act.name}: {each}" for each in page.evaluate(_VIOLATIONS)]
    if language == "en":
        said = said_by(shown).replace("Kho DL", "").replace("Tiếng Việt", "")
        wrong += [
            f"{act.name}: {said[max(0, hit.start() - 30) : hit.end() + 20]}" for hit in VIETNAMESE.finditer(said)
        ][:3]
    return wrong


def place_of(page: Page, name: str) -> tuple[Locator, Locator]:
    """Return the first form on the page with a button for an act, opened to the eye, and that button."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    path = page.url.partition("/__console")[2]
    found = [each == name for each in acts_on(page.content(), f"/__console{path}", console_routes())]
    button = page.locator("form[method=post] button:not([type=button])").nth(found.index(True))
    return button.locator("xpath=ancestor::form"), button


def fill_form(form: Locator, act: Act) -> None:
    for name, value in act.fill.items():
        field = form.locator(f"[name={name}]").first
        kind = field.evaluate("(each) => each.type")
        if kind == "checkbox":
            field.check()
        elif kind.startswith("select"):
            field.select_option(value)
        else:
            field.fill(value)
    if act.file:
        content = {"name": "LLTP.pdf", "mimeType": "application/pdf", "buffer": PDF}
        form.locator(f"[name={act.file}]").set_input_files(content)


def test_every_route_that_changes_something_is_done_by_a_test() -> None:
    done = {f"console.{each.name.split()[0]}" for each in ACTS} | {f"console.{each}" for each in ELSEWHERE}
    assert done == endpoints_with("POST")
    assert [each for each in ELSEWHERE.values() if each not in globals()] == []


@pytest.mark.parametrize(
    ("language", "word", "way_out"), [("vi", "Mã không đúng", "Ra khỏi"), ("en", "wrong", "Log out")]
)
def test_a_login_is_refused_let_in_and_ended_in_both_languages(
    browser: Browser, language: str, word: str, way_out: str
) -> None:
    token = "ma-quan-tri-thu-nghiem-0123456789"
    with Server("--store", ":memory:", "--workers", "1", "--admin-token", token) as server:
        context = browser.new_context(locale=language)
        page = context.new_page()
        page.goto(f"{server.base_url}/__console/journal?outcome=refused")
        for given in ("sai", token):
            page.locator("#token").fill(given)
            page.keyboard.press("Enter")
            if given == "sai":
                expect(page.get_by_role("alert").locator("visible=true")).to_contain_text(word)
        expect(page).to_have_url(f"{server.base_url}/__console/journal?outcome=refused")
        page.get_by_role("button", name=way_out).click()
        page.goto(f"{server.base_url}/__console/")
        expect(page.locator("#token")).to_be_visible()
        context.close()


def test_a_double_click_files_one_dossier_and_the_page_says_that_it_works(server: Server, page: Page) -> None:
    open_portal(page, server, "999088010096")
    page.get_by_label("Chủ hồ sơ").fill("CÔNG DÂN KHÔNG CÓ THẬT")
    page.evaluate(
        "addEventListener('submit', (event) => { sessionStorage.said ??= document.getElementById('said').textContent; "
        "sessionStorage.busy ??= event.target.getAttribute('aria-busy'); })"
    )
    page.get_by_role("button", name="Nộp hồ sơ").dblclick()
    expect(page.locator("#mine li a")).to_have_count(1)
    page.reload()
    expect(page.locator("#mine li a")).to_have_count(1)
    assert page.evaluate("[sessionStorage.said, sessionStorage.busy]") == ["Đang làm…", "true"]


def test_a_stranger_finds_field_reason_clause_and_a_right_example_in_two_clicks(server: Server, page: Page) -> None:
    """A script of clicks from the banner's address; the pages themselves count them."""
    call(server, dossier(MaTTHC="9.9"))
    clicks: list[str] = []
    page.expose_function("noteClick", lambda tag: clicks.append(str(tag)))
    page.add_init_script("addEventListener('click', (event) => noteClick(event.target.tagName), true)")
    page.goto(server.ready["console_url"])
    page.locator("tr", has=page.locator(".tag.refused")).locator("a.row-link").first.click()
    field = page.locator("li.marked.error")
    expect(field).to_contain_text('"MaTTHC": "9.9"')
    expect(field).to_contain_text("không thuộc 11 thủ tục")
    expect(page.locator(".verdict blockquote.field")).to_contain_text("MaTTHC bắt buộc")
    expect(page.locator(".verdict summary")).to_contain_text("BTXH 3.1.1")
    page.get_by_role("link", name="Mẫu đúng của thao tác này").click()
    right = json.loads(page.get_by_label("Thân").input_value())
    assert right["MaTTHC"] in PROCEDURES
    assert len(clicks) == 2


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
    expect(page.locator("main")).not_to_contain_text(secret, use_inner_text=True)
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


def open_portal(page: Page, server: Server, number: str) -> None:
    page.goto(f"{server.base_url}/__console/screens/citizen?id={number}")


def file_at_portal(page: Page, server: Server, agency: str) -> str:
    """File online in five fields; the number is the sixth thing a person types nowhere twice."""
    open_portal(page, server, NEWCOMER)
    page.get_by_label("Chủ hồ sơ").fill("CÔNG DÂN KHÔNG CÓ THẬT")
    page.get_by_label("Thủ tục", exact=True).select_option("2.000488")
    page.get_by_label("Cơ quan thực hiện").select_option(agency)
    page.get_by_label("Nội dung đề nghị").fill("Xin cấp phiếu lý lịch tư pháp số 1")
    page.get_by_role("button", name="Nộp hồ sơ").click()
    return page.locator("#mine li a").first.inner_text()


def test_both_processes_of_the_kho_dl_guide_are_walked_in_two_windows(server: Server, browser: Browser) -> None:
    """KDL III.1 (file, take, give the result, keep it) and IV with V (find the paper elsewhere, fetch its bytes)."""
    citizen, desk = (browser.new_context(locale="vi-VN").new_page() for _ in range(2))
    troubles = [*listen_for_trouble(citizen), *listen_for_trouble(desk)]
    code = file_at_portal(citizen, server, "H22")
    expect(citizen.locator("#mine")).to_contain_text("1 · Mới đăng ký")

    desk.goto(f"{server.base_url}/__console/screens/one-stop?unit=H22")
    mine = desk.locator("details.piece", has_text=code)
    expect(mine).to_contain_text("Xin cấp phiếu lý lịch tư pháp số 1")
    mine.get_by_label("Trạng thái").select_option("2")
    mine.get_by_role("button", name="Báo cho Cổng").click()
    expect(desk.locator("section.verdict")).to_contain_text("đã trả lời")
    citizen.reload()
    expect(citizen.locator("#mine")).to_contain_text("2 · Được tiếp nhận")

    mine = desk.locator("details.piece", has_text=code)
    mine.get_by_label("Mã kết quả").select_option("KQ.G15.000007")
    mine.get_by_label("Tệp kết quả").set_input_files({"name": "LLTP.pdf", "mimeType": "application/pdf", "buffer": PDF})
    mine.get_by_role("button", name="Trả kết quả").click()
    expect(desk.locator("section.verdict")).to_contain_text("đã trả lời")
    citizen.reload()
    expect(citizen.locator("#mine")).to_contain_text("9 · Đã xử lý xong")
    citizen.get_by_label("Số giấy tờ").first.fill("1345/STP-LLTP")
    citizen.get_by_label("Ngày hiệu lực (dd/MM/yyyy)").fill("01/11/2026")
    citizen.get_by_label("Thời gian hiệu lực").fill("6")
    citizen.get_by_role("button", name="Lưu vào Kho DL").click()
    expect(citizen.locator("#store")).to_contain_text("1345/STP-LLTP")
    expect(citizen.locator("#store")).to_contain_text("đến 01/05/2027")

    desk.goto(f"{server.base_url}/__console/screens/one-stop?unit=H26")
    desk.get_by_label("Số định danh chủ sở hữu").fill(NEWCOMER)
    desk.get_by_role("button", name="Tìm giấy tờ").click()
    expect(desk.locator("#found")).to_contain_text("1345/STP-LLTP")
    desk.locator("#found").get_by_role("button").first.click()
    expect(desk.locator("main")).to_contain_text("application/pdf")
    expect(desk.locator("main")).to_contain_text(hashlib.sha256(PDF).hexdigest())
    with desk.expect_download() as saved:
        desk.get_by_role("button", name="Lưu tệp về máy").click()
    assert saved.value.path().read_bytes() == PDF
    assert troubles == []


def test_a_citizen_uploads_the_bytes_of_a_paper(server: Server, page: Page) -> None:
    open_portal(page, server, "999088010098")
    page.get_by_label("Hình thức").select_option("certified-copy")
    page.get_by_label("Giấy tờ", exact=True).select_option("KQ.G15.000007")
    page.locator("#up-ref").fill("77/STP")
    page.get_by_label("Cơ quan cấp").select_option("H34")
    page.get_by_label("Tệp, đến 24 MB").set_input_files(
        {"name": "Bản sao.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Tải lên").click()
    expect(page.locator("#store")).to_contain_text("77/STP")
    expect(page.locator("#store")).to_contain_text("Bản sao y")
    page.locator("#store").get_by_role("button").first.click()
    expect(page.locator("main")).to_contain_text(hashlib.sha256(PDF).hexdigest())


def test_support_is_asked_for_accepted_and_then_the_result_may_be_kept(server: Server, page: Page) -> None:
    page.goto(f"{server.base_url}/__console/screens/support")
    page.get_by_label("Mã kết quả").fill("KQ.G15.000008")
    page.get_by_label("Tên kết quả").fill("Phiếu lý lịch tư pháp số 2")
    page.get_by_label("Tần suất khai thác theo tháng").fill("120")
    page.get_by_role("button", name="Gửi yêu cầu", exact=True).click()
    expect(page.locator("main")).to_contain_text("đang chờ")
    page.get_by_role("button", name="Nhận yêu cầu").click()
    expect(page.locator("main")).to_contain_text("đã nhận")
    open_portal(page, server, "999088010098")
    expect(page.locator("#up-result option[value='KQ.G15.000008']")).to_have_count(1)


def test_the_list_of_servers_is_changed_and_every_unit_is_told(server: Server, page: Page) -> None:
    page.goto(f"{server.base_url}/__console/screens/security-servers")
    page.get_by_label("Mã cơ quan").fill("H47")
    page.get_by_label("DSTCODE").select_option("VN:GOV:000.00.00.H34:kontumvdxpsvc01")
    page.get_by_role("button", name="Ghi vào danh sách").click()
    expect(page.locator("section", has_text="Thông báo cho các đơn vị")).to_contain_text("TB00001")
    page.get_by_role("button", name="Bỏ 000.00.00.H47").click()
    expect(page.get_by_role("button", name="Bỏ 000.00.00.H47")).to_have_count(0)
    expect(page.locator("section", has_text="Thông báo cho các đơn vị")).to_contain_text("TB00002")


def test_access_rights_are_searched_added_and_removed(server: Server, page: Page) -> None:
    quang_nam, hanoi = "VN:GOV:000.00.00.H47:quangnamvdxpsvc01", "VN:GOV:000.00.00.H26:hanoivdxpsvc01"
    page.goto(f"{server.base_url}/__console/screens/access-rights?provider={quang_nam}")
    page.get_by_label("Tìm hệ thống để cấp quyền").fill("hanoivdxp")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.locator("input[name=subject]")).to_have_count(1 + page.locator("form").last.locator("li input").count())
    page.get_by_label(hanoi).first.check()
    page.get_by_role("button", name="Add Selected to ACL").click()
    rights = page.locator("form").last
    expect(rights).to_contain_text(hanoi)
    rights.get_by_label(hanoi).check()
    page.get_by_role("button", name="Remove Selected").click()
    expect(page.locator("form").last).not_to_contain_text(hanoi)


def test_without_scripts_every_form_works_and_secrets_can_still_be_shown(server: Server, browser: Browser) -> None:
    call(server, dossier(MaTTHC="9.9"))
    context = browser.new_context(locale="vi-VN", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.base_url}/__console/")
    expect(page.locator("main")).to_contain_text("không chạy mã lệnh")
    secret = server.ready["credentials"]["production"]["consumer_secret"]
    expect(page.get_by_text(secret)).to_be_hidden()
    page.locator("summary", has_text="Hiện production consumer_secret").click()
    expect(page.get_by_text(secret)).to_be_visible()
    expect(page.locator("[data-script]:visible")).to_have_count(0)
    page.goto(f"{server.base_url}/__console/journal?outcome=refused")
    page.locator("a.row-link").first.click()
    page.get_by_role("button", name="Gửi lại với token mới").click()
    expect(page.locator(".verdict")).to_contain_text("từ chối")
    context.close()


def test_two_tabs_and_the_back_button_repeat_nothing(server: Server, browser: Browser) -> None:
    context = browser.new_context(locale="vi-VN")
    one, two = context.new_page(), context.new_page()
    for tab in (one, two):
        open_portal(tab, server, "999088010097")
        tab.get_by_label("Chủ hồ sơ").fill("CÔNG DÂN KHÔNG CÓ THẬT")
        tab.get_by_role("button", name="Nộp hồ sơ").click()
        expect(tab.locator("#mine")).to_contain_text("Mới đăng ký")
    one.reload()
    expect(one.locator("#mine li a")).to_have_count(2)
    one.goto(f"{server.base_url}/__console/journal?outcome=answered")
    one.locator("a.row-link").first.click()
    one.go_back()
    expect(one.get_by_label("Kết quả")).to_have_value("answered")
    one.go_back()
    one.reload()
    expect(one.locator("#mine li a")).to_have_count(2)
    context.close()


def test_chosen_rows_become_a_har_and_stay_chosen_while_calls_come_in(server: Server, page: Page) -> None:
    call(server, dossier(MaTTHC="9.9"))
    page.goto(f"{server.base_url}/__console/journal")
    box = page.locator("#rows input[type=checkbox]").first
    number = box.get_attribute("value")
    box.check()
    call(server, dossier())
    with page.expect_download() as saved:
        page.get_by_role("button", name="Tải HAR của các lượt đã chọn").click()
    entries = json.loads(saved.value.path().read_text(encoding="utf-8"))["log"]["entries"]
    assert len(entries) == 1
    assert number
    expect(page.locator(f"#rows input[value='{number}']")).to_be_checked()
