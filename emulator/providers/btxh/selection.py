"""What a pull finds: a window of time at a place, oldest first (BTXH 3.1.4 to 3.1.6; B57 to B59).

The default is one index window per pull. ``window_on: submitted`` or ``changed`` reads every dossier of the province:
these two times have no index, since no documented client needs them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from emulator.wire.forms import FINAL_RESULT, PullForm
from emulator.world.records import Dossier, Origin, ProcessingStep
from emulator.world.shelf import NO_LIMIT, Shelf
from emulator.world.world import World

_Found = TypeVar("_Found", Dossier, ProcessingStep)
_EVER = (-(2**62), 2**62)


def find_dossiers(form: PullForm, world: World) -> list[Dossier]:
    """Return the dossiers of a window, both ends included; for ``FINAL_RESULT`` only those that have a result."""
    moment = _MOMENTS[world.settings.window_on]
    first, last = (form.first_ms, form.last_ms) if world.settings.window_on == "received" else _EVER

    def is_wanted(dossier: Dossier) -> bool:
        has_kind = form.record_kind != FINAL_RESULT or dossier.result_fields is not None
        return has_kind and form.first_ms <= moment(dossier) <= form.last_ms and _is_there(dossier, form)

    is_bare = form.record_kind != FINAL_RESULT and world.settings.window_on == "received"
    found = [each for each in _at_place(world.dossiers, form, world, first, last, is_bare) if is_wanted(each)]
    found.sort(key=lambda dossier: (moment(dossier), dossier.code))
    return found[: world.settings.pull_limit]


def find_steps(form: PullForm, world: World) -> list[ProcessingStep]:
    """Return the steps handled in a window, both ends included."""
    steps = _at_place(world.steps, form, world, form.first_ms, form.last_ms, is_bare=True)
    found = [step for step in steps if _is_there(step, form)]
    found.sort(key=lambda step: (step.handled_at, step.dossier_code, step.number))
    return found[: world.settings.pull_limit]


_MOMENTS: dict[str, Callable[[Dossier], int]] = {
    "received": lambda dossier: dossier.received_at,
    "submitted": lambda dossier: dossier.submitted_at,
    "changed": lambda dossier: dossier.changed_at,
}


def _at_place(shelf: Shelf[_Found], form: PullForm, world: World, first: int, last: int, is_bare: bool) -> list[_Found]:
    """Return a province's records; ``is_bare`` tells that only the place can narrow them further."""
    settings = world.settings
    origins: tuple[Origin, ...] = ("ministry",) if settings.pull_source == "ministry" else ("ministry", "local")
    is_narrowed = bool(not is_bare or form.district_code or form.commune_code)
    limit = NO_LIMIT if is_narrowed or settings.pull_limit is None else settings.pull_limit
    return [each for origin in origins for each in shelf.window(f"{origin}/{form.province_code}", first, last, limit)]


def _is_there(record: Dossier | ProcessingStep, form: PullForm) -> bool:
    in_district = not form.district_code or record.district_code == form.district_code
    return in_district and (not form.commune_code or record.commune_code == form.commune_code)
