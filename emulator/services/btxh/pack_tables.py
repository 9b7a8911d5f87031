"""The tables of a fixture pack, in official field names, and what a record of each one says.

Dossiers and results are bodies of ``DongBoDVC`` (BTXH 3.1.1, 3.1.3), steps bodies of ``XuLyHoSo`` with the two fields
that only ``TienTrinhXuLy`` has (BTXH 3.1.6, B61), agencies rows of ``LayDanhMucSSTaiTep`` (KDL V.1). The other names
and the rule that every value is a string are ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from urllib.parse import unquote

from emulator.kernel.clock import read_moment
from emulator.services.btxh.models import DossierForm, Fields, StepForm
from emulator.services.btxh.names import DOSSIER_FIELDS, STEP_FIELDS

DOSSIER_CODE, PROCEDURE_CODE, STATUS, RECORD_KIND = "MaHoSo", "MaTTHC", "StatusId", "LoaiDuLieu"
RECEIVED, HANDLED, PAPERS = "NgayTiepNhan", "ThoiDiemXuLy", "CertificateExtentData"
ONLY_PULLED = ("CertificateType", "PhongBanXuLy")
SHARED_WITH_PROCEDURE = ("TenTTHC", "MaLinhVuc", "TenLinhVuc")
SCHEMA_VERSION = "1"
_OWN_FILE = re.compile(r"https?://dvcbtxh\.molisa\.gov\.vn(?::\d+)?(/file/[^?#]*)")
Kind = Literal[
    "text", "day", "moment", "status", "record_kind", "dossier_code", "citizen_id", "owner_id", "era", "schema"
]


@dataclass(frozen=True)
class PackTable:
    """One table: the fields a record may have, and those of them it may lack."""

    names: tuple[str, ...]
    optional: frozenset[str] = frozenset()

    @cached_property
    def known_names(self) -> frozenset[str]:
        """Return the fields a record may have, to look one up."""
        return frozenset(self.names)

    @cached_property
    def needed_names(self) -> tuple[str, ...]:
        """Return the fields a record must have."""
        return tuple(name for name in self.names if name not in self.optional)


KINDS: dict[str, Kind] = {
    "LoaiDuLieu": "record_kind",
    "MaHoSo": "dossier_code",
    "StatusId": "status",
    "CMND": "citizen_id",
    "SoDinhDanh": "owner_id",
    "gso_era": "era",
    "schema_version": "schema",
    "NgayThangNamSinh": "day",
    "CMND_NgayCap": "day",
    "NgayTiepNhan": "moment",
    "SubmittedDate": "moment",
    "ThoiDiemXuLy": "moment",
    "NgayBatDau": "moment",
    "NgayKetThucTheoQuyDinh": "moment",
    "DateCreated": "moment",
    "DateEdited": "moment",
    "granted_on": "day",
}
_PERSON_FIELDS = (*DOSSIER_FIELDS[9:16], *DOSSIER_FIELDS[19:31])
_PERSON_NEEDS = ("HoVaTen", "NgayThangNamSinh", "CMND")
_PERSON_LACKS = frozenset(_PERSON_FIELDS) - frozenset(_PERSON_NEEDS)
_DOSSIER = PackTable(DOSSIER_FIELDS, _PERSON_LACKS | {"KenhThucHien", "MaHuyen", "MaXa", "UrlDetail"})


def _table(needed: str, optional: str = "") -> PackTable:
    """Return a table of our own: its names set apart by blanks."""
    return PackTable((*needed.split(), *optional.split()), frozenset(optional.split()))


_PACK_NEEDS = ("id", "version", "schema_version", "title_vi", "title_en", "gso_era")
TABLES: dict[str, PackTable] = {
    "pack": PackTable(
        (*_PACK_NEEDS, "provinces", "extends", "agency", "subsystem", "magic_values"),
        frozenset({"provinces", "extends", "agency", "subsystem", "magic_values"}),
    ),
    "agencies": PackTable(("MACOQUAN", "TENCOQUAN", "DSTCODE")),
    "subsystems": _table(
        "MACOQUAN TENCOQUAN DSTCODE", "alias_of default_service is_listed is_subject is_reachable service notice"
    ),
    "hosts": _table("name subsystem service", "scheme is_up offers_ranges is_outside"),
    "hosted_files": _table("host path name content_type", "file is_attachment made_size"),
    "grants": _table("provider subject granted_on"),
    "groups": _table("id name", "members"),
    "units": _table("code name subsystem"),
    "procedures": PackTable((PROCEDURE_CODE, "TenTTHC", "MaLinhVuc", "TenLinhVuc", "MaKetQua")),
    "people": PackTable(_PERSON_FIELDS, _PERSON_LACKS),
    "dossiers": _DOSSIER,
    "results": _DOSSIER,
    "steps": PackTable((*STEP_FIELDS, *ONLY_PULLED), frozenset({"DonViXuLy", *STEP_FIELDS[10:], *ONLY_PULLED})),
    "removed": _table("table key"),
}


def dossier_form(fields: Fields) -> DossierForm:
    """Return what a record of ``dossiers`` or ``results`` says; its fields have been checked."""
    return DossierForm(
        record_kind=int(fields["LoaiDuLieu"] or 0),
        code=fields["MaHoSo"] or "",
        province_code=fields["MaTinh"] or "",
        district_code=fields.get("MaHuyen") or "",
        commune_code=fields.get("MaXa") or "",
        status=int(fields["StatusId"] or 0),
        owner_id=fields["SoDinhDanh"] or "",
        received_at=read_moment(fields["NgayTiepNhan"] or "") or 0,
        submitted_at=read_moment(fields["SubmittedDate"] or "") or 0,
        fields=fields,
    )


def step_form(fields: Fields) -> StepForm:
    """Return what a record of ``steps`` says; its fields have been checked."""
    handled, started, due = (
        read_moment(fields[name] or "") or 0 for name in ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")
    )
    return StepForm(fields["MaHoSo"] or "", int(fields["StatusId"] or 0), handled, started, due, fields)


def file_path(link: str) -> str | None:
    """Return the decoded URL path of a link to the ministry's own files; None for a link to anywhere else."""
    found = _OWN_FILE.fullmatch(link)
    return unquote(found.group(1)) if found else None


KEYS: dict[str, tuple[str, ...]] = {
    "agencies": ("DSTCODE",),
    "subsystems": ("DSTCODE",),
    "hosts": ("name",),
    "hosted_files": ("host", "path"),
    "grants": ("provider", "subject"),
    "units": ("code", "name"),
    "groups": ("id",),
    "procedures": ("MaTTHC",),
    "people": ("CMND",),
    "dossiers": ("MaHoSo",),
    "results": ("MaHoSo",),
    "steps": ("MaHoSo",),
}
"""By what a record of a pack that extends another one stands in the place of the other's; ``removed`` names it so."""


def key_of(table: str, row: Fields) -> str:
    """Return by what a record is known: its columns set apart by blanks."""
    return " ".join(row.get(name) or "" for name in KEYS[table])
