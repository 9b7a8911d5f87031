"""Rules of a dossier over several fields or a catalogue: people, places, documents, results (BTXH 3.1.1, 3.1.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from emulator.kernel.clock import day_text
from emulator.services.btxh.catalogues import (
    FINISHED,
    ISSUER_GAP,
    ISSUER_GUESS,
    ISSUERS,
    ISSUERS_WITHOUT_ID,
    PROCEDURES,
    SECTOR_CODE,
    SECTOR_NAME,
)
from emulator.services.btxh.extent import DOCUMENTS, PATH, RESULTS, Lists, extent_of, parse_extent
from emulator.services.btxh.models import ExtentData, ResultPaper
from emulator.wire import codes
from emulator.wire.codes import short_form
from emulator.wire.columns import day_of, day_or_moment, lies_ahead, moment_of
from emulator.wire.identity import (
    CITIZEN_CARD,
    FEMALE,
    MALE,
    PLACEHOLDER,
    TAX_CODE,
    CitizenNumber,
    can_exist,
    fits_kind,
    is_tax_code,
    read_citizen_number,
)
from emulator.wire.reading import ABSENT, Reading, told

# Rules of a dossier that look at more than one field, or into a catalogue (BTXH 3.1.1, 3.1.3; src:dossier-code).

Texts = Mapping[str, str | None]
_OLD_UNIT = r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}"
_NEW_UNIT = r"[A-Z]\d{2}(?:\.[A-Z0-9]{1,3})*"
_CODE = re.compile(rf"({_OLD_UNIT}|{_NEW_UNIT})-(\d{{2}})(\d{{2}})(\d{{2}})-(\d{{4,6}})", re.ASCII)
_LOCAL_SUFFIX = re.compile(r"([1-9]\.\d{6})(?:\.000\.00\.00)?\.[A-Z]\d{2}", re.ASCII)
_SECTOR = re.compile(r"[A-Z]\d{2}-[A-Z]{2}\d{2}", re.ASCII)
_DIGITISED_ERA = "2025"

# What remarks say is expected, in signs that need no language.
_CODE_FORM = "<mã đơn vị>-yyMMdd-NNNN"
_ELEVEN = f"{', '.join(list(PROCEDURES)[:3])}, … (11; BTXH PL 1)"
_ISSUER_IDS = f"{min(ISSUERS)} … {max(ISSUERS)} (BTXH PL 4)"
_THE_SECTOR = {"expected": SECTOR_CODE, "nearest": SECTOR_CODE}
_ID_FORM = "[0-9]{12} | [0-9]{9}"
_NUMBER_FORMS = {"1": "[0-9]{12}", "2": "[0-9]{9} | [0-9]{12}", "3": "[0-9]{10} | [0-9]{10}-[0-9]{3}"}


def _code_of_today(texts: Texts, reading: Reading) -> str:
    """Return a code of the account's own agency that fits the day of receipt."""
    received = texts.get("NgayTiepNhan") or day_text(reading.rules.now_ms)
    agency = reading.rules.agency_code
    return f"{agency}-{received[8:10]}{received[3:5]}{received[:2]}-0001" if agency and day_or_moment(received) else ""


def _found_lists(lists: Lists) -> str:
    return ", ".join(f"<{name}>" for name in lists) or ABSENT


def _result_code(code: str) -> dict[str, str]:
    return {"found": told(code), "expected": "KQ.<cơ quan>.NNNNNN", "nearest": "KQ.G07.000290"}


def check_code(texts: Texts, reading: Reading) -> None:
    """``MaHoSo``: its grammar, its date (B17), its unit (B18) and the length of its number (§2.1)."""
    code = texts.get("MaHoSo")
    if not code:
        return
    found = _CODE.fullmatch(code)
    if not found:
        vi, en = f"MaHoSo “{code}” sai cấu trúc <mã đơn vị>-yyMMdd-NNNN", f"MaHoSo “{code}” is not <unit>-yyMMdd-NNNN"
        nearest = _code_of_today(texts, reading)
        reading.refuse("dossier-code", "/MaHoSo", codes.BAD_FIELD, vi, en, expected=_CODE_FORM, nearest=nearest)
        return
    unit, year, month, day, number = found.groups()
    if len(number) > 4:
        vi, en = f"số thứ tự {number} dài hơn 4 chữ số", f"the number {number} has more than four digits"
        vi, en = f"MaHoSo: {vi}", f"MaHoSo: {en}"
        reading.meet_own("dossier-number", "/MaHoSo", codes.BAD_FIELD, vi, en, found=number, expected="[0-9]{4}")
    received = texts.get("NgayTiepNhan")
    if received and received[:10] != f"{day}/{month}/20{year}":
        vi = f"MaHoSo mang ngày {day}/{month}/20{year}, NgayTiepNhan là {received[:10]}"
        en = f"MaHoSo is of 20{year}-{month}-{day}, received {received}"
        dated = f"{unit}-{received[8:10]}{received[3:5]}{received[:2]}-{number}"
        reading.meet("B17", "/MaHoSo", codes.CONTRADICTION, vi, en, found=code, expected=dated, nearest=dated)
    agency = reading.rules.agency_code
    if agency and not f"{short_form(unit)}.".startswith(f"{short_form(agency)}."):
        vi, en = f"MaHoSo thuộc {unit}, tài khoản thuộc {agency}", f"MaHoSo is of {unit}, the account of {agency}"
        reading.meet_own("B18", "/MaHoSo", codes.NOT_ALLOWED, vi, en, found=unit, expected=agency)


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
        values = {"expected": _ELEVEN, "nearest": local.group(1)}
        reading.refuse_in_strict("local-procedure-code", "/MaTTHC", codes.NOT_IN_CATALOGUE, vi, en, **values)
    if code and code not in PROCEDURES:
        vi, en = f"MaTTHC “{given}” không thuộc 11 thủ tục phải kết nối", f"MaTTHC “{given}” is not one of the eleven"
        near = reading.near(code, PROCEDURES)
        reading.meet("B69", "/MaTTHC", codes.NOT_IN_CATALOGUE, vi, en, expected=_ELEVEN, nearest=near)
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
        reading.meet_own("sector-code", "/MaLinhVuc", codes.BAD_FIELD, vi, en, **_THE_SECTOR)
        return
    if sector != SECTOR_CODE:
        vi, en = f"MaLinhVuc “{sector}” khác {SECTOR_CODE} của 11 thủ tục", f"MaLinhVuc “{sector}” is not {SECTOR_CODE}"
        reading.meet_own("sector", "/MaLinhVuc", codes.NOT_IN_CATALOGUE, vi, en, **_THE_SECTOR)
        return
    if reading.rules.gso_era == _DIGITISED_ERA:
        vi, en = "MaLinhVuc: cơ quan G07 đã giải thể năm 2025", "MaLinhVuc: agency G07 was dissolved in 2025"
        reading.note("B74", "/MaLinhVuc", vi, en)
    _check_name("TenLinhVuc", texts, SECTOR_NAME, reading)


def _check_name(name: str, texts: Texts, official: str, reading: Reading) -> None:
    given = texts.get(name)
    if given and given != official and _fold_name(given) != _fold_name(official):
        vi, en = (
            f"{name} “{given}” khác tên trong danh mục “{official}”",
            f"{name} differs from the catalogue's “{official}”",
        )
        values = {"expected": official, "nearest": official}
        reading.refuse_in_strict("catalogue-name", f"/{name}", codes.NOT_IN_CATALOGUE, vi, en, **values)


def _fold_name(name: str) -> str:
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
        reading.meet("B65", "/CMND_NoiCap", codes.NOT_IN_CATALOGUE, vi, en, expected=_ISSUER_IDS)
    elif issuer.isdigit():
        vi, en = f"CMND_NoiCap “{issuer}” không có trong danh mục nơi cấp", f"CMND_NoiCap “{issuer}” is in no catalogue"
        near = reading.near(issuer, ISSUERS)
        reading.refuse("issuer", "/CMND_NoiCap", codes.NOT_IN_CATALOGUE, vi, en, expected=_ISSUER_IDS, nearest=near)
    else:
        has_no_id = any(name in issuer.casefold() for name in ISSUERS_WITHOUT_ID)
        vi, en = f"CMND_NoiCap “{issuer}” là chữ, danh mục dùng Id", f"CMND_NoiCap “{issuer}” is text, not an id"
        near = next((number for number, name in ISSUERS.items() if name.casefold() in issuer.casefold()), "")
        row, values = "B65" if has_no_id else "B66", {"expected": _ISSUER_IDS, "nearest": near}
        reading.meet(row, "/CMND_NoiCap", codes.NOT_IN_CATALOGUE, vi, en, **values)


def check_status(texts: Texts, reading: Reading) -> None:
    """A final result is usually finished or handed out: 9 or 10 (B35). The printed sample says 1."""
    status = texts.get("StatusId")
    if texts.get("LoaiDuLieu") == "100" and status and status not in FINISHED:
        vi, en = (
            f"kết quả cuối cùng có StatusId {status}, cần 9 hoặc 10",
            f"a final result has status {status}, not 9 or 10",
        )
        reading.meet_own("B35", "/StatusId", codes.CONTRADICTION, vi, en, expected=", ".join(sorted(FINISHED, key=int)))


def check_times(texts: Texts, reading: Reading) -> None:
    """Submitted not after received (B37)."""
    received, submitted = texts.get("NgayTiepNhan"), texts.get("SubmittedDate")
    if received and submitted and (moment_of(submitted) or 0) > (moment_of(received) or 0):
        vi = f"SubmittedDate {submitted} sau NgayTiepNhan {received}"
        en = f"submitted {submitted}, received {received}"
        reading.meet_own("B37", "/SubmittedDate", codes.CONTRADICTION, vi, en, expected=f"≤ {received}")


# Rules of a dossier about people: identity, birth, ethnicity, account (B19 to B25, B33).


_FUTURE = ("NgayTiepNhan", "SubmittedDate", "CMND_NgayCap")


def check_birth(texts: Texts, reading: Reading) -> None:
    """Nobody is born after today (B20), and no paper is issued before its holder is born. Ours."""
    born, issued = texts.get("NgayThangNamSinh"), texts.get("CMND_NgayCap")
    born_ms = day_of(born) if born else None
    if born_ms is None:
        return
    if born_ms > reading.rules.now_ms:
        vi, en = f"NgayThangNamSinh {born} sau hôm nay", f"the birth date {born} is after today"
        today = f"≤ {day_text(reading.rules.now_ms)}"
        reading.meet_own("birth-after-today", "/NgayThangNamSinh", codes.BAD_FIELD, vi, en, expected=today)
    issued_ms = day_of(issued) if issued else None
    if issued_ms is not None and issued_ms < born_ms:
        vi = f"CMND_NgayCap {issued} trước NgayThangNamSinh {born}"
        en = f"the identity number was issued on {issued}, before the birth date {born}"
        reading.meet_own("issued-before-birth", "/CMND_NgayCap", codes.CONTRADICTION, vi, en, expected=f"≥ {born}")


def check_future(texts: Texts, reading: Reading, names: tuple[str, ...] = _FUTURE) -> None:
    """What has happened lies not after the sandbox's own today. Ours."""
    for name in names:
        given = texts.get(name)
        moment = day_or_moment(given) if given else None
        if moment is not None and lies_ahead(moment, reading.rules.now_ms):
            today = day_text(reading.rules.now_ms)
            vi, en = f"{name} {given} sau hôm nay ({today})", f"{name} {given} is after today ({today})"
            reading.meet_own("future-date", f"/{name}", codes.BAD_FIELD, vi, en, expected=f"≤ {today}")


def check_applicant(texts: Texts, reading: Reading) -> None:
    """``CMND`` can exist (B23) and agrees with birth date and gender (B25)."""
    number = texts.get("CMND")
    if not number:
        return
    if number == PLACEHOLDER:
        vi, en = "CMND 000000001 là số điền cho đủ, không phải của ai", "CMND 000000001 is a placeholder"
        reading.note("placeholder", "/CMND", vi, en, expected=_ID_FORM)
    if not can_exist(number):
        vi, en = f"CMND “{number}” không phải số định danh có thể có", f"CMND “{number}” cannot be an identity number"
        reading.meet("B23", "/CMND", codes.BAD_FIELD, vi, en, expected=_ID_FORM)
    citizen = read_citizen_number(number)
    if citizen:
        _compare(citizen, texts, reading)


def _compare(citizen: CitizenNumber, texts: Texts, reading: Reading) -> None:
    if citizen.birthplace == "abroad":
        reading.note("B23", "/CMND", "CMND: nơi sinh ở nước ngoài", "CMND: born abroad")
    born, gender = texts.get("NgayThangNamSinh"), texts.get("GioiTinhId")
    differs, expected = [], []
    if born and int(born[6:10]) != citizen.birth_year:
        differs.append(f"năm sinh {citizen.birth_year}")
        expected.append(f"NgayThangNamSinh: {citizen.birth_year}")
    if gender and (gender == FEMALE) != citizen.is_female:
        differs.append("giới tính nữ" if citizen.is_female else "giới tính nam")
        expected.append(f"GioiTinhId: {FEMALE if citizen.is_female else MALE}")
    if differs:
        vi = f"CMND cho biết {', '.join(differs)}, khác với NgayThangNamSinh {born}, GioiTinhId {gender}"
        en = f"CMND contradicts the birth date {born} or the gender {gender}"
        reading.meet("B25", "/CMND", codes.CONTRADICTION, vi, en, expected="; ".join(expected))


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
        reading.meet("B24", "/SoDinhDanh", codes.CONTRADICTION, vi, en, expected=_NUMBER_FORMS.get(kind, ""))
    elif kind == TAX_CODE and not is_tax_code(number):
        vi, en = (
            f"SoDinhDanh “{number}” sai số kiểm tra của mã số thuế",
            f"the check digit of tax code “{number}” is wrong",
        )
        reading.meet_own("tax-code", "/SoDinhDanh", codes.BAD_FIELD, vi, en, expected=_NUMBER_FORMS[kind])
    elif kind == CITIZEN_CARD and not can_exist(number):
        vi, en = f"SoDinhDanh “{number}” không có nơi sinh này", f"SoDinhDanh “{number}” has an impossible birthplace"
        reading.meet("B23", "/SoDinhDanh", codes.BAD_FIELD, vi, en, expected=_ID_FORM)


def check_account(texts: Texts, reading: Reading) -> None:
    """What ``TaiKhoanDuocXacThucVoiVNeID`` means (B33), and whether the channel is said (B19)."""
    value = texts.get("TaiKhoanDuocXacThucVoiVNeID")
    if value:
        meaning = reading.rules.vneid_meaning or ("printed" if reading.mode == "strict" else "inverted")
        is_verified = value == ("0" if meaning == "printed" else "1")
        printed = "0 có, 1 không"
        vi = f"TaiKhoanDuocXacThucVoiVNeID {value} được đọc là {'có' if is_verified else 'không'} xác thực"
        en = f"TaiKhoanDuocXacThucVoiVNeID {value} is read as {'verified' if is_verified else 'not verified'}"
        reading.note(
            "B33", "/TaiKhoanDuocXacThucVoiVNeID", f"{vi}; bảng in {printed}", f"{en}; the table prints 0 yes, 1 no"
        )
    if not texts.get("KenhThucHien"):
        vi = "KenhThucHien trống: chỉ tiêu 3.3 coi là trực tiếp"
        reading.note("B19", "/KenhThucHien", vi, "KenhThucHien is absent: indicator 3.3 counts the dossier as direct")


# Rules about documents and results: which lists must be there, and what they must agree with (B32, B47, B49).

RESULT_CODE = re.compile(r"KQ\.[A-Z]\d{2}\.\d{6}|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}-KQ\d{4}", re.ASCII)


def check_extent(texts: Texts, reading: Reading) -> ExtentData:
    """Parse the XML and check it against the rest of the body; what was refused comes back empty."""
    text = texts.get("CertificateExtentData")
    lists: Lists | None = parse_extent(text, reading) if text else {}
    if lists is None:
        return ExtentData()
    _check_lists(texts.get("LoaiDuLieu") == "100", lists, reading)
    extent = extent_of(lists)
    _check_digitised(texts.get("HoSoCoThanhPhanSoHoa"), extent, reading)
    for number, item in enumerate(lists.get(DOCUMENTS, ()), 1):
        if item.get("DuocTaiSuDung") == "2":
            vi, en = "DuocTaiSuDung 2: tái sử dụng kèm MaKetQuaThayThe", "DuocTaiSuDung is 2"
            reading.note("B46", f"{PATH}/{DOCUMENTS}/{number}", vi, en, found="2", expected="0, 1")
    _check_links(extent, reading)
    if extent.result_papers:
        _check_results(extent, reading)
    return extent


def _check_lists(is_final: bool, lists: Lists, reading: Reading) -> None:
    missing = [] if DOCUMENTS in lists else [DOCUMENTS]
    if is_final and not lists.get(RESULTS):
        missing.append(RESULTS)
    for name in missing:
        vi, en = (
            f"CertificateExtentData thiếu {name} bắt buộc",
            f"CertificateExtentData has no {name}, which is mandatory",
        )
        reading.meet("B49", f"{PATH}/{name}", codes.BAD_XML, vi, en, found=_found_lists(lists), expected=f"<{name}>")
    if DOCUMENTS in lists and not lists[DOCUMENTS]:
        vi, en = f"{DOCUMENTS} không có tài liệu nào", f"{DOCUMENTS} holds no document"
        reading.note("no-documents", f"{PATH}/{DOCUMENTS}", vi, en, found=f"<{DOCUMENTS} />", expected="<TaiLieuNop>")


def _check_digitised(said: str | None, extent: ExtentData, reading: Reading) -> None:
    digitised = sum(document.is_digitised for document in extent.submitted_documents)
    if said and extent.submitted_documents and (said == "1") != (digitised > 0):
        vi = f"HoSoCoThanhPhanSoHoa {said} nhưng có {digitised} tài liệu DuocSoHoa 1"
        en = f"HoSoCoThanhPhanSoHoa is {said}, {digitised} documents are digitised"
        meant = str(int(digitised > 0))
        reading.meet_own("B32", "/HoSoCoThanhPhanSoHoa", codes.CONTRADICTION, vi, en, expected=meant, nearest=meant)


def _check_links(extent: ExtentData, reading: Reading) -> None:
    submitted = {document.link for document in extent.submitted_documents if document.link}
    results = {paper.link for paper in extent.result_papers if paper.link}
    for link in sorted(submitted & results):
        vi, en = f"tệp nộp được gửi lại làm kết quả: {link}", f"a submitted file is sent as the result: {link}"
        reading.note("result-is-submitted-file", PATH, vi, en, found=told(link), expected=f"≠ {DOCUMENTS}")
    for link in sorted(submitted | results):
        if not link.startswith(("http://", "https://")):
            vi, en = f"đường dẫn không phải http(s): {link}", f"not an http(s) address: {link}"
            reading.note("B75", PATH, vi, en, found=told(link), expected="https://…")


def _check_results(extent: ExtentData, reading: Reading) -> None:
    stems = {PurePosixPath(document.attachment_name).stem for document in extent.submitted_documents}
    for number, paper in enumerate(extent.result_papers, 1):
        _check_result(paper, f"{PATH}/{RESULTS}/{number}", stems, reading)


def _check_result(paper: ResultPaper, path: str, stems: set[str], reading: Reading) -> None:
    code = paper.result_code
    if code in PROCEDURES:
        vi, en = f"MaGiayToKetQua “{code}” là mã thủ tục, không phải mã kết quả", f"“{code}” is the code of a procedure"
        reading.meet_own("B47", f"{path}/MaGiayToKetQua", codes.NOT_IN_CATALOGUE, vi, en, **_result_code(code))
    elif not RESULT_CODE.fullmatch(code):
        vi = f"MaGiayToKetQua “{code}” sai cấu trúc, ví dụ KQ.G07.000290"
        en = f"“{code}” is not like KQ.G07.000290"
        reading.meet_own("B47", f"{path}/MaGiayToKetQua", codes.BAD_FIELD, vi, en, **_result_code(code))
    elif PurePosixPath(paper.paper_title).stem in stems:
        vi, en = (
            f"kết quả “{paper.paper_title}” mang tên một tệp nộp",
            f"“{paper.paper_title}” bears a submitted file's name",
        )
        reading.note("B47", path, vi, en, found=told(paper.paper_title), expected=f"≠ {DOCUMENTS}")
