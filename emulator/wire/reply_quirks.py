"""Which row of the register a difference between two replies belongs to, by the place where they differ."""

from __future__ import annotations

import re
from typing import Literal

DriftKind = Literal["status", "header", "missing", "extra", "order", "casing", "type", "form", "value", "not-json"]

# Kinds of difference, the end of the pointer they are met at, and the row. The first that fits counts.
_ROWS: tuple[tuple[str, str, str], ...] = (
    ("missing extra", r"/nguaiXuLy", "B62"),
    ("missing extra", r"/(?:statusId|trangThai)", "B61"),
    ("casing missing extra", r"/DanhsachTaiLieuNop|/DanhSachTaiLieuNop", "B40"),
    ("casing missing extra", r"/DanhsachGiayToKetQua", "B41"),
    ("form type", r"/certificateExtentData", "B42"),
    ("form", r"/(?:ngayThangNamSinh)", "B20"),
    ("form", r"/(?:cmnD_NgayCap)", "B26"),
    ("form missing extra casing", r"/submit{1,2}edDate", "B36"),
    ("form", r"/(?:thoiDiemXuLy|ngayBatDau|ngayKetThucTheoQuyDinh)", "B50"),
    ("missing extra", r"/(?:TenTep|TenFile)", "K15"),
    ("form value", r"/CoQuanChuQuan", "K16"),
    ("type", r"/(?:DanhSachGiayToKetQua|result)", "K31"),
    ("type value", r"/errorCode", "K19"),
    ("missing extra", r"(?:^|/result)/(?:error_code|message)", "K06"),
    ("missing extra", r"^/result", "B07"),
    ("type", r"/error_code", "B08"),
    ("value", r"/scope", "B04"),
    ("casing", r"/(?:MACOQUAN|TENCOQUAN|DSTCODE|MaCoQuan|TenCoQuan|DstCode)", "K08"),
    ("form-empty", r"/\w+", "B64"),
    ("casing", r"/\w+", "B60"),
)


def quirk_of_difference(kind: str, pointer: str) -> str | None:
    """Return the id of the row two replies differ in, or None when no row speaks of it.

    ``kind`` is a ``DriftKind``, or ``form-empty`` where one side has null and the other an empty text.
    """
    for kinds, pattern, row in _ROWS:
        if kind in kinds.split() and re.search(rf"(?:{pattern})$", pointer, re.IGNORECASE if kind != "casing" else 0):
            return row
    return None
