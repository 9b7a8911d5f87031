"""The fields of portal pushes with their types and limits (facts-platforms §1.6, §1.7). Imported when first needed.

Every scalar is a string; ``""`` stands for absent. A limit is what clients cut to, so one exists upstream.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing

from emulator.services.portal.fields import BAD_FIELD, NOT_IN_CATALOGUE, read_stamp


class Trouble(NamedTuple):
    """What is wrong with one field; ``{name}`` is filled in with the official name."""

    code: int
    vi: str
    en: str


_MISSING = Trouble(
    BAD_FIELD, "Thiếu trường bắt buộc {name}: cần một chuỗi không rỗng", "{name} is mandatory: a non-empty string"
)


class Text(fields.Field[str]):
    """A string of at most ``limit`` characters, perhaps one of ``choices`` or a ``yyyyMMddHHmmss`` date."""

    def __init__(self, key: str, *, must: bool = False, limit: int = 0, choices: str = "", dated: bool = False) -> None:
        super().__init__(data_key=key, required=must, allow_none=not must, load_default=missing if must else "")
        self.limit, self.choices, self.dated = limit, tuple(choices.split()), dated

    def make_error(self, key: str, **_: Any) -> ValidationError:  # noqa: ARG002 - marshmallow names it
        """Word the missing value in both languages."""
        return ValidationError([_MISSING])

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValidationError([Trouble(BAD_FIELD, "{name} phải là chuỗi", "{name} must be a string")])
        text = str(value).strip()
        if text or self.required:
            self._judge(text)
        return text

    def _judge(self, text: str) -> None:
        if not text:
            raise ValidationError([_MISSING])
        if self.limit and len(text) > self.limit:
            vi = f"{{name}} dài {len(text)} ký tự, tối đa {self.limit}"
            raise ValidationError([Trouble(BAD_FIELD, vi, f"{{name}} has {len(text)} characters, limit {self.limit}")])
        if self.choices and text not in self.choices:
            known = ", ".join(self.choices)
            vi = f'{{name}} "{text}" không có trong danh mục: cần một trong {known}'
            raise ValidationError([Trouble(NOT_IN_CATALOGUE, vi, f'{{name}} "{text}" is not one of {known}')])
        if self.dated and read_stamp(text) is None:
            vi = f'{{name}} "{text}" sai định dạng: cần yyyyMMddHHmmss'
            raise ValidationError([Trouble(BAD_FIELD, vi, f'{{name}} "{text}" is not yyyyMMddHHmmss')])


class _Lenient(Schema):
    class Meta:
        unknown = EXCLUDE


def _many(schema: type[Schema], key: str) -> fields.Nested:
    return fields.Nested(schema, many=True, data_key=key, load_default=list)


STATUS_CHOICES = "1 2 3 4 5 6 7 8 9 10 11 13 14"


class SubmittedDocumentSchema(_Lenient):
    """``TaiLieuNop``. ``IsDeleted`` is ``False``/``True`` in one client and 0/1 in another."""

    attachment_id = Text("TepDinhKemId")
    attachment_name = Text("TenTepDinhKem", must=True, limit=4000)
    is_deleted = Text("IsDeleted", choices="False True 0 1")
    component_code = Text("MaThanhPhanHoSo")
    link = Text("DuongDanTaiTepTin")
    is_digitised = Text("DuocSoHoa", choices="0 1")
    is_reused = Text("DuocTaiSuDung", choices="0 1 2")
    is_from_national_store = Text("DuocLayTuKhoDMQG", choices="0 1")
    replacing_result_code = Text("MaKetQuaThayThe")


class FeeSchema(_Lenient):
    """``DanhSachLePhi``."""

    fee_name = Text("TenPhiLePhi")
    fee_code = Text("MaPhiLePhi")
    collection_method = Text("HinhThucThu")
    price = Text("Gia")
    fee_kind = Text("LoaiPhiLePhi")


class OtherAttachmentSchema(_Lenient):
    """``DanhSachTepDinhKemKhac``."""

    paper_title = Text("TenGiayTo", must=True, limit=2000)
    quantity = Text("SoLuong")
    paper_kind = Text("LoaiGiayTo")


class SupplementSchema(_Lenient):
    """``DanhSachHoSoBoSung``; ``NgayTiepNhanBoSung`` is optional since 27/02/2024 (facts-platforms §1.1)."""

    supplement_id = Text("HoSoBoSungId")
    requested_by = Text("NguoiYeuCauBoSung")
    supplement_note = Text("NoiDungBoSung", must=True)
    requested_at = Text("NgayBoSung", must=True, dated=True)
    received_by = Text("NguoiTiepNhanBoSung")
    reception_note = Text("ThongTinTiepNhan")
    supplement_received_at = Text("NgayTiepNhanBoSung", dated=True)
    supplement_status = Text("TrangThaiBoSung")
    due_before = Text("NgayHenTraTruoc", dated=True)
    due_after = Text("NgayHenTraMoi", dated=True)


class ResultSchema(_Lenient):
    """``DanhSachGiayToKetQua``."""

    paper_title = Text("TenGiayTo", must=True, limit=2000)
    component_code = Text("MaThanhPhanHoSo")
    paper_id = Text("GiayToId")
    link = Text("DuongDanTepTinKetQua", must=True)
    result_code = Text("MaGiayToKetQua", must=True)


class IdentitySchema(_Lenient):
    """``DinhDanhCHS``: 1 CCCD, 2 CMND, 3 MST."""

    identity_kind = Text("LoaiDinhDanh", must=True, choices="1 2 3")
    identity_number = Text("SoDinhDanh", must=True, limit=25)


class SourceSchema(_Lenient):
    """``DSKetNoiCSDL``."""

    database_code = Text("MaCSDL", must=True, choices="1 2 3 4 5 6 7")


class DossierSchema(_Lenient):
    """One element of ``DongBoHoSoMC``."""

    code = Text("MaHoSo", must=True, limit=50)
    procedure_code = Text("MaTTHC", must=True)
    procedure_name = Text("TenTTHC", must=True)
    sector_code = Text("MaLinhVuc", must=True)
    sector_name = Text("TenLinhVuc", must=True)
    receipt_number = Text("SoBienNhan")
    channel = Text("KenhThucHien", must=True, choices="1 2 3")
    owner_name = Text("ChuHoSo")
    applicant_kind = Text("LoaiDoiTuong", must=True, choices="1 2 3 4")
    technical_id = Text("MaDoiTuong")
    other_notes = Text("ThongTinKhac")
    mail = Text("Email")
    fax = Text("Fax")
    phone = Text("SoDienThoai")
    abstract = Text("TrichYeuHoSo", must=True, limit=1000)
    received_at = Text("NgayTiepNhan", must=True, dated=True)
    due_at = Text("NgayHenTra", must=True, dated=True)
    status = Text("TrangThaiHoSo", must=True, choices=STATUS_CHOICES)
    returned_at = Text("NgayTra", dated=True)
    return_note = Text("ThongTinTra")
    delivery_method = Text("HinhThuc", must=True, choices="0 1")
    finished_at = Text("NgayKetThucXuLy", dated=True)
    handling_unit = Text("DonViXuLy", must=True)
    remark_text = Text("GhiChu", limit=1999)
    submission_portal = Text("NoiNopHoSo", choices="1 2")
    has_digitised_components = Text("HoSoCoThanhPhanSoHoa", choices="0 1")
    is_vneid_verified = Text("TaiKhoanDuocXacThucVoiVNeID", choices="0 1")
    online_payment = Text("DuocThanhToanTrucTuyen", choices="0 1 2 3")
    refused_at = Text("NgayTuChoi", dated=True)
    submitted_at = Text("NgayNopHoSo", dated=True)
    identities = _many(IdentitySchema, "DinhDanhCHS")
    sources = _many(SourceSchema, "DSKetNoiCSDL")
    submitted_documents = _many(SubmittedDocumentSchema, "TaiLieuNop")
    fees = _many(FeeSchema, "DanhSachLePhi")
    other_attachments = _many(OtherAttachmentSchema, "DanhSachTepDinhKemKhac")
    supplements = _many(SupplementSchema, "DanhSachHoSoBoSung")
    results = _many(ResultSchema, "DanhSachGiayToKetQua")


class StepSchema(_Lenient):
    """One element of ``CapNhatTienDoHoSoMC``."""

    code = Text("MaHoSo", must=True, limit=50)
    handler_name = Text("NguoiXuLy", must=True, limit=50)
    handler_title = Text("ChucDanh")
    handled_at = Text("ThoiDiemXuLy", must=True, dated=True)
    handling_unit = Text("PhongBanXuLy")
    handling_note = Text("NoiDungXuLy", must=True)
    status = Text("TrangThai", must=True, choices=STATUS_CHOICES)
    started_at = Text("NgayBatDau", dated=True)
    due_at = Text("NgayKetThucTheoQuyDinh", dated=True)


class StatusReportSchema(_Lenient):
    """The object of ``DongBoTrangThaiHoSo``."""

    code = Text("MaHoSo", must=True, limit=50)
    local_code = Text("MaHoSoDonVi", limit=50)
    technical_id = Text("MaDoiTuong")
    status = Text("TrangThai", must=True, choices=STATUS_CHOICES)
    handling_note = Text("NoiDung")
    handled_at = Text("NgayXuLy", must=True, dated=True)
    handling_documents = _many(SubmittedDocumentSchema, "TaiLieuXuLy")
