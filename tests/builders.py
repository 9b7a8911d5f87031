"""Bodies that are right by the strictest reading. A test changes one thing."""

from __future__ import annotations

from typing import Any

EXTENT_NEW = (
    "<?xml version='1.0' encoding='utf-8'?><ExtentData>"
    "<DanhSachTaiLieuNop><TaiLieuNop><TepDinhKemId>42943</TepDinhKemId>"
    "<TenTepDinhKem>to-khai.pdf</TenTepDinhKem><IsDeleted>0</IsDeleted><MaThanhPhanHoSo />"
    "<DuongDanTaiTepTin>https://dvcbtxh.molisa.gov.vn/file/20261121/to-khai.pdf</DuongDanTaiTepTin>"
    "<DuocSoHoa>1</DuocSoHoa><DuocTaiSuDung>0</DuocTaiSuDung><DuocLayTuKhoDMQG>0</DuocLayTuKhoDMQG>"
    "<MaKetQuaThayThe>0</MaKetQuaThayThe></TaiLieuNop></DanhSachTaiLieuNop><DanhSachGiayToKetQua /></ExtentData>"
)
EXTENT_FINAL = EXTENT_NEW.replace(
    "<DanhSachGiayToKetQua />",
    "<DanhSachGiayToKetQua><GiayToKetQua><TenGiayTo>quyet-dinh.pdf</TenGiayTo><MaThanhPhanHoSo>0</MaThanhPhanHoSo>"
    "<GiayToId>41634</GiayToId><DuongDanTepTinKetQua>https://dvcbtxh.molisa.gov.vn/file/20261121/quyet-dinh.pdf"
    "</DuongDanTepTinKetQua><MaGiayToKetQua>KQ.G07.000290</MaGiayToKetQua></GiayToKetQua></DanhSachGiayToKetQua>",
)


def dossier(**changes: Any) -> dict[str, Any]:
    """A new dossier for DongBoDVC (BTXH 3.1.1), for an account of Hà Nội (H26)."""
    body: dict[str, Any] = {
        "LoaiDuLieu": "1",
        "MaHoSo": "000.11.26.H26-261120-0001",
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
        "CMND": "999060000001",
        "CMND_NgayCap": "10/05/2021",
        "CMND_NoiCap": "1047",
        "MaTinh": "01",
        "MaHuyen": "001",
        "MaXa": "00001",
        "HKTT_MaTinh": "01",
        "HKTT_MaHuyen": "001",
        "HKTT_MaXa": "00001",
        "HKTT_MaThon": "Tổ 1",
        "HKTT_ChiTiet": "Số 0 phố Không Có Thật",
        "NOHT_MaTinh": "01",
        "NOHT_MaHuyen": "001",
        "NOHT_MaXa": "00001",
        "NOHT_MaThon": "Tổ 1",
        "NOHT_ChiTiet": "Số 0 phố Không Có Thật",
        "SoDienThoai": "0000000000",
        "Email": "nguoi@example.vn",
        "NgayTiepNhan": "20/11/2026 08:32:36",
        "DonViXuLy": "Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội",
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "1",
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "DuocThanhToanTrucTuyen": "0",
        "LoaiDinhDanh": "1",
        "SoDinhDanh": "999060000001",
        "MaCSDL": "1",
        "StatusId": "1",
        "SubmittedDate": "20/11/2026 08:32:35",
        "UrlDetail": "https://dichvucong.example.vn/ho-so/1",
        "CertificateExtentData": EXTENT_NEW,
    }
    return body | changes


def final_result(**changes: Any) -> dict[str, Any]:
    """The final result of the same dossier (BTXH 3.1.3)."""
    return dossier(LoaiDuLieu="100", StatusId="10", CertificateExtentData=EXTENT_FINAL) | changes


def step(**changes: Any) -> dict[str, Any]:
    """A processing step for XuLyHoSo (BTXH 3.1.2)."""
    body: dict[str, Any] = {
        "MaHoSo": "000.11.26.H26-261120-0001",
        "TaiKhoanXuLy": "00001_cb",
        "NguoiXuLy": "Cán bộ Phường Phúc Xá",
        "ChucDanh": "Cán bộ xử lý hồ sơ",
        "ThoiDiemXuLy": "20/11/2026",
        "DonViXuLy": "Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội",
        "NoiDungXuLy": "Đã tiếp nhận hồ sơ",
        "StatusId": "2",
        "NgayBatDau": "20/11/2026",
        "NgayKetThucTheoQuyDinh": "25/11/2026",
        "UseridCreated": "00001_cb",
        "UseridEdited": None,
        "DateCreated": None,
        "DateEdited": None,
    }
    return body | changes


def pull(**changes: Any) -> dict[str, Any]:
    """A pull for DanhSachHoSo (BTXH 3.1.4); TienTrinhXuLy takes the same without LoaiDuLieu."""
    body: dict[str, Any] = {
        "LoaiDuLieu": "1",
        "MaTinh": "01",
        "MaHuyen": "",
        "MaXa": "",
        "ThoiGianBatDau": "01/11/2026 00:00:00",
        "ThoiGianKetThuc": "30/11/2026 23:59:59",
    }
    return body | changes


def small_pack(**changes: str) -> dict[str, Any]:
    """The ``pack.json`` of a pack over ``co-ban`` that adds nothing to it."""
    row = {"id": "nho", "version": "1", "schema_version": "1", "title_vi": "N", "title_en": "S", "gso_era": "2023"}
    return {"pack": {"1": {**row, "extends": "co-ban", **changes}}}
