"""Checks that every kit uses: what was called, what was met, what must not have been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.certification.evidence import Entry
from emulator.certification.kit import KitWords
from emulator.certification.scenes import CheckOf, Finding, Played, bad, good, unseen


def as_tuple(value: Any) -> tuple[Any, ...]:
    """Return a list that a kit may write as a single value."""
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def matching(scene: Played, given: KitWords) -> Iterator[Entry]:
    """Yield the calls a kit describes: ``operation`` (one or several), ``outcome``, ``body`` (fields and values)."""
    calls = scene.of(*as_tuple(given["operation"])) if "operation" in given else scene.calls
    wanted = dict(given.get("body", {}))
    for call in calls:
        if "outcome" in given and call.outcome not in as_tuple(given["outcome"]):
            continue
        body = call.body if isinstance(call.body, dict) else {}
        if all(str(body.get(name)) in map(str, as_tuple(value)) for name, value in wanted.items()):
            yield call


def meets_fault(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the client met what the emulator had prepared: ``fault`` by name, or a call that matches.

    Each scene in which one of the faults was armed must have met its own.
    """
    if "fault" not in given:
        return [_judge_meeting(scenes, str(given.get("operation", "")), given)]
    struck = [scene for scene in scenes if scene.faults & set(as_tuple(given["fault"]))]
    return [_judge_meeting([scene], ", ".join(sorted(scene.faults)), given) for scene in struck or scenes]


def _judge_meeting(scenes: Sequence[Played], what: str, given: KitWords) -> Finding:
    met = [call for scene in scenes for call in scene.calls if _was_met(call, given)]
    if met:
        return good(f"Phần mềm đã gặp {what}", f"the client met {what}", *met[:3])
    return unseen(f"Phần mềm chưa gặp {what}", f"the client never met {what}")


def _was_met(call: Entry, given: KitWords) -> bool:
    if "fault" in given:
        return any(fault in call.faults for fault in as_tuple(given["fault"]))
    if "status" in given and call.status not in as_tuple(given["status"]):
        return False
    return any(True for _ in matching(Played(0, "", "main", call, {}, (call,)), given))


def makes_calls(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether calls that match came: at least ``at_least`` (1), at most ``at_most``, in each scene.

    Too many are counted while the scene was played. Calls that name no dossier, as those for a token, may be one more
    for each dossier of another scene that the client sent meanwhile.
    """
    return [_count_calls(scene, given) for scene in scenes]


def _count_calls(scene: Played, given: KitWords) -> Finding:
    found = list(matching(scene, given))
    low, high = int(given.get("at_least", 1)), given.get("at_most")
    what = ", ".join(map(str, as_tuple(given.get("operation", "*"))))
    wanted = f"≥ {low}" if high is None else f"{low}…{high}"
    tries = scene.while_played(found)
    guests = 0 if any(each.own_code for each in tries) else len(scene.guests)
    if high is not None and len(tries) > int(high) + guests:
        vi, en = f"{what}: gọi quá nhiều lần", f"{what}: called too often"
        return bad(vi, en, *tries[:5], expected=wanted, actual=len(tries))
    if len(found) < low:
        vi, en = f"{what}: chưa đủ lượt gọi", f"{what}: too few calls"
        return unseen(vi, en, *found, expected=wanted, actual=len(found))
    return good(f"{what}: {len(found)} lượt", f"{what}: {len(found)} calls", *found[:5])


def quiet(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the client held back: none of the calls that match came."""
    found = [call for scene in scenes for call in matching(scene, given)]
    what = ", ".join(map(str, as_tuple(given.get("operation", "*"))))
    if found:
        vi, en = f"Không được gọi {what} ở đây", f"{what} must not be called here"
        return [bad(vi, en, *found[:5], expected=0, actual=len(found))]
    return [good(f"Không gọi {what}", f"no {what} was called")]


def proceeds(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the client went on where nothing held it back: a call that matches came in every scene."""
    return makes_calls(scenes, given)


def not_refused(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether the services took what was sent; what they refuse or remark names field and rule.

    A token that has run out (401) is no fault of what was sent: kit cong-ndxp judges how it is renewed.
    """
    findings = []
    ignored = set(map(str, as_tuple(given.get("except", ()))))
    every = [call for scene in scenes for call in matching(scene, given)]
    looked = [call for call in every if call.status != 401 or not call.operation.startswith("btxh.")]
    for call in looked:
        errors = [each for each in call.remarks if each["level"] == "error" and each["rule"] not in ignored]
        findings += [bad(each["vi"], each["en"], call, expected=each["rule"], actual=each["path"]) for each in errors]
        if call.outcome in ("refused", "unmatched") and not errors and not call.faults:
            vi, en = f"Bị từ chối: {call.reply_text[:200]}", f"refused: {call.reply_text[:200]}"
            findings.append(bad(vi, en, call, actual=call.status))
    if not looked:
        return [unseen("Chưa có lời gọi nào để xét", "there is no call to look at")]
    return findings or [good("Không lời gọi nào bị từ chối", "no call was refused", *looked[:3])]


BASICS: Mapping[str, CheckOf] = {
    "seen": meets_fault,
    "called": makes_calls,
    "quiet": quiet,
    "proceeds": proceeds,
    "not-refused": not_refused,
}
