"""What each kind of effect does. ``judge_…`` look at its words when it is scheduled, the others act when it is due."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from emulator.country.agenda import BadEffect, Lapsed
from emulator.country.furnish import nearest
from emulator.country.life import moving, units
from emulator.country.settings import setting_trouble
from emulator.country.world import World
from emulator.kernel.exchange import Effect
from emulator.services.btxh.ministry import Author
from emulator.store import sandbox_rows
from emulator.wire.statuses import STATUS_NAMES, status_text

Words = Mapping[str, Any]
_DUE_DAYS = 5
_MOST_MINUTES = 60 * 24 * 365
END_OF_DOWNTIME: Words = {"kind": "set", "settings": {"downtime_notice": None}}
_SHORTEST_MS = 60_000
"""What comes again comes once a minute at most: a year that is passed over costs what a year may cost."""


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
    from emulator.country.life import filing

    filing.judge(words)


def file_application(words: Words, world: World) -> None:
    """Let a citizen file on the ministry's portal."""
    from emulator.country.life import filing

    filing.file(words, world)


def live_on(words: Words, world: World) -> None:
    """Let a dossier reach the next stage of its procedure's life."""
    from emulator.country.life import course

    course.reach(words["dossier"], words["stage"], words["been"], world)


def arrive(_: Words, world: World) -> None:
    """Schedule the applications of the day that begins now, and the day after it."""
    from emulator.country.life import filing

    filing.schedule_day(world)


def judge_settings(words: Words) -> None:
    """Refuse a setting that does not exist, or a value that it cannot have."""
    for name, value in words["settings"].items():
        trouble = setting_trouble(name, value)
        if trouble:
            raise BadEffect(f"/settings/{name}", *trouble)


def set_settings(words: Words, world: World) -> None:
    """Change some settings of the sandbox."""
    row = sandbox_rows.by_no(world.store, world.sandbox.no)
    changed = json.loads(row.settings if row else "{}") | words["settings"]
    sandbox_rows.change(world.store, world.sandbox.no, "settings", json.dumps(changed))
    for name in words["settings"]:
        world.note_effect(Effect("settings", name, "put"))
    if words["settings"].get("applications_per_day") and not world.agenda.has_kind("arrivals"):
        world.agenda.add(world.now_ms, {"kind": "arrivals"})


def set_state(words: Words, world: World) -> None:
    """Put a machine of a scenario that plays into a state."""
    if world.scenes is None:
        raise Lapsed("không có kịch bản nào đang diễn", "no scenario plays")
    world.scenes.enter_state(words.get("scenario"), words["name"], words["value"], world)
    world.note_effect(Effect("standings", words["name"], "put"))


def judge_entry(words: Words) -> None:
    """Refuse an entry whose effects cannot be."""
    for place, each in enumerate(words["effects"]):
        judge_again({"do": each.get("do") or {}, "every_ms": words.get("every_ms", _SHORTEST_MS)}, f"/effects/{place}")
        if not isinstance(each.get("after_ms"), int):
            raise BadEffect(f"/effects/{place}/after_ms", "phải là số nguyên", "must be an integer")


def enter_state(words: Words, world: World) -> None:
    """Let the effects of a state come that time alone has entered, and plan its next entry when it lies in a loop."""
    mark = {"scenario": words["scenario"]} if "scenario" in words else {}
    for each in words["effects"]:
        world.agenda.add(world.now_ms + each["after_ms"], {**each["do"], **mark})
    if "every_ms" in words:
        world.agenda.add(world.now_ms + words["every_ms"], words)


def judge_again(words: Words, at: str = "") -> None:
    """Refuse what cannot happen, or would happen all the time."""
    from emulator.country.life.effects import check

    if words["do"].get("kind") in ("again", "enter"):
        raise BadEffect(f"{at}/do/kind", "không thể lồng nhau", "cannot be nested")
    try:
        check(words["do"])
    except BadEffect as trouble:
        raise BadEffect(f"{at}/do{trouble.pointer}", trouble.vi, trouble.en) from None
    if words["every_ms"] < _SHORTEST_MS:
        least = _SHORTEST_MS
        raise BadEffect(f"{at}/every_ms", f"phải từ {least} mili giây", f"must be {least} milliseconds or more")


def happen_again(words: Words, world: World) -> None:
    """Let an effect happen now, and plan the next time."""
    mark = {"scenario": words["scenario"]} if "scenario" in words else {}
    world.agenda.add(world.now_ms, {**words["do"], **mark})
    world.agenda.add(world.now_ms + words["every_ms"], words)


def grant_access(words: Words, world: World) -> None:
    """Give a subject the right to call a provider on the axis."""
    from emulator.country.axis import Axis

    Axis(world).grant(words["provider"], words["subject"])


def withdraw_access(words: Words, world: World) -> None:
    """Take a right on the axis away."""
    from emulator.country.axis import Axis

    axis, found = Axis(world), False
    for right in axis.rights(words["provider"]):
        if right.subject == words["subject"]:
            axis.withdraw(right)
            found = True
    if not found:
        subject = words["subject"]
        raise Lapsed(f"{subject} không có quyền nào để thu hồi", f"{subject} has no right to withdraw")


def begin_downtime(words: Words, world: World) -> None:
    """Announce that the ministry's service is down for some minutes, and schedule its return."""
    minutes = min(max(words["minutes"], 1), _MOST_MINUTES)
    notice = words.get("notice") or f"Hệ thống bảo trì {minutes} phút / Maintenance for {minutes} minutes"
    set_settings({"settings": {"downtime_notice": notice}}, world)
    mark = {"scenario": words["scenario"]} if "scenario" in words else {}
    world.agenda.add(world.now_ms + minutes * 60_000, {**END_OF_DOWNTIME, **mark})
