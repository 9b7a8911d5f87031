"""How a route of the admin API is described beside its row in ``admin/routes.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.services.interface import JSON

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RouteDoc:
    """One route: the component it answers, the one it takes, an example, its query, its other noes by code.

    ``last`` routes end or empty what the others look at, so that an example of them is sent after those; those below
    zero make what the others look at. ``answer`` is empty where the body is no JSON; ``usual`` is the status that
    the example gets when that is a refusal.
    """

    answer: str
    takes: str = ""
    example: Any = None
    may_be_empty: bool = False
    query: str = ""
    words: tuple[tuple[str, str, str, Any], ...] = ()
    noes: tuple[str, ...] = ()
    status: tuple[str, ...] = ("200",)
    last: int = 0
    media: str = JSON
    usual: str = ""
    keeps: Mapping[str, str] = field(default_factory=dict)
