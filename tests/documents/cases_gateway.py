"""Rows B01 to B06: what the gateway meets before any body is read."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

from werkzeug.test import TestResponse

from tests.builders import dossier
from tests.conftest import Visitor
from tests.documents.quirk_table import Stage, case

FORM = {"grant_type": "client_credentials"}
KEY = "khoa-duoc-cap"
LGSP = base64.b64encode(json.dumps({"AccessKey": KEY, "SecretKey": "x"}).encode()).decode()


def settle(visitor: Visitor, **settings: Any) -> None:
    """Change settings of the default sandbox."""
    sandboxes = visitor.country.sandboxes
    sandbox = sandboxes.get("default")
    sandboxes.set_settings(sandbox, replace(sandbox.settings, **settings))


def is_accepted(reply: TestResponse) -> bool:
    return reply.status_code == 200 and reply.json["error_code"] == 0


def remarks(visitor: Visitor, quirk_id: str) -> list[tuple[str, str]]:
    """Return (level, path) of the newest exchange's remarks about a row."""
    found = visitor.journal()[-1]["remarks"]
    return [(remark["level"], remark["path"]) for remark in found if remark["rule"] == quirk_id]


@case("B01")
def access_key(stage: Stage) -> None:
    with stage.visiting() as visitor:
        assert is_accepted(visitor.btxh("DongBoDVC", dossier(), headers={"AccessKey": ""}))
        assert remarks(visitor, "B01") == [("note", "AccessKey")]
        assert (
            visitor.http.post("/apiBTXH/1.0/DongBoDVC", json=dossier(), headers={"AccessKey": KEY}).status_code == 401
        )
        settle(visitor, access_key=KEY)
        assert is_accepted(visitor.btxh("DongBoDVC", dossier(), headers={"AccessKey": KEY}))
        elsewhere = (
            (dossier(AcceptKey=KEY), {}, ("note", "/AcceptKey")),
            (dossier(), {"lgspaccesstoken": LGSP}, ("note", "lgspaccesstoken")),
        )
        for body, headers, remark in elsewhere:
            assert is_accepted(visitor.btxh("DongBoDVC", body, headers=headers)) is (not stage.is_strict)
            assert remark in remarks(visitor, "B01")
        for headers in ({}, {"AccessKey": "sai"}, {"lgspaccesstoken": "???"}):
            reply = visitor.btxh("DongBoDVC", dossier(), headers=headers)
            assert not is_accepted(reply)
            assert "AccessKey" in reply.json["message"]
            assert ("error", "AccessKey") in remarks(visitor, "B01")


@case("B02")
def content_type(stage: Stage) -> None:
    with stage.visiting() as visitor:
        named = visitor.btxh("DongBoDVC", dossier(), headers={"ContentType": "application/json"})
        assert is_accepted(named)
        assert remarks(visitor, "B02") == [("note", "ContentType")]
        bearer = {"Authorization": f"Bearer {visitor.token()}"}
        refusing = {None: ("strict",), "application/x-www-form-urlencoded": ("strict", "documented")}
        for kind, modes in refusing.items():
            body = json.dumps(dossier())
            reply = visitor.http.post("/apiBTXH/1.0/DongBoDVC", data=body, headers=bearer, content_type=kind)
            is_refused = stage.mode in modes
            assert is_accepted(reply) is not is_refused
            assert remarks(visitor, "B02") == [("error" if is_refused else "note", "Content-Type")]
            if is_refused:
                assert "Content-Type" in reply.json["message"]
            if kind:
                for said, counts in {
                    "application/json; charset=utf-8": True,
                    "text/plain;application/json": False,
                }.items():
                    headers = {**bearer, "ContentType": said}
                    reply = visitor.http.post("/apiBTXH/1.0/DongBoDVC", data=body, headers=headers, content_type=kind)
                    assert is_accepted(reply) is (not stage.is_strict if counts else not is_refused)


@case("B03")
def pair_in_the_form(stage: Stage) -> None:
    with stage.visiting() as visitor:
        assert visitor.http.post("/token", data=FORM, headers=visitor.basic()).status_code == 200
        assert remarks(visitor, "B03") == []
        text = base64.b64decode(visitor.basic()["Authorization"].removeprefix("Basic ")).decode()
        key, _, secret = text.partition(":")
        form = {**FORM, "client_id": key, "client_secret": secret}
        reply = visitor.http.post("/token", data=form)
        assert reply.status_code == (401 if stage.is_strict else 200)
        assert remarks(visitor, "B03") == [("error" if stage.is_strict else "note", "/client_id")]
        if not stage.is_strict:
            wrong = visitor.http.post("/token", data={**form, "client_secret": "sai"})
            assert (wrong.status_code, wrong.json["error"]) == (401, "invalid_client")


@case("B04")
def scope_of_the_sample(stage: Stage) -> None:
    with stage.visiting() as visitor:
        reply = visitor.http.post("/token", data=FORM, headers=visitor.basic())
        assert reply.json["scope"] == "am_application_scope default"


@case("B05")
def four_members(stage: Stage) -> None:
    with stage.visiting() as visitor:
        members = visitor.http.post("/token", data=FORM, headers=visitor.basic()).json
        assert {name: type(value) for name, value in members.items()} == {
            "access_token": str,
            "scope": str,
            "token_type": str,
            "expires_in": int,
        }


@case("B06")
def address_without_a_version(stage: Stage) -> None:
    with stage.visiting() as visitor:
        for mounted, is_open in ((None, not stage.is_strict), (True, True), (False, False)):
            settle(visitor, lgsp_mount=mounted)
            bearer = {"Authorization": f"Bearer {visitor.token()}"}
            reply = visitor.http.post("/apiBTXH/DongBoDVC", json=dossier(), headers=bearer)
            if is_open:
                assert is_accepted(reply)
                assert remarks(visitor, "B06") == [("note", "")]
            else:
                assert (reply.status_code, reply.json["fault"]["message"]) == (404, "Not Found")
                assert visitor.journal()[-1]["outcome"] == "unmatched"
        assert is_accepted(visitor.btxh("DongBoDVC", dossier()))
        assert remarks(visitor, "B06") == []
