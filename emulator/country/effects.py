"""Every kind of effect: which words it takes, and what it does. ``docs/time`` shows one of each.

Here stand the kinds that any country has; those of a service's own come with its declaration (``bring_effects``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from emulator.country.agenda import BadEffect, EffectWords, Lapsed
from emulator.country.axis import Axis
from emulator.country.furnish import nearest
from emulator.country.settings import TlsFault, setting_trouble
from emulator.country.world import World
from emulator.kernel.exchange import Effect
from emulator.store import sandbox_rows
from emulator.wire.axis import NotASubsystem, read_subsystem

TEXT, NUMBER, OBJECT, LIST = (str,), (int,), (dict,), (list,)
_TYPES: dict[tuple[type, ...], tuple[str, str]] = {
    TEXT: ("chuỗi", "a string"),
    NUMBER: ("số nguyên", "an integer"),
    OBJECT: ("đối tượng", "an object"),
}
EffectTypes = Mapping[str, tuple[type, ...]]
Words = Mapping[str, Any]
_MOST_MINUTES = 60 * 24 * 365
END_OF_DOWNTIME: Words = {"kind": "set", "settings": {"downtime_notice": None}}
SHORTEST_MS = 60_000
"""What comes again comes once a minute at most: a year that is passed over costs what a year may cost."""
_OF_ANY: EffectTypes = {"scenario": TEXT}
"""Any effect may belong to a scenario: it goes when that scenario goes."""


@dataclass(frozen=True)
class EffectKind:
    """One kind of effect: the words it needs, those it may have, and what it does.

    ``woken_by`` is a setting: when it is given a value, the effect is scheduled for now, unless it already is.
    ``title`` says in Vietnamese and English what will happen, for a list of what is scheduled.
    """

    act: Callable[[Words, World], None]
    needed: EffectTypes
    optional: EffectTypes
    judge: Callable[[Words], None] | None = None
    woken_by: str = ""
    title: tuple[str, str] = ("", "")


_SOURCES: list[Callable[[], Mapping[str, EffectKind]]] = []


def bring_effects(source: Callable[[], Mapping[str, EffectKind]]) -> None:
    """Make known who has more kinds of effects; it is asked when the first effect is looked at."""
    _SOURCES.append(source)


def effect_kinds() -> Mapping[str, EffectKind]:
    """Return every kind of effect there is, by name."""
    brought = {name: kind for source in _SOURCES for name, kind in source().items()}
    return {**brought, **_OWN}


def check(effect: EffectWords) -> None:
    """Check an effect before it is scheduled.

    Raises:
        BadEffect: its kind is unknown, or a word is missing, unknown or of a wrong type.
    """
    if not isinstance(effect, Mapping):
        raise BadEffect("", "phải là một đối tượng", "must be an object")
    kind, kinds = effect.get("kind"), effect_kinds()
    if not isinstance(kind, str) or kind not in kinds:
        vi, en = nearest(str(kind), kinds)
        known = ", ".join(kinds)
        raise BadEffect("/kind", f"không có loại “{kind}”; có: {known}{vi}", f"no such kind; there are: {known}{en}")
    shape = kinds[kind]
    _check_words({name: value for name, value in effect.items() if name != "kind"}, shape)
    if shape.judge:
        shape.judge(effect)


def apply(effect: EffectWords, world: World) -> None:
    """Let an effect happen, in a world that is held.

    Raises:
        Lapsed: it is no longer possible.
    """
    effect_kinds()[effect["kind"]].act(effect, world)


def _check_words(words: Mapping[str, Any], shape: EffectKind) -> None:
    allowed = {**shape.needed, **shape.optional, **_OF_ANY}
    for name, value in words.items():
        if name not in allowed:
            vi, en = nearest(name, allowed)
            raise BadEffect(f"/{name}", f"không có từ này{vi}", f"there is no such word{en}")
        if not isinstance(value, allowed[name]) or isinstance(value, bool):
            vi, en = _TYPES.get(allowed[name], ("dạng khác", "something else"))
            raise BadEffect(f"/{name}", f"phải là {vi}", f"must be {en}")
    for name in shape.needed:
        if name not in words:
            raise BadEffect(f"/{name}", "là bắt buộc", "is required")


def judge_settings(words: Words) -> None:
    """Refuse a setting that does not exist, or a value that it cannot have."""
    if not words["settings"]:
        raise BadEffect("/settings", "không có thiết lập nào", "there is no setting")
    for name, value in words["settings"].items():
        trouble = setting_trouble(name, value)
        if trouble:
            raise BadEffect(f"/settings/{name}", *trouble)


def set_settings(words: Words, world: World) -> None:
    """Change some settings of the sandbox."""
    row = sandbox_rows.by_no(world.store, world.sandbox.no)
    changed = json.loads(row.settings if row else "{}") | words["settings"]
    sandbox_rows.change(world.store, world.sandbox.no, "settings", json.dumps(changed))
    if words["settings"].get("application_state") == "revoked":
        sandbox_rows.revoke_tokens_of_keys(world.store, world.sandbox.no)
    for name in words["settings"]:
        world.note_effect(Effect("settings", name, "put"))
    for kind, shape in effect_kinds().items():
        if shape.woken_by and words["settings"].get(shape.woken_by) and not world.agenda.has_kind(kind):
            world.agenda.add(world.now_ms, {"kind": kind})


def set_state(words: Words, world: World) -> None:
    """Put a machine of a scenario that plays into a state."""
    if world.scenes is None:
        raise Lapsed("không có kịch bản nào đang diễn", "no scenario plays")
    world.scenes.enter_state(words.get("scenario"), words["name"], words["value"], world)
    world.note_effect(Effect("standings", words["name"], "put"))


def judge_entry(words: Words) -> None:
    """Refuse an entry whose effects cannot be."""
    for place, each in enumerate(words["effects"]):
        judge_again({"do": each.get("do") or {}, "every_ms": words.get("every_ms", SHORTEST_MS)}, f"/effects/{place}")
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
    if words["do"].get("kind") in ("again", "enter"):
        raise BadEffect(f"{at}/do/kind", "không thể lồng nhau", "cannot be nested")
    try:
        check(words["do"])
    except BadEffect as trouble:
        raise BadEffect(f"{at}/do{trouble.pointer}", trouble.vi, trouble.en) from None
    if words["every_ms"] < SHORTEST_MS:
        least = SHORTEST_MS
        raise BadEffect(f"{at}/every_ms", f"phải từ {least} mili giây", f"must be {least} milliseconds or more")


def happen_again(words: Words, world: World) -> None:
    """Let an effect happen now, and plan the next time."""
    mark = {"scenario": words["scenario"]} if "scenario" in words else {}
    world.agenda.add(world.now_ms, {**words["do"], **mark})
    world.agenda.add(world.now_ms + words["every_ms"], words)


def grant_access(words: Words, world: World) -> None:
    """Give a subject the right to call a provider on the axis."""
    Axis(world).grant(words["provider"], words["subject"])


def withdraw_access(words: Words, world: World) -> None:
    """Take a right on the axis away."""
    axis, found = Axis(world), False
    for right in axis.rights(words["provider"]):
        if right.subject == words["subject"]:
            axis.withdraw(right)
            found = True
    if not found:
        subject = words["subject"]
        raise Lapsed(f"{subject} không có quyền nào để thu hồi", f"{subject} has no right to withdraw")


def judge_downtime(words: Words) -> None:
    """Refuse an outage that ends before it begins, or lasts longer than a year."""
    if not 1 <= words["minutes"] <= _MOST_MINUTES:
        raise BadEffect("/minutes", f"phải từ 1 đến {_MOST_MINUTES}", f"must be from 1 to {_MOST_MINUTES}")


def begin_downtime(words: Words, world: World) -> None:
    """Announce that the ministry's service is down for some minutes, and schedule its return."""
    minutes = min(max(words["minutes"], 1), _MOST_MINUTES)
    notice = words.get("notice") or f"Hệ thống bảo trì {minutes} phút / Maintenance for {minutes} minutes"
    set_settings({"settings": {"downtime_notice": notice}}, world)
    mark = {"scenario": words["scenario"]} if "scenario" in words else {}
    world.agenda.add(world.now_ms + minutes * 60_000, {**END_OF_DOWNTIME, **mark})


GATEWAY = "gateway"
"""The host of a ``tls`` effect that means the gateway itself, by whatever name it is called (``serve --tls``)."""
GATEWAY_NAMES = (GATEWAY, "localhost", "api.ngsp.gov.vn")


def judge_tls(words: Words) -> None:
    """Refuse a state that a certificate cannot be in."""
    known = ("ok", *get_args(TlsFault))
    if words["state"] not in known:
        names = ", ".join(known)
        raise BadEffect("/state", f"phải là một trong: {names}", f"must be one of: {names}")


def change_certificate(words: Words, world: World) -> None:
    """Let a host, or the gateway by one of its names, show a certificate that nobody should take, or a good one."""
    row = sandbox_rows.by_no(world.store, world.sandbox.no)
    faults = dict(json.loads(row.settings if row else "{}").get("tls_faults", {}))
    faults.pop(words["host"], None)
    if words["state"] != "ok":
        faults[words["host"]] = words["state"]
    set_settings({"settings": {"tls_faults": faults}}, world)


def rename_server(words: Words, world: World) -> None:
    """Give a subsystem another DSTCODE: its hosts and rights go with it, the old one is nobody's."""
    axis, old, new = Axis(world), words["from"], words["to"]
    subsystem = axis.subsystems.get(old)
    if subsystem is None:
        raise Lapsed(f"không có hệ thống con {old}", f"there is no subsystem {old}")
    try:
        read_subsystem(new)
    except NotASubsystem as trouble:
        raise Lapsed(trouble.vi, trouble.en) from None
    axis.subsystems.drop(old)
    axis.subsystems.put_record(replace(subsystem, id=new))
    for host in axis.hosts.with_prefix(""):
        if host.subsystem == old:
            axis.hosts.put_record(replace(host, subsystem=new))
    for grant in axis.grants.with_prefix(""):
        if old in (grant.provider, grant.subject):
            axis.grants.drop(f"{grant.provider}|{grant.subject}")
            provider, subject = (new if each == old else each for each in (grant.provider, grant.subject))
            axis.grants.put_record(replace(grant, provider=provider, subject=subject))


def retire_host(words: Words, world: World) -> None:
    """Take a file host off the axis for good: its name is nobody's."""
    hosts = Axis(world).hosts
    if hosts.get(words["host"]) is None:
        raise Lapsed(f"không có máy chủ {words['host']}", f"there is no host {words['host']}")
    hosts.drop(words["host"])


_OWN: dict[str, EffectKind] = {
    "set": EffectKind(
        set_settings,
        {"settings": OBJECT},
        {},
        judge_settings,
        title=("đổi thiết lập của sandbox", "settings of the sandbox change"),
    ),
    "state": EffectKind(
        set_state,
        {"name": TEXT, "value": TEXT},
        {},
        title=("đổi một giá trị trạng thái", "a value of the state changes"),
    ),
    "grant": EffectKind(
        grant_access,
        {"provider": TEXT, "subject": TEXT},
        {},
        title=("cấp quyền gọi trên trục", "a right to call over the axis is given"),
    ),
    "withdraw": EffectKind(
        withdraw_access,
        {"provider": TEXT, "subject": TEXT},
        {},
        title=("thu quyền gọi trên trục", "a right to call over the axis is taken back"),
    ),
    "downtime": EffectKind(
        begin_downtime,
        {"minutes": NUMBER},
        {"notice": TEXT},
        judge_downtime,
        title=("cổng ngừng để bảo trì", "the gateway is down for maintenance"),
    ),
    "tls": EffectKind(
        change_certificate,
        {"host": TEXT, "state": TEXT},
        {},
        judge_tls,
        title=("đổi chứng thư TLS của một máy chủ", "the TLS certificate of a host changes"),
    ),
    "rename-server": EffectKind(
        rename_server,
        {"from": TEXT, "to": TEXT},
        {},
        title=("đổi tên một máy chủ bảo mật", "a security server is renamed"),
    ),
    "retire-host": EffectKind(retire_host, {"host": TEXT}, {}, title=("bỏ một máy chủ tệp", "a file host is retired")),
    "again": EffectKind(
        happen_again,
        {"every_ms": NUMBER, "do": OBJECT},
        {},
        judge_again,
        title=("lặp lại một việc", "something happens again"),
    ),
    "enter": EffectKind(
        enter_state,
        {"machine": TEXT, "state": TEXT, "effects": LIST},
        {"every_ms": NUMBER},
        judge_entry,
        title=("kịch bản sang trạng thái khác", "the scenario enters a state"),
    ),
}
