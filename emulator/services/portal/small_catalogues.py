"""The twelve catalogues of which only the names are public (src:portal-services). The keys of their rows are ours."""

from __future__ import annotations

from typing import NamedTuple

from emulator.wire import gso

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
    """One level of administrative units: the keys of a row, that of the unit above it, and the filter by that."""

    keys: tuple[str, str]
    parent_key: str
    parent_keys: tuple[str, ...]


PLACES = {
    "LayDanhMucTinhThanh": PlaceLevel(("MATINHTHANH", "TENTINHTHANH"), "", ()),
    "LayDanhMucQuanHuyen": PlaceLevel(("MAQUANHUYEN", "TENQUANHUYEN"), "MATINHTHANH", ("maTinhThanh", "maTinh")),
    "LayDanhMucPhuongXa": PlaceLevel(("MAPHUONGXA", "TENPHUONGXA"), "MAQUANHUYEN", ("maQuanHuyen", "maHuyen")),
}


def parent_keys(service: str, era: str) -> tuple[str, ...]:
    """Return the request keys that narrow a level to one unit above; since 2025 that is the province (B73)."""
    if era == "2025" and service == "LayDanhMucPhuongXa":
        return PLACES["LayDanhMucQuanHuyen"].parent_keys
    return PLACES[service].parent_keys


def places(service: str, era: gso.Era, parent: str) -> list[Row]:
    """Return the units of a level, all or those of one unit above. ``era`` 2025: 34 provinces, no districts (B73)."""
    level, units = PLACES[service], gso.administration(era)
    code_key, name_key = level.keys
    if service == "LayDanhMucTinhThanh":
        return [{code_key: code, name_key: name} for code, name in units.provinces.items()]
    if service == "LayDanhMucQuanHuyen":
        below = list(units.districts.items())
    else:
        below = [(district or province, names) for (province, district), names in units.communes.items()]
    parent_key = "MATINHTHANH" if era == "2025" else level.parent_key
    return [
        {code_key: code, name_key: name, parent_key: above}
        for above, names in below
        if parent in ("", above)
        for code, name in names.items()
    ]
