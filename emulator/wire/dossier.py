"""Reading a body of ``DongBoDVC`` (BTXH 3.1.1, 3.1.3)."""

from __future__ import annotations

from typing import Any

from emulator.wire import dossier_rules, people_rules
from emulator.wire.dates import moment_of
from emulator.wire.dossier_rules import Texts
from emulator.wire.extent_rules import check_extent
from emulator.wire.forms import DossierForm, ExtentData, Fields
from emulator.wire.json_body import read_object
from emulator.wire.place_rules import check_places
from emulator.wire.reading import Reading

_MINISTRY_HOST = "molisa.gov.vn"
_RULES = (
    dossier_rules.check_code,
    dossier_rules.check_issuer,
    dossier_rules.check_status,
    dossier_rules.check_times,
    people_rules.check_birth,
    people_rules.check_applicant,
    people_rules.check_owner,
    people_rules.check_ethnicity,
    people_rules.check_account,
    check_places,
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
    procedure_code = dossier_rules.check_procedure(sound, reading)
    _check_detail_link(sound, reading)
    extent = ExtentData() if "CertificateExtentData" in faulty else check_extent(sound, reading)
    reading.check()
    return _form(fields | {"MaTTHC": procedure_code}, extent)


def _fields(given: dict[str, Any], reading: Reading) -> tuple[Fields, set[str]]:
    from emulator.wire.schemas import table

    columns = table("dossier")
    if columns.by_the_book(given):
        return given, set()
    from emulator.wire.specials import DOSSIER
    from emulator.wire.tidy import bring_into_form

    tidy = bring_into_form(given, columns, DOSSIER, reading)
    return tidy.texts, tidy.faulty


def _check_detail_link(texts: Texts, reading: Reading) -> None:
    link = texts.get("UrlDetail")
    if link and _MINISTRY_HOST in link:
        vi, en = "UrlDetail là trang của Bộ, bảng ghi Cổng địa phương", "UrlDetail is a page of the ministry"
        reading.note("B38", "/UrlDetail", vi, en)


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
