"""Between two services: a citizen's results and how they enter Kho DL: "Dịch vụ công của tôi".

Process 1 of the guide: KDL II.1, II.2, III.1 (steps 3 and 4), KDL III.2 (step 4).
A result is final when its dossier is: pushed with ``DongBoHoSoMC``, or with ``DongBoDVC`` 100 to the ministry. Which
codes may be kept follows the catalogue of results.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from emulator.country.records import IssuedResult
from emulator.country.world import World
from emulator.services.btxh.extent import pushed_results
from emulator.services.btxh.ministry import procedure_of
from emulator.services.portal.bodies import issued_results
from emulator.services.portal.models import Paper
from emulator.services.portal.pack import EVER, Portal
from emulator.wire.agency_codes import full_form, is_agency_code
from emulator.wire.dossier_codes import unit_of_dossier_code
from emulator.wire.statuses import FINAL_STATUSES

PaperForm = Literal["original", "certified-copy", "electronic-certification"]


@dataclass(frozen=True, slots=True)
class CitizenResult:
    """One result a citizen sees. ``id`` names it for ``keep``; ``source`` is the service it was pushed with."""

    id: str
    source: Literal["DongBoHoSoMC", "DongBoDVC"]
    dossier_code: str
    procedure_code: str
    result_code: str
    title: str
    link: str
    agency_code: str
    may_be_kept: bool
    is_kept: bool


class NoSuchResult(Exception):
    """The citizen has no result of that id."""


class MayNotBeKept(Exception):
    """The catalogue does not let this result code into Kho DL; ``args[0]`` is the code."""


def results_of(world: World, citizen: str) -> list[CitizenResult]:
    """Return a citizen's final results, those of the portal first."""
    portal = Portal(world)
    kept = {paper.id for paper in portal.papers_of(citizen)}
    return [
        CitizenResult(
            id=f"{code}:{number}",
            source=source,
            dossier_code=code,
            procedure_code=procedure,
            result_code=result.result_code,
            title=result.title,
            link=result.link,
            agency_code=_agency_of(code),
            may_be_kept=may_be_kept(portal, result.result_code),
            is_kept=_paper_id(citizen, result.result_code, f"{code}:{number}") in kept,
        )
        for source, code, procedure, results in _finished_dossiers(world, portal, citizen)
        for number, result in enumerate(results, 1)
    ]


def keep_result(world: World, citizen: str, result_id: str, reference_number: str) -> Paper:
    """Put a result into the citizen's Kho DL. The world must be held.

    Raises:
        NoSuchResult: the citizen has no such result.
        MayNotBeKept: the catalogue says no.
    """
    found = next((each for each in results_of(world, citizen) if each.id == result_id), None)
    if found is None:
        raise NoSuchResult(result_id)
    if not found.may_be_kept:
        raise MayNotBeKept(found.result_code)
    name = found.link.partition("?")[0].rpartition("/")[2] or f"{found.title}.pdf"
    paper = Paper(
        id=_paper_id(citizen, found.result_code, result_id),
        owner_id=citizen,
        result_code=found.result_code,
        title=_title(Portal(world), found.result_code, found.title),
        reference_number=reference_number or found.dossier_code,
        agency_code=found.agency_code,
        files=[{"name": name, "link": found.link}],
        kept_at=world.now_ms,
    )
    Portal(world).papers.put_record(paper)
    return paper


def upload_paper(world: World, paper: Paper) -> Paper:
    """Put a paper the citizen uploads into Kho DL, for a dossier filed in person (KDL III.2). The world must be held.

    Raises:
        MayNotBeKept: the catalogue says no, or does not know the code.
    """
    portal = Portal(world)
    if not may_be_kept(portal, paper.result_code):
        raise MayNotBeKept(paper.result_code)
    portal.papers.put_record(paper)
    return paper


def may_be_kept(portal: Portal, result_code: str) -> bool:
    """Tell whether the catalogue lets a result code into Kho DL (KDL III.1 step 4)."""
    kind = portal.base.result_kinds.get(result_code)
    return kind is not None and kind.may_be_kept


def _finished_dossiers(
    world: World, portal: Portal, citizen: str
) -> Iterator[tuple[Literal["DongBoHoSoMC", "DongBoDVC"], str, str, list[IssuedResult]]]:
    for dossier in portal.dossiers.window(citizen, 0, EVER):
        if dossier.status in FINAL_STATUSES:
            yield "DongBoHoSoMC", dossier.code, dossier.procedure_code, issued_results(dossier)
    for pushed in world.dossiers.each():
        if pushed.owner_id == citizen and pushed.result_fields:
            fields = pushed.result_fields
            yield "DongBoDVC", pushed.code, procedure_of(fields), pushed_results(fields)


def _agency_of(dossier_code: str) -> str:
    unit = unit_of_dossier_code(dossier_code)
    return full_form(unit) if is_agency_code(unit) else unit


def _paper_id(citizen: str, result_code: str, result_id: str) -> str:
    return f"{citizen}/{result_code}/{result_id}"


def _title(portal: Portal, result_code: str, given: str) -> str:
    """Return the catalogue's name of a result; pushes often carry a file name in its place."""
    kind = portal.base.result_kinds.get(result_code)
    return kind.title if kind else given
