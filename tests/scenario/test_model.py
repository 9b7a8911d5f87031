"""The engine and a small, slow interpreter agree on random scenarios over random calls and clocks.

A few in the default run; ``HYPOTHESIS_PROFILE=thousand pytest tests/scenario/test_model.py`` plays a thousand.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.app import Country
from tests.builders import dossier, step
from tests.conftest import Visitor
from tests.properties.strangers import IS_FIXED
from tests.scenario.model import Model

PLAYS = 1000 if os.environ.get("HYPOTHESIS_PROFILE") == "thousand" else 12
BEGIN = "2026-12-01T00:00:00+07:00"
CODES = ("000.11.26.H26-261120-0001", "000.11.26.H26-261120-0002")
HEAD = {"schema_version": "2", "id": "mau", "source": "ours"} | {
    name: {"vi": "Mẫu", "en": "Model"} for name in ("title", "purpose", "good_client")
}
STATES = ("a", "b", "c")


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a scenario in the model's own words."""
    states: dict[str, Any] = {}
    for number, name in enumerate(STATES):
        states[name] = {}
        if draw(st.booleans()):
            states[name] |= {"after": draw(st.integers(1, 90)), "goto": draw(st.sampled_from(STATES))}
        if draw(st.booleans()):
            states[name]["limit"] = number + 1
    steps = [draw(steps_named(f"s{number}")) for number in range(draw(st.integers(1, 4)))]
    return {"id": "mau", "start": "a", "states": states, "steps": steps}


@st.composite
def steps_named(draw: st.DrawFn, name: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": name,
        "on": draw(st.sampled_from(["btxh.*", "btxh.DongBoDVC", "btxh.XuLyHoSo"])),
        "priority": draw(st.integers(1, 3)),
        "status": 520 + int(name[1:]),
    }
    made |= draw(st.fixed_dictionaries({}, optional={
        "state": st.sampled_from(STATES), "goto": st.sampled_from(STATES), "at_most": st.integers(1, 3),
        "probability": st.sampled_from([0.3, 0.5, 0.8]), "count_by": st.sampled_from(["dossier", "state"]),
        "dossier": st.sampled_from(CODES),
    }))  # fmt: skip
    if made.get("count_by") == "state":
        made.pop("probability", None)  # whose luck knows the very instant of entry
    return made | draw(st.sampled_from([{}, {}, {"nth": [1, 3]}, {"nth": [2]}, {"every": 2}]))


MOMENTS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 300)),
        st.tuples(st.sampled_from(["btxh.DongBoDVC", "btxh.XuLyHoSo"]), st.sampled_from(CODES)),
    ),
    min_size=4,
    max_size=14,
)


def as_text(scenario: dict[str, Any]) -> str:
    """Write the scenario down as a person would."""
    states = {}
    for name, said in scenario["states"].items():
        states[name] = {"after": f"PT{said['after']}M", "goto": said["goto"]} if "after" in said else {}
        if "limit" in said:
            states[name]["effects"] = [{"do": {"kind": "set", "settings": {"pull_limit": said["limit"]}}}]
    steps = []
    for words in scenario["steps"]:
        kept = {key: value for key, value in words.items() if key not in ("dossier", "status")}
        when = {"when": {"body.MaHoSo": words["dossier"]}} if "dossier" in words else {}
        steps.append({**kept, **when, "answer": {"status": words["status"], "body": "x"}})
    return yaml.safe_dump({**HEAD, "start": "a", "states": states, "steps": steps}, allow_unicode=True)


@pytest.mark.timeout(60 + 3 * PLAYS)  # a thousand take some minutes
def test_the_engine_does_what_the_model_says(country: Country) -> None:
    visitor = Visitor(country)

    @settings(max_examples=PLAYS, deadline=None, derandomize=IS_FIXED, suppress_health_check=list(HealthCheck))
    @given(scenario=scenarios(), moments=MOMENTS)
    def play(scenario: dict[str, Any], moments: list[Any]) -> None:
        play_both(visitor, scenario, moments)

    play()


def play_both(visitor: Visitor, scenario: dict[str, Any], moments: list[Any]) -> None:
    """Play a scenario in the engine and in the model; they must agree after every moment."""
    visitor.http.put("/__admin/scenario", json={"scenario": None})  # else the last one begins anew with the reset
    visitor.http.post("/__admin/sandboxes/default/reset")
    visitor.http.put("/__admin/clock", json={"action": "freeze", "to": BEGIN})
    chosen = visitor.http.put("/__admin/scenario", json={"text": as_text(scenario)})
    if chosen.status_code == 422:  # the linter sees what cannot happen; such a scenario has no story
        return
    assert chosen.status_code == 200, chosen.text
    visitor.http.patch("/__admin/settings", json={"token_lifetime_s": -1})
    token = {"Authorization": f"Bearer {visitor.token()}"}
    model = Model(scenario, 42)
    model.begin()
    statuses = {each["status"]: each["name"] for each in scenario["steps"]}
    for what, how in moments:
        if what == "wait":
            model.wait(how)
            visitor.http.put("/__admin/clock", json={"action": "advance", "by": f"PT{how}M"})
        else:
            body = (dossier if what.endswith("DVC") else step)(MaHoSo=how)
            reply = visitor.http.post(f"/apiBTXH/1.0/{what.removeprefix('btxh.')}", json=body, headers=token)
            assert statuses.get(reply.status_code) == model.call(what, how), (as_text(scenario), moments)
        seen = visitor.http.get("/__admin/scenario").json["states"]["mau"]["state"]
        limit = visitor.http.get("/__admin/settings").json["pull_limit"]
        assert (seen, limit) == (model.state, model.limit), (as_text(scenario), moments)


def test_the_model_reads_no_part_of_the_engine() -> None:
    text = Path(__file__).with_name("model.py").read_text(encoding="utf-8")
    assert "emulator.scenario" not in text
