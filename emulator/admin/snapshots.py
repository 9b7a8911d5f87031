"""Snapshots of a sandbox: taking, listing, going back, forgetting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.admin.axis import looking
from emulator.admin.problems import Trouble
from emulator.admin.request import Answer, Visit
from emulator.country.snapshots import MOST, NoSnapshot, Snapshot, SnapshotExists, Snapshots, TooManySnapshots
from emulator.kernel.clock import iso


def listed(visit: Visit) -> Answer:
    """List the snapshots of a sandbox, oldest first."""
    found = [_shown(row) for row in _shelf(visit).every(visit.sandbox())]
    return Answer({"snapshots": found, "meta": {"total": len(found), "most": MOST}})


def taken(visit: Visit) -> Answer:
    """Take a snapshot, under ``name`` or a number; 201."""
    from emulator.admin import schemas

    visit.sandbox()
    wish = schemas.load(schemas.SnapshotWish(), visit.content(may_be_empty=True))
    with _troubles():
        return Answer(_shown(_shelf(visit).take(visit.sandbox(), wish.get("name"))), 201)


def restored(visit: Visit) -> Answer:
    """Go back to a snapshot: a new epoch of the sandbox."""
    with _troubles():
        row = _shelf(visit).restore(visit.sandbox(), visit.named["name"])
    visit.office.sweeper.wake()
    return Answer(_shown(row) | {"epoch": visit.sandbox().epoch})


def dropped(visit: Visit) -> Answer:
    """Forget a snapshot."""
    with _troubles():
        _shelf(visit).drop(visit.sandbox(), visit.named["name"])
    visit.office.sweeper.wake()
    return Answer({})


def _shelf(visit: Visit) -> Snapshots:
    return Snapshots(looking(visit).store)


@contextmanager
def _troubles() -> Iterator[None]:
    try:
        yield
    except NoSnapshot as trouble:
        raise Trouble("no-such-snapshot", name=trouble.args[0]) from None
    except SnapshotExists as trouble:
        raise Trouble("snapshot-exists", name=trouble.args[0]) from None
    except TooManySnapshots:
        raise Trouble("too-many-snapshots", most=MOST) from None


def _shown(row: Snapshot) -> dict[str, Any]:
    return {"name": row.name, "virtual": iso(row.virtual_ms), "taken": iso(row.taken_ms), "seq": row.seq}
