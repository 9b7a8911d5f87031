"""Every kind of effect there is: which words it takes, and what it does. ``docs/time.md`` shows one of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.country.agenda import BadEffect, EffectWords
from emulator.country.furnish import nearest
from emulator.country.life import acts
from emulator.country.world import World

_TEXT, _NUMBER, _OBJECT, _LIST = (str,), (int,), (dict,), (list,)
_TYPES: dict[tuple[type, ...], tuple[str, str]] = {
    _TEXT: ("chuỗi", "a string"),
    _NUMBER: ("số nguyên", "an integer"),
    _OBJECT: ("đối tượng", "an object"),
}
Words = Mapping[str, tuple[type, ...]]


@dataclass(frozen=True)
class EffectKind:
    """One kind of effect: the words it needs, those it may have, and what it does."""

    act: Callable[[Mapping[str, Any], World], None]
    needed: Words
    optional: Words
    judge: Callable[[Mapping[str, Any]], None] | None = None


_OFFICER: Words = {"level": _TEXT, "officer": _TEXT, "unit": _TEXT, "note": _TEXT, "due_days": _NUMBER}
_WISH: Words = {"procedure": _TEXT, "province": _TEXT, "district": _TEXT, "commune": _TEXT, "person": (str, dict)}
_OF_ANY: Words = {"scenario": _TEXT}
"""Any effect may belong to a scenario: it goes when that scenario goes."""
KINDS: dict[str, EffectKind] = {
    "move": EffectKind(acts.move, {"dossier": _TEXT, "status": _NUMBER}, _OFFICER, acts.judge_move_words),
    "result": EffectKind(acts.attach_result, {"dossier": _TEXT}, {"name": _TEXT, "result_code": _TEXT}),
    "application": EffectKind(acts.file_application, {}, _WISH, acts.judge_application_words),
    "stage": EffectKind(acts.live_on, {"dossier": _TEXT, "stage": _TEXT, "been": _LIST}, {}),
    "arrivals": EffectKind(acts.arrive, {}, {}),
    "set": EffectKind(acts.set_settings, {"settings": _OBJECT}, {}, acts.judge_settings),
    "state": EffectKind(acts.set_state, {"name": _TEXT, "value": _TEXT}, {}),
    "grant": EffectKind(acts.grant_access, {"provider": _TEXT, "subject": _TEXT}, {}),
    "withdraw": EffectKind(acts.withdraw_access, {"provider": _TEXT, "subject": _TEXT}, {}),
    "downtime": EffectKind(acts.begin_downtime, {"minutes": _NUMBER}, {"notice": _TEXT}),
    "again": EffectKind(acts.happen_again, {"every_ms": _NUMBER, "do": _OBJECT}, {}, acts.judge_again),
    "enter": EffectKind(
        acts.enter_state,
        {"machine": _TEXT, "state": _TEXT, "effects": _LIST},
        {"every_ms": _NUMBER},
        acts.judge_entry,
    ),
}


def check(effect: EffectWords) -> None:
    """Check an effect before it is scheduled.

    Raises:
        BadEffect: its kind is unknown, or a word is missing, unknown or of a wrong type.
    """
    if not isinstance(effect, Mapping):
        raise BadEffect("", "phải là một đối tượng", "must be an object")
    kind = effect.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        vi, en = nearest(str(kind), KINDS)
        known = ", ".join(KINDS)
        raise BadEffect("/kind", f"không có loại “{kind}”; có: {known}{vi}", f"no such kind; there are: {known}{en}")
    shape = KINDS[kind]
    _check_words({name: value for name, value in effect.items() if name != "kind"}, shape)
    if shape.judge:
        shape.judge(effect)


def apply(effect: EffectWords, world: World) -> None:
    """Let an effect happen, in a world that is held.

    Raises:
        Lapsed: it is no longer possible.
    """
    KINDS[effect["kind"]].act(effect, world)


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
