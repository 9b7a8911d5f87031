"""How a route of the admin API is declared: verb, path, words and description beside the function that answers.

The table of routes (``routes.py``) and the OpenAPI document (``openapi/admin.py``) are both derived from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, TypeVar

from emulator.admin.request import AdminReply, AdminRequest, Handler
from emulator.kernel.values import value_class

BODY_LIMIT = 1024 * 1024
STATE_LIMIT = 32 * BODY_LIMIT
JSON = "application/json"
TEXT: Mapping[str, Any] = {"type": "string"}
QueryWord = tuple[str, str, str, Any]
"""A parameter of the query: its name, what it is for in Vietnamese and English, its JSON Schema."""

SHOW_SECRETS: QueryWord = (
    "secrets",
    "show: hiện bí mật (cần mã quản trị)",
    "show: credentials unmasked (needs the admin token)",
    {"const": "show"},
)
_Answers = TypeVar("_Answers", bound=Callable[[AdminRequest], AdminReply])


@value_class
class RouteDoc:
    """What one route takes and answers, in names of components of the OpenAPI document.

    ``answer`` is the component of its body, empty where the body is no JSON; ``takes`` the one it reads, with an
    ``example``; ``query`` the component of its query, ``words`` parameters without one; ``noes`` are the codes of its
    own refusals. ``last`` routes end or empty what the others look at, so that an example of them is sent after those;
    those below zero make what the others look at. ``usual`` is the status that the example gets when that is a
    refusal; ``keeps`` names the variables that later examples take from its answer.
    """

    answer: str
    takes: str = ""
    example: Any = None
    may_be_empty: bool = False
    query: str = ""
    words: tuple[QueryWord, ...] = ()
    noes: tuple[str, ...] = ()
    status: tuple[str, ...] = ("200",)
    last: int = 0
    media: str = JSON
    other_media: tuple[str, ...] = ()
    usual: str = ""
    keeps: Mapping[str, str] = field(default_factory=dict)


@value_class
class Route:
    """One route. ``scoped`` ones also stand under ``/sandboxes/{sandbox}``; ``is_open`` ones need no admission."""

    verb: str
    path: str
    handler: Handler
    vi: str
    en: str
    doc: RouteDoc
    group: str = ""
    scoped: bool = False
    is_open: bool = False
    body_limit: int = BODY_LIMIT


class RouteTable:
    """The routes of one topic, in the order of their functions. ``group`` is its heading in the OpenAPI document."""

    def __init__(self, group: str = "", *, scoped: bool = False, is_open: bool = False) -> None:
        self._group, self._scoped, self._is_open = group, scoped, is_open
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def add(
        self, verb: str, path: str, vi: str, en: str, doc: RouteDoc, *, body_limit: int = BODY_LIMIT
    ) -> Callable[[_Answers], _Answers]:
        """Declare the function below as what answers ``verb path``; one function may answer several."""

        def declare(handler: _Answers) -> _Answers:
            route = Route(verb, path, handler, vi, en, doc, self._group, self._scoped, self._is_open, body_limit)
            self._routes.append(route)
            return handler

        return declare
