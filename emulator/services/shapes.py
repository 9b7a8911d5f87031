"""How answers are described: small JSON Schemas put together by name."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

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
