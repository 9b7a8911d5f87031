"""The tables of a fixture pack, in official field names, and what a record of each one says.

Dossiers and results are bodies of ``DongBoDVC`` (BTXH 3.1.1, 3.1.3), steps bodies of ``XuLyHoSo`` with the two fields
that only ``TienTrinhXuLy`` has (BTXH 3.1.6, B61), agencies rows of ``LayDanhMucSSTaiTep`` (KDL V.1). The other names
and the rule that every value is a string are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emulator.kernel.clock import read_moment
from emulator.wire.forms import DossierForm, Fields, StepForm

DOSSIER_CODE = "MaHoSo"
Kind = Literal["text", "day", "moment", "status", "record_kind", "dossier_code", "citizen_id"]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: the fields a record must have, those it may have, and those that are more than text."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return every field."""
        return self.needed + self.optional


KINDS: dict[str, Kind] = {
    "LoaiDuLieu": "record_kind",
    "MaHoSo": "dossier_code",
    "StatusId": "status",
    "CMND": "citizen_id",
    "NgayThangNamSinh": "day",
    "CMND_NgayCap": "day",
    "NgayTiepNhan": "moment",
    "SubmittedDate": "moment",
    "ThoiDiemXuLy": "moment",
    "NgayBatDau": "moment",
    "NgayKetThucTheoQuyDinh": "moment",
    "DateCreated": "moment",
    "DateEdited": "moment",
}
_HOMES = tuple(f"{home}_{part}" for home in ("HKTT", "NOHT") for part in ("MaTinh", "MaHuyen", "MaXa", "MaThon"))
_PERSON = ("HoVaTen", "NgayThangNamSinh", "CMND")
_PERSON_TOO = ("GioiTinhId", "DanTocId", "CMND_NgayCap", "CMND_NoiCap", *_HOMES, "HKTT_ChiTiet", "NOHT_ChiTiet")
_REACH = ("SoDienThoai", "Email")
_DOSSIER = Table(
    (
        *("LoaiDuLieu", "MaHoSo", "MaLinhVuc", "TenLinhVuc", "LoaiDoiTuong", "HinhThucTra", "MaTTHC", "TenTTHC"),
        *_PERSON,
        *("MaTinh", "NgayTiepNhan", "DonViXuLy", "NoiNopHoSo", "HoSoCoThanhPhanSoHoa", "TaiKhoanDuocXacThucVoiVNeID"),
        *("DuocThanhToanTrucTuyen", "LoaiDinhDanh", "SoDinhDanh", "MaCSDL", "StatusId", "SubmittedDate"),
        "CertificateExtentData",
    ),
    ("KenhThucHien", "MaHuyen", "MaXa", *_PERSON_TOO, *_REACH, "UrlDetail"),
)
TABLES: dict[str, Table] = {
    "pack": Table(("id", "version", "schema_version", "title_vi", "title_en", "gso_era"), ("provinces",)),
    "agencies": Table(("MACOQUAN", "TENCOQUAN", "DSTCODE")),
    "procedures": Table(("MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc", "MaKetQua")),
    "people": Table(_PERSON, (*_PERSON_TOO, *_REACH)),
    "dossiers": _DOSSIER,
    "results": _DOSSIER,
    "steps": Table(
        (
            *("MaHoSo", "TaiKhoanXuLy", "NguoiXuLy", "ChucDanh", "ThoiDiemXuLy", "NoiDungXuLy", "StatusId"),
            *("NgayBatDau", "NgayKetThucTheoQuyDinh"),
        ),
        (
            *("DonViXuLy", "UseridCreated", "UseridEdited", "DateCreated", "DateEdited"),
            *("CertificateType", "PhongBanXuLy"),
        ),
    ),
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
        owner_id=fields["CMND"] or "",
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
