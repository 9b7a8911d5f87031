"""Numbers that name people and enterprises (src:identity-numbers), the fields that hold them, and people as rows."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from emulator.kernel.values import value_class
from emulator.wire.gso import provinces

CITIZEN_CARD, IDENTITY_CARD, TAX_CODE = "1", "2", "3"
MALE, FEMALE = "1034", "1035"
"""The codes of annex 3 (BTXH PL 3), which people of a pack have, too."""
NOBODY = "999"
PLACEHOLDER = "000000001"
_CITIZEN = re.compile(r"\d{12}", re.ASCII)
_IDENTITY = re.compile(r"\d{9}", re.ASCII)
_TAX = re.compile(r"(\d{10})(?:-(\d{3}))?", re.ASCII)
_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
Birthplace = Literal["province", "abroad", "nobody", "impossible"]


class CitizenNumber(NamedTuple):
    """What the twelve digits of a citizen number say (Decree 137/2015, article 13)."""

    birthplace: Birthplace
    is_female: bool
    birth_year: int


@lru_cache(1024)
def read_citizen_number(text: str) -> CitizenNumber | None:
    """Read a citizen number; None when it is not twelve digits.

    The first three digits are a province as it was before 2025 (001 to 096) or a country (from 101); 097 to 100 belong
    to nobody. ``999`` is the emulator's own range for people who do not exist.
    """
    if not _CITIZEN.fullmatch(text):
        return None
    century_and_sex = int(text[3])
    year = 1900 + 100 * (century_and_sex // 2) + int(text[4:6])
    return CitizenNumber(_birthplace(text[:3]), century_and_sex % 2 == 1, year)


def _birthplace(code: str) -> Birthplace:
    if code == NOBODY:
        return "nobody"
    if int(code) > 100:
        return "abroad"
    return "province" if code[0] == "0" and code[1:] in provinces("2023") else "impossible"


def can_exist(text: str) -> bool:
    """Tell whether a personal number can exist: nine digits, or twelve with a possible birthplace."""
    if _IDENTITY.fullmatch(text):
        return True
    citizen = read_citizen_number(text)
    return citizen is not None and citizen.birthplace != "impossible"


def fits_kind(text: str, kind: str) -> bool:
    """Tell whether a number has the form of its ``LoaiDinhDanh``: 12 digits, 9 digits, or 10 (and 3) digits."""
    pattern = {CITIZEN_CARD: _CITIZEN, IDENTITY_CARD: _IDENTITY, TAX_CODE: _TAX}[kind]
    return pattern.fullmatch(text) is not None


def is_tax_code(text: str) -> bool:
    """Tell whether a tax code can exist: its check digit, its serial number and its branch."""
    found = _TAX.fullmatch(text)
    if found is None or text[2:9] == "0000000" or found.group(2) == "000":
        return False
    return 10 - tax_remainder(text) == int(text[9])


def tax_remainder(text: str) -> int:
    """Return what the first nine digits of a tax code leave when divided by 11; with 0 there is no check digit."""
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False)) % 11


TAX_IN_TEXT = (
    r"(?:MST|MaSoThue|tax_code|VN:COM:|SoDinhDanh\w{0,40})[\"']?"
    r"\s{0,20}[:=,]?\s{0,20}[\"']?(\d{10}(?:-\d{3})?)(?![\w-])"
)
"""A tax code in a text, where a field, a column or the member of a DSTCODE says that it is one."""


# Which official fields, and common spellings beside them, say who somebody is. Holds for requests and replies.
#
# The names are those of the field tables of both services and of the portal; which of them are identity data, and the
# patterns for unknown names, is ours: they rather take one field too many.

IdentityKind = Literal[
    "name", "number", "phone", "mail", "account", "hamlet", "address", "day", "bank", "reference", "file", "link",
    "title", "catalogue", "code", "prose",
]  # fmt: skip
"""``day`` is a day of somebody's life; ``catalogue`` holds names of offices and things, never of people; ``code`` is a
dossier code; ``title`` is the title of a paper, or the name of its file; ``prose`` is everything else."""

_TABLE: dict[IdentityKind, str] = {
    "name": "HoVaTen HoTen HoTenNguoiYeuCau ChuHoSo NguoiXuLy NguaiXuLy NguoiYeuCauBoSung NguoiTiepNhanBoSung NguoiKy "
    "NguoiNop TenNguoiNop TenChuHoSo FullName DisplayName",
    "number": "CMND CCCD SoDinhDanh SoDinhDanhChuSoHuu SoDinhDanhNguoiYeuCau MsTorCmnd MaDoiTuong MST MaSoThue "
    "IdentityNumber CitizenId TechId",
    "phone": "SoDienThoai DienThoai Fax Phone Mobile",
    "mail": "Email Mail ThuDienTu",
    "account": "TaiKhoanXuLy UseridCreated UseridEdited Username UserId",
    "hamlet": "HKTT_MaThon NOHT_MaThon MaThon",
    "address": "HKTT_ChiTiet NOHT_ChiTiet DiaChi Address",
    "day": "NgayThangNamSinh NgaySinh CMND_NgayCap NgayCap BirthDate DateOfBirth",
    "bank": "SoTaiKhoan",
    "reference": "SoKyHieu SoQuyetDinh SoBienNhan",
    "file": "TenTep TenFile TenTepDinhKem FileName",
    "link": "UrlDetail DuongDan DuongDanTaiTepTin DuongDanTepTinKetQua Url Link Location Referer ProviderUrl",
    "title": "TenGiayTo",
    "code": "MaHoSo MaHoSoDonVi",
    "catalogue": "TenTTHC TenLinhVuc TenCoQuan DonViXuLy PhongBanXuLy CoQuanChuQuan CoQuanBanHanh ChucDanh NganHang "
    "LoaiDinhDanh TaiKhoanDuocXacThucVoiVNeID LoaiDoiTuong CMND_NoiCap TenPhiLePhi KenhThucHien MaCSDL MaTTHC "
    "MaLinhVuc MaThuTuc MaKetQua MaGiayToKetQua MaCoQuan DstCode TenTinhThanh TenQuanHuyen "
    "TenPhuongXa TenDanToc TenQuocGia",
}
_LIKELY: tuple[tuple[IdentityKind, re.Pattern[str]], ...] = (
    ("catalogue", re.compile(r"noicap|coquancap")),
    ("day", re.compile(r"ngaycap|ngaysinh|ngaythangnamsinh|birth|^dob$|namsinh")),
    ("name", re.compile(r"hovaten|hoten|tennguoi|^nguoi|tencongdan|tencha$|tenme$|owner_?name|applicantname")),
    ("number", re.compile(r"cmnd|cccd|^dinhdanh|sodinhdanh|masothue|citizenid|identitynumber")),
    ("phone", re.compile(r"dienthoai|phone|mobile|^sdt")),
    ("mail", re.compile(r"e?mail$|thudientu")),
    ("address", re.compile(r"diachi|thuongtru|tamtru|noio|quequan|noisinh|address")),
    ("account", re.compile(r"^user|tendangnhap|^login$|taikhoan")),
    ("bank", re.compile(r"sotaikhoan|bankaccount")),
    ("link", re.compile(r"duongdan|url$|^link|href")),
)


def _fold_name(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


_KINDS: dict[str, IdentityKind] = {_fold_name(name): kind for kind, names in _TABLE.items() for name in names.split()}


@lru_cache(4096)
def kind_of_field(name: str) -> IdentityKind:
    """Return what a field of that name holds, in any letter case, with or without underscores."""
    folded = _fold_name(name)
    if folded in _KINDS:
        return _KINDS[folded]
    return next((kind for kind, pattern in _LIKELY if pattern.search(folded)), "prose")


DISCRIMINATING = (
    "LoaiDuLieu", "MaHoSo", "service", "MaTinh", "MaHuyen", "MaXa", "MaThuTuc", "MaTTHC", "StatusId", "TrangThai",
    "ThoiGianBatDau", "ThoiGianKetThuc", "madonvi",
)  # fmt: skip
"""Fields of a request by which two calls of one operation are told apart, the most telling first; nobody's identity."""


# People as records of ``people.json`` and as rows of a table: official names first, ours after them.

_DAY = "{0.day:02d}/{0.month:02d}/{0.year:04d}"
HOMES = ("HKTT", "NOHT")
OWN_COLUMNS = ("DonVi", "CMND_9So", "MaSoThue", "GiaDinh", "VaiTro", "Nhom")
"""Columns that no document has: the commune in words, the old card, the tax code, family, role in it, group."""


@value_class
class HomeAddress:
    """Where somebody lives: GSO codes (the district empty since 2025), hamlet, house, and the units in words."""

    province_code: str
    district_code: str
    commune_code: str
    hamlet: str
    detail: str
    units: str


@value_class
class PersonEntry:
    """Somebody who cannot exist; children below 14 have no card, telephone or tax code: empty texts."""

    name: str
    gender_id: str
    born_on: date
    ethnicity_id: str
    citizen_id: str
    id_issued_on: date | None
    id_issued_by: str
    home: HomeAddress
    phone: str
    mail: str
    identity_card: str
    tax_code: str
    family_no: int
    role: str
    group: str


def person_row(entry: PersonEntry) -> dict[str, str]:
    """Return the record of ``people.json`` in the order of BTXH 3.1.1, every field there, what is unknown empty."""
    return {
        "HoVaTen": entry.name.upper(),
        "NgayThangNamSinh": _DAY.format(entry.born_on),
        "GioiTinhId": entry.gender_id,
        "DanTocId": entry.ethnicity_id,
        "CMND": entry.citizen_id,
        "CMND_NgayCap": _DAY.format(entry.id_issued_on) if entry.id_issued_on else "",
        "CMND_NoiCap": entry.id_issued_by,
        **{name: text for prefix in HOMES for name, text in _home(prefix, entry.home).items()},
        "SoDienThoai": entry.phone,
        "Email": entry.mail,
    }


def table_row(entry: PersonEntry) -> dict[str, str]:
    """Return the same with our own columns behind."""
    own = (entry.home.units, entry.identity_card, entry.tax_code, str(entry.family_no), entry.role, entry.group)
    return person_row(entry) | dict(zip(OWN_COLUMNS, own, strict=True))


def _home(prefix: str, home: HomeAddress) -> dict[str, str]:
    return {
        f"{prefix}_MaTinh": home.province_code,
        f"{prefix}_MaHuyen": home.district_code,
        f"{prefix}_MaXa": home.commune_code,
        f"{prefix}_MaThon": home.hamlet,
        f"{prefix}_ChiTiet": home.detail,
    }


@value_class
class Officer:
    """An officer who cannot exist, as a processing step names one (BTXH 3.1.2), and the number of a paper signed."""

    account: str
    name: str
    title: str
    unit: str
    reference_number: str


def officer_row(officer: Officer) -> dict[str, str]:
    """Return an officer in the field names of a processing step."""
    return {
        "TaiKhoanXuLy": officer.account,
        "NguoiXuLy": officer.name,
        "ChucDanh": officer.title,
        "DonViXuLy": officer.unit,
        "SoKyHieu": officer.reference_number,
    }
