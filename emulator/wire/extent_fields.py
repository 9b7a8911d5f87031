"""The fields of ``CertificateExtentData``.

No document lists them (B45): this list is the emulator's own, published as ``docs/extent-data.md`` and
``docs/extent-data.xsd``.
"""

from __future__ import annotations

from typing import NamedTuple

DOCUMENTS, DOCUMENT = "DanhSachTaiLieuNop", "TaiLieuNop"
RESULTS, RESULT = "DanhSachGiayToKetQua", "GiayToKetQua"
ROOT = "ExtentData"
_YES_NO = ("0", "1")


class ExtentField(NamedTuple):
    """One element of a document or of a result paper. An optional one may be empty or absent."""

    name: str
    label: str
    required: bool = False
    most: int | None = None
    values: tuple[str, ...] = ()


DOCUMENT_FIELDS = (
    ExtentField("TepDinhKemId", "Mã tệp ở hệ thống gửi; có hệ thống gửi hằng số 1"),
    ExtentField("TenTepDinhKem", "Tên tệp", required=True, most=4000),
    ExtentField("IsDeleted", "Đã xóa", values=(*_YES_NO, "False", "True")),
    ExtentField("MaThanhPhanHoSo", "Mã thành phần hồ sơ; có hệ thống gửi tên"),
    ExtentField("DuongDanTaiTepTin", "Đường dẫn tải tệp", required=True),
    ExtentField("DuocSoHoa", "Được số hóa", values=_YES_NO),
    ExtentField("DuocTaiSuDung", "0 không, 1 tái sử dụng, 2 tái sử dụng kèm MaKetQuaThayThe", values=("0", "1", "2")),
    ExtentField("DuocLayTuKhoDMQG", "Lấy từ kho dữ liệu điện tử quốc gia", values=_YES_NO),
    ExtentField("MaKetQuaThayThe", "Mã kết quả thay thế; 0 là không có"),
)
RESULT_FIELDS = (
    ExtentField("TenGiayTo", "Tên giấy tờ", required=True, most=2000),
    ExtentField("MaThanhPhanHoSo", "Mã thành phần hồ sơ; 0 là không có"),
    ExtentField("GiayToId", "Mã giấy tờ ở hệ thống gửi; có hệ thống gửi hằng số 1"),
    ExtentField("DuongDanTepTinKetQua", "Đường dẫn tệp kết quả", required=True),
    ExtentField("MaGiayToKetQua", "Mã kết quả, ví dụ KQ.G07.000290"),
)
FIELDS = {
    DOCUMENT: {field.name: field for field in DOCUMENT_FIELDS},
    RESULT: {field.name: field for field in RESULT_FIELDS},
}
