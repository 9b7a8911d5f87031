"""The clock of a sandbox, turned from outside."""

from __future__ import annotations

import pytest

from tests.conftest import Visitor


def turn(visitor: Visitor, **wish):
    return visitor.http.put("/__admin/clock", json=wish)


def test_a_clock_stands_goes_on_and_is_put_right_again(visitor: Visitor) -> None:
    frozen = turn(visitor, action="freeze", to="2026-03-02T08:00:00").json
    assert frozen["virtual"] == "2026-03-02T08:00:00.000+07:00", "a moment without an offset is Vietnamese time"
    assert frozen["frozen"] is True
    assert visitor.http.get("/__admin/clock").json["virtual"] == frozen["virtual"]
    assert turn(visitor, action="advance", by="P2DT30M").json["virtual"] == "2026-03-04T08:30:00.000+07:00"
    assert turn(visitor, action="advance", by={"seconds": 1.5}).json["virtual"] == "2026-03-04T08:30:01.500+07:00"
    assert turn(visitor, action="set", to="2026-01-01T00:00:00Z").json["virtual"] == "2026-01-01T07:00:00.000+07:00"
    running = turn(visitor, action="scale", scale=1000).json
    assert (running["frozen"], running["scale"]) == (False, 1000)
    there = turn(visitor, action="reset").json
    assert there["virtual"] == there["wall"]
    assert (there["frozen"], there["scale"]) == (False, 1.0)


def test_services_live_in_the_time_of_their_clock(visitor: Visitor) -> None:
    turn(visitor, action="freeze", to="2026-03-02T08:00:00")
    assert visitor.http.get("/nowhere").headers["Date"] == "Mon, 02 Mar 2026 01:00:00 GMT"
    assert visitor.journal()[0]["clock"]["virtual"] == "2026-03-02T08:00:00.000+07:00"


def test_a_token_ends_when_the_clock_passes_its_lifetime(visitor: Visitor) -> None:
    first = visitor.token()
    turn(visitor, action="advance", by="PT2H")
    assert visitor.token() != first


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({}, "/action"),
        ({"action": "stop"}, "/action"),
        ({"action": "set"}, "/to"),
        ({"action": "set", "to": "hôm qua"}, "/to"),
        ({"action": "set", "to": "1969-12-31T00:00:00Z"}, "/to"),
        ({"action": "set", "to": "0001-01-01T00:00:00"}, "/to"),
        ({"action": "set", "to": 5}, "/to"),
        ({"action": "advance"}, "/by"),
        ({"action": "advance", "by": "P1M"}, "/by"),
        ({"action": "advance", "by": "P"}, "/by"),
        ({"action": "advance", "by": "PT"}, "/by"),
        ({"action": "advance", "by": "P1DT"}, "/by"),
        ({"action": "advance", "by": "-P1D"}, "/by"),
        ({"action": "advance", "by": {"seconds": -1}}, "/by"),
        ({"action": "advance", "by": {"fortnights": 1}}, "/by"),
        ({"action": "advance", "by": 5}, "/by"),
        ({"action": "advance", "by": "P9999999D"}, "/by"),
        ({"action": "scale", "scale": 0}, "/scale"),
        ({"action": "scale", "scale": "fast"}, "/scale"),
        ({"action": "reset", "to": "2026-01-01"}, "/to"),
        ({"action": "freeze", "turbo": True}, "/turbo"),
    ],
)
def test_a_turn_that_makes_no_sense_is_refused_and_changes_nothing(visitor: Visitor, wish: dict, pointer: str) -> None:
    frozen = turn(visitor, action="freeze").json
    reply = turn(visitor, **wish)
    assert reply.status_code == 422
    assert [fault["pointer"] for fault in reply.json["errors"]] == [pointer]
    assert visitor.http.get("/__admin/clock").json["virtual"] == frozen["virtual"]


def test_only_set_goes_back_in_time(visitor: Visitor) -> None:
    turn(visitor, action="freeze", to="2026-03-02T08:00:00")
    assert turn(visitor, action="set", to="2020-03-02T08:00:00").json["virtual"].startswith("2020")
    assert turn(visitor, action="advance", by="PT0S").json["virtual"].startswith("2020")
