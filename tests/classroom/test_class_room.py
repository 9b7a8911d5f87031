"""The room at work: the board, what a trainer does, what a seat does, and that nobody does more than that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.country.pack import Pack
from tests.builders import dossier, pull
from tests.classroom.test_classes_api import PEOPLE, ask, opened, pull_token, started
from tests.conftest import Visitor


@pytest.fixture
def server(tmp_path: Path, co_ban: Pack) -> Iterator[Visitor]:
    visitor = started(tmp_path / "store.db", co_ban)
    yield visitor
    visitor.country.store.close()


def board(server: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = ask(server, "GET", "/classes/lop/board").json
    return found


def act(server: Visitor, **wish: Any) -> dict[str, Any]:
    reply = ask(server, "POST", "/classes/lop/actions", json=wish)
    assert reply.status_code == 200, reply.text
    done: dict[str, Any] = reply.json
    return done


def seat_of(server: Visitor, number: int) -> dict[str, Any]:
    found: dict[str, Any] = ask(server, "GET", f"/sandboxes/lop-{number:02d}/seat").json
    return found


def do(server: Visitor, seat: dict[str, Any], **wish: Any) -> Any:
    return ask(server, "POST", f"/sandboxes/{seat['sandbox']}/seat", seat["token"], json=wish)


def btxh(server: Visitor, seat: dict[str, Any], operation: str, body: dict[str, Any]) -> None:
    token = pull_token(server, seat).json["access_token"]
    path = f"/s/{seat['sandbox']}/apiBTXH/1.0/{operation}"
    assert server.http.post(path, json=body, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_the_board_shows_how_far_everybody_is_and_who_is_stuck_first(server: Visitor) -> None:
    made = opened(server)
    pull_token(server, made["seats"][0])
    btxh(server, made["seats"][1], "DongBoDVC", dossier(MaTTHC="9.9"))
    do(server, made["seats"][2], do="stuck")
    rows = board(server)["seats"]
    assert [row["number"] for row in rows] == [3, 1, 2]
    assert rows[0]["stuck"]
    assert (rows[1]["passed"], rows[1]["step"]) == ([["token", "xin-token"]], "dung-lai")
    assert "11 thủ tục" in rows[2]["last_refusal"]["vi"]
    assert rows[2]["last_call"]
    assert len(board(server)["lessons"]) == 8


def test_progress_is_there_after_a_restart_and_what_a_step_has_seen_is_counted_again(
    tmp_path: Path, co_ban: Pack
) -> None:
    before = started(tmp_path / "store.db", co_ban)
    seat = opened(before)["seats"][0]
    token = pull_token(before, seat).json["access_token"]
    assert seat_of(before, 1)["step"] == "dung-lai"
    path, head = f"/s/{seat['sandbox']}/apiBTXH/1.0/DanhSachHoSo", {"Authorization": f"Bearer {token}"}
    before.http.post(path, json=pull(), headers=head)
    before.country.store.close()
    after = started(tmp_path / "store.db", co_ban)
    assert seat_of(after, 1)["missing"] == [
        {
            "vi": "btxh.DanhSachHoSo được trả lời: cần ít nhất 2 lượt, đã có 1",
            "en": "btxh.DanhSachHoSo answered: wanted at least 2, seen 1",
        }
    ]
    after.http.post(path, json=pull(), headers=head)
    assert seat_of(after, 1)["lesson"] == "ho-so-dau-tien"
    after.country.store.close()


def test_hints_come_one_by_one_and_the_solution_when_it_is_passed_or_opened(server: Visitor) -> None:
    seat = opened(server)["seats"][0]
    for number in (1, 2, 3, 3):
        view = do(server, seat, do="hint").json
        [lesson] = [each for each in view["lessons"] if each["id"] == "token"]
        assert (len(lesson["hints"]), lesson["hints_left"]) == (number, 3 - number)
    assert lesson["solution"] is False
    act(server, do="solution", lesson="token", seats=[1])
    act(server, do="hint", lesson="lay-khong-sot")
    lessons = {each["id"]: each for each in seat_of(server, 1)["lessons"]}
    assert (lessons["token"]["solution"], len(lessons["lay-khong-sot"]["hints"])) == (True, 1)
    others = {each["id"]: each for each in seat_of(server, 2)["lessons"]}
    assert (others["token"]["solution"], len(others["lay-khong-sot"]["hints"])) == (False, 1)


def test_a_trainer_speaks_to_all_freezes_plays_moves_and_resets(server: Visitor) -> None:
    made = opened(server)
    act(server, do="message", text="Nghỉ 10 phút")
    assert seat_of(server, 2)["message"] == "Nghỉ 10 phút"
    act(server, do="freeze")
    assert all(ask(server, "GET", f"/sandboxes/lop-0{n}/clock").json["frozen"] for n in (1, 2, 3))
    act(server, do="thaw")
    assert not ask(server, "GET", "/sandboxes/lop-01/clock").json["frozen"]
    assert act(server, do="scenario", scenario="cong-chap-chon", seats=[2])["seats"] == [2]
    playing = [ask(server, "GET", f"/sandboxes/lop-0{n}/scenario").json["scenario"] for n in (1, 2)]
    assert playing == [None, "cong-chap-chon"]
    act(server, do="move", lesson="mang-loi", seats=[1])
    armed = ask(server, "GET", "/sandboxes/lop-01/faults").json["faults"]
    assert [each["fault"] for each in armed] == ["gateway-503", "token-expired"]
    btxh(server, made["seats"][2], "DongBoDVC", dossier())
    act(server, do="reset", seats=[3])
    assert ask(server, "GET", "/sandboxes/lop-03/requests").json["meta"]["total"] == 0
    assert ["token", "xin-token"] in board(server)["seats"][2]["passed"]


def test_a_locked_class_stands_still_and_what_was_called_meanwhile_counts_for_nothing(server: Visitor) -> None:
    seat = opened(server)["seats"][0]
    act(server, do="lock")
    assert do(server, seat, do="hint").json["code"] == "wrong-moment"
    pull_token(server, seat)
    assert seat_of(server, 1)["step"] == "xin-token"
    act(server, do="unlock")
    assert seat_of(server, 1)["step"] == "xin-token"
    pull_token(server, seat)
    assert seat_of(server, 1)["step"] == "dung-lai"


def test_what_a_trainer_may_not_say_is_named(server: Visitor) -> None:
    opened(server)
    for wish, code in (
        ({"do": "nhay"}, "invalid"),
        ({"do": "hint"}, "invalid"),
        ({"do": "reset"}, "invalid"),
        ({"do": "hint", "lesson": "khong-co"}, "no-such-lesson"),
        ({"do": "hint", "lesson": "token", "seats": [9]}, "no-such-seat"),
        ({"do": "scenario", "scenario": "khong-co"}, "invalid"),
    ):
        assert ask(server, "POST", "/classes/lop/actions", json=wish).json["code"] == code, wish
    reply = ask(server, "POST", "/classes", json={"name": "khac", "seats": 1, "lessons": ["tokn"]}).json
    assert (reply["errors"][0]["pointer"], "token" in reply["errors"][0]["en"]) == ("/lessons/0", True)


def test_a_seat_acts_for_itself_alone_and_an_owner_in_its_own_class(server: Visitor) -> None:
    owner = ask(server, "POST", "/owners/tinh-a/token").json["token"]
    made = opened(server)
    opened(server, "lop-b", token=owner, people=PEOPLE[:1])
    first, second, _ = made["seats"]
    assert do(server, second | {"token": first["token"]}, do="hint").status_code == 404
    for path in ("/classes/lop/board", "/classes/lop/actions"):
        method = "GET" if path.endswith("board") else "POST"
        assert ask(server, method, path, first["token"], json={"do": "lock"}).json["code"] == "admin-only"
        assert ask(server, method, path, owner, json={"do": "lock"}).json["code"] == "no-such-class"
    assert ask(server, "GET", "/classes/lop-b/board", owner).status_code == 200
    assert ask(server, "GET", "/seat").json["code"] == "no-seat"
