"""What a body says once it has been read, and the official names that its fields are kept and printed under."""

from __future__ import annotations

import re
from dataclasses import field
from functools import cache, lru_cache

from emulator.kernel.values import value_class

Fields = dict[str, str | None]
NEW_DOSSIER = 1
FINAL_RESULT = 100


@value_class
class SubmittedDocument:
    """One ``TaiLieuNop`` of the XML (BTXH 3.1.1)."""

    attachment_name: str
    link: str
    component_code: str = ""
    is_digitised: bool = False


@value_class
class ResultPaper:
    """One ``GiayToKetQua`` of the XML (BTXH 3.1.3)."""

    paper_title: str
    link: str
    result_code: str


@value_class
class ExtentData:
    """``CertificateExtentData`` (BTXH 3.1.1 field 44, B39 to B49)."""

    submitted_documents: tuple[SubmittedDocument, ...] = ()
    result_papers: tuple[ResultPaper, ...] = ()


@value_class
class DossierForm:
    """A body of ``DongBoDVC``. ``fields`` are the official fields as normalised; times are instants in ms."""

    record_kind: int
    code: str
    province_code: str
    district_code: str
    commune_code: str
    status: int
    owner_id: str
    received_at: int
    submitted_at: int
    fields: Fields
    extent: ExtentData = field(default_factory=ExtentData)


@value_class
class StepForm:
    """A body of ``XuLyHoSo`` (BTXH 3.1.2)."""

    code: str
    status: int
    handled_at: int
    started_at: int
    due_at: int
    fields: Fields


@value_class
class PullForm:
    """A body of ``DanhSachHoSo`` or ``TienTrinhXuLy`` (BTXH 3.1.4 to 3.1.6); empty codes mean all."""

    record_kind: int | None
    province_code: str
    district_code: str
    commune_code: str
    first_ms: int
    last_ms: int


# Official field names in the order the documents print them, and the algorithm that spells them in replies.

DOSSIER_FIELDS = (
    "LoaiDuLieu",
    "MaHoSo",
    "MaLinhVuc",
    "TenLinhVuc",
    "KenhThucHien",
    "LoaiDoiTuong",
    "HinhThucTra",
    "MaTTHC",
    "TenTTHC",
    "HoVaTen",
    "NgayThangNamSinh",
    "GioiTinhId",
    "DanTocId",
    "CMND",
    "CMND_NgayCap",
    "CMND_NoiCap",
    "MaTinh",
    "MaHuyen",
    "MaXa",
    "HKTT_MaTinh",
    "HKTT_MaHuyen",
    "HKTT_MaXa",
    "HKTT_MaThon",
    "HKTT_ChiTiet",
    "NOHT_MaTinh",
    "NOHT_MaHuyen",
    "NOHT_MaXa",
    "NOHT_MaThon",
    "NOHT_ChiTiet",
    "SoDienThoai",
    "Email",
    "NgayTiepNhan",
    "DonViXuLy",
    "NoiNopHoSo",
    "HoSoCoThanhPhanSoHoa",
    "TaiKhoanDuocXacThucVoiVNeID",
    "DuocThanhToanTrucTuyen",
    "LoaiDinhDanh",
    "SoDinhDanh",
    "MaCSDL",
    "StatusId",
    "SubmittedDate",
    "UrlDetail",
    "CertificateExtentData",
)
"""The 44 fields of a dossier as a push prints them (BTXH 3.1.1)."""

DOSSIER_REPLY_FIELDS = (*DOSSIER_FIELDS[:41], "UrlDetail", "SubmittedDate", "CertificateExtentData")
"""The same fields as a pull prints them: ``urlDetail`` comes before ``submittedDate`` (BTXH 3.1.4, 3.1.5)."""

STEP_FIELDS = (
    "MaHoSo",
    "TaiKhoanXuLy",
    "NguoiXuLy",
    "ChucDanh",
    "ThoiDiemXuLy",
    "DonViXuLy",
    "NoiDungXuLy",
    "StatusId",
    "NgayBatDau",
    "NgayKetThucTheoQuyDinh",
    "UseridCreated",
    "UseridEdited",
    "DateCreated",
    "DateEdited",
)
"""The 14 fields of a processing step as a push prints them (BTXH 3.1.2)."""

STEP_REPLY_FIELDS = (*STEP_FIELDS[:7], "TrangThai", *STEP_FIELDS[8:], "CertificateType", "PhongBanXuLy")
"""The fields of a step as a pull prints them: another name for the status, two fields more (BTXH 3.1.6; B61)."""

LATER_FIELDS = (
    "LoaiKetQua",
    "NgayBanHanh",
    "SoQuyetDinh",
    "CoQuanBanHanh",
    "TrichYeu",
    "AcceptKey",
    "NgayHenTra",
    "NgayKetThucXuLy_ThucTe",
    "SoTaiKhoan",
    "NganHang",
    "SubmitedDate",
)
"""Fields of no document that a real client reads in replies (src:client-btxh-fields)."""


@cache
def camel_key(name: str) -> str:
    """Return the spelling of an official name in a reply: the .NET camel-case policy (src:camel-case).

    From the left, upper-case letters become lower case, but the walk stops before a letter (not the first) that is
    followed by something that is not upper case. ``HKTT_MaTinh`` becomes ``hktT_MaTinh``.
    """
    letters = list(name)
    for place, letter in enumerate(letters):
        if not letter.isupper():
            break
        following = letters[place + 1 : place + 2]
        if place > 0 and following and not following[0].isupper():
            break
        letters[place] = letter.lower()
    return "".join(letters)


# ``CertificateExtentData`` on its way out: the tag spelling of the printed replies, broken only on request (B41, B42).
#
# The XML was read and found well formed when it came in, so ``<`` begins a tag wherever it stands, and the two list
# names can be respelled without parsing again: a pull prints thousands of them.

_FIRST_TAG = re.compile(r"^\s*<\?xml[^>]*>\s*")
_LIST_TAG = re.compile(r"<(?ai:/?danhsach(?:tailieunop|giaytoketqua)(?=[\s/>]))")
_RESULTS = re.compile(r"<(danhsachgiaytoketqua)(?:\s[^>]*)?>.*</\1\s*>", re.IGNORECASE | re.DOTALL)
_ENDINGS = {"tailieunop": "TaiLieuNop", "giaytoketqua": "GiayToKetQua"}
_SOUND = "<?xml version='1.0' encoding='utf-8'?>"
_STRAY_QUOTE = "<?xml version='1.0' encoding='utf-8'?'>"


def respell_xml(text: str, *, small_s: bool, broken: bool, is_result: bool = False) -> str:
    """Return the XML with one declaration and the list names spelled one way.

    ``small_s`` writes ``DanhsachTaiLieuNop`` (BTXH 3.1.5), else ``DanhSachTaiLieuNop``. ``broken`` copies the faults
    of the printed samples: a stray quote in the declaration, and in a new dossier (BTXH 3.1.4) a list that opens with S
    and closes with s (B42, B43).
    """
    declared = _FIRST_TAG.match(text)
    body = text[declared.end() :] if declared else text
    mixed = broken and not is_result
    return (_STRAY_QUOTE if broken else _SOUND) + _LIST_TAG.sub(lambda tag: _respelt(tag[0], small_s, mixed), body)


@lru_cache(64)
def _respelt(tag: str, small_s: bool, is_mixed: bool) -> str:
    """Return the beginning of a list's tag as it is printed."""
    opening, _, ending = tag.lower().rpartition("danhsach")
    if is_mixed and ending == "tailieunop":
        small_s = opening == "</"
    return f"{opening}Danh{'s' if small_s else 'S'}ach{_ENDINGS[ending]}"


def without_results(text: str) -> str:
    """Return the XML with an empty result list, as the sample of BTXH 3.1.5 prints it (B49)."""
    return _RESULTS.sub(r"<\1 />", text)
