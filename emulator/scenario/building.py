"""From the words of a file to the values of a scenario, one part at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from emulator.scenario.fields import SlowPattern, bounded_pattern, text_of
from emulator.scenario.replies import body_of, names_in
from emulator.scenario.script import (
    DAY_MS,
    LAST,
    Anchor,
    Answer,
    Blow,
    Condition,
    ConditionGroup,
    FieldTest,
    Later,
    Refuse,
    Step,
    Turn,
    Window,
)
from emulator.scenario.words import length_ms
from emulator.scenario.yaml_text import Page, members

Words = Mapping[str, Any]
OUTAGE_FIRST = 1
"""The priority of an outage that names none: before the steps."""
_NO_SERVICE = Refuse(status=503, message="Service Unavailable", description="The service is temporarily unavailable")
_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


def value_node(found: Words, *names: str) -> yaml.Node:
    """Return the node of the first of some words that stands in a record; the record's own when none does."""
    node: yaml.Node = found["@"]
    for name in names:
        for key, value in members(node):
            if key.value == name:
                return value
    return node


def make_step(name: str, machine: str, words: Words, page: Page) -> Step:
    """Return a step."""
    blows = ([words["fault"]] if words.get("fault") else []) + list(words.get("faults", ()))
    step = Step(
        name=name,
        on=words.get("on", ("*",)),
        when=_conditions(words.get("when", ()), page),
        machine=machine,
        state=words.get("state"),
        turn=_turn(words),
        probability=words.get("probability"),
        priority=words.get("priority", LAST),
        answer=_answer(words["answer"]) if "answer" in words else None,
        refuse=Refuse(**plain_words(words["refuse"])) if "refuse" in words else None,
        faults=tuple(Blow(*blow) for blow in blows),
        delay_ms=words.get("delay", 0),
        goto=words.get("goto"),
        effects=make_effects(words),
        patch=words.get("patch"),
        headers=tuple(words.get("headers", {}).items()),
        count_by=words.get("count_by", ()),
        at_most=words.get("at_most"),
    )
    return step if page.language == 1 else _mark_placeholders(step)


def make_outage(name: str, machine: str, words: Words, page: Page) -> Step:
    """Return an outage: a step that acts in a window of time. Without an answer of its own the service is not there."""
    step = make_step(name, machine, {"priority": OUTAGE_FIRST, **words}, page)
    window = Window(anchor_of(words) or Anchor(), words.get("for", 0))
    is_silent = not (step.changes_answer or step.faults or step.delay_ms)
    return replace(
        step,
        window=window,
        refuse=_NO_SERVICE if is_silent else step.refuse,
        count_by=step.count_by or (("window",) if step.at_most else ()),
    )


def _mark_placeholders(step: Step) -> Step:
    said = (
        step.answer and (step.answer.content, dict(step.answer.headers)),
        step.refuse and (step.refuse.message, step.refuse.description),
        step.patch,
        dict(step.headers),
        [dict(each.effect) for each in step.effects],
    )
    return replace(step, has_placeholders=next(names_in(said), None) is not None)


def plain_words(words: Words) -> dict[str, Any]:
    """Return a record without the node it was read from."""
    return {name: value for name, value in words.items() if name != "@"}


def _conditions(rows: tuple[Any, ...], page: Page) -> tuple[Condition, ...]:
    return tuple(_condition(place, said, key, page) for place, said, key in rows)


def _condition(place: str, said: Any, key: yaml.Node, page: Page) -> Condition:
    if place in ("any", "all", "not") and isinstance(said, tuple):
        return ConditionGroup(place, tuple(ConditionGroup("all", _conditions(part, page)) for part in said))  # type: ignore[arg-type]
    at = said.get("@", key)
    tests = tuple(map(_over_midnight, _tests(place, said, at, page)))
    return tests[0] if len(tests) == 1 else ConditionGroup("all", tests)


def _tests(place: str, said: Words, at: yaml.Node, page: Page) -> Iterator[FieldTest]:
    for name, wanted in plain_words(said).items():
        comparison: Any = name  # the grammar knows no other names
        yield FieldTest(place, comparison, _read_wanted(place, name, wanted, at, page))


def _over_midnight(test: FieldTest) -> Condition:
    """Return a span of the clock; one that ends before it begins lies over midnight: from 22:00 to 05:00."""
    if test.place != "clock.time" or test.comparison != "between" or test.wanted[0] <= test.wanted[1]:
        return test
    late, early = (
        FieldTest(test.place, "at_least", test.wanted[0]),
        FieldTest(test.place, "at_most", test.wanted[1]),
    )
    return ConditionGroup("any", (late, early))


def _read_wanted(place: str, comparison: str, wanted: Any, key: yaml.Node, page: Page) -> Any:
    if comparison == "matches":
        try:
            bounded_pattern(wanted)
        except re.error as trouble:
            page.say(key, f"Biểu thức chính quy sai: {trouble}", f"not a regular expression: {trouble}")
        except SlowPattern as trouble:
            page.say(key, f"Biểu thức chính quy có thể chạy mãi: {trouble.vi}", f"could run for ever: {trouble.en}")
    if place == "clock.time" and comparison not in ("contains", "matches", "present"):
        times = tuple(_whole_time(each) for each in _as_list(wanted))
        return times if isinstance(wanted, list | tuple) else times[0]
    if place != "since" or comparison == "present":
        return wanted
    values = [length_ms(each) if isinstance(each, str) else each for each in _as_list(wanted)]
    if not all(isinstance(each, int) for each in values):
        page.say(key, "since so với một khoảng thời gian: PT1S", "since is compared with a length of time: PT1S")
        return 0
    return tuple(values) if isinstance(wanted, list | tuple) else values[0]


def _whole_time(value: Any) -> str:
    """Return a time of day with its seconds: 08:00 is 08:00:00."""
    text = text_of(value)
    return f"{text}:00" if re.fullmatch(r"\d\d:\d\d", text, re.ASCII) else text


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _turn(words: Words) -> Turn | None:
    nth = words.get("nth")
    if isinstance(nth, tuple):
        return Turn(listed=nth)
    if nth is not None:
        return Turn((), nth.get("from", 1), nth.get("to"), nth.get("every", 1))
    if "every" in words or "after" in words:
        return Turn((), words.get("after", 0) + 1, None, words.get("every", 1))
    return None


def _answer(words: Words) -> Answer:
    body, given = words.get("body"), tuple(words.get("headers", {}).items())
    is_text = body is None or isinstance(body, str)
    has_type = any(name.lower() == "content-type" for name, _ in given)
    headers = given if has_type else (*given, *(_TEXT if is_text else _JSON))
    return Answer(words.get("status", 200), body_of(body), headers, words.get("served", False), body)


def anchor_of(words: Words) -> Anchor | None:
    """Return the instant of the calendar that a record names, None when it names none."""
    if "at" in words:
        return Anchor(at_ms=words["at"])
    if "daily" in words:
        return Anchor(offset_ms=words["daily"], every_ms=DAY_MS)
    if "weekly" in words:
        return Anchor(offset_ms=words["weekly"], every_ms=7 * DAY_MS)
    return None


def make_effects(words: Words, name: str = "effects") -> tuple[Later, ...]:
    """Return the effects of a record: those of a step, a state or the timeline."""
    return tuple(_effects(words.get(name, ())))


def _effects(rows: tuple[Words, ...]) -> Iterator[Later]:
    for each in rows:
        if "do" in each:
            yield Later(each.get("after", 0), each["do"], each.get("when", "after"), anchor_of(each))
