"""The engine keeps its word: every match is counted, luck is the seed's, loops are reckoned, what ends is over."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.builders import pull
from tests.conftest import Visitor
from tests.scenario.conftest import Stage


def outcomes(visitor: Visitor, times: int) -> list[int]:
    return [visitor.btxh("DanhSachHoSo", pull()).status_code for _ in range(times)]


def advance(visitor: Visitor, by: str) -> None:
    assert visitor.http.put("/__admin/clock", json={"action": "advance", "by": by}).status_code == 200


def freeze(visitor: Visitor, at: str) -> None:
    assert visitor.http.put("/__admin/clock", json={"action": "freeze", "to": at}).status_code == 200


def agenda(visitor: Visitor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = visitor.http.get("/__admin/agenda").json["agenda"]
    return found


def test_every_match_is_counted_before_one_is_chosen(stage: Stage) -> None:
    """F1: three steps that wait for the first, second and third call get them one after the other."""
    steps = "\n".join(
        f"- {{name: {name}, on: btxh.DanhSachHoSo, nth: {nth}, answer: {{status: {status}}}}}"
        for name, nth, status in (("a", 1, 201), ("b", 2, 202), ("c", 3, 203))
    )
    visitor = stage(steps)
    assert outcomes(visitor, 7) == [201, 202, 203, 200, 200, 200, 200]
    assert visitor.http.get("/__admin/scenario").json["counters"] == {"a": 7, "b": 7, "c": 7}


def test_luck_is_the_same_in_every_sandbox_of_the_same_seed(stage: Stage) -> None:
    """F2: neither the sandbox's name nor what it did before decides which call fails."""
    visitor = stage("- {on: ndxp.token, probability: 0.5, refuse: {status: 503}}")

    def tokens(name: str) -> list[int]:
        made = visitor.http.post("/__admin/sandboxes", json={"id": name, "seed": 7, "scenario": "thu"})
        assert made.status_code == 201, made.text
        form, basic = {"grant_type": "client_credentials"}, visitor.basic(sandbox=name)
        return [visitor.http.post(f"/s/{name}/token", data=form, headers=basic).status_code for _ in range(16)]

    first = tokens("aa")
    assert tokens("bb") == first
    assert set(first) == {200, 503}


def test_an_armed_fault_with_a_seed_strikes_the_same_calls_in_every_sandbox(visitor: Visitor) -> None:
    wish = {"fault": "gateway-500", "on": "ndxp.token", "probability": 0.5, "seed": 9}

    def tokens(name: str, *, armed_before: int) -> list[int]:
        visitor.http.post("/__admin/sandboxes", json={"id": name})
        for _ in range(armed_before):  # each arming has a number of its own: it has no say
            visitor.http.put(f"/__admin/sandboxes/{name}/faults", json={"faults": [wish]})
        assert visitor.http.put(f"/__admin/sandboxes/{name}/faults", json={"faults": [wish]}).status_code == 200
        form, basic = {"grant_type": "client_credentials"}, visitor.basic(sandbox=name)
        return [visitor.http.post(f"/s/{name}/token", data=form, headers=basic).status_code for _ in range(16)]

    first = tokens("aa", armed_before=0)
    assert tokens("bb", armed_before=2) == first
    assert set(first) == {200, 500}


@pytest.mark.parametrize(("after", "state"), [("P2D", "a"), ("P2DT1M", "b"), ("P400D", "a"), ("P400DT90S", "b")])
def test_two_states_that_move_each_other_stand_where_arithmetic_says(stage: Stage, after: str, state: str) -> None:
    """F3: a loop of any length is reckoned."""
    visitor = stage(
        "- {on: btxh.*, state: a, delay: 1}",
        "start: a\nstates: {a: {after: PT1M, goto: b}, b: {after: PT1M, goto: a}}\n",
    )
    visitor.http.put("/__admin/clock", json={"action": "freeze"})
    visitor.http.post("/__admin/scenario/reset")
    advance(visitor, after)
    assert visitor.http.get("/__admin/scenario").json["states"]["thu"]["state"] == state


def test_the_effects_of_a_state_come_each_time_time_enters_it(stage: Stage) -> None:
    """F4: a night of downtime, four nights long."""
    more = """\
start: ngay
states:
  ngay: {after: PT16H, goto: dem}
  dem: {after: PT8H, goto: ngay, effects: [{do: {kind: downtime, minutes: 60}}]}
"""
    visitor = stage("- {on: ndxp.revoke, delay: 1}", more)
    freeze(visitor, "2026-12-01T06:00:00+07:00")
    visitor.http.post("/__admin/scenario/reset")
    seen = []
    for _ in range(4):
        advance(visitor, "PT16H30M")
        seen.append(visitor.btxh("DanhSachHoSo", pull()).status_code)
        advance(visitor, "PT1H")
        seen.append(visitor.btxh("DanhSachHoSo", pull()).status_code)
        advance(visitor, "PT6H30M")
    assert seen == [503, 200] * 4


@pytest.mark.parametrize("how", ["call", "admin", "effect"])
def test_the_effects_of_a_state_come_however_it_is_entered(stage: Stage, how: str) -> None:
    more = "start: a\nstates: {a: {}, b: {effects: [{do: {kind: set, settings: {pull_limit: 7}}}]}}\n"
    visitor = stage("- {on: btxh.DanhSachHoSo, state: a, goto: b}", more)
    for _ in range(2):
        assert visitor.http.get("/__admin/settings").json["pull_limit"] is None
        if how == "call":
            assert outcomes(visitor, 1) == [200]
        elif how == "admin":
            visitor.http.put("/__admin/scenario/states/thu", json={"state": "b"})
        else:
            told = {"kind": "state", "name": "thu", "value": "b"}
            due = visitor.http.get("/__admin/clock").json["virtual"]
            made = visitor.http.post("/__admin/agenda", json={"at": due, "effect": told})
            assert made.status_code == 201, made.text
        assert visitor.http.get("/__admin/settings").json["pull_limit"] == 7
        assert visitor.http.get("/__admin/scenario").json["states"]["thu"]["state"] == "b"
        visitor.http.patch("/__admin/settings", json={"pull_limit": None})
        visitor.http.put("/__admin/scenario/states/thu", json={"state": "a"})


def test_a_state_that_was_left_before_its_time_is_not_entered_by_time(stage: Stage) -> None:
    more = """\
start: a
states:
  a: {after: PT1H, goto: b}
  b: {effects: [{do: {kind: set, settings: {pull_limit: 7}}}]}
  c: {}
"""
    visitor = stage("- {on: btxh.DanhSachHoSo, state: a, goto: c}", more)
    outcomes(visitor, 1)
    advance(visitor, "PT2H")
    assert visitor.http.get("/__admin/settings").json["pull_limit"] is None
    assert visitor.http.get("/__admin/scenario").json["states"]["thu"]["state"] == "c"


def test_what_a_scenario_scheduled_goes_with_it(stage: Stage, folder: Path) -> None:
    """F5: play, stop, play, reset, play another: the agenda holds what belongs to the one that plays."""
    effects = ", ".join(
        f"{{after: P{day}D, do: {{kind: set, settings: {{pull_limit: {day}}}}}}}" for day in range(1, 9)
    )
    visitor = stage("- {on: ndxp.revoke, delay: 1}", f"start: a\nstates: {{a: {{effects: [{effects}]}}}}\n")
    other = (folder / "thu.yaml").read_text(encoding="utf-8").replace("id: thu", "id: khac")
    (folder / "khac.yaml").write_text(other, encoding="utf-8")

    def choose(name: str | None) -> int:
        assert visitor.http.put("/__admin/scenario", json={"scenario": name}).status_code == 200
        return len(agenda(visitor))

    sizes = [len(agenda(visitor)), choose(None), choose("thu")]
    visitor.http.post("/__admin/scenario/reset")
    sizes += [len(agenda(visitor)), choose("khac")]
    assert {each["effect"]["scenario"] for each in agenda(visitor)} == {"khac"}
    sizes.append(choose(None))
    assert sizes == [8, 0, 8, 8, 8, 0]
    advance(visitor, "P9D")
    assert visitor.http.get("/__admin/settings").json["pull_limit"] is None


def test_an_outage_that_a_scenario_began_ends_with_it(stage: Stage) -> None:
    effect = "{do: {kind: downtime, minutes: 600}}"
    visitor = stage("- {on: ndxp.revoke, delay: 1}", f"start: a\nstates: {{a: {{effects: [{effect}]}}}}\n")
    assert outcomes(visitor, 1) == [503]
    visitor.http.put("/__admin/scenario", json={"scenario": None})
    assert outcomes(visitor, 1) == [200]


def test_faults_on_one_call_act_each_on_its_stage(visitor: Visitor) -> None:
    """F6: what no client could notice is not said to have acted."""
    names = ("broken-json", "slow-drip", "cut-in-body", "delay", "hang")
    arms: list[dict[str, Any]] = [{"fault": name, "on": "btxh.*"} for name in names]
    arms[4]["params"] = {"served": True}
    arms[1]["params"] = {"bytes": 16, "pause_ms": 1}
    visitor.http.put("/__admin/faults", json={"faults": arms})
    with suppress(ConnectionResetError):
        visitor.btxh("DanhSachHoSo", pull())
    entry = visitor.journal()[-1]
    assert entry["faults"] == ["broken-json", "slow-drip", "cut-in-body", "delay"]
    delivery = entry["response"]["delivery"]
    assert (delivery["fault"], delivery["piece"], delivery["pause_ms"]) == ("cut", 16, 1)
    assert entry["timing"]["addedDelay"] == 1000


def test_what_is_done_to_a_body_that_never_leaves_has_not_acted(visitor: Visitor) -> None:
    arms = [
        {"fault": "broken-json", "on": "btxh.*"},
        {"fault": "slow-drip", "on": "btxh.*"},
        {"fault": "CONNECTION_RESET_BY_PEER", "on": "btxh.*", "params": {"served": True}},
        {"fault": "reply-lost", "on": "btxh.*"},
    ]
    visitor.http.put("/__admin/faults", json={"faults": arms})
    with suppress(ConnectionResetError):
        visitor.btxh("DanhSachHoSo", pull())
    entry = visitor.journal()[-1]
    assert entry["faults"] == ["CONNECTION_RESET_BY_PEER"]
    assert json.loads(entry["response"]["body"])["result"]["error_code"] == 0


def test_of_two_faults_that_answer_the_first_does(visitor: Visitor) -> None:
    arms = [{"fault": name, "on": "btxh.*"} for name in ("gateway-502", "gateway-504")]
    visitor.http.put("/__admin/faults", json={"faults": arms})
    assert visitor.btxh("DanhSachHoSo", pull()).status_code == 502
    assert visitor.journal()[-1]["faults"] == ["gateway-502"]


def test_two_faults_that_change_the_country_both_act_on_one_call(visitor: Visitor) -> None:
    arms = [{"fault": name, "on": "btxh.*"} for name in ("throttled", "token-expired")]
    arms[0]["params"] = {"limit": 100}
    visitor.http.put("/__admin/faults", json={"faults": arms})
    assert visitor.btxh("DanhSachHoSo", pull()).status_code == 401
    assert visitor.journal()[-1]["faults"] == ["throttled", "token-expired"]
