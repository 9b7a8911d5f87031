"""``/__admin/metrics``: what was served, counted once and never backwards, whoever is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.builders import dossier
from tests.conftest import Visitor

BOUNDED = {"gateway", "operation", "outcome", "status_class", "le", "version", "sandbox"}


def samples(text: str) -> list[Any]:
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def calls(visitor: Visitor) -> dict[tuple[str, str, str, str], float]:
    reply = visitor.http.get("/__admin/metrics")
    assert reply.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (labels["gateway"], labels["operation"], labels["outcome"], labels["status_class"]): sample.value
        for sample in samples(reply.text)
        if sample.name == "ndxp_emulator_calls_total" and (labels := sample.labels)
    }


def of_sandboxes(made: list[Any]) -> list[tuple[str, float]]:
    return [(each.labels["sandbox"], each.value) for each in made if each.name == "ndxp_emulator_sandbox_calls_total"]


def test_every_call_is_counted_by_door_operation_outcome_and_class_of_status(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    visitor.btxh("DongBoDVC", dossier(MaHoSo="x"))
    visitor.http.get("/no/such/address")
    visitor.http.get("/file/20261121/x.pdf")
    visitor.http.get("/VXPAdapter/RestService/forward/x")
    counted = calls(visitor)
    assert counted["ndxp", "ndxp.token", "answered", "2xx"] == 2
    assert counted["ndxp", "btxh.DongBoDVC", "answered", "2xx"] == 1
    assert counted["ndxp", "btxh.DongBoDVC", "refused", "2xx"] == 1
    assert counted["ndxp", "", "unmatched", "4xx"] == 1
    assert {gateway for gateway, *_ in counted} == {"ndxp", "ministry", "xroad"}
    assert sum(counted.values()) == 7 == len(visitor.journal())


def test_the_buckets_add_up_to_the_calls(visitor: Visitor) -> None:
    for _ in range(3):
        visitor.http.get("/no/such/address")
    told = {
        (sample.name, sample.labels.get("le")): sample.value
        for sample in samples(visitor.http.get("/__admin/metrics").text)
        if sample.name.startswith("ndxp_emulator_serve_seconds")
    }
    buckets = [value for (name, _), value in told.items() if name.endswith("_bucket")]
    assert buckets == sorted(buckets)
    assert told["ndxp_emulator_serve_seconds_bucket", "+Inf"] == told["ndxp_emulator_serve_seconds_count", None] == 3
    assert 0 < told["ndxp_emulator_serve_seconds_sum", None] < 60


def test_a_reset_and_a_forgotten_journal_take_nothing_back(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    visitor.http.delete("/__admin/requests")
    visitor.http.post("/__admin/reset")
    assert calls(visitor)["ndxp", "btxh.DongBoDVC", "answered", "2xx"] == 1


def test_callers_cannot_make_new_labels(visitor: Visitor) -> None:
    visitor.http.post("/__admin/sandboxes", json={"id": "khac"})
    for number in range(5):
        visitor.http.get(f"/s/khac/bat-ky/{number}")
    made = samples(visitor.http.get("/__admin/metrics").text)
    assert set() < {label for sample in made for label in sample.labels} <= BOUNDED
    assert calls(visitor) == {("ndxp", "", "unmatched", "4xx"): 5}
    assert of_sandboxes(made) == [("khac", 5), ("other", 0)]
    assert next(each.value for each in made if each.name == "ndxp_emulator_sandboxes") == 2


def test_a_sandbox_that_is_called_other_is_no_second_series_of_that_name(visitor: Visitor) -> None:
    for name in ("khac", "other"):
        visitor.http.post("/__admin/sandboxes", json={"id": name})
        visitor.http.get(f"/s/{name}/bat-ky")
    assert of_sandboxes(samples(visitor.http.get("/__admin/metrics").text)) == [("khac", 1), ("other", 1)]


def test_the_admin_api_itself_is_not_counted(visitor: Visitor) -> None:
    visitor.http.get("/__admin/requests")
    assert calls(visitor) == {}


def test_the_country_has_no_metrics_page(visitor: Visitor) -> None:
    assert visitor.http.get("/metrics").status_code == 404
    assert visitor.journal()[-1]["outcome"] == "unmatched"


@pytest.fixture
def guarded(tmp_path: Path, co_ban: Pack) -> Iterator[Visitor]:
    country = found_country(replace(Settings(), admin_token="ma"), tmp_path / "guarded.db", {"co-ban": co_ban})
    yield Visitor(country)
    country.store.close()


def test_metrics_are_guarded_like_the_admin_api(guarded: Visitor, visitor: Visitor) -> None:
    assert guarded.http.get("/__admin/metrics").status_code == 401
    assert guarded.http.get("/__admin/metrics", headers={"Authorization": "Bearer ma"}).status_code == 200
    assert visitor.http.get("/__admin/metrics", headers={"Host": "emulator:8080"}).status_code == 403
