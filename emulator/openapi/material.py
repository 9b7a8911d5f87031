"""The bodies and shapes of the emulated services that are kept as data: official names stay out of Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.openapi.operation import Example
from emulator.services.data import read_interface as load_material

__all__ = ["examples", "load_material"]


def examples(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Example]:
    """Return examples as the data files write them."""
    return {name: Example(**row) for name, row in rows.items()}
