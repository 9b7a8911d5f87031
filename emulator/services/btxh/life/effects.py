"""The effects of the ministry's living side. ``judge_…`` look at words when scheduled, the others act when due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.country.agenda import BadEffect
from emulator.country.effects import LIST, NUMBER, TEXT, EffectKind, EffectTypes
from emulator.country.furnish import nearest
from emulator.country.world import World
from emulator.services.btxh.life import moving, units
from emulator.services.btxh.ministry import Author
from emulator.wire.codes import STATUS_NAMES, status_text

Words = Mapping[str, Any]
_DUE_DAYS = 5


def judge_move_words(words: Words) -> None:
    """Refuse a status or a level that does not exist."""
    if words["status"] not in STATUS_NAMES:
        known = ", ".join(map(str, STATUS_NAMES))
        raise BadEffect("/status", f"không có trạng thái này; có: {known}", f"no such status; there are: {known}")
    level = words.get("level", "commune")
    if level not in units.LEVELS:
        vi, en = nearest(level, units.LEVELS)
        raise BadEffect("/level", f"không có cấp này{vi}", f"there is no such level{en}")
    if not 0 <= words.get("due_days", 0) <= 3650:
        raise BadEffect("/due_days", "phải từ 0 đến 3650", "must be from 0 to 3650")


def move(words: Words, world: World) -> None:
    """Move a dossier to a status, with a step."""
    dossier = moving.find_dossier(words["dossier"], world)
    usual = units.author(words.get("level", "commune"), dossier, world.settings.gso_era)
    name, unit = words.get("officer", usual.name), words.get("unit", usual.unit)
    author = Author(usual.account, name, usual.title, unit)
    note = words.get("note") or f"{name}: {status_text(words['status'])}"
    moving.move(dossier, words["status"], author, note, words.get("due_days", _DUE_DAYS), world)


def attach_result(words: Words, world: World) -> None:
    """Attach a result with its file to a dossier, whatever its status."""
    dossier = moving.find_dossier(words["dossier"], world)
    moving.issue(dossier, words.get("name", "quyetdinh.pdf"), words.get("result_code", ""), world)


def judge_application_words(words: Words) -> None:
    """Refuse a person, a place or a procedure that cannot be."""
    from emulator.services.btxh.life import filing

    filing.judge(words)


def file_application(words: Words, world: World) -> None:
    """Let a citizen file on the ministry's portal."""
    from emulator.services.btxh.life import filing

    filing.file(words, world)


def live_on(words: Words, world: World) -> None:
    """Let a dossier reach the next stage of its procedure's life."""
    from emulator.services.btxh.life import filing

    filing.reach(words["dossier"], words["stage"], words["been"], world)


def arrive(_: Words, world: World) -> None:
    """Schedule the applications of the day that begins now, and the day after it."""
    from emulator.services.btxh.life import filing

    filing.schedule_day(world)


_OFFICER: EffectTypes = {"level": TEXT, "officer": TEXT, "unit": TEXT, "note": TEXT, "due_days": NUMBER}
_WISH: EffectTypes = {
    "procedure": TEXT,
    "province": TEXT,
    "district": TEXT,
    "commune": TEXT,
    "person": (str, dict),
}
EFFECTS: dict[str, EffectKind] = {
    "move": EffectKind(move, {"dossier": TEXT, "status": NUMBER}, _OFFICER, judge_move_words),
    "result": EffectKind(attach_result, {"dossier": TEXT}, {"name": TEXT, "result_code": TEXT}),
    "application": EffectKind(file_application, {}, _WISH, judge_application_words),
    "stage": EffectKind(live_on, {"dossier": TEXT, "stage": TEXT, "been": LIST}, {}),
    "arrivals": EffectKind(arrive, {}, {}, woken_by="applications_per_day"),
}
