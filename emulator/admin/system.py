"""The emulator itself: is it there, can it serve, what does it offer."""

from __future__ import annotations

from datetime import UTC, datetime

from emulator import __version__
from emulator.admin.problems import InputFault, Trouble
from emulator.admin.request import AdminReply, AdminRequest
from emulator.kernel.clock import system_ms


def health(visit: AdminRequest) -> AdminReply:
    """Say that the process answers."""
    now = system_ms()
    return AdminReply(
        {
            "status": "healthy",
            "message": "ndxp-emulator is up",
            "version": __version__,
            "uptimeInSeconds": (now - visit.office.started_ms) // 1000,
            "timestamp": datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds"),
        }
    )


def ready(visit: AdminRequest) -> AdminReply:
    """Say that packs are loaded and the store can be read and written.

    Raises:
        Trouble: 503 with every reason.
    """
    reasons = list(_reasons(visit))
    if reasons:
        raise Trouble("not-ready", faults=reasons, why="; ".join(reason.en for reason in reasons))
    return AdminReply({"status": "ready", "packs": sorted(visit.office.packs)})


def _reasons(visit: AdminRequest) -> list[InputFault]:
    office = visit.office
    trouble = office.sandboxes.store_trouble()
    if trouble:
        return [InputFault("store", f"kho dữ liệu hỏng: {trouble}", f"the store fails: {trouble}")]
    if not office.packs:
        return [InputFault("packs", "chưa nạp gói dữ liệu nào", "no pack is loaded")]
    return [
        InputFault(
            f"sandboxes/{sandbox.id}",
            f"thiếu gói '{sandbox.definition.pack}'",
            f"its pack '{sandbox.definition.pack}' is not loaded",
        )
        for sandbox in office.sandboxes.every()
        if sandbox.definition.pack not in office.packs
    ]
