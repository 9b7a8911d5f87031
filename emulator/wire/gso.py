"""Codes of provinces, districts and communes in two eras: before and after 01/07/2025 (B30, B73).

Sources: BTXH PL 2.1; src:gso-units.

The tables beside this module have 63 provinces, 705 districts and 10,599 communes of 2023, and the 34 provinces and
3,321 communes of Decision 19/2025/QĐ-TTg, which has no districts. ``make gso`` writes them; one is read when it is
first asked for.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

Era = Literal["2023", "2025"]
Level = Literal["province", "district", "commune"]
Names = Mapping[str, str]

_NO_NAMES: Names = {}


class Administration(NamedTuple):
    """Names by code, with their kind: of all provinces, and of each province's districts and communes.

    ``communes`` are those of a district by (province, district); where there are no districts, by (province, "").
    """

    provinces: Names
    districts: Mapping[str, Names]
    communes: Mapping[tuple[str, str], Names]


@lru_cache(2)
def administration(era: Era) -> Administration:
    """Return the units of an era."""
    provinces: dict[str, str] = {}
    districts: dict[str, dict[str, str]] = {}
    communes: dict[tuple[str, str], dict[str, str]] = {}
    with Path(__file__).with_name(f"gso_{era}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    for province, district, commune, name in rows[1:]:
        if commune:
            communes.setdefault((province, district), {})[commune] = name
        elif district:
            districts.setdefault(province, {})[district] = name
        else:
            provinces[province] = name
    return Administration(provinces, districts, communes)


def provinces(era: Era) -> frozenset[str]:
    """Return the codes of all provinces, two digits each."""
    return frozenset(administration(era).provinces)


def districts(province: str) -> frozenset[str]:
    """Return the codes of a province's districts before 01/07/2025, three digits each."""
    return frozenset(district_names(province))


@lru_cache(1024)
def communes(era: Era, province: str, district: str) -> frozenset[str]:
    """Return the codes of a district's communes, five digits each; all of the province's when ``district`` is empty."""
    if district or era == "2025":
        return frozenset(commune_names(era, province, district))
    return frozenset().union(*(commune_names(era, province, each) for each in district_names(province)))


def names_of(era: Era, province: str, district: str, commune: str) -> tuple[str, str, str]:
    """Return the full names of (province, district, commune); empty for one that is not asked for or not known."""
    units = administration(era)
    return (
        units.provinces.get(province, ""),
        units.districts.get(province, _NO_NAMES).get(district, ""),
        units.communes.get((province, district), _NO_NAMES).get(commune, ""),
    )


@lru_cache(16_384)
def misfit(era: Era, province: str, district: str, commune: str) -> Level | None:
    """Return the first level that is not in the catalogue, or not inside the one above it; None when all fit.

    An empty district or commune is not judged. After 01/07/2025 a district fits nothing.
    """
    units = administration(era)
    if province not in units.provinces:
        return "province"
    if district and district not in units.districts.get(province, _NO_NAMES):
        return "district"
    return "commune" if commune and commune not in communes(era, province, district) else None


def province_names(era: Era) -> Names:
    """Return the names of all provinces by code, with their kind: ``Tỉnh Điện Biên``."""
    return administration(era).provinces


def district_names(province: str) -> Names:
    """Return the names of a province's districts before 01/07/2025 by code: ``Quận Ba Đình``."""
    return administration("2023").districts.get(province, _NO_NAMES)


def commune_names(era: Era, province: str, district: str) -> Names:
    """Return the names of a district's communes by code; in era 2025, without a district, those of the province."""
    return administration(era).communes.get((province, district), _NO_NAMES)


# Administrative units with their names, each inside the one above it, in the two eras of ``gso``.


class Unit(NamedTuple):
    """A province, district or commune: its GSO code and its name with its kind, ``Xã La Phù``."""

    code: str
    name: str


@lru_cache(2)
def province_units(era: Era) -> tuple[Unit, ...]:
    """Return all provinces in the order of their codes."""
    return tuple(Unit(code, name) for code, name in sorted(province_names(era).items()))


@lru_cache(128)
def district_units(era: Era, province: str) -> tuple[Unit, ...]:
    """Return a province's districts that have communes; from 01/07/2025 one unit without a code and a name."""
    if era == "2025":
        return (Unit("", ""),)
    named = sorted(district_names(province).items())
    return tuple(Unit(code, name) for code, name in named if commune_units(era, province, code))


@lru_cache(1024)
def commune_units(era: Era, province: str, district: str) -> tuple[Unit, ...]:
    """Return the communes of a district, or of a province in the era without districts."""
    return tuple(Unit(code, name) for code, name in sorted(commune_names(era, province, district).items()))
