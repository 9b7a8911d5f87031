"""Sandboxes: making, showing, changing, resetting and dropping them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from emulator.admin import scenarios
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.admin.request import AdminReply, AdminRequest
from emulator.admin.time import begin_arrivals
from emulator.country.sandbox import Sandbox, SandboxExists
from emulator.country.settings import SandboxSettings
from emulator.journal.redaction import masked_text


def list_sandboxes(visit: AdminRequest) -> AdminReply:
    """List all sandboxes, without their credentials."""
    every = [_card(visit, sandbox) for sandbox in visit.office.sandboxes.every()]
    return AdminReply({"sandboxes": every, "meta": {"total": len(every)}})


def make_sandbox(visit: AdminRequest) -> AdminReply:
    """Make a sandbox. This answer shows its secrets: whoever makes a sandbox may use it."""
    from emulator.admin import schemas

    wish = schemas.load(schemas.SandboxWish(), visit.content(may_be_empty=True))
    name = wish.pop("id", None) or f"sb-{secrets.token_hex(5)}"
    _check_pack(visit, wish)
    _check_scenario(visit, wish)
    try:
        sandbox = visit.office.sandboxes.create(name, wish)
    except SandboxExists:
        raise Trouble("sandbox-exists", name=name) from None
    scenarios.play(visit.office, sandbox)
    return AdminReply(_card(visit, sandbox) | {"credentials": _credentials(visit, sandbox)}, 201)


def _check_pack(visit: AdminRequest, wish: Mapping[str, Any]) -> None:
    if "pack" in wish and wish["pack"] not in visit.office.packs:
        known = ", ".join(sorted(visit.office.packs))
        raise invalid(
            [InputFault("/pack", f"không có gói này; có: {known}", f"there is no such pack; there are: {known}")]
        )


def _check_scenario(visit: AdminRequest, wish: Mapping[str, Any]) -> None:
    if wish.get("scenario") is not None:
        scenarios.find_scenario(visit.office, wish["scenario"])


def show_sandbox(visit: AdminRequest) -> AdminReply:
    """Return one sandbox; its secrets are masked unless ``secrets=show``."""
    sandbox = visit.sandbox()
    credentials = _credentials(visit, sandbox)
    if not visit.shows_secrets():
        credentials = orjson.loads(masked_text(orjson.dumps(credentials).decode()))
    return AdminReply(_card(visit, sandbox) | {"credentials": credentials})


def redefine_sandbox(visit: AdminRequest) -> AdminReply:
    """Change mode, profile or scenario of a sandbox that goes on living."""
    from emulator.admin import schemas

    changes = schemas.load(schemas.SandboxChange(), visit.content())
    _check_scenario(visit, changes)
    sandbox = visit.sandbox()
    if "scenario" in changes and changes["scenario"] != sandbox.definition.scenario:
        wishes = [] if changes["scenario"] is None else [{"name": changes["scenario"]}]
        sandbox = scenarios.change_scenarios(visit.office, sandbox, wishes)
    changed = visit.office.sandboxes.redefine(sandbox, {k: v for k, v in changes.items() if k != "scenario"})
    return AdminReply(_card(visit, changed))


def drop_sandbox(visit: AdminRequest) -> AdminReply:
    """Remove a sandbox; calls to it find nothing from now on.

    Raises:
        Trouble: it is the default one.
    """
    sandbox = visit.sandbox()
    if sandbox.id == "default":
        raise Trouble("default-stays")
    visit.office.sandboxes.drop(sandbox)
    visit.office.sweeper.wake()
    return AdminReply({})


def reset_sandbox(visit: AdminRequest) -> AdminReply:
    """Put one sandbox back to its pack."""
    visit.office.sandboxes.reset(visit.sandbox())
    scenarios.play(visit.office, visit.sandbox())
    visit.office.sweeper.wake()
    return AdminReply({})


def reset_every(visit: AdminRequest) -> AdminReply:
    """Put every sandbox back to its pack."""
    for sandbox in visit.office.sandboxes.every():
        visit.office.sandboxes.reset(sandbox)
        scenarios.play(visit.office, visit.office.sandboxes.get(sandbox.id))
    visit.office.sweeper.wake()
    return AdminReply({})


def show_settings(visit: AdminRequest) -> AdminReply:
    """Return all settings of a sandbox."""
    return AdminReply(_shown_settings(visit.sandbox().settings))


def change_settings(visit: AdminRequest) -> AdminReply:
    """Change the settings that are named, leave the others."""
    from emulator.admin import schemas

    changes = schemas.load(schemas.settings_schema(), visit.content())
    settings = visit.office.sandboxes.change_settings(visit.sandbox(), changes)
    if changes.get("applications_per_day"):
        begin_arrivals(visit)
    return AdminReply(_shown_settings(settings))


def _shown_settings(settings: SandboxSettings) -> dict[str, Any]:
    """Return the settings that may be sent back; armed faults have a route of their own."""
    shown = asdict(settings)
    shown.pop("armed_faults")
    return shown


def _card(visit: AdminRequest, sandbox: Sandbox) -> dict[str, Any]:
    made_of = sandbox.definition
    return {
        "id": sandbox.id,
        "base_url": f"{visit.base}/s/{sandbox.id}",
        "pack": made_of.pack,
        "mode": made_of.mode,
        "profile": made_of.profile,
        "seed": made_of.seed,
        "scenario": made_of.scenario,
        "epoch": sandbox.epoch,
    }


def _credentials(visit: AdminRequest, sandbox: Sandbox) -> dict[str, dict[str, str]]:
    return visit.office.sandboxes.credentials_shown(sandbox)
