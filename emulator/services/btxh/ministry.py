"""What the ministry's portal writes: a dossier filed there, its steps and its results (BTXH 3.1.4 to 3.1.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from emulator.kernel.clock import moment_text
from emulator.kernel.values import value_class
from emulator.services.btxh.models import DOSSIER_FIELDS, Fields

SITE = "https://dvcbtxh.molisa.gov.vn"
UNIT = "000.00.15.G07"
"""The unit in the codes of dossiers filed at the ministry, as BTXH 3.1.4 prints them."""
_OPEN = (
    "<ExtentData xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:xsd='http://www.w3.org/2001/XMLSchema'>"
)
_DECLARATION = "<?xml version='1.0' encoding='utf-8'?>"
_NO_RESULTS = "<DanhSachGiayToKetQua />"


@value_class
class FiledPaper:
    """A file with its number, name and link; ``result_code`` for a result, ``is_deleted`` for one taken back."""

    number: int
    name: str
    path: str
    result_code: str = ""
    is_deleted: bool = False

    @property
    def link(self) -> str:
        """Return where it can be fetched."""
        return SITE + self.path


@value_class
class Place:
    """Where a dossier is handled: GSO codes, and the names of commune, district and province as one line."""

    province_code: str
    district_code: str
    commune_code: str
    unit: str


@value_class
class Author:
    """Who handled a step, and for which unit."""

    account: str
    name: str
    title: str
    unit: str


def applicant_place(person: Mapping[str, str | None]) -> tuple[str, str, str]:
    """Return the codes of the place in which a person is registered."""
    return tuple(person.get(f"HKTT_{name}") or "" for name in ("MaTinh", "MaHuyen", "MaXa"))  # type: ignore[return-value]


def person_id(person: Mapping[str, str | None]) -> str:
    """Return a person's identity number."""
    return person.get("CMND") or ""


def filed_fields(
    code: str, procedure: Mapping[str, str | None], person: Mapping[str, str | None], place: Place, moment_ms: int
) -> Fields:
    """Return the 44 fields of a dossier as filed, in the order of BTXH 3.1.1; page and documents are still empty."""
    known: Fields = {
        "LoaiDuLieu": "1",
        "MaHoSo": code,
        "KenhThucHien": "2",
        "LoaiDoiTuong": "1",
        "HinhThucTra": "0",
        "MaTinh": place.province_code,
        "MaHuyen": place.district_code,
        "MaXa": place.commune_code,
        "NgayTiepNhan": moment_text(moment_ms),
        "DonViXuLy": place.unit,
        "NoiNopHoSo": "2",
        "HoSoCoThanhPhanSoHoa": "1",
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "DuocThanhToanTrucTuyen": "0",
        "LoaiDinhDanh": "1",
        "SoDinhDanh": person_id(person),
        "MaCSDL": "1",
        "StatusId": "1",
        "SubmittedDate": moment_text(moment_ms),
    }
    whole = {**person, **{name: procedure.get(name) for name in _OF_PROCEDURE}, **known}
    return {name: whole.get(name) for name in DOSSIER_FIELDS}


_OF_PROCEDURE = ("MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc")


def with_papers(fields: Fields, page_id: str, papers: Sequence[FiledPaper]) -> Fields:
    """Return a filed dossier with its page on the ministry's portal and the documents that were handed in."""
    page = f"{SITE}/BTXH_ThongTinChung/GetViewDetail/{page_id}"
    taken = "".join(map(_document, papers))
    text = f"{_DECLARATION}{_OPEN}<DanhSachTaiLieuNop>{taken}</DanhSachTaiLieuNop>{_NO_RESULTS}</ExtentData>"
    return fields | {"UrlDetail": page, "CertificateExtentData": text}


def with_result(fields: Fields, results: Sequence[FiledPaper], status: int) -> Fields:
    """Return what the final result of a dossier says (BTXH 3.1.5): its fields, record kind 100, and the papers.

    Results that the dossier has already are kept before the new ones.
    """
    text = (
        fields.get("CertificateExtentData") or f"{_DECLARATION}{_OPEN}<DanhSachTaiLieuNop />{_NO_RESULTS}</ExtentData>"
    )
    given = "".join(map(_result, results))
    close = "</DanhSachGiayToKetQua>"
    if _NO_RESULTS in text:
        text = text.replace(_NO_RESULTS, f"<DanhSachGiayToKetQua>{given}{close}")
    elif close in text:
        text = text.replace(close, given + close)
    else:
        text = text.replace("</ExtentData>", f"<DanhSachGiayToKetQua>{given}{close}</ExtentData>")
    return fields | {"LoaiDuLieu": "100", "StatusId": str(status), "CertificateExtentData": text}


def with_status(status: int) -> Fields:
    """Return what a result says of the status of its dossier."""
    return {"StatusId": str(status)}


def page_of(fields: Fields) -> str:
    """Return the identity of a dossier's page on the ministry's portal."""
    return (fields.get("UrlDetail") or "").rpartition("/")[2]


def stranger(
    name: str, born_on: str, gender_id: str, citizen_id: str, issued_on: str, reached_by: tuple[str, str]
) -> Fields:
    """Return a person of no pack in the field names of a dossier; ``reached_by`` are phone and mail."""
    return {
        "HoVaTen": name,
        "NgayThangNamSinh": born_on,
        "GioiTinhId": gender_id,
        "DanTocId": "1",
        "CMND": citizen_id,
        "CMND_NgayCap": issued_on,
        "CMND_NoiCap": "1048",
        "SoDienThoai": reached_by[0],
        "Email": reached_by[1],
    }


def _document(paper: FiledPaper) -> str:
    return (
        f"<TaiLieuNop><TepDinhKemId>{paper.number}</TepDinhKemId><TenTepDinhKem>{escape(paper.name)}</TenTepDinhKem>"
        f"<IsDeleted>{int(paper.is_deleted)}</IsDeleted><MaThanhPhanHoSo />"
        f"<DuongDanTaiTepTin>{escape(paper.link)}</DuongDanTaiTepTin>"
        "<DuocSoHoa>1</DuocSoHoa><DuocTaiSuDung>0</DuocTaiSuDung><DuocLayTuKhoDMQG>0</DuocLayTuKhoDMQG>"
        "<MaKetQuaThayThe>0</MaKetQuaThayThe></TaiLieuNop>"
    )


def _result(paper: FiledPaper) -> str:
    return (
        f"<GiayToKetQua><TenGiayTo>{escape(paper.name)}</TenGiayTo><MaThanhPhanHoSo>0</MaThanhPhanHoSo>"
        f"<GiayToId>{paper.number}</GiayToId><DuongDanTepTinKetQua>{escape(paper.link)}</DuongDanTepTinKetQua>"
        f"<MaGiayToKetQua>{paper.result_code}</MaGiayToKetQua></GiayToKetQua>"
    )


def step(code: str, status: int, author: Author, note: str, times: tuple[int, int]) -> Fields:
    """Return the fields of a processing step; ``times`` are the instants of handling and of the deadline."""
    handled, due = map(moment_text, times)
    return {
        "MaHoSo": code,
        "TaiKhoanXuLy": author.account,
        "NguoiXuLy": author.name,
        "ChucDanh": author.title,
        "ThoiDiemXuLy": handled,
        "DonViXuLy": author.unit,
        "NoiDungXuLy": note,
        "StatusId": str(status),
        "NgayBatDau": handled,
        "NgayKetThucTheoQuyDinh": due,
        "UseridCreated": author.account,
        "UseridEdited": None,
        "DateCreated": handled,
        "DateEdited": None,
        "CertificateType": None,
        "PhongBanXuLy": None,
    }


def result_code_of(procedures: Sequence[Mapping[str, str | None]], procedure_code: str) -> str:
    """Return the code of a procedure's result; the one that BTXH 3.1.3 prints when the pack names none."""
    found = next((row for row in procedures if row.get("MaTTHC") == procedure_code), None)
    return (found.get("MaKetQua") if found else None) or "KQ.G07.000290"


def procedure_row(procedures: Sequence[Mapping[str, str | None]], code: str) -> Mapping[str, str | None] | None:
    """Return the row of a procedure of the pack."""
    return next((row for row in procedures if row.get("MaTTHC") == code), None)


def procedure_of(fields: Mapping[str, str | None]) -> str:
    """Return the code of a dossier's procedure."""
    return fields.get("MaTTHC") or ""
