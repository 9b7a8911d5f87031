"""Values with a quirk of their own, brought into the table's form (B15 to B50, B67, B73)."""

from __future__ import annotations

import re

from emulator.wire import codes
from emulator.wire.catalogues import ETHNICITY_ID_OFFSET, FEMALE, MALE
from emulator.wire.columns import WIDTHS
from emulator.wire.dates import day_or_moment, moment_of
from emulator.wire.gso import Level
from emulator.wire.tidy import Dialect, Special, Tidy

_SHORT_GENDERS = {"1": MALE, "2": FEMALE}
_SEVERAL = re.compile(r"[1-7](\s*,\s*[1-7])+")
_LONG_CODE, _LONG_HAMLET = 50, 250


def _delivery_method(tidy: Tidy, name: str, text: str) -> str | None:
    if day_or_moment(text.strip()) is None:
        return text
    tidy.meet("B15", name, "là ngày giờ thay vì 0 hoặc 1, lưu trống", "is a date instead of 0 or 1, kept as null")
    return None


def _day_only(quirk: str) -> Special:
    def drop_time(tidy: Tidy, name: str, text: str) -> str | None:
        if moment_of(text) is None:
            return text
        tidy.meet(quirk, name, "có cả giờ, chỉ cần dd/MM/yyyy", "has a time where dd/MM/yyyy is asked")
        return text[:10]

    return drop_time


def _step_date(tidy: Tidy, name: str, text: str) -> str | None:
    if moment_of(text) is not None:
        tidy.meet("B50", name, "có cả giờ; bảng ghi dd/MM/yyyy", "has a time; the table says dd/MM/yyyy")
    return text


def _gender(tidy: Tidy, name: str, text: str) -> str | None:
    if text not in _SHORT_GENDERS:
        return text
    meant = _SHORT_GENDERS[text]
    tidy.meet("B21", name, f"“{text}” được đọc là {meant}", f"“{text}” is read as {meant}", codes.NOT_IN_CATALOGUE)
    return meant


def _ethnicity(tidy: Tidy, name: str, text: str) -> str | None:
    bare = text.strip().lstrip("0") or ("0" if text.strip() else "")
    if bare == "0":
        tidy.meet("B22", name, "“0”: không rõ dân tộc", "“0”: unknown", codes.NOT_IN_CATALOGUE)
        return "0"
    if bare.isascii() and bare.isdigit() and 54 < int(bare[:4]) <= 54 + ETHNICITY_ID_OFFSET:
        meant = str(int(bare) - ETHNICITY_ID_OFFSET)
        vi, en = f"{bare} là Id danh mục, mã GSO là {meant}", f"{bare} is an id of the annex, the GSO code is {meant}"
        tidy.meet("B22", name, vi, en, codes.NOT_IN_CATALOGUE)
        return meant
    return text


def _dossier_code(tidy: Tidy, name: str, text: str) -> str | None:
    if 25 < len(text) <= _LONG_CODE:
        tidy.meet("B16", name, f"dài {len(text)} ký tự, bảng ghi 25", f"has {len(text)} characters, the table says 25")
    return text


def _hamlet(tidy: Tidy, name: str, text: str) -> str | None:
    if 10 < len(text) <= _LONG_HAMLET:
        tidy.meet("B29", name, f"dài {len(text)} ký tự, bảng ghi 10", f"has {len(text)} characters, the table says 10")
    return text


def unit(level: Level) -> Special:
    """Return what trims a code and puts zeros in front of it (B30)."""

    def pad(tidy: Tidy, name: str, text: str) -> str | None:
        bare = text.strip()
        padded = bare.zfill(WIDTHS[level]) if bare.isascii() and bare.isdigit() else bare
        if padded == text:
            return text
        if padded:
            tidy.meet("B30", name, f"“{text}” được đọc là “{padded}”", f"“{text}” is read as “{padded}”")
        return padded

    return pad


def _no_district(tidy: Tidy, name: str, _text: str) -> str | None:
    if tidy.reading.rules.gso_era == "2025":
        tidy.settled.add(name)
        tidy.reading.note("B73", f"/{name}", f"{name}: trống, không còn cấp huyện", f"{name}: no districts any more")
        return ""
    tidy.meet("B73", name, "thiếu trường bắt buộc (trước 01/07/2025)", "is mandatory before 01/07/2025")
    return ""


def _databases(tidy: Tidy, name: str, text: str) -> str | None:
    if _SEVERAL.fullmatch(text.strip()):
        tidy.meet("B34", name, "nhiều giá trị, bảng ghi một", "has several values, the table has one")
    return text


def _status(tidy: Tidy, name: str, text: str) -> str | None:
    if text == "12":
        tidy.meet("B67", name, "12 không có trong danh mục", "12 is not in the catalogue", codes.NOT_IN_CATALOGUE)
    return text


LEVELS: dict[str, Level] = {"MaTinh": "province", "MaHuyen": "district", "MaXa": "commune"}
_UNITS: dict[str, Special] = {
    f"{prefix}{name}": unit(level) for prefix in ("", "HKTT_", "NOHT_") for name, level in LEVELS.items()
}
DOSSIER = Dialect(
    aliases={"SubmitedDate": ("SubmittedDate", "B36"), "CertificateExtendedData": ("CertificateExtentData", "B39")},
    numbers={"LoaiDuLieu": "B12", "CMND_NoiCap": "B27"},
    specials={
        **_UNITS,
        "MaHoSo": _dossier_code,
        "HinhThucTra": _delivery_method,
        "NgayThangNamSinh": _day_only("B20"),
        "CMND_NgayCap": _day_only("B26"),
        "GioiTinhId": _gender,
        "DanTocId": _ethnicity,
        "NOHT_MaThon": _hamlet,
        "MaCSDL": _databases,
        "StatusId": _status,
    },
    ignored={},
    absences={"MaHuyen": _no_district},
)
STEP = Dialect(
    aliases={},
    numbers={},
    specials={
        "ThoiDiemXuLy": _step_date,
        "NgayBatDau": _step_date,
        "NgayKetThucTheoQuyDinh": _step_date,
        "StatusId": _status,
    },
    ignored={},
    absences={},
)
