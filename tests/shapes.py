"""Whether what was written has the members that its type says."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

import emulator.certification

PLACES = ("emulator.admin.attempt_cards", "emulator.cli.call", "emulator.journal.entry", "emulator.kernel.exchange")


@cache
def names() -> Mapping[str, Any]:
    """Every name that an annotation of these modules may hold."""
    walked = [each.name for each in walk_packages(emulator.certification.__path__, "emulator.certification.")]
    found: dict[str, Any] = {}
    for name in (*walked, *PLACES):
        found |= {word: value for word, value in vars(import_module(name)).items() if not word.startswith("_")}
    return found


@cache
def members(shape: type) -> Mapping[str, Any]:
    own = vars(import_module(shape.__module__))
    return get_type_hints(shape, localns={**names(), **own}, include_extras=True)


def misfits(value: Any, shape: Any, place: str = "") -> Iterator[str]:
    """Where a value is not what its type says."""
    origin, args = get_origin(shape), get_args(shape)
    if is_typeddict(shape):
        yield from object_misfits(value, shape, place)
    elif origin in (list, Sequence) and isinstance(value, list):
        yield from (found for at, each in enumerate(value) for found in misfits(each, args[0], f"{place}/{at}"))
    elif origin in (dict, Mapping) and isinstance(value, dict):
        yield from (found for name, each in value.items() for found in misfits(each, args[1], f"{place}/{name}"))
    elif not is_plain(value, shape):
        yield f"{place}: {value!r:.80} is no {shape}"


def is_plain(value: Any, shape: Any) -> bool:
    """Whether a value that is neither object nor list is of its type."""
    if get_origin(shape) in (Union, types.UnionType):
        return any(not list(misfits(value, each)) for each in get_args(shape))
    if get_origin(shape) is Literal:
        return value in get_args(shape)
    kind = get_origin(shape) or shape
    return kind in (Any, object) or isinstance(value, int | float if kind is float else kind)


def object_misfits(value: Any, shape: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: no object"
        return
    known = members(shape)
    needed = {
        name for name, kind in known.items() if name in shape.__required_keys__ and get_origin(kind) is not NotRequired
    }
    for name in sorted(needed - value.keys()):
        yield f"{place}/{name}: is missing in {shape.__name__}"
    for name, each in value.items():
        kind = known.get(name)
        if kind is None:
            yield f"{place}/{name}: {shape.__name__} has no such member"
        else:
            yield from misfits(
                each, get_args(kind)[0] if get_origin(kind) in (NotRequired, Required) else kind, f"{place}/{name}"
            )


def shape_of(name: str) -> Any:
    return names()[name]
