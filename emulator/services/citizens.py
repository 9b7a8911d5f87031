"""Between two services: a citizen's results and how they enter Kho DL: "Dịch vụ công của tôi".

Process 1 of the guide: KDL II.1, II.2, III.1 (steps 3 and 4), KDL III.2 (step 4).
A result is final when its dossier is: pushed with ``DongBoHoSoMC``, or with ``DongBoDVC`` 100 to the ministry. Which
codes may be kept follows the catalogue of results and the requests to widen it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Literal

from emulator.country.shelf import Dossier, IssuedResult
from emulator.country.world import World
from emulator.kernel.clock import read_moment
from emulator.kernel.values import value_class
from emulator.services.btxh.extent import parse_extent
from emulator.services.btxh.ministry import UNIT, Author, procedure_of
from emulator.services.portal.bodies import issued_results
from emulator.services.portal.envelope import stamp
from emulator.services.portal.links import file_name_of, holder_of
from emulator.services.portal.models import Fields, Lists, Paper, PortalDossier, PortalStep
from emulator.services.portal.pack import EVER, Portal
from emulator.wire.codes import FINAL_STATUSES, unit_of_dossier_code
from emulator.wire.reading import Reading, ReadingRules

Source = Literal["DongBoHoSoMC", "DongBoDVC"]
_DIGITS = 12


@value_class
class CitizenResult:
    """One result a citizen sees. ``id`` names it for ``keep``; ``source`` is the service it was pushed with.

    ``link`` is that of its first file, ``files`` are all of them (KDL V.2 row 5); ``agency_code`` is who keeps them.
    """

    id: str
    source: Source
    dossier_code: str
    procedure_code: str
    result_code: str
    title: str
    link: str
    files: list[dict[str, str]]
    agency_code: str
    may_be_kept: bool
    is_kept: bool


@value_class
class Keeping:
    """What a citizen, or the officer for them, says of a paper beside the paper: an empty text says nothing."""

    reference_number: str = ""
    effective_on: str = ""
    expires_on: str = ""


class NoSuchResult(Exception):
    """The citizen has no result of that id."""


class MayNotBeKept(Exception):
    """The catalogue does not let this result code into Kho DL; ``args[0]`` is the code."""


def results_of(world: World, citizen: str) -> list[CitizenResult]:
    """Return a citizen's final results, those of the portal first."""
    portal = Portal(world)
    kept = {paper.id for paper in portal.papers_of(citizen)}
    return [
        _result(source, code, procedure, rows, kept, citizen, world)
        for source, code, procedure, results in _finished_dossiers(world, portal, citizen)
        for rows in _papers_in(results)
    ]


def _papers_in(results: list[IssuedResult]) -> Iterator[list[IssuedResult]]:
    """Yield the rows of one paper after another: those that share ``GiayToId`` and the result code."""
    order = sorted(range(len(results)), key=lambda at: _first_of_its_paper(results, at))
    for _, rows in groupby(order, key=lambda at: _first_of_its_paper(results, at)):
        yield [results[at] for at in rows]


def _first_of_its_paper(results: list[IssuedResult], at: int) -> int:
    wanted = _identity(results[at])
    return next(place for place, each in enumerate(results) if _identity(each) == wanted)


def _identity(result: IssuedResult) -> tuple[str, str]:
    """Return what makes two rows one paper: ``GiayToId``, or the link of a row that has none."""
    digest = hashlib.sha256(result.link.encode()).hexdigest()[:_DIGITS]
    return result.result_code, result.paper_id or digest


def _result(
    source: Source, code: str, procedure: str, rows: list[IssuedResult], kept: set[str], citizen: str, world: World
) -> CitizenResult:
    first = rows[0]
    result_id = ":".join((code, *_identity(first)))
    return CitizenResult(
        id=result_id,
        source=source,
        dossier_code=code,
        procedure_code=procedure,
        result_code=first.result_code,
        title=first.title,
        link=first.link,
        files=[{"name": file_name_of(row.link, row.title, world), "link": row.link} for row in rows],
        agency_code=holder_of(first.link, unit_of_dossier_code(code), world),
        may_be_kept=may_be_kept(Portal(world), first.result_code),
        is_kept=_paper_id(citizen, first.result_code, result_id) in kept,
    )


def keep_result(world: World, citizen: str, result_id: str, keeping: Keeping) -> Paper:
    """Put a result into the citizen's Kho DL, or say more of one that is there. The world must be held.

    Raises:
        NoSuchResult: the citizen has no such result.
        MayNotBeKept: the catalogue says no.
    """
    found = next((each for each in results_of(world, citizen) if each.id == result_id), None)
    if found is None:
        raise NoSuchResult(result_id)
    if not found.may_be_kept:
        raise MayNotBeKept(found.result_code)
    portal = Portal(world)
    paper_id = _paper_id(citizen, found.result_code, result_id)
    before = portal.papers.get(paper_id)
    paper = Paper(
        id=paper_id,
        owner_id=citizen,
        result_code=found.result_code,
        title=_title(portal, found.result_code, found.title),
        reference_number=keeping.reference_number or (before.reference_number if before else found.dossier_code),
        agency_code=found.agency_code,
        files=found.files,
        kept_at=before.kept_at if before else world.now_ms,
        issuer_code=unit_of_dossier_code(found.dossier_code),
        effective_on=keeping.effective_on or (before.effective_on if before else ""),
        expires_on=keeping.expires_on or (before.expires_on if before else ""),
    )
    portal.papers.put_record(paper)
    return paper


def upload_paper(world: World, paper: Paper) -> Paper:
    """Put a paper the citizen uploads into Kho DL, for a dossier filed in person (KDL III.2). The world must be held.

    Raises:
        MayNotBeKept: the catalogue says no, or does not know the code.
    """
    portal = Portal(world)
    if not may_be_kept(portal, paper.result_code):
        raise MayNotBeKept(paper.result_code)
    link = paper.files[0]["link"]
    kept = replace(paper, agency_code=holder_of(link, paper.issuer_code, world))
    portal.papers.put_record(kept)
    return kept


def may_be_kept(portal: Portal, result_code: str) -> bool:
    """Tell whether the catalogue lets a result code into Kho DL (KDL III.1 step 4)."""
    kind = portal.result_kind(result_code)
    return kind is not None and kind.may_be_kept


def _finished_dossiers(
    world: World, portal: Portal, citizen: str
) -> Iterator[tuple[Source, str, str, list[IssuedResult]]]:
    for dossier in _dossiers_of(portal, citizen):
        if dossier.status in FINAL_STATUSES:
            yield "DongBoHoSoMC", dossier.code, dossier.procedure_code, issued_results(dossier)
    for pushed in world.dossiers.each():
        if pushed.owner_id == citizen and pushed.result_fields:
            fields = pushed.result_fields
            yield "DongBoDVC", pushed.code, procedure_of(fields), _pushed_results(fields)


def _dossiers_of(portal: Portal, citizen: str) -> list[PortalDossier]:
    return portal.dossiers.window(citizen, 0, EVER)


def _paper_id(citizen: str, result_code: str, result_id: str) -> str:
    return f"{citizen}/{result_code}/{result_id}"


def _title(portal: Portal, result_code: str, given: str) -> str:
    """Return the catalogue's name of a result; pushes often carry a file name in its place."""
    kind = portal.result_kind(result_code)
    return kind.title if kind else given


# Between two services: what the ministry tells the portal of a dossier filed with it, model A2.
#
# Sources: BTXH 1.2; src:portal-dossier, src:portal-step.
#
# No document prints such a report; its fields are those of the pushes that provinces make.

Given = Mapping[str, str | None]
_SAME = (
    "MaHoSo",
    "MaTTHC",
    "TenTTHC",
    "MaLinhVuc",
    "TenLinhVuc",
    "KenhThucHien",
    "LoaiDoiTuong",
    "Email",
    "SoDienThoai",
    "DonViXuLy",
    "NoiNopHoSo",
    "HoSoCoThanhPhanSoHoa",
    "TaiKhoanDuocXacThucVoiVNeID",
    "DuocThanhToanTrucTuyen",
)
_HANDLER_LIMIT = 50


def report(dossier: Dossier, author: Author, note: str, due_ms: int, world: World) -> None:
    """Tell the portal how a dossier stands, and the step that led there; nothing in model A1, or of pushed dossiers.

    They stand under the unit of the sandbox's own agency, for whom the ministry reports, so that it finds them. Ours.
    """
    if world.settings.model != "A2" or dossier.origin != "ministry":
        return
    portal = Portal(world)
    portal.dossiers.put_record(
        PortalDossier(
            code=dossier.code,
            unit_code=world.settings.agency_code or UNIT,
            procedure_code=procedure_of(dossier.fields),
            status=dossier.status,
            owner_id=dossier.owner_id,
            received_at=dossier.received_at,
            changed_at=world.now_ms,
            fields=dossier_fields(dossier.fields, dossier.status, due_ms),
            lists=dossier_lists(dossier.fields, dossier.result_fields),
        )
    )
    last = portal.steps.last_with_prefix(f"{dossier.code}/")
    number = last.number + 1 if last else 1
    fields = step_fields(dossier.code, dossier.status, author, note, world.now_ms, due_ms)
    portal.steps.put_record(PortalStep(dossier.code, number, dossier.status, world.now_ms, fields))


def dossier_fields(fields: Given, status: int, due_ms: int) -> Fields:
    """Return the scalar fields of ``DongBoHoSoMC`` for a dossier of BTXH."""
    return {name: fields.get(name) or "" for name in _SAME} | {
        "ChuHoSo": fields.get("HoVaTen") or "",
        "TrichYeuHoSo": fields.get("TenTTHC") or "",
        "NgayTiepNhan": _stamp_or_empty(fields.get("NgayTiepNhan")),
        "NgayNopHoSo": _stamp_or_empty(fields.get("SubmittedDate")),
        "NgayHenTra": stamp(due_ms),
        "TrangThaiHoSo": str(status),
        "HinhThuc": fields.get("HinhThucTra") or "0",
    }


def dossier_lists(fields: Given, result_fields: Given | None) -> Lists:
    """Return the lists: whose dossier it is, and its results."""
    owner = {"LoaiDinhDanh": fields.get("LoaiDinhDanh") or "1", "SoDinhDanh": fields.get("SoDinhDanh") or ""}
    results = [
        {"TenGiayTo": each.title, "DuongDanTepTinKetQua": each.link, "MaGiayToKetQua": each.result_code}
        for each in (_pushed_results(result_fields) if result_fields else ())
    ]
    return {"DinhDanhCHS": [owner], "DanhSachGiayToKetQua": results}


def step_fields(code: str, status: int, author: Author, note: str, handled_ms: int, due_ms: int) -> Fields:
    """Return one element of ``CapNhatTienDoHoSoMC``."""
    return {
        "MaHoSo": code,
        "NguoiXuLy": author.name[:_HANDLER_LIMIT],
        "ChucDanh": author.title,
        "ThoiDiemXuLy": stamp(handled_ms),
        "PhongBanXuLy": author.unit,
        "NoiDungXuLy": note,
        "TrangThai": str(status),
        "NgayBatDau": stamp(handled_ms),
        "NgayKetThucTheoQuyDinh": stamp(due_ms),
    }


def _stamp_or_empty(moment: str | None) -> str:
    found = read_moment(moment or "")
    return "" if found is None else stamp(found)


def _pushed_results(fields: Mapping[str, str | None]) -> list[IssuedResult]:
    """Return the results in ``CertificateExtentData`` of a final push that was accepted."""
    lists = parse_extent(fields.get("CertificateExtentData") or "", Reading(ReadingRules())) or {}
    return [
        IssuedResult(
            row.get("MaGiayToKetQua", ""),
            row.get("TenGiayTo", ""),
            row.get("DuongDanTepTinKetQua", ""),
            row.get("GiayToId", ""),
        )
        for row in lists.get("DanhSachGiayToKetQua", [])
    ]
