"""Putting what was pushed on the shelves."""

from __future__ import annotations

from dataclasses import replace

from emulator.providers.btxh.rules import SUPPLEMENT, status_after
from emulator.wire.btxh import detail_id
from emulator.wire.forms import FINAL_RESULT, DossierForm, StepForm
from emulator.world.records import DetailLink, Dossier, step_of
from emulator.world.world import World


def is_known(form: DossierForm, stored: Dossier | None) -> bool:
    """Tell whether the very same push was accepted before, so that a retry changes nothing."""
    if stored is None:
        return False
    known = stored.result_fields if form.record_kind == FINAL_RESULT else stored.fields
    return known == form.fields


def file_dossier(form: DossierForm, stored: Dossier | None, world: World) -> None:
    """Store a new dossier, or what a second push changes of a stored one; the code stays one dossier."""
    status = status_after(form, stored)
    is_final = form.record_kind == FINAL_RESULT
    dossier = Dossier(
        code=form.code,
        origin=stored.origin if stored else "local",
        province_code=form.province_code,
        district_code=form.district_code,
        commune_code=form.commune_code,
        status=stored.status if stored else status,
        owner_id=form.owner_id,
        received_at=form.received_at,
        submitted_at=form.submitted_at,
        changed_at=world.now_ms,
        fields=stored.fields if stored and is_final else form.fields,
        result_fields=form.fields if is_final else stored.result_fields if stored else None,
        came_from=stored.came_from if stored else None,
        supplement_count=stored.supplement_count if stored else 0,
    )
    world.dossiers.put(dossier if status == dossier.status else _entered(dossier, status))
    page = detail_id(form.fields)
    if page and world.detail_links.get(page) is None:
        world.detail_links.put(DetailLink(page, form.code))


def file_step(form: StepForm, dossier: Dossier, number: int, world: World) -> None:
    """Store a step as number ``number`` of its dossier, and move the dossier to the step's status."""
    world.steps.put(step_of(dossier, number, form.status, form.handled_at, form.fields))
    world.dossiers.put(replace(_entered(dossier, form.status), changed_at=world.now_ms))


def _entered(dossier: Dossier, status: int) -> Dossier:
    came_from = dossier.came_from if status == dossier.status else dossier.status
    supplements = dossier.supplement_count + (status == SUPPLEMENT)
    return replace(dossier, status=status, came_from=came_from, supplement_count=supplements)
