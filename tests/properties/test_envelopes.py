"""Whatever is sent, the answer is the platform's: a service's own envelope or the gateway's fault, never a crash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from emulator.app import found_country
from emulator.country.axis import papers_account, portal_account
from emulator.country.pack import Pack
from emulator.country.settings import MODES, PROFILES
from emulator.settings import Settings
from tests.conftest import Visitor
from tests.portal.portal_client import ADDRESS, FORWARD, PAPERS_HOST
from tests.properties.strangers import (
    ADMIN,
    AXIS,
    BOUNDED,
    BTXH,
    HEADERS,
    SITES,
    TOKEN,
    VERBS,
    Spot,
    changed,
    paths,
)


class Caller(NamedTuple):
    """A client of one sandbox, with everything it needs to be let in."""

    visitor: Visitor
    sandbox: str
    token: str
    session: str
    unit: str
    papers: str

    def headers(self, path: str) -> dict[str, str]:
        if path.startswith(("/token", "/revoke")):
            return self.visitor.basic(sandbox=self.sandbox)
        return {"Authorization": self.papers if "/papers" in path else f"Bearer {self.token}"}

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> TestResponse:
        body = body.replace(b'"SESSION"', json.dumps(self.session).encode())
        where = path if path.startswith("/__") else f"/s/{self.sandbox}{path}"
        return self.visitor.http.open(
            where,
            method=method,
            data=body,
            headers={"Content-Type": "application/json", **self.headers(path), **headers},
        )

    def newest(self) -> dict[str, Any]:
        told = self.visitor.http.get(f"/__admin/sandboxes/{self.sandbox}/requests?limit=1").json["requests"]
        return told[0] if told else {}


def settled(visitor: Visitor, sandbox: str, mode: str, profile: str) -> Caller:
    visitor.http.post("/__admin/sandboxes", json={"id": sandbox, "mode": mode, "profile": profile})
    held = visitor.country.sandboxes.get(sandbox)
    visitor.http.patch(f"/__admin/sandboxes/{sandbox}/settings", json={"provincial_gateway": True})
    portal, papers = portal_account(held), papers_account(held)

    def log_in(path: str, account: Any) -> Any:
        body = {"username": account.username, "password": account.password}
        return visitor.http.post(f"/s/{sandbox}{FORWARD}{path}", json=body).json

    session = log_in(f"/mapi/login{ADDRESS}", portal)["session"]
    token = log_in(f"/bndp/public/v1/login{ADDRESS}{PAPERS_HOST}", papers)["accessToken"]
    return Caller(visitor, sandbox, visitor.token(sandbox=sandbox), session, portal.unit, token)


@pytest.fixture(scope="module")
def callers(tmp_path_factory: pytest.TempPathFactory, co_ban: Pack) -> Iterator[list[Caller]]:
    country = found_country(Settings(), tmp_path_factory.mktemp("envelopes") / "store.db", {"co-ban": co_ban})
    visitor = Visitor(country)
    visitor.http.post("/__admin/sandboxes", json={"id": "khac"})
    pairs = zip(MODES, islice(PROFILES, len(MODES)), strict=True)
    yield [settled(visitor, f"{mode}-1", mode, profile) for mode, profile in pairs]
    country.store.close()


def is_enveloped(reply: TestResponse, path: str) -> bool:
    """Tell whether a refusal speaks in a form of the platform, of an agency's site, or (admin) of RFC 9457."""
    if "X-Road-Error" in reply.headers:
        return {"type", "message", "detail"} <= json.loads(reply.data).keys()
    kind = reply.headers.get("Content-Type", "").partition(";")[0]
    if kind == "application/problem+json":
        return path.startswith("/__") and {"title", "status", "detail"} <= json.loads(reply.data).keys()
    if not reply.data or kind in {"text/plain", "text/html"}:
        return reply.status_code < 500
    if reply.data.startswith(b"<"):
        return ET.fromstring(reply.data).find("*") is not None
    members = json.loads(reply.data)
    return bool({"fault", "error", "error_code", "errorCode", "code", "result"} & members.keys())


def hold(caller: Caller, spot: Spot, path: str, method: str, body: bytes, headers: dict[str, str]) -> None:
    reply = caller.ask(method, path, body, headers)
    told = caller.newest()
    assert told.get("outcome") != "error", told
    documented = "X-Road-Error" in reply.headers and "trình giả lập" not in json.dumps(told, ensure_ascii=False)
    if not documented:
        assert reply.status_code < 500, reply.data
    if reply.status_code >= 400 and method != "HEAD":
        assert is_enveloped(reply, path), (reply.status_code, reply.headers, reply.data)
    assert b"Traceback" not in reply.data


FAMILIES = {"btxh": BTXH, "token": TOKEN, "axis": AXIS, "admin": ADMIN, "sites": SITES}


@pytest.mark.parametrize("family", FAMILIES)
@settings(BOUNDED, max_examples=60)
@given(data=st.data())
def test_whatever_is_sent_the_answer_is_in_an_envelope(callers: list[Caller], family: str, data: st.DataObject) -> None:
    spot = data.draw(st.sampled_from(FAMILIES[family]))
    caller = data.draw(st.sampled_from(callers))
    path = data.draw(paths(spot.path))
    if path.startswith(("/__admin/settings", "/__admin/clock")):
        path = path.replace("/__admin/", "/__admin/sandboxes/khac/", 1)
    method = data.draw(st.one_of(st.just(spot.method), VERBS))
    hold(caller, spot, path, method, data.draw(changed(spot.body)), data.draw(HEADERS))
