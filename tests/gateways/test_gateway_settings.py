"""The gateway's settings through the admin API: what may be set works, what could break a reply is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import dossier
from tests.conftest import Visitor


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("throttle_window_s", 0),
        ("throttle_limit", -1),
        ("throttle_level", "planet"),
        ("token_lifetime_s", -2),
        ("token_lifetime_s", 10**30),
        ("auth_header", ""),
        ("auth_header", "Access Key"),
        ("auth_header", "X\r\nSet-Cookie"),
        ("host_name", "a\r\nb"),
        ("subscription", "perhaps"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(visitor: Visitor, setting: str, value: Any) -> None:
    reply = visitor.http.put("/__admin/settings", json={setting: value})
    assert 400 <= reply.status_code < 500
    assert setting in reply.text
    assert visitor.btxh("DongBoDVC", dossier()).status_code == 200


def test_a_lifetime_of_minus_one_never_ends(visitor: Visitor) -> None:
    assert visitor.http.put("/__admin/settings", json={"token_lifetime_s": -1}).status_code == 200
    reply = visitor.http.post("/token", data={"grant_type": "client_credentials"}, headers=visitor.basic())
    assert reply.json["expires_in"] == 9223372036854775


def test_a_quota_set_by_a_trainer_holds(visitor: Visitor) -> None:
    visitor.http.put("/__admin/settings", json={"throttle_limit": 0})
    reply = visitor.btxh("DongBoDVC", dossier())
    assert reply.status_code == 429
    assert reply.json["fault"]["code"] == 900804


def test_the_realm_of_the_challenge_is_the_host_name(visitor: Visitor) -> None:
    visitor.http.put("/__admin/settings", json={"host_name": "lgsp.example.vn"})
    pair = visitor.country.sandboxes.credentials(visitor.country.sandboxes.get("default"))[0]
    form = {"grant_type": "client_credentials", "client_id": pair.consumer_key, "client_secret": "sai"}
    assert visitor.http.post("/token", data=form).headers["WWW-Authenticate"] == "Basic realm=lgsp.example.vn"
