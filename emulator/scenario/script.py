"""A scenario in memory: what its file says, in values that do not change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Literal, NamedTuple

from emulator.kernel.clock import to_datetime, to_ms
from emulator.kernel.values import value_class

Both = Mapping[str, str]
Comparison = Literal[
    "equals", "not", "contains", "matches", "present", "greater", "less", "at_least", "at_most", "between"
]
Phase = Literal["before", "during", "after"]
LIKE = "like"
"""In a fixture: the key of a record of the pack that this one copies."""
LAST = 5
"""The priority of a step that names none; a smaller number comes first, as in WireMock."""
DAY_MS = 86_400_000
LONGEST_MS = 600_000
"""The longest that a reply is kept back, in real time."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@value_class
class FieldTest:
    """One condition on a field of the call: ``place`` is ``body.MaHoSo``, ``header.x``, ``query.x`` or ``/pointer``.

    In language 2 also a place beside the call: ``consumer``, ``agency``, ``clock.time``, ``dossier.status``, ``since``,
    or an element of the dossier's XML, ``extent//TenTep``.
    """

    place: str
    comparison: Comparison
    wanted: Any


@value_class
class ConditionGroup:
    """Several conditions as one: ``all`` of them, ``any`` of them, or ``not`` all of them."""

    how: Literal["all", "any", "not"]
    parts: tuple[Condition, ...]


Condition = FieldTest | ConditionGroup


@value_class
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


@value_class
class Answer:
    """A reply that is given instead of the provider's; ``served``: after the provider has done its work.

    ``content`` is the body as it was written, for one with placeholders; ``body`` is ready to be sent otherwise.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    served: bool = False
    content: Any = None


@value_class
class Refuse:
    """A documented no: of the service (``error_code``), or of the gateway (``status`` and WSO2's ``code``)."""

    error_code: int | None = None
    status: int = 500
    code: int = 0
    message: str = ""
    description: str = ""


@value_class
class Blow:
    """A fault by name, with its parameters."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


@value_class
class Anchor:
    """A virtual instant, once (``at_ms``), or each time a day (``every_ms``) or a week reaches ``offset_ms``.

    A week begins on Monday 00:00, a day at 00:00, Vietnamese time.
    """

    at_ms: int | None = None
    offset_ms: int = 0
    every_ms: int | None = None

    def next_at(self, now_ms: int) -> int | None:
        """Return the first instant from ``now_ms`` on, now included; None when it has passed for good."""
        if self.every_ms is None:
            return self.at_ms if self.at_ms is not None and self.at_ms >= now_ms else None
        last = self.last_at(now_ms)
        return last if last == now_ms or last is None else last + self.every_ms

    def last_at(self, now_ms: int) -> int | None:
        """Return the last instant up to ``now_ms``, now included; None when there was none."""
        if self.every_ms is None:
            return self.at_ms if self.at_ms is not None and self.at_ms <= now_ms else None
        midnight = to_datetime(now_ms).replace(hour=0, minute=0, second=0, microsecond=0)
        begin = to_ms(midnight) - (midnight.weekday() * DAY_MS if self.every_ms > DAY_MS else 0) + self.offset_ms
        return begin if begin <= now_ms else begin - self.every_ms


@value_class
class Window:
    """A stretch of virtual time that begins at an anchor; ``begun_at`` names the one that is open."""

    anchor: Anchor
    for_ms: int

    def begun_at(self, now_ms: int) -> int | None:
        """Return the instant at which the window that is open now was opened, None while it is shut."""
        last = self.anchor.last_at(now_ms)
        return last if last is not None and now_ms < last + self.for_ms else None


@value_class
class Later:
    """An effect on the world, ``after_ms`` of virtual time from now, or at an anchor.

    ``phase``: before the call reaches its service, with the reply, or (as in language 1) after it.
    """

    after_ms: int
    effect: Mapping[str, Any]
    phase: Phase = "after"
    anchor: Anchor | None = None


@value_class
class Step:
    """When a call like this comes, in this state, at this turn: do that.

    ``count_by`` tells whose calls are counted apart; ``at_most`` is how often the step acts for each of them.
    """

    name: str
    on: tuple[str, ...] = ("*",)
    when: tuple[Condition, ...] = ()
    machine: str = ""
    state: str | None = None
    turn: Turn | None = None
    probability: float | None = None
    priority: int = LAST
    answer: Answer | None = None
    refuse: Refuse | None = None
    faults: tuple[Blow, ...] = ()
    delay_ms: int = 0
    goto: str | None = None
    effects: tuple[Later, ...] = ()
    patch: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    count_by: tuple[str, ...] = ()
    at_most: int | None = None
    window: Window | None = None
    has_placeholders: bool = False

    @property
    def remembers_time(self) -> bool:
        """Tell whether a condition asks how long ago the last call was."""
        return any(test.place == "since" for test in tests_of(self.when))

    @property
    def changes_answer(self) -> bool:
        """Tell whether the step says what is answered: then nobody after it may."""
        return self.answer is not None or self.refuse is not None or self.patch is not None


class Wish(NamedTuple):
    """What a caller asks for one call: where the wish was found, and the step that grants it."""

    origin: str
    step: Step


def tests_of(conditions: tuple[Condition, ...]) -> Iterator[FieldTest]:
    """Yield every test within conditions."""
    for each in conditions:
        if isinstance(each, ConditionGroup):
            yield from tests_of(each.parts)
        else:
            yield each


@value_class
class State:
    """A named state: what happens each time it begins, and where it goes by itself."""

    after_ms: int | None = None
    goto: str | None = None
    effects: tuple[Later, ...] = ()


@value_class
class TimedEntry:
    """A state that time alone will enter: ``in_ms`` from now, and again after each ``every_ms``."""

    state: str
    in_ms: int
    every_ms: int | None


@value_class
class StateMachine:
    """A set of states of which one holds; ``start`` is the first."""

    name: str
    start: str
    states: Mapping[str, State]

    def state_at(self, state: str, since_ms: int, now_ms: int) -> tuple[str, int]:
        """Return the state that holds now and since when: time alone may have moved it. Loops are reckoned, not run."""
        passed, entries = now_ms - since_ms, self.entries_after(state)
        loop = [each for each in entries if each.every_ms]
        turned_ms = 0
        if loop and loop[0].every_ms and passed >= loop[0].in_ms:
            turned_ms = (passed - loop[0].in_ms) // loop[0].every_ms * loop[0].every_ms
            entries = loop
        entered_ms = 0
        for each in entries:
            if each.in_ms + turned_ms <= passed:
                state, entered_ms = each.state, each.in_ms + turned_ms
        return state, since_ms + entered_ms

    def entries_after(self, state: str) -> list[TimedEntry]:
        """Return the states that time alone leads to from one; those of a loop come once, with its length."""
        path, place, in_ms = list[tuple[str, int]](), dict[str, int](), 0
        while (here := self.states.get(state)) and here.after_ms is not None and here.goto is not None:
            in_ms, state = in_ms + here.after_ms, here.goto
            if state in place:
                first = place[state]
                every_ms = in_ms - path[first][1]
                return [TimedEntry(name, at, every_ms if no >= first else None) for no, (name, at) in enumerate(path)]
            place[state] = len(path)
            path.append((state, in_ms))
        return [TimedEntry(name, at, None) for name, at in path]


@value_class
class Script:
    """A whole scenario; steps stand in the order in which they are tried.

    ``priority`` orders the scenarios of one sandbox; ``params`` are the values it was read with.
    """

    id: str
    title: Both
    purpose: Both
    good_client: Both
    source: str
    steps: tuple[Step, ...] = ()
    machines: Mapping[str, StateMachine] = field(default_factory=dict)
    fixtures: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    path: str = ""
    timeline: tuple[Later, ...] = ()
    priority: int = LAST
    params: Mapping[str, Any] = field(default_factory=dict)
