"""Going back to a moment: everything is as it was, and goes on as it went."""

from __future__ import annotations

from typing import Any

from tests.builders import dossier
from tests.conftest import Visitor
from tests.life.ministry import Ministry


def told(ministry: Ministry) -> list[Any]:
    asked = "/requests?clock=show&order=asc&limit=2000"
    return [
        (each["seq"], each["chain"], each["operation"], each["clock"]["virtual"])
        for each in ministry.admin("GET", asked)["requests"]
    ]


def test_a_restored_sandbox_holds_what_it_held_and_lives_on_the_same_way(ministry: Ministry, visitor: Visitor) -> None:
    token = visitor.token()
    (code,) = ministry.file(procedure="1.001776", province="01")
    taken = ministry.admin("POST", "/snapshots", {"name": "truoc"}, 201)
    ministry.admin("PUT", "/settings", {"pull_limit": 3})
    visitor.btxh("DongBoDVC", dossier())
    ministry.advance("P90D")
    first = ministry.dossier(code)
    ministry.admin("POST", "/snapshots/truoc/restore")
    assert ministry.admin("GET", "/clock")["virtual"] == taken["virtual"]
    assert ministry.admin("GET", "/settings")["pull_limit"] is None
    assert ministry.dossier(code)["status"] == 1
    ministry.admin("GET", f"/dossiers/{dossier()['MaHoSo']}", expect=404)
    assert visitor.token() == token
    assert told(ministry)[0][0] == taken["seq"] + 1
    ministry.advance("P90D")
    again = ministry.dossier(code)
    assert again == first
    assert visitor.http.get("/__admin/chain").json["ok"]


def test_snapshots_are_listed_bounded_and_forgotten(ministry: Ministry) -> None:
    assert ministry.admin("POST", "/snapshots", {}, 201)["name"] == "s1"
    ministry.admin("POST", "/snapshots", {"name": "s1"}, 409)
    ministry.admin("POST", "/snapshots", {"name": "../x"}, 422)
    for _ in range(19):
        ministry.admin("POST", "/snapshots", {}, 201)
    assert ministry.admin("POST", "/snapshots", {}, 409)["code"] == "too-many-snapshots"
    ministry.admin("DELETE", "/snapshots/s7")
    ministry.admin("POST", "/snapshots/s7/restore", expect=404)
    assert ministry.admin("GET", "/snapshots")["meta"]["total"] == 19
    ministry.admin("POST", "/reset")
    assert ministry.admin("GET", "/snapshots")["meta"]["total"] == 19
