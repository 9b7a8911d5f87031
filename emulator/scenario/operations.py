"""The names of operations that a step may be ``on``; a test holds them against the doors and providers."""

from __future__ import annotations

from fnmatch import fnmatchcase

OPERATIONS: tuple[str, ...] = (
    "ndxp.token",
    "ndxp.revoke",
    "btxh.DongBoDVC",
    "btxh.XuLyHoSo",
    "btxh.DanhSachHoSo",
    "btxh.TienTrinhXuLy",
    "xroad.forward",
    "xroad.live",
    "province.download",
    "dvcqg.mapi.login",
    "dvcqg.mapi.LayDanhMucSSTaiTep",
    "dvcqg.mapi.LayDanhMucCoQuan",
    "dvcqg.mapi.LayDanhMucLinhVuc",
    "dvcqg.mapi.LayDanhMucGioiTinh",
    "dvcqg.mapi.LayDanhMucTinhThanh",
    "dvcqg.mapi.LayDanhMucQuanHuyen",
    "dvcqg.mapi.LayDanhMucPhuongXa",
    "dvcqg.mapi.LayDanhMucQuocGia",
    "dvcqg.mapi.LayDanhMucDanToc",
    "dvcqg.mapi.LayDanhMucTonGiao",
    "dvcqg.mapi.LayDanhMucTinhTrangHonNhan",
    "dvcqg.mapi.LayDanhMucDoiTuong",
    "dvcqg.mapi.LayDanhMucCapThucHien",
    "dvcqg.mapi.LayDanhMucCanCuPhapLy",
    "dvcqg.mapi.LayDanhMucLePhi",
    "dvcqg.mapi.LayDanhSachTTHC",
    "dvcqg.mapi.LayThuTuc",
    "dvcqg.mapi.LayDVC",
    "dvcqg.mapi.TraCuuHoSo",
    "dvcqg.mapi.TraCuuTechID",
    "dvcqg.mapi.LayDanhSachHoiDapGuiTuDVCQG",
    "dvcqg.mapi.LayDanhSachHoiDapBoCoQuan",
    "dvcqg.mapi.LayNoiDungTraLoiTheoCauHoi",
    "dvcqg.mapi.DongBoHoSoMC",
    "dvcqg.mapi.CapNhatTienDoHoSoMC",
    "dvcqg.mapi.DongBoTrangThaiHoSo",
    "dvcqg.mapi.DongBoHoiDap",
    "dvcqg.mapi.DongBoKetQuaHoiDapGuiTuDVCQG",
    "dvcqg.mapi.DongBoDanhGia",
    "dvcqg.papers.login",
    "dvcqg.papers.find",
    "dvcqg.province",
    "dvcqg.page",
    "ministry.page",
)
SERVICES = ("btxh.", "dvcqg.mapi.", "dvcqg.papers.")
"""What the names of operations begin with that can refuse in an envelope of their own, with an error code."""


def matching(pattern: str) -> list[str]:
    """Return the operations that a name or a pattern such as ``btxh.*`` means."""
    return [name for name in OPERATIONS if fnmatchcase(name, pattern)]
