"""Where two answers to one call differ in what a client can rely on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.kernel.exchange import Headers
from emulator.recording.rules import CODES, COMPARED_HEADER_VALUES, VOLATILE_HEADERS
from emulator.recording.shape import Shape, shape_of
from emulator.services.btxh.replies import DriftKind, quirk_of_difference
from emulator.wire.xml_tree import BrokenXml, xml_tree

_DATE_FREE = {"text", "empty", "broken XML"}


@dataclass(frozen=True, slots=True)
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
