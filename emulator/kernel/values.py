"""Values that every call makes many of: quick to make, and no one may change them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_class(cls: type[T]) -> type[T]:
    """Make a class a dataclass of slots that is compared and hashed by its members, and that nobody changes.

    That nobody does is the type checker's word, as with ``frozen=True``. Python would keep watch as well, at each
    making: nine members cost 1.2 µs then, and 0.3 so; a push makes some fifty such values (decision 0104). How it is
    compared, hashed and shown is not compiled for each class: the start would wait for that.
    """
    made: Any = dataclass(slots=True, repr=False, eq=False)(cls)
    members = fields(made)
    compared = attrgetter(*names) if (names := [each.name for each in members if each.compare]) else _nothing
    own = {"__eq__": _eq_by(compared), "__hash__": _hash_by(compared), "__repr__": _repr_by(members)}
    for name, method in own.items():
        if name not in cls.__dict__ or cls.__dict__[name] is None:
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]


def _nothing(_: object) -> tuple[()]:
    return ()


def _eq_by(compared: Callable[[object], object]) -> Callable[[object, object], bool]:
    def __eq__(self: object, other: object) -> bool:  # noqa: N807
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _hash_by(compared: Callable[[object], object]) -> Callable[[object], int]:
    return lambda self: hash(compared(self))


def _repr_by(members: tuple[Field[Any], ...]) -> Callable[[object], str]:
    names = [each.name for each in members if each.repr]

    def __repr__(self: object) -> str:  # noqa: N807
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return __repr__
