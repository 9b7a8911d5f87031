"""What makes sense word by word and yet cannot do what it says: found before a scenario plays.

States nobody reaches, steps whose turn never comes, faults that an operation does not know, fields that it lacks, and
whatever the pack does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from emulator.country.furnish import nearest
from emulator.country.pack import Pack
from emulator.scenario.building import Words, value_node
from emulator.scenario.checks import condition_troubles, counting_trouble, field_troubles, lacking_field
from emulator.scenario.document import scalars
from emulator.scenario.fixture_checks import EffectChecks, KnownNames, check_fixtures, walk
from emulator.scenario.operations import matching
from emulator.scenario.replies import NAMES, PLACEHOLDER, is_known
from emulator.scenario.script import LIKE, Script, StateMachine, Step
from emulator.scenario.yaml_text import Page, members, plain, written_as

_FILLED = ("answer", "refuse", "patch", "headers", "effects")
_OF_FILES = "truncated-file"
"""A fault of downloads alone: where it has a meaning, a reply is a file and no JSON."""


class Linter:
    """One scenario under the glass; ``pack`` is the one that it will play over, None when nobody knows."""

    def __init__(self, found: Words, script: Script, page: Page, pack: Pack | None) -> None:
        self._found, self._script, self._page, self._pack = found, script, page, pack
        self._known = None if pack is None else KnownNames(pack, script.fixtures)
        self._words = [*found.get("steps", ()), *found.get("outages", ())]
        steps = {step.name: step for step in script.steps}
        names = (words.get("name", str(no)) for no, words in enumerate(found.get("steps", ()), 1))
        outages = (words.get("name", f"outage-{no}") for no, words in enumerate(found.get("outages", ()), 1))
        self._steps = [steps[name] for name in (*names, *outages) if name in steps]
        self._effects = EffectChecks(found["@"], script.machines, self._known, page)

    def look(self) -> None:
        """Tell the page of everything that is found."""
        agencies = None if self._known is None else self._known.agencies()
        for step, words in zip(self._steps, self._words, strict=False):
            self._look_at_faults(step, words)
            self._look_at_conditions(step, words, agencies)
            self._look_at_counting(step, words)
        self._look_at_turns()
        for machine in self._script.machines.values():
            self._look_at_states(machine)
        self._effects.look()
        self._look_at_numbers()
        if self._page.language == 2:
            self._look_at_placeholders()
        sheets = value_node(self._found, "fixtures")
        check_fixtures(sheets if sheets is not self._found["@"] else None, self._known, self._page)
        if self._pack is not None:
            self._look_at_models(self._pack)

    # Steps.

    def _look_at_faults(self, step: Step, words: Words) -> None:
        from emulator.scenario.faults import FAULTS

        node = value_node(words, "fault", "faults")
        for blow in step.faults:
            for pattern in step.on:
                if not any(FAULTS[blow.name].fits(name) for name in matching(pattern)):
                    at = ", ".join(FAULTS[blow.name].globs)
                    vi, en = f"Lỗi {blow.name} không có ở {pattern}; chỉ có ở: {at}", f"has no meaning at {pattern}"
                    self._page.say(node, vi, f"{blow.name} {en}; it has at: {at}")
        if len(step.faults) > 1 and not any(_fits(step, name) for pattern in step.on for name in matching(pattern)):
            vi = "Không dịch vụ nào có cả các lỗi này: bước không bao giờ tới lượt"
            self._page.say(node, vi, "no operation knows all of these faults: this step never strikes")
        for name, vi, en in _idle_faults(step):
            self._page.say(node, f"Lỗi {name} không có tác dụng: {vi}", f"{name} never acts: {en}")

    def _look_at_conditions(self, step: Step, words: Words, agencies: Any) -> None:
        keys = {str(key.value): key for key, _ in _places(value_node(words, "when"))}
        troubles = [*field_troubles(step.on, step.when), *condition_troubles(step.when, agencies)]
        for place, vi, en in troubles:
            self._page.say(keys.get(place) or value_node(words), vi, en)

    def _look_at_counting(self, step: Step, words: Words) -> None:
        node, machine = value_node(words, "count_by"), self._script.machines.get(step.machine)
        for scope in step.count_by:
            trouble = counting_trouble(step.on, scope)
            if trouble:
                self._page.say(node, f"count_by: {trouble.vi}", f"count_by: {trouble.en}")
            if scope == "window" and step.window is None:
                self._page.say(node, "count_by: window chỉ có ở outages", "count_by: window belongs to outages")
            if scope == "state" and machine is None:
                self._page.say(node, "count_by: kịch bản không có trạng thái", "count_by: there are no states")
        if step.patch is not None and all(_is_file(name) for pattern in step.on for name in matching(pattern)):
            vi, en = f"{step.on[0]} trả tệp, không phải JSON", f"{step.on[0]} answers with a file, not JSON"
            self._page.say(value_node(words, "patch"), f"patch: {vi}", f"patch: {en}")

    def _look_at_turns(self) -> None:
        """Find steps that never act: an earlier one takes every call, or they can never be met."""
        takers: dict[tuple[str, str] | None, dict[frozenset[str], str]] = {}
        nodes = {step.name: words for step, words in zip(self._steps, self._words, strict=False)}
        for step in self._script.steps:
            words, mine = nodes[step.name], _operations_of(step)
            here = None if step.state is None else (step.machine, step.state)
            before = [pair for place in dict.fromkeys((None, here)) for pair in takers.get(place, {}).items()]
            taker = next((name for taken, name in before if mine <= taken), None)
            if taker is not None:
                vi = f"Bước này không bao giờ tới lượt: bước “{taker}” lấy mọi lời gọi ấy trước"
                self._page.say(words["@"], vi, f"this step never strikes: {taker!r} takes every such call first")
            if step.probability == 0:
                self._page.say(value_node(words, "probability"), "Xác suất 0: không bao giờ", "probability 0: never")
            if step.turn and step.turn.last is not None and step.turn.first + step.turn.every - 1 > step.turn.last:
                self._page.say(value_node(words, "nth"), "Không có lần nào như thế", "there is no such occurrence")
            if _takes_all(step):
                takers.setdefault(here, {}).setdefault(mine, step.name)

    # States.

    def _look_at_states(self, machine: StateMachine) -> None:
        reached, waiting = set[str](), [machine.start]
        waiting += sorted({step.goto for step in self._script.steps if step.machine == machine.name and step.goto})
        waiting += [str(each["value"]) for each, _ in self._effects.effects if _moves(each, machine.name)]
        while waiting:
            name = waiting.pop()
            if name not in reached and name in machine.states:
                reached.add(name)
                waiting.append(machine.states[name].goto or "")
        declared = self._states_node(machine.name)
        if declared is None:
            self._look_at_implied(machine, reached)
        else:
            for key, _ in members(declared):
                if key.value not in reached and key.value in machine.states:
                    vi, en = f"Không gì dẫn tới trạng thái “{key.value}”", f"nothing leads to the state {key.value!r}"
                    self._page.say(key, vi, en)
            self._look_at_loops(machine, declared)

    def _look_at_implied(self, machine: StateMachine, reached: set[str]) -> None:
        """Look at the states that steps speak of though nobody declared them (WireMock's way)."""
        for step, words in zip(self._steps, self._words, strict=False):
            if step.machine == machine.name and step.state is not None and step.state not in reached:
                vi, en = nearest(step.state, reached)
                node = value_node(words, "state", "requiredScenarioState")
                said = (
                    f"Không gì dẫn tới trạng thái “{step.state}”{vi}",
                    f"nothing leads to the state {step.state!r}{en}",
                )
                self._page.say(node, *said)

    def _look_at_loops(self, machine: StateMachine, declared: yaml.Node) -> None:
        from emulator.country.effects import SHORTEST_MS

        loops = _loops_of(machine)
        for key, _ in members(declared):
            every_ms, has_effects = loops.get(str(key.value), (SHORTEST_MS, False))
            if every_ms == 0 or (has_effects and every_ms < SHORTEST_MS):
                vi, en = "Vòng trạng thái này phải dài ít nhất", "a loop like this must take at least"
                least = "PT1M" if has_effects else "PT0.001S"
                self._page.say(key, f"{vi} {least}", f"{en} {least}")

    def _states_node(self, machine: str) -> yaml.Node | None:
        words = self._found.get("machines", {}).get(machine) or (self._found if machine == self._script.id else None)
        if words is None:
            return None
        return next((value for key, value in members(words["@"]) if key.value == "states"), None)

    def _look_at_models(self, pack: Pack) -> None:
        fixtures = value_node(self._found, "fixtures")
        for table, rows in members(fixtures) if fixtures is not self._found["@"] else ():
            for row in rows.value if isinstance(rows, yaml.SequenceNode) else ():
                for key, value in members(row):
                    is_model = key.value == LIKE and table.value == "dossiers" and isinstance(value, yaml.ScalarNode)
                    if is_model and value.value not in pack.dossiers.by_key:
                        vi, en = nearest(str(value.value), pack.dossiers.by_key)
                        self._page.say(value, f"Gói không có hồ sơ này{vi}", f"the pack has no such dossier{en}")

    # Texts.

    def _look_at_numbers(self) -> None:
        """Find numbers that YAML would not keep as they are written: 2.000280 is a code, not 2.00028."""
        for node in scalars(self._found["@"]):
            value = plain(node)
            if isinstance(value, float) and written_as(value) != node.value:
                text = node.value
                self._page.say(
                    node, f"Đặt “{text}” trong ngoặc kép: đây là chữ", f"put {text!r} in quotes: it is a text"
                )

    def _look_at_placeholders(self) -> None:
        filled = {id(node): step for step, node in self._filled_nodes()}
        for node in scalars(self._found["@"]):
            for name in PLACEHOLDER.findall(str(node.value)):
                if id(node) not in filled:
                    vi, en = "không được điền ở đây", "is not filled here"
                    self._page.say(node, f"{{{{{name}}}}} {vi}", f"{{{{{name}}}}} {en}")
                elif not is_known(name):
                    vi, en = _nearest_name(name)
                    self._page.say(node, f"Không có {{{{{name}}}}}{vi}", f"there is no {{{{{name}}}}}{en}")
                elif name.startswith("call.body."):
                    self._look_at_field(name, filled[id(node)], node)
            if "{{" in PLACEHOLDER.sub("", str(node.value)):
                self._page.say(node, "“{{” không có “}}” theo sau", "'{{' without '}}' behind it")

    def _look_at_field(self, name: str, step: Step, node: yaml.Node) -> None:
        trouble = lacking_field(step.on, name.removeprefix("call.body.").replace("[*]", ".*").split("."))
        if trouble:
            self._page.say(node, f"{{{{{name}}}}}: {trouble.vi}", f"{{{{{name}}}}}: {trouble.en}")

    def _filled_nodes(self) -> Iterator[tuple[Step, yaml.ScalarNode]]:
        for step, words in zip(self._steps, self._words, strict=False):
            for key, value in members(words["@"]):
                if key.value in _FILLED:
                    yield from ((step, node) for node in scalars(value))


@lru_cache(256)
def _nearest_name(name: str) -> tuple[str, str]:
    return nearest(name, NAMES)


def _places(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    for each in walk(node):
        yield from members(each)


def _takes_all(step: Step) -> bool:
    """Tell whether a step acts on every call of its operations, in its state if it names one."""
    return not (step.when or step.turn or step.at_most or step.window) and step.probability is None


def _operations_of(step: Step) -> frozenset[str]:
    return frozenset(name for pattern in step.on for name in matching(pattern) if _fits(step, name))


def _fits(step: Step, operation: str) -> bool:
    from emulator.scenario.faults import FAULTS

    return all(FAULTS[blow.name].fits(operation) for blow in step.faults)


def _is_file(operation: str) -> bool:
    from emulator.scenario.faults import FAULTS

    return FAULTS[_OF_FILES].fits(operation)


def _idle_faults(step: Step) -> Iterator[tuple[str, str, str]]:
    """Yield faults of one step that something else in it keeps from acting, with the reason."""
    from emulator.scenario.faults import FAULTS

    ends = ""
    for place, blow in enumerate(step.faults):
        stage = FAULTS[blow.name].stage
        if blow in step.faults[:place]:
            yield blow.name, "đã có ở trên", "it is there already"
        elif stage == "end" and ends:
            yield blow.name, f"{ends} đã kết thúc đường truyền", f"{ends} ends the line"
        elif stage == "answer" and step.refuse is not None:
            yield blow.name, "refuse trả lời trước", "refuse answers before it"
        ends = ends or (blow.name if stage == "end" else "")


def _loops_of(machine: StateMachine) -> dict[str, tuple[int, bool]]:
    """Return the states that time alone leads back to: how long their loop is, and whether something happens in it."""
    loops: dict[str, tuple[int, bool]] = {}
    done: set[str] = set()
    for start in machine.states:
        path, name = dict[str, int](), start
        while name not in done and name in machine.states and name not in path:
            path[name] = len(path)
            state = machine.states[name]
            if state.after_ms is None or state.goto is None:
                break
            name = state.goto
        done |= path.keys()
        if name in path and machine.states[name].after_ms is not None and machine.states[name].goto is not None:
            ring = list(path)[path[name] :]
            length = sum(machine.states[each].after_ms or 0 for each in ring)
            has_effects = any(machine.states[each].effects for each in ring)
            loops |= dict.fromkeys(ring, (length, has_effects))
    return loops


def _moves(effect: Mapping[str, Any], machine: str) -> bool:
    return bool(effect["kind"] == "state" and effect["name"] == machine)
