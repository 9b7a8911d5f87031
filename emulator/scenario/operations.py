"""The operations that a step may be ``on``: those that the services declare, and the gateways' own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, NamedTuple

from emulator.country.furnish import nearest
from emulator.services.registry import operations, staged_names

__all__ = ["FieldPathTrouble", "has_error_code", "matching", "nearest_operation", "path_trouble", "staged_names"]
_FORMS = ("ndxp.token", "ndxp.revoke")
_REFERENCE = "#/components/schemas/"
_NOTHING: Mapping[str, Any] = {"type": "null"}


def matching(pattern: str) -> list[str]:
    """Return the operations that a name or a pattern such as ``btxh.*`` means."""
    return list(_matching(pattern))


@lru_cache(1024)
def _matching(pattern: str) -> tuple[str, ...]:
    return tuple(name for name in staged_names() if fnmatchcase(name, pattern))


def has_error_code(name: str) -> bool:
    """Tell whether an operation can refuse in an envelope of its service's own, with an error code."""
    declared = operations().get(name)
    return declared is not None and declared.service.refuses(declared.operation)


def nearest_operation(name: str) -> str:
    """Return the tail of a sentence that names the nearest operation, empty without one."""
    return nearest(name, staged_names())[0]


# The fields of a body: as the service describes them, else nobody knows and any path may be right.


class FieldPathTrouble(NamedTuple):
    """Why nothing of a body lies at a path: in both languages."""

    vi: str
    en: str


def path_trouble(name: str, parts: Sequence[str]) -> FieldPathTrouble | None:
    """Return why the body of an operation has nothing at a path, None when it may have."""
    components, shape = _shape_of(name)
    for place, part in enumerate(parts):
        shape = _resolve_shape(shape, components)
        inner = _inner(shape)
        if inner is None:
            return None
        is_index = part.isdecimal() or part in ("*", "[*]")
        if isinstance(inner, Mapping):
            if not inner:
                return _inside_nothing(name, parts[:place])
            near = {each.casefold(): each for each in inner}.get(part.casefold())
            if near is None:
                vi, en = nearest(part, inner)
                return FieldPathTrouble(f"{name} không có trường “{part}”{vi}", f"{name} has no field {part!r}{en}")
            shape = inner[near]
        elif is_index:
            shape = inner[0]
        else:
            above = ".".join(parts[:place])
            right = f"{above}[*].{part}" if above else f"body.*.{part}"
            vi, en = f"{above or 'body'} là danh sách: {right}", f"{above or 'body'} is a list: {right}"
            return FieldPathTrouble(f"{name}: {vi}", f"{name}: {en}")
    return None


def _inside_nothing(name: str, above: Sequence[str]) -> FieldPathTrouble:
    if not above:
        return FieldPathTrouble(f"{name} không có thân JSON", f"{name} has no JSON body")
    text = ".".join(above)
    hint = "; XML: extent//…" if above[-1].casefold() == "certificateextentdata" else ""
    return FieldPathTrouble(
        f"{name}: {text} là chữ, bên trong không có trường{hint}", f"{name}: {text} is a text without fields{hint}"
    )


@lru_cache(256)
def _shape_of(name: str) -> tuple[Mapping[str, Any], Any]:
    """Return the shapes by name that an operation's interface has, and that of its body; None when it does not say."""
    declared = operations().get(name)
    if declared is None:
        return {}, _NOTHING if name in _FORMS else None
    operation, interface = declared.operation, declared.service.interface()
    described = interface.operations.get(name) or interface.operations.get(operation.within)
    if described is None or not described.request:
        return {}, _NOTHING if operation.method == "GET" else None
    shape = interface.components.get(described.request)
    if isinstance(shape, dict) and "oneOf" in shape:
        last = name.rpartition(".")[2]
        shape = next((each for each in shape["oneOf"] if each.get("title") == last), None)
    return interface.components, shape


def _resolve_shape(shape: Any, components: Mapping[str, Any]) -> Any:
    while isinstance(shape, dict) and "$ref" in shape:
        shape = components.get(str(shape["$ref"]).removeprefix(_REFERENCE))
    return shape


def _inner(shape: Any) -> Mapping[str, Any] | Sequence[Any] | None:
    """Return the fields of a shape by name, the one shape of its elements, nothing for a text; None: nobody says."""
    if shape is None:
        return None
    fields = getattr(shape, "_declared_fields", None)
    if fields is not None:
        return {str(field.data_key or key): field for key, field in fields.items()}
    if not isinstance(shape, dict):
        return _inner_of_field(shape)
    if "items" in shape:
        return [shape["items"]]
    if "properties" in shape:
        return shape["properties"] or None
    kind = shape.get("type")
    return {} if isinstance(kind, str) and kind not in ("object", "array") else None


def _inner_of_field(field: Any) -> Mapping[str, Any] | Sequence[Any] | None:
    """Return the same of a field of marshmallow: nested shapes, or a text."""
    nested = getattr(field, "schema", None)
    if nested is not None:
        return [type(nested)] if field.many else _inner(type(nested))
    inner = getattr(field, "inner", None)
    return {} if inner is None else [inner]
