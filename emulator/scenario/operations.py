"""The operations that a step may be ``on``: those that the services declare, and the gateways' own."""

from __future__ import annotations

from fnmatch import fnmatchcase

from emulator.services.registry import operations, staged_names

__all__ = ["has_error_code", "matching", "staged_names"]


def matching(pattern: str) -> list[str]:
    """Return the operations that a name or a pattern such as ``btxh.*`` means."""
    return [name for name in staged_names() if fnmatchcase(name, pattern)]


def has_error_code(name: str) -> bool:
    """Tell whether an operation can refuse in an envelope of its service's own, with an error code."""
    declared = operations().get(name)
    return declared is not None and declared.service.refuses(declared.operation)
