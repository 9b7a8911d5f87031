"""What is scheduled on the clock of a sandbox: looking, adding, cancelling."""

from __future__ import annotations

from typing import Any

import orjson

from emulator.admin.axis_desk import changing, looking
from emulator.admin.problems import Fault, Trouble, invalid
from emulator.admin.visit import Answer, Visit
from emulator.kernel.clock import iso
from emulator.world.agenda import AgendaRow, BadEffect

_LONGEST = 19


def listed(visit: Visit) -> Answer:
    """List what is scheduled, soonest first; ``meta.next`` is the ``after`` of the next page."""
    from emulator.admin import schemas

    wish = schemas.load(schemas.AgendaQuery(), visit.asked, "?")
    rows = looking(visit).agenda.coming(wish["limit"] + 1, _place(wish["after"]))
    page = rows[: wish["limit"]]
    following = f"{page[-1].due_ms}/{page[-1].no}" if len(rows) > len(page) else None
    return Answer({"agenda": [_shown(row) for row in page], "meta": {"next": following}})


def added(visit: Visit) -> Answer:
    """Schedule ``effect`` at the virtual moment ``at``, or ``after`` a length of virtual time; 201."""
    from emulator.admin import schemas
    from emulator.admin.times import duration, instant

    visit.sandbox()  # one that is not there is said before anything else
    wish = schemas.load(schemas.AgendaWish(), visit.content())
    if ("at" in wish) == ("after" in wish):
        raise invalid([Fault("/at", "cần đúng một trong at, after", "give exactly one of at and after")])
    with changing(visit) as world:
        due = instant(wish["at"], "/at") if "at" in wish else world.now_ms + duration(wish["after"], "/after")
        try:
            world.agenda.add(due, wish["effect"])
        except BadEffect as trouble:
            raise invalid([Fault(f"/effect{trouble.pointer}", trouble.vi, trouble.en)]) from None
    return Answer({"due": iso(due), "due_ms": due, "effect": wish["effect"]}, 201)


def cancelled(visit: Visit) -> Answer:
    """Take one effect off the agenda."""
    name = f"{visit.named['due']}/{visit.named['no']}"
    with changing(visit) as world:
        if not world.agenda.cancel(*_place(name)):
            raise Trouble("no-such-effect", name=name)
    return Answer({})


def _place(text: str) -> tuple[int, int]:
    due, _, no = text.partition("/")
    parts = (due, no)
    if not text:
        return (-1, 0)
    if not all(part.isascii() and part.isdigit() and len(part) < _LONGEST for part in parts):
        raise invalid([Fault("?after", "phải có dạng <due_ms>/<số>", "must look like <due_ms>/<number>")])
    return int(due), int(no)


def _shown(row: AgendaRow) -> dict[str, Any]:
    return {"due": iso(row.due_ms), "due_ms": row.due_ms, "no": row.no, "effect": orjson.loads(row.effect)}
