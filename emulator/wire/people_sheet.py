"""People as records of ``people.json`` and as rows of a table: official names first, ours after them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_DAY = "{0.day:02d}/{0.month:02d}/{0.year:04d}"
HOMES = ("HKTT", "NOHT")
OWN_COLUMNS = ("DonVi", "CMND_9So", "MaSoThue", "GiaDinh", "VaiTro", "Nhom")
"""Columns that no document has: the commune in words, the old card, the tax code, family, role in it, group."""


@dataclass(frozen=True, slots=True)
class HomeAddress:
    """Where somebody lives: GSO codes (the district empty since 2025), hamlet, house, and the units in words."""

    province_code: str
    district_code: str
    commune_code: str
    hamlet: str
    detail: str
    units: str


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """Somebody who cannot exist; children below 14 have no card, telephone or tax code: empty texts."""

    name: str
    gender_id: str
    born_on: date
    ethnicity_id: str
    citizen_id: str
    id_issued_on: date | None
    id_issued_by: str
    home: HomeAddress
    phone: str
    mail: str
    identity_card: str
    tax_code: str
    family_no: int
    role: str
    group: str


def person_row(entry: PersonEntry) -> dict[str, str]:
    """Return the record of ``people.json`` in the order of BTXH 3.1.1, every field there, what is unknown empty."""
    return {
        "HoVaTen": entry.name.upper(),
        "NgayThangNamSinh": _DAY.format(entry.born_on),
        "GioiTinhId": entry.gender_id,
        "DanTocId": entry.ethnicity_id,
        "CMND": entry.citizen_id,
        "CMND_NgayCap": _DAY.format(entry.id_issued_on) if entry.id_issued_on else "",
        "CMND_NoiCap": entry.id_issued_by,
        **{name: text for prefix in HOMES for name, text in _home(prefix, entry.home).items()},
        "SoDienThoai": entry.phone,
        "Email": entry.mail,
    }


def table_row(entry: PersonEntry) -> dict[str, str]:
    """Return the same with our own columns behind."""
    own = (entry.home.units, entry.identity_card, entry.tax_code, str(entry.family_no), entry.role, entry.group)
    return person_row(entry) | dict(zip(OWN_COLUMNS, own, strict=True))


def _home(prefix: str, home: HomeAddress) -> dict[str, str]:
    return {
        f"{prefix}_MaTinh": home.province_code,
        f"{prefix}_MaHuyen": home.district_code,
        f"{prefix}_MaXa": home.commune_code,
        f"{prefix}_MaThon": home.hamlet,
        f"{prefix}_ChiTiet": home.detail,
    }


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer who cannot exist, as a processing step names one (BTXH 3.1.2), and the number of a paper signed."""

    account: str
    name: str
    title: str
    unit: str
    reference_number: str


def officer_row(officer: Officer) -> dict[str, str]:
    """Return an officer in the field names of a processing step."""
    return {
        "TaiKhoanXuLy": officer.account,
        "NguoiXuLy": officer.name,
        "ChucDanh": officer.title,
        "DonViXuLy": officer.unit,
        "SoKyHieu": officer.reference_number,
    }
