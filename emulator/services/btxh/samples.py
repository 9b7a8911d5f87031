"""Bodies that are right by the strictest reading, for ``ndxp-emulator call``, and single fields that make them wrong.

Nobody in them exists: the identity numbers begin with 999, which is no country's code.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

MISSING = object()
"""In place of a value: the field is left out."""

_EXTENT = (
    "<?xml version='1.0' encoding='utf-8'?><ExtentData>"
    "<DanhSachTaiLieuNop><TaiLieuNop><TepDinhKemId>1</TepDinhKemId>"
    "<TenTepDinhKem>to-khai.pdf</TenTepDinhKem><IsDeleted>0</IsDeleted><MaThanhPhanHoSo />"
    "<DuongDanTaiTepTin>https://dichvucong.example.vn/tep/to-khai.pdf</DuongDanTaiTepTin>"
    "<DuocSoHoa>1</DuocSoHoa><DuocTaiSuDung>0</DuocTaiSuDung><DuocLayTuKhoDMQG>0</DuocLayTuKhoDMQG>"
    "<MaKetQuaThayThe>0</MaKetQuaThayThe></TaiLieuNop></DanhSachTaiLieuNop><DanhSachGiayToKetQua /></ExtentData>"
)
_UNIT = "Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội"
_CITIZEN = "999060000001"


def dossier_code(agency: str, now: datetime, number: int) -> str:
    """Return a code of a dossier received now; ``number`` has at most four digits."""
    return f"000.00.26.{agency}-{now:%y%m%d}-{number:04d}"


def dossier(code: str, now: datetime) -> dict[str, Any]:
    """Return a new dossier for ``DongBoDVC``."""
    place = {"MaTinh": "01", "MaHuyen": "001", "MaXa": "00001"}
    address = {"MaThon": "Tổ 1", "ChiTiet": "Số 0 phố Không Có Thật"}
    return {
        "LoaiDuLieu": "1",
        "MaHoSo": code,
        "MaLinhVuc": "G07-LD03",
        "TenLinhVuc": "Bảo trợ xã hội",
        "KenhThucHien": "2",
        "LoaiDoiTuong": "1",
        "HinhThucTra": "0",
        "MaTTHC": "1.001731",
        "TenTTHC": "Hỗ trợ chi phí mai táng cho đối tượng bảo trợ xã hội",
        "HoVaTen": "NGƯỜI KHÔNG CÓ THẬT",
        "NgayThangNamSinh": "15/03/1960",
        "GioiTinhId": "1034",
        "DanTocId": "1",
        "CMND": _CITIZEN,
        "CMND_NgayCap": "10/05/2021",
        "CMND_NoiCap": "1047",
        **place,
        **{f"{kind}_{name}": text for kind in ("HKTT", "NOHT") for name, text in (place | address).items()},
        "SoDienThoai": "0000000000",
        "Email": "nguoi@example.vn",
        "NgayTiepNhan": f"{now:%d/%m/%Y %H:%M:%S}",
        "DonViXuLy": _UNIT,
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "1",
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "DuocThanhToanTrucTuyen": "0",
        "LoaiDinhDanh": "1",
        "SoDinhDanh": _CITIZEN,
        "MaCSDL": "1",
        "StatusId": "1",
        "SubmittedDate": f"{now:%d/%m/%Y %H:%M:%S}",
        "UrlDetail": "https://dichvucong.example.vn/ho-so/1",
        "CertificateExtentData": _EXTENT,
    }


def step(code: str, now: datetime) -> dict[str, Any]:
    """Return a processing step for ``XuLyHoSo``."""
    return {
        "MaHoSo": code,
        "TaiKhoanXuLy": "00001_cb",
        "NguoiXuLy": "Cán bộ Phường Phúc Xá",
        "ChucDanh": "Cán bộ xử lý hồ sơ",
        "ThoiDiemXuLy": f"{now:%d/%m/%Y}",
        "DonViXuLy": _UNIT,
        "NoiDungXuLy": "Đã tiếp nhận hồ sơ",
        "StatusId": "2",
        "NgayBatDau": f"{now:%d/%m/%Y}",
        "NgayKetThucTheoQuyDinh": f"{now + timedelta(days=5):%d/%m/%Y}",
        "UseridCreated": "00001_cb",
        "UseridEdited": None,
        "DateCreated": None,
        "DateEdited": None,
    }


def pull(now: datetime, *, with_kind: bool) -> dict[str, Any]:
    """Return the last thirty days of Hà Nội for ``DanhSachHoSo`` or, without kind, ``TienTrinhXuLy``."""
    kind = {"LoaiDuLieu": "1"} if with_kind else {}
    return {
        **kind,
        "MaTinh": "01",
        "MaHuyen": "",
        "MaXa": "",
        "ThoiGianBatDau": f"{now - timedelta(days=30):%d/%m/%Y %H:%M:%S}",
        "ThoiGianKetThuc": f"{now:%d/%m/%Y %H:%M:%S}",
    }


def papers() -> dict[str, Any]:
    """Return a citizen's question for her own papers; she is in the pack ``co-ban``."""
    return {
        "MaThuTuc": "1.003709",
        "DanhSachDanhMucKetQua": [{"MaKetQua": "KQ.G15.000007", "SoKyHieu": ""}],
        "SoDinhDanhChuSoHuu": "999094001009",
        "HoTenNguoiYeuCau": "",
        "KenhThucHien": "2",
        "SoDinhDanhNguoiYeuCau": "",
    }


WRONG_FIELDS: dict[str, dict[str, dict[str, Any]]] = {
    "missing-field": {
        "btxh.DongBoDVC": {"HoVaTen": MISSING},
        "btxh.XuLyHoSo": {"NguoiXuLy": MISSING},
        "btxh.DanhSachHoSo": {"MaTinh": MISSING},
        "btxh.TienTrinhXuLy": {"MaTinh": MISSING},
        "dvcqg.papers.find": {"MaThuTuc": MISSING},
    },
    "bad-date": {
        "btxh.DongBoDVC": {"NgayThangNamSinh": "1960-15-03"},
        "btxh.XuLyHoSo": {"ThoiDiemXuLy": "31/02/2026"},
        "btxh.DanhSachHoSo": {"ThoiGianBatDau": "hôm qua"},
        "btxh.TienTrinhXuLy": {"ThoiGianBatDau": "hôm qua"},
    },
    "bad-window": {
        "btxh.DanhSachHoSo": {"ThoiGianKetThuc": "01/01/2001 00:00:00"},
        "btxh.TienTrinhXuLy": {"ThoiGianKetThuc": "01/01/2001 00:00:00"},
    },
    "bad-xml": {"btxh.DongBoDVC": {"CertificateExtentData": _EXTENT[:-9]}},
    "wrong-procedure": {"btxh.DongBoDVC": {"MaTTHC": "9.999999"}},
    "wrong-agency": {"btxh.DongBoDVC": {"MaHoSo": "000.00.26.H99-261120-0001"}},
    "wrong-place": {"btxh.DongBoDVC": {"MaXa": "99999"}},
    "wrong-status": {"btxh.XuLyHoSo": {"StatusId": "99"}},
    "unknown-dossier": {"btxh.XuLyHoSo": {"MaHoSo": "000.99.26.H26-200101-0001"}},
}
"""By mistake and operation: the field that is wrong."""


def spoilt(body: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a body with fields changed or left out."""
    return {name: value for name, value in (body | changes).items() if value is not MISSING}


def session_call(session: str, unit: str, service: str) -> dict[str, Any]:
    """Return a call of a ``mapi`` service that needs nothing else."""
    return {"session": session, "madonvi": unit, "service": service}
