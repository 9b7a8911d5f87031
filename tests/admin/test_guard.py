"""Who may use the admin API, and who may see secrets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.builders import dossier
from tests.conftest import Visitor

TOKEN = "ma-quan-tri"


@pytest.fixture
def guarded(tmp_path: Path, co_ban: Pack) -> Iterator[Visitor]:
    country = found_country(replace(Settings(), admin_token=TOKEN), tmp_path / "guarded.db", {"co-ban": co_ban})
    yield Visitor(country)
    country.store.close()


@pytest.mark.parametrize("path", ["/__admin", "/__admin/requests", "/__admin/sandboxes/default", "/__admin/no-such"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"X-Admin-Token": "mã"},
        {"X-Admin-Token": TOKEN + "x"},
    ],
)
def test_without_the_token_nothing_is_shown(guarded: Visitor, path: str, headers: dict) -> None:
    reply = guarded.http.get(path, headers=headers)
    assert (reply.status_code, reply.json["code"]) == (401, "token-needed")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("headers", [{"Authorization": f"Bearer {TOKEN}"}, {"X-Admin-Token": TOKEN}])
def test_the_token_opens_the_admin_api_under_any_host(guarded: Visitor, headers: dict) -> None:
    assert guarded.http.get("/__admin/requests", headers=headers | {"Host": "emulator:8080"}).status_code == 200


def test_health_and_readiness_are_open_to_all(guarded: Visitor) -> None:
    for path in ("/__admin/health", "/__admin/ready"):
        assert (
            guarded.http.get(path, headers={"Host": "10.0.0.5:8080", "Origin": "https://evil.example"}).status_code
            == 200
        )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8080", 200),
        ("127.0.0.1:8080", 200),
        ("127.8.9.1", 200),
        ("[::1]:8080", 200),
        ("lop-a.localhost:8080", 200),
        ("LOCALHOST", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("evillocalhost", 403),
        ("192.168.1.7:8080", 403),
    ],
)
def test_without_a_configured_token_only_this_machine_is_served(visitor: Visitor, host: str, status: int) -> None:
    assert visitor.http.get("/__admin/requests", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_web_site_cannot_reset_the_emulator(visitor: Visitor, headers: dict) -> None:
    visitor.http.get("/nowhere")
    reply = visitor.http.post("/__admin/reset", headers=headers)
    assert (reply.status_code, reply.json["code"]) == (403, "foreign-origin")
    assert len(visitor.journal()) == 1


def test_our_own_pages_may_call(visitor: Visitor) -> None:
    assert visitor.http.post("/__admin/reset", headers={"Origin": "http://localhost"}).status_code == 200


def test_secrets_are_masked_wherever_the_admin_api_shows_them(visitor: Visitor) -> None:
    credentials = visitor.country.sandboxes.credentials_shown(visitor.country.sandboxes.get("default"))
    secret = credentials["production"]["consumer_secret"]
    basic, token = visitor.basic()["Authorization"], visitor.token()
    visitor.btxh("DongBoDVC", dossier(AcceptKey="khoa-bi-mat"))
    visitor.http.post(f"/nowhere?client_secret={secret}", data={"client_secret": secret, "password": secret})
    shown = [
        visitor.http.get("/__admin/requests").text,
        visitor.http.post("/__admin/requests/find", json={}).text,
        visitor.http.get("/__admin/requests/unmatched").text,
        visitor.http.get("/__admin/requests/near-misses").text,
        visitor.http.get("/__admin/requests/default.1.1").text,
        visitor.http.get("/__admin/sandboxes/default").text,
    ]
    for text in shown:
        for hidden in (secret, basic, token, "khoa-bi-mat", credentials["portal"]["password"]):
            assert hidden not in text
    assert "Bearer ***" in shown[0]
    assert "Basic ***" in shown[0]


def test_secrets_need_an_admin_token(visitor: Visitor) -> None:
    for path in ("/__admin/requests", "/__admin/sandboxes/default"):
        reply = visitor.http.get(f"{path}?secrets=show")
        assert (reply.status_code, reply.json["code"]) == (403, "secrets-need-token")
        assert "--admin-token" in reply.json["vi"]


def test_the_holder_of_the_token_sees_secrets_when_asking_for_them(guarded: Visitor) -> None:
    token, headers = guarded.token(), {"X-Admin-Token": TOKEN}
    assert token not in guarded.http.get("/__admin/requests", headers=headers).text
    assert token in guarded.http.get("/__admin/requests?secrets=show", headers=headers).text
    shown = guarded.http.get("/__admin/sandboxes/default?secrets=show", headers=headers).json
    assert shown["credentials"]["production"]["consumer_secret"] != "***"
