"""Snapshots of a sandbox: taking, listing, going back, forgetting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.admin.axis import world_of
from emulator.admin.problems import Trouble
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.country.snapshots import MOST, NoSnapshot, Snapshot, SnapshotExists, Snapshots, TooManySnapshots
from emulator.kernel.clock import iso

ROUTES = RouteTable("đất nước / country", scoped=True)


@ROUTES.add("GET", "/snapshots", "Các bản chụp", "Snapshots", RouteDoc("Snapshots"))
def list_snapshots(request: AdminRequest) -> AdminReply:
    """List the snapshots of a sandbox, oldest first."""
    found = [_snapshot_card(row) for row in _shelf(request).every(request.sandbox())]
    return AdminReply({"snapshots": found, "meta": {"total": len(found), "most": MOST}})


@ROUTES.add(
    "POST",
    "/snapshots",
    "Chụp sandbox",
    "Take a snapshot",
    RouteDoc(
        "Snapshot",
        "SnapshotWish",
        {"name": "truoc-khi-thu"},
        may_be_empty=True,
        noes=("snapshot-exists", "too-many-snapshots"),
        status=("201",),
    ),
)
def take_snapshot(request: AdminRequest) -> AdminReply:
    """Take a snapshot, under ``name`` or a number; 201."""
    from emulator.admin import schemas

    request.sandbox()
    wish = schemas.load(schemas.SnapshotWish(), request.content(may_be_empty=True))
    with _troubles():
        return AdminReply(_snapshot_card(_shelf(request).take(request.sandbox(), wish.get("name"))), 201)


@ROUTES.add(
    "POST",
    "/snapshots/{name}/restore",
    "Quay lại bản chụp",
    "Go back to a snapshot",
    RouteDoc("Restored", noes=("no-such-snapshot",), last=4),
)
def restore_snapshot(request: AdminRequest) -> AdminReply:
    """Go back to a snapshot: a new epoch of the sandbox."""
    with _troubles():
        row = _shelf(request).restore(request.sandbox(), request.named["name"])
    request.context.sweeper.wake()
    return AdminReply(_snapshot_card(row) | {"epoch": request.sandbox().epoch})


@ROUTES.add(
    "DELETE",
    "/snapshots/{name}",
    "Xoá bản chụp",
    "Forget a snapshot",
    RouteDoc("Nothing", noes=("no-such-snapshot",), last=5),
)
def drop_snapshot(request: AdminRequest) -> AdminReply:
    """Forget a snapshot."""
    with _troubles():
        _shelf(request).drop(request.sandbox(), request.named["name"])
    request.context.sweeper.wake()
    return AdminReply({})


def _shelf(request: AdminRequest) -> Snapshots:
    return Snapshots(world_of(request).store)


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
