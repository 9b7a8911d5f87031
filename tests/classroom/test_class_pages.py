"""The pages of a class, asked for through the application that serves them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from emulator.country.pack import Pack
from tests.builders import dossier
from tests.classroom.test_class_room import btxh, do
from tests.classroom.test_classes_api import PEOPLE, TOKEN, ask, opened, pull_token, started
from tests.conftest import Visitor
from tests.console.test_pages import VIETNAMESE, said_by


@pytest.fixture
def server(tmp_path: Path, co_ban: Pack) -> Iterator[Visitor]:
    visitor = started(tmp_path / "store.db", co_ban)
    yield visitor
    visitor.country.store.close()


def log_in(server: Visitor, token: str) -> str:
    server.http.delete_cookie("ndxp_console", path="/__console")
    reply = server.http.post("/__console/login", data={"token": token})
    assert reply.status_code == 303
    return reply.headers["Location"]


def look(server: Visitor, path: str, **query: str) -> TestResponse:
    return server.http.get(f"/__console{path}", query_string={"lang": "vi", **query})


def test_a_code_leads_a_seat_to_its_lessons_and_a_trainer_to_the_board(server: Visitor) -> None:
    made = opened(server)
    assert log_in(server, made["seats"][1]["code"]) == "/__console/s/lop-02/class"
    assert log_in(server, made["token"]) == "/__console/classes/lop"
    assert log_in(server, TOKEN) == "/__console/"


def test_a_seat_sees_what_to_do_its_keys_its_calls_and_nobody_elses(server: Visitor) -> None:
    made = opened(server)
    seat, other = made["seats"][:2]
    btxh(server, seat, "DongBoDVC", dossier(MaTTHC="9.9"))
    log_in(server, seat["code"])
    page = unescape(look(server, "/s/lop-01/class").text)
    for words in (
        "Hai lời gọi, một token",
        "btxh.DanhSachHoSo được trả lời: cần ít nhất 2 lượt",
        "11 thủ tục",
        seat["credentials"]["portal"]["username"],
    ):
        assert words in page
    assert other["credentials"]["production"]["consumer_key"] not in page
    assert look(server, "/s/lop-02/class").status_code == 404
    assert look(server, "/classes/lop").status_code == 403


def test_hints_and_being_stuck_are_buttons_and_the_solution_waits_until_it_is_open(server: Visitor) -> None:
    made = opened(server)
    log_in(server, made["seats"][0]["code"])
    for wish in ("hint", "stuck"):
        assert server.http.post("/__console/s/lop-01/class", data={"do": wish}).status_code == 303
    page = unescape(look(server, "/s/lop-01/class").text)
    assert ("còn 2" in page, "Tôi làm tiếp được rồi" in page) == (True, True)
    assert look(server, "/s/lop-01/class/solutions/token").status_code == 409
    ask(server, "POST", "/classes/lop/actions", json={"do": "solution", "lesson": "token"})
    secret = made["seats"][0]["credentials"]["production"]["consumer_secret"]
    for language in ("curl", "python", "java", "csharp", "php", "node"):
        shown = look(server, "/s/lop-01/class/solutions/token", **{"in": language})
        assert secret in unescape(shown.text), language


def test_a_trainer_who_looks_at_a_solution_does_not_show_a_token_of_theirs(server: Visitor) -> None:
    made = opened(server)
    ask(server, "POST", "/classes/lop/actions", json={"do": "solution", "lesson": "lam-ben-cung-cap"})
    for token in (made["token"], TOKEN):
        log_in(server, token)
        assert token not in look(server, "/s/lop-01/class/solutions/lam-ben-cung-cap").text
    log_in(server, made["seats"][0]["code"])
    assert made["seats"][0]["token"] in look(server, "/s/lop-01/class/solutions/lam-ben-cung-cap").text


def test_the_board_shows_the_last_refusal_and_the_wall_no_name(server: Visitor) -> None:
    made = opened(server)
    btxh(server, made["seats"][1], "DongBoDVC", dossier(MaTTHC="9.9"))
    do(server, made["seats"][2], do="stuck")
    log_in(server, made["token"])
    page = unescape(look(server, "/classes/lop").text)
    assert page.index("Nguyễn Văn A (2)") < page.index("Trần Thị B")
    assert "11 thủ tục" in page
    wall = unescape(look(server, "/classes/lop", view="wall").text)
    assert not any(name in wall for name in (*PEOPLE, "11 thủ tục"))
    assert "▶" in wall


def test_live_parts_answer_204_until_something_happens(server: Visitor) -> None:
    made = opened(server)
    log_in(server, made["token"])
    for path, event in (
        ("/classes/lop", lambda: pull_token(server, made["seats"][0])),
        ("/s/lop-01/class", lambda: ask(server, "POST", "/classes/lop/actions", json={"do": "lock"})),
    ):
        page = look(server, path).text
        seen = page.partition("/live?seen=")[2].partition('"')[0].partition("&")[0]
        assert look(server, f"{path}/live", seen=seen).status_code == 204, path
        event()
        assert look(server, f"{path}/live", seen=seen).status_code == 200, path


def test_every_button_of_the_board_does_what_it_says(server: Visitor) -> None:
    opened(server)
    log_in(server, TOKEN)

    def press(**form: Any) -> int:
        return server.http.post("/__console/classes/lop", data=form).status_code

    assert press(do="message", text="Xin chào") == 303
    assert press(do="hint", lesson="token", seats="1, 3") == 303
    assert press(do="scenario", scenario="") == 303
    assert press(do="reset", seats="") == 422
    board = ask(server, "GET", "/classes/lop/board").json
    assert board["message"] == "Xin chào"
    hints = [ask(server, "GET", f"/sandboxes/lop-0{n}/seat").json["lessons"][0]["hints"] for n in (1, 2, 3)]
    assert [len(each) for each in hints] == [1, 0, 1]


def test_another_owner_finds_no_board(server: Visitor) -> None:
    opened(server)
    log_in(server, ask(server, "POST", "/owners/tinh-b/token").json["token"])
    for path in ("/classes/lop", "/classes/lop/live"):
        assert look(server, path).status_code == 404
    assert "lop" not in unescape(look(server, "/classes").text).partition("<main")[2].replace("lop.csv", "")


def test_english_pages_say_nothing_in_vietnamese(server: Visitor) -> None:
    made = opened(server)
    btxh(server, made["seats"][0], "DongBoDVC", dossier(MaTTHC="9.9"))
    ask(server, "POST", "/classes/lop/actions", json={"do": "message", "text": "Nghỉ"})
    log_in(server, TOKEN)
    for path in ("/classes", "/classes/lop", "/s/lop-01/class", "/join"):
        words = said_by(look(server, path, lang="en").text).replace("Tiếng Việt", "").replace("Hà Nội", "")
        assert VIETNAMESE.findall(words.replace("Đã trả kết quả", "")) == [], path


def test_the_board_draws_each_step_of_each_seat_by_how_it_stands(server: Visitor) -> None:
    made = opened(server)
    btxh(server, made["seats"][0], "DongBoDVC", dossier(MaTTHC="9.9"))
    log_in(server, made["token"])
    board = ask(server, "GET", "/classes/lop/board").json
    total = sum(len(lesson["steps"]) for lesson in board["lessons"])
    page = look(server, "/classes/lop").text
    for row in page.split("<tr")[2:]:
        number = row.partition('scope="row">')[2].partition(" ")[0]
        seat = next(each for each in board["seats"] if str(each["number"]) == number)
        drawn = re.findall(r'<span class="(good|bad|warn|soft)">(.)</span>', row)
        here = [("bad", "✗") if seat["spoilt"] else ("warn", "▶")]
        done = len(seat["passed"])
        assert drawn == [("good", "●")] * done + here + [("soft", "○")] * (total - done - 1), number
    assert [len(each["passed"]) > 0 for each in board["seats"]].count(True) >= 1
