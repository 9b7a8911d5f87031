"""The shape of a reply: names, their order and spelling, types, and the form of dates; never the data itself."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from emulator.wire.xml_tree import BrokenXml, xml_tree

Type = Literal["object", "array", "string", "number", "boolean", "null", "xml"]
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("dd/MM/yyyy HH:mm:ss", re.compile(r"\d{2}/\d{2}/\d{4} \d{2}:\d{2}:\d{2}")),
    ("dd/MM/yyyy", re.compile(r"\d{2}/\d{2}/\d{4}")),
    ("yyyy-MM-dd HH:mm:ss", re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)?")),
    ("ISO 8601", re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?")),
    ("yyyy-MM-dd", re.compile(r"\d{4}-\d{2}-\d{2}")),
    ("yyyyMMddHHmmss", re.compile(r"(?:19|20)\d{12}")),
    ("broken XML", re.compile(r"\s*<\?xml.*", re.DOTALL)),
)
_DEEPEST = 40


@dataclass(slots=True)
class Shape:
    """What values at one place look like. ``values`` are those of scalars, for the few places that must agree."""

    types: set[Type] = field(default_factory=set)
    members: dict[str, Shape] = field(default_factory=dict)
    sometimes: set[str] = field(default_factory=set)
    item: Shape | None = None
    forms: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)

    @property
    def non_null_types(self) -> set[Type]:
        """Return the types of what is there."""
        return self.types - {"null"}

    def as_words(self) -> str:
        """Return the shape in a few words, without any data."""
        words = "|".join(sorted(self.types)) or "nothing"
        forms = self.forms - {"text"}
        return f"{words} ({', '.join(sorted(forms))})" if forms else words


def shape_of(value: Any, depth: int = 0) -> Shape:
    """Return the shape of a value."""
    if depth > _DEEPEST:
        return Shape()
    if isinstance(value, dict):
        return Shape({"object"}, {str(name): shape_of(each, depth + 1) for name, each in value.items()})
    if isinstance(value, list):
        merged: Shape | None = None
        for each in value:
            one = shape_of(each, depth + 1)
            merged = one if merged is None else _merge_shapes(merged, one)
        return Shape({"array"}, item=merged)
    if isinstance(value, str):
        return _text(value, depth)
    if value is None:
        return Shape({"null"})
    return Shape({"boolean" if isinstance(value, bool) else "number"}, values={json.dumps(value)})


def _text(value: str, depth: int) -> Shape:
    if value.lstrip().startswith("<") and ">" in value:
        try:
            return Shape({"xml"}, {name: shape_of(each, depth + 1) for name, each in xml_tree(value).items()})
        except BrokenXml:
            return Shape({"string"}, forms={"broken XML"})
    form = next((name for name, pattern in _FORMS if pattern.fullmatch(value)), "text" if value else "empty")
    return Shape({"string"}, forms={form}, values={value})


def _merge_shapes(one: Shape, other: Shape) -> Shape:
    names = [*one.members, *(name for name in other.members if name not in one.members)]
    both_objects = bool(one.members) and bool(other.members)
    once = {name for name in names if (name in one.members) != (name in other.members)} if both_objects else set()
    members = {
        name: _merge_shapes(one.members[name], other.members[name])
        if name in one.members and name in other.members
        else one.members.get(name) or other.members[name]
        for name in names
    }
    item = _merge_shapes(one.item, other.item) if one.item and other.item else one.item or other.item
    return Shape(
        one.types | other.types,
        members,
        one.sometimes | other.sometimes | once,
        item,
        one.forms | other.forms,
        one.values | other.values,
    )
