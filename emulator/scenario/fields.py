"""Reading a field of a call for a scenario's conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

import orjson

from emulator.kernel.exchange import Call
from emulator.scenario.script import Test

ABSENT = object()
"""What a place holds that the call does not have."""


class CallFields:
    """The fields of one call; the body is parsed once, when somebody asks."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._body: Any = None
        self._is_read = False

    def all_hold(self, tests: Sequence[Test]) -> bool:
        """Tell whether every condition holds."""
        return all(_holds(self.at(test.place), test) for test in tests)

    def at(self, place: str) -> Any:
        """Return the value at a place, or ABSENT."""
        if place.startswith("/"):
            return _point(self._json(), place[1:].split("/"))
        kind, _, name = place.partition(".")
        if kind == "body" and name:
            return _point(self._json(), name.split("."))
        if kind in ("query", "form"):
            text = self._call.query if kind == "query" else self._call.body.decode("utf-8", "replace")
            return parse_qs(text, keep_blank_values=True).get(name, [ABSENT])[0]
        return self._plain(kind, name)

    def _plain(self, kind: str, name: str) -> Any:
        call = self._call
        if kind == "header":
            value = call.header(name.lower())
            return ABSENT if value is None else value
        whole = {"method": call.method, "path": call.path, "host": call.host, "scheme": call.scheme}
        return call.body.decode("utf-8", "replace") if kind == "body" else whole.get(kind, ABSENT)

    def _json(self) -> Any:
        if not self._is_read:
            self._is_read = True
            try:
                self._body = orjson.loads(self._call.body)
            except orjson.JSONDecodeError:
                self._body = None  # no JSON has no fields
        return self._body


def _point(value: Any, parts: Sequence[str]) -> Any:
    for part in parts:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = _member(value, key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return ABSENT
    return value


def _member(value: dict[str, Any], key: str) -> Any:
    """The services read names in any letter case (B15), so conditions do too; the exact one comes first."""
    if key in value:
        return value[key]
    return next((each for name, each in value.items() if name.casefold() == key.casefold()), ABSENT)


def text_of(value: Any) -> str:
    """Return a value as people would write it: 1 and "1" are the same, true and null as in JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _holds(value: Any, test: Test) -> bool:
    if test.comparison == "present":
        return (value is not ABSENT) is test.wanted
    if value is ABSENT:
        return test.comparison == "not"
    text = text_of(value)
    if test.comparison == "contains":
        return text_of(test.wanted) in text
    if test.comparison == "matches":
        return re.search(test.wanted, text) is not None
    is_equal = text in [text_of(each) for each in _choices(test.wanted)]
    return is_equal is (test.comparison == "equals")


def _choices(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list | tuple) else (wanted,)
