"""Scheduled effects: in order, once, each at its own virtual instant, whatever moved the clock past it."""

from __future__ import annotations

import pytest

from emulator.country import effects
from emulator.country.agenda import Lapsed
from emulator.country.effects import EffectKind
from emulator.country.world import World
from tests.conftest import Visitor
from tests.life.ministry import BEGIN, Ministry

FIRST, SECOND, THIRD = (f"2026-11-2{day}T09:00:00+07:00" for day in (4, 5, 6))
SET = {"kind": "set", "settings": {"pull_limit": 7}}


def state(name: str, value: str = "on") -> dict[str, str]:
    """A state of no scenario that plays: it lapses, at its instant."""
    return {"kind": "state", "name": name, "value": value}


def told(ministry: Ministry) -> list[tuple[str, str]]:
    return [
        (event["request"]["path"].rpartition("/")[2], event["clock"]["virtual"][:19]) for event in ministry.events()
    ]


def test_effects_happen_in_the_order_of_their_instants_each_at_its_own(ministry: Ministry) -> None:
    ministry.schedule(THIRD, **state("c"))
    ministry.schedule(FIRST, **SET)
    ministry.schedule(SECOND, kind="downtime", minutes=30)
    ministry.advance("P365D")
    assert told(ministry) == [
        ("set", FIRST[:19]),
        ("downtime", SECOND[:19]),
        ("set", SECOND.replace("09:00", "09:30")[:19]),
        ("state", THIRD[:19]),
    ]
    assert ministry.admin("GET", "/settings")["pull_limit"] == 7


def test_effects_of_one_instant_happen_in_the_order_in_which_they_were_scheduled(ministry: Ministry) -> None:
    for value in range(5):
        ministry.schedule(FIRST, kind="set", settings={"pull_limit": value})
    ministry.advance("P9D")
    assert [event["request"]["body"] for event in ministry.events()] == [
        f'{{"kind":"set","settings":{{"pull_limit":{value}}}}}' for value in range(5)
    ]
    assert ministry.admin("GET", "/settings")["pull_limit"] == 4


def test_nothing_happens_before_its_instant_and_nothing_twice(ministry: Ministry) -> None:
    ministry.schedule(FIRST, **state("once"))
    ministry.turn("set", to="2026-11-24T08:59:59+07:00")
    assert told(ministry) == []
    assert [each["due"][:19] for each in ministry.admin("GET", "/agenda")["agenda"]] == [FIRST[:19]]
    ministry.advance("PT1S")
    ministry.turn("set", to=BEGIN)
    ministry.advance("P30D")
    assert told(ministry) == [("state", FIRST[:19])]
    assert ministry.admin("GET", "/agenda")["agenda"] == []


def test_a_clock_that_runs_settles_at_the_next_call(ministry: Ministry, visitor: Visitor) -> None:
    ministry.turn("scale", scale=100_000)
    ministry.admin("POST", "/agenda", {"after": "PT1S", "effect": {"kind": "set", "settings": {"pull_limit": 3}}}, 201)
    while visitor.http.get("/__admin/clock").json["virtual"] < "2026-11-23T08:05":
        pass
    visitor.token()
    entries = visitor.http.get("/__admin/requests?clock=show&order=asc").json["requests"]
    assert [entry["operation"] for entry in entries] == ["clock.effect", "ndxp.token"]
    assert visitor.http.get("/__admin/settings").json["pull_limit"] == 3


def test_what_the_clock_did_is_in_the_chain_but_is_no_call(ministry: Ministry, visitor: Visitor) -> None:
    visitor.token()
    ministry.schedule(FIRST, **SET)
    ministry.advance("P9D")
    visitor.token()
    chain = visitor.http.get("/__admin/chain").json
    assert (chain["ok"], chain["last"]) == (True, 6), "three changes by the administrator stand in the chain, too"
    assert [entry["operation"] for entry in visitor.journal()] == ["ndxp.token", "ndxp.token"]
    assert visitor.http.post("/__admin/requests/count", json={}).json["count"] == 2
    (event,) = ministry.events()
    assert (event["outcome"], event["seq"], event["response"]["status"]) == ("happened", 5, 200)


def test_an_effect_that_has_become_impossible_lapses_with_a_reason_and_changes_nothing(ministry: Ministry) -> None:
    ministry.schedule(FIRST, kind="move", dossier="000.00.15.G07-261102-0501", status=1)
    ministry.schedule(SECOND, kind="withdraw", provider="VN:GOV:000.00.00.H26:hanoivdxpsvc01", subject="nobody")
    ministry.advance("P9D")
    assert [event["outcome"] for event in ministry.events()] == ["lapsed", "lapsed"]
    assert "không thể sang 1 (Mới đăng ký)" in ministry.events()[0]["remarks"][0]["vi"]
    assert ministry.dossier("000.00.15.G07-261102-0501")["status"] == 10


def test_what_an_effect_did_before_it_lapsed_is_undone_and_stands_in_no_journal(
    ministry: Ministry, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = {"provider": "VN:GOV:000.00.00.H26:hanoivdxpsvc01", "subject": "VN:GOV:000.00.15.G07:btxhsvc01"}

    def half(_words: object, world: World) -> None:
        effects.grant_access(pair, world)
        assert world.exchange.effects
        raise Lapsed("nửa chừng", "half way")

    def fail(words: object, world: World) -> None:
        effects.grant_access(pair, world)
        raise ZeroDivisionError

    kinds = {"half": EffectKind(half, {}, {}), "fail": EffectKind(fail, {}, {})}
    monkeypatch.setattr(effects, "_SOURCES", [*effects._SOURCES, lambda: kinds])
    before = ministry.admin("GET", f"/access-rights?provider={pair['provider']}")
    ministry.schedule(FIRST, kind="half")
    ministry.schedule(SECOND, kind="fail")
    ministry.schedule(THIRD, kind="set", settings={"pull_limit": 7})
    ministry.advance("P9D")
    assert [(event["outcome"], event["effects"]) for event in ministry.events()][:2] == [("lapsed", []), ("error", [])]
    assert ministry.events()[2]["outcome"] == "happened"
    assert ministry.admin("GET", f"/access-rights?provider={pair['provider']}") == before


@pytest.mark.parametrize(
    ("effect", "pointer", "word"),
    [
        ({"kind": "mov"}, "/effect/kind", "gần nhất: “move”"),
        ({}, "/effect/kind", "không có loại"),
        ({"kind": "move", "dossier": "x"}, "/effect/status", "là bắt buộc"),
        ({"kind": "move", "dossier": "x", "status": "4"}, "/effect/status", "số nguyên"),
        ({"kind": "move", "dossier": "x", "status": 12}, "/effect/status", "không có trạng thái này"),
        ({"kind": "move", "dossier": "x", "status": 4, "lvel": "district"}, "/effect/lvel", "gần nhất: “level”"),
        ({"kind": "move", "dossier": "x", "status": 4, "level": "comune"}, "/effect/level", "gần nhất: “commune”"),
        ({"kind": "set", "settings": {"pul_limit": 1}}, "/effect/settings/pul_limit", "không có thiết lập này"),
        ({"kind": "set", "settings": {"pull_limit": "1"}}, "/effect/settings/pull_limit", "không hợp lệ"),
        ({"kind": "set", "settings": {"model": "A3"}}, "/effect/settings/model", "không hợp lệ"),
        ({"kind": "application", "person": {"HoVaTen": "A"}}, "/effect/person", "Thiếu trường"),
        ({"kind": "application", "province": "1"}, "/effect/province", "2 chữ số"),
    ],
)
def test_an_effect_that_cannot_be_is_refused_when_it_is_scheduled(
    ministry: Ministry, effect: dict[str, object], pointer: str, word: str
) -> None:
    problem = ministry.admin("POST", "/agenda", {"at": FIRST, "effect": effect}, 422)
    assert problem["errors"][0]["pointer"].startswith(pointer)
    assert word in problem["errors"][0]["vi"]
    assert ministry.admin("GET", "/agenda")["agenda"] == []


def test_an_effect_can_be_cancelled_and_a_reset_clears_the_agenda(ministry: Ministry) -> None:
    ministry.schedule(FIRST, **state("a"))
    ministry.schedule(SECOND, **state("b"))
    (first, _) = ministry.admin("GET", "/agenda")["agenda"]
    ministry.admin("DELETE", f"/agenda/{first['due_ms']}/{first['no']}")
    ministry.admin("DELETE", f"/agenda/{first['due_ms']}/{first['no']}", expect=404)
    assert [each["effect"]["name"] for each in ministry.admin("GET", "/agenda")["agenda"]] == ["b"]
    ministry.admin("POST", "/reset")
    assert ministry.admin("GET", "/agenda")["agenda"] == []


def test_settings_that_the_clock_changes_are_named_in_what_it_did(ministry: Ministry) -> None:
    ministry.schedule(FIRST, kind="set", settings={"pull_limit": 7, "token_lifetime_s": 60})
    ministry.advance("P9D")
    (event,) = ministry.events()
    assert [(each["shelf"], each["key"], each["change"]) for each in event["effects"]] == [
        ("settings", "pull_limit", "put"),
        ("settings", "token_lifetime_s", "put"),
    ]


def test_a_server_that_is_renamed_takes_its_own_hosts_and_rights_with_it_and_no_others(ministry: Ministry) -> None:
    old, new = "VN:GOV:000.00.00.H22:hagiangvdxpsvc01", "VN:GOV:000.00.00.H22:hagiangvdxpsvc09"

    def hosts() -> dict[str, str]:
        return {row["name"]: row["subsystem"] for row in ministry.admin("GET", "/hosts")["hosts"]}

    def rights(provider: str) -> set[str]:
        return {row["subject"] for row in ministry.admin("GET", f"/access-rights?provider={provider}")["rights"]}

    before, given = hosts(), rights(old)
    assert given
    assert old in before.values()
    assert len(set(before.values())) > 1
    ministry.schedule(FIRST, kind="rename-server", **{"from": old, "to": new})
    ministry.advance("P9D")
    assert hosts() == {name: new if owner == old else owner for name, owner in before.items()}
    assert rights(new) == {new if each == old else each for each in given}


def test_a_right_on_the_axis_is_given_and_taken_away_by_the_clock(ministry: Ministry) -> None:
    pair = {"provider": "VN:GOV:000.00.00.H26:hanoivdxpsvc01", "subject": "VN:GOV:000.00.15.G07:btxhsvc01"}

    def subjects() -> set[str]:
        rows = ministry.admin("GET", f"/access-rights?provider={pair['provider']}")["rights"]
        return {row["subject"] for row in rows}

    before = subjects()
    ministry.schedule(FIRST, kind="grant", **pair)
    ministry.schedule(THIRD, kind="withdraw", **pair)
    ministry.turn("set", to=SECOND)
    assert subjects() == before | {pair["subject"]}
    ministry.advance("P9D")
    assert subjects() == before - {pair["subject"]}


def test_a_downtime_answers_503_in_the_gateways_words_and_ends_by_itself(ministry: Ministry, visitor: Visitor) -> None:
    from tests.builders import pull

    ministry.schedule(FIRST, kind="downtime", minutes=60, notice="Bảo trì định kỳ")
    ministry.turn("set", to=FIRST)
    reply = visitor.btxh("DanhSachHoSo", pull())
    assert reply.status_code == 503
    assert reply.json["fault"]["description"] == "Bảo trì định kỳ"
    ministry.advance("PT60M")
    assert visitor.btxh("DanhSachHoSo", pull()).status_code == 200
