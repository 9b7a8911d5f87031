"""A body line by line, each line with its JSON pointer, so that a remark stands at the field it is about."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from emulator.console.words import as_json_text
from emulator.wire.xml_tree import BrokenXml, xml_root

if TYPE_CHECKING:
    from emulator.journal.entry import EntryRequest, EntryResponse, RemarkWords

LONGEST_VALUE = 2_000
"""Characters of one value that a page prints; the rest is in the raw body."""
MOST_LINES = 3_000
MOST_BYTES = 512
"""Bytes of a body that is no text which a page prints."""


@dataclass
class Line:
    """One printed line. ``is_cut`` tells that its value went on."""

    depth: int
    text: str
    pointer: str = ""
    is_cut: bool = False
    remarks: list[RemarkWords] = field(default_factory=list)


@dataclass
class AnnotatedBody:
    """A body ready for a page. ``rest`` are the remarks that are about no line of it."""

    kind: str
    lines: list[Line]
    rest: list[RemarkWords]
    is_cut: bool = False


def annotate_message(message: EntryRequest | EntryResponse, remarks: Sequence[RemarkWords] = ()) -> AnnotatedBody:
    """Return the body of one side of a journal entry: a text as ``annotate`` prints it, anything else by its bytes."""
    headers = {name.lower(): value for name, value in message["headers"].items()}
    if "bodyAsBase64" not in message:
        return annotate(message.get("body", ""), str(headers.get("content-type", "")), remarks)
    body = annotate_bytes(base64.b64decode(message["bodyAsBase64"]))
    body.rest.extend(remarks)
    return body


def annotate_bytes(content: bytes) -> AnnotatedBody:
    """Return the beginning of what is no text, by its bytes."""
    return AnnotatedBody("bytes", list(_dump_lines(content[:MOST_BYTES])), [], len(content) > MOST_BYTES)


def _dump_lines(content: bytes) -> Iterator[Line]:
    """Print bytes as ``hexdump -C`` does: sixteen a line, with what of them is ASCII."""
    for start in range(0, len(content), 16):
        row = content[start : start + 16]
        shown = "".join(chr(each) if 32 <= each < 127 else "." for each in row)
        yield Line(0, f"{start:06x}  {row.hex(' '):47}  {shown}")


def annotate(text: str, content_type: str, remarks: Sequence[RemarkWords]) -> AnnotatedBody:
    """Return a body with each remark below the line it is about, or below the nearest line around it."""
    kind, lines = _lines_of(text, content_type)
    body = AnnotatedBody(kind, lines[:MOST_LINES], [], len(lines) > MOST_LINES)
    places: dict[str, Line] = {}
    for line in body.lines:
        places.setdefault(line.pointer, line)
    for remark in remarks:
        place = _place(str(remark["path"]), places)
        (place.remarks if place else body.rest).append(remark)
    return body


def _place(pointer: str, places: Mapping[str, Line]) -> Line | None:
    while pointer:
        if pointer in places:
            return places[pointer]
        pointer = pointer.rpartition("/")[0]
    return None


def _lines_of(text: str, content_type: str) -> tuple[str, list[Line]]:
    if not text.strip():
        return "empty", []
    try:
        return "json", list(_json_lines(json.loads(text), "", 0, ""))
    except (ValueError, RecursionError):
        pass
    if text.lstrip().startswith("<"):
        try:
            return "xml", list(_xml_lines(xml_root(text), "", 0))
        except BrokenXml:
            return "text", _plain_lines(text)
    if "x-www-form-urlencoded" in content_type:
        pairs = parse_qsl(text, keep_blank_values=True)
        return "form", [_value_line(0, f"{name} = ", value, f"/{name}") for name, value in pairs]
    return "text", _plain_lines(text)


def _plain_lines(text: str) -> list[Line]:
    return [_value_line(0, "", line, "") for line in text.splitlines()]


def _value_line(depth: int, before: str, value: str, pointer: str, after: str = "") -> Line:
    is_cut = len(value) > LONGEST_VALUE
    return Line(depth, before + value[:LONGEST_VALUE] + ("…" if is_cut else after), pointer, is_cut)


def _json_lines(value: Any, pointer: str, depth: int, name: str, after: str = "") -> Iterator[Line]:
    head = f"{as_json_text(name)}: " if name else ""
    if isinstance(value, dict | list) and value:
        opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
        yield Line(depth, head + opening, pointer)
        items = list(value.items()) if isinstance(value, dict) else [("", each) for each in value]
        for number, (key, item) in enumerate(items):
            step = str(key) if isinstance(value, dict) else str(number)
            comma = "," if number + 1 < len(items) else ""
            yield from _json_lines(item, f"{pointer}/{step}", depth + 1, str(key), comma)
        yield Line(depth, closing + after)
    elif isinstance(value, str) and value.lstrip().startswith("<"):
        yield from _embedded_lines(value, pointer, depth, head, after)
    else:
        yield _value_line(depth, head, as_json_text(value), pointer, after)


def _embedded_lines(text: str, pointer: str, depth: int, head: str, after: str) -> Iterator[Line]:
    """Print an XML document inside a JSON string as the document it is."""
    try:
        root = xml_root(text)
    except BrokenXml:
        yield _value_line(depth, head, as_json_text(text), pointer, after)
        return
    yield Line(depth, f'{head}"', pointer)
    yield from _xml_lines(root, pointer, depth + 1)
    yield Line(depth, f'"{after}')


def _xml_lines(element: Any, pointer: str, depth: int) -> Iterator[Line]:
    tag = str(element.tag).rpartition("}")[2]
    attributes = "".join(f' {name}="{value}"' for name, value in element.attrib.items())
    if not len(element):
        text = (element.text or "").strip()
        line = f"<{tag}{attributes}>" if text else f"<{tag}{attributes}/>"
        yield _value_line(depth, line, text, pointer, f"</{tag}>" if text else "")
        return
    yield Line(depth, f"<{tag}{attributes}>", pointer)
    is_list = len({child.tag for child in element}) == 1 and tag.lower().startswith("danhsach")
    for number, child in enumerate(element, 1):
        step = str(number) if is_list else str(child.tag).rpartition("}")[2]
        yield from _xml_lines(child, f"{pointer}/{step}", depth + 1)
    yield Line(depth, f"</{tag}>")
