"""What a service keeps as data beside its code; official names of bodies stay out of Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_interface(package: str) -> Mapping[str, Any]:
    """Return ``interface.json`` of a service's package: examples and shapes."""
    content: Mapping[str, Any] = json.loads(files(package).joinpath("interface.json").read_text(encoding="utf-8"))
    return content
