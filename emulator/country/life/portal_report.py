"""Model A2: the ministry itself reports to the national portal, for provinces that have no portal (BTXH 1.2)."""

from __future__ import annotations

from emulator.country.records import Dossier
from emulator.country.world import World
from emulator.services.btxh.ministry import UNIT, Author, procedure_of
from emulator.services.portal import ministry_report as dvcqg_report
from emulator.services.portal.models import PortalDossier, PortalStep


def report(dossier: Dossier, author: Author, note: str, due_ms: int, world: World) -> None:
    """Tell the portal how a dossier stands, and the step that led there; nothing in model A1, or of pushed dossiers.

    They stand under the unit of the sandbox's own agency, for whom the ministry reports, so that it finds them. Ours.
    """
    if world.settings.model != "A2" or dossier.origin != "ministry":
        return
    from emulator.country.portal import Portal

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
            fields=dvcqg_report.dossier_fields(dossier.fields, dossier.status, due_ms),
            lists=dvcqg_report.dossier_lists(dossier.fields, dossier.result_fields),
        )
    )
    last = portal.steps.last_with_prefix(f"{dossier.code}/")
    number = last.number + 1 if last else 1
    fields = dvcqg_report.step_fields(dossier.code, dossier.status, author, note, world.now_ms, due_ms)
    portal.steps.put_record(PortalStep(dossier.code, number, dossier.status, world.now_ms, fields))
