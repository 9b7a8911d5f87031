"""What stands on the shelves. Official field names stay inside ``fields``; the rest speaks the glossary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Origin = Literal["ministry", "local"]
Fields = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier as the ministry knows it (BTXH 3.1.1, 3.1.3).

    ``fields`` are the 44 official fields as accepted; ``result_fields`` those of the final push, None before it.
    ``origin`` tells who the citizen filed it with: the ministry's portal (pulled by provinces) or a province (pushed).
    ``came_from`` is the status before the present one, None when nobody knows; ``supplement_count`` counts how often
    the dossier was sent back for papers (status 5); ``result_given_at`` is the instant its result was given.
    """

    code: str
    origin: Origin
    province_code: str
    district_code: str
    commune_code: str
    status: int
    owner_id: str
    received_at: int
    submitted_at: int
    changed_at: int
    fields: Fields
    result_fields: Fields | None = None
    came_from: int | None = None
    supplement_count: int = 0
    result_given_at: int | None = None


@dataclass(frozen=True, slots=True)
class DetailLink:
    """The page of a dossier on the ministry's portal: ``/BTXH_ThongTinChung/GetViewDetail/<id>`` (BTXH 3.1.4)."""

    id: str
    dossier_code: str


@dataclass(frozen=True, slots=True)
class ProcessingStep:
    """One processing step of a dossier (BTXH 3.1.2); ``number`` counts from 1 within the dossier."""

    dossier_code: str
    number: int
    origin: Origin
    province_code: str
    district_code: str
    commune_code: str
    status: int
    handled_at: int
    fields: Fields = field(default_factory=dict)


def step_of(dossier: Dossier, number: int, status: int, handled_at: int, fields: Fields) -> ProcessingStep:
    """Return a step as it stands in the history of its dossier, whose code, origin and place it shares."""
    return ProcessingStep(
        dossier_code=dossier.code,
        number=number,
        origin=dossier.origin,
        province_code=dossier.province_code,
        district_code=dossier.district_code,
        commune_code=dossier.commune_code,
        status=status,
        handled_at=handled_at,
        fields=fields,
    )


@dataclass(frozen=True, slots=True)
class Keepsake:
    """A text of the emulator's own that a sandbox keeps, by name; nothing of it is on any wire."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class IssuedResult:
    """One ``DanhSachGiayToKetQua`` of a push, or one ``GiayToKetQua`` of BTXH: a result with its link.

    ``paper_id`` is ``GiayToId``: rows of one dossier that share it and the code are files of one paper.
    """

    result_code: str
    title: str
    link: str
    paper_id: str = ""
