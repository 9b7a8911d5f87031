"""Rules of a dossier about people: identity, birth, ethnicity, account (B19 to B25, B33)."""

from __future__ import annotations

from emulator.wire import codes
from emulator.wire.catalogues import FEMALE
from emulator.wire.dates import day_of
from emulator.wire.dossier_rules import Texts
from emulator.wire.identity import (
    CITIZEN_CARD,
    PLACEHOLDER,
    TAX_CODE,
    CitizenNumber,
    can_exist,
    fits_kind,
    is_tax_code,
    read_citizen_number,
)
from emulator.wire.reading import Reading


def check_birth(texts: Texts, reading: Reading) -> None:
    """Nobody is born after today (B20)."""
    born = texts.get("NgayThangNamSinh")
    born_ms = day_of(born) if born else None
    if born_ms is not None and born_ms > reading.rules.now_ms:
        vi, en = f"NgayThangNamSinh {born} sau hôm nay", f"the birth date {born} is after today"
        reading.refuse("birth-after-today", "/NgayThangNamSinh", codes.BAD_FIELD, vi, en)


def check_applicant(texts: Texts, reading: Reading) -> None:
    """``CMND`` can exist (B23) and agrees with birth date and gender (B25)."""
    number = texts.get("CMND")
    if not number:
        return
    if number == PLACEHOLDER:
        vi, en = "CMND 000000001 là số điền cho đủ, không phải của ai", "CMND 000000001 is a placeholder"
        reading.note("placeholder", "/CMND", vi, en)
    if not can_exist(number):
        vi, en = f"CMND “{number}” không phải số định danh có thể có", f"CMND “{number}” cannot be an identity number"
        reading.meet("B23", "/CMND", codes.BAD_FIELD, vi, en)
    citizen = read_citizen_number(number)
    if citizen:
        _compare(citizen, texts, reading)


def _compare(citizen: CitizenNumber, texts: Texts, reading: Reading) -> None:
    if citizen.birthplace == "abroad":
        reading.note("B23", "/CMND", "CMND: nơi sinh ở nước ngoài", "CMND: born abroad")
    born, gender = texts.get("NgayThangNamSinh"), texts.get("GioiTinhId")
    differs = []
    if born and int(born[6:10]) != citizen.birth_year:
        differs.append(f"năm sinh {citizen.birth_year}")
    if gender and (gender == FEMALE) != citizen.is_female:
        differs.append("giới tính nữ" if citizen.is_female else "giới tính nam")
    if differs:
        vi = f"CMND cho biết {', '.join(differs)}, khác với NgayThangNamSinh {born}, GioiTinhId {gender}"
        en = f"CMND contradicts the birth date {born} or the gender {gender}"
        reading.meet("B25", "/CMND", codes.CONTRADICTION, vi, en)


def check_owner(texts: Texts, reading: Reading) -> None:
    """``SoDinhDanh`` has the form of its ``LoaiDinhDanh`` (B24); a tax code must be able to exist."""
    kind, number = texts.get("LoaiDinhDanh"), texts.get("SoDinhDanh")
    if not kind or not number:
        return
    if not fits_kind(number, kind):
        vi, en = (
            f"SoDinhDanh “{number}” không hợp với LoaiDinhDanh {kind}",
            f"SoDinhDanh “{number}” is not of kind {kind}",
        )
        reading.meet("B24", "/SoDinhDanh", codes.CONTRADICTION, vi, en)
    elif kind == TAX_CODE and not is_tax_code(number):
        vi, en = (
            f"SoDinhDanh “{number}” sai số kiểm tra của mã số thuế",
            f"the check digit of tax code “{number}” is wrong",
        )
        reading.meet_own("tax-code", "/SoDinhDanh", codes.BAD_FIELD, vi, en)
    elif kind == CITIZEN_CARD and not can_exist(number):
        vi, en = f"SoDinhDanh “{number}” không có nơi sinh này", f"SoDinhDanh “{number}” has an impossible birthplace"
        reading.meet("B23", "/SoDinhDanh", codes.BAD_FIELD, vi, en)


def check_ethnicity(texts: Texts, reading: Reading) -> None:
    """29 to 54 stand in both columns of the annex and mean different peoples (B22)."""
    ethnicity = texts.get("DanTocId")
    if ethnicity and reading.mode != "strict" and 28 < int(ethnicity) < 55:
        vi = f"DanTocId {ethnicity} nhập nhằng giữa Id và mã GSO, đọc theo mã GSO"
        reading.note("B22", "/DanTocId", vi, f"DanTocId {ethnicity} is ambiguous, read as a GSO code")


def check_account(texts: Texts, reading: Reading) -> None:
    """What ``TaiKhoanDuocXacThucVoiVNeID`` means (B33), and whether the channel is said (B19)."""
    value = texts.get("TaiKhoanDuocXacThucVoiVNeID")
    if value and (value == "0" or reading.mode == "strict"):
        meaning = reading.rules.vneid_meaning or ("printed" if reading.mode == "strict" else "inverted")
        is_verified = value == ("0" if meaning == "printed" else "1")
        vi = f"TaiKhoanDuocXacThucVoiVNeID {value} được đọc là {'có' if is_verified else 'không'} xác thực"
        en = f"TaiKhoanDuocXacThucVoiVNeID {value} is read as {'verified' if is_verified else 'not verified'}"
        reading.meet("B33", "/TaiKhoanDuocXacThucVoiVNeID", codes.BAD_FIELD, vi, en)
    if not texts.get("KenhThucHien"):
        vi = "KenhThucHien trống: chỉ tiêu 3.3 coi là trực tiếp"
        reading.note("B19", "/KenhThucHien", vi, "KenhThucHien is absent: indicator 3.3 counts the dossier as direct")
