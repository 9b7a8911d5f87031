"""What the ministry tells the national portal of a dossier filed with it, model A2.

Sources: BTXH 1.2; src:portal-dossier, src:portal-step.

No document prints such a report; its fields are those of the pushes that provinces make.
"""

from __future__ import annotations

from collections.abc import Mapping

from emulator.kernel.clock import read_moment
from emulator.services.btxh.ministry import Author
from emulator.services.portal.fields import stamp
from emulator.services.portal.models import Fields, Lists
from emulator.services.portal.result_papers import pushed_results

Given = Mapping[str, str | None]
_SAME = (
    "MaHoSo",
    "MaTTHC",
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "KenhThucHien",
    "LoaiDoiTuong",
    "Email",
    "SoDienThoai",
    "DonViXuLy",
    "NoiNopHoSo",
    "HoSoCoThanhPhanSoHoa",
    "TaiKhoanDuocXacThucVoiVNeID",
    "DuocThanhToanTrucTuyen",
)
_HANDLER_LIMIT = 50


def dossier_fields(fields: Given, status: int, due_ms: int) -> Fields:
    """Return the scalar fields of ``DongBoHoSoMC`` for a dossier of BTXH."""
    return {name: fields.get(name) or "" for name in _SAME} | {
        "ChuHoSo": fields.get("HoVaTen") or "",
        "TrichYeuHoSo": fields.get("TenTTHC") or "",
        "NgayTiepNhan": _stamp_or_empty(fields.get("NgayTiepNhan")),
        "NgayNopHoSo": _stamp_or_empty(fields.get("SubmittedDate")),
        "NgayHenTra": stamp(due_ms),
        "TrangThaiHoSo": str(status),
        "HinhThuc": fields.get("HinhThucTra") or "0",
    }


def dossier_lists(fields: Given, result_fields: Given | None) -> Lists:
    """Return the lists: whose dossier it is, and its results."""
    owner = {"LoaiDinhDanh": fields.get("LoaiDinhDanh") or "1", "SoDinhDanh": fields.get("SoDinhDanh") or ""}
    results = [
        {"TenGiayTo": each.title, "DuongDanTepTinKetQua": each.link, "MaGiayToKetQua": each.result_code}
        for each in (pushed_results(result_fields) if result_fields else ())
    ]
    return {"DinhDanhCHS": [owner], "DanhSachGiayToKetQua": results}


def step_fields(code: str, status: int, author: Author, note: str, handled_ms: int, due_ms: int) -> Fields:
    """Return one element of ``CapNhatTienDoHoSoMC``."""
    return {
        "MaHoSo": code,
        "NguoiXuLy": author.name[:_HANDLER_LIMIT],
        "ChucDanh": author.title,
        "ThoiDiemXuLy": stamp(handled_ms),
        "PhongBanXuLy": author.unit,
        "NoiDungXuLy": note,
        "TrangThai": str(status),
        "NgayBatDau": stamp(handled_ms),
        "NgayKetThucTheoQuyDinh": stamp(due_ms),
    }


def _stamp_or_empty(moment: str | None) -> str:
    found = read_moment(moment or "")
    return "" if found is None else stamp(found)
