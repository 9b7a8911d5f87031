"""Administrative units: each must be in the catalogue, and inside the one above it (B30, B73)."""

from __future__ import annotations

from emulator.wire import codes
from emulator.wire.dossier_rules import Texts
from emulator.wire.gso import Level, misfit
from emulator.wire.reading import Reading

_NAMES: dict[Level, str] = {"province": "MaTinh", "district": "MaHuyen", "commune": "MaXa"}
_VI: dict[Level, str] = {
    "province": "không có trong danh mục tỉnh",
    "district": "không thuộc tỉnh đã nêu",
    "commune": "không thuộc huyện, tỉnh đã nêu",
}


def check_places(texts: Texts, reading: Reading, prefixes: tuple[str, ...] = ("", "HKTT_", "NOHT_")) -> None:
    """Check province, district and commune of each address; an address without a province is not judged."""
    for prefix in prefixes:
        province = texts.get(f"{prefix}MaTinh")
        if not province:
            continue
        district, commune = texts.get(f"{prefix}MaHuyen") or "", texts.get(f"{prefix}MaXa") or ""
        level = misfit(reading.rules.gso_era, province, district, commune)
        if level:
            _refuse(prefix, level, {"province": province, "district": district, "commune": commune}[level], reading)


def _refuse(prefix: str, level: Level, code: str, reading: Reading) -> None:
    name = f"{prefix}{_NAMES[level]}"
    era = reading.rules.gso_era
    if level == "district" and era == "2025":
        vi, en = f"{name} “{code}”: danh mục {era} không còn cấp huyện", f"{name} “{code}”: no districts since 2025"
    else:
        vi, en = f"{name} “{code}” {_VI[level]} (GSO {era})", f"{name} “{code}” is not in that place of GSO {era}"
    reading.refuse("gso", f"/{name}", codes.NOT_IN_CATALOGUE, vi, en)
