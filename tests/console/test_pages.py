"""Pages for people, asked for through the application that serves them."""

from __future__ import annotations

import base64
import json
import re
from html import unescape
from urllib.parse import quote

import pytest
from werkzeug.routing import Rule

from release import messages
from tests.admin.test_tenants import _make, server
from tests.builders import dossier
from tests.conftest import Visitor
from tests.console.acts import VIETNAMESE, console_routes, said_by
from tests.console.story import ATTEMPT, CITIZEN, CLASS, EVERY_PAGE, KONTUM, NEWCOMER, PAGES

MADE_LATER = (ATTEMPT, NEWCOMER, CLASS)
FULL_PAGES = tuple(path for path in EVERY_PAGE if path not in PAGES and not any(each in path for each in MADE_LATER))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_there_in_both_languages_and_says_which(visitor: Visitor, path: str, language: str) -> None:
    reply = visitor.http.get(f"/__console{path}", query_string={"lang": language})
    assert reply.status_code == 200
    assert f'<html lang="{language}">' in reply.text
    assert "script-src 'self'" in reply.headers["Content-Security-Policy"]
    assert "unsafe" not in reply.headers["Content-Security-Policy"]


def test_the_browser_chooses_the_language_and_a_choice_is_kept(visitor: Visitor) -> None:
    english = visitor.http.get("/__console/", headers={"Accept-Language": "en-GB,en;q=0.9,vi;q=0.1"})
    assert '<html lang="en">' in english.text
    assert '<html lang="vi">' in visitor.http.get("/__console/", headers={"Accept-Language": "fr"}).text
    visitor.http.get("/__console/?lang=en")
    assert '<html lang="en">' in visitor.http.get("/__console/", headers={"Accept-Language": "vi"}).text


@pytest.mark.parametrize(("wish", "language"), [
    ("vi-VN", "vi"), ("en-GB,en;q=0.9", "en"), ("en;q=0.1, vi;q=0.9", "vi"), ("fr", "vi"), ("*", "vi"), ("", "vi"),
    (";;q=x,\u00ff", "vi"), ("EN", "en"), ("fr, en;q=0.5", "en"),
])  # fmt: skip
def test_any_accept_language_gives_one_of_the_two(visitor: Visitor, wish: str, language: str) -> None:
    for path in ("/", "/?lang=xx", "/?lang=", "/?lang=en'\"><script>", "/journal/999999"):
        reply = visitor.http.get(f"/__console{path}", headers={"Accept-Language": wish, "Cookie": "ndxp_lang=xx"})
        assert f'<html lang="{language}">' in reply.text, path
        assert "<script>" not in reply.text
        assert "Set-Cookie" not in reply.headers


def _address_of(rule: Rule, sandbox: str) -> str:
    """Return an address that a route takes, of a sandbox."""
    given = {"sandbox": sandbox, "number": "1", "side": "request", "name": "lop-b", "code": "x", "lesson": "token"}
    _, address = rule.build({name: given.get(name, "begin") for name in rule.arguments})
    return str(address)


RULES = [each for each in console_routes().map.iter_rules() if each.endpoint != "console.static"]


def test_a_form_of_another_site_changes_nothing_at_any_route(visitor: Visitor) -> None:
    tried = [_address_of(each, "lop-z") for each in RULES if "POST" in (each.methods or ())]
    assert len(tried) > 60
    for address in tried:
        for sent_by in ({"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            assert visitor.http.post(address, headers=sent_by).status_code == 403, (address, sent_by)
    assert visitor.journal() == []


def test_no_answer_of_the_console_may_be_framed_guessed_or_kept(visitor: Visitor) -> None:
    addresses = [_address_of(each, "lop-z") for each in RULES if "GET" in (each.methods or ())]
    for address in (*addresses, "/__console/khong-co", "/__console/static/console.js"):
        with visitor.http.get(address) as reply:  # a file is sent as it is read
            headers = reply.headers
        assert "Content-Security-Policy" in headers, (address, reply.status)
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], address
        assert "unsafe" not in headers["Content-Security-Policy"], address
        assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff"), address
        assert headers["Cache-Control"] == ("max-age=3600" if "/static/" in address else "no-store"), address


def test_a_sandboxs_token_finds_nothing_of_another_at_any_route(server: Visitor) -> None:
    mine = _make(server, "lop-a")["token"]
    _make(server, "lop-b")
    server.http.post("/__console/login", data={"token": mine})
    tried = 0
    for rule in RULES:
        if rule.endpoint in ("console.log_in", "console.log_out", "console.join"):
            continue
        for method in sorted({"GET", "POST"} & set(rule.methods or ())):
            reply = server.http.open(_address_of(rule, "lop-b"), method=method)
            assert reply.status_code in (403, 404), (method, rule.rule, reply.status_code)
            tried += 1
    assert tried > 120


def test_no_form_stands_in_another(visitor: Visitor) -> None:
    visitor.token()
    seen = 0
    for path in (*PAGES, f"/screens/citizen?id={CITIZEN}", f"/citizens?id={CITIZEN}"):
        depth = 0
        for tag in re.findall(r"<(/?)form\b", visitor.http.get(f"/__console{path}").text):
            depth += -1 if tag else 1
            seen += 1
            assert depth in (0, 1), path
    assert seen > 50


def test_english_chrome_holds_no_vietnamese_on_any_page(visitor: Visitor) -> None:
    refused(visitor, MaTTHC="9.9")
    visitor.http.get("/apiBTXH/1.0/dongbodvc")
    visitor.btxh("DongBoDVC", dossier())
    wish = {"procedure": "2.000488", "agency": "H26", "applicant": "Ở"}
    visitor.http.post(f"/__admin/citizens/{CITIZEN}/dossiers", json=wish)
    visitor.http.put("/__admin/ss-info/H34", json={"dstcode": KONTUM})
    visitor.http.post(
        "/__admin/support-requests", json={"result_code": "KQ.G15.000008", "title": "Ở", "monthly_uses": 1}
    )
    visitor.http.put("/__admin/scenario", json={"scenario": "tep-rong"})
    wrong = []
    for path in (*PAGES, *FULL_PAGES):
        reply = visitor.http.get(f"/__console{path}{'&' if '?' in path else '?'}lang=en")
        assert reply.status_code == 200, (path, reply.status_code)
        words = said_by(reply.text).replace("Kho DL", "").replace("Tiếng Việt", "")
        wrong += [(path, words[max(0, hit.start() - 30) : hit.end() + 20]) for hit in VIETNAMESE.finditer(words)][:3]
    assert wrong == []


def refused(visitor: Visitor, **wrong: str) -> str:
    reply = visitor.btxh("DongBoDVC", dossier(**wrong))
    assert reply.json["error_code"] != 0
    return str(visitor.journal()[-1]["seq"])


def test_a_refused_call_shows_the_remark_at_its_field(visitor: Visitor) -> None:
    number = refused(visitor, MaTTHC="9.9")
    page = visitor.http.get(f"/__console/journal/{number}?lang=vi").text
    line = next(each for each in page.split("<li") if "&#34;MaTTHC&#34;" in each)
    assert "marked error" in line
    assert "không thuộc 11 thủ tục" in line
    assert "BTXH 3.1.1" in page


def test_hostile_texts_stay_texts(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier(HoVaTen="<script>alert(1)</script>", DonViXuLy="x" * 100_000))
    number = visitor.journal()[-1]["seq"]
    page = visitor.http.get(f"/__console/journal/{number}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert len(page) < 80_000
    raw = visitor.http.get(f"/__console/journal/{number}/request")
    assert raw.headers["Content-Disposition"].startswith("attachment")
    assert raw.content_type == "application/octet-stream"


def test_a_call_is_sent_again_and_its_journal_entry_is_shown(visitor: Visitor) -> None:
    number = refused(visitor, MaTTHC="9.9")
    sent = visitor.http.post(f"/__console/journal/{number}/send", data={"token": "fresh"})
    assert sent.status_code == 303
    newest = visitor.journal()[-1]
    assert sent.location.endswith(f"/__console/journal/{newest['seq']}")
    assert (newest["operation"], newest["outcome"]) == ("btxh.DongBoDVC", "refused")
    assert newest["request"]["body"] == visitor.http.get(f"/__admin/requests/{number}").json["request"]["body"]


def test_an_edited_call_is_sent_and_accepted(visitor: Visitor) -> None:
    number = refused(visitor, MaTTHC="9.9")
    assert "DongBoDVC" in visitor.http.get(f"/__console/journal/{number}/edit").text
    form = {
        "method": "POST",
        "url": "/apiBTXH/1.0/DongBoDVC",
        "headers": "Content-Type: application/json",
        "body": json.dumps(dossier()),
        "token": "fresh",
    }
    visitor.http.post("/__console/journal/send", data=form)
    assert json.loads(visitor.journal()[-1]["response"]["body"])["error_code"] == 0


@pytest.mark.parametrize(
    ("field", "value"), [("method", "BREW"), ("url", "no-slash"), ("headers", "no colon"), ("url", "/a b")]
)
def test_a_call_that_http_cannot_carry_is_refused_in_words(visitor: Visitor, field: str, value: str) -> None:
    form = {"method": "POST", "url": "/token", "headers": "", "body": "", field: value}
    reply = visitor.http.post("/__console/journal/send?lang=en", data=form)
    assert reply.status_code == 422
    assert f"/{field}" in reply.text
    assert visitor.journal() == []


def test_another_sites_form_changes_nothing(visitor: Visitor) -> None:
    reply = visitor.http.post("/__console/server/reset", headers={"Origin": "https://elsewhere.example"})
    assert reply.status_code == 403
    assert visitor.http.get("/__console/", headers={"Host": "elsewhere.example"}).status_code == 403


def test_a_wrong_path_of_a_call_names_the_nearest_operation(visitor: Visitor) -> None:
    visitor.http.get("/apiBTXH/1.0/dongbodvc")
    page = visitor.http.get(f"/__console/journal/{visitor.journal()[-1]['seq']}?lang=vi").text
    assert "btxh.DongBoDVC" in page
    assert "/apiBTXH/1.0/DongBoDVC" in page


def test_a_quiet_page_costs_an_empty_answer(visitor: Visitor) -> None:
    seen = re.search(r"seen=(\d+)", visitor.http.get("/__console/journal").text)
    assert seen
    assert visitor.http.get(f"/__console/journal/live?seen={seen[1]}").status_code == 204
    visitor.token()
    assert "ndxp.token" in visitor.http.get(f"/__console/journal/live?seen={seen[1]}").text


def test_the_editor_names_line_column_and_the_nearest_word(visitor: Visitor) -> None:
    text = "id: thu\nstepz: []\n"
    reply = visitor.http.post("/__console/scenarios/editor/problems?lang=en", data={"text": text})
    assert "line 2" in reply.text
    assert "steps" in reply.text


def test_the_english_catalogue_is_whole_and_fresh() -> None:
    catalogue = messages.read_catalogue()
    translated = {sentence for sentence, english in catalogue.items() if english}
    assert len(translated) > 100
    assert sorted(translated) == messages.sentences_of_the_templates(), "run: python -m release.messages"
    assert messages.compiled(catalogue) == messages.SENTENCES.with_suffix(".mo").read_bytes()


def test_a_filtered_journal_is_paged_without_counting(visitor: Visitor) -> None:
    for _ in range(3):
        visitor.btxh("DongBoDVC", dossier(MaTTHC="9.9"))
    found = visitor.http.get("/__admin/requests?total=skip&limit=2&outcome=refused").json
    assert found["meta"] == {"total": None, "truncated": True}
    assert len(found["requests"]) == 2
    assert visitor.http.get("/__admin/requests?total=skip&limit=3&outcome=refused").json["meta"]["truncated"] is False
    page = visitor.http.get("/__console/journal?rule=B69").text
    assert page.count("row-link") == 3


def test_a_right_call_is_put_together_and_sent_from_the_page(visitor: Visitor) -> None:
    page = visitor.http.get("/__console/journal/send?operation=btxh.DongBoDVC").text
    written = {
        name: unescape(found[1])
        for name in ("headers", "body")
        if (found := re.search(rf'name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL))
    }
    assert json.loads(written["body"])["LoaiDuLieu"] == "1"
    visitor.http.post("/__console/journal/send", data={"method": "POST", "url": "/apiBTXH/1.0/DongBoDVC", **written})
    assert json.loads(visitor.journal()[-1]["response"]["body"])["error_code"] == 0
    assert visitor.http.get("/__console/journal/send?operation=btxh.DongboDVC").status_code == 422


def test_what_was_written_in_the_editor_plays(visitor: Visitor) -> None:
    visitor.token()
    number = visitor.journal()[-1]["seq"]
    page = visitor.http.get(f"/__console/journal/{number}/scenario").text
    text = unescape(re.search(r'name="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1])
    assert "ndxp.token" in text
    played = visitor.http.post("/__console/scenarios/editor/play?lang=en", data={"text": text})
    assert played.status_code == 303, played.text
    assert visitor.http.get("/__admin/scenario").json["scenario"] == f"luot-{number}"
    wrong = visitor.http.post("/__console/scenarios/editor/play?lang=en", data={"text": "id: x\nstepz: []\n"})
    assert wrong.status_code == 422
    assert "steps" in wrong.text


__all__ = ["server"]
EVERY_HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "template": "{{ 7 * 7 }}{% raw %}",
    "right to left": "\u202egnp.exe\u202c\u0000x",
    "long": "x" * 1_000_000,
}


@pytest.mark.parametrize("text", EVERY_HOSTILE.values(), ids=EVERY_HOSTILE)
def test_hostile_texts_are_texts_on_every_page_that_shows_them(visitor: Visitor, text: str) -> None:
    code = "000.11.26.H26-261120-0001"
    wish = {"procedure": "2.000488", "agency": "H26", "applicant": text[:200], "summary": text[:1000]}
    filed = visitor.http.post(f"/__admin/citizens/{CITIZEN}/dossiers", json=wish)
    assert filed.status_code == 201
    visitor.btxh("DongBoDVC", dossier(HoVaTen=text, MaHoSo=code))
    number = visitor.journal()[-1]["seq"]
    seen = 0
    for path in (
        f"/journal/{number}", "/journal", "/", "/dossiers", f"/dossiers/{code}", "/portal-dossiers",
        "/screens/one-stop", f"/portal-dossiers/{filed.json['code']}", f"/screens/citizen?id={CITIZEN}",
        f"/journal?q={quote(text[:100])}",
        f"/dossiers?q={quote(text[:200])}", f"/citizens?id={quote(text[:100])}", f"/dossiers/{quote(text[:100])}",
    ):  # fmt: skip
        reply = visitor.http.get(f"/__console{path}")
        assert reply.status_code in (200, 404), path
        for forbidden in ("<script>alert", "<img src=x", "49{% raw"):
            assert forbidden not in reply.text, path
        assert len(reply.text) < 400_000, path
        seen += 1
    assert seen == 13


EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
SCENARIO = f"""
id: thu
title: {{vi: "{EVIL}", en: "{EVIL}"}}
purpose: {{vi: "{EVIL}", en: "{EVIL}"}}
good_client: {{vi: "{EVIL}", en: "{EVIL}"}}
source: ours
steps: [{{name: buoc, on: ndxp.token, nth: 9, answer: {{status: 200, body: "{EVIL}"}}}}]
"""


def test_what_a_trainer_a_file_a_scenario_or_an_agency_is_called_is_text_too(visitor: Visitor) -> None:
    """Names that come by the admin API: all of them are shown somewhere, none as markup."""
    admin = visitor.http
    paper = {"form": "original", "result_code": "KQ.G15.000007", "reference_number": EVIL[:50], "agency_code": "H34"}
    content = {"file_name": f"{EVIL}.html", "content_base64": "PGI+"}
    asked = {"result_code": "KQ.G15.000008", "monthly_uses": 1}
    made = [
        admin.post(f"/__admin/citizens/{CITIZEN}/papers", json={**paper, **content}),
        admin.put("/__admin/scenario", json={"text": SCENARIO}),
        admin.put("/__admin/units/H47", json={"name": EVIL}),
        admin.put("/__admin/ss-info/H34", json={"dstcode": KONTUM, "name": EVIL}),
        admin.post("/__admin/support-requests", json={**asked, "title": EVIL}),
        admin.post("/__admin/classes", json={"name": "lop-x", "people": [EVIL[:60]]}),
        admin.post("/__admin/attempts", json={"id": ATTEMPT, "plan": {"kit": "btxh-a1", "product": {
            "name": EVIL, "version": "1", "vendor": EVIL}}}),
    ]  # fmt: skip
    assert [each.status_code for each in made if each.status_code >= 300] == [], [each.text for each in made]
    seen = 0
    for path in (
        f"/citizens?id={CITIZEN}", f"/screens/citizen?id={CITIZEN}", "/scenarios", "/", "/axis", "/screens/one-stop",
        "/screens/security-servers", "/screens/support", "/classes/lop-x", "/s/lop-x-01/class", "/certification",
        f"/certification/attempts/{ATTEMPT}", f"/certification/attempts/{ATTEMPT}/report", "/server",
    ):  # fmt: skip
        page = admin.get(f"/__console{path}")
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text, path
        assert "<img src=x" not in page.text, path
        seen += "&lt;script&gt;alert" in page.text
    assert seen >= 9


def test_a_file_that_is_really_a_page_is_shown_as_text_and_never_served_as_html(visitor: Visitor) -> None:
    host, page = "dichvucong.hagiang.gov.vn", b"<html><script>alert(1)</script>"
    wish = {"file_name": "a.html", "content_base64": base64.b64encode(page).decode(), "content_type": "text/html"}
    link = visitor.http.post(f"/__admin/hosts/{host}/files", json=wish).json["link"]
    looked = visitor.http.post("/__console/screens/file", data={"link": link, "unit": "H26"})
    assert looked.status_code == 200
    assert "&lt;script&gt;alert(1)" in looked.text
    assert "text/html" in looked.text
    saved = visitor.http.post("/__console/screens/file", data={"link": link, "unit": "H26", "do": "save"})
    assert saved.data == page
    assert saved.content_type == "application/octet-stream"
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.parametrize(("content", "said", "shown"), [
    (b"%PDF-1.4\n", "image/png", "save the file to look at it"),
    (PNG, "application/pdf", '<img class="preview" src="data:image/png;base64,'),
    ("<?xml version='1.0'?><a><b>Đất</b></a>".encode(), "text/html", "&lt;b&gt;Đất&lt;/b&gt;</span>"),
    (b'{"a":["<i>"]}', "text/html", "&#34;&lt;i&gt;&#34;"),
    (b"\x00\x01<script>", "text/html", "00 01 3c 73 63 72 69 70 74 3e"),
], ids=["pdf", "picture", "xml", "json", "bytes"])  # fmt: skip
def test_a_file_is_previewed_by_what_its_bytes_are(visitor: Visitor, content: bytes, said: str, shown: str) -> None:
    host = "dichvucong.hagiang.gov.vn"
    wish = {"file_name": "tep", "content_base64": base64.b64encode(content).decode(), "content_type": said}
    link = visitor.http.post(f"/__admin/hosts/{host}/files", json=wish).json["link"]
    looked = visitor.http.post("/__console/screens/file?lang=en", data={"link": link, "unit": "H26"})
    assert looked.status_code == 200
    assert shown in looked.text
    assert "<script>" not in looked.text.partition("<main")[2]


def test_an_empty_file_is_said_to_be_empty(visitor: Visitor) -> None:
    visitor.http.put("/__admin/scenario", json={"scenario": "tep-rong"})
    wish = {"file_name": "tep", "content_base64": "eA=="}
    link = visitor.http.post("/__admin/hosts/dichvucong.hagiang.gov.vn/files", json=wish).json["link"]
    looked = visitor.http.post("/__console/screens/file?lang=en", data={"link": link, "unit": "H26"})
    assert "The file is empty" in looked.text


def test_the_journals_detail_says_where_a_dossier_stood_before_and_after(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    visitor.btxh("DongBoDVC", dossier(SoDienThoai="0000000009"))
    (effect,) = visitor.journal()[-1]["effects"]
    assert (effect["before"], effect["after"]) == ({"status": 1}, {"status": 1})
    assert effect["fields"] == ["SoDienThoai"]
    page = visitor.http.get(f"/__console/journal/{visitor.journal()[-1]['seq']}?lang=vi").text
    told = page[page.index('id="effects"') :]
    assert told.count("1 · Mới đăng ký") == 2
    assert "SoDienThoai" in told
    assert "0000000009" not in told[: told.index("</section>")], "a person's data stands in the call alone"


def test_dossiers_are_found_by_name_procedure_and_owner_whatever_the_case(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier(HoVaTen="NGƯỜI RẤT KHÁC"))
    code = "000.11.26.H26-261120-0001"
    for words in ("rất khác", "0001", dossier()["CMND"]):
        found = visitor.http.get("/__admin/dossiers", query_string={"q": words}).json["dossiers"]
        assert code in [each["code"] for each in found], words
    assert visitor.http.get("/__admin/dossiers", query_string={"q": "không ai tên thế"}).json["dossiers"] == []
    begun = visitor.http.get("/__admin/dossiers", query_string={"code": "000.11"}).json["dossiers"]
    assert [each["code"] for each in begun] == [code]
    assert visitor.http.get("/__admin/dossiers", query_string={"q": "x" * 201}).status_code == 422
    assert code in visitor.http.get("/__console/dossiers", query_string={"q": "rất khác"}).text


def test_a_search_looks_at_so_many_dossiers_and_says_where_to_go_on(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.admin.dossiers._MOST_LOOKED", 2)
    visitor.btxh("DongBoDVC", dossier(HoVaTen="NGƯỜI RẤT KHÁC"))
    found, after, rounds = [], "", 0
    while after is not None:
        page = visitor.http.get("/__admin/dossiers", query_string={"q": "rất khác", "after": after}).json
        found += page["dossiers"]
        after, rounds = page["meta"]["next"], rounds + 1
    assert [each["code"] for each in found] == ["000.11.26.H26-261120-0001"]
    assert rounds > 2


def test_a_sandboxs_own_token_shows_that_sandbox_alone(server: Visitor) -> None:
    mine = _make(server, "lop-a")["token"]
    _make(server, "lop-b")
    assert server.http.get("/__console/").location == "/__console/login"
    entered = server.http.post("/__console/login", data={"token": mine})
    assert entered.location == "/__console/s/lop-a/"
    for path in PAGES:
        if "/certification" not in path:
            reply = server.http.get(f"/__console/s/lop-a{path}")
            assert (reply.status_code, "lop-b" in reply.text) == (200, False), path
            assert server.http.get(f"/__console/s/lop-b{path}").status_code == 404
            assert server.http.get(f"/__console{path}").status_code == 404
    assert server.http.post("/__console/s/lop-b/server/reset").status_code == 404
    assert server.http.post("/__console/s/lop-a/server/reset").status_code == 303


@pytest.mark.parametrize(("wished", "led_to"), [
    ("/s/lop-a/journal?outcome=refused", "/__console/s/lop-a/journal?outcome=refused"),
    ("/s/lop-b/journal", "/__console/s/lop-a/"),
    ("https://example.vn/", "/__console/s/lop-a/"),
    ("//example.vn/s/lop-a", "/__console/s/lop-a/"),
    ("/\\\\example.vn", "/__console/s/lop-a/"),
])  # fmt: skip
def test_a_login_leads_to_the_page_that_was_asked_for_and_never_anywhere_else(
    server: Visitor, wished: str, led_to: str
) -> None:
    mine = _make(server, "lop-a")["token"]
    _make(server, "lop-b")
    asked = server.http.get("/__console/s/lop-a/journal?outcome=refused").location
    assert asked == "/__console/login?next=%2Fs%2Flop-a%2Fjournal%3Foutcome%3Drefused"
    shown = server.http.get(asked).text
    assert 'value="/s/lop-a/journal?outcome=refused"' in shown
    assert "/__console/logout" not in shown
    assert 'href="/__console/journal"' not in shown
    assert server.http.get("/__console/s/lop-a/journal", headers={"HX-Request": "true"}).location == "/__console/login"
    entered = server.http.post("/__console/login", data={"token": mine, "next": wished})
    assert entered.location == led_to


def test_a_viewer_looks_changes_nothing_and_is_shown_no_secret(server: Visitor) -> None:
    made = _make(server, "lop-a")
    owner = {"Authorization": f"Bearer {made['token']}"}
    seen = server.http.post("/__admin/sandboxes/lop-a/token", json={"role": "viewer"}, headers=owner)
    secret = made["credentials"]["production"]["consumer_secret"]
    basic = (made["credentials"]["production"]["consumer_key"], secret)
    server.http.post("/s/lop-a/token", data={"grant_type": "client_credentials"}, auth=basic)
    server.http.post("/__console/login", data={"token": seen.json["token"]})
    for path in ("/", "/journal/1", "/journal/1/edit"):
        reply = server.http.get(f"/__console/s/lop-a{path}")
        assert reply.status_code == 200, path
        assert secret not in reply.text, path
        assert base64.b64encode(":".join(basic).encode()).decode() not in reply.text, path
    for path in ("/journal/1/send", "/screens/support", "/server/reset", "/screens/citizen/file", "/axis"):
        assert server.http.post(f"/__console/s/lop-a{path}", data={"id": "1"}).status_code == 403, path
    assert server.http.get("/__console/s/lop-a/journal/send?operation=btxh.DongBoDVC").status_code == 403


def test_an_attempt_is_opened_rehearsed_by_one_test_and_reported_on_pages(visitor: Visitor) -> None:
    form = {"kit": "btxh-a1", "name": "Một Cửa", "version": "1", "vendor": "Không Có Thật", "only": "BTXH-KQ-01"}
    opened = visitor.http.post("/__console/certification", data=form)
    assert opened.status_code == 303
    address = opened.location.removeprefix("http://localhost")
    visitor.http.post(f"{address}/begin")
    page = visitor.http.get(f"{address}?lang=vi").text
    assert "Chưa có gì; đang chờ cuộc gọi đầu tiên." in page
    assert re.search(r"Đã chờ \d+ giây; cảnh này chờ tối đa 60 giây", page)
    report = visitor.http.get(f"{address}/report?lang=vi").text
    assert "Tập dượt riêng bài này" in report
    assert visitor.http.get(f"{address}/report.json").json["plan"]["only"] == ["BTXH-KQ-01"]
    seen = re.search(r"live\?seen=(\d+)", page)
    assert visitor.http.get(f"{address}/live?seen={seen[1]}").status_code == 204
    assert visitor.http.get("/__console/certification/attempts/luot-khong-co/live?seen=1").status_code == 404


def test_a_rehearsal_of_a_test_that_the_kit_lacks_is_refused_with_the_nearest_one(visitor: Visitor) -> None:
    form = {"kit": "btxh-a1", "name": "Một Cửa", "version": "1", "vendor": "Không Có Thật", "only": "BTXH-KQ-99"}
    refused = visitor.http.post("/__console/certification?lang=en", data=form)
    assert refused.status_code == 422
    assert "has no test BTXH-KQ-99" in refused.text
    assert "BTXH-KQ-09" in refused.text
    opened = visitor.http.post("/__console/certification", data=form | {"only": "BTXH-KQ-01"}).location
    offered = re.findall(r'action="/__console/certification/[^"]+/(\w+)"', visitor.http.get(opened).text)
    assert offered == ["greet", "begin", "close"]
    assert visitor.http.post(f"{opened}/greet").status_code == 303
    visitor.http.post(f"{opened}/begin")
    offered = re.findall(r'action="/__console/certification/[^"]+/(\w+)"', visitor.http.get(opened).text)
    assert offered == ["end", "close"]


def test_a_move_that_could_not_be_made_leads_to_its_reason(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    code = "000.11.26.H26-261120-0001"
    moved = visitor.http.post(f"/__console/dossiers/{code}/move", data={"status": "4"})
    assert moved.status_code == 303
    assert moved.location.endswith(
        f"/journal/{visitor.http.get('/__admin/requests?clock=show').json['requests'][0]['seq']}"
    )
    assert "không còn hợp lệ" in visitor.http.get(f"{moved.location}?lang=vi").text


def test_a_unit_a_broken_host_and_a_rehearsal_are_worked_from_the_axis_page(visitor: Visitor) -> None:
    put = {"code": "H47", "name": "Quảng Nam", "hosts": "tep.quangnam.example.vn"}
    assert visitor.http.post("/__console/axis/units", data=put).status_code == 303
    assert "tep.quangnam.example.vn" in visitor.http.get("/__console/axis").text
    down = {"what": "host", "name": "dichvucong.hagiang.gov.vn", "on": "0"}
    wish = {
        "kind": "download", "dstcode": "VN:GOV:000.00.00.H22:hagiangvdxpsvc01", "path": "/download/124.pdf",
        "providerurl": "https://dichvucong.hagiang.gov.vn", "caller": "VN:GOV:000.00.00.H26:hanoivdxpsvc01",
    }  # fmt: skip
    assert "HTTP 200" in visitor.http.post("/__console/axis/rehearsals", data=wish).text
    assert visitor.http.post("/__console/axis", data=down).status_code == 303
    assert "HTTP 500" in visitor.http.post("/__console/axis/rehearsals", data=wish).text
    assert visitor.http.post("/__console/axis", data={"what": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/screens/citizen/file", {"id": "", "procedure": "2.000488", "agency": "H26"}),
        ("/screens/citizen/file", {"id": CITIZEN, "procedure": "9.9", "agency": "H26"}),
        ("/screens/citizen/keep", {"id": CITIZEN, "result": "khong-co"}),
        ("/screens/one-stop/result", {"unit": "H26", "code": "khong-co"}),
        ("/screens/one-stop/papers", {"unit": "H99"}),
        ("/screens/file", {"link": "javascript:alert(1)"}),
        ("/screens/file", {"link": "https://khong-ai.example.vn/a"}),
        ("/screens/support", {"result_code": "x", "title": "", "monthly_uses": "nhiều"}),
        ("/screens/support/accept", {"result_code": ""}),
        ("/screens/security-servers", {"agency": "../x", "dstcode": "x"}),
        ("/screens/access-rights", {"do": "khac"}),
        ("/dossiers/khong-co/move", {"status": "4"}),
        ("/dossiers", {"count": "nhiều"}),
        ("/scenarios/faults", {"fault": "gateway-503", "on": "btxh.DongBoDVC", "times": "nhiều"}),
        ("/axis/rehearsals", {"kind": "khong-co"}),
        ("/axis/units", {"code": ""}),
    ],
)
def test_a_form_that_says_something_impossible_is_refused_in_words(
    visitor: Visitor, path: str, form: dict[str, str]
) -> None:
    reply = visitor.http.post(f"/__console{path}?lang=en", data=form)
    assert 400 <= reply.status_code < 500
    assert len(re.findall(r'role="alert"', reply.text)) == 1 + reply.text.count('id="offline"')


@pytest.mark.parametrize("back", ["//elsewhere.example", "@elsewhere.example", "a\r\nSet-Cookie: a=b", "/scenarios"])
def test_the_clock_leads_back_to_a_page_of_ours(visitor: Visitor, back: str) -> None:
    turned = visitor.http.post("/__console/clock", data={"action": "advance", "by": "PT1M", "back": back})
    assert turned.status_code == 303
    assert turned.location in ("/__console/", "/__console/scenarios")


def test_the_journals_first_page_tells_how_many_there_are_without_counting_them(visitor: Visitor) -> None:
    for _ in range(3):
        visitor.btxh("DongBoDVC", dossier(MaTTHC="9.9"))
    assert "6 lượt" in visitor.http.get("/__console/journal?lang=vi").text
    assert visitor.http.get("/__admin/requests?clock=show").json["meta"]["total"] == 6
    visitor.http.post("/__console/journal/forget")
    assert "0 lượt" in visitor.http.get("/__console/journal?lang=vi").text
    visitor.token()
    assert "1 lượt" in visitor.http.get("/__console/journal?lang=vi").text
