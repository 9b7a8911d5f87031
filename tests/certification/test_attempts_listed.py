"""A sandbox that only has the name of an attempt."""

from __future__ import annotations

from tests.conftest import Visitor


def test_a_sandbox_that_only_has_the_name_of_an_attempt_is_not_listed_among_them(visitor: Visitor) -> None:
    assert visitor.http.post("/__admin/sandboxes", json={"id": "luot-khong-phai"}).status_code == 201
    reply = visitor.http.get("/__admin/attempts")
    assert (reply.status_code, reply.json) == (200, {"attempts": []})
