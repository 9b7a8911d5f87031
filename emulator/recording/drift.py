"""Where two answers to one call differ in what a client can rely on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from emulator.kernel.exchange import Headers
from emulator.kernel.values import value_class
from emulator.services.btxh.replies import DriftKind, quirk_of_difference
from emulator.wire.xml_tree import BrokenXml, xml_tree

# The shape of a reply: names, their order and spelling, types, and the form of dates; never the data itself.

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


# What is compared between two platforms and what must differ anyway. Ours, but for the names of the fields.

STABLE_ANSWER_HEADERS = re.compile(
    r"content-type|cache-control|pragma|www-authenticate|allow|retry-after|content-disposition|x-frame-options|"
    r"x-content-type-options|x-xss-protection|access-control-.*|content-language",
    re.IGNORECASE,
)
"""Headers that belong to what a platform says; the others are written by each server on the way."""

COMPARED_HEADER_VALUES = frozenset(
    {"content-type", "cache-control", "allow", "x-frame-options", "x-content-type-options"}
)

VOLATILE_HEADERS = re.compile(
    r"date|server|via|age|content-length|transfer-encoding|connection|keep-alive|set-cookie|etag|last-modified|expires|"
    r"vary|alt-svc|strict-transport-security|nel|report-to|content-encoding|accept-ranges|x-request-id|x-correlation-id|"
    r"x-trace.*|traceparent|activityid|x-road-.*|cf-.*|x-cache.*|x-powered-by|x-envoy-.*|x-amz.*|x-ndxp-.*|x-served-by|"
    r"content-security-policy|referrer-policy|permissions-policy|p3p|location",
    re.IGNORECASE,
)
"""Headers of machines, balancers and moments: never a drift."""

CODES = frozenset({"error_code", "errorcode", "code", "error", "token_type", "type"})
"""Fields (lower case) whose values, not only shapes, must agree; all others may hold other data."""

STATE_RULES = frozenset({"unknown-dossier", "other-person"})
"""The emulator's rules that say no because a fresh one does not hold what the platform held."""

PSEUDONYM_RULES = frozenset({"tax-code"})
"""Rules that a pseudonym breaks by its nature: a tax code that nobody has cannot have the right check digit."""


_DATE_FREE = {"text", "empty", "broken XML"}


@value_class
class DriftDifference:
    """One difference: ``pointer`` is a JSON pointer into the body, or a header's name; both sides as shapes."""

    kind: DriftKind
    pointer: str
    recorded: str
    emulated: str
    row: str | None = None


def status_difference(recorded: int, emulated: int) -> Iterator[DriftDifference]:
    """Yield the difference of two statuses, if there is one."""
    if recorded != emulated:
        yield DriftDifference("status", "", str(recorded), str(emulated))


def header_differences(recorded: Headers, emulated: Headers) -> Iterator[DriftDifference]:
    """Yield headers that one side alone has, and stable values that differ."""
    left, right = _comparable_headers(recorded), _comparable_headers(emulated)
    for name in sorted(left.keys() | right.keys()):
        if VOLATILE_HEADERS.fullmatch(name):
            continue
        if name not in right:
            yield DriftDifference("header", name, left[name], "–")
        elif name not in left:
            yield DriftDifference("header", name, "–", right[name])
        elif name in COMPARED_HEADER_VALUES and left[name] != right[name]:
            yield DriftDifference("header", name, left[name], right[name])


def _comparable_headers(headers: Headers) -> Mapping[str, str]:
    told: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        said = "".join(value.lower().split()) if key in COMPARED_HEADER_VALUES else "…"
        told[key] = f"{told[key]},{said}" if key in told else said
    return told


def body_differences(recorded: str, emulated: str) -> Iterator[DriftDifference]:
    """Yield the differences of two bodies; bodies that are neither JSON nor XML only have to be of one family."""
    (left_family, left), (right_family, right) = _read(recorded), _read(emulated)
    if left_family != right_family:
        yield DriftDifference("not-json", "", left_family, right_family)
    elif left_family in ("json", "xml"):
        yield from _compare_shapes(shape_of(left), shape_of(right), "")


def _read(text: str) -> tuple[str, Any]:
    bare = text.removeprefix("\ufeff").strip()
    if not bare:
        return "empty", None
    if bare.startswith("<"):
        if bare[:15].lower().startswith(("<!doctype html", "<html")):
            return "html", None
        try:
            return "xml", xml_tree(bare)
        except BrokenXml:
            return "html", None
    try:
        return "json", json.loads(bare)
    except (ValueError, RecursionError):
        return "broken json" if bare[0] in "{[" else "text", None


def _compare_shapes(left: Shape, right: Shape, pointer: str) -> Iterator[DriftDifference]:
    if left.non_null_types and right.non_null_types and not left.non_null_types & right.non_null_types:
        yield _difference("type", pointer, left.as_words(), right.as_words())
        return
    if {left.as_words(), right.as_words()} == {"null", "string (empty)"}:
        row = quirk_of_difference("form-empty", pointer)
        yield DriftDifference("type", pointer, left.as_words(), right.as_words(), row)
        return
    yield from _forms(left, right, pointer)
    if left.members and right.members:
        yield from _members(left, right, pointer)
    if left.item and right.item:
        yield from _compare_shapes(left.item, right.item, f"{pointer}/*")


def _forms(left: Shape, right: Shape, pointer: str) -> Iterator[DriftDifference]:
    dates = (left.forms - _DATE_FREE, right.forms - _DATE_FREE)
    is_broken = ("broken XML" in left.forms) != ("broken XML" in right.forms) and left.values and right.values
    if (dates[0] and dates[1] and not dates[0] & dates[1]) or is_broken:
        yield _difference("form", pointer, left.as_words(), right.as_words())
    name = pointer.rpartition("/")[2].lower()
    if name in CODES and left.values and right.values and left.values != right.values:
        said = (", ".join(sorted(left.values)[:3]), ", ".join(sorted(right.values)[:3]))
        if {each.strip('"') for each in left.values} != {each.strip('"') for each in right.values}:
            yield _difference("value", pointer, *said)


def _members(left: Shape, right: Shape, pointer: str) -> Iterator[DriftDifference]:
    folded = {name.casefold(): name for name in right.members}
    pairs: list[tuple[str, str]] = []
    for name in left.members:
        twin = name if name in right.members else folded.get(name.casefold())
        place = f"{pointer}/{_escape_pointer(name)}"
        if twin is None or (twin != name and twin in left.members):
            if name not in left.sometimes:
                yield _difference("missing", place, left.members[name].as_words(), "–")
            continue
        pairs.append((name, twin))
        if twin != name:
            yield _difference("casing", place, name, twin)
        yield from _compare_shapes(left.members[name], right.members[twin], place)
    met = {twin for _, twin in pairs}
    for name in right.members:
        if name not in met and name not in right.sometimes:
            yield _difference("extra", f"{pointer}/{_escape_pointer(name)}", "–", right.members[name].as_words())
    order = [twin for twin in right.members if twin in met]
    if [twin for _, twin in pairs] != order:
        yield _difference("order", pointer, ", ".join(name for name, _ in pairs), ", ".join(order))


def _escape_pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _difference(kind: DriftKind, pointer: str, recorded: str, emulated: str) -> DriftDifference:
    return DriftDifference(kind, pointer, recorded, emulated, quirk_of_difference(kind, pointer))
