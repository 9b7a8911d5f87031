"""A small company that plays parts of a kit without the admin API: what it costs to play a scene hundreds of times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from emulator.app import Country
from emulator.certification.attempt import Attempt, attempt_of, open_attempt
from emulator.certification.challenge import new_challenge
from emulator.certification.judge import Judgement, applies
from emulator.certification.kit import Kit, Test
from emulator.certification.kit_reader import kit_of
from emulator.certification.plan import Plan
from emulator.certification.preflight import context_of
from tests.certification.stand import BASE, StraightWire
from tests.clients.reference.tasks import Client
from tests.clients.reference.wire import Reply
from tests.conftest import Visitor

PRODUCT = {"name": "Một cửa mẫu", "version": "1.0", "vendor": "Đơn vị mẫu"}


class PowerCut(Exception):
    """The client's process is gone."""


class FragileWire(StraightWire):
    """Works for so many calls of a scene; at the next one the power fails."""

    left: int | None = None
    has_failed = False

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        if self.left == 0:
            self.has_failed = True
            raise PowerCut
        if self.left is not None:
            self.left -= 1
        return super().send(method, url, headers, body)


@dataclass
class Scene:
    """What is known of a scene when it begins."""

    test_id: str
    role: str
    task: dict[str, Any]


def silence_of(kit_id: str) -> tuple[Test, ...]:
    """Return the silence tests of a kit as if nothing had to pass before them."""
    kit, plan = kit_of(kit_id), Plan(kit_id, PRODUCT)
    silent = [test for test in kit.tests if test.kind == "silence" and applies(test, plan)]
    return tuple(replace(test, needs=()) for test in silent)


class Company:
    """One attempt at some tests of a kit."""

    def __init__(self, country: Country, kit: Kit, tests: Sequence[Test], attempt_id: str) -> None:
        self.visitor, self.office, self.id = Visitor(country), country.admin, attempt_id
        self.kit = replace(kit, tests=tuple(tests))
        challenge = new_challenge(kit.id, kit.digest, nonce=attempt_id)
        open_attempt(self.office, attempt_id, Plan(kit.id, PRODUCT), challenge)
        self.wire = FragileWire(self.visitor, attempt_id)
        self.client = self.fresh_client()

    @property
    def attempt(self) -> Attempt:
        return replace(attempt_of(self.office, self.id), kit=self.kit)

    def fresh_client(self) -> Client:
        """Return a client that remembers nothing."""
        return Client(context_of(self.attempt, BASE), self.wire)

    def play(self, act: Callable[[Company, Scene], str]) -> Judgement:
        """Play every scene: ``act`` says how it ended."""
        while begun := self.attempt.begin():
            told = self.attempt.standing().scene or {}
            how = act(self, Scene(told["test"], told["role"], dict(begun["task"])))
            self.attempt.end({"how": how})
        self.attempt.close()
        return self.attempt.judge_now()
