"""A scenario acts on calls: which ones, how often, in which state, and what it leaves in the journal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from emulator.app import Country
from tests.builders import dossier, pull, step
from tests.conftest import Visitor
from tests.scenario.conftest import Stage


def outcomes(visitor: Visitor, times: int, operation: str = "DanhSachHoSo") -> list[int]:
    return [visitor.btxh(operation, pull()).status_code for _ in range(times)]


def test_the_second_call_is_refused_in_the_gateways_words(stage: Stage) -> None:
    visitor = stage("- {on: btxh.DanhSachHoSo, nth: 2, refuse: {status: 503, code: 303001, message: Runtime Error}}")
    assert outcomes(visitor, 3) == [200, 503, 200]
    refused = visitor.journal()[-3]
    assert refused["outcome"] == "refused"
    assert refused["scenario"] == {"id": "thu", "step": "1"}
    assert json.loads(refused["response"]["body"])["fault"]["code"] == 303001


@pytest.mark.parametrize(
    ("nth", "struck"),
    [
        ("[1, 3]", [503, 200, 503, 200, 200]),
        ("{from: 2, to: 4}", [200, 503, 503, 503, 200]),
        ("{every: 2}", [200, 503, 200, 503, 200]),
        ("{from: 3}", [200, 200, 503, 503, 503]),
    ],
)
def test_occurrences_are_chosen_by_number_span_and_beat(stage: Stage, nth: str, struck: list[int]) -> None:
    assert outcomes(stage(f"- {{on: btxh.*, nth: {nth}, refuse: {{status: 503}}}}"), 5) == struck


def test_luck_is_the_same_in_every_run_of_the_same_seed(stage: Stage) -> None:
    steps = "- {on: btxh.*, probability: 0.5, refuse: {status: 503}}"
    first = outcomes(visitor := stage(steps), 12)
    visitor.http.post("/__admin/reset")
    assert outcomes(visitor, 12) == first
    assert set(first) == {200, 503}


def test_a_service_refuses_in_its_own_envelope(stage: Stage) -> None:
    visitor = stage("- {on: btxh.DongBoDVC, refuse: {error_code: 77, message: Hệ thống bận}}")
    reply = visitor.btxh("DongBoDVC", dossier())
    assert (reply.status_code, reply.json["error_code"], reply.json["message"]) == (200, 77, "Hệ thống bận")
    assert visitor.http.get(f"/__admin/dossiers/{dossier()['MaHoSo']}").status_code == 404


@pytest.mark.parametrize(
    ("when", "is_struck"),
    [
        ("body.LoaiDuLieu: 1", True),
        ("body.loaidulieu: '1'", True),
        ("/LoaiDuLieu: [7, 1]", True),
        ("body.LoaiDuLieu: 100", False),
        ("body.HoVaTen: {contains: THẬT}", True),
        ("body.MaHoSo: {matches: '-0001$'}", True),
        ("body.MaHoSo: {not: x}", True),
        ("header.x-khong-co: {present: false}", True),
        ("header.x-khong-co: {present: true}", False),
        ("header.accept: text/x", False),
        ("method: POST", True),
        ("path: {contains: apiBTXH}", True),
        ("query.x: y", False),
    ],
)
def test_a_step_is_chosen_by_fields_of_the_call(stage: Stage, when: str, is_struck: bool) -> None:
    visitor = stage(f"- on: btxh.DongBoDVC\n  when:\n    {when}\n  refuse: {{status: 500}}")
    assert (visitor.btxh("DongBoDVC", dossier()).status_code == 500) is is_struck


def test_an_answer_takes_the_services_place_and_changes_nothing(stage: Stage) -> None:
    visitor = stage("- {on: btxh.DongBoDVC, answer: {body: {error_code: 0, message: OK}, headers: {X-Thu: a}}}")
    reply = visitor.btxh("DongBoDVC", dossier())
    assert reply.json == {"error_code": 0, "message": "OK"}
    assert reply.headers["X-Thu"] == "a"
    assert visitor.http.get(f"/__admin/dossiers/{dossier()['MaHoSo']}").status_code == 404


def test_calls_move_states_and_states_choose_steps(stage: Stage) -> None:
    visitor = stage(
        """
- {name: mo, on: btxh.DongBoDVC, state: dong, goto: mo}
- {name: chan, on: btxh.XuLyHoSo, state: dong, refuse: {status: 503}}
""",
        "start: dong\nstates: {dong: {}, mo: {}}\n",
    )
    assert visitor.btxh("XuLyHoSo", step()).status_code == 503
    assert visitor.btxh("DongBoDVC", dossier()).json["error_code"] == 0
    assert visitor.btxh("XuLyHoSo", step()).json["error_code"] == 0
    assert visitor.http.get("/__admin/scenario").json["states"]["thu"]["state"] == "mo"


def test_time_moves_states_and_only_virtual_time(stage: Stage) -> None:
    visitor = stage(
        "- {on: btxh.*, state: hong, refuse: {status: 503}}",
        "start: hong\nstates: {hong: {after: P2D, goto: lanh}, lanh: {}}\n",
    )
    assert outcomes(visitor, 1) == [503]
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": "P1D"})
    assert outcomes(visitor, 1) == [503]
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": "P1DT1S"})
    assert outcomes(visitor, 1) == [200]


def test_wiremocks_words_are_understood(stage: Stage) -> None:
    visitor = stage(
        """
- {on: btxh.*, requiredScenarioState: Started, newScenarioState: roi, response: {status: 201, jsonBody: {a: 1}}}
- {on: btxh.*, requiredScenarioState: roi, fixedDelayMilliseconds: 1, priority: 1}
"""
    )
    assert [visitor.btxh("DanhSachHoSo", pull()).status_code for _ in range(2)] == [201, 200]
    listed = visitor.http.get("/__admin/scenarios").json["scenarios"]
    assert [(each["name"], each["state"], each["possibleStates"]) for each in listed] == [
        ("thu", "roi", ["Started", "roi"])
    ]
    assert visitor.http.put("/__admin/scenarios/thu/state", json={"state": "Started"}).status_code == 200
    assert visitor.btxh("DanhSachHoSo", pull()).status_code == 201
    visitor.http.post("/__admin/scenarios/reset")
    assert visitor.http.get("/__admin/scenarios").json["scenarios"][0]["state"] == "Started"


def test_a_smaller_priority_comes_first_and_one_step_acts_a_call(stage: Stage) -> None:
    visitor = stage(
        "- {on: btxh.*, refuse: {status: 500}}\n- {on: btxh.DanhSachHoSo, priority: 1, refuse: {status: 502}}"
    )
    assert outcomes(visitor, 1) == [502]


def test_a_delay_is_in_the_journal_and_the_reply_is_the_services(stage: Stage) -> None:
    visitor = stage("- {on: btxh.*, delay: 3}")
    assert visitor.btxh("DanhSachHoSo", pull()).status_code == 200
    assert visitor.journal()[-1]["timing"]["addedDelay"] == 3


def test_the_token_endpoint_the_axis_and_the_portal_can_be_reached(stage: Stage) -> None:
    visitor = stage(
        """
- {on: ndxp.token, nth: 2, refuse: {status: 503, message: Down}}
- {on: ministry.page, answer: {status: 500, body: hỏng}}
- {on: xroad.forward, refuse: {status: 504, message: Gateway Timeout}}
"""
    )
    basic = visitor.basic()
    form = {"grant_type": "client_credentials"}
    assert [visitor.http.post("/token", data=form, headers=basic).status_code for _ in range(2)] == [200, 503]
    assert visitor.http.get("/file/a.pdf").text == "hỏng"
    assert portal_login(visitor).status_code == 500


def portal_login(visitor: Visitor) -> TestResponse:
    return visitor.http.post("/XrdAdapter/RestService/forward/mapi/login", json={})


def test_a_service_of_mapi_is_called_by_its_name(stage: Stage) -> None:
    visitor = stage("- {on: dvcqg.mapi.login, refuse: {error_code: -9, message: Bảo trì}}")
    assert portal_login(visitor).json["error_code"] == -9


def test_states_and_counters_are_seen_set_and_reset(stage: Stage) -> None:
    visitor = stage(
        "- {name: dem, on: btxh.*, state: a, nth: 3, refuse: {status: 500}}\n- {name: doi, on: ndxp.revoke, goto: b}",
        "start: a\nstates: {a: {}, b: {}}\n",
    )
    outcomes(visitor, 1)
    assert visitor.http.get("/__admin/scenario").json["counters"]["dem"] == 1
    visitor.http.put("/__admin/scenario/counters/dem", json={"value": 2})
    assert outcomes(visitor, 1) == [500]
    visitor.http.put("/__admin/sandboxes/default/scenario/states/thu", json={"state": "b"})
    assert visitor.http.get("/__admin/scenario").json["states"]["thu"]["state"] == "b"
    visitor.http.post("/__admin/scenario/reset")
    seen = visitor.http.get("/__admin/scenario").json
    assert (seen["states"]["thu"]["state"], seen["counters"]) == ("a", {"dem": 0, "doi": 0})


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("scenario/states/thu", {"state": "khong"}, 422),
        ("scenario/states/khong", {"state": "a"}, 404),
        ("scenario/counters/khong", {"value": 1}, 404),
        ("scenario/counters/1", {"value": -1}, 422),
        ("scenario", {"scenario": "thuu"}, 422),
        ("scenario", {}, 422),
    ],
)
def test_what_is_not_there_cannot_be_set(stage: Stage, path: str, body: dict[str, object], status: int) -> None:
    visitor = stage("- {on: btxh.*, state: a, delay: 1}", "start: a\nstates: {a: {}}\n")
    reply = visitor.http.put(f"/__admin/{path}", json=body)
    assert reply.status_code == status
    assert ("thu" in reply.json["detail"]) is (body == {"scenario": "thuu"})


def test_a_reset_of_the_sandbox_begins_the_scenario_again(stage: Stage) -> None:
    visitor = stage("- {on: btxh.*, nth: 1, refuse: {status: 503}}")
    assert outcomes(visitor, 2) == [503, 200]
    visitor.http.post("/__admin/sandboxes/default/reset")
    assert outcomes(visitor, 2) == [503, 200]


def test_a_refused_call_counts_too(stage: Stage) -> None:
    visitor = stage("- {on: btxh.DongBoDVC, nth: 2, answer: {status: 202}}")
    assert visitor.btxh("DongBoDVC", dossier(MaHoSo="")).json["error_code"] != 0
    assert visitor.btxh("DongBoDVC", dossier()).status_code == 202


def test_sandboxes_play_their_own_scenarios(stage: Stage) -> None:
    visitor = stage("- {on: ndxp.token, nth: 1, refuse: {status: 503}}")
    made = visitor.http.post("/__admin/sandboxes", json={"id": "rieng", "scenario": "thu"})
    assert made.json["scenario"] == "thu"
    visitor.http.put("/__admin/scenario", json={"scenario": None})
    form = {"grant_type": "client_credentials"}
    replies = [
        visitor.http.post(f"{prefix}/token", data=form, headers=visitor.basic(sandbox=name)).status_code
        for prefix, name in (("", "default"), ("/s/rieng", "rieng"), ("/s/rieng", "rieng"))
    ]
    assert replies == [200, 503, 200]


def test_added_dossiers_are_pulled_from_the_beginning(stage: Stage) -> None:
    more = """\
fixtures:
  dossiers:
    - {like: 000.00.15.G07-261105-0501, MaHoSo: 000.00.15.G07-261106-0777, NgayTiepNhan: 06/11/2026 09:00:00}
"""
    visitor = stage("- {on: btxh.XuLyHoSo, delay: 1}", more)
    assert "000.00.15.G07-261106-0777" in visitor.btxh("DanhSachHoSo", pull()).text


def test_effects_happen_on_the_virtual_clock_after_calls_and_after_states(stage: Stage) -> None:
    visitor = stage(
        "- {on: btxh.DongBoDVC, effects: [{after: P1D, do: {kind: set, settings: {api_state: blocked}}}]}",
        "start: a\nstates: {a: {effects: [{after: PT1H, do: {kind: set, settings: {pull_limit: 7}}}]}}\n",
    )
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": "PT2H"})
    assert visitor.btxh("DongBoDVC", dossier(MaHoSo="")).json["error_code"] != 0
    assert visitor.http.get("/__admin/settings").json["pull_limit"] == 7
    assert outcomes(visitor, 1) == [200]
    visitor.http.put("/__admin/clock", json={"action": "advance", "by": "P1DT1S"})
    assert outcomes(visitor, 1) == [503]


def test_a_changed_file_is_read_again_and_a_broken_one_is_not(stage: Stage, folder: Path) -> None:
    visitor = stage("- {name: a, on: btxh.*, nth: 3, refuse: {status: 500}}", watch=True)
    outcomes(visitor, 1)
    path = folder / "thu.yaml"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("nth: 3", "nth: ba"), encoding="utf-8")
    assert outcomes(visitor, 1) == [200]
    problems = visitor.http.get("/__admin/scenario").json["problems"]
    assert [(each["line"], "lần" in each["vi"] or "số" in each["vi"]) for each in problems] == [(7, True)]
    path.write_text(right.replace("status: 500", "status: 502  "), encoding="utf-8")
    assert outcomes(visitor, 1) == [502]


def test_without_a_scenario_there_is_none_to_see(country: Country) -> None:
    assert Visitor(country).http.get("/__admin/scenario").json == {"scenario": None}
