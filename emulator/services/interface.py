"""How a service describes its interface: OpenAPI and the collections are written from this.

Most operations need but the names of their shapes and some examples, which ``interface.json`` beside the service
holds; what is odd about one is said in full, as an OperationDoc. Nothing here is read before somebody asks for it.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from emulator.kernel.values import value_class

Shape = Mapping[str, Any]
TEXT: Shape = {"type": "string"}
INTEGER: Shape = {"type": "integer"}
NUMBER: Shape = {"type": "number"}
FLAG: Shape = {"type": "boolean"}
ANY: Shape = {}
MOMENT: Shape = {"type": "string", "description": "ISO 8601", "examples": ["2026-11-20T08:32:36+07:00"]}
OBJECT: Shape = {"type": "object"}
_PLAIN: Mapping[Any, Shape] = {str: TEXT, int: INTEGER, float: NUMBER, bool: FLAG}


def record(members: Mapping[str, Shape], *, optional: tuple[str, ...] = ()) -> Shape:
    """Return an object with exactly these members; all are there unless they are ``optional``."""
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": dict(members), "required": required, "additionalProperties": False}


def rows(of: Shape) -> Shape:
    """Return a list."""
    return {"type": "array", "items": of}


def mapping(of: Shape) -> Shape:
    """Return an object whose keys are data."""
    return {"type": "object", "additionalProperties": of}


def maybe(shape: Shape) -> Shape:
    """Return what may also be null."""
    if isinstance(shape.get("type"), str):
        return {**shape, "type": [shape["type"], "null"]}
    return {"anyOf": [shape, {"type": "null"}]}


def one_of(*shapes: Shape) -> Shape:
    """Return any of several shapes."""
    return {"anyOf": list(shapes)}


def ref(name: str) -> Shape:
    """Return a shape that stands among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def of_dataclass(made: type, **changes: Shape) -> Shape:
    """Return the shape of a dataclass as ``asdict`` writes it; ``changes`` replaces members or adds some."""
    hints = get_type_hints(made)
    members = {each.name: of_type(hints[each.name]) for each in dataclasses.fields(made)}
    return record({**members, **changes})


def of_type(hint: Any) -> Shape:
    """Return the shape of a value of a type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        rest = [each for each in arguments if each is not type(None)]
        shapes = [of_type(each) for each in rest]
        shape = shapes[0] if len(shapes) == 1 else one_of(*shapes)
        return maybe(shape) if len(rest) < len(arguments) else shape
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (list, tuple):
        return rows(of_type(arguments[0]))
    if origin is dict:
        return mapping(of_type(arguments[1]))
    return _PLAIN.get(hint, ANY)


# What a service keeps as data beside its code; official names of bodies stay out of Python.


@cache
def read_interface(package: str) -> Mapping[str, Any]:
    """Return ``interface.json`` of a service's package: examples and shapes."""
    content: Mapping[str, Any] = json.loads(files(package).joinpath("interface.json").read_text(encoding="utf-8"))
    return content


# How a service describes its interface: OpenAPI and the collections are written from this.
#
# Most operations need but the names of their shapes and some examples, which ``interface.json`` beside the service
# holds; what is odd about one is said in full, as an OperationDoc. Nothing here is read before somebody asks for it.

JSON, FORM, HTML, XML, TEXT_PLAIN, ANY_MEDIA = (
    "application/json",
    "application/x-www-form-urlencoded",
    "text/html",
    "application/xml",
    "text/plain",
    "*/*",
)


@value_class
class Example:
    """One request that a test sends: its body, and the status it is answered with when that is not the usual one."""

    vi: str
    en: str
    value: Any = None
    status: str = ""
    answer: Any = None


@value_class
class Described:
    """What is said of one operation beyond its declaration.

    ``request`` and ``replies`` are names of components, the usual reply first and its refusals last; ``answers`` stand
    in place of them where a status has no such shape. ``path`` and ``parameters`` are said where a part of the address
    is free. ``keeps`` says which member of the reply later requests need, by variable; ``security`` is the scheme,
    unless it is the gateway's.
    """

    request: str = ""
    replies: tuple[str, ...] = ()
    examples: Mapping[str, Example] = field(default_factory=dict)
    about: str = ""
    tag: str = ""
    keeps: Mapping[str, str] = field(default_factory=dict)
    security: str = ""
    answers: Mapping[str, ReplyDoc] = field(default_factory=dict)
    parameters: tuple[Mapping[str, Any], ...] = ()
    path: str = ""


@value_class
class Interface:
    """The interface of a service: schemas by name, what is said of its operations, and whole documents of odd ones.

    ``operations`` are by name; the second address of an operation is called by the last word of its path.
    """

    components: Mapping[str, Any]
    operations: Mapping[str, Described]
    documents: tuple[OperationDoc, ...] = ()


def interface_of(content: Mapping[str, Any]) -> Interface:
    """Return the interface that an ``interface.json`` describes: ``components``, and ``operations`` by name."""
    operations = {
        name: Described(
            row["request"], tuple(row["replies"]), read_examples(row.get("examples", {})), row.get("about", "")
        )
        for name, row in content["operations"].items()
    }
    return Interface(content["components"], operations)


def read_examples(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Example]:
    """Return examples as the data files write them."""
    return {name: Example(**row) for name, row in rows.items()}


@value_class
class ReplyDoc:
    """One status: what it means, and the shape of its body by media type; none when it has no body."""

    vi: str
    en: str
    content: Mapping[str, Shape] = field(default_factory=dict)


@value_class
class OperationDoc:
    """One operation.

    ``parameters`` are OpenAPI's own; ``turn`` is its place when all are sent one after the other; ``keeps`` says which
    member of its answer later requests need, by variable. ``usual`` is the status of a request as the examples have
    it, the first of the answers unless it is given. ``folder`` is where a collection keeps it, unless with its tag.
    """

    verb: str
    path: str
    id: str
    tag: str
    vi: str
    en: str
    answers: Mapping[str, ReplyDoc]
    about: str = ""
    parameters: tuple[Mapping[str, Any], ...] = ()
    media: str = JSON
    body: Shape | None = None
    is_body_needed: bool = True
    examples: Mapping[str, Example] = field(default_factory=dict)
    security: tuple[Mapping[str, list[str]], ...] = ()
    keeps: Mapping[str, str] = field(default_factory=dict)
    usual: str = ""
    folder: str = ""
    turn: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the operation object."""
        written: dict[str, Any] = {
            "operationId": self.id,
            "tags": [self.tag],
            "summary": f"{self.vi} / {self.en}",
            "security": [dict(each) for each in self.security],
            "responses": {status: self._answer(status, each) for status, each in self.answers.items()},
            "x-turn": self.turn,
            "x-status": self.usual or next(iter(self.answers)),
        }
        if self.folder:
            written["x-folder"] = self.folder
        if self.about:
            written["description"] = self.about
        if self.parameters:
            written["parameters"] = [dict(each) for each in self.parameters]
        if self.body is not None:
            written["requestBody"] = self._body(self.body)
        if self.keeps:
            written["x-keeps"] = dict(self.keeps)
        return written

    def _body(self, shape: Shape) -> dict[str, Any]:
        content: dict[str, Any] = {"schema": shape}
        if self.examples:
            content["examples"] = {name: _request(each) for name, each in self.examples.items()}
        return {"required": self.is_body_needed, "content": {self.media: content}}

    def _answer(self, status: str, answer: ReplyDoc) -> dict[str, Any]:
        written: dict[str, Any] = {"description": f"{answer.vi} / {answer.en}"}
        usual = self.usual or next(iter(self.answers))
        shown = {
            name: {"value": each.answer}
            for name, each in self.examples.items()
            if each.answer is not None and (each.status or usual) == status
        }
        if answer.content:
            written["content"] = {media: {"schema": shape} for media, shape in answer.content.items()}
            if shown:
                next(iter(written["content"].values()))["examples"] = shown
        return written


def _request(example: Example) -> dict[str, Any]:
    written = {"summary": f"{example.vi} / {example.en}", "value": example.value}
    return written | ({"x-status": example.status} if example.status else {})


def in_path(name: str, example: str, shape: Shape = TEXT) -> dict[str, Any]:
    """Return a variable of a path."""
    return {"name": name, "in": "path", "required": True, "schema": {**shape, "minLength": 1}, "example": example}


def in_query(name: str, vi: str, en: str, shape: Shape = TEXT, example: Any = None) -> dict[str, Any]:
    """Return a parameter of a query that may be left out; one with an example is sent with it."""
    told = {"name": name, "in": "query", "description": f"{vi} / {en}", "schema": shape}
    return told if example is None else {**told, "example": example}
