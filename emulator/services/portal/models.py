"""What portal bodies say once read, and what stands on the portal's shelves. Official names stay inside ``fields``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from emulator.country.shelf import ShelfKind
from emulator.kernel.clock import read_day
from emulator.services.portal.wire_catalogues import Agency

_DAY_MS = 86_400_000
Fields = dict[str, str]
Lists = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class PortalStep:
    """One step of a portal dossier (src:portal-step); ``number`` counts from 1 within the dossier."""

    dossier_code: str
    number: int
    status: int
    handled_at: int
    fields: Fields


@dataclass(frozen=True, slots=True)
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

    def has_expired(self, now_ms: int) -> bool:
        """Tell whether its last day lies before an instant's day."""
        last = read_day(self.expires_on) if self.expires_on else None
        return last is not None and last + _DAY_MS <= now_ms


@dataclass(frozen=True, slots=True)
class Question:
    """A citizen's question sent through the portal, with its answer when there is one (src:portal-services)."""

    id: str
    unit_code: str
    asked_at: int
    fields: Fields
    answer_fields: Fields | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """A unit's monthly summary of citizens' votes (``DongBoDanhGia``)."""

    unit_code: str
    period: str
    sent_at: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A body of ``DongBoTrangThaiHoSo``: how a dossier that came from the portal stands."""

    code: str
    local_code: str
    status: int
    handled_at: int
    note: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class StepReport:
    """One element of ``CapNhatTienDoHoSoMC``."""

    code: str
    status: int
    handled_at: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class WantedResult:
    """One result a papers call asks for; ``reference_number`` may be empty."""

    code: str
    reference_number: str


@dataclass(frozen=True, slots=True)
class PapersForm:
    """A body of ``user/papers`` (KDL V.2)."""

    procedure_code: str
    wanted: tuple[WantedResult, ...]
    owner_id: str
    requester_id: str
    requester_name: str
    channel: str


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Notice:
    """What the portal tells all units: that its list of security servers has changed (KDL V.1)."""

    id: str
    at: int
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class ListCall:
    """When a unit last fetched the list of security servers."""

    unit_code: str
    called_at: int


# The portal's shelves, one line a noun.

PORTAL_DOSSIERS = ShelfKind(
    name="portal_dossiers",
    record=PortalDossier,
    key=lambda dossier: dossier.code,
    place=lambda dossier: dossier.owner_id,
    moment=lambda dossier: dossier.received_at,
    told=("status",),
)
PORTAL_STEPS = ShelfKind(
    name="portal_steps",
    record=PortalStep,
    key=lambda step: f"{step.dossier_code}/{step.number:05d}",
    place=lambda step: step.dossier_code,
    moment=lambda step: step.handled_at,
)
PAPERS = ShelfKind(
    name="papers",
    record=Paper,
    key=lambda paper: paper.id,
    place=lambda paper: paper.owner_id,
    moment=lambda paper: paper.kept_at,
)
QUESTIONS = ShelfKind(
    name="portal_questions",
    record=Question,
    key=lambda question: question.id,
    place=lambda question: question.unit_code,
    moment=lambda question: question.asked_at,
)
RATINGS = ShelfKind(
    name="portal_ratings",
    record=Rating,
    key=lambda rating: f"{rating.unit_code}/{rating.period}",
    place=lambda rating: rating.unit_code,
    moment=lambda rating: rating.sent_at,
)
SUPPORT_REQUESTS = ShelfKind(
    name="support_requests",
    record=SupportRequest,
    key=lambda request: request.result_code,
    place=lambda request: request.unit_code,
    moment=lambda request: request.asked_at,
    told=("is_accepted",),
)
NOTICES = ShelfKind(
    name="portal_notices",
    record=Notice,
    key=lambda notice: notice.id,
    place=lambda _: "",
    moment=lambda notice: notice.at,
)
LIST_CALLS = ShelfKind(
    name="portal_list_calls",
    record=ListCall,
    key=lambda call: call.unit_code,
    place=lambda _: "",
    moment=lambda call: call.called_at,
)
LISTED_AGENCIES = ShelfKind(
    name="portal_agencies",
    record=Agency,
    key=lambda agency: agency.code,
    place=lambda _: "",
    moment=lambda _: 0,
)
