"""The clock of the machine is put forward or back while a server serves: nobody is locked out, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from emulator.app import Country, found_country
from emulator.certification.bundle import archive
from emulator.certification.bundle.pack import sources
from emulator.certification.bundle.replay import replay, replay_scenes
from emulator.cli.in_process import replay_host
from emulator.country.access import Quotas
from emulator.country.pack import Pack
from emulator.settings import Settings
from emulator.store.opening import Upkeep
from tests.builders import dossier
from tests.certification.stand import Stand, StraightWire
from tests.clients.reference.wire import Reply
from tests.conftest import Visitor

HOUR_S, DAY_S = 3_600, 86_400
ADMIN = {"X-Admin-Token": "quan-tri-may-chu"}
JUMPS = [-400 * DAY_S, -DAY_S, -2 * HOUR_S, 2 * HOUR_S, DAY_S, 400 * DAY_S]


class Machine:
    """The clock of the machine, and by how much somebody has put it forward."""

    def __init__(self) -> None:
        self.ahead_s = 0

    def time_ns(self) -> int:
        return time.time_ns() + self.ahead_s * 10**9


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    clock = Machine()
    monkeypatch.setattr("emulator.kernel.clock.time", SimpleNamespace(time_ns=clock.time_ns))
    return clock


@pytest.fixture
def shared(tmp_path: Path, co_ban: Pack) -> Iterator[Visitor]:
    settings = replace(Settings(), admin_token=ADMIN["X-Admin-Token"], quotas=Quotas(lifetime_s=HOUR_S))
    visitor = Visitor(found_country(settings, tmp_path / "store.db", {"co-ban": co_ban}))
    yield visitor
    visitor.country.store.close()


def _admin(visitor: Visitor, verb: str, path: str, **options: Any) -> Any:
    reply = visitor.http.open(f"/__admin{path}", method=verb, headers=ADMIN, **options)
    assert reply.status_code < 300, reply.text
    return reply.json


def _push(visitor: Visitor, token: str, number: int) -> int:
    body, header = dossier(MaHoSo=f"000.11.26.H26-261120-{number:04}"), {"Authorization": f"Bearer {token}"}
    return visitor.http.post("/apiBTXH/1.0/DongBoDVC", json=body, headers=header).status_code


@pytest.mark.parametrize("jump_s", JUMPS)
def test_a_token_of_the_gateway_opens_as_long_as_it_says_and_a_new_one_is_had_at_once(
    visitor: Visitor, machine: Machine, jump_s: int
) -> None:
    _admin(visitor, "PATCH", "/settings", json={"token_lifetime_s": HOUR_S})
    first = visitor.token()
    assert _push(visitor, first, 1) == 200
    machine.ahead_s = jump_s
    assert _push(visitor, first, 2) == (401 if jump_s > HOUR_S else 200)
    second = visitor.token()
    assert (second == first) is (jump_s < HOUR_S)
    assert _push(visitor, second, 3) == 200
    machine.ahead_s = 0
    for token in (first, second, visitor.token()):
        assert _push(visitor, token, 4) == 200
    chain, rows = _admin(visitor, "GET", "/chain"), _admin(visitor, "GET", "/requests?admin=show&limit=100")["requests"]
    assert (chain["ok"], [row["seq"] for row in rows][::-1]) == (True, list(range(1, chain["last"] + 1)))


def _names(visitor: Visitor) -> set[str]:
    """Let the upkeep of a server have its round, and return the sandboxes there are."""
    tenants = visitor.country.admin.tenants
    Upkeep(visitor.country.store, jobs=(tenants.drop_expired,)).round()
    return {each.id for each in visitor.country.sandboxes.every()}


@pytest.mark.parametrize("jump_s", JUMPS)
def test_a_sandbox_lives_no_shorter_because_the_clock_went_back_and_its_token_opens_it(
    shared: Visitor, machine: Machine, jump_s: int
) -> None:
    made = _admin(shared, "POST", "/sandboxes", json={"id": "lop-a"})
    header = {"Authorization": f"Bearer {made['token']}"}
    machine.ahead_s = jump_s
    wanted = {"default"} if jump_s > HOUR_S else {"default", "lop-a"}
    assert _names(shared) == wanted
    later = _admin(shared, "POST", "/sandboxes", json={"id": "lop-b"})
    assert _admin(shared, "GET", "/usage")["usage"]
    status = shared.http.get("/__admin/sandboxes/lop-a", headers=header).status_code
    assert status == (401 if jump_s > HOUR_S else 200), "a token ends with its sandbox"
    machine.ahead_s = 0
    assert _names(shared) - {"lop-b"} == wanted
    assert ("lop-b" in _names(shared)) is (jump_s > -HOUR_S), "made when the clock was back: its hour is over"
    assert later["expires"]
    assert _admin(shared, "GET", "/usage")["usage"]
    assert shared.http.post("/token").status_code == 400


@pytest.mark.parametrize("jump_s", [-2 * HOUR_S, 2 * HOUR_S])
def test_an_attempt_in_which_the_clock_jumped_is_played_again_call_by_call(
    country: Country, machine: Machine, monkeypatch: pytest.MonkeyPatch, jump_s: int
) -> None:
    stand = Stand(country, "cong-ndxp", f"đồng hồ {jump_s}")
    send = StraightWire.send

    def jumping(wire: StraightWire, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        machine.ahead_s = jump_s if wire.calls % 3 == 1 else 0
        return send(wire, method, url, headers, body)

    monkeypatch.setattr(StraightWire, "send", jumping)
    stand.play()
    files = sources(stand.admin("GET", f"/attempts/{stand.id}/evidence"), {}, None, b"")
    assert stand.admin("GET", f"/sandboxes/{stand.id}/chain")["ok"] is True
    assert len(archive.lines_in(files[archive.JOURNAL])) > 40
    for played in (replay(files, replay_host), replay_scenes(files, replay_host)):
        assert (played.differs_at, played.left_out) == (None, {})
