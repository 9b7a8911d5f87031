"""The thinnest path through every room."""

from __future__ import annotations

from tests.builders import dossier
from tests.conftest import Visitor


def test_a_pushed_dossier_is_accepted_and_written_down(visitor: Visitor) -> None:
    reply = visitor.btxh("DongBoDVC", dossier())
    assert reply.status_code == 200
    assert reply.json["error_code"] == 0
    newest = visitor.journal()[-1]
    assert newest["operation"] == "btxh.DongBoDVC"
    (effect,) = newest["effects"]
    assert len(effect.pop("sha256")) == 64, "what lies on the shelf now has its digest"
    assert effect == {"shelf": "dossiers", "key": "000.11.26.H26-261120-0001", "change": "put", "after": {"status": 1}}


def test_a_call_without_a_token_is_refused_by_the_gateway(visitor: Visitor) -> None:
    reply = visitor.http.post("/apiBTXH/1.0/DongBoDVC", json=dossier())
    assert reply.status_code == 401
    assert b"<ams:code>900902</ams:code>" in reply.data
