"""The operations of the BTXH service; ``OPERATIONS`` is the table of contents."""

from __future__ import annotations

from emulator.kernel.exchange import Call, Reply
from emulator.wire import btxh
from emulator.wire.dossier import read_dossier
from emulator.wire.reading import Reading, ReadingRules
from emulator.world.records import Dossier
from emulator.world.world import World


def reading_of(world: World) -> Reading:
    """Return an empty reading under the sandbox's mode, time and settings."""
    settings = world.settings
    return Reading(
        ReadingRules(world.mode, world.now_ms, settings.gso_era, settings.agency_code, settings.vneid_meaning)
    )


def synchronise_dossier(call: Call, world: World) -> Reply:
    """``DongBoDVC``: a province pushes a dossier (BTXH 3.1.1)."""
    reading = reading_of(world)
    form = read_dossier(call.body, call.body_size, reading)
    world.exchange.remarks.extend(reading.notes)
    world.hold()
    world.dossiers.put(
        Dossier(
            code=form.code,
            origin="local",
            province_code=form.province_code,
            district_code=form.district_code,
            commune_code=form.commune_code,
            status=form.status,
            owner_id=form.owner_id,
            received_at=form.received_at,
            submitted_at=form.submitted_at,
            changed_at=world.now_ms,
            fields=form.fields,
        )
    )
    return btxh.accepted()


OPERATIONS = {"DongBoDVC": synchronise_dossier}
