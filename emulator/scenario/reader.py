"""From a file to a script: the words one by one, then what only the whole shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from emulator.country.furnish import nearest
from emulator.country.pack import Pack
from emulator.country.positions import Problem
from emulator.country.privacy import text_problems
from emulator.scenario.building import Words, make_effects, make_outage, make_step, value_node
from emulator.scenario.checks import check_outage, check_step, check_timeline, check_times
from emulator.scenario.document import Assembly, Shelves
from emulator.scenario.grammar import scenario_record
from emulator.scenario.linter import Linter
from emulator.scenario.script import LAST, Script, State, StateMachine, Step
from emulator.scenario.words import MISSING
from emulator.scenario.yaml_text import Page, members

__all__ = ["BadScenario", "Source", "id_of_text", "problems_of", "read_script", "value_node"]
STARTED = "Started"
"""The first state of a machine that names none, as in WireMock."""
_DOES = ("steps", "states", "machines", "timeline", "outages", "fixtures")


class BadScenario(Exception):
    """A scenario cannot be used; ``problems`` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Source(NamedTuple):
    """What a scenario is read from: a file, or a ``text`` that stands in none.

    ``shelves`` find what it builds on, ``values`` are what its parameters are set to, and ``pack`` is what it is held
    against, None for nothing.
    """

    path: Path
    shelves: Shelves
    text: str | None = None
    values: Mapping[str, Any] = {}
    pack: Pack | None = None


class SourceReading(NamedTuple):
    """A scenario as it was read, what is wrong with it, and the files that were looked at."""

    script: Script | None
    problems: list[Problem]
    files: tuple[Path, ...]


def problems_of(source: Source) -> list[Problem]:
    """Return everything that is wrong with a scenario, in the order of lines and columns."""
    return read_source(source).problems


def read_script(source: Source) -> Script:
    """Return a scenario.

    Raises:
        BadScenario: something is wrong with it.
    """
    found = read_source(source)
    if found.script is None or found.problems:
        raise BadScenario(found.problems)
    return found.script


def id_of_text(text: str) -> str | None:
    """Return the id that a scenario's text gives itself, None when it gives none."""
    root = Page(Path("scenario.yaml"), text.encode()).tree()
    named = next((value for key, value in members(root) if key.value == "id"), None) if root else None
    return str(named.value) if isinstance(named, yaml.ScalarNode) and named.value else None


def read_source(source: Source) -> SourceReading:
    """Read a scenario; return it, and everything that is wrong with it."""
    page = Page(source.path, None if source.text is None else source.text.encode())
    assembly = Assembly(page, source.shelves, source.values)
    root = assembly.root()
    script = None if root is None else _read_root(root, page, source, assembly)
    problems = {*page.problems, *_private(page, assembly.files)}
    return SourceReading(None if problems else script, sorted(problems), tuple(assembly.files))


def _private(page: Page, files: list[Path]) -> Iterator[Problem]:
    """Yield what could be somebody's, wherever it stands."""
    for path in files:
        raw = page.raw() if path == page.path else path.read_bytes()
        yield from text_problems(str(path), raw.decode("utf-8", "replace").removeprefix("\ufeff"))


def _read_root(root: yaml.Node, page: Page, source: Source, assembly: Assembly) -> Script | None:
    found = scenario_record().read(root, page)
    if found is MISSING:
        return None
    stem = source.path.stem
    if found.get("id", stem) != stem:
        vi, en = f"id phải trùng tên tệp: “{stem}”", f"the id must be the file's name: {stem!r}"
        page.say(value_node(found, "id"), vi, en)
    if not any(name in {str(key.value) for key, _ in members(root)} for name in _DOES):
        vi, en = f"Kịch bản này không làm gì; cần một trong: {', '.join(_DOES)}", "this scenario does nothing"
        page.say(root, vi, f"{en}; one of {', '.join(_DOES)} is expected")
    if "id" not in found:
        return None
    script = _script(found, page, assembly.params)
    Linter(found, script, page, source.pack).look()
    return script


def _script(found: Words, page: Page, params: Mapping[str, Any]) -> Script:
    machines = {name: _machine(name, words, page) for name, words in found.get("machines", {}).items()}
    _check_machines(found, page)
    if "states" in found:
        machines[found["id"]] = _machine(found["id"], found, page)
    steps = tuple(_steps(found, machines, page))
    for name in {step.machine for step in steps if step.state or step.goto} - set(machines):
        machines[name] = _implied_machine(name, found, steps)
    _check_states(found, steps, machines, page)
    check_timeline(found, page)
    ordered = tuple(sorted(steps, key=lambda step: step.priority))
    texts = [found.get(name, {}) for name in ("title", "purpose", "good_client")]
    both = [{language: text.get(language, "") for language in ("vi", "en")} for text in texts]
    fixtures = {name: rows for name, rows in found.get("fixtures", {}).items() if name != "@"}
    return Script(
        found["id"],
        both[0],
        both[1],
        both[2],
        found.get("source", ""),
        ordered,
        machines,
        fixtures,
        str(page.path),
        make_effects(found, "timeline"),
        found.get("priority", LAST),
        dict(params),
    )


def _check_machines(found: Words, page: Page) -> None:
    """Find a machine that is there twice, a start of no states, and a step that does not say which machine it means."""
    own = found["id"]
    if "states" in found and own in found.get("machines", {}):
        vi, en = f"states đã là chuỗi “{own}”", f"states are the machine {own!r} already"
        page.say(value_node(found, "machines"), vi, en)
    spoken = [each for each in step_words(found) if {"state", "goto"} & set(each) and "machine" not in each]
    if "start" in found and "states" not in found and not spoken:
        page.say(value_node(found, "start"), "start mà không có states", "start without states")
    if found.get("machines") and "states" not in found and own not in found["machines"]:
        for words in spoken:
            names = ", ".join(found["machines"])
            said = f"Thiếu “machine”: có {names}", f"'machine' is missing; there are: {names}"
            page.say(value_node(words, "state", "goto"), *said)


def step_words(found: Words) -> list[Words]:
    """Return the records of all steps, those of outages behind the others."""
    return [*found.get("steps", ()), *found.get("outages", ())]


def _steps(found: Words, machines: Mapping[str, StateMachine], page: Page) -> Iterator[Step]:
    names, steps = set[str](), len(found.get("steps", ()))
    for number, words in enumerate(step_words(found), 1):
        is_outage = number > steps
        name = words.get("name", f"outage-{number - steps}" if is_outage else str(number))
        if name in names:
            vi, en = f"Đã có bước tên “{name}”", f"there is a step {name!r} already"
            page.say(value_node(words, "name"), vi, en)
        names.add(name)
        machine = words.get("machine", found["id"])
        if "machine" in words and machine not in machines and found.get("machines"):
            vi, en = nearest(machine, machines)
            sentences = f"Không có chuỗi trạng thái “{machine}”{vi}", f"there is no machine {machine!r}{en}"
            page.say(value_node(words, "machine", "scenarioName"), *sentences)
        check_outage(words, page) if is_outage else check_step(words, page)
        yield (make_outage if is_outage else make_step)(name, machine, words, page)


def _machine(name: str, words: Words, page: Page) -> StateMachine:
    states = {
        state: State(each.get("after"), each.get("goto"), make_effects(each))
        for state, each in words.get("states", {}).items()
    }
    for each in words.get("states", {}).values():
        check_times(each, states, page)
    start = words.get("start") or next(iter(states), STARTED)
    if start not in states:
        vi, en = nearest(start, states)
        page.say(value_node(words, "start"), f"Không có trạng thái “{start}”{vi}", f"there is no state {start!r}{en}")
    return StateMachine(name, start, states)


def _implied_machine(name: str, found: Words, steps: tuple[Step, ...]) -> StateMachine:
    """Return the machine that the steps speak of though nobody declared it (WireMock's way)."""
    start = found.get("start", STARTED) if name == found["id"] else STARTED
    spoken = [each for step in steps if step.machine == name for each in (step.state, step.goto) if each]
    return StateMachine(name, start, {state: State() for state in (start, *spoken)})


def _check_states(found: Words, steps: tuple[Step, ...], machines: Mapping[str, StateMachine], page: Page) -> None:
    for step, words in zip(steps, step_words(found), strict=True):
        for value, names in (
            (step.state, ("state", "requiredScenarioState")),
            (step.goto, ("goto", "newScenarioState")),
        ):
            if value is not None and value not in machines[step.machine].states:
                vi, en = nearest(value, machines[step.machine].states)
                node = value_node(words, *names)
                page.say(node, f"Không có trạng thái “{value}”{vi}", f"there is no state {value!r}{en}")
