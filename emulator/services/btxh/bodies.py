"""Reading bodies of the BTXH service: a dossier, a step, a question for a list (BTXH 3.1.1 to 3.1.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emulator.kernel.clock import VIETNAM, moment_text, to_ms
from emulator.services.btxh import checks
from emulator.services.btxh.catalogues import ETHNICITIES, ETHNICITY_ID_OFFSET
from emulator.services.btxh.checks import Texts, check_extent
from emulator.services.btxh.models import DossierForm, ExtentData, Fields, PullForm, StepForm
from emulator.services.btxh.tidy import (
    LEVELS,
    UNITS,
    BodyDialect,
    Tidy,
    bring_into_form,
    day_only,
    drop_delivery_date,
    longer,
    note_databases,
    note_status,
    note_step_time,
    read_gender,
    unit,
    without_commune,
    without_district,
    year_first,
)
from emulator.wire import codes
from emulator.wire.codes import province_of
from emulator.wire.columns import day_or_moment, moment_of
from emulator.wire.gso import Level, communes, districts, misfit, names_of, provinces
from emulator.wire.json_body import read_object
from emulator.wire.reading import Reading

# Administrative units of an address: each must be in the catalogue, and inside the one above it (B18, B30, B73).

_NAMES: dict[Level, str] = {"province": "MaTinh", "district": "MaHuyen", "commune": "MaXa"}
_VI: dict[Level, str] = {
    "province": "không có trong danh mục tỉnh",
    "district": "không thuộc tỉnh đã nêu",
    "commune": "không thuộc huyện, tỉnh đã nêu",
}


def check_places(texts: Texts, reading: Reading, prefixes: tuple[str, ...] = ("", "HKTT_", "NOHT_")) -> None:
    """Check province, district and commune of each address; an address without a province is not judged."""
    for prefix in prefixes:
        province = texts.get(f"{prefix}MaTinh")
        if not province:
            continue
        district, commune = texts.get(f"{prefix}MaHuyen") or "", texts.get(f"{prefix}MaXa") or ""
        level = misfit(reading.rules.gso_era, province, district, commune)
        if level and reading.rules.gso_era == "2025" and misfit("2023", province, district, commune) is None:
            _meet_old_address(prefix, province, district, commune, reading)
        elif level:
            _refuse(prefix, level, {"province": province, "district": district, "commune": commune}, reading)


def _meet_old_address(prefix: str, province: str, district: str, commune: str, reading: Reading) -> None:
    """An address of before 01/07/2025: people keep papers with it; strict refuses it where a dossier is handled."""
    name, old = f"{prefix}{_NAMES['province']}", "/".join(filter(None, (province, district, commune)))
    vi = f"{name} {old} là địa chỉ trước ngày 01/07/2025"
    en = f"{name} {old} is an address of before 01/07/2025"
    expected = "/".join(filter(None, names_of("2023", province, district, commune)))
    if prefix:
        reading.note("B73", f"/{name}", vi, en, found=old, expected=expected)
    else:
        reading.meet("B73", f"/{name}", codes.NOT_IN_CATALOGUE, vi, en, found=old, expected=expected)


def check_caller(texts: Texts, reading: Reading) -> None:
    """An account of one province that speaks for another: no clause forbids it, so it is said and not refused (B18)."""
    agency, province = reading.rules.agency_code, texts.get("MaTinh")
    own = province_of(agency) if agency else None
    if not own or not province or own == province or own not in provinces(reading.rules.gso_era):
        return
    vi = f"MaTinh {province} không phải tỉnh của tài khoản {agency} ({own})"
    en = f"MaTinh {province} is not the province of the account {agency} ({own})"
    reading.meet_own("foreign-province", "/MaTinh", codes.NOT_ALLOWED, vi, en, expected=own, nearest=own)


def _refuse(prefix: str, level: Level, given: Mapping[Level, str], reading: Reading) -> None:
    name, code = f"{prefix}{_NAMES[level]}", given[level]
    era = reading.rules.gso_era
    if level == "district" and era == "2025":
        vi, en = f"{name} “{code}”: danh mục {era} không còn cấp huyện", f"{name} “{code}”: no districts since 2025"
    else:
        vi, en = f"{name} “{code}” {_VI[level]} (GSO {era})", f"{name} “{code}” is not in that place of GSO {era}"
    known = {
        "province": provinces(era),
        "district": districts(given["province"]) if era == "2023" else frozenset(),
        "commune": communes(era, given["province"], given["district"] if era == "2023" else ""),
    }[level]
    values = {"found": code, "expected": _range_of(known), "nearest": reading.near(code, known)}
    reading.refuse("gso", f"/{name}", codes.NOT_IN_CATALOGUE, vi, en, **values)


def _range_of(known: frozenset[str]) -> str:
    """Return the first and the last code of what is known, and how many there are; ``""`` where none is."""
    return f"{min(known)} … {max(known)} ({len(known)})" if known else '""'


# Reading a body of ``DongBoDVC`` (BTXH 3.1.1, 3.1.3).

_MINISTRY_HOST = "molisa.gov.vn"
_LINK = re.compile(r"https?://[^\s/]+(/\S*)?")
_RULES = (
    checks.check_code,
    checks.check_issuer,
    checks.check_status,
    checks.check_times,
    checks.check_birth,
    checks.check_future,
    checks.check_applicant,
    checks.check_owner,
    checks.check_account,
    check_places,
    check_caller,
)


def read_dossier(body: bytes, size: int, reading: Reading) -> DossierForm:
    """Read a dossier; ``size`` is what the client sent, ``body`` what was kept of it.

    ``reading`` collects the notes. ``fields`` of the form hold what was given, as normalised: dates in the table's
    form, ``DanTocId`` as GSO code, the national ``MaTTHC``.

    Raises:
        ServiceRefusal: at least one rule was broken; all are named, the first decides the code.
    """
    fields, faulty = _fields(read_object(body, size, reading), reading)
    sound: Texts = fields if not faulty else {name: text for name, text in fields.items() if name not in faulty}
    for rule in _RULES:
        rule(sound, reading)
    procedure_code = checks.check_procedure(sound, reading)
    _check_detail_link(sound, reading)
    extent = ExtentData() if "CertificateExtentData" in faulty else check_extent(sound, reading)
    reading.check()
    return _form(fields | {"MaTTHC": procedure_code}, extent)


def _fields(given: dict[str, Any], reading: Reading) -> tuple[Fields, set[str]]:
    from emulator.services.btxh.fields import table

    columns = table("dossier")
    reading.body, reading.columns = given, columns.columns
    unusual = columns.unusual(given)
    if not unusual:
        ethnicity = given.get("DanTocId")
        settled = _settle_ethnicity(ethnicity, reading) if ethnicity else ethnicity
        return (given if settled == ethnicity else given | {"DanTocId": settled}), set()
    tidy = bring_into_form(given, unusual, columns, DOSSIER, reading)
    return tidy.texts, tidy.faulty


def _ethnicity(tidy: Tidy, name: str, text: str) -> str | None:
    bare = text.strip().lstrip("0") or "0"
    if text and bare == "0":
        tidy.meet("B22", name, "“0”: không rõ dân tộc", "“0”: unknown", codes.NOT_IN_CATALOGUE)
        return "0"
    if bare.isascii() and bare.isdigit() and 54 < int(bare[:4]) <= 54 + ETHNICITY_ID_OFFSET:
        meant = str(int(bare) - ETHNICITY_ID_OFFSET)
        vi, en = f"{bare} là Id danh mục, mã GSO là {meant}", f"{bare} is an id of the annex, the GSO code is {meant}"
        tidy.meet("B22", name, vi, en, codes.NOT_IN_CATALOGUE, nearest=meant)
        return meant
    return _settle_ethnicity(text, tidy.reading)


def _settle_ethnicity(text: str, reading: Reading) -> str:
    """Return the GSO code of an ethnicity; 29 to 54 stand in both columns of the annex (B22), and both are named."""
    if text not in ETHNICITIES or int(text) <= ETHNICITY_ID_OFFSET:
        return text
    by_id = str(int(text) - ETHNICITY_ID_OFFSET)
    is_code = reading.rules.ethnicity_meaning == "gso"
    chosen_vi, chosen_en = ("mã GSO", "a GSO code") if is_code else ("Id phụ lục", "an id of the annex")
    names = (ETHNICITIES[text], ETHNICITIES[by_id])
    vi = f"DanTocId {text} nhập nhằng: mã GSO là {names[0]}, Id phụ lục là {names[1]}; đọc theo {chosen_vi}"
    en = f"DanTocId {text} is ambiguous: {names[0]} by GSO code, {names[1]} by the annex's id; read as {chosen_en}"
    reading.note("B22", "/DanTocId", vi, en)
    return text if is_code else by_id


DOSSIER = BodyDialect(
    aliases={"SubmitedDate": ("SubmittedDate", "B36"), "CertificateExtendedData": ("CertificateExtentData", "B39")},
    numbers={"LoaiDuLieu": "B12", "CMND_NoiCap": "B27"},
    specials={
        **UNITS,
        "MaHoSo": longer("B16", 25, 50),
        "HinhThucTra": drop_delivery_date,
        "NgayThangNamSinh": day_only("B20"),
        "CMND_NgayCap": day_only("B26"),
        "GioiTinhId": read_gender,
        "DanTocId": _ethnicity,
        "NOHT_MaThon": longer("B29", 10, 250),
        "SubmittedDate": year_first,
        "MaCSDL": note_databases,
        "StatusId": note_status,
    },
    ignored={},
    absences={"MaHuyen": without_district, "MaXa": without_commune},
)


def _check_detail_link(texts: Texts, reading: Reading) -> None:
    link = texts.get("UrlDetail")
    if link and not _LINK.fullmatch(link):
        vi, en = f"UrlDetail “{link[:60]}” không phải địa chỉ http(s)", "UrlDetail is no http(s) address"
        reading.meet_own("not-a-link", "/UrlDetail", codes.BAD_FIELD, vi, en, expected="https://…")
    if link and _MINISTRY_HOST in link:
        vi, en = "UrlDetail là trang của Bộ, bảng ghi Cổng địa phương", "UrlDetail is a page of the ministry"
        reading.note("B38", "/UrlDetail", vi, en, expected="https://<Cổng dịch vụ công của tỉnh>/…")


def _form(fields: Fields, extent: ExtentData) -> DossierForm:
    def text(name: str) -> str:
        return fields.get(name) or ""

    return DossierForm(
        record_kind=int(text("LoaiDuLieu")),
        code=text("MaHoSo"),
        province_code=text("MaTinh"),
        district_code=text("MaHuyen"),
        commune_code=text("MaXa"),
        status=int(text("StatusId")),
        owner_id=text("SoDinhDanh"),
        received_at=moment_of(text("NgayTiepNhan")) or 0,
        submitted_at=moment_of(text("SubmittedDate")) or 0,
        fields=fields,
        extent=extent,
    )


# Reading a body of ``DanhSachHoSo`` or ``TienTrinhXuLy`` (BTXH 3.1.4 to 3.1.6).

_TWELVE = 12


def read_pull(body: bytes, size: int, reading: Reading, takes_kind: bool) -> PullForm:
    """Read a pull; ``takes_kind`` tells that the operation has ``LoaiDuLieu`` (``DanhSachHoSo`` has, B14).

    Both ends belong to the window (B56); an empty district or commune means all (B59).

    Raises:
        ServiceRefusal: at least one rule was broken; all are named.
    """
    fields, faulty = _pull_fields(read_object(body, size, reading), takes_kind, reading)
    sound: Texts = fields if not faulty else {name: text for name, text in fields.items() if name not in faulty}
    check_places(sound, reading, ("",))
    check_caller(sound, reading)
    first, last = (moment_of(sound.get(name) or "") or 0 for name in ("ThoiGianBatDau", "ThoiGianKetThuc"))
    if first and last and first > last:
        vi = f"ThoiGianBatDau {sound['ThoiGianBatDau']} sau ThoiGianKetThuc {sound['ThoiGianKetThuc']}"
        en = "the window ends before it begins: nothing lies in it"
        begins = f"≥ {sound['ThoiGianBatDau']}"
        reading.meet_own("window-order", "/ThoiGianKetThuc", codes.BAD_WINDOW, vi, en, expected=begins)
    if not faulty and not (sound.get("MaHuyen") and sound.get("MaXa")):
        vi, en = "MaHuyen hoặc MaXa trống: lấy tất cả", "MaHuyen or MaXa is empty: all of them"
        reading.note("B59", "/MaHuyen", vi, en)
    reading.check()
    kind = int(fields["LoaiDuLieu"] or 0) if takes_kind else None
    return PullForm(kind, fields["MaTinh"] or "", fields.get("MaHuyen") or "", fields.get("MaXa") or "", first, last)


def _pull_fields(given: dict[str, Any], takes_kind: bool, reading: Reading) -> tuple[Fields, set[str]]:
    from emulator.services.btxh.fields import table

    columns = table("dossier_pull" if takes_kind else "progress_pull")
    reading.body, reading.columns = given, columns.columns
    unusual = columns.unusual(given)
    if not unusual:
        return given, set()
    tidy = bring_into_form(given, unusual, columns, _DIALECT if takes_kind else _PROGRESS, reading)
    return tidy.texts, tidy.faulty


def _twelve_digits(tidy: Tidy, name: str, text: str) -> str | None:
    if len(text) != _TWELVE or not (text.isascii() and text.isdigit()):
        return text
    moment = _read_digits(text, "%Y%m%d%H%M") or _read_digits(text, "%d%m%Y%H%M")
    if moment is None:
        return text
    meant = moment_text(moment)
    tidy.meet("B55", name, f"mười hai chữ số, đọc là {meant}", f"twelve digits, read as {meant}", nearest=meant)
    return meant


def _read_digits(text: str, form: str) -> int | None:
    try:
        moment = datetime.strptime(text, form).replace(tzinfo=VIETNAM)
    except ValueError:
        return None
    return to_ms(moment) if 1900 < moment.year < 2200 else None


_DIALECT = BodyDialect(
    aliases={},
    numbers={"LoaiDuLieu": "B13"},
    specials={
        "ThoiGianBatDau": _twelve_digits,
        "ThoiGianKetThuc": _twelve_digits,
        **{name: unit(level) for name, level in LEVELS.items()},
    },
    ignored={},
    absences={},
)
_PROGRESS = BodyDialect(_DIALECT.aliases, {}, _DIALECT.specials, {"LoaiDuLieu": "B14"}, {})


# Reading a body of ``XuLyHoSo`` (BTXH 3.1.2).

STEP = BodyDialect(
    aliases={},
    numbers={},
    specials={
        "ThoiDiemXuLy": note_step_time,
        "NgayBatDau": note_step_time,
        "NgayKetThucTheoQuyDinh": note_step_time,
        "StatusId": note_status,
    },
    ignored={},
    absences={},
)


def read_step(body: bytes, size: int, reading: Reading) -> StepForm:
    """Read a processing step; a date with a time keeps it (B50).

    Raises:
        ServiceRefusal: at least one rule was broken; all are named.
    """
    fields, faulty = _step_fields(read_object(body, size, reading), reading)
    sound: Texts = fields if not faulty else {name: text for name, text in fields.items() if name not in faulty}
    _check_order(sound, reading)
    checks.check_future(sound, reading, ("ThoiDiemXuLy", "DateCreated", "DateEdited"))
    _check_authors(sound, reading)
    reading.check()
    handled, started, due = (
        day_or_moment(fields.get(name) or "") or 0 for name in ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")
    )
    return StepForm(fields["MaHoSo"] or "", int(fields["StatusId"] or 0), handled, started, due, fields)


def _step_fields(given: dict[str, Any], reading: Reading) -> tuple[Fields, set[str]]:
    from emulator.services.btxh.fields import table

    columns = table("step")
    reading.body, reading.columns = given, columns.columns
    unusual = columns.unusual(given)
    if not unusual:
        return given, set()
    tidy = bring_into_form(given, unusual, columns, STEP, reading)
    return tidy.texts, tidy.faulty


def _check_order(texts: Texts, reading: Reading) -> None:
    started, due = texts.get("NgayBatDau"), texts.get("NgayKetThucTheoQuyDinh")
    if started and due and (day_or_moment(due) or 0) < (day_or_moment(started) or 0):
        vi = f"NgayKetThucTheoQuyDinh {due} trước NgayBatDau {started}"
        en = f"due {due}, started {started}"
        reading.meet_own("B51", "/NgayKetThucTheoQuyDinh", codes.CONTRADICTION, vi, en, expected=f"≥ {started}")


def _check_authors(texts: Texts, reading: Reading) -> None:
    if not texts.get("DonViXuLy"):
        reading.note("B54", "/DonViXuLy", "DonViXuLy trống: ở đây không bắt buộc", "DonViXuLy is absent: optional here")
    if texts.get("DateEdited") and not (texts.get("UseridEdited") and texts.get("DateCreated")):
        vi, en = "DateEdited có mà UseridEdited hoặc DateCreated trống", "edited, but not by whom or not when created"
        reading.note("B53", "/DateEdited", vi, en)
