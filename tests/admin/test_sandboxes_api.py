"""Sandboxes: made, changed, reset, dropped; and that none sees another."""

from __future__ import annotations

import base64
import gc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.country.sandbox import Definition, Sandbox
from emulator.country.settings import SandboxSettings
from emulator.settings import Settings
from tests.builders import dossier, pull
from tests.conftest import Visitor

CODE = "000.11.26.H26-261120-0001"


def make(visitor: Visitor, **wish: Any) -> dict[str, Any]:
    reply = visitor.http.post("/__admin/sandboxes", json=wish)
    assert reply.status_code == 201, reply.json
    made: dict[str, Any] = reply.json
    return made


def push(visitor: Visitor, sandbox: dict[str, Any], **changes: Any) -> int:
    """Push a dossier as a client of a sandbox would, by its base URL; return the HTTP status."""
    pair = sandbox["credentials"]["production"]
    basic = base64.b64encode(f"{pair['consumer_key']}:{pair['consumer_secret']}".encode()).decode()
    root = sandbox["base_url"].removeprefix("http://localhost")
    form = {"grant_type": "client_credentials"}
    token = visitor.http.post(f"{root}/token", data=form, headers={"Authorization": f"Basic {basic}"}).json
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    return visitor.http.post(f"{root}/apiBTXH/1.0/DongBoDVC", json=dossier(**changes), headers=headers).status_code


def test_a_sandbox_is_made_with_all_it_needs(visitor: Visitor) -> None:
    made = make(visitor, id="lop-a", mode="strict", profile="apim-2.6", seed=7)
    assert made["base_url"] == "http://localhost/s/lop-a"
    assert (made["mode"], made["profile"], made["seed"], made["pack"]) == ("strict", "apim-2.6", 7, "co-ban")
    assert set(made["credentials"]["sandbox"]) == {"consumer_key", "consumer_secret"}
    assert push(visitor, made) == 200
    assert visitor.http.get("/__admin/sandboxes/lop-a").json["id"] == "lop-a"


def test_a_sandbox_without_a_wish_gets_a_name_of_its_own(visitor: Visitor) -> None:
    first, second = visitor.http.post("/__admin/sandboxes").json, make(visitor)
    assert first["id"] != second["id"]
    listed = visitor.http.get("/__admin/sandboxes").json
    assert [each["id"] for each in listed["sandboxes"]] == ["default", first["id"], second["id"]]
    assert listed["meta"]["total"] == 3
    assert "credentials" not in listed["sandboxes"][0]


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"id": "Lop A"}, "/id"),
        ({"id": "-a"}, "/id"),
        ({"id": "a\n"}, "/id"),
        ({"id": "a" * 64}, "/id"),
        ({"pack": "khong-co"}, "/pack"),
        ({"mode": "lenient"}, "/mode"),
        ({"profile": "apim-9"}, "/profile"),
        ({"seed": "42"}, "/seed"),
        ({"scenario": "mai-tang-phi"}, "/scenario"),
        ({"sede": 1}, "/sede"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_by_its_place(visitor: Visitor, wish: dict, pointer: str) -> None:
    reply = visitor.http.post("/__admin/sandboxes", json=wish)
    assert reply.status_code == 422
    assert [fault["pointer"] for fault in reply.json["errors"]] == [pointer]


def test_an_id_is_taken_once(visitor: Visitor) -> None:
    make(visitor, id="a")
    reply = visitor.http.post("/__admin/sandboxes", json={"id": "a"})
    assert (reply.status_code, reply.json["code"]) == (409, "sandbox-exists")


def test_a_dropped_sandbox_is_gone_and_the_default_one_stays(visitor: Visitor) -> None:
    made = make(visitor, id="a")
    push(visitor, made)
    assert visitor.http.delete("/__admin/sandboxes/a").status_code == 200
    assert visitor.http.get("/__admin/sandboxes/a").status_code == 404
    assert visitor.http.get("/s/a/token").status_code == 404
    reply = visitor.http.delete("/__admin/sandboxes/default")
    assert (reply.status_code, reply.json["code"]) == (409, "default-stays")


def test_mode_and_profile_change_while_the_sandbox_keeps_what_it_holds(visitor: Visitor) -> None:
    made = make(visitor, id="a")
    push(visitor, made)
    changed = visitor.http.patch("/__admin/sandboxes/a", json={"mode": "observed", "profile": "apim-4.x"}).json
    assert (changed["mode"], changed["profile"]) == ("observed", "apim-4.x")
    assert visitor.http.get(f"/__admin/sandboxes/a/dossiers/{CODE}").status_code == 200


def test_settings_change_one_by_one(visitor: Visitor) -> None:
    before = visitor.http.get("/__admin/sandboxes/default/settings").json
    changed = visitor.http.put("/__admin/sandboxes/default/settings", json={"token_lifetime_s": 5}).json
    assert changed == before | {"token_lifetime_s": 5}
    assert visitor.http.patch("/__admin/settings", json={"journal_limit": 9}).json["token_lifetime_s"] == 5


def test_every_declared_setting_can_be_read_and_written_back(visitor: Visitor) -> None:
    given = visitor.http.get("/__admin/settings").json
    assert set(given) == set(SandboxSettings.__dataclass_fields__) - {"armed_faults"}  # it has a route of its own
    assert visitor.http.put("/__admin/settings", json=given).json == given


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"token_lifetime": 5}, "token_lifetime_s"),
        ({"token_lifetime_s": "5"}, "integer"),
        ({"token_lifetime_s": True}, "integer"),
        ({"journal_limit": -1}, "at least 0"),
        ({"error_code_style": "roman"}, "number"),
        ({"gso_era": None}, "null"),
    ],
)
def test_a_setting_of_a_wrong_name_or_kind_is_refused(visitor: Visitor, change: dict, word: str) -> None:
    before = visitor.http.get("/__admin/settings").json
    reply = visitor.http.put("/__admin/settings", json=change)
    assert reply.status_code == 422
    assert word in reply.json["errors"][0]["en"]
    assert visitor.http.get("/__admin/settings").json == before


def test_two_sandboxes_never_see_each_other(visitor: Visitor) -> None:
    one, two = make(visitor, id="one"), make(visitor, id="two")
    visitor.http.put("/__admin/sandboxes/one/clock", json={"action": "freeze", "to": "2030-01-01T00:00:00"})
    push(visitor, one)
    held = {name: visitor.http.get(f"/__admin/sandboxes/{name}/dossiers/{CODE}").status_code for name in ("one", "two")}
    assert held == {"one": 200, "two": 404}
    assert visitor.http.get(f"/__admin/dossiers/{CODE}").status_code == 404
    assert len(visitor.http.get("/__admin/sandboxes/one/requests").json["requests"]) == 2
    assert visitor.http.get("/__admin/sandboxes/two/requests").json["requests"] == []
    assert visitor.journal() == []
    assert visitor.http.get("/__admin/sandboxes/one/clock").json["virtual"].startswith("2030-01-01")
    assert not visitor.http.get("/__admin/sandboxes/two/clock").json["virtual"].startswith("2030")
    assert push(visitor, two) == 200


def test_a_token_of_one_sandbox_opens_no_other(visitor: Visitor) -> None:
    make(visitor, id="two")
    headers = {"Authorization": f"Bearer {visitor.token()}"}
    reply = visitor.http.post("/s/two/apiBTXH/1.0/DongBoDVC", json=dossier(), headers=headers)
    assert reply.status_code == 401


def test_a_reset_takes_dossiers_tokens_journal_settings_and_clock(visitor: Visitor) -> None:
    made = make(visitor, id="a")
    visitor.http.put("/__admin/sandboxes/a/clock", json={"action": "freeze", "to": "2030-01-01"})
    visitor.http.put("/__admin/sandboxes/a/settings", json={"token_lifetime_s": 5})
    push(visitor, made)
    visitor.http.get("/nowhere")
    assert visitor.http.post("/__admin/sandboxes/a/reset").json == {}
    assert visitor.http.get(f"/__admin/sandboxes/a/dossiers/{CODE}").status_code == 404
    assert visitor.http.get("/__admin/sandboxes/a/requests").json["meta"]["total"] == 0
    assert visitor.http.get("/__admin/sandboxes/a/settings").json["token_lifetime_s"] != 5
    assert not visitor.http.get("/__admin/sandboxes/a/clock").json["frozen"]
    assert len(visitor.journal()) == 1, "the other sandbox keeps its own"
    assert push(visitor, made) == 200, "its key pairs stay"
    visitor.http.post("/__admin/reset")
    assert visitor.journal() == []


def test_the_same_story_after_a_reset_gives_the_same_bytes(visitor: Visitor) -> None:
    made = make(visitor, id="a", seed=11)

    def tell() -> list[tuple[str, bytes]]:
        visitor.http.put("/__admin/sandboxes/a/clock", json={"action": "freeze", "to": "2026-11-20T08:00:00"})
        push(visitor, made)
        push(visitor, made, MaHoSo="")
        visitor.http.get("/s/a/nowhere")
        rows = visitor.country.admin.journal.entries(visitor.country.sandboxes.get("a").home)
        return [(row.story, row.response_body) for row in rows]

    first = tell()
    visitor.http.post("/__admin/sandboxes/a/reset")
    assert tell() == first
    assert len(first) == 6


def test_what_ended_epochs_held_is_swept_beside_the_work(visitor: Visitor) -> None:
    made = make(visitor, id="a")
    push(visitor, made)
    visitor.http.post("/__admin/sandboxes/a/reset")
    push(visitor, made)
    visitor.http.delete("/__admin/sandboxes/a")
    sweeper = visitor.country.admin.sweeper
    assert sweeper.wait(5)
    sweeper.wake()
    assert sweeper.wait(5)
    store = visitor.country.store
    for table in ("records", "journal", "tokens", "counters", "ended"):
        kept = store.one(f"SELECT count(*) FROM {table} WHERE sandbox_no > 0")
        assert kept == (0,), table


def test_dossiers_are_listed_in_pages_over_what_the_pack_holds(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    whole = visitor.http.get("/__admin/dossiers?limit=1000").json
    codes = [each["code"] for each in whole["dossiers"]]
    assert codes == sorted(codes)
    assert CODE in codes
    assert whole["meta"]["next"] is None
    paged: list[str] = []
    after = ""
    while after is not None:
        page = visitor.http.get("/__admin/dossiers", query_string={"limit": 7, "after": after}).json
        paged += [each["code"] for each in page["dossiers"]]
        after = page["meta"]["next"]
    assert paged == codes
    chosen = visitor.http.get("/__admin/dossiers", query_string={"code": CODE[:20], "status": 1}).json["dossiers"]
    assert [each["code"] for each in chosen] == [CODE]
    assert visitor.http.get("/__admin/dossiers?code=khong-co").json["dossiers"] == []


def test_a_dossier_is_shown_with_its_steps(visitor: Visitor) -> None:
    visitor.btxh("DongBoDVC", dossier())
    shown = visitor.http.get(f"/__admin/dossiers/{CODE}").json
    assert shown["fields"]["MaHoSo"] == CODE
    assert shown["received_at"] == "2026-11-20T08:32:36.000+07:00"
    assert isinstance(shown["steps"], list)
    assert visitor.http.get("/__admin/dossiers/khong-co").json["code"] == "no-such-dossier"


def test_starting_again_in_another_mode_keeps_what_the_default_sandbox_holds(tmp_path: Path, co_ban: Pack) -> None:
    def start(**definition: Any) -> Visitor:
        settings = replace(Settings(), default=replace(Definition(), **definition))
        return Visitor(found_country(settings, tmp_path / "kept.db", {"co-ban": co_ban}))

    first = start()
    first.btxh("DongBoDVC", dossier())
    again = start(mode="strict")
    assert again.http.get("/__admin/sandboxes/default").json["mode"] == "strict"
    assert len(again.journal()) == 2
    other_seed = start(seed=43)
    assert other_seed.journal() == [], "another seed is another country"
    other_seed.country.store.close()
    first.country.store.close()
    again.country.store.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("pull_limit", 2**63), ("applications_per_day", 10_001), ("subsystem_by_consumer", {"a-key": {"b": None}})],
)
def test_a_value_that_would_break_later_calls_is_no_setting(visitor: Visitor, name: str, value: Any) -> None:
    """The first failed every pull, the second kept the whole server waiting, the third failed calls to the axis."""
    reply = visitor.http.put("/__admin/settings", json={name: value})
    assert reply.status_code == 422
    assert reply.json["errors"][0]["pointer"].startswith(f"/{name}")
    effect = {"kind": "set", "settings": {name: value}}
    assert visitor.http.post("/__admin/agenda", json={"after": "PT1S", "effect": effect}).status_code == 422


def test_the_largest_settings_harm_no_pull(visitor: Visitor) -> None:
    assert visitor.http.put("/__admin/settings", json={"pull_limit": 2**53}).status_code == 200
    assert visitor.btxh("DanhSachHoSo", pull()).json["result"]["error_code"] == 0


def test_what_a_worker_remembers_of_sandboxes_is_bounded_whoever_drops_them(
    tmp_path: Path, co_ban: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emulator.country.sandbox._MOST_PARSED", 8)
    here, there = (found_country(Settings(), tmp_path / "store.db", {"co-ban": co_ban}) for _ in range(2))
    gc.collect()
    before = sum(isinstance(each, Sandbox) for each in gc.get_objects())
    for number in range(40):
        made = here.sandboxes.create(f"lop-{number}", {})
        there.sandboxes.drop(there.sandboxes.get(made.id))
    del made
    gc.collect()
    assert sum(isinstance(each, Sandbox) for each in gc.get_objects()) - before <= 8
    for country in (here, there):
        country.store.close()
