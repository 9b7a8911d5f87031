"""The portal's shelves, one line a noun."""

from __future__ import annotations

from emulator.country.shelf import ShelfKind
from emulator.services.portal.models import (
    ListCall,
    Notice,
    Paper,
    PortalDossier,
    PortalStep,
    Question,
    Rating,
    SupportRequest,
)
from emulator.services.portal.wire_catalogues import Agency

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
