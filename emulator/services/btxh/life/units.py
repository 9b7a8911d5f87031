"""Who handles a dossier: commune, district, province or a social-assistance facility, named after the place (annex 1).

Account names and titles follow the steps that BTXH 3.1.6 prints (``09889_cb``, "CB Xã La Phù"); those of the levels
above are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emulator.country.records import Dossier
from emulator.country.shelf import ShelfKind
from emulator.services.btxh.ministry import Author, Place
from emulator.wire.gso import Era, names_of

Level = Literal["citizen", "commune", "commune-chair", "police", "district", "district-chair", "province", "facility"]
LEVELS: dict[str, tuple[str, str, str]] = {
    "citizen": ("{commune_code}_cd", "Công dân", "Công dân"),
    "commune": ("{commune_code}_cb", "CB {commune}", "Cán bộ xử lý hồ sơ"),
    "commune-chair": ("{commune_code}_ct", "Chủ tịch UBND {commune}", "Chủ tịch UBND cấp xã"),
    "police": ("{commune_code}_ca", "Công an {commune}", "Cán bộ Công an cấp xã"),
    "district": ("{district_code}_pldtbxh", "CV Phòng LĐTBXH {district}", "Chuyên viên Phòng LĐTBXH"),
    "district-chair": ("{district_code}_ct", "Chủ tịch UBND {district}", "Chủ tịch UBND cấp huyện"),
    "province": ("{province_code}_sldtbxh", "CV Sở LĐTBXH {province}", "Chuyên viên Sở LĐTBXH"),
    "facility": ("{province_code}_cstgxh", "CB Cơ sở trợ giúp xã hội {province}", "Cán bộ tiếp nhận"),
}
"""Account, name and title by level; a place without districts (since 01/07/2025) is handled by the province instead."""
_INSTEAD = {"district": "province", "district-chair": "province"}


def place_of(era: Era, province_code: str, district_code: str, commune_code: str) -> Place:
    """Return a place with its names in one line, as ``DonViXuLy`` prints them."""
    names = names_of(era, province_code, district_code, commune_code)
    return Place(province_code, district_code, commune_code, ", ".join(filter(None, reversed(names))))


def author(level: str, dossier: Dossier, era: Era) -> Author:
    """Return who handles a dossier at a level."""
    province, district, commune = names_of(era, dossier.province_code, dossier.district_code, dossier.commune_code)
    at = _INSTEAD.get(level, level) if not district else level
    account, name, title = LEVELS[at]
    words = {
        "province_code": dossier.province_code,
        "district_code": dossier.district_code,
        "commune_code": dossier.commune_code,
        "province": province,
        "district": district,
        "commune": commune or district or province,
    }
    unit = ", ".join(filter(None, (commune, district, province)[_BEGINS.get(at, 0) :]))
    return Author(account.format(**words), name.format(**words), title, unit)


_BEGINS = {"district": 1, "district-chair": 1, "province": 2, "facility": 2}


# What the ministry's living side remembers beside dossiers and steps: the files that it issued.


@dataclass(frozen=True, slots=True)
class IssuedFile:
    """A file behind a link of the ministry. Its bytes are made of ``lines`` (ASCII) whenever somebody fetches it."""

    path: str
    lines: list[str]


ISSUED_FILES = ShelfKind(
    name="issued_files", record=IssuedFile, key=lambda file: file.path, place=lambda _: "", moment=lambda _: 0
)
