"""From a file to a script: the words one by one, then what only the whole shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml

from emulator.country.furnish import nearest
from emulator.country.positions import Problem
from emulator.scenario.checks import check_fixtures, check_step, check_times
from emulator.scenario.grammar import scenario_record
from emulator.scenario.script import LAST, Answer, Blow, Later, Machine, Refuse, Script, State, Step, Test, Turn
from emulator.scenario.words import MISSING
from emulator.scenario.yaml_text import Page, members

STARTED = "Started"
"""The first state of a machine that names none, as in WireMock."""
Words = Mapping[str, Any]
_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


class BadScenario(Exception):
    """A scenario cannot be used; ``problems`` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def problems_of(path: Path) -> list[Problem]:
    """Return everything that is wrong with a scenario file, in the order of lines and columns."""
    return _read(Page(path))[1]


def read_script(path: Path) -> Script:
    """Return a scenario.

    Raises:
        BadScenario: something is wrong with the file.
    """
    script, problems = _read(Page(path))
    if script is None or problems:
        raise BadScenario(problems)
    return script


def read_text(name: str, text: str) -> Script:
    """Return the scenario of a text that stands in no file; places are told as ``name.yaml:line:column``.

    Raises:
        BadScenario: something is wrong with the text.
    """
    script, problems = _read(Page(Path(f"{name}.yaml"), text.encode()))
    if script is None or problems:
        raise BadScenario(problems)
    return script


def id_of_text(text: str) -> str | None:
    """Return the id that a scenario's text gives itself, None when it gives none."""
    root = Page(Path("scenario.yaml"), text.encode()).tree()
    named = next((value for key, value in members(root) if key.value == "id"), None) if root else None
    return str(named.value) if isinstance(named, yaml.ScalarNode) and named.value else None


def _read(page: Page) -> tuple[Script | None, list[Problem]]:
    path = page.path
    root = page.tree()
    if root is None or page.problems:
        return None, sorted(page.problems)
    found = scenario_record().read(root, page)
    if found is MISSING:
        return None, sorted(page.problems)
    if found.get("id", path.stem) != path.stem:
        vi, en = f"id phải trùng tên tệp: “{path.stem}”", f"the id must be the file's name: {path.stem!r}"
        page.say(value_node(found, "id"), vi, en)
    script = _script(found, page) if {"id", "steps"} <= set(found) else None
    return (None if page.problems else script), sorted(set(page.problems))


def value_node(found: Words, *names: str) -> yaml.Node:
    """Return the node of the first of some words that stands in a record; the record's own when none does."""
    node: yaml.Node = found["@"]
    for name in names:
        for key, value in members(node):
            if key.value == name:
                return value
    return node


def _script(found: Words, page: Page) -> Script:
    machines = {name: _machine(name, words, page) for name, words in found.get("machines", {}).items()}
    if "states" in found:
        machines[found["id"]] = _machine(found["id"], found, page)
    steps = tuple(_steps(found, machines, page))
    for name in {step.machine for step in steps if step.state or step.goto} - set(machines):
        machines[name] = _implied(name, found, steps)
    _check_states(found, steps, machines, page)
    check_fixtures(found, page)
    ordered = tuple(sorted(steps, key=lambda step: step.priority))
    texts = [found.get(name, {}) for name in ("title", "purpose", "good_client")]
    both = [{language: text.get(language, "") for language in ("vi", "en")} for text in texts]
    fixtures = {name: rows for name, rows in found.get("fixtures", {}).items() if name != "@"}
    return Script(
        found["id"], both[0], both[1], both[2], found.get("source", ""), ordered, machines, fixtures, str(page.path)
    )


def _steps(found: Words, machines: Mapping[str, Machine], page: Page) -> Iterator[Step]:
    names: set[str] = set()
    for number, words in enumerate(found["steps"], 1):
        name = words.get("name", str(number))
        if name in names:
            vi, en = f"Đã có bước tên “{name}”", f"there is a step {name!r} already"
            page.say(value_node(words, "name"), vi, en)
        names.add(name)
        machine = words.get("machine", found["id"])
        if "machine" in words and machine not in machines and found.get("machines"):
            vi, en = nearest(machine, machines)
            sentences = f"Không có chuỗi trạng thái “{machine}”{vi}", f"there is no machine {machine!r}{en}"
            page.say(value_node(words, "machine", "scenarioName"), *sentences)
        check_step(words, page)
        yield _step(name, machine, words)


def _step(name: str, machine: str, words: Words) -> Step:
    fault = words.get("fault")
    return Step(
        name=name,
        on=words.get("on", ("*",)),
        when=tuple(_tests(words.get("when", {}))),
        machine=machine,
        state=words.get("state"),
        turn=_turn(words.get("nth")),
        probability=words.get("probability"),
        priority=words.get("priority", LAST),
        answer=_answer(words["answer"]) if "answer" in words else None,
        refuse=Refuse(**_plain(words["refuse"])) if "refuse" in words else None,
        faults=(Blow(*fault),) if fault else (),
        delay_ms=words.get("delay", 0),
        goto=words.get("goto"),
        effects=_effects(words),
    )


def _plain(words: Words) -> dict[str, Any]:
    return {name: value for name, value in words.items() if name != "@"}


def _tests(when: Words) -> Iterator[Test]:
    for place, comparison in when.items():
        for name, wanted in _plain(comparison).items():
            yield Test(place, name, wanted)  # type: ignore[arg-type]  # the grammar knows no other names


def _turn(nth: Any) -> Turn | None:
    if nth is None:
        return None
    if isinstance(nth, tuple):
        return Turn(listed=nth)
    return Turn((), nth.get("from", 1), nth.get("to"), nth.get("every", 1))


def _answer(words: Words) -> Answer:
    body, given = words.get("body"), tuple(words.get("headers", {}).items())
    is_text = body is None or isinstance(body, str)
    raw = (body or "").encode() if is_text else orjson.dumps(body)
    has_type = any(name.lower() == "content-type" for name, _ in given)
    headers = given if has_type else (*given, *(_TEXT if is_text else _JSON))
    return Answer(words.get("status", 200), raw, headers, words.get("served", False))


def _effects(words: Words) -> tuple[Later, ...]:
    return tuple(Later(each.get("after", 0), each["do"]) for each in words.get("effects", ()) if "do" in each)


def _machine(name: str, words: Words, page: Page) -> Machine:
    states = {
        state: State(each.get("after"), each.get("goto"), _effects(each))
        for state, each in words.get("states", {}).items()
    }
    for each in words.get("states", {}).values():
        check_times(each, states, page)
    start = words.get("start") or next(iter(states), STARTED)
    if start not in states:
        vi, en = nearest(start, states)
        page.say(value_node(words, "start"), f"Không có trạng thái “{start}”{vi}", f"there is no state {start!r}{en}")
    return Machine(name, start, states)


def _implied(name: str, found: Words, steps: tuple[Step, ...]) -> Machine:
    """Return the machine that the steps speak of though nobody declared it (WireMock's way)."""
    start = found.get("start", STARTED) if name == found["id"] else STARTED
    spoken = [each for step in steps if step.machine == name for each in (step.state, step.goto) if each]
    return Machine(name, start, {state: State() for state in (start, *spoken)})


def _check_states(found: Words, steps: tuple[Step, ...], machines: Mapping[str, Machine], page: Page) -> None:
    for step, words in zip(steps, found["steps"], strict=True):
        for value, names in (
            (step.state, ("state", "requiredScenarioState")),
            (step.goto, ("goto", "newScenarioState")),
        ):
            if value is not None and value not in machines[step.machine].states:
                vi, en = nearest(value, machines[step.machine].states)
                node = value_node(words, *names)
                page.say(node, f"Không có trạng thái “{value}”{vi}", f"there is no state {value!r}{en}")
