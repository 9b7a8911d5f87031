"""What portal bodies say once read, and what stands on the portal's shelves. Official names stay inside ``fields``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Literal

from emulator.kernel.values import value_class
from emulator.wire.codes import full_form, root_of, short_form

Row = dict[str, Any]


@value_class
class Agency:
    """One agency; ``security_server`` is its ``dstcode`` for downloads, empty when it has none (KDL V.1)."""

    code: str
    name: str
    level: str
    security_server: str = ""


@value_class
class Procedure:
    """One procedure: ``row`` is what ``LayThuTuc`` prints, the rest is what the rules ask of it.

    ``result_codes`` are those a papers call may ask for under it, which replace a component or are its own (KDL V.3).
    """

    code: str
    name: str
    sectors: tuple[tuple[str, str], ...]
    own_result_codes: frozenset[str]
    result_codes: frozenset[str]
    row: Row = field(default_factory=dict)


@value_class
class ResultKind:
    """One entry of the catalogue of results (KDL II.2, III.1 step 4).

    ``may_be_kept``: citizens may save it to Kho DL; ``has_several``: one person holds several of it, so a call must
    name the paper (KDL V.2 row 2.2).
    """

    code: str
    title: str
    may_be_kept: bool
    has_several: bool


def read_agency(row: Mapping[str, Any]) -> Agency:
    """Read one row of ``agencies.json`` or ``portal/agencies.json``."""
    code = full_form(row["MACOQUAN"])
    return Agency(code, row["TENCOQUAN"], row.get("CAPDONVI") or _level(code), row.get("DSTCODE", ""))


def _level(code: str) -> str:
    """Return 1 for a ministry, 2 for a province, 3 below them. The numbers are ours."""
    root = root_of(code)
    if short_form(code) != root:
        return "3"
    return "1" if root.startswith("G") else "2"


def read_procedure(row: Mapping[str, Any]) -> Procedure:
    """Read one row of ``portal/procedures.json``."""
    papers = [paper for case in row["THANHPHANHOSO"] for paper in case["GIAYTO"]]
    own = frozenset(each["MAKETQUA"] for each in row["KETQUATHUCHIEN"])
    return Procedure(
        code=row["MATTHC"],
        name=row["TENTTHC"],
        sectors=tuple((each["MALINHVUC"], each["TENLINHVUC"]) for each in row["LINHVUCTHUCHIEN"]),
        own_result_codes=own,
        result_codes=own.union(paper["MA_KQ_THAYTHE"] for paper in papers if paper.get("MA_KQ_THAYTHE")),
        row=dict(row),
    )


def read_result_kind(row: Mapping[str, Any]) -> ResultKind:
    """Read one row of ``portal/results.json``; its last two keys are ours."""
    return ResultKind(row["MAKETQUA"], row["TENKETQUA"], row["DUOCLUUKHO"] == "1", row["NHIEUGIAYTO"] == "1")


def security_server_rows(agencies: Iterable[Agency]) -> list[Row]:
    """Return the rows of ``LayDanhMucSSTaiTep`` (KDL V.1; K05, K07): agencies that have a security server."""
    return [
        {"MACOQUAN": agency.code, "TENCOQUAN": agency.name, "DSTCODE": agency.security_server}
        for agency in agencies
        if agency.security_server
    ]


def agency_rows(agencies: Iterable[Agency]) -> list[Row]:
    """Return the rows of ``LayDanhMucCoQuan``."""
    return [
        {"MADONVI": short_form(agency.code), "TENDONVI": agency.name, "CAPDONVI": agency.level} for agency in agencies
    ]


def procedure_rows(procedures: Iterable[Procedure]) -> list[Row]:
    """Return the rows of ``LayDanhSachTTHC``."""
    return [{"MATTHC": procedure.code, "TENTTHC": procedure.name} for procedure in procedures]


def matching_services(rows: Iterable[Row], code: str, procedure_code: str, unit_code: str) -> list[Row]:
    """Return the rows of ``LayDVC`` that fit the filters; an empty filter takes all."""
    return [
        row
        for row in rows
        if code in ("", row["MADVC"])
        and procedure_code in ("", row["MATTHC"])
        and (not unit_code or any(short_form(unit_code) == each["MADONVI"] for each in row["APDUNGDVC"]))
    ]


def technical_id_row(technical_id: str) -> Row:
    """Return the row of ``TraCuuTechID``."""
    return {"TECHNICALID": technical_id}


def read_technical_ids(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Read ``portal/accounts.json``: identity number by which a person signs in, and the portal's own id of them."""
    return {row["SODINHDANH"]: row["TECHNICALID"] for row in rows}


# What portal bodies say once read, and what stands on the portal's shelves. Official names stay inside ``fields``.

Fields = dict[str, str]
Lists = dict[str, list[dict[str, Any]]]


@value_class
class PortalDossier:
    """A dossier as the portal knows it (src:portal-dossier). ``owner_id`` is empty when the push names nobody.

    ``origin`` is ``portal`` for one that citizens filed there and an agency follows with ``DongBoTrangThaiHoSo``.
    ``lists`` are the official lists as pushed; times are instants in ms.
    """

    code: str
    unit_code: str
    procedure_code: str
    status: int
    owner_id: str
    received_at: int
    changed_at: int
    fields: Fields
    lists: Lists = field(default_factory=dict)
    origin: Literal["agency", "portal"] = "agency"


@value_class
class PortalStep:
    """One step of a portal dossier (src:portal-step); ``number`` counts from 1 within the dossier."""

    dossier_code: str
    number: int
    status: int
    handled_at: int
    fields: Fields


@value_class
class Paper:
    """One paper in a citizen's Kho DL (KDL V.2). ``files`` are ``{"name", "link"}``; ``kept_at`` is 0 in a pack.

    ``agency_code`` is who keeps the files, as V.1 lists it; ``issuer_code`` who issued the paper. ``form`` says what a
    citizen uploaded (KDL III.2 step 4); it is empty for a result kept as it was issued. ``effective_on`` and
    ``expires_on`` are days ``dd/MM/yyyy`` (KDL III.1 step 3), empty when nobody said.
    """

    id: str
    owner_id: str
    result_code: str
    title: str
    reference_number: str
    agency_code: str
    files: list[dict[str, str]]
    kept_at: int = 0
    form: str = ""
    issuer_code: str = ""
    effective_on: str = ""
    expires_on: str = ""


@value_class
class Question:
    """A citizen's question sent through the portal, with its answer when there is one (src:portal-services)."""

    id: str
    unit_code: str
    asked_at: int
    fields: Fields
    answer_fields: Fields | None = None


@value_class
class Rating:
    """A unit's monthly summary of citizens' votes (``DongBoDanhGia``)."""

    unit_code: str
    period: str
    sent_at: int
    fields: Fields


@value_class
class StatusReport:
    """A body of ``DongBoTrangThaiHoSo``: how a dossier that came from the portal stands."""

    code: str
    local_code: str
    status: int
    handled_at: int
    note: str
    fields: Fields


@value_class
class StepReport:
    """One element of ``CapNhatTienDoHoSoMC``."""

    code: str
    status: int
    handled_at: int
    fields: Fields


@value_class
class WantedResult:
    """One result a papers call asks for; ``reference_number`` may be empty."""

    code: str
    reference_number: str


@value_class
class PapersForm:
    """A body of ``user/papers`` (KDL V.2)."""

    procedure_code: str
    wanted: tuple[WantedResult, ...]
    owner_id: str
    requester_id: str
    requester_name: str
    channel: str


@value_class
class SupportRequest:
    """What a unit asks for by "Gửi yêu cầu hỗ trợ" (KDL III.1 step 4): that results of a code may be kept.

    ``monthly_uses`` is how often it is looked for in a month, the third thing the guide asks for.
    """

    result_code: str
    title: str
    monthly_uses: int
    unit_code: str
    asked_at: int
    is_accepted: bool = False


@value_class
class Notice:
    """What the portal tells all units: that its list of security servers has changed (KDL V.1)."""

    id: str
    at: int
    vi: str
    en: str


@value_class
class ListCall:
    """When a unit last fetched the list of security servers."""

    unit_code: str
    called_at: int


def read_pack_paper(row: Mapping[str, Any]) -> Paper:
    """Read one row of ``papers.json``: a paper as the service prints it, and whose it is."""
    owner, code, number = row["SoDinhDanhChuSoHuu"], row["MaKetQua"], row["SoKyHieu"]
    files = [{"name": file["TenTep"], "link": file["DuongDan"]} for file in row["DanhSachTepDinhKem"]]
    key = f"{owner}/{code}/{number}"
    return Paper(key, owner, code, row["TenGiayTo"], number, full_form(row["CoQuanChuQuan"]), files)
