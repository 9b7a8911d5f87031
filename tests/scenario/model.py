"""A small, slow, obvious interpreter of scenarios: minute by minute, call by call. It knows nothing of the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.kernel.clock import random_for

Words = dict[str, Any]


@dataclass
class Model:
    """What should come of a scenario: which step acts on a call, in which state, after which effects."""

    scenario: Words
    seed: int
    minute: int = 0
    state: str = ""
    entered: int = 0
    limit: int | None = None
    met: dict[str, int] = field(default_factory=dict)
    acted: dict[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        self.enter(self.scenario["start"])

    def enter(self, state: str) -> None:
        self.state, self.entered = state, self.minute
        limit = self.scenario["states"][state].get("limit")
        if limit is not None:
            self.limit = limit

    def wait(self, minutes: int) -> None:
        for _ in range(minutes):
            self.minute += 1
            here = self.scenario["states"][self.state]
            if "after" in here and self.minute == self.entered + here["after"]:
                self.enter(here["goto"])

    def call(self, operation: str, dossier: str) -> str | None:
        """Return the name of the step that acts on a call, None when the service answers by itself."""
        numbers = {}
        for step in self.scenario["steps"]:
            if self.matches(step, operation, dossier):
                key = self.key(step, dossier)
                self.met[key] = self.met.get(key, 0) + 1
                numbers[step["name"]] = self.met[key]
        for step in sorted(self.scenario["steps"], key=lambda step: step["priority"]):
            if step["name"] in numbers and self.may_act(step, numbers[step["name"]], dossier):
                if step.get("goto"):
                    self.enter(step["goto"])
                return str(step["name"])
        return None

    def matches(self, step: Words, operation: str, dossier: str) -> bool:
        is_on = step["on"] in ("btxh.*", operation)
        is_meant = step.get("dossier") in (None, dossier)
        return is_on and is_meant and step.get("state") in (None, self.state)

    def key(self, step: Words, dossier: str) -> str:
        apart = {"dossier": dossier, "state": str(self.entered)}
        return f"{step['name']}/{apart.get(step.get('count_by', ''), '')}"

    def may_act(self, step: Words, number: int, dossier: str) -> bool:
        if "nth" in step and number not in step["nth"]:
            return False
        if "every" in step and number % step["every"]:
            return False
        if "probability" in step and not self.is_lucky(step, number, dossier):
            return False
        if "at_most" in step:
            key = self.key(step, dossier)
            if self.acted.get(key, 0) >= step["at_most"]:
                return False
            self.acted[key] = self.acted.get(key, 0) + 1
        return True

    def is_lucky(self, step: Words, number: int, dossier: str) -> bool:
        scope = f"#{dossier}" if step.get("count_by") == "dossier" else ""
        luck = random_for(self.seed, self.scenario["id"], step["name"], f"{number}{scope}")
        return bool(luck.random() < step["probability"])
