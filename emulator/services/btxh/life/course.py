"""The course of a dossier: from stage to stage of its procedure's life, by seeded chance, in working hours."""

from __future__ import annotations

from emulator.country.agenda import Lapsed
from emulator.country.records import Dossier
from emulator.country.world import World
from emulator.kernel.dice import random_for
from emulator.services.btxh.life import moving, units
from emulator.services.btxh.life.lives import Chances, Life, life_of
from emulator.services.btxh.life.office_hours import add_working_hours
from emulator.services.btxh.ministry import procedure_of
from emulator.wire.statuses import STATUS_NAMES


def pick(chances: Chances, *parts: object) -> str:
    """Return one name by its weight; the parts alone decide."""
    names = list(chances)
    return random_for(*parts).choices(names, [chances[name] for name in names])[0]


def reach(code: str, stage_name: str, been: list[str], world: World) -> None:
    """Let a dossier reach a stage, and schedule the next one.

    Raises:
        Lapsed: somebody else has taken the dossier elsewhere, or the life no longer has that stage.
    """
    dossier = moving.find_dossier(code, world)
    life = life_of(world.pack, procedure_of(dossier.fields))
    if life is None or stage_name not in life.stages:
        raise Lapsed(f"Không có chặng {stage_name} cho {code}", f"there is no stage {stage_name} for {code}")
    stage = life.stages[stage_name]
    author = units.author(stage.level, dossier, world.settings.gso_era)
    note = stage.note.format(officer=author.name, unit=author.unit, status=STATUS_NAMES[stage.status])
    if stage.result:
        dossier = moving.issue(dossier, stage.result, "", world)
    moved = moving.move(dossier, stage.status, author, note, stage.due_days, world)
    go_on(moved, life, stage_name, [*been, stage_name], world)


def go_on(dossier: Dossier, life: Life, stage_name: str, been: list[str], world: World) -> None:
    """Schedule what follows a stage; nothing when it is the last."""
    chances = {
        name: weight
        for name, weight in life.stages[stage_name].next.items()
        if been.count(name) < life.stages[name].most
    }
    if not chances:
        return
    seed = world.sandbox.definition.seed
    following = pick(chances, seed, dossier.code, "next", len(been))
    least, most = life.stages[following].after_h
    hours = random_for(seed, dossier.code, "hours", len(been)).uniform(least, most)
    effect = {"kind": "stage", "dossier": dossier.code, "stage": following, "been": been}
    world.agenda.add(add_working_hours(world.now_ms, hours), effect)
