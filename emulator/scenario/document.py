"""From the files of a scenario to one tree: what it extends, the fragments it uses, the values of its parameters.

Every node keeps the place in the file it came from, so that a mistake is told where it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import yaml

from emulator.country.furnish import nearest
from emulator.scenario.yaml_text import SIZE_LIMIT, Page, members, plain

LANGUAGES = ("1", "2")
_PARAM = re.compile(r"\{\{\s*params\.([^{}\s]+)\s*\}\}")
_PARAM_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_NAMED_LISTS = ("steps", "outages")
_LISTS = ("timeline",)
_MAPS = ("states", "machines", "params", "fixtures")
_DEEPEST, _MOST_USED = 8, 50


class Shelves(Protocol):
    """Where scenarios and fragments are found by name."""

    def path_of(self, name: str) -> Path:
        """Return the file of a scenario. Raises KeyError, with sentences ``vi`` and ``en``, when there is none."""

    def fragment_of(self, name: str) -> Path:
        """Return the file of a fragment, likewise."""


class Assembly:
    """One scenario put together; ``params`` are the values it was read with, ``files`` all that were read."""

    def __init__(self, page: Page, shelves: Shelves, values: Mapping[str, Any]) -> None:
        self.page, self._shelves, self._values = page, shelves, values
        self.files = [page.path]
        self.params: dict[str, Any] = {}

    def root(self) -> yaml.Node | None:
        """Return the whole tree, or None when something keeps it from being read; the page has been told."""
        root = self.page.tree()
        if root is None or self.page.problems:
            return None
        self.page.language = _language_of(root, self.page)
        if self.page.language == 1:
            if self._values:
                self.page.say(root, "Kịch bản này không có tham số (params)", "this scenario has no params")
            return root
        root = self._extend_base(root, 0)
        root = self._with_fragments(root)
        root, self.params = _with_values(root, self._values, self.page)
        return root

    def _read(self, path: Path) -> yaml.Node | None:
        other = Page(path)
        root = other.tree()
        self.files.append(path)
        self.page.problems += other.problems
        return None if other.problems else root

    def _extend_base(self, root: yaml.Node, depth: int) -> yaml.Node:
        base = _value_of(root, "extends")
        if base is None:
            return root
        if depth >= _DEEPEST:
            self.page.say(base, "extends nối nhau quá dài hoặc thành vòng", "extends is too long a chain, or a ring")
            return root
        path = self._find(base, self._shelves.path_of, "kịch bản", "scenario")
        below = self._read(path) if path else None
        if below is None:
            return root
        return _merge_nodes(self._extend_base(below, depth + 1), root)

    def _with_fragments(self, root: yaml.Node) -> yaml.Node:
        used = _value_of(root, "use")
        if used is None:
            return root
        wishes, times = used.value if isinstance(used, yaml.SequenceNode) else [used], Counter[str]()
        if len(wishes) > _MOST_USED:
            self.page.say(used, f"Nhiều nhất {_MOST_USED} mảnh", f"{_MOST_USED} fragments at most")
        for each in wishes[:_MOST_USED]:
            fragment = self._fragment(each)
            if fragment is not None:
                name = str((_value_of(each, "fragment") or each).value)
                times[name] += 1
                root = _merge_nodes(root, fragment if times[name] == 1 else _number_steps(fragment, times[name]))
        return root

    def _fragment(self, use: yaml.Node) -> yaml.Node | None:
        name = _value_of(use, "fragment") if isinstance(use, yaml.MappingNode) else use
        if name is None:
            self.page.say(use, "Thiếu “fragment”: tên mảnh", "'fragment' is missing: the name of the fragment")
            return None
        for key, _ in members(use):
            if key.value not in ("fragment", "with"):
                vi, en = nearest(str(key.value), ("fragment", "with"))
                self.page.say(key, f"Không có từ “{key.value}”{vi}", f"unknown word {key.value!r}{en}")
        path = self._find(name, self._shelves.fragment_of, "mảnh", "fragment")
        root = self._read(path) if path else None
        if root is None:
            return None
        given = {str(key.value): value for key, value in _members_of(_value_of(use, "with"))}
        filled, _ = _with_values(root, given, self.page, use)
        return _without(filled, ("id", "title", "params", "schema_version", "$schema"))

    def _find(self, node: yaml.Node, find: Any, vi: str, en: str) -> Path | None:
        name = str(node.value) if isinstance(node, yaml.ScalarNode) else "?"
        try:
            found: Path = find(name)
        except KeyError as trouble:
            tail = getattr(trouble, "vi", ""), getattr(trouble, "en", "")
            self.page.say(node, f"Không có {vi} “{name}”{tail[0]}", f"there is no {en} {name!r}{tail[1]}")
            return None
        return found


def _language_of(root: yaml.Node, page: Page) -> int:
    node = _value_of(root, "schema_version")
    if node is None:
        return 1
    text = str(node.value) if isinstance(node, yaml.ScalarNode) else ""
    if text not in LANGUAGES:
        page.say(node, "schema_version phải là “1” hoặc “2”", "schema_version must be '1' or '2'")
        return 2
    return int(text)


def _value_of(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return next((value for key, value in members(node) if key.value == name), None) if node is not None else None


def _members_of(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    return iter(()) if node is None else members(node)


def _merge_nodes(below: yaml.Node, above: yaml.Node) -> yaml.Node:
    """Return one mapping over another: lists of named things by name, maps by key, anything else replaced."""
    pairs = {str(key.value): (key, value) for key, value in members(below)}
    for key, value in members(above):
        name = str(key.value)
        pairs[name] = (key, _merged_value(name, pairs[name][1], value) if name in pairs else value)
    return yaml.MappingNode(above.tag, list(pairs.values()), above.start_mark, above.end_mark)


def _merged_value(name: str, below: yaml.Node, above: yaml.Node) -> yaml.Node:
    if name in _MAPS and isinstance(below, yaml.MappingNode) and isinstance(above, yaml.MappingNode):
        return _merge_nodes(below, above)
    are_lists = isinstance(below, yaml.SequenceNode) and isinstance(above, yaml.SequenceNode)
    if not are_lists or name not in (*_NAMED_LISTS, *_LISTS):
        return above
    rows = list(below.value)
    names = {named: place for place, row in enumerate(rows) if (named := _name_of(row)) and name in _NAMED_LISTS}
    for row in above.value:
        place = names.get(_name_of(row) or "")
        if place is None:
            rows.append(row)
        else:
            rows[place] = row
    return yaml.SequenceNode(above.tag, rows, above.start_mark, above.end_mark)


def _name_of(row: yaml.Node) -> str | None:
    name = _value_of(row, "name")
    return str(name.value) if isinstance(name, yaml.ScalarNode) else None


def _number_steps(root: yaml.Node, number: int) -> yaml.Node:
    """Return a fragment that is used once more: its steps have the number behind their names, and are steps beside."""
    pairs = []
    for key, value in members(root):
        if key.value in _NAMED_LISTS and isinstance(value, yaml.SequenceNode):
            rows = [_named_row(row, number) for row in value.value]
            value = yaml.SequenceNode(value.tag, rows, value.start_mark, value.end_mark)  # noqa: PLW2901
        pairs.append((key, value))
    return yaml.MappingNode(root.tag, pairs, root.start_mark, root.end_mark)


def _named_row(row: yaml.Node, number: int) -> yaml.Node:
    def named(key: yaml.Node, value: yaml.Node) -> yaml.Node:
        if key.value != "name" or not isinstance(value, yaml.ScalarNode):
            return value
        return yaml.ScalarNode(value.tag, f"{value.value}-{number}", value.start_mark, value.end_mark, value.style)

    pairs = [(key, named(key, value)) for key, value in members(row)]
    return yaml.MappingNode(row.tag, pairs, row.start_mark, row.end_mark) if pairs else row


def _without(root: yaml.Node, names: tuple[str, ...]) -> yaml.Node:
    pairs = [(key, value) for key, value in members(root) if key.value not in names]
    return yaml.MappingNode(root.tag, pairs, root.start_mark, root.end_mark)


def _with_values(
    root: yaml.Node, given: Mapping[str, Any], page: Page, caller: yaml.Node | None = None
) -> tuple[yaml.Node, dict[str, Any]]:
    """Return a tree whose ``{{params.x}}`` are filled, and the values they were filled with."""
    declared = _value_of(root, "params")
    known = {str(key.value): (key, _default_of(value)) for key, value in _members_of(declared)}
    for name in given:
        if name not in known:
            vi, en = nearest(name, known)
            at = given[name] if isinstance(given[name], yaml.Node) else caller or declared or root
            page.say(at, f"Không có tham số “{name}”{vi}", f"there is no parameter {name!r}{en}")
    nodes = {
        name: _node_for(given[name], default) if name in given else default for name, (_, default) in known.items()
    }
    filler = _Filler(nodes, page)
    filled = filler.fill(root)
    for name, (key, _) in known.items():
        if not _PARAM_NAME.fullmatch(name):
            page.say(key, f"Tên tham số “{name}”: chữ thường, số và _", f"a name like {name!r} is no parameter's")
        elif name not in filler.used:
            page.say(key, f"Tham số “{name}” không được dùng", f"the parameter {name!r} is not used")
    return filled, {
        name: node.value if isinstance(node, yaml.ScalarNode) else plain(node) for name, node in nodes.items()
    }


def _default_of(node: yaml.Node) -> yaml.Node:
    """Return the node of a parameter's value: it stands alone, or as ``default`` beside what is said of it."""
    return _value_of(node, "default") or node


def _node_for(value: Any, default: yaml.Node) -> yaml.Node:
    """Return a value that was given from outside as if it stood where the default stands."""
    if isinstance(value, yaml.Node):
        return value
    text = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    style = getattr(default, "style", None)
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, default.start_mark, default.end_mark, style)


class _Filler:
    """Fills ``{{params.x}}`` in texts; a text that is nothing else becomes the value itself, number or text."""

    def __init__(self, nodes: Mapping[str, yaml.Node], page: Page) -> None:
        self._nodes, self._page, self._room = nodes, page, SIZE_LIMIT
        self.used: set[str] = set()

    def fill(self, node: yaml.Node) -> yaml.Node:
        """Return a whole file filled; what it declares as parameters stays as it stands."""
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value if key.value == "params" else self._inner(value)) for key, value in node.value]
            return yaml.MappingNode(node.tag, pairs, node.start_mark, node.end_mark, node.flow_style)
        return self._inner(node)

    def _inner(self, node: yaml.Node) -> yaml.Node:
        if isinstance(node, yaml.MappingNode):
            pairs = [(self._inner(key), self._inner(value)) for key, value in node.value]
            return yaml.MappingNode(node.tag, pairs, node.start_mark, node.end_mark, node.flow_style)
        if isinstance(node, yaml.SequenceNode):
            rows = [self._inner(each) for each in node.value]
            return yaml.SequenceNode(node.tag, rows, node.start_mark, node.end_mark, node.flow_style)
        return self._scalar(node)

    def _scalar(self, node: Any) -> yaml.Node:
        names = list(_PARAM.findall(node.value))
        if not names or not self._all_known(names, node):
            return node  # type: ignore[no-any-return]
        self.used.update(names)
        value: Any = self._nodes[names[0]]
        self._room -= sum(_length_of(self._nodes[name]) for name in names)
        if self._room < 0:
            vi, en = "Tham số làm kịch bản dài hơn 1 MB", "its parameters make the scenario longer than 1 MB"
            self._page.say(node, vi, en)
            return node  # type: ignore[no-any-return]
        if not isinstance(value, yaml.ScalarNode):
            return value  # type: ignore[no-any-return]
        if _PARAM.fullmatch(node.value.strip()):
            style, text = value.style, value.value
        else:
            style, text = node.style, _PARAM.sub(lambda found: str(self._nodes[found[1]].value), node.value)
        return yaml.ScalarNode(node.tag, text, node.start_mark, node.end_mark, style)

    def _all_known(self, names: list[str], node: yaml.Node) -> bool:
        is_whole = _PARAM.fullmatch(node.value.strip()) is not None
        for name in names:
            if name in self._nodes and not is_whole and not isinstance(self._nodes[name], yaml.ScalarNode):
                vi = f"Tham số “{name}” không phải chữ: phải đứng một mình"
                self._page.say(node, vi, f"the parameter {name!r} is no text: it must stand alone")
                return False
            if name not in self._nodes:
                vi, en = nearest(name, self._nodes)
                self._page.say(node, f"Không có tham số “{name}”{vi}", f"there is no parameter {name!r}{en}")
                return False
        return True


def _length_of(node: yaml.Node) -> int:
    return sum(len(each.value) + 1 for each in scalars(node))


def scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Yield every scalar of a tree, names included."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from scalars(each)
    else:
        for key, value in members(node):
            yield from scalars(key)
            yield from scalars(value)
