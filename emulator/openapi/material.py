"""The bodies and shapes of the emulated services that are kept as data: official names stay out of Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from emulator.openapi.operation import Example


@cache
def load_material(name: str) -> Mapping[str, Any]:
    """Return ``btxh`` or ``portal`` of the folder ``told``."""
    content: Mapping[str, Any] = json.loads(
        files("emulator.openapi").joinpath("told", f"{name}.json").read_text(encoding="utf-8")
    )
    return content


def examples(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Example]:
    """Return examples as the data files write them."""
    return {name: Example(**row) for name, row in rows.items()}
