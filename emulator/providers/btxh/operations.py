"""The operations of the service (BTXH 3); ``OPERATIONS`` is the table of contents.

Provinces of model A1 push what they do themselves, those of model A2 pull what the ministry did (BTXH 1.2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.providers.btxh import rules
from emulator.providers.btxh.filing import file_dossier, file_step, is_known
from emulator.providers.btxh.selection import find_dossiers, find_steps
from emulator.wire import btxh
from emulator.wire.dossier import read_dossier
from emulator.wire.forms import FINAL_RESULT
from emulator.wire.oddities import in_force, remarks
from emulator.wire.pull import read_pull
from emulator.wire.reading import Reading, ReadingRules
from emulator.wire.step import read_step
from emulator.world.records import Dossier
from emulator.world.world import World


def synchronise_dossier(call: Call, world: World) -> Reply:
    """``DongBoDVC``: a province pushes a new dossier (BTXH 3.1.1) or its final result (BTXH 3.1.3; B48)."""
    reading = reading_of(world)
    form = read_dossier(call.body, call.body_size, reading)
    if form.record_kind == FINAL_RESULT:
        world.exchange.clause = "BTXH 3.1.3"
    world.hold()
    stored = world.dossiers.get(form.code)
    if is_known(form, stored):
        reading.note("already-synchronised", "", "Nội dung này đã được đồng bộ", "The very same content is stored")
    else:
        if stored is None and world.settings.retired_procedures:
            rules.judge_procedure(form, world.settings.retired_procedures, reading)
        rules.judge_dossier(form, stored, reading)
        reading.check()
        file_dossier(form, stored, world)
    return _accepted(reading, world)


def record_step(call: Call, world: World) -> Reply:
    """``XuLyHoSo``: a province pushes one processing step (BTXH 3.1.2)."""
    reading = reading_of(world)
    form = read_step(call.body, call.body_size, reading)
    world.hold()
    dossier = world.dossiers.get(form.code)
    history = world.steps.with_prefix(f"{form.code}/")
    rules.judge_step(form, dossier, history, reading)
    reading.check()
    if dossier and not rules.is_repeated(form, history):
        file_step(form, dossier, len(history) + 1, world)
    return _accepted(reading, world)


def list_dossiers(call: Call, world: World) -> Reply:
    """``DanhSachHoSo``: a province pulls new dossiers (BTXH 3.1.4) or final results (BTXH 3.1.5; B48)."""
    reading = reading_of(world)
    form = read_pull(call.body, call.body_size, reading, takes_kind=True)
    kind = form.record_kind or 0
    if kind == FINAL_RESULT:
        world.exchange.clause = "BTXH 3.1.5"
    printing = printing_of(world)
    items = [_item(dossier, kind, printing) for dossier in find_dossiers(form, world)]
    return _listed(items, reading, printing, world, of_steps=False)


def list_steps(call: Call, world: World) -> Reply:
    """``TienTrinhXuLy``: a province pulls processing steps (BTXH 3.1.6)."""
    reading = reading_of(world)
    form = read_pull(call.body, call.body_size, reading, takes_kind=False)
    printing = printing_of(world)
    items = [btxh.step_item(step.fields, step.status, printing) for step in find_steps(form, world)]
    return _listed(items, reading, printing, world, of_steps=True)


class Service(NamedTuple):
    """One operation: the clause that describes it, and who answers."""

    clause: str
    answer: Callable[[Call, World], Reply]


OPERATIONS = {
    "DongBoDVC": Service("BTXH 3.1.1", synchronise_dossier),
    "XuLyHoSo": Service("BTXH 3.1.2", record_step),
    "DanhSachHoSo": Service("BTXH 3.1.4", list_dossiers),
    "TienTrinhXuLy": Service("BTXH 3.1.6", list_steps),
}
_PULLS = frozenset({"btxh.DanhSachHoSo", "btxh.TienTrinhXuLy"})


def word(refusal: ServiceRefusal, world: World) -> Reply:
    """Put a refusal into the envelope of the operation that was called."""
    wording = btxh.pull_refused if world.exchange.operation in _PULLS else btxh.refused
    return wording(refusal, printing_of(world))


def reading_of(world: World) -> Reading:
    """Return an empty reading under the sandbox's mode, time and settings."""
    settings = world.settings
    return Reading(
        ReadingRules(world.mode, world.now_ms, settings.gso_era, settings.agency_code, settings.vneid_meaning)
    )


def printing_of(world: World) -> btxh.Printing:
    """Return how the sandbox prints its replies."""
    settings = world.settings
    return btxh.Printing(in_force(world.mode, settings.reply_oddities), settings.error_code_style)


def _accepted(reading: Reading, world: World) -> Reply:
    world.exchange.remarks.extend(reading.notes)
    return btxh.accepted(printing_of(world))


def _listed(
    items: list[btxh.Item], reading: Reading, printing: btxh.Printing, world: World, *, of_steps: bool
) -> Reply:
    world.exchange.remarks.extend(reading.notes)
    if items:
        world.exchange.remarks.extend(remarks(printing.oddities, of_steps=of_steps))
    return btxh.listed(items, printing)


def _item(dossier: Dossier, record_kind: int, printing: btxh.Printing) -> btxh.Item:
    fields = dossier.result_fields if record_kind == FINAL_RESULT and dossier.result_fields else dossier.fields
    return btxh.dossier_item(fields, record_kind, dossier.status, printing)
