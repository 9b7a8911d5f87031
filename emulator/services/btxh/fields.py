"""The field tables of BTXH 3.1.1 to 3.1.6, declared once: official name, label, length, requiredness, values.

Everything that knows a length or a list of values has it from here; ``table`` compiles a schema when it is first used.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from marshmallow import Schema, ValidationError, fields

from emulator.services.btxh.catalogues import ETHNICITIES, GENDERS, STATUSES
from emulator.wire.columns import Column, Table

_YES_NO = ("0", "1")
_DAY, _MOMENT = "day", "moment"


class _Text(fields.String):
    """A String of the document. A missing or blank mandatory value, and every other fault, is one word."""

    default_error_messages = {"required": "missing", "null": "missing", "invalid": "type", "invalid_utf8": "type"}  # noqa: RUF012 - marshmallow's own pattern


def _text(
    name: str,
    label: str,
    most: int | None = None,
    *,
    required: bool = False,
    values: tuple[str, ...] = (),
    form: str = "text",
    is_code: bool = False,
) -> fields.String:
    column = Column(name, label, most, required, frozenset(values), form, is_code)

    def check(value: str) -> None:
        fault = column.fault(value)
        if fault:
            raise ValidationError(fault)

    return _Text(data_key=name, required=required, allow_none=not required, validate=check, metadata={"column": column})


class DossierSchema(Schema):
    """A dossier for ``DongBoDVC`` (BTXH 3.1.1, 3.1.3): 44 fields."""

    record_kind = _text("LoaiDuLieu", "Loại dữ liệu", required=True, values=("1", "100"))
    dossier_code = _text("MaHoSo", "Mã hồ sơ", 25, required=True)
    sector_code = _text("MaLinhVuc", "Mã lĩnh vực", 50, required=True)
    sector_name = _text("TenLinhVuc", "Tên lĩnh vực", 500, required=True)
    channel = _text("KenhThucHien", "Kênh nộp hồ sơ", values=("1", "2", "3"))
    applicant_kind = _text("LoaiDoiTuong", "Kiểu đối tượng nộp hồ sơ", required=True, values=("1", "2", "3", "4"))
    delivery_method = _text("HinhThucTra", "Hình thức trả kết quả", required=True, values=_YES_NO)
    procedure_code = _text("MaTTHC", "Mã thủ tục hành chính", 50, required=True)
    procedure_name = _text("TenTTHC", "Tên thủ tục hành chính", 500, required=True)
    applicant_name = _text("HoVaTen", "Tên người đăng ký", 250, required=True)
    born_on = _text("NgayThangNamSinh", "Ngày tháng năm sinh", required=True, form=_DAY)
    gender_id = _text("GioiTinhId", "Giới tính", 50, values=tuple(GENDERS), is_code=True)
    ethnicity_id = _text("DanTocId", "Dân tộc", 50, values=tuple(ETHNICITIES), is_code=True)
    citizen_id = _text("CMND", "Số định danh cá nhân", 25, required=True)
    id_issued_on = _text("CMND_NgayCap", "Ngày cấp số định danh", form=_DAY)
    id_issued_by = _text("CMND_NoiCap", "Nơi cấp số định danh", 250)
    province_code = _text("MaTinh", "Mã tỉnh xử lý hồ sơ", 10, required=True, form="province")
    district_code = _text("MaHuyen", "Mã huyện xử lý hồ sơ", 10, required=True, form="district")
    commune_code = _text("MaXa", "Mã xã xử lý hồ sơ", 10, required=True, form="commune")
    registered_province_code = _text("HKTT_MaTinh", "Mã tỉnh hộ khẩu thường trú", 10, form="province")
    registered_district_code = _text("HKTT_MaHuyen", "Mã huyện hộ khẩu thường trú", 10, form="district")
    registered_commune_code = _text("HKTT_MaXa", "Mã xã hộ khẩu thường trú", 10, form="commune")
    registered_hamlet = _text("HKTT_MaThon", "Tên thôn hộ khẩu thường trú", 250)
    registered_address = _text("HKTT_ChiTiet", "Chi tiết hộ khẩu thường trú", 250)
    current_province_code = _text("NOHT_MaTinh", "Mã tỉnh nơi ở hiện tại", 10, form="province")
    current_district_code = _text("NOHT_MaHuyen", "Mã huyện nơi ở hiện tại", 10, form="district")
    current_commune_code = _text("NOHT_MaXa", "Mã xã nơi ở hiện tại", 10, form="commune")
    current_hamlet = _text("NOHT_MaThon", "Tên thôn nơi ở hiện tại", 10)
    current_address = _text("NOHT_ChiTiet", "Chi tiết nơi ở hiện tại", 250)
    phone = _text("SoDienThoai", "Số điện thoại", 50)
    email = _text("Email", "Email", 200)
    received_at = _text("NgayTiepNhan", "Ngày tiếp nhận", required=True, form=_MOMENT)
    handling_unit = _text("DonViXuLy", "Đơn vị thụ lý hồ sơ", 500, required=True)
    submission_portal = _text("NoiNopHoSo", "Nơi nộp hồ sơ", required=True, values=("1", "2"))
    has_digitised_component = _text("HoSoCoThanhPhanSoHoa", "Có thành phần số hóa", required=True, values=_YES_NO)
    vneid_verified = _text("TaiKhoanDuocXacThucVoiVNeID", "Tài khoản xác thực VNeID", required=True, values=_YES_NO)
    online_payment = _text(
        "DuocThanhToanTrucTuyen", "Thanh toán trực tuyến", required=True, values=("0", "1", "2", "3")
    )
    owner_id_kind = _text("LoaiDinhDanh", "Loại định danh của chủ hồ sơ", required=True, values=("1", "2", "3"))
    owner_id = _text("SoDinhDanh", "Số định danh của chủ hồ sơ", required=True)
    database_code = _text("MaCSDL", "Cơ sở dữ liệu được sử dụng", required=True, values=tuple("1234567"))
    status = _text("StatusId", "Trạng thái hồ sơ", required=True, values=tuple(STATUSES), is_code=True)
    submitted_at = _text("SubmittedDate", "Ngày gửi hồ sơ", required=True, form=_MOMENT)
    detail_link = _text("UrlDetail", "Đường dẫn xem chi tiết hồ sơ")
    extent_data = _text("CertificateExtentData", "Dữ liệu khác của hồ sơ (XML)")


class StepSchema(Schema):
    """A processing step for ``XuLyHoSo`` (BTXH 3.1.2): 14 fields."""

    dossier_code = _text("MaHoSo", "Mã hồ sơ", 50, required=True)
    handler_account = _text("TaiKhoanXuLy", "Tài khoản xử lý hồ sơ", 250, required=True)
    handler_name = _text("NguoiXuLy", "Người xử lý", 250, required=True)
    handler_title = _text("ChucDanh", "Chức vụ của người xử lý", 250, required=True)
    handled_at = _text("ThoiDiemXuLy", "Thời điểm xử lý hồ sơ", required=True, form=_DAY)
    handling_unit = _text("DonViXuLy", "Đơn vị đang xử lý", 250)
    handling_note = _text("NoiDungXuLy", "Nội dung xử lý", 4000, required=True)
    status = _text("StatusId", "Trạng thái của hồ sơ", required=True, values=tuple(STATUSES), is_code=True)
    started_on = _text("NgayBatDau", "Ngày bắt đầu", required=True, form=_DAY)
    due_on = _text("NgayKetThucTheoQuyDinh", "Ngày kết thúc theo quy định", required=True, form=_DAY)
    created_by = _text("UseridCreated", "Người tạo", 250)
    edited_by = _text("UseridEdited", "Người cập nhật", 250)
    created_at = _text("DateCreated", "Thời gian tạo", form=_MOMENT)
    edited_at = _text("DateEdited", "Thời gian cập nhật", form=_MOMENT)


class ProgressPullSchema(Schema):
    """A pull of steps for ``TienTrinhXuLy`` (BTXH 3.1.6)."""

    province_code = _text("MaTinh", "Mã tỉnh", 20, required=True, form="province")
    district_code = _text("MaHuyen", "Mã huyện", 20, form="district")
    commune_code = _text("MaXa", "Mã xã", 20, form="commune")
    first = _text("ThoiGianBatDau", "Thời gian bắt đầu", required=True, form=_MOMENT)
    last = _text("ThoiGianKetThuc", "Thời gian kết thúc", required=True, form=_MOMENT)


class DossierPullSchema(ProgressPullSchema):
    """A pull of dossiers for ``DanhSachHoSo`` (BTXH 3.1.4, 3.1.5)."""

    record_kind = _text("LoaiDuLieu", "Loại dữ liệu", required=True, values=("1", "100"))


_SCHEMAS: dict[str, type[Schema]] = {
    "dossier": DossierSchema,
    "step": StepSchema,
    "dossier_pull": DossierPullSchema,
    "progress_pull": ProgressPullSchema,
}


@lru_cache(4)
def table(name: Literal["dossier", "step", "dossier_pull", "progress_pull"]) -> Table:
    """Return the compiled field table of a body."""
    return Table(_SCHEMAS[name]())


class FieldTable(NamedTuple):
    """A field table as a page shows it: the operation, its first sentence, and (name in Python, column) in order."""

    operation: str
    about: str
    rows: tuple[tuple[str, Column], ...]


def field_tables() -> tuple[FieldTable, ...]:
    """Return the tables of the four bodies."""
    bodies = {
        "DongBoDVC": DossierSchema,
        "XuLyHoSo": StepSchema,
        "DanhSachHoSo": DossierPullSchema,
        "TienTrinhXuLy": ProgressPullSchema,
    }
    return tuple(
        FieldTable(
            operation,
            (schema.__doc__ or "").splitlines()[0],
            tuple((name, field.metadata["column"]) for name, field in schema().fields.items()),
        )
        for operation, schema in bodies.items()
    )
