"""The stage of an attempt: what is set up before a scene, and put away after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import quote

from emulator.certification.kit import KitWords, Scene, Stimulus
from emulator.certification.plan import Plan
from emulator.country.agenda import EffectWords
from emulator.country.sandbox import Sandbox, Sandboxes
from emulator.country.world import World
from emulator.journal.journal import Journal
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import Call, Exchange, JsonObject, Reply
from emulator.scenario.performance import end

if TYPE_CHECKING:
    from emulator.certification.lines import DrawnStimulus
    from emulator.certification.tasks.props import Assignment, ProviderVisit


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
    def at_once(self) -> Callable[[Sandbox, Sequence[EffectWords]], list[Exchange]]:
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


def announce_stimulus(stimulus: Stimulus, no: int, luck: Random) -> DrawnStimulus:
    """Return a stimulus as it is drawn for a scene: what the journal says, and what a verifier draws again."""
    told: DrawnStimulus = {
        "faults": [_armed_fault(each, f"c{no}.{at}") for at, each in enumerate(draw_value(stimulus.faults, luck))],
        "settings": draw_value(stimulus.settings, luck),
        "advance_ms": stimulus.advance_ms,
        "effects": draw_value(stimulus.effects, luck),
        "scenario": stimulus.scenario or "",
    }
    return cast("DrawnStimulus", {name: value for name, value in told.items() if value})


def set_up(house: CertificationHost, sandbox: Sandbox, stimulus: Stimulus, no: int, luck: Random) -> DrawnStimulus:
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
    if kept:
        told["kept"] = kept
    return told


def aim_at(stimulus: DrawnStimulus, asked: Assignment) -> DrawnStimulus:
    """Return a stimulus whose faults name the objects of the scene's task that they are aimed at."""
    faults = [_aim_fault(each, asked) for each in stimulus.get("faults", ())]
    return {**stimulus, "faults": faults} if faults else stimulus


def _aim_fault(fault: JsonObject, asked: Assignment) -> JsonObject:
    kept = {name: value for name, value in fault.items() if name != "aim"}
    if "aim" not in fault:
        return kept
    ((kind, number),) = fault["aim"].items()
    named = _OBJECTS[kind](asked)
    return {**kept, "about": named[(int(number) - 1) % len(named)]}


def _dossiers_named(asked: Assignment) -> list[str]:
    task, listed = asked.task, asked.expected.get("dossiers", ())
    told = [str(each["applicant"]["citizen_id"]) for each in task.get("dossiers", ())]  # whatever code it is given
    told += [str(each["code"]) for each in listed] if isinstance(listed, list) else []
    return told or [str(task["dossier_code"])]


def _files_named(asked: Assignment) -> list[str]:
    chosen, listed = asked.expected.get("chosen"), asked.expected.get("dossiers", ())
    if chosen:
        return [str(file["path"]) for file in chosen["files"]]
    return [str(path) for each in listed if isinstance(each, dict) for path in each["files"]]


def _owner_named(asked: Assignment) -> list[str]:
    return [str(asked.task["applicant"]["citizen_id"])]


_OBJECTS: Mapping[str, Callable[[Assignment], list[str]]] = {
    "dossier": _dossiers_named,
    "file": _files_named,
    "owner": _owner_named,
}


def arm(house: CertificationHost, sandbox: Sandbox, stimulus: DrawnStimulus) -> None:
    """Arm the faults of a scene, now that its task is known."""
    if stimulus.get("faults"):
        house.sandboxes.change_settings(sandbox, {"armed_faults": stimulus["faults"]})


def put_away(house: CertificationHost, sandbox: Sandbox, stimulus: DrawnStimulus) -> None:
    """Disarm what a scene had armed; settings return to what they were before it."""
    changed = dict(stimulus.get("kept", {}))
    if changed or stimulus.get("faults"):
        house.sandboxes.change_settings(sandbox, {**changed, "armed_faults": []})
    if stimulus.get("scenario"):
        world = house.enter(sandbox, Exchange(Call("GET", "/")))
        end(stimulus["scenario"], world)
        world.commit()
        house.sandboxes.redefine(sandbox, {"scenario": None})


def _armed_fault(fault: KitWords, arm_id: str) -> JsonObject:
    """Return an armed fault as the sandbox keeps it (emulator/scenario/armed.py); each has its own counters."""
    nth = fault.get("nth", ())
    listed = list(nth) if isinstance(nth, (list, tuple)) else [nth]
    return {"params": {}, "on": "*", **fault, "nth": listed, "id": arm_id}


FORWARD = "/VXPAdapter/RestService/forward"
_BODY = b"{}"


def pay(visits: Iterable[ProviderVisit], serve: Callable[[Call], Reply], sandbox_id: str) -> None:
    """Make the calls one after another; what came back stands in the journal. ``path`` is decoded, ``raw`` is not."""
    for visit in visits:
        reply = serve(_call(visit, f"/s/{sandbox_id}"))
        if reply.file:
            reply.file.close()


def _call(visit: ProviderVisit, prefix: str) -> Call:
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
