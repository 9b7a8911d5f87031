"""Pages for people, asked for through the application that serves them."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from release import messages
from tests.builders import dossier
from tests.conftest import Visitor

PAGES = (
    "/", "/journal", "/journal/send", "/journal/chain", "/dossiers", "/citizens", "/axis", "/screens",
    "/screens/citizen", "/screens/access-rights", "/screens/security-servers", "/scenarios", "/scenarios/editor",
    "/certification", "/certification/kits/btxh-a1", "/server", "/portal-dossiers", "/screens/one-stop",
    "/screens/support",
)  # fmt: skip
CITIZEN = "999094001009"
KONTUM = "VN:GOV:000.00.00.H34:kontumvdxpsvc01"
FULL_PAGES = (
    f"/screens/citizen?id={CITIZEN}", f"/citizens?id={CITIZEN}", "/journal/2", "/journal/3", "/journal/5",
    "/dossiers?q=TRỢ", "/dossiers/000.11.26.H26-261120-0001", "/portal-dossiers/G22.99-261110-0001",
    "/screens/access-rights?q=H", "/journal/2/edit", "/journal/2/scenario", "/scenarios/editor?name=tep-rong",
    "/journal/send?operation=btxh.DongBoDVC",
)  # fmt: skip
VIETNAMESE = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


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


class Chrome(HTMLParser):
    """Collects what a page says by itself: not what it quotes, which stands in code, in a message or in lang="vi"."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._quoted: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag not in ("input", "meta", "link", "br", "img"):
            is_data = (
                tag in ("code", "pre", "textarea", "script", "blockquote")
                or "body" in (told.get("class") or "").split()
            )
            self._quoted.append(is_data or told.get("lang") == "vi" or any(self._quoted))
        if not any(self._quoted):
            self.words += [told[name] or "" for name in ("aria-label", "title", "placeholder") if name in told]

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("input", "meta", "link", "br", "img"):
            self._quoted.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._quoted):
            self.words.append(data)


def said_by(page: str) -> str:
    reader = Chrome()
    reader.feed(page)
    return " ".join(reader.words)


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
