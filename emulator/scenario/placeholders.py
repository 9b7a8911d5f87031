"""``{{call.body.MaHoSo}}`` in what a step says: found when a file is read, filled when a call has come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from emulator.kernel.clock import iso, moment_text
from emulator.scenario.fields import PLACES_BESIDE, CallScene, text_of

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_CALL = re.compile(r"call\.(?:(?:body|query|form|header)\.[^\s{}]+|body|method|path)", re.ASCII)
Lookup = Callable[[str], Any]


def _value_at(place: str) -> Callable[[CallScene, int], Any]:
    return lambda scene, _: next(iter(scene.find(place)), "")


_VALUES: Mapping[str, Callable[[CallScene, int], Any]] = {
    "clock": lambda scene, _: iso(scene.world.now_ms),
    "clock.moment": lambda scene, _: moment_text(scene.world.now_ms),
    "count": lambda _, count: count,
    "operation": lambda scene, _: scene.exchange.operation or "",
    **{place: _value_at(place) for place in PLACES_BESIDE if place != "since"},
}
NAMES = (*_VALUES, "call.body.…", "call.header.…", "call.query.…", "params.…")


def is_known(name: str) -> bool:
    """Tell whether a placeholder has a meaning when a call comes (parameters are filled when a file is read)."""
    return name in _VALUES or _CALL.fullmatch(name) is not None


def names_in(value: Any) -> Iterator[str]:
    """Yield the placeholders anywhere in a value."""
    if isinstance(value, str):
        yield from PLACEHOLDER.findall(value)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from names_in(key)
            yield from names_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from names_in(each)


def fill(value: Any, lookup: Lookup) -> Any:
    """Return a value with its placeholders filled; a text that is one placeholder becomes the value itself."""
    if isinstance(value, str):
        whole = PLACEHOLDER.fullmatch(value)
        if whole:
            return lookup(whole.group(1))
        return PLACEHOLDER.sub(lambda found: text_of(lookup(found.group(1))), value)
    if isinstance(value, Mapping):
        return {key: fill(each, lookup) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [fill(each, lookup) for each in value]
    return value


def lookup_in(scene: CallScene, count: int) -> Lookup:
    """Return what knows the values of one call; what the call does not have is an empty text."""

    def look(name: str) -> Any:
        if name in _VALUES:
            return _VALUES[name](scene, count)
        place = name.removeprefix("call.")
        if place == "body" and scene.fields.content is not None:
            return scene.fields.content
        return next(iter(scene.fields.find(place)), "")

    return look
