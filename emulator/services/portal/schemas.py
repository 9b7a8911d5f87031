"""The fields of portal pushes with their types and limits. Imported when first needed.

Sources: src:portal-dossier, src:portal-step.

Every scalar is a string; ``""`` stands for absent. A limit is what clients cut to, so one exists upstream.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing

from emulator.services.portal.envelope import BAD_FIELD, NOT_IN_CATALOGUE, read_stamp


class FieldTrouble(NamedTuple):
    """What is wrong with one field; ``{name}`` is filled in with the official name, ``expected`` is in signs."""

    code: int
    vi: str
    en: str
    expected: str = "String"


_MISSING = FieldTrouble(
    BAD_FIELD,
    "Thiếu trường bắt buộc {name}: cần một chuỗi không rỗng",
    "{name} is mandatory: a non-empty string",
    "String (≥ 1)",
)


class LimitedText(fields.Field[str]):
    """A string of at most ``limit`` characters, perhaps one of ``choices`` or a ``yyyyMMddHHmmss`` date."""

    def __init__(self, key: str, *, must: bool = False, limit: int = 0, choices: str = "", dated: bool = False) -> None:
        super().__init__(data_key=key, required=must, allow_none=not must, load_default=missing if must else "")
        self.limit, self.choices, self.dated = limit, tuple(choices.split()), dated

    def make_error(self, key: str, **_: Any) -> ValidationError:  # noqa: ARG002 - marshmallow names it
        """Word the missing value in both languages."""
        return ValidationError([_MISSING])

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValidationError([FieldTrouble(BAD_FIELD, "{name} phải là chuỗi", "{name} must be a string")])
        text = str(value).strip()
        if text or self.required:
            self._judge(text)
        return text

    def _judge(self, text: str) -> None:
        if not text:
            raise ValidationError([_MISSING])
        if self.limit and len(text) > self.limit:
            vi = f"{{name}} dài {len(text)} ký tự, tối đa {self.limit}"
            raise ValidationError(
                [
                    FieldTrouble(
                        BAD_FIELD, vi, f"{{name}} has {len(text)} characters, limit {self.limit}", f"≤ {self.limit}"
                    )
                ]
            )
        if self.choices and text not in self.choices:
            known = ", ".join(self.choices)
            vi = f'{{name}} "{text}" không có trong danh mục: cần một trong {known}'
            raise ValidationError(
                [FieldTrouble(NOT_IN_CATALOGUE, vi, f'{{name}} "{text}" is not one of {known}', known)]
            )
        if self.dated and read_stamp(text) is None:
            vi = f'{{name}} "{text}" sai định dạng: cần yyyyMMddHHmmss'
            raise ValidationError(
                [FieldTrouble(BAD_FIELD, vi, f'{{name}} "{text}" is not yyyyMMddHHmmss', "yyyyMMddHHmmss")]
            )


class _Lenient(Schema):
    class Meta:
        unknown = EXCLUDE


def _many(schema: type[Schema], key: str) -> fields.Nested:
    return fields.Nested(schema, many=True, data_key=key, load_default=list)


STATUS_CHOICES = "1 2 3 4 5 6 7 8 9 10 11 13 14"


class SubmittedDocumentSchema(_Lenient):
    """``TaiLieuNop``. ``IsDeleted`` is ``False``/``True`` in one client and 0/1 in another."""

    attachment_id = LimitedText("TepDinhKemId")
    attachment_name = LimitedText("TenTepDinhKem", must=True, limit=4000)
    is_deleted = LimitedText("IsDeleted", choices="False True 0 1")
    component_code = LimitedText("MaThanhPhanHoSo")
    link = LimitedText("DuongDanTaiTepTin")
    is_digitised = LimitedText("DuocSoHoa", choices="0 1")
    is_reused = LimitedText("DuocTaiSuDung", choices="0 1 2")
    is_from_national_store = LimitedText("DuocLayTuKhoDMQG", choices="0 1")
    replacing_result_code = LimitedText("MaKetQuaThayThe")


class FeeSchema(_Lenient):
    """``DanhSachLePhi``."""

    fee_name = LimitedText("TenPhiLePhi")
    fee_code = LimitedText("MaPhiLePhi")
    collection_method = LimitedText("HinhThucThu")
    price = LimitedText("Gia")
    fee_kind = LimitedText("LoaiPhiLePhi")


class OtherAttachmentSchema(_Lenient):
    """``DanhSachTepDinhKemKhac``."""

    paper_title = LimitedText("TenGiayTo", must=True, limit=2000)
    quantity = LimitedText("SoLuong")
    paper_kind = LimitedText("LoaiGiayTo")


class SupplementSchema(_Lenient):
    """``DanhSachHoSoBoSung``; ``NgayTiepNhanBoSung`` is optional since 27/02/2024 (src:portal-dossier)."""

    supplement_id = LimitedText("HoSoBoSungId")
    requested_by = LimitedText("NguoiYeuCauBoSung")
    supplement_note = LimitedText("NoiDungBoSung", must=True)
    requested_at = LimitedText("NgayBoSung", must=True, dated=True)
    received_by = LimitedText("NguoiTiepNhanBoSung")
    reception_note = LimitedText("ThongTinTiepNhan")
    supplement_received_at = LimitedText("NgayTiepNhanBoSung", dated=True)
    supplement_status = LimitedText("TrangThaiBoSung")
    due_before = LimitedText("NgayHenTraTruoc", dated=True)
    due_after = LimitedText("NgayHenTraMoi", dated=True)


class ResultSchema(_Lenient):
    """``DanhSachGiayToKetQua``."""

    paper_title = LimitedText("TenGiayTo", must=True, limit=2000)
    component_code = LimitedText("MaThanhPhanHoSo")
    paper_id = LimitedText("GiayToId")
    link = LimitedText("DuongDanTepTinKetQua", must=True)
    result_code = LimitedText("MaGiayToKetQua", must=True)


class IdentitySchema(_Lenient):
    """``DinhDanhCHS``: 1 CCCD, 2 CMND, 3 MST."""

    identity_kind = LimitedText("LoaiDinhDanh", must=True, choices="1 2 3")
    identity_number = LimitedText("SoDinhDanh", must=True, limit=25)


class SourceSchema(_Lenient):
    """``DSKetNoiCSDL``."""

    database_code = LimitedText("MaCSDL", must=True, choices="1 2 3 4 5 6 7")


class PortalDossierSchema(_Lenient):
    """One element of ``DongBoHoSoMC``."""

    code = LimitedText("MaHoSo", must=True, limit=50)
    procedure_code = LimitedText("MaTTHC", must=True)
    procedure_name = LimitedText("TenTTHC")
    sector_code = LimitedText("MaLinhVuc")
    sector_name = LimitedText("TenLinhVuc")
    receipt_number = LimitedText("SoBienNhan")
    channel = LimitedText("KenhThucHien", choices="1 2 3")
    owner_name = LimitedText("ChuHoSo")
    applicant_kind = LimitedText("LoaiDoiTuong", choices="1 2 3 4")
    technical_id = LimitedText("MaDoiTuong")
    other_notes = LimitedText("ThongTinKhac")
    mail = LimitedText("Email")
    fax = LimitedText("Fax")
    phone = LimitedText("SoDienThoai")
    abstract = LimitedText("TrichYeuHoSo", limit=1000)
    received_at = LimitedText("NgayTiepNhan", must=True, dated=True)
    due_at = LimitedText("NgayHenTra", dated=True)
    status = LimitedText("TrangThaiHoSo", must=True, choices=STATUS_CHOICES)
    returned_at = LimitedText("NgayTra", dated=True)
    return_note = LimitedText("ThongTinTra")
    delivery_method = LimitedText("HinhThuc", choices="0 1")
    finished_at = LimitedText("NgayKetThucXuLy", dated=True)
    handling_unit = LimitedText("DonViXuLy")
    remark_text = LimitedText("GhiChu", limit=1999)
    submission_portal = LimitedText("NoiNopHoSo", choices="1 2")
    has_digitised_components = LimitedText("HoSoCoThanhPhanSoHoa", choices="0 1")
    is_vneid_verified = LimitedText("TaiKhoanDuocXacThucVoiVNeID", choices="0 1")
    online_payment = LimitedText("DuocThanhToanTrucTuyen", choices="0 1 2 3")
    refused_at = LimitedText("NgayTuChoi", dated=True)
    submitted_at = LimitedText("NgayNopHoSo", dated=True)
    identities = _many(IdentitySchema, "DinhDanhCHS")
    sources = _many(SourceSchema, "DSKetNoiCSDL")
    submitted_documents = _many(SubmittedDocumentSchema, "TaiLieuNop")
    fees = _many(FeeSchema, "DanhSachLePhi")
    other_attachments = _many(OtherAttachmentSchema, "DanhSachTepDinhKemKhac")
    supplements = _many(SupplementSchema, "DanhSachHoSoBoSung")
    results = _many(ResultSchema, "DanhSachGiayToKetQua")


class PortalStepSchema(_Lenient):
    """One element of ``CapNhatTienDoHoSoMC``."""

    code = LimitedText("MaHoSo", must=True, limit=50)
    handler_name = LimitedText("NguoiXuLy", must=True, limit=50)
    handler_title = LimitedText("ChucDanh")
    handled_at = LimitedText("ThoiDiemXuLy", must=True, dated=True)
    handling_unit = LimitedText("PhongBanXuLy")
    handling_note = LimitedText("NoiDungXuLy", must=True)
    status = LimitedText("TrangThai", must=True, choices=STATUS_CHOICES)
    started_at = LimitedText("NgayBatDau", dated=True)
    due_at = LimitedText("NgayKetThucTheoQuyDinh", dated=True)


class StatusReportSchema(_Lenient):
    """The object of ``DongBoTrangThaiHoSo``."""

    code = LimitedText("MaHoSo", must=True, limit=50)
    local_code = LimitedText("MaHoSoDonVi", limit=50)
    technical_id = LimitedText("MaDoiTuong")
    status = LimitedText("TrangThai", must=True, choices=STATUS_CHOICES)
    handling_note = LimitedText("NoiDung")
    handled_at = LimitedText("NgayXuLy", must=True, dated=True)
    handling_documents = _many(SubmittedDocumentSchema, "TaiLieuXuLy")
