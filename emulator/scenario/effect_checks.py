"""What the effects of a scenario name, held against the pack: dossiers, hosts, rights, procedures, states."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import yaml

from emulator.country.agenda import BadEffect
from emulator.country.effects import GATEWAY_NAMES, check
from emulator.country.furnish import nearest
from emulator.scenario.fixture_checks import KnownNames
from emulator.scenario.placeholders import PLACEHOLDER
from emulator.scenario.script import StateMachine
from emulator.scenario.yaml_text import Page, members, plain
from emulator.wire.axis import NotASubsystem, read_subsystem


def effects_in(root: yaml.Node) -> Iterator[tuple[Mapping[str, Any], yaml.Node]]:
    """Yield every effect below a node, with its own node, wherever it stands, but those that the grammar refuses."""
    for node in walk(root):
        for key, value in members(node):
            if key.value in ("effects", "timeline") and isinstance(value, yaml.SequenceNode):
                for row in value.value:
                    for each in (value for name, value in members(row) if name.value == "do"):
                        yield from _sound(each)


def _sound(node: yaml.Node) -> Iterator[tuple[Mapping[str, Any], yaml.Node]]:
    effect = plain(node)
    try:
        check(effect)
    except BadEffect:
        return  # the grammar has told
    yield effect, node
    if effect["kind"] == "again":
        yield from (pair for name, value in members(node) if name.value == "do" for pair in _sound(value))


def walk(node: yaml.Node) -> Iterator[yaml.Node]:
    """Yield a node and every one below it but names."""
    yield node
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from walk(each)
    for _, value in members(node):
        yield from walk(value)


class EffectChecks:
    """The effects of one scenario; ``known`` is what there is, None when nobody knows the pack."""

    def __init__(
        self, root: yaml.Node, machines: Mapping[str, StateMachine], known: KnownNames | None, page: Page
    ) -> None:
        self.effects = list(effects_in(root))
        self._machines, self._known, self._page = machines, known, page
        self._tails: dict[tuple[str, str], tuple[str, str]] = {}
        of_kind = {
            kind: [each for each, _ in self.effects if each["kind"] == kind] for kind in ("rename-server", "grant")
        }
        self._renames = [(str(each["from"]), str(each["to"])) for each in of_kind["rename-server"]]
        self._new_names, self._old_names = {new for _, new in self._renames}, {old for old, _ in self._renames}
        self._granted = {(str(each["provider"]), str(each["subject"])) for each in of_kind["grant"]}

    def look(self) -> None:
        """Tell the page of everything that is found."""
        for effect, node in self.effects:
            kind = effect["kind"]
            if kind == "state":
                self._look_at_move(effect, node)
            if kind == "enter":
                vi, en = "enter là việc nội bộ; dùng kind: state", "enter is internal; use kind: state"
                self._page.say(node, vi, en)
            if self._known is not None:
                self._look_at_names(effect, node, self._known)

    def _look_at_move(self, effect: Mapping[str, Any], node: yaml.Node) -> None:
        machine = self._machines.get(str(effect["name"]))
        if machine is None:
            self._look_up("name", str(effect["name"]), self._machines, node)
        else:
            self._look_up("value", str(effect["value"]), machine.states, node)

    def _look_at_names(self, effect: Mapping[str, Any], node: yaml.Node, known: KnownNames) -> None:
        for name, names in _named_by(effect, known, self._new_names):
            self._look_up(name, str(effect[name]), names, node)
        if effect["kind"] == "set":
            for code in effect["settings"].get("retired_procedures") or ():
                self._look_up("retired_procedures", str(code), known.procedures(), node)
        if effect["kind"] == "rename-server":
            self._look_at_new_name(effect, node, known)
        if effect["kind"] == "withdraw":
            self._look_at_right(effect, node, known)

    def _look_at_new_name(self, effect: Mapping[str, Any], node: yaml.Node, known: KnownNames) -> None:
        old, new, at = str(effect["from"]), str(effect["to"]), _node_of("to", node)
        if PLACEHOLDER.search(new):
            return
        is_left = new != old and new in self._old_names  # by another renaming
        if new in known.subsystems() and not is_left:
            self._page.say(at, f"to: “{new}” đã là của hệ thống khác", f"to: {new!r} is another subsystem's already")
        try:
            read_subsystem(new)
        except NotASubsystem as trouble:
            self._page.say(at, f"to: {trouble.vi}", f"to: {trouble.en}")

    def _look_at_right(self, effect: Mapping[str, Any], node: yaml.Node, known: KnownNames) -> None:
        pair = str(effect["provider"]), str(effect["subject"])
        if any(map(PLACEHOLDER.search, pair)) or pair in self._granted or pair in known.rights():
            return
        if {*pair} <= {*known.subjects()}:
            vi = f"{pair[1]} không có quyền nào trên {pair[0]} để thu hồi"
            self._page.say(node, vi, f"{pair[1]} has no right on {pair[0]} to withdraw")

    def _look_up(self, name: str, value: str, known: Collection[str], node: yaml.Node) -> None:
        if value in known or PLACEHOLDER.search(value):
            return
        if (name, value) not in self._tails:
            self._tails[name, value] = nearest(value, known)
        vi, en = self._tails[name, value]
        self._page.say(_node_of(name, node), f"{name}: không có “{value}”{vi}", f"{name}: there is no {value!r}{en}")


def _node_of(name: str, node: yaml.Node) -> yaml.Node:
    return next((value for key, value in members(node) if key.value == name), node)


def _named_by(
    effect: Mapping[str, Any], known: KnownNames, renamed: Collection[str]
) -> Iterator[tuple[str, Collection[str]]]:
    """Yield the words of an effect that name something of the pack, each with what there is."""
    kind = effect["kind"]
    if kind in ("move", "result"):
        yield "dossier", known.dossiers()
    if kind == "application" and "procedure" in effect:
        yield "procedure", known.procedures()
    if kind in ("grant", "withdraw"):
        yield "provider", [*known.subsystems(), *renamed]
        yield "subject", [*known.subjects(), *renamed]
    if kind == "rename-server":
        yield "from", [*known.subsystems(), *renamed]
    if kind in ("retire-host", "tls"):
        yield "host", [*known.hosts(), *(GATEWAY_NAMES if kind == "tls" else ())]
