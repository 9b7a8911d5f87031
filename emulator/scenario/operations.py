"""The operations that a step may be ``on``: those that the services declare, and the gateways' own."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from emulator.country.furnish import nearest
from emulator.services.registry import operations, staged_names

__all__ = ["fields_of", "has_error_code", "matching", "nearest_operation", "staged_names"]


def matching(pattern: str) -> list[str]:
    """Return the operations that a name or a pattern such as ``btxh.*`` means."""
    return [name for name in staged_names() if fnmatchcase(name, pattern)]


def has_error_code(name: str) -> bool:
    """Tell whether an operation can refuse in an envelope of its service's own, with an error code."""
    declared = operations().get(name)
    return declared is not None and declared.service.refuses(declared.operation)


@cache
def fields_of(name: str) -> frozenset[str]:
    """Return the names that the body of an operation may have, empty when its interface does not say."""
    declared = operations().get(name)
    if declared is None:
        return frozenset()
    interface = declared.service.interface()
    described = interface.operations.get(name)
    request = described.request if described else None
    shape: Any = interface.components.get(request) if isinstance(request, str) else request
    made = getattr(shape, "_declared_fields", None)
    if made is not None:
        return frozenset(str(field.data_key or key) for key, field in made.items())
    return frozenset(shape.get("properties", ())) if isinstance(shape, dict) else frozenset()


def nearest_operation(name: str) -> str:
    """Return the tail of a sentence that names the nearest operation, empty without one."""
    return nearest(name, staged_names())[0]
