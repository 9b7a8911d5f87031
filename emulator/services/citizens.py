"""Between two services: a citizen's results and how they enter Kho DL: "Dịch vụ công của tôi".

Process 1 of the guide: KDL II.1, II.2, III.1 (steps 3 and 4), KDL III.2 (step 4).
A result is final when its dossier is: pushed with ``DongBoHoSoMC``, or with ``DongBoDVC`` 100 to the ministry. Which
codes may be kept follows the catalogue of results and the requests to widen it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from emulator.country.records import IssuedResult
from emulator.country.world import World
from emulator.services.btxh.extent import pushed_results
from emulator.services.btxh.ministry import procedure_of
from emulator.services.portal.bodies import issued_results
from emulator.services.portal.links import file_name_of, holder_of
from emulator.services.portal.models import Paper, PortalDossier
from emulator.services.portal.pack import EVER, Portal
from emulator.wire.codes import FINAL_STATUSES, unit_of_dossier_code

Source = Literal["DongBoHoSoMC", "DongBoDVC"]
_DIGITS = 12


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
            yield "DongBoDVC", pushed.code, procedure_of(fields), pushed_results(fields)


def _dossiers_of(portal: Portal, citizen: str) -> list[PortalDossier]:
    return portal.dossiers.window(citizen, 0, EVER)


def _paper_id(citizen: str, result_code: str, result_id: str) -> str:
    return f"{citizen}/{result_code}/{result_id}"


def _title(portal: Portal, result_code: str, given: str) -> str:
    """Return the catalogue's name of a result; pushes often carry a file name in its place."""
    kind = portal.result_kind(result_code)
    return kind.title if kind else given
