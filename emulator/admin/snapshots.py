"""Snapshots of a sandbox: taking, listing, going back, forgetting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.admin.axis import world_of
from emulator.admin.problems import Trouble
from emulator.admin.request import AdminReply, AdminRequest
from emulator.country.snapshots import MOST, NoSnapshot, Snapshot, SnapshotExists, Snapshots, TooManySnapshots
from emulator.kernel.clock import iso


def list_snapshots(visit: AdminRequest) -> AdminReply:
    """List the snapshots of a sandbox, oldest first."""
    found = [_snapshot_card(row) for row in _shelf(visit).every(visit.sandbox())]
    return AdminReply({"snapshots": found, "meta": {"total": len(found), "most": MOST}})


def take_snapshot(visit: AdminRequest) -> AdminReply:
    """Take a snapshot, under ``name`` or a number; 201."""
    from emulator.admin import schemas

    visit.sandbox()
    wish = schemas.load(schemas.SnapshotWish(), visit.content(may_be_empty=True))
    with _troubles():
        return AdminReply(_snapshot_card(_shelf(visit).take(visit.sandbox(), wish.get("name"))), 201)


def restore_snapshot(visit: AdminRequest) -> AdminReply:
    """Go back to a snapshot: a new epoch of the sandbox."""
    with _troubles():
        row = _shelf(visit).restore(visit.sandbox(), visit.named["name"])
    visit.office.sweeper.wake()
    return AdminReply(_snapshot_card(row) | {"epoch": visit.sandbox().epoch})


def drop_snapshot(visit: AdminRequest) -> AdminReply:
    """Forget a snapshot."""
    with _troubles():
        _shelf(visit).drop(visit.sandbox(), visit.named["name"])
    visit.office.sweeper.wake()
    return AdminReply({})


def _shelf(visit: AdminRequest) -> Snapshots:
    return Snapshots(world_of(visit).store)


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


def _snapshot_card(row: Snapshot) -> dict[str, Any]:
    return {"name": row.name, "virtual": iso(row.virtual_ms), "taken": iso(row.taken_ms), "seq": row.seq}
