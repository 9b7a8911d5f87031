"""The tables of a fixture pack, in official field names, and what a record of each one says.

Dossiers and results are bodies of ``DongBoDVC`` (BTXH 3.1.1, 3.1.3), steps bodies of ``XuLyHoSo`` with the two fields
that only ``TienTrinhXuLy`` has (BTXH 3.1.6, B61), agencies rows of ``LayDanhMucSSTaiTep`` (KDL V.1). The other names
and the rule that every value is a string are ours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import unquote

from emulator.country.furnish import nearest
from emulator.country.pack_tables import FieldForm, Furniture, PackPart, PackTable, TableFinding, Tables
from emulator.country.shelf import Dossier, ProcessingStep, step_of
from emulator.kernel.clock import read_moment
from emulator.services.btxh.models import DOSSIER_FIELDS, STEP_FIELDS, DossierForm, Fields, StepForm
from emulator.services.btxh.replies import detail_id
from emulator.wire.codes import FINAL_STATUSES

DOSSIER_CODE, PROCEDURE_CODE, STATUS, RECORD_KIND = "MaHoSo", "MaTTHC", "StatusId", "LoaiDuLieu"
RECEIVED, HANDLED, PAPERS = "NgayTiepNhan", "ThoiDiemXuLy", "CertificateExtentData"
ONLY_PULLED = ("CertificateType", "PhongBanXuLy")
SHARED_WITH_PROCEDURE = ("TenTTHC", "MaLinhVuc", "TenLinhVuc")
_OWN_FILE = re.compile(r"https?://dvcbtxh\.molisa\.gov\.vn(?::\d+)?(/file/[^?#]*)")


_FORMS: dict[str, FieldForm] = {
    "LoaiDuLieu": "record_kind",
    "MaHoSo": "dossier_code",
    "StatusId": "status",
    "CMND": "citizen_id",
    "SoDinhDanh": "owner_id",
    "NgayThangNamSinh": "day",
    "CMND_NgayCap": "day",
    "NgayTiepNhan": "moment",
    "SubmittedDate": "moment",
    "ThoiDiemXuLy": "moment",
    "NgayBatDau": "moment",
    "NgayKetThucTheoQuyDinh": "moment",
    "DateCreated": "moment",
    "DateEdited": "moment",
}
_PERSON_FIELDS = (*DOSSIER_FIELDS[9:16], *DOSSIER_FIELDS[19:31])
_PERSON_NEEDS = ("HoVaTen", "NgayThangNamSinh", "CMND")
_PERSON_LACKS = frozenset(_PERSON_FIELDS) - frozenset(_PERSON_NEEDS)
_DOSSIER = PackTable(DOSSIER_FIELDS, _PERSON_LACKS | {"KenhThucHien", "MaHuyen", "MaXa", "UrlDetail"}, (DOSSIER_CODE,))


TABLES: dict[str, PackTable] = {
    "procedures": PackTable((PROCEDURE_CODE, "TenTTHC", "MaLinhVuc", "TenLinhVuc", "MaKetQua"), keys=(PROCEDURE_CODE,)),
    "people": PackTable(_PERSON_FIELDS, _PERSON_LACKS, ("CMND",)),
    "dossiers": _DOSSIER,
    "results": _DOSSIER,
    "steps": PackTable(
        (*STEP_FIELDS, *ONLY_PULLED), frozenset({"DonViXuLy", *STEP_FIELDS[10:], *ONLY_PULLED}), (DOSSIER_CODE,)
    ),
}


def dossier_form(fields: Fields) -> DossierForm:
    """Return what a record of ``dossiers`` or ``results`` says; its fields have been checked."""
    return DossierForm(
        record_kind=int(fields["LoaiDuLieu"] or 0),
        code=fields["MaHoSo"] or "",
        province_code=fields["MaTinh"] or "",
        district_code=fields.get("MaHuyen") or "",
        commune_code=fields.get("MaXa") or "",
        status=int(fields["StatusId"] or 0),
        owner_id=fields["SoDinhDanh"] or "",
        received_at=read_moment(fields["NgayTiepNhan"] or "") or 0,
        submitted_at=read_moment(fields["SubmittedDate"] or "") or 0,
        fields=fields,
    )


def step_form(fields: Fields) -> StepForm:
    """Return what a record of ``steps`` says; its fields have been checked."""
    handled, started, due = (
        read_moment(fields[name] or "") or 0 for name in ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")
    )
    return StepForm(fields["MaHoSo"] or "", int(fields["StatusId"] or 0), handled, started, due, fields)


def file_path(link: str) -> str | None:
    """Return the decoded URL path of a link to the ministry's own files; None for a link to anywhere else."""
    found = _OWN_FILE.fullmatch(link)
    return unquote(found.group(1)) if found else None


def furnish_pack(tables: Tables) -> Furniture:
    """Return the records of tables in which nothing is wrong."""
    results = {str(row[DOSSIER_CODE]): row for row in _rows(tables, "results")}
    filed = {str(row[DOSSIER_CODE]): _dossier(row, results) for row in _rows(tables, "dossiers")}
    steps = list(_steps(_rows(tables, "steps"), filed))
    ended: dict[str, int] = {}
    for step in steps:
        dossier = filed[step.dossier_code]
        if step.handled_at > dossier.changed_at:
            filed[step.dossier_code] = replace(dossier, changed_at=step.handled_at)
        if step.status in FINAL_STATUSES:
            ended[dossier.code] = min(step.handled_at, ended.get(dossier.code, step.handled_at))
    for code, dossier in filed.items():
        if dossier.result_fields is not None:
            filed[code] = replace(dossier, result_given_at=ended.get(code, dossier.changed_at))
    return Furniture(list(filed.values()), steps)


def _rows(tables: Tables, name: str) -> list[Fields]:
    return list(tables.get(name, {}).values())


def _dossier(row: Fields, results: Mapping[str, Fields]) -> Dossier:
    form = dossier_form(row)
    return Dossier(
        code=form.code,
        origin="ministry",
        province_code=form.province_code,
        district_code=form.district_code,
        commune_code=form.commune_code,
        status=form.status,
        owner_id=form.owner_id,
        received_at=form.received_at,
        submitted_at=form.submitted_at,
        changed_at=form.received_at,
        fields=form.fields,
        result_fields=results.get(form.code),
    )


def _steps(rows: list[Fields], filed: Mapping[str, Dossier]) -> Iterator[ProcessingStep]:
    numbers: Counter[str] = Counter()
    for row in rows:
        form = step_form(row)
        numbers[form.code] += 1
        yield step_of(filed[form.code], numbers[form.code], form.status, form.handled_at, form.fields)


def find_loose_ends(tables: Tables) -> Iterator[TableFinding]:
    """Yield what would be lost or left hanging: a dossier told twice, a step or a result without its dossier."""
    known = {row.get(DOSSIER_CODE) for row in tables["dossiers"].values()} if "dossiers" in tables else None
    for table in ("dossiers", "results"):
        seen: set[str | None] = set()
        for number, row in tables.get(table, {}).items():
            code = row.get(DOSSIER_CODE)
            if code in seen:
                yield TableFinding(
                    table, (table, number, DOSSIER_CODE), f"Mã hồ sơ {code} lặp lại", f"{code} is there twice"
                )
            seen.add(code)
    for table in ("results", "steps"):
        for number, row in tables.get(table, {}).items():
            code = row.get(DOSSIER_CODE)
            if known is not None and code and code not in known:
                vi, en = nearest(str(code), filter(None, known))
                sentences = (f"Không có hồ sơ {code} trong dossiers.json{vi}", f"no dossier {code}{en}")
                yield TableFinding(table, (table, number, DOSSIER_CODE), *sentences)


PART = PackPart(TABLES, _FORMS, find_loose_ends, furnish_pack, detail_id)
"""What the service puts into packs."""
