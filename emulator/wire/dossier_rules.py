"""Rules of a dossier that look at more than one field, or into a catalogue (BTXH 3.1.1, 3.1.3; facts-platforms §2)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from emulator.wire import codes
from emulator.wire.agency_codes import short_form
from emulator.wire.catalogues import (
    FINISHED,
    ISSUER_GAP,
    ISSUER_GUESS,
    ISSUERS,
    ISSUERS_WITHOUT_ID,
    PROCEDURES,
    SECTOR_CODE,
    SECTOR_NAME,
)
from emulator.wire.dates import moment_of
from emulator.wire.reading import Reading

Texts = Mapping[str, str | None]
_OLD_UNIT = r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}"
_NEW_UNIT = r"[A-Z]\d{2}(?:\.[A-Z0-9]{1,3})*"
_CODE = re.compile(rf"({_OLD_UNIT}|{_NEW_UNIT})-(\d{{2}})(\d{{2}})(\d{{2}})-(\d{{4,6}})", re.ASCII)
_LOCAL_SUFFIX = re.compile(r"([1-9]\.\d{6})(?:\.000\.00\.00)?\.[A-Z]\d{2}", re.ASCII)
_SECTOR = re.compile(r"[A-Z]\d{2}-[A-Z]{2}\d{2}", re.ASCII)
_DIGITISED_ERA = "2025"


def check_code(texts: Texts, reading: Reading) -> None:
    """``MaHoSo``: its grammar, its date (B17), its unit (B18) and the length of its number (§2.1)."""
    code = texts.get("MaHoSo")
    if not code:
        return
    found = _CODE.fullmatch(code)
    if not found:
        vi, en = f"MaHoSo “{code}” sai cấu trúc <mã đơn vị>-yyMMdd-NNNN", f"MaHoSo “{code}” is not <unit>-yyMMdd-NNNN"
        reading.refuse("dossier-code", "/MaHoSo", codes.BAD_FIELD, vi, en)
        return
    unit, year, month, day, number = found.groups()
    if len(number) > 4:
        vi, en = f"số thứ tự {number} dài hơn 4 chữ số", f"the number {number} has more than four digits"
        reading.meet_own("dossier-number", "/MaHoSo", codes.BAD_FIELD, f"MaHoSo: {vi}", f"MaHoSo: {en}")
    received = texts.get("NgayTiepNhan")
    if received and received[:10] != f"{day}/{month}/20{year}":
        vi = f"MaHoSo mang ngày {day}/{month}/20{year}, NgayTiepNhan là {received[:10]}"
        reading.meet(
            "B17", "/MaHoSo", codes.CONTRADICTION, vi, f"MaHoSo is of 20{year}-{month}-{day}, received {received}"
        )
    agency = reading.rules.agency_code
    if agency and not f"{short_form(unit)}.".startswith(f"{short_form(agency)}."):
        vi, en = f"MaHoSo thuộc {unit}, tài khoản thuộc {agency}", f"MaHoSo is of {unit}, the account of {agency}"
        reading.meet("B18", "/MaHoSo", codes.NOT_ALLOWED, vi, en)


def check_procedure(texts: Texts, reading: Reading) -> str | None:
    """Return the national ``MaTTHC``; check it, its name and its sector against the eleven procedures (B69, B74)."""
    given = texts.get("MaTTHC")
    local = _LOCAL_SUFFIX.fullmatch(given) if given else None
    code = local.group(1) if local else given
    if local and given:
        vi, en = (
            f"MaTTHC “{given}” mang mã địa phương, mã quốc gia là {code}",
            f"MaTTHC “{given}” is a local form of {code}",
        )
        reading.meet_own("local-procedure-code", "/MaTTHC", codes.NOT_IN_CATALOGUE, vi, en)
    if code and code not in PROCEDURES:
        vi, en = f"MaTTHC “{given}” không thuộc 11 thủ tục phải kết nối", f"MaTTHC “{given}” is not one of the eleven"
        reading.meet("B69", "/MaTTHC", codes.NOT_IN_CATALOGUE, vi, en)
    elif code:
        _check_name("TenTTHC", texts, PROCEDURES[code], reading)
    _check_sector(texts, reading)
    return code


def _check_sector(texts: Texts, reading: Reading) -> None:
    sector = texts.get("MaLinhVuc")
    if not sector:
        return
    if not _SECTOR.fullmatch(sector):
        vi, en = (
            f"MaLinhVuc “{sector}” sai cấu trúc, ví dụ {SECTOR_CODE}",
            f"MaLinhVuc “{sector}” is not like {SECTOR_CODE}",
        )
        reading.refuse("sector-code", "/MaLinhVuc", codes.BAD_FIELD, vi, en)
        return
    if sector != SECTOR_CODE:
        vi, en = f"MaLinhVuc “{sector}” khác {SECTOR_CODE} của 11 thủ tục", f"MaLinhVuc “{sector}” is not {SECTOR_CODE}"
        reading.meet_own("sector", "/MaLinhVuc", codes.NOT_IN_CATALOGUE, vi, en)
        return
    if reading.rules.gso_era == _DIGITISED_ERA:
        vi, en = "MaLinhVuc: cơ quan G07 đã giải thể năm 2025", "MaLinhVuc: agency G07 was dissolved in 2025"
        reading.note("B74", "/MaLinhVuc", vi, en)
    _check_name("TenLinhVuc", texts, SECTOR_NAME, reading)


def _check_name(name: str, texts: Texts, official: str, reading: Reading) -> None:
    given = texts.get(name)
    if given and given != official and _folded(given) != _folded(official):
        vi, en = (
            f"{name} “{given}” khác tên trong danh mục “{official}”",
            f"{name} differs from the catalogue's “{official}”",
        )
        reading.meet_own("catalogue-name", f"/{name}", codes.NOT_IN_CATALOGUE, vi, en)


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("hằng tháng", "hàng tháng").split())


def check_issuer(texts: Texts, reading: Reading) -> None:
    """``CMND_NoiCap``: an id of the annex, which leaves out three provinces and newer issuers (B27, B65, B66)."""
    issuer = texts.get("CMND_NoiCap")
    if not issuer or issuer in ISSUERS:
        return
    if issuer == ISSUER_GAP:
        vi, en = (
            f"CMND_NoiCap {ISSUER_GAP} không có trong danh mục, suy đoán là {ISSUER_GUESS}",
            "1246 is a guess: Cà Mau",
        )
        reading.meet("B65", "/CMND_NoiCap", codes.NOT_IN_CATALOGUE, vi, en)
    elif issuer.isdigit():
        vi, en = f"CMND_NoiCap “{issuer}” không có trong danh mục nơi cấp", f"CMND_NoiCap “{issuer}” is in no catalogue"
        reading.refuse("issuer", "/CMND_NoiCap", codes.NOT_IN_CATALOGUE, vi, en)
    else:
        has_no_id = any(name in issuer.casefold() for name in ISSUERS_WITHOUT_ID)
        vi, en = f"CMND_NoiCap “{issuer}” là chữ, danh mục dùng Id", f"CMND_NoiCap “{issuer}” is text, not an id"
        reading.meet("B65" if has_no_id else "B66", "/CMND_NoiCap", codes.NOT_IN_CATALOGUE, vi, en)


def check_status(texts: Texts, reading: Reading) -> None:
    """A final result is finished or handed out: 9 or 10 (B35)."""
    status = texts.get("StatusId")
    if texts.get("LoaiDuLieu") == "100" and status and status not in FINISHED:
        vi, en = (
            f"kết quả cuối cùng có StatusId {status}, cần 9 hoặc 10",
            f"a final result has status {status}, not 9 or 10",
        )
        reading.meet("B35", "/StatusId", codes.CONTRADICTION, vi, en)


def check_times(texts: Texts, reading: Reading) -> None:
    """Submitted not after received (B37)."""
    received, submitted = texts.get("NgayTiepNhan"), texts.get("SubmittedDate")
    if received and submitted and (moment_of(submitted) or 0) > (moment_of(received) or 0):
        vi = f"SubmittedDate {submitted} sau NgayTiepNhan {received}"
        reading.meet("B37", "/SubmittedDate", codes.CONTRADICTION, vi, f"submitted {submitted}, received {received}")
