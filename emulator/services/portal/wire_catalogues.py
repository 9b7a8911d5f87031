"""Catalogue entries of the national portal: official rows read into values, and written as services print them.

Where only a service's name is public, the keys of its rows are ours (src:portal-services); docs/portal.md says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.wire.codes import full_form, root_of, short_form

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency; ``security_server`` is its ``dstcode`` for downloads, empty when it has none (KDL V.1)."""

    code: str
    name: str
    level: str
    security_server: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure: ``row`` is what ``LayThuTuc`` prints, the rest is what the rules ask of it."""

    code: str
    name: str
    sectors: tuple[tuple[str, str], ...]
    own_result_codes: frozenset[str]
    component_result_codes: frozenset[str]
    row: Row = field(default_factory=dict)

    @property
    def result_codes(self) -> frozenset[str]:
        """Return the codes a papers call may ask for under this procedure (KDL V.3)."""
        return self.own_result_codes | self.component_result_codes


@dataclass(frozen=True, slots=True)
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
    return Procedure(
        code=row["MATTHC"],
        name=row["TENTTHC"],
        sectors=tuple((each["MALINHVUC"], each["TENLINHVUC"]) for each in row["LINHVUCTHUCHIEN"]),
        own_result_codes=frozenset(each["MAKETQUA"] for each in row["KETQUATHUCHIEN"]),
        component_result_codes=frozenset(paper["MA_KQ_THAYTHE"] for paper in papers if paper.get("MA_KQ_THAYTHE")),
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
