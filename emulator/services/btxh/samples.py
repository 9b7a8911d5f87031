"""Bodies that are right by the strictest reading, for ``ndxp-emulator call``, and single fields that make them wrong.

Nobody in them exists: the identity numbers begin with 999, which is no country's code.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from emulator.services.service import COMMON_MISTAKES, MISSING, Ask, Both, Caller, Mistake, wrong_fields

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


_WRONG: dict[str, dict[str, dict[str, Any]]] = {
    "missing-field": {
        "btxh.DongBoDVC": {"HoVaTen": MISSING},
        "btxh.XuLyHoSo": {"NguoiXuLy": MISSING},
        "btxh.DanhSachHoSo": {"MaTinh": MISSING},
        "btxh.TienTrinhXuLy": {"MaTinh": MISSING},
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
_TITLES = {
    "bad-window": Both("Kỳ kết thúc trước khi bắt đầu", "A window that ends before it begins"),
    "bad-xml": Both("XML bị cụt", "XML that is cut short"),
    "wrong-procedure": Both("Mã thủ tục không có", "A procedure that does not exist"),
    "wrong-agency": Both("Mã hồ sơ của cơ quan khác", "A dossier code of another agency"),
    "wrong-place": Both("Mã xã không có", "A commune that does not exist"),
    "wrong-status": Both("Trạng thái không có", "A status that does not exist"),
    "unknown-dossier": Both("Hồ sơ chưa ai gửi", "A dossier that nobody pushed"),
}


def mistakes_of(operation: str) -> tuple[Mistake, ...]:
    """Return what can be wrong in the body of an operation, one field at a time."""
    titles = COMMON_MISTAKES | _TITLES
    return tuple(
        wrong_fields(name, titles[name], changes[operation]) for name, changes in _WRONG.items() if operation in changes
    )


def ask_dossier(caller: Caller) -> Ask:
    """Push a new dossier."""
    return caller.ask("btxh.DongBoDVC", dossier(caller.next_dossier_code(), caller.now))


def ask_step(caller: Caller) -> Ask:
    """Push the first step of a dossier that was pushed for it."""
    pushed = ask_dossier(caller)
    caller.fetch(pushed, "error_code")
    return caller.ask("btxh.XuLyHoSo", step((pushed.fields or {})["MaHoSo"], caller.now))


def ask_dossiers(caller: Caller) -> Ask:
    """Pull the new dossiers of thirty days."""
    return caller.ask("btxh.DanhSachHoSo", pull(caller.now, with_kind=True))


def ask_steps(caller: Caller) -> Ask:
    """Pull the steps of thirty days."""
    return caller.ask("btxh.TienTrinhXuLy", pull(caller.now, with_kind=False))


def ask_file(caller: Caller) -> Ask:
    """Fetch a file of a dossier in the pack ``co-ban``."""
    ask = caller.ask("ministry.page")
    return ask._replace(path=f"{ask.path}20261102/639292101350000000tokhai.pdf")
