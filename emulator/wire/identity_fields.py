"""Which official fields, and common spellings beside them, say who somebody is. Holds for requests and replies.

The names are those of the field tables of both services and of the portal; which of them are identity data, and the
patterns for unknown names, is ours: they rather take one field too many.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

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
