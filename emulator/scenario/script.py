"""A scenario in memory: what its file says, in values that do not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Both = Mapping[str, str]
Comparison = Literal["equals", "not", "contains", "matches", "present"]
LIKE = "like"
"""In a fixture: the key of a record of the pack that this one copies."""
LAST = 5
"""The priority of a step that names none; a smaller number comes first, as in WireMock."""


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on a field of the call: ``place`` is ``body.MaHoSo``, ``header.x``, ``query.x`` or ``/pointer``."""

    place: str
    comparison: Comparison
    wanted: Any


@dataclass(frozen=True, slots=True)
class Turn:
    """Which occurrences of a matching call a step takes: the listed ones, those in a span, or each n-th."""

    listed: tuple[int, ...] = ()
    first: int = 1
    last: int | None = None
    every: int = 1

    def takes(self, number: int) -> bool:
        """Tell whether the ``number``-th occurrence (from 1) is meant."""
        if self.listed:
            return number in self.listed
        is_within = number >= self.first and (self.last is None or number <= self.last)
        return is_within and (number - self.first) % self.every == self.every - 1 if self.every > 1 else is_within


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that is given instead of the provider's; ``served``: after the provider has done its work."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    served: bool = False


@dataclass(frozen=True, slots=True)
class Refuse:
    """A documented no: of the service (``error_code``), or of the gateway (``status`` and WSO2's ``code``)."""

    error_code: int | None = None
    status: int = 500
    code: int = 0
    message: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Blow:
    """A fault by name, with its parameters."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Later:
    """An effect on the world, ``after_ms`` of virtual time from now."""

    after_ms: int
    effect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """When a call like this comes, in this state, at this turn: do that."""

    name: str
    on: tuple[str, ...] = ("*",)
    when: tuple[Test, ...] = ()
    machine: str = ""
    state: str | None = None
    turn: Turn | None = None
    probability: float | None = None
    priority: int = LAST
    answer: Answer | None = None
    refuse: Refuse | None = None
    fault: Blow | None = None
    delay_ms: int = 0
    goto: str | None = None
    effects: tuple[Later, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A named state: what happens when it begins, and where it goes by itself."""

    after_ms: int | None = None
    goto: str | None = None
    effects: tuple[Later, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """A set of states of which one holds; ``start`` is the first."""

    name: str
    start: str
    states: Mapping[str, State]

    def at(self, state: str, since_ms: int, now_ms: int) -> tuple[str, int]:
        """Return the state that holds now and since when: time alone may have moved it."""
        for _ in range(len(self.states) * 1000):
            here = self.states.get(state)
            if here is None or here.after_ms is None or here.goto is None or since_ms + here.after_ms > now_ms:
                break
            state, since_ms = here.goto, since_ms + here.after_ms
        return state, since_ms


@dataclass(frozen=True, slots=True)
class Script:
    """A whole scenario; steps stand in the order in which they are tried."""

    id: str
    title: Both
    purpose: Both
    good_client: Both
    source: str
    steps: tuple[Step, ...] = ()
    machines: Mapping[str, Machine] = field(default_factory=dict)
    fixtures: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    path: str = ""
