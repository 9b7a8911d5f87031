"""Making the scenes again: what a client was asked and what it met must follow from the challenge's seed.

Without it an old run could be shown again under a new challenge, its chain written anew. Stimuli are drawn again for
every scene; tasks as far as they follow from the seed alone: one that looks into the ministry's records cannot be made
without them, and is counted as such.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from emulator.certification.bundle import form
from emulator.certification.bundle.finding import Point
from emulator.certification.bundle.pack import kit_in
from emulator.certification.challenge import challenge_of
from emulator.certification.evidence import entries_of
from emulator.certification.order import Cue, running_order
from emulator.certification.plan import Plan, plan_of
from emulator.certification.redaction import COMMITMENT
from emulator.certification.scenes import Played, record_of
from emulator.certification.stage import announced, stimulus_for
from emulator.country.settings import SandboxSettings
from emulator.journal.chain import canonical
from emulator.kernel.clock import to_ms
from emulator.kernel.dice import random_for

Files = Mapping[str, bytes]


class NeedsTheWorld(Exception):
    """A task looks at something that only the sandbox it was made in had."""


@dataclass(frozen=True)
class Backdrop:
    """As much of a world as follows from the journal: seed, time, settings, and the shared pack."""

    seed: int
    now_ms: int
    settings: SandboxSettings

    @property
    def sandbox(self) -> Any:
        """Return what a task asks a sandbox for."""
        return SimpleNamespace(definition=SimpleNamespace(seed=self.seed))

    @property
    def pack(self) -> Any:
        """Return the pack that attempts are played with."""
        return _pack()

    def __getattr__(self, name: str) -> Any:
        raise NeedsTheWorld(name)


@cache
def _pack() -> Any:
    from emulator.country.pack import load_pack

    return load_pack("co-ban")


def scenes_again(files: Files) -> Iterator[Point]:
    """Look whether stimuli and tasks are those of the challenge."""
    challenge = challenge_of(form.object_in(files[form.CHALLENGE]))
    record = record_of(entries_of(form.lines_in(files[form.JOURNAL])))
    plan = plan_of(record.opened["plan"])
    cues = {cue.no: cue for cue in running_order(kit_in(files, plan.kit), plan, challenge.seed)}
    scenes = [*record.void, *record.scenes]
    wrong = [scene.no for scene in scenes if not _is_drawn(scene, cues[scene.no], plan, challenge.seed)]
    made = _made(scenes, cues, plan, challenge.seed)
    wrong += [no for no, is_so in made.items() if is_so is False]
    if wrong:
        numbers = ", ".join(map(str, sorted(set(wrong))))
        vi = f"Cảnh không sinh ra từ thử thách này: {numbers}"
        yield Point("tasks", "bad", vi, f"scenes that do not follow from this challenge: {numbers}")
        return
    count = sum(1 for is_so in made.values() if is_so)
    vi = f"Kích thích của {len(scenes)} cảnh và đề bài của {count} cảnh đúng là sinh từ thử thách"
    yield Point("tasks", "good", vi, f"the stimuli of {len(scenes)} scenes and the tasks of {count} follow from it")


def _made(scenes: Iterable[Played], cues: Mapping[int, Cue], plan: Plan, seed: int) -> dict[int, bool | None]:
    """Return by scene whether its task is the seed's; a maker that once needed the sandbox is not asked again."""
    found: dict[int, bool | None] = {}
    cannot: set[str] = set()
    for scene in scenes:
        cue = cues[scene.no]
        found[scene.no] = None if cue.scene.task in cannot else _is_made(scene, cue, plan, seed)
        if found[scene.no] is None:
            cannot.add(cue.scene.task)
    return found


def _is_drawn(scene: Played, cue: Cue, plan: Plan, seed: int) -> bool:
    luck = random_for(seed, "stimulus", cue.no)
    told = {name: value for name, value in scene.begun.body["stimulus"].items() if name != "kept"}
    return _same(announced(stimulus_for(cue.scene, plan), cue.no, luck), told)


def _is_made(scene: Played, cue: Cue, plan: Plan, seed: int) -> bool | None:
    """Tell whether the task is the one the seed gives; None when it cannot be made without the sandbox."""
    from emulator.certification.tasks import TASKS
    from emulator.certification.tasks.props import Props

    told = scene.task
    now_ms = to_ms(datetime.fromisoformat(told["now"]))
    named = {each.name for each in fields(SandboxSettings)}
    changed = {name: value for name, value in scene.begun.body["stimulus"].get("settings", {}).items() if name in named}
    world: Any = Backdrop(seed, now_ms, SandboxSettings(**{"agency_code": plan.agency, **changed}))
    try:
        made = TASKS[cue.scene.task](cue.scene.given, Props(cue.no, plan, world))
    except NeedsTheWorld:
        return None
    made.pop("expected", None)
    return _same({"no": cue.no, "now": told["now"], **made}, told)


def _same(ours: Any, told: Any) -> bool:
    """Tell whether two values are one when written as JSON; what the journal hides is taken as it is."""
    return _fits(json.loads(canonical(ours)), told)


def _fits(ours: Any, told: Any) -> bool:
    if isinstance(told, str) and COMMITMENT.fullmatch(told):
        return True
    if isinstance(ours, dict) and isinstance(told, dict):
        return ours.keys() == told.keys() and all(_fits(ours[name], told[name]) for name in ours)
    if isinstance(ours, list) and isinstance(told, list):
        return len(ours) == len(told) and all(map(_fits, ours, told))
    return bool(ours == told)
