"""Administrative units with their names, each inside the one above it, in the two eras of ``gso``."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from emulator.wire import gso


class Unit(NamedTuple):
    """A province, district or commune: its GSO code and its name with its kind, ``Xã La Phù``."""

    code: str
    name: str


@lru_cache(2)
def provinces(era: gso.Era) -> tuple[Unit, ...]:
    """Return all provinces in the order of their codes."""
    return tuple(Unit(code, name) for code, name in sorted(gso.province_names(era).items()))


@lru_cache(128)
def districts(era: gso.Era, province: str) -> tuple[Unit, ...]:
    """Return a province's districts that have communes; from 01/07/2025 one unit without a code and a name."""
    if era == "2025":
        return (Unit("", ""),)
    named = sorted(gso.district_names(province).items())
    return tuple(Unit(code, name) for code, name in named if communes(era, province, code))


@lru_cache(1024)
def communes(era: gso.Era, province: str, district: str) -> tuple[Unit, ...]:
    """Return the communes of a district, or of a province in the era without districts."""
    return tuple(Unit(code, name) for code, name in sorted(gso.commune_names(era, province, district).items()))
