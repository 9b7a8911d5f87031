"""The stage of an attempt: what is set up before a scene, and put away after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Protocol
from urllib.parse import quote

from emulator.certification.kit import Scene, Stimulus
from emulator.certification.plan import Plan
from emulator.country.sandbox import Sandbox, Sandboxes
from emulator.country.world import World
from emulator.journal.journal import Journal
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.scenario.performance import end


class CertificationHost(Protocol):
    """The emulator an attempt is played in; the admin API's context is one."""

    @property
    def sandboxes(self) -> Sandboxes:
        """Return the sandboxes."""

    @property
    def journal(self) -> Journal:
        """Return the journal."""

    @property
    def enter(self) -> Callable[[Sandbox, Exchange], World]:
        """Return how a sandbox's world is entered."""

    @property
    def serve(self) -> Callable[[Call], Reply]:
        """Return how a call is put before the doors."""

    @property
    def settle_due(self) -> Callable[[Sandbox], Sandbox]:
        """Return how what is due on a clock happens."""

    @property
    def at_once(self) -> Callable[[Sandbox, Sequence[Mapping[str, Any]]], list[Exchange]]:
        """Return how effects happen now."""


def draw_value(value: Any, luck: Random) -> Any:
    """Return a value with every ``{pick: [...]}`` in it drawn."""
    if isinstance(value, Mapping):
        if set(value) == {"pick"}:
            return draw_value(luck.choice(list(value["pick"])), luck)
        return {name: draw_value(each, luck) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [draw_value(each, luck) for each in value]
    return value


def stimulus_for(scene: Scene, plan: Plan) -> Stimulus:
    """Return the stimulus of a scene under a plan: whoever keeps his own time is not sent ahead of it."""
    return scene.stimulus if plan.clock == "follows" else replace(scene.stimulus, advance_ms=0)


def announce_stimulus(stimulus: Stimulus, no: int, luck: Random) -> dict[str, Any]:
    """Return a stimulus as it is drawn for a scene: what the journal says, and what a verifier draws again."""
    told: dict[str, Any] = {
        "faults": [_armed_fault(each, f"c{no}.{at}") for at, each in enumerate(draw_value(stimulus.faults, luck))],
        "settings": draw_value(stimulus.settings, luck),
        "advance_ms": stimulus.advance_ms,
        "effects": draw_value(stimulus.effects, luck),
        "scenario": stimulus.scenario,
    }
    return {name: value for name, value in told.items() if value}


def set_up(house: CertificationHost, sandbox: Sandbox, stimulus: Stimulus, no: int, luck: Random) -> dict[str, Any]:
    """Prepare a scene but for its faults (``arm``); return the stimulus as it was drawn, for the journal."""
    told = announce_stimulus(stimulus, no, luck)
    settings = told.get("settings", {})
    if stimulus.advance_ms:
        house.sandboxes.turn_clock(sandbox, lambda clock: clock.advance(system_ms(), stimulus.advance_ms))
        sandbox = house.settle_due(house.sandboxes.get(sandbox.id))
    kept = {name: getattr(sandbox.settings, name) for name in settings}
    if "effects" in told:
        house.at_once(sandbox, told["effects"])
    if settings:
        house.sandboxes.change_settings(sandbox, settings)
    if stimulus.scenario:
        house.sandboxes.redefine(sandbox, {"scenario": stimulus.scenario})
    return {**told, "kept": kept} if kept else told


def aim_at(stimulus: Mapping[str, Any], task: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stimulus whose faults name the objects of the scene's task that they are aimed at."""
    faults = [_aim_fault(each, task, expected) for each in stimulus.get("faults", ())]
    return {**stimulus, **({"faults": faults} if faults else {})}


def _aim_fault(fault: Mapping[str, Any], task: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in fault.items() if name != "aim"}
    if "aim" not in fault:
        return kept
    ((kind, number),) = fault["aim"].items()
    named = _OBJECTS[kind](task, expected)
    return {**kept, "about": named[(int(number) - 1) % len(named)]}


def _dossiers_named(task: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    told = [str(each["applicant"]["citizen_id"]) for each in task.get("dossiers", ())]  # whatever code it is given
    listed = expected.get("dossiers", ())
    told += [str(each["code"]) for each in listed] if isinstance(listed, list) else []
    return told or [str(task["dossier_code"])]


def _files_named(_task: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    chosen = expected.get("chosen")
    if chosen:
        return [str(file["path"]) for file in chosen["files"]]
    return [str(path) for each in expected["dossiers"] for path in each["files"]]


def _owner_named(task: Mapping[str, Any], _expected: Mapping[str, Any]) -> list[str]:
    return [str(task["applicant"]["citizen_id"])]


_OBJECTS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], list[str]]] = {
    "dossier": _dossiers_named,
    "file": _files_named,
    "owner": _owner_named,
}


def arm(house: CertificationHost, sandbox: Sandbox, stimulus: Mapping[str, Any]) -> None:
    """Arm the faults of a scene, now that its task is known."""
    if stimulus.get("faults"):
        house.sandboxes.change_settings(sandbox, {"armed_faults": stimulus["faults"]})


def put_away(house: CertificationHost, sandbox: Sandbox, stimulus: Mapping[str, Any]) -> None:
    """Disarm what a scene had armed; settings return to what they were before it."""
    changed = dict(stimulus.get("kept", {}))
    if changed or stimulus.get("faults"):
        house.sandboxes.change_settings(sandbox, {**changed, "armed_faults": []})
    if stimulus.get("scenario"):
        world = house.enter(sandbox, Exchange(Call("GET", "/")))
        end(stimulus["scenario"], world)
        world.commit()
        house.sandboxes.redefine(sandbox, {"scenario": None})


def _armed_fault(fault: Mapping[str, Any], arm_id: str) -> dict[str, Any]:
    """Return an armed fault as the sandbox keeps it (emulator/scenario/armed.py); each has its own counters."""
    nth = fault.get("nth", ())
    listed = list(nth) if isinstance(nth, (list, tuple)) else [nth]
    return {"params": {}, "on": "*", **fault, "nth": listed, "id": arm_id}


FORWARD = "/VXPAdapter/RestService/forward"
_BODY = b"{}"


def pay(visits: Iterable[Mapping[str, Any]], serve: Callable[[Call], Reply], sandbox_id: str) -> None:
    """Make the calls one after another; what came back stands in the journal.

    A visit is ``{"method", "path", "caller", "dstcode"}``. ``path`` is decoded, but for one that is ``raw``.
    """
    for visit in visits:
        reply = serve(_call(visit, f"/s/{sandbox_id}"))
        if reply.file:
            reply.file.close()


def _call(visit: Mapping[str, Any], prefix: str) -> Call:
    path, query = str(visit["path"]), f"dstcode={visit['dstcode']}"
    sent = b"" if visit["method"] in ("GET", "HEAD", "DELETE") else _BODY
    target = str(visit.get("raw") or quote(path))
    return Call(
        method=str(visit["method"]),
        path=f"{prefix}{FORWARD}{path}",
        query=query,
        headers=(("content-type", "application/json"),) if sent else (),
        body=sent,
        body_size=len(sent),
        target=f"{prefix}{FORWARD}{target}?{query}",
        host="localhost",
        caller=str(visit["caller"]),
    )
