"""The emulator itself: is it there, can it serve, what does it offer, and the packs of whoever shares it."""

from __future__ import annotations

from datetime import UTC, datetime

from emulator import __version__
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import RouteDoc, RouteTable
from emulator.admin.uploads import PACK_LIMIT, read_pack_upload
from emulator.country.access import OverQuota
from emulator.country.pack import PackTrouble
from emulator.country.sandbox import ID_GRAMMAR
from emulator.kernel.clock import system_ms
from emulator.services.packs import PackExists, take_pack_in

ROUTES = RouteTable(is_open=True)
PACK_ROUTES = RouteTable("gói dữ liệu / packs")
_MOST_FAULTS = 100
_ABOUT = {
    "id": "goi-vi-du",
    "version": "1",
    "schema_version": "1",
    "title_vi": "Gói ví dụ",
    "title_en": "An example",
    "gso_era": "2023",
    "extends": "co-ban",
}


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


# Packs of a server that is shared.


@PACK_ROUTES.add("GET", "/packs", "Các gói dữ liệu", "The packs", RouteDoc("Packs"))
def list_packs(request: AdminRequest) -> AdminReply:
    """List the packs that sandboxes can be made of: those of the start, and those brought in."""
    packs, rows = request.context.packs, [_pack_card(request, name) for name in request.context.packs]
    meta = {"total": len(rows), "brought": len(packs.brought()), "most": request.context.tenants.quotas.packs}
    return AdminReply({"packs": rows, "meta": meta})


@PACK_ROUTES.add(
    "PUT",
    "/packs/{pack}",
    "Đưa một gói vào",
    "Bring a pack in",
    RouteDoc(
        "PackCard",
        "PackUpload",
        {"files": {"pack.json": {"pack": {"1": _ABOUT}}}},
        noes=("over-quota", "pack-exists"),
        status=("201",),
    ),
    body_limit=PACK_LIMIT,
)
def bring_pack(request: AdminRequest) -> AdminReply:
    """Bring a pack in: a zip of its folder as the body, or its files as JSON; 201.

    It is looked at as ``validate`` does, and every fault is told as file:line:column (in JSON: of the file as it is
    written with an indent of 1). Nothing stays of a pack that is refused.
    """
    context, name = request.context, request.named["pack"]
    if not ID_GRAMMAR.fullmatch(name):
        vi, en = "tên gói gồm chữ thường, số và dấu -", "a name is of lower-case letters, digits and -"
        raise invalid([InputFault("{pack}", vi, en)])
    try:
        context.tenants.check_packs(len(context.packs.brought()))  # before the work; it counts when the pack is placed
        take_pack_in(context.packs, name, read_pack_upload(request.body), context.tenants.room_for_pack)
    except OverQuota as over:
        raise Trouble("over-quota", what=over.what, most=over.most) from None
    except PackExists:
        raise Trouble("pack-exists", name=name) from None
    except PackTrouble as trouble:
        raise invalid([InputFault(each.place, each.vi, each.en) for each in trouble.problems[:_MOST_FAULTS]]) from None
    return AdminReply(_pack_card(request, name), 201)


@PACK_ROUTES.add(
    "DELETE",
    "/packs/{pack}",
    "Bỏ một gói đã đưa vào",
    "Take a pack away",
    RouteDoc("Nothing", noes=("no-such-pack", "pack-in-use"), last=7),
)
def drop_pack(request: AdminRequest) -> AdminReply:
    """Take away a pack that was brought in and of which no sandbox is made."""
    name, packs = request.named["pack"], request.context.packs
    if name not in packs.brought():
        raise Trouble("no-such-pack", name=name)
    users = [each.id for each in request.context.sandboxes.every() if each.definition.pack == name]
    if users:
        raise Trouble("pack-in-use", name=name, sandboxes=", ".join(users[:5]))
    packs.drop(name)
    return AdminReply({})


def _pack_card(request: AdminRequest, name: str) -> dict[str, object]:
    row = next(iter(request.context.packs[name].rows("pack")), {})
    used = [each for each in request.context.sandboxes.every() if each.definition.pack == name]
    about = {key: row.get(key) or "" for key in ("version", "title_vi", "title_en")}
    return {"name": name, **about, "brought": name in request.context.packs.brought(), "sandboxes": len(used)}
