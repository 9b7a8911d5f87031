"""Administrative units of an address: each must be in the catalogue, and inside the one above it (B18, B30, B73)."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.services.btxh.checks import Texts
from emulator.wire import codes
from emulator.wire.agency_codes import province_of, root_of
from emulator.wire.gso import Level, communes, districts, misfit, names_of, provinces
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
        if level and reading.rules.gso_era == "2025" and misfit("2023", province, district, commune) is None:
            _meet_old_address(prefix, province, district, commune, reading)
        elif level:
            _refuse(prefix, level, {"province": province, "district": district, "commune": commune}, reading)


def _meet_old_address(prefix: str, province: str, district: str, commune: str, reading: Reading) -> None:
    """An address of before 01/07/2025: people keep papers with it; strict refuses it where a dossier is handled."""
    name, old = f"{prefix}{_NAMES['province']}", "/".join(filter(None, (province, district, commune)))
    vi = f"{name} {old} là địa chỉ trước ngày 01/07/2025"
    en = f"{name} {old} is an address of before 01/07/2025"
    expected = "/".join(filter(None, names_of("2023", province, district, commune)))
    if prefix:
        reading.note("B73", f"/{name}", vi, en, found=old, expected=expected)
    else:
        reading.meet("B73", f"/{name}", codes.NOT_IN_CATALOGUE, vi, en, found=old, expected=expected)


def check_caller(texts: Texts, reading: Reading) -> None:
    """An account of one province that speaks for another: no clause forbids it, so it is said and not refused (B18)."""
    agency, province = reading.rules.agency_code, texts.get("MaTinh")
    own = province_of(root_of(agency)) if agency else None
    if not own or not province or own == province or own not in provinces(reading.rules.gso_era):
        return
    vi = f"MaTinh {province} không phải tỉnh của tài khoản {agency} ({own})"
    en = f"MaTinh {province} is not the province of the account {agency} ({own})"
    reading.meet_own("foreign-province", "/MaTinh", codes.NOT_ALLOWED, vi, en, expected=own, nearest=own)


def _refuse(prefix: str, level: Level, given: Mapping[Level, str], reading: Reading) -> None:
    name, code = f"{prefix}{_NAMES[level]}", given[level]
    era = reading.rules.gso_era
    if level == "district" and era == "2025":
        vi, en = f"{name} “{code}”: danh mục {era} không còn cấp huyện", f"{name} “{code}”: no districts since 2025"
    else:
        vi, en = f"{name} “{code}” {_VI[level]} (GSO {era})", f"{name} “{code}” is not in that place of GSO {era}"
    known = {
        "province": provinces(era),
        "district": districts(given["province"]) if era == "2023" else frozenset(),
        "commune": communes(era, given["province"], given["district"] if era == "2023" else ""),
    }[level]
    values = {"found": code, "expected": _range_of(known), "nearest": reading.near(code, known)}
    reading.refuse("gso", f"/{name}", codes.NOT_IN_CATALOGUE, vi, en, **values)


def _range_of(known: frozenset[str]) -> str:
    """Return the first and the last code of what is known, and how many there are; ``""`` where none is."""
    return f"{min(known)} … {max(known)} ({len(known)})" if known else '""'
