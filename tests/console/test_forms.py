"""Every button of a page does what it says, its bounds are held at the bound, and what is wrong is said in words."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from emulator.country.pack import Pack
from tests.admin.test_tenants import _make
from tests.builders import dossier
from tests.classroom.test_classes_api import TOKEN, ask, opened, started
from tests.conftest import Visitor


@pytest.fixture
def server(tmp_path: Path, co_ban: Pack) -> Iterator[Visitor]:
    visitor = started(tmp_path / "store.db", co_ban)
    yield visitor
    visitor.country.store.close()


def look(visitor: Visitor, path: str, **query: str) -> str:
    reply = visitor.http.get(f"/__console{path}", query_string={"lang": "en", **query})
    assert reply.status_code == 200, (path, reply.status_code)
    return unescape(reply.text)


def press(visitor: Visitor, path: str, **form: Any) -> TestResponse:
    return visitor.http.post(f"/__console{path}", query_string={"lang": "en"}, data=form)


def said(reply: TestResponse) -> tuple[int, str]:
    """Return the status of a refusal, and what its page says in the alert."""
    found = re.findall(r'role="alert"[^>]*>(.*?)</section>', reply.text, re.DOTALL)
    return reply.status_code, unescape(found[-1]) if found else ""


# The first page.


def bars(page: str) -> list[float]:
    return [float(each) for each in re.findall(r'<rect [^>]*height="([\d.]+)"', page)]


def stop_at_the_last_call(visitor: Visitor, patch: pytest.MonkeyPatch, minutes_later: int = 0) -> None:
    """Let the pages think that the last call came just now, or so many minutes ago."""
    came = visitor.http.get("/__admin/requests?limit=1").json["requests"][0]["request"]["loggedDate"]
    patch.setattr("emulator.kernel.clock.system_ms", lambda: came + minutes_later * 60_000)


def test_the_first_page_shows_the_last_ten_calls_and_counts_them_all_by_the_minute(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = look(visitor, "/")
    assert bars(empty) == [0.0] * 30
    assert "at most" not in empty
    for _ in range(11):
        visitor.http.get("/apiBTXH/1.0/khong-co")
    stop_at_the_last_call(visitor, monkeypatch)
    page = look(visitor, "/")
    assert page.count('class="row-link"') == 10
    assert "11 in all" in page
    assert "11 at most" in page
    assert bars(page) == [0.0] * 29 + [40.0]


@pytest.mark.parametrize(("minutes_ago", "place"), [(-1, None), (0, 29), (1, 28), (29, 0), (30, None)])
def test_a_call_is_drawn_in_its_minute_of_the_last_thirty(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, minutes_ago: int, place: int | None
) -> None:
    visitor.token()
    stop_at_the_last_call(visitor, monkeypatch, minutes_ago)
    drawn = [0.0] * 30
    if place is not None:
        drawn[place] = 40.0
    assert bars(look(visitor, "/live", seen="0")) == drawn


def test_the_first_page_plots_two_hundred_calls_and_no_more(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(201):
        visitor.http.get("/x")
    stop_at_the_last_call(visitor, monkeypatch)
    assert "200 at most" in look(visitor, "/live", seen="0")


def test_a_live_page_is_silent_until_something_happens(visitor: Visitor) -> None:
    (seen,) = set(re.findall(r"/live\?seen=(\d+)", look(visitor, "/")))
    assert visitor.http.get(f"/__console/live?seen={seen}").status_code == 204
    visitor.token()
    fresh = look(visitor, "/live", seen=seen)
    assert "ndxp.token" in fresh
    assert f"seen={int(seen) + 1}" in fresh


def test_the_clock_is_turned_to_a_moment_as_a_form_writes_it(visitor: Visitor) -> None:
    turned = press(visitor, "/clock", action="freeze", to=" 2030-01-02 03:04:05 ", by=" ")
    assert (turned.status_code, turned.location) == (303, "/__console/")
    assert visitor.http.get("/__admin/clock").json["virtual"] == "2030-01-02T03:04:05.000+07:00"
    assert press(visitor, "/clock", action="advance", by="PT1H", back="/scenarios").location == "/__console/scenarios"
    assert visitor.http.get("/__admin/clock").json["virtual"] == "2030-01-02T04:04:05.000+07:00"


# The journal.


def rows(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'class="row-link" href="[^"]*/journal/(\d+)"', page)]


def test_the_journal_is_paged_newest_first_by_fifty_with_both_ways_offered_where_they_lead(visitor: Visitor) -> None:
    for _ in range(51):
        visitor.http.get("/x")
    first, second = look(visitor, "/journal"), look(visitor, "/journal", offset="50")
    assert rows(first) == list(range(51, 1, -1))
    assert rows(second) == [1]
    assert ("Newer" in first, "Older" in first, "hx-get" in first) == (False, True, True)
    assert ("Newer" in second, "Older" in second) == (True, False)
    assert 'href="/__console/journal?offset=50"' in first
    assert 'href="/__console/journal?offset=0"' in second
    assert rows(look(visitor, "/journal", offset="-7")) == rows(look(visitor, "/journal", offset="x")) == rows(first)
    assert rows(look(visitor, "/journal", offset="1", method="GET"))[0] == 50


def test_a_filter_of_the_journal_names_no_total_and_stays_in_its_live_part(visitor: Visitor) -> None:
    visitor.token()
    visitor.http.get("/x")
    assert "2 calls" in look(visitor, "/journal")
    page = look(visitor, "/journal", operation="ndxp.token", q=" ")
    assert rows(page) == [1]
    assert "Calls that fit the filter" in page
    assert 'hx-get="/__console/journal/live?seen=2&operation=ndxp.token"' in page
    assert rows(look(visitor, "/journal/live", seen="1", operation="ndxp.token")) == [1]


def ways(page: str) -> tuple[list[str], list[str]]:
    return tuple(re.findall(rf'<a href="([^"]*)">{word}</a>', page) for word in ("Previous", "Next"))


def test_an_exchange_leads_to_its_neighbours_that_are_kept(visitor: Visitor) -> None:
    for _ in range(3):
        visitor.token()
    assert ways(look(visitor, "/journal/1")) == ([], ["/__console/journal/2"])
    assert ways(look(visitor, "/journal/2")) == (["/__console/journal/1"], ["/__console/journal/3"])
    assert ways(look(visitor, "/journal/3")) == (["/__console/journal/2"], [])
    visitor.http.patch("/__admin/settings", json={"journal_limit": 3})  # itself the fourth
    assert ways(look(visitor, "/journal/2")) == ([], ["/__console/journal/3"])


def test_what_was_matched_has_no_near_miss_and_what_was_refused_has_its_right_example_first(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    visitor.btxh("DongBoDVC", dossier(MaTTHC="9.9"))
    visitor.http.get("/apiBTXH/1.0/dongbodvc")
    good, refused, missed = (look(visitor, f"/journal/{number}") for number in (2, 4, 5))
    assert ["Nearest operations" in page for page in (good, refused, missed)] == [False, False, True]
    example = "A right example of this operation"
    assert [f'class="button" href="/__console/journal/send?operation=btxh.DongBoDVC">{example}' in page
            for page in (good, refused)] == [False, True]  # fmt: skip
    assert [page.count(example) for page in (good, refused, missed)] == [1, 1, 0]


@pytest.mark.parametrize(("side", "content"), [("request", b"\xff\x00"), ("response", b"")])
def test_the_raw_bytes_of_each_side_are_a_file_of_that_name(visitor: Visitor, side: str, content: bytes) -> None:
    visitor.http.post("/x", data=b"\xff\x00")
    answered = visitor.journal()[-1]["response"].get("body", "").encode()
    saved = visitor.http.get(f"/__console/journal/1/{side}")
    assert saved.data == (content or answered)
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{side}-1.bin"'
    assert visitor.http.get("/__console/journal/1/header").status_code == 404
    assert visitor.http.get(f"/__console/journal/9/{side}").status_code == 404


def test_the_chosen_calls_or_all_of_the_filter_are_saved_as_har(visitor: Visitor) -> None:
    visitor.token()
    visitor.http.get("/x")
    visitor.token()

    def saved(query: str) -> list[str]:
        reply = visitor.http.get(f"/__console/journal/har{query}")
        assert (reply.status_code, reply.content_type) == (200, "application/json")
        assert reply.headers["Content-Disposition"] == 'attachment; filename="ndxp-journal.har"'
        return [each["request"]["url"].rpartition("/")[2] for each in json.loads(reply.text)["log"]["entries"]]

    assert saved("?id=2") == ["x"]
    assert sorted(saved("")) == ["token", "token", "x"]
    assert saved("?operation=ndxp.token") == ["token", "token"]


@pytest.mark.parametrize(("token", "authorization"), [("", "Bearer cu"), ("fresh", None)])
def test_a_call_is_sent_again_with_its_own_token_or_a_fresh_one(
    visitor: Visitor, token: str, authorization: str | None
) -> None:
    headers = {"Authorization": "Bearer cu"}
    visitor.http.post("/apiBTXH/1.0/DongBoDVC", json=dossier(), headers=headers)
    for path, form in (
        ("/journal/1/send", {}),
        ("/journal/send", {
            "method": "POST", "url": "/apiBTXH/1.0/DongBoDVC", "body": json.dumps(dossier(), indent=1),
            "headers": "Content-Type: application/json\n\nAuthorization: Bearer cu"}),
    ):  # fmt: skip
        assert press(visitor, path, **form, token=token).status_code == 303
        newest = visitor.http.get("/__admin/requests?limit=1").json["requests"][0]
        assert newest["operation"] == "btxh.DongBoDVC"
        assert (newest["response"]["status"] == 200) is (authorization is None), path
        asked = visitor.http.get("/__admin/requests?limit=2&operation=ndxp.token").json["requests"]
        assert bool(asked) is (token == "fresh")


LIMIT = 1024 * 1024


@pytest.mark.parametrize(("form", "wrong"), [
    ({"body": "x" * LIMIT}, []),
    ({"body": "Ở" + "x" * (LIMIT - 2)}, ["/body"]),
    ({"headers": "A: 1\n\nbad line\nB: 2"}, ["/headers"]),
    ({"headers": "Ở: 1"}, ["/headers"]),
    ({"headers": "A B: 1"}, ["/headers"]),
    ({"headers": " A : 1:2"}, []),
    ({"url": "x"}, ["/url"]),
    ({"url": "/a\tb"}, ["/url"]),
    ({"method": "post", "url": "", "headers": "x"}, ["/method", "/url", "/headers"]),
], ids=["at the bound", "a byte over it", "line", "letter", "space", "trimmed", "no slash", "tab", "all"])  # fmt: skip
def test_the_form_of_a_call_is_taken_to_its_bounds_and_each_fault_is_named(
    visitor: Visitor, form: dict[str, str], wrong: list[str]
) -> None:
    sent = press(visitor, "/journal/send", **{"method": "POST", "url": "/x", "headers": "", "body": "", **form})
    assert sent.status_code == (422 if wrong else 303), sent.text
    assert re.findall(r"<code>(/(?:body|headers|url|method))</code>", sent.text) == wrong
    assert len(visitor.journal()) == (not wrong)
    if "headers" in form and not wrong:
        assert visitor.journal()[-1]["request"]["headers"]["a"] == "1:2"


# Certification.


def test_a_kit_has_its_page_and_a_name_that_is_none_is_refused(visitor: Visitor) -> None:
    kits = {each["id"]: each for each in visitor.http.get("/__admin/kits").json["kits"]}
    for name in kits:
        page = look(visitor, f"/certification/kits/{name}")
        assert [each["id"] for each in kits[name]["tests"] if f"<code>{each['id']}</code>" not in page] == [], name
        assert kits[name]["title"]["en"] in page
    wrong = visitor.http.get("/__console/certification/kits/khong-co?lang=en")
    assert (wrong.status_code, "there is no kit 'khong-co'" in unescape(wrong.text)) == (422, True)


PRODUCT = {"kit": "btxh-a1", "name": " Một Cửa ", "version": "1", "vendor": "Không Có Thật"}


@pytest.mark.parametrize(("only", "chosen"), [
    ("", None), (" , ", None), ("BTXH-KQ-01,BTXH-KQ-02 BTXH-KQ-03", ["BTXH-KQ-01", "BTXH-KQ-02", "BTXH-KQ-03"]),
])  # fmt: skip
def test_an_attempt_is_opened_as_the_form_says_and_its_report_is_a_file(
    visitor: Visitor, only: str, chosen: list[str] | None
) -> None:
    opened = press(visitor, "/certification", **PRODUCT, only=only)
    assert opened.status_code == 303
    saved = visitor.http.get(f"{opened.location}/report.json")
    assert (saved.status_code, saved.content_type) == (200, "application/json")
    assert saved.headers["Content-Disposition"] == 'attachment; filename="bao-cao.json"'
    assert saved.text.startswith("{\n  ")
    assert (saved.json["plan"].get("only") or None, saved.json["plan"]["product"]["name"]) == (chosen, "Một Cửa")
    address = opened.location.removeprefix("/__console")
    wrong = press(visitor, f"{address}/open")
    assert (wrong.status_code, "there is no such move" in wrong.text) == (422, True)
    assert press(visitor, f"{address}/close").location == opened.location
    assert " · closed" in look(visitor, "/certification")


def test_an_attempt_of_another_is_not_there_and_moves_on_live_for_its_own(server: Visitor) -> None:
    for name in ("lop-a", "lop-b"):
        _make(server, name)
    mine = ask(server, "POST", "/sandboxes/lop-a/token").json["token"]
    theirs = ask(server, "POST", "/sandboxes/lop-b/token").json["token"]
    plan = {"kit": "btxh-a1", "product": dict.fromkeys(("name", "version", "vendor"), "x")}
    made = ask(server, "POST", "/attempts", mine, json={"plan": plan})
    assert made.status_code == 201, made.text
    path = f"/s/lop-a/certification/attempts/{made.json['id']}"
    press(server, "/login", token=mine)
    page = look(server, path)
    (seen,) = set(re.findall(r"live\?seen=(\d+)", page))
    assert server.http.get(f"/__console{path}/live?seen={seen}").status_code == 204
    assert "<html" not in look(server, f"{path}/live", seen="x")
    press(server, "/login", token=theirs)
    other = path.replace("lop-a", "lop-b")
    assert [server.http.get(f"/__console{each}").status_code for each in (other, f"{other}/live?seen={seen}")] == [
        404, 404]  # fmt: skip


@pytest.mark.parametrize(("content", "status"), [(None, 422), (b"", 422), (b"x" * 32, 200), (b"x" * 33, 422)])
def test_a_dropped_bundle_is_verified_up_to_its_bound(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, content: bytes | None, status: int
) -> None:
    monkeypatch.setattr("emulator.console.certification.BUNDLE_LIMIT", 32)
    file = {} if content is None else {"bundle": (io.BytesIO(content), "goi.zip")}
    checked = press(visitor, "/certification/verify", **file)
    assert (checked.status_code, "goi.zip" in checked.text, "a zip file of up to 64 MB" in checked.text) == (
        status, status == 200, status == 422)  # fmt: skip


# The server.


def test_a_sandbox_is_made_named_or_not_and_a_viewer_is_offered_none(server: Visitor) -> None:
    press(server, "/login", token=TOKEN)
    assert press(server, "/server/sandboxes", id=" lop-a ").location == "/__console/s/lop-a/"
    made = press(server, "/server/sandboxes", id=" ").location
    assert re.fullmatch(r"/__console/s/[^/]+/", made)
    assert made != "/__console/s/lop-a/"
    form = 'action="/__console/server/sandboxes"'
    assert form in look(server, "/server")
    tokens = {
        role: ask(server, "POST", path, json=wish).json["token"]
        for role, path, wish in (
            ("of a sandbox", "/sandboxes/lop-a/token", {}),
            ("viewer", "/owners/tinh/token", {"role": "viewer"}),
            ("owner", "/owners/tinh/token", {}),
        )
    }
    ask(server, "POST", "/sandboxes", json={"id": "lop-t", "owner": "tinh"})
    for role, path, is_offered in (
        ("of a sandbox", "lop-a", False),
        ("viewer", "lop-t", False),
        ("owner", "lop-t", True),
    ):
        press(server, "/login", token=tokens[role])
        assert (form.replace("/server", f"/s/{path}/server", 1) in look(server, f"/s/{path}/server")) is is_offered, (
            role
        )


def test_the_server_page_lists_those_called_last_first_and_says_how_many_more(
    server: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.console.server._MOST_SHOWN", 2)
    for name in ("lop-a", "lop-b"):
        _make(server, name)
    server.http.get("/s/lop-a/x")
    server.http.get("/s/lop-b/x")
    server.http.get("/s/lop-b/x")
    press(server, "/login", token=TOKEN)
    page = look(server, "/server")
    assert re.findall(r'href="/__console/s/(lop-.)/">', page) == ["lop-b", "lop-a"]
    assert "and 1 more sandbox" in page
    assert re.findall(r'class="part" x="0" y="0" width="([\d.]+)"', page) == ["100.0", "50.0"]
    monkeypatch.setattr("emulator.console.server._MOST_SHOWN", 3)
    assert "more sandbox" not in look(server, "/server")


@pytest.mark.parametrize(("name", "value", "kept"), [
    ("journal_limit", " 7 ", 7), ("error_code_style", "string", "string"), ("error_code_style", '"string"', "string"),
    ("access_key", " ", None), ("access_key", '"7"', "7"), ("access_key", "bảy", "bảy"),
])  # fmt: skip
def test_a_setting_is_json_or_a_plain_word(visitor: Visitor, name: str, value: str, kept: Any) -> None:
    assert press(visitor, "/server/settings", name=name, value=value).status_code == 303
    assert visitor.http.get("/__admin/settings").json[name] == kept


def test_a_reset_and_a_forgotten_journal_leave_nothing(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    assert press(visitor, "/server/reset").location == "/__console/server"
    assert visitor.http.get("/__admin/dossiers/000.11.26.H26-261120-0001").status_code == 404
    visitor.token()
    assert press(visitor, "/journal/forget").location == "/__console/journal"
    assert [each["operation"] for each in visitor.journal() if each["operation"] == "ndxp.token"] == []


# Who is let in, and in which language.


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 303),
    ({"Origin": "http://localhost"}, 303),
    ({"Origin": "http://localhost:81"}, 403),
    ({"Sec-Fetch-Site": "same-origin"}, 303),
    ({"Sec-Fetch-Site": "none"}, 303),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, 403),
    ({"Origin": "https://x.example.vn", "Sec-Fetch-Site": "same-origin"}, 403),
])  # fmt: skip
def test_a_form_is_taken_from_our_own_pages_alone(server: Visitor, headers: dict[str, str], status: int) -> None:
    entered = server.http.post("/__console/login", data={"token": TOKEN}, headers=headers)
    assert entered.status_code == status
    assert ("ndxp_console" in entered.headers.get("Set-Cookie", "")) is (status == 303)
    press(server, "/login", token=TOKEN)
    changed = server.http.post("/__console/server/reset", headers=headers)
    assert changed.status_code == status


def test_a_token_is_kept_out_of_reach_of_scripts_and_forgotten_on_the_way_out(server: Visitor) -> None:
    wrong = press(server, "/login", token="khong-phai", next="/journal")
    assert (wrong.status_code, "The token is wrong." in wrong.text, 'value="/journal"' in wrong.text) == (
        401, True, True)  # fmt: skip
    assert "Set-Cookie" not in {name for name, value in wrong.headers if "ndxp_console" in value}
    cookie = server.http.post("/__console/login", data={"token": TOKEN}).headers["Set-Cookie"]
    assert cookie == f"ndxp_console={TOKEN}; HttpOnly; Path=/__console; SameSite=Strict"
    secure = server.http.post("/__console/login", data={"token": TOKEN}, base_url="https://localhost")
    assert "; Secure;" in secure.headers["Set-Cookie"]
    assert server.http.get("/__console/").status_code == 200
    left = server.http.post("/__console/logout")
    assert (left.status_code, left.location) == (303, "/__console/login")
    assert server.http.get("/__console/").location == "/__console/login"


@pytest.mark.parametrize(("path", "location"), [
    ("/", "/__console/login"),
    ("/journal?outcome=refused", "/__console/login?next=%2Fjournal%3Foutcome%3Drefused"),
    ("/journal", "/__console/login?next=%2Fjournal"),
])  # fmt: skip
def test_whoever_is_not_known_is_led_to_the_login_and_back(server: Visitor, path: str, location: str) -> None:
    assert server.http.get(f"/__console{path}").location == location
    assert server.http.get(f"/__console{path}", headers={"HX-Request": "true"}).location == "/__console/login"
    assert server.http.post("/__console/server/reset").location == "/__console/login"
    entered = server.http.post("/__console/login", data={"token": TOKEN, "next": path})
    assert entered.location == f"/__console{path}"


@pytest.mark.parametrize(("wished", "led_to"), [
    ("/journal", "/__console/journal"), ("journal", "/__console/"), ("//x/journal", "/__console/"),
    ("http:/journal", "/__console/"), ("/a\\b", "/__console/"), ("", "/__console/"),
])  # fmt: skip
def test_a_login_leads_an_administrator_to_pages_of_ours_alone(server: Visitor, wished: str, led_to: str) -> None:
    assert press(server, "/login", token=TOKEN, next=wished).location == led_to


def test_each_token_opens_its_own_first_page(server: Visitor) -> None:
    _make(server, "lop-a")
    owner = ask(server, "POST", "/owners/tinh/token").json["token"]
    viewer = ask(server, "POST", "/owners/tinh/token", json={"role": "viewer"}).json["token"]

    def first(token: str) -> str:
        return press(server, "/login", token=token).location

    assert [first(each) for each in (TOKEN, owner, viewer)] == [
        "/__console/",
        "/__console/classes",
        "/__console/classes",
    ]
    ask(server, "POST", "/sandboxes", owner, json={"id": "cua-tinh"})
    assert first(owner) == "/__console/s/cua-tinh/"
    for name in ("mot", "hai"):
        opened(server, name, owner)
    assert [first(each) for each in (owner, viewer)] == ["/__console/classes/hai"] * 2
    seats = ask(server, "GET", "/classes/mot", owner).json["seats"]
    seat = ask(server, "POST", f"/sandboxes/{seats[0]['sandbox']}/token").json["token"]
    assert first(seat) == f"/__console/s/{seats[0]['sandbox']}/class"
    default = ask(server, "POST", "/sandboxes/default/token").json["token"]
    assert first(default) == "/__console/"


def test_a_choice_of_language_is_kept_and_the_other_one_is_offered_at_the_same_place(visitor: Visitor) -> None:
    chosen = visitor.http.get("/__console/journal?lang=en&outcome=refused")
    assert chosen.headers["Set-Cookie"] == "ndxp_lang=en; Path=/__console; SameSite=Strict"
    assert chosen.headers["Vary"] == "Accept-Language, Cookie"
    assert 'href="/__console/journal?outcome=refused&amp;lang=vi"' in chosen.text
    again = visitor.http.get("/__console/journal", headers={"Accept-Language": "vi"})
    assert '<html lang="en">' in again.text
    assert "Set-Cookie" not in again.headers
    turned = visitor.http.get("/__console/journal?lang=vi")
    assert '<html lang="vi">' in turned.text
    assert 'href="/__console/journal?lang=en"' in turned.text


def test_a_page_that_fails_says_so_in_its_own_words_and_the_server_keeps_the_reason(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("hỏng")

    monkeypatch.setattr("emulator.console.start.kept_count", fail)
    failed = visitor.http.get("/__console/?lang=en")
    assert (failed.status_code, "hỏng" in failed.text) == (500, False)
    assert "the console failed on GET /__console/" in caplog.text
    assert failed.headers["X-Frame-Options"] == "DENY"
    missing = visitor.http.get("/__console/khong-co?lang=en")
    assert (missing.status_code, "There is no such page" in missing.text) == (404, True)
    assert visitor.http.delete("/__console/").status_code == 405


def test_the_address_of_a_sandbox_is_the_one_its_clients_are_given(server: Visitor) -> None:
    _make(server, "lop-a")
    press(server, "/login", token=TOKEN)
    assert '<code id="base">http://localhost</code>' in look(server, "/")
    assert '<code id="base">http://localhost/s/lop-a</code>' in look(server, "/s/lop-a/")
    assert "http://localhost/s/lop-a/token" in look(server, "/s/lop-a/")
    assert 'href="/__console/s/lop-a/class"' not in look(server, "/s/lop-a/")
