"""Citizens file on the ministry's own portal: now, on request, or day by day at a rate (model A2)."""

from __future__ import annotations

from emulator.admin.axis_desk import changing
from emulator.admin.problems import Fault, Trouble, invalid
from emulator.admin.visit import Answer, Visit
from emulator.world.agenda import BadEffect


def filed(visit: Visit) -> Answer:
    """File ``count`` dossiers now; 201 with their codes.

    Raises:
        Trouble: a wish is wrong, or the ministry takes no such dossier; nothing is filed in the first case.
    """
    from emulator.admin import schemas

    visit.sandbox()
    wish = schemas.load(schemas.Application(), visit.content(may_be_empty=True))
    count = wish.pop("count")
    try:
        done = visit.office.at_once(visit.sandbox(), [{"kind": "application", **wish}] * count)
    except BadEffect as trouble:
        raise invalid([Fault(trouble.pointer, trouble.vi, trouble.en)]) from None
    codes = [
        next(each.key for each in exchange.effects if each.shelf == "dossiers") for exchange in done if exchange.effects
    ]
    lapsed = next((exchange.remarks[-1] for exchange in done if exchange.remarks), None)
    if lapsed and not codes:
        raise Trouble("not-filed", vi=lapsed.vi, en=lapsed.en)
    return Answer({"dossiers": codes}, 201)


def begin_arrivals(visit: Visit) -> None:
    """See that the daily applications are scheduled, after a rate was set."""
    with changing(visit) as world:
        if not world.agenda.has_kind("arrivals"):
            world.agenda.add(world.now_ms, {"kind": "arrivals"})
