"""Health and readiness."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from emulator import __version__
from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.conftest import Visitor


def test_health_has_the_shape_of_wiremock(visitor: Visitor) -> None:
    health = visitor.http.get("/__admin/health").json
    assert set(health) == {"status", "message", "version", "uptimeInSeconds", "timestamp"}
    assert (health["status"], health["version"]) == ("healthy", __version__)
    assert health["uptimeInSeconds"] >= 0


def test_ready_means_that_packs_and_store_can_serve(visitor: Visitor) -> None:
    reply = visitor.http.get("/__admin/ready")
    assert (reply.status_code, reply.json) == (200, {"status": "ready", "packs": ["co-ban"]})


def test_a_missing_pack_is_a_reason_not_to_be_ready(tmp_path: Path, co_ban: Pack) -> None:
    settings = Settings()
    other = replace(settings, default=replace(settings.default, pack="khac"))
    country = found_country(other, tmp_path / "store.db", {"co-ban": co_ban})
    reply = Visitor(country).http.get("/__admin/ready")
    country.store.close()
    assert (reply.status_code, reply.json["code"]) == (503, "not-ready")
    assert "khac" in reply.json["errors"][0]["vi"]


def test_a_store_that_takes_no_writes_is_a_reason_not_to_be_ready(visitor: Visitor) -> None:
    visitor.country.store.connection().execute("PRAGMA query_only = ON")
    reply = visitor.http.get("/__admin/ready")
    visitor.country.store.connection().execute("PRAGMA query_only = OFF")
    assert (reply.status_code, reply.json["errors"][0]["pointer"]) == (503, "store")
    assert visitor.http.get("/__admin/ready").status_code == 200


def test_a_head_request_is_answered_like_get_without_the_body(visitor: Visitor) -> None:
    reply = visitor.http.head("/__admin/health")
    assert (reply.status_code, reply.data) == (200, b"")
