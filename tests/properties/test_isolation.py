"""Two sandboxes are two countries: nothing said in one is heard in the other, in whatever order the calls come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from emulator.app import found_country
from emulator.country.pack import Pack
from emulator.settings import Settings
from tests.builders import dossier
from tests.conftest import Visitor
from tests.properties.strangers import BOUNDED

COUNTRIES = ("phia-bac", "phia-nam")
WHICH = st.sampled_from(COUNTRIES)
NUMBERS = st.integers(1, 4)


def other(name: str) -> str:
    return COUNTRIES[1 - COUNTRIES.index(name)]


class TwoCountries(RuleBasedStateMachine):
    """Calls to two sandboxes as they come, beside a model of what each must know."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__()
        self.visitor, self.http = visitor, visitor.http

    @initialize()
    def found_both(self) -> None:
        self.tokens: dict[str, str] = {}
        self.filed: dict[str, set[str]] = {name: set() for name in COUNTRIES}
        self.calls = dict.fromkeys(COUNTRIES, 0)
        self.clocks: dict[str, str] = {}
        for name in COUNTRIES:
            self.http.delete(f"/__admin/sandboxes/{name}")
            assert self.http.post("/__admin/sandboxes", json={"id": name}).status_code == 201
            self.turn(name, {"action": "freeze", "to": "2026-11-21T08:00:00+07:00"})
            self.renew(name)

    def turn(self, name: str, wish: dict[str, str]) -> None:
        reply = self.http.put(f"/__admin/sandboxes/{name}/clock", json=wish)
        assert reply.status_code == 200, reply.data
        self.clocks[name] = reply.json["virtual"]

    def push(self, path: str, token: str, number: int) -> Any:
        body = dossier(MaHoSo=f"000.11.26.H26-261120-{number:04d}")
        return self.http.post(path, json=body, headers={"Authorization": f"Bearer {token}"})

    @rule(name=WHICH)
    def renew(self, name: str) -> None:
        self.tokens[name] = self.visitor.token(sandbox=name)
        self.calls[name] += 1

    @rule(name=WHICH, number=NUMBERS, prefixed=st.booleans())
    def file(self, name: str, number: int, prefixed: bool) -> None:
        path = f"/s/{name}/apiBTXH/1.0/DongBoDVC" if prefixed else "/apiBTXH/1.0/DongBoDVC"
        reply = self.push(path, self.tokens[name], number)
        self.calls[name] += 1
        if reply.status_code == 200:
            assert reply.json["error_code"] == 0, reply.data
            self.filed[name].add(f"000.11.26.H26-261120-{number:04d}")
        else:
            assert reply.status_code == 401, reply.data

    @rule(name=WHICH, number=NUMBERS)
    def file_with_a_token_of_the_other(self, name: str, number: int) -> None:
        reply = self.push(f"/s/{name}/apiBTXH/1.0/DongBoDVC", self.tokens[other(name)], number)
        self.calls[name] += 1
        assert reply.status_code == 401, reply.data

    @rule(name=WHICH, by=st.sampled_from(["PT1S", "PT30M", "PT2H"]))
    def wait(self, name: str, by: str) -> None:
        self.turn(name, {"action": "advance", "by": by})

    @rule(name=WHICH)
    def begin_again(self, name: str) -> None:
        assert self.http.post(f"/__admin/sandboxes/{name}/reset").status_code < 300
        self.filed[name], self.calls[name] = set(), 0
        self.turn(name, {"action": "freeze", "to": "2026-11-21T08:00:00+07:00"})
        self.renew(name)

    @invariant()
    def each_knows_its_own_alone(self) -> None:
        for name in COUNTRIES if self.clocks else ():
            base = f"/__admin/sandboxes/{name}"
            held = self.http.get(f"{base}/dossiers?limit=1000&code=000.11.26.H26").json["dossiers"]
            assert {each["code"] for each in held} == self.filed[name]
            told = self.http.get(f"{base}/requests?limit=1000").json["requests"]
            assert len(told) == self.calls[name]
            assert all(each["id"].startswith(f"{name}.") for each in told)
            assert self.http.get(f"{base}/clock").json["virtual"] == self.clocks[name]


def test_interleaved_calls_never_leak_from_one_sandbox_to_another(tmp_path: Path, co_ban: Pack) -> None:
    country = found_country(Settings(), tmp_path / "store.db", {"co-ban": co_ban})
    visitor = Visitor(country)
    run_state_machine_as_test(
        lambda: TwoCountries(visitor), settings=settings(BOUNDED, max_examples=10, stateful_step_count=12)
    )
    country.store.close()
