"""The emulator itself: is it there, can it serve, what does it offer."""

from __future__ import annotations

from datetime import UTC, datetime

from emulator import __version__
from emulator.admin.problems import InputFault, Trouble
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.kernel.clock import system_ms

ROUTES = RouteTable(is_open=True)


@ROUTES.add("GET", "/health", "Tiến trình còn sống", "The process answers", RouteDoc("Health"))
def health(request: AdminRequest) -> AdminReply:
    """Say that the process answers."""
    now = system_ms()
    return AdminReply(
        {
            "status": "healthy",
            "message": "ndxp-emulator is up",
            "version": __version__,
            "uptimeInSeconds": (now - request.context.started_ms) // 1000,
            "timestamp": datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds"),
        }
    )


@ROUTES.add("GET", "/ready", "Sẵn sàng phục vụ", "Packs and store can serve", RouteDoc("Ready", noes=("not-ready",)))
def ready(request: AdminRequest) -> AdminReply:
    """Say that packs are loaded and the store can be read and written.

    Raises:
        Trouble: 503 with every reason.
    """
    reasons = list(_reasons(request))
    if reasons:
        raise not_ready(reasons)
    return AdminReply({"status": "ready", "packs": sorted(request.context.packs)})


STORE_IS_LATE = InputFault("store", "kho dữ liệu chưa trả lời", "the store has not answered yet")


def not_ready(reasons: list[InputFault]) -> Trouble:
    """Return the refusal of a server that cannot serve, for these reasons."""
    return Trouble("not-ready", faults=reasons, why="; ".join(reason.en for reason in reasons))


def _reasons(request: AdminRequest) -> list[InputFault]:
    context = request.context
    trouble = context.sandboxes.store_trouble()
    if trouble:
        return [InputFault("store", f"kho dữ liệu hỏng: {trouble}", f"the store fails: {trouble}")]
    if not context.packs:
        return [InputFault("packs", "chưa nạp gói dữ liệu nào", "no pack is loaded")]
    return [
        InputFault(
            f"sandboxes/{sandbox.id}",
            f"thiếu gói '{sandbox.definition.pack}'",
            f"its pack '{sandbox.definition.pack}' is not loaded",
        )
        for sandbox in context.sandboxes.every()
        if sandbox.definition.pack not in context.packs
    ]
