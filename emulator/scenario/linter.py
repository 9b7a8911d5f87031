"""What makes sense word by word and yet cannot do what it says: found before a scenario plays.

States nobody reaches, steps whose turn never comes, faults that an operation does not know, fields that it lacks, and
whatever the pack does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import yaml

from emulator.country.axis_records import GROUPS, HOSTS, SUBSYSTEMS
from emulator.country.effects import GATEWAY_NAMES
from emulator.country.furnish import nearest
from emulator.country.pack import Pack
from emulator.scenario.building import Words, value_node
from emulator.scenario.document import scalars
from emulator.scenario.operations import fields_of, matching
from emulator.scenario.placeholders import NAMES, PLACEHOLDER, is_known
from emulator.scenario.script import LIKE, Script, StateMachine, Step, tests_of
from emulator.scenario.yaml_text import Page, members, plain, written_as

_FILLED = ("answer", "refuse", "patch", "headers", "effects")


class Linter:
    """One scenario under the glass; ``pack`` is the one that it will play over, None when nobody knows."""

    def __init__(self, found: Words, script: Script, page: Page, pack: Pack | None) -> None:
        self._found, self._script, self._page, self._pack = found, script, page, pack
        self._words = [*found.get("steps", ()), *found.get("outages", ())]
        steps = {step.name: step for step in script.steps}
        names = (words.get("name", str(no)) for no, words in enumerate(found.get("steps", ()), 1))
        outages = (words.get("name", f"outage-{no}") for no, words in enumerate(found.get("outages", ()), 1))
        self._steps = [steps[name] for name in (*names, *outages) if name in steps]

    def look(self) -> None:
        """Tell the page of everything that is found."""
        for step, words in zip(self._steps, self._words, strict=False):
            self._look_at_faults(step, words)
            self._look_at_fields(step, words)
        self._look_at_turns()
        for machine in self._script.machines.values():
            self._look_at_states(machine)
        self._look_at_effects()
        self._look_at_numbers()
        if self._page.language == 2:
            self._look_at_placeholders()
        if self._pack is not None:
            self._look_at_models(self._pack)

    # Steps.

    def _look_at_faults(self, step: Step, words: Words) -> None:
        from emulator.scenario.faults import FAULTS

        for blow in step.faults:
            for pattern in step.on:
                if not any(FAULTS[blow.name].fits(name) for name in matching(pattern)):
                    at = ", ".join(FAULTS[blow.name].globs)
                    vi, en = f"Lỗi {blow.name} không có ở {pattern}; chỉ có ở: {at}", f"has no meaning at {pattern}"
                    self._page.say(value_node(words, "fault", "faults"), vi, f"{blow.name} {en}; it has at: {at}")

    def _look_at_fields(self, step: Step, words: Words) -> None:
        known: set[str] = set()
        for name in {name for pattern in step.on for name in matching(pattern)}:
            fields = fields_of(name)
            if not fields:
                return  # an operation whose body is not described may have any field
            known |= fields
        keys = {str(key.value): key for key, _ in _places(value_node(words, "when"))}
        for test in tests_of(step.when):
            name = _field_in(test.place)
            if name and name.casefold() not in {each.casefold() for each in known}:
                vi, en = nearest(name, known)
                sentences = f"{step.on[0]} không có trường “{name}”{vi}", f"{step.on[0]} has no field {name!r}{en}"
                self._page.say(keys.get(test.place) or value_node(words), *sentences)

    def _look_at_turns(self) -> None:
        """Find steps that never act: an earlier one takes every call, or they can never be met."""
        before: list[Step] = []
        nodes = {step.name: words for step, words in zip(self._steps, self._words, strict=False)}
        for step in self._script.steps:
            words = nodes[step.name]
            taker = next((each for each in before if _takes_all_of(each, step)), None)
            if taker is not None:
                vi = f"Bước này không bao giờ tới lượt: bước “{taker.name}” lấy mọi lời gọi ấy trước"
                self._page.say(words["@"], vi, f"this step never strikes: {taker.name!r} takes every such call first")
            if step.probability == 0:
                self._page.say(value_node(words, "probability"), "Xác suất 0: không bao giờ", "probability 0: never")
            if step.turn and step.turn.last is not None and not any(map(step.turn.takes, _span(step))):
                self._page.say(value_node(words, "nth"), "Không có lần nào như thế", "there is no such occurrence")
            before.append(step)

    # States.

    def _look_at_states(self, machine: StateMachine) -> None:
        declared = self._states_node(machine.name)
        reached, waiting = set[str](), [machine.start]
        jumps = {step.goto for step in self._script.steps if step.machine == machine.name and step.goto}
        jumps |= {effect["value"] for effect in self._effects() if _moves(effect, machine.name)}
        waiting += sorted(jumps)
        while waiting:
            name = waiting.pop()
            if name not in reached and name in machine.states:
                reached.add(name)
                waiting.append(machine.states[name].goto or "")
        for key, _ in members(declared) if declared is not None else ():
            if key.value not in reached and key.value in machine.states:
                vi, en = f"Không gì dẫn tới trạng thái “{key.value}”", f"nothing leads to the state {key.value!r}"
                self._page.say(key, vi, en)
        self._look_at_loops(machine, declared)

    def _look_at_loops(self, machine: StateMachine, declared: yaml.Node | None) -> None:
        from emulator.country.effects import SHORTEST_MS

        for key, _ in members(declared) if declared is not None else ():
            loop = [each for each in machine.entries_after(str(key.value)) if each.every_ms is not None]
            if any(each.state == key.value for each in loop):
                every_ms = loop[0].every_ms or 0
                has_effects = any(machine.states[each.state].effects for each in loop)
                if every_ms == 0 or (has_effects and every_ms < SHORTEST_MS):
                    vi, en = "Vòng trạng thái này phải dài ít nhất", "a loop like this must take at least"
                    least = "PT1M" if has_effects else "PT0.001S"
                    self._page.say(key, f"{vi} {least}", f"{en} {least}")

    def _states_node(self, machine: str) -> yaml.Node | None:
        words = self._found.get("machines", {}).get(machine) or (self._found if machine == self._script.id else None)
        if words is None:
            return None
        return next((value for key, value in members(words["@"]) if key.value == "states"), None)

    # Effects.

    def _effect_nodes(self) -> Iterator[yaml.Node]:
        """Yield the node of every effect, wherever it stands."""
        for node in _walk(self._found["@"]):
            for key, value in members(node):
                if key.value in ("effects", "timeline") and isinstance(value, yaml.SequenceNode):
                    for row in value.value:
                        yield from (each for name, each in members(row) if name.value == "do")

    def _effects(self) -> Iterator[Mapping[str, Any]]:
        return (plain(node) for node in self._effect_nodes() if isinstance(node, yaml.MappingNode))

    def _look_at_effects(self) -> None:
        for node in self._effect_nodes():
            effect = plain(node) if isinstance(node, yaml.MappingNode) else {}
            if effect.get("kind") == "state":
                self._look_at_move(effect, node)
            if self._pack is not None:
                for name, known in _known_of(effect, self._pack, self._script).items():
                    self._look_up(name, str(effect.get(name)), known, node)
                for code in (effect.get("settings") or {}).get("retired_procedures") or ():
                    self._look_up("retired_procedures", str(code), _procedures(self._pack), node)

    def _look_at_move(self, effect: Mapping[str, Any], node: yaml.Node) -> None:
        machine = self._script.machines.get(str(effect.get("name")))
        if machine is None:
            self._look_up("name", str(effect.get("name")), self._script.machines, node)
        else:
            self._look_up("value", str(effect.get("value")), machine.states, node)

    def _look_up(self, name: str, value: str, known: Iterable[str], node: yaml.Node) -> None:
        names = list(known)
        if value in names or PLACEHOLDER.search(value):
            return
        at = next((each for key, each in members(node) if key.value == name), node)
        near = get_close_matches(value, names, n=1, cutoff=0.5)
        vi, en = (f"; gần nhất: “{near[0]}”", f"; nearest: {near[0]!r}") if near else ("", "")
        self._page.say(at, f"{name}: không có “{value}”{vi}", f"{name}: there is no {value!r}{en}")

    def _look_at_models(self, pack: Pack) -> None:
        fixtures = value_node(self._found, "fixtures")
        for table, rows in members(fixtures) if fixtures is not self._found["@"] else ():
            for row in rows.value if isinstance(rows, yaml.SequenceNode) else ():
                for key, value in members(row):
                    if key.value == LIKE and table.value == "dossiers" and value.value not in pack.dossiers.by_key:
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
        filled = {id(node) for node in self._filled_nodes()}
        for node in scalars(self._found["@"]):
            for name in PLACEHOLDER.findall(str(node.value)):
                if id(node) not in filled:
                    vi, en = "không được điền ở đây", "is not filled here"
                    self._page.say(node, f"{{{{{name}}}}} {vi}", f"{{{{{name}}}}} {en}")
                elif not is_known(name):
                    vi, en = nearest(name, NAMES)
                    self._page.say(node, f"Không có {{{{{name}}}}}{vi}", f"there is no {{{{{name}}}}}{en}")

    def _filled_nodes(self) -> Iterator[yaml.ScalarNode]:
        for words in self._words:
            for key, value in members(words["@"]):
                if key.value in _FILLED:
                    yield from scalars(value)


def _walk(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _walk(each)
    for _, value in members(node):
        yield from _walk(value)


def _places(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    for each in _walk(node):
        yield from members(each)


def _field_in(place: str) -> str:
    """Return the first name of a place in the body, empty for any other place."""
    if place.startswith("body."):
        return place.removeprefix("body.").split(".")[0].partition("[")[0]
    first = place[1:].split("/", maxsplit=1)[0] if place.startswith("/") else ""
    return "" if first.isdecimal() else first


def _takes_all_of(step: Step, later: Step) -> bool:
    """Tell whether a step acts on every call that a later one is met by."""
    is_free = not (step.when or step.turn or step.at_most or step.window) and step.probability is None
    in_state = step.state is None or (step.state == later.state and step.machine == later.machine)
    if not is_free or not in_state:
        return False
    mine = {name for pattern in step.on for name in matching(pattern) if _fits(step, name)}
    return {name for pattern in later.on for name in matching(pattern) if _fits(later, name)} <= mine


def _fits(step: Step, operation: str) -> bool:
    from emulator.scenario.faults import FAULTS

    return all(FAULTS[blow.name].fits(operation) for blow in step.faults)


def _span(step: Step) -> range:
    turn = step.turn
    return range(turn.first, (turn.last or 0) + 1) if turn else range(0)


def _moves(effect: Mapping[str, Any], machine: str) -> bool:
    return effect.get("kind") == "state" and effect.get("name") == machine and isinstance(effect.get("value"), str)


def _known_of(effect: Mapping[str, Any], pack: Pack, script: Script) -> dict[str, Iterable[str]]:
    """Return the words of an effect that name something of the pack, each with what there is."""
    kind = effect.get("kind")
    if kind in ("move", "result"):
        added = [str(row["MaHoSo"]) for row in script.fixtures.get("dossiers", ()) if "MaHoSo" in row]
        return {"dossier": [*pack.dossiers.by_key, *added]}
    if kind == "application" and "procedure" in effect:
        return {"procedure": _procedures(pack)}
    if kind in ("grant", "withdraw"):
        return {
            "provider": _subsystems(pack, script),
            "subject": [*_subsystems(pack, script), *pack.base(GROUPS).by_key],
        }
    if kind == "rename-server":
        return {"from": _subsystems(pack, script)}
    if kind in ("retire-host", "tls"):
        added = [str(row["name"]) for row in script.fixtures.get("hosts", ()) if "name" in row]
        return {"host": [*pack.base(HOSTS).by_key, *added, *(GATEWAY_NAMES if kind == "tls" else ())]}
    return {}


def _subsystems(pack: Pack, script: Script) -> list[str]:
    rows = (*script.fixtures.get("subsystems", ()), *script.fixtures.get("agencies", ()))
    return [*pack.base(SUBSYSTEMS).by_key, *(str(row["DSTCODE"]) for row in rows if "DSTCODE" in row)]


def _procedures(pack: Pack) -> list[str]:
    return [str(row["MaTTHC"]) for row in pack.rows("procedures")]
