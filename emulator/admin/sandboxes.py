"""Sandboxes: making, showing, changing, resetting and dropping them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson

from emulator.admin import scenarios
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.route import SHOW_SECRETS, RouteDoc, RouteTable
from emulator.admin.time import begin_arrivals
from emulator.country.access import OverQuota
from emulator.country.sandbox import Sandbox, SandboxExists, is_secret
from emulator.country.settings import SandboxSettings
from emulator.journal.entry import as_entry
from emulator.journal.journal import SERVER, Search
from emulator.journal.redaction import masked_text
from emulator.kernel.clock import iso

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject

_MOST_CHANGES = 1000
ROUTES = RouteTable()
SETTING_ROUTES = RouteTable(scoped=True)


@ROUTES.add("GET", "/sandboxes", "Các sandbox", "All sandboxes", RouteDoc("Sandboxes"))
def list_sandboxes(request: AdminRequest) -> AdminReply:
    """List all sandboxes, without their credentials."""
    every = [_card(request, each) for each in request.context.sandboxes.every() if request.caller.may_see(each)]
    return AdminReply({"sandboxes": every, "meta": {"total": len(every)}})


@ROUTES.add(
    "POST",
    "/sandboxes",
    "Tạo sandbox",
    "Make a sandbox",
    RouteDoc(
        "SandboxWithKeys",
        "SandboxWish",
        {"id": "vi-du", "mode": "strict", "seed": 7},
        may_be_empty=True,
        noes=("sandbox-exists",),
        status=("201",),
        last=-9,
    ),
)
def make_sandbox(request: AdminRequest) -> AdminReply:
    """Make a sandbox. This answer shows its secrets: whoever makes a sandbox may use it."""
    from emulator.admin import schemas

    wish = schemas.load(schemas.SandboxWish(), request.content(may_be_empty=True))
    name = wish.pop("id", None) or f"sb-{secrets.token_hex(5)}"
    owner, lifetime_s = wish.pop("owner", request.caller.owner), wish.pop("ttl_s", None)
    if request.caller.owner not in ("", owner):
        raise Trouble("admin-only")
    check_room(request, owner)
    check_pack(request, wish)
    _check_scenario(request, wish)
    try:
        sandbox = request.context.tenants.make(name, wish, owner, lifetime_s)
    except SandboxExists:
        raise Trouble("sandbox-exists", name=name) from None
    except OverQuota as over:
        raise Trouble("over-quota", what=over.what, most=over.most) from None
    scenarios.play(request.context, sandbox)
    token = request.context.tenants.issue_token(sandbox)
    shown = {"credentials": _credentials(request, sandbox), "token": token}
    return AdminReply(_card(request, sandbox) | shown, 201)


def check_room(request: AdminRequest, owner: str) -> None:
    """Look whether an owner may have one more sandbox. Raises Trouble."""
    try:
        request.context.tenants.check_room(owner)
    except OverQuota as over:
        raise Trouble("over-quota", what=over.what, most=over.most) from None


@ROUTES.add(
    "POST",
    "/sandboxes/{sandbox}/token",
    "Cấp mã mới cho sandbox",
    "Make a new token for a sandbox",
    RouteDoc("SandboxToken", "TokenWish", {"role": "viewer"}, may_be_empty=True, status=("201",)),
)
def make_token(request: AdminRequest) -> AdminReply:
    """Make a token for a role (``owner``, ``viewer``); the role's old one ends. It is shown here and nowhere else."""
    from emulator.admin import schemas

    role = schemas.load(schemas.TokenWish(), request.content(may_be_empty=True))["role"]
    sandbox = request.sandbox()
    token = request.context.tenants.issue_token(sandbox, role)
    return AdminReply({"sandbox": sandbox.id, "role": role, "token": token}, 201)


@ROUTES.add(
    "POST",
    "/owners/{owner}/token",
    "Cấp mã mới cho chủ của nhiều sandbox",
    "Make a new token for an owner of many sandboxes",
    RouteDoc("OwnerToken", "TokenWish", {"role": "owner"}, may_be_empty=True, status=("201",)),
)
def make_owner_token(request: AdminRequest) -> AdminReply:
    """Make a token that opens every sandbox whose ``owner`` is this name, those made later, too; the old one ends."""
    from emulator.admin import schemas

    role, owner = schemas.load(schemas.TokenWish(), request.content(may_be_empty=True))["role"], request.named["owner"]
    token = request.context.tenants.issue_owner_token(owner, role)
    return AdminReply({"owner": owner, "role": role, "token": token}, 201)


@ROUTES.add(
    "DELETE", "/owners/{owner}/token", "Thu mã của chủ", "End the tokens of an owner", RouteDoc("EndedTokens", last=7)
)
def end_owner_tokens(request: AdminRequest) -> AdminReply:
    """Let the tokens of an owner open nothing any more; its sandboxes, and their own tokens, stay."""
    return AdminReply({"ended": request.context.tenants.end_owner_tokens(request.named["owner"])})


@ROUTES.add(
    "GET",
    "/changes",
    "Những thay đổi ở máy chủ",
    "What was changed in the server",
    RouteDoc(
        "Changes",
        words=(("limit", "số dòng", "how many", {"type": "integer", "minimum": 0, "maximum": _MOST_CHANGES}),),
        noes=("invalid",),
    ),
)
def list_changes(request: AdminRequest) -> AdminReply:
    """List who made, reset and dropped sandboxes, gave tokens and forgot journals, newest first; and check their chain.

    What was changed inside a sandbox stands in the sandbox's own journal (``admin=show``).
    """
    wish = request.asked.get("limit", "100")
    if not (wish.isascii() and wish.isdecimal() and len(wish) < 5) or int(wish) > _MOST_CHANGES:
        raise invalid([InputFault("?limit", f"phải từ 0 đến {_MOST_CHANGES}", f"must be from 0 to {_MOST_CHANGES}")])
    journal = request.context.journal
    rows, has_more = journal.page(SERVER, Search(with_admin=True), limit=int(wish))
    first, last, trouble = journal.check_chain(SERVER)
    chain = {"sandbox": "", "epoch": 1, "ok": trouble is None, "first": first, "last": last, "break": trouble}
    changes = [as_entry(row) for row in rows]
    return AdminReply({"changes": changes, "meta": {"total": None, "truncated": has_more}, "chain": chain})


def check_pack(request: AdminRequest, wish: JsonObject) -> None:
    """Look whether the pack that is asked for is there. Raises Trouble."""
    if "pack" in wish and wish["pack"] not in request.context.packs:
        known = ", ".join(sorted(request.context.packs))
        raise invalid(
            [InputFault("/pack", f"không có gói này; có: {known}", f"there is no such pack; there are: {known}")]
        )


def _check_scenario(request: AdminRequest, wish: Mapping[str, Any]) -> None:
    if wish.get("scenario") is not None:
        scenarios.find_scenario(request.context, wish["scenario"])


@ROUTES.add(
    "GET",
    "/sandboxes/{sandbox}",
    "Một sandbox",
    "One sandbox",
    RouteDoc("SandboxWithKeys", words=(SHOW_SECRETS,), noes=("secrets-need-token", "invalid")),
)
def show_sandbox(request: AdminRequest) -> AdminReply:
    """Return one sandbox; its secrets are masked unless ``secrets=show``."""
    sandbox = request.sandbox()
    credentials = _credentials(request, sandbox)
    if not request.shows_secrets():
        credentials = orjson.loads(masked_text(orjson.dumps(credentials).decode()))
    return AdminReply(_card(request, sandbox) | {"credentials": credentials})


@ROUTES.add(
    "PATCH",
    "/sandboxes/{sandbox}",
    "Đổi mode, profile",
    "Change mode or profile",
    RouteDoc("Sandbox", "SandboxChange", {"mode": "documented"}),
)
def redefine_sandbox(request: AdminRequest) -> AdminReply:
    """Change mode, profile or scenario of a sandbox that goes on living."""
    from emulator.admin import schemas

    changes = schemas.load(schemas.SandboxChange(), request.content())
    _check_scenario(request, changes)
    sandbox = request.sandbox()
    if "scenario" in changes and changes["scenario"] != sandbox.definition.scenario:
        wishes = [] if changes["scenario"] is None else [{"name": changes["scenario"]}]
        sandbox = scenarios.change_scenarios(request.context, sandbox, wishes)
    changed = request.context.sandboxes.redefine(sandbox, {k: v for k, v in changes.items() if k != "scenario"})
    return AdminReply(_card(request, changed))


@ROUTES.add(
    "DELETE",
    "/sandboxes/{sandbox}",
    "Xóa sandbox",
    "Drop a sandbox",
    RouteDoc("Nothing", noes=("default-stays", "wrong-moment"), last=8),
)
def drop_sandbox(request: AdminRequest) -> AdminReply:
    """Remove a sandbox; calls to it find nothing from now on.

    Raises:
        Trouble: it is the default one, or a seat that its own person would close.
    """
    sandbox = request.sandbox()
    if sandbox.id == "default":
        raise Trouble("default-stays")
    if request.caller.sandbox is not None and request.context.classes.seat_of(sandbox) is not None:
        raise Trouble("wrong-moment", vi="Chỗ này đóng cùng với lớp", en="This seat is closed with its class")
    request.context.sandboxes.drop(sandbox)
    request.context.sweeper.wake()
    return AdminReply({})


@ROUTES.add(
    "POST",
    "/sandboxes/{sandbox}/reset",
    "Đặt lại sandbox",
    "Reset a sandbox",
    RouteDoc("Nothing", noes=("invalid",), last=7),
)
def reset_sandbox(request: AdminRequest) -> AdminReply:
    """Put one sandbox back to its pack."""
    request.context.sandboxes.reset(request.sandbox())
    scenarios.play(request.context, request.sandbox())
    request.context.sweeper.wake()
    return AdminReply({})


@ROUTES.add("POST", "/reset", "Đặt lại mọi sandbox", "Reset every sandbox", RouteDoc("Nothing", last=9))
def reset_every(request: AdminRequest) -> AdminReply:
    """Put every sandbox back to its pack."""
    for sandbox in request.context.sandboxes.every():
        request.context.sandboxes.reset(sandbox)
        scenarios.play(request.context, request.context.sandboxes.get(sandbox.id))
    request.context.sweeper.wake()
    return AdminReply({})


@SETTING_ROUTES.add("GET", "/settings", "Thiết lập", "Settings", RouteDoc("Settings"))
def show_settings(request: AdminRequest) -> AdminReply:
    """Return all settings of a sandbox."""
    return AdminReply(_shown_settings(request.sandbox().settings))


@SETTING_ROUTES.add(
    "PUT",
    "/settings",
    "Đổi thiết lập",
    "Change some settings",
    RouteDoc("Settings", "SettingsChange", {"pull_limit": 50}),
)
@SETTING_ROUTES.add(
    "PATCH",
    "/settings",
    "Đổi thiết lập",
    "Change some settings",
    RouteDoc("Settings", "SettingsChange", {"pull_limit": None}),
)
def change_settings(request: AdminRequest) -> AdminReply:
    """Change the settings that are named, leave the others."""
    from emulator.admin import schemas

    changes = schemas.load(schemas.settings_schema(), request.content())
    settings = request.context.sandboxes.change_settings(request.sandbox(), changes)
    if changes.get("applications_per_day"):
        begin_arrivals(request)
    return AdminReply(_shown_settings(settings))


def _shown_settings(settings: SandboxSettings) -> dict[str, Any]:
    """Return the settings that may be sent back; armed faults have a route of their own."""
    shown = asdict(settings)
    shown.pop("armed_faults")
    return shown


def _card(request: AdminRequest, sandbox: Sandbox) -> dict[str, Any]:
    made_of = sandbox.definition
    return {
        "id": sandbox.id,
        "base_url": f"{request.base}/s/{sandbox.id}",
        "pack": made_of.pack,
        "mode": made_of.mode,
        "profile": made_of.profile,
        "seed": None if is_secret(made_of.seed) else made_of.seed,
        "scenario": made_of.scenario,
        "epoch": sandbox.epoch,
        "owner": sandbox.owner or None,
        "expires": iso(sandbox.expires_ms) if sandbox.expires_ms else None,
    }


def _credentials(request: AdminRequest, sandbox: Sandbox) -> dict[str, dict[str, str]]:
    return request.context.sandboxes.credentials_shown(sandbox)
