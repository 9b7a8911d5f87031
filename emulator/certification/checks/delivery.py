"""Checks of what became of each dossier: did it arrive, how often was it tried, and how patiently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise

from emulator.certification.evidence import Entry
from emulator.certification.kit import KitWords
from emulator.certification.scenes import CheckOf, Finding, Played, bad, good, unseen
from emulator.kernel.clock import to_ms

_PUSH = "btxh.DongBoDVC"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def told_codes(scene: Played) -> list[str]:
    """Return the codes of the dossiers the client was given."""
    return [each["dossier_code"] for each in scene.task.get("dossiers", ())]


def code_of(call: Entry) -> str:
    """Return the dossier a push is about."""
    return str(call.body.get("MaHoSo", "")) if isinstance(call.body, dict) else ""


def is_confirmed(call: Entry) -> bool:
    """Tell whether the client could read that its push was taken: a whole reply, 200, ``error_code`` 0 in any form."""
    if call.is_lost or call.status != 200 or not isinstance(call.reply, dict):
        return False
    told = call.reply.get("result", call.reply)
    code = str(told.get("error_code", "?")) if isinstance(told, dict) else "?"
    return code.strip() != "" and code.strip("0") == ""


def is_refused(call: Entry) -> bool:
    """Tell whether the service said no with HTTP 200: ``error_code`` is there and is not 0."""
    whole = call.status == 200 and not call.is_lost and isinstance(call.reply, dict)
    return whole and "error_code" in call.reply and not is_confirmed(call)


def delivers(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether every dossier that the service did not refuse got its confirmation; ``operation`` (the push)."""
    return [_check_delivery(scene, given) for scene in scenes]


def _check_delivery(scene: Played, given: KitWords) -> Finding:
    calls = scene.of(str(given.get("operation", _PUSH)))
    codes = told_codes(scene)
    excused = {code_of(call) for call in calls if is_refused(call)}
    wanted = [code for code in codes if code not in excused]
    done = {code_of(call) for call in calls if is_confirmed(call)}
    missing = [code for code in wanted if code not in done]
    tried = [call for call in calls if code_of(call) in missing]
    if done and not missing:
        vi, en = f"{len(done)} hồ sơ đã được xác nhận", f"{len(done)} dossiers were confirmed"
        return good(vi, en, *[call for call in calls if is_confirmed(call)][:5])
    let_in = [call for call in calls if call.status != 401]
    if not missing or (not done and not any(call.status == 200 for call in calls) and not _is_spoilt_alone(let_in)):
        return unseen("Chưa hồ sơ nào tới được dịch vụ", "no dossier reached the service", *calls[:3])
    vi, en = f"Hồ sơ không tới nơi: {', '.join(missing)}", f"dossiers that never arrived: {', '.join(missing)}"
    return bad(vi, en, *(tried or calls)[:5], expected=len(wanted), actual=len(wanted) - len(missing))


def _is_spoilt_alone(calls: list[Entry]) -> bool:
    """Tell whether calls came, and none of them failed for anything but a fault."""
    return bool(calls) and all(call.faults for call in calls)


def tries_patiently(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether a call that failed is tried again at most ``at_most`` times (8), with ``least_ms`` (100) between.

    ``growing``: the last pause must not be shorter than the first. A client that gives up at once passes.
    """
    findings = [_patient(calls, given) for scene in scenes for calls in _tries(scene).values() if calls[0].faults]
    return findings or [unseen("Chưa có lời gọi nào gặp lỗi", "no call met a failure")]


def _tries(scene: Played) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for call in scene.while_played(scene.of("btxh.*", "ndxp.token")):
        found.setdefault(f"{call.operation} {code_of(call)}", []).append(call)
    return {name: calls for name, calls in found.items() if any(call.faults for call in calls)}


def _patient(calls: list[Entry], given: KitWords) -> Finding:
    most, least = int(given.get("at_most", 8)), int(given.get("least_ms", 100))
    pauses = [after.at_ms - before.at_ms for before, after in pairwise(calls) if not is_confirmed(before)]
    if len(calls) > most:
        vi, en = "Thử lại quá nhiều lần", "tried again too often"
        return bad(vi, en, *calls[:5], expected=f"≤ {most}", actual=len(calls))
    if pauses and min(pauses) < least:
        vi, en = "Thử lại mà không nghỉ", "tried again without a pause"
        return bad(vi, en, *calls[:5], expected=f"≥ {least} ms", actual=f"{min(pauses)} ms")
    if given.get("growing") and len(pauses) > 1 and pauses[-1] < pauses[0]:
        vi, en = "Khoảng nghỉ phải dài dần", "pauses must grow"
        return bad(vi, en, *calls[:5], actual=", ".join(f"{each} ms" for each in pauses))
    told = ", ".join(f"{each} ms" for each in pauses) or "–"
    return good(f"{len(calls)} lần thử, nghỉ {told}", f"{len(calls)} tries, pauses {told}", *calls[:5])


def waits_as_told(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether, after each 429, the next call of that operation came no sooner than the reply had said."""
    findings = []
    for scene in scenes:
        calls = scene.of("btxh.*")
        for before, after in pairwise(calls):
            until = _free_at(before) if before.status == 429 else None
            if until is not None:
                findings.append(_check_wait(before, after, until))
    return findings or [unseen("Chưa có lời gọi nào sau một 429", "no call followed a 429")]


def _check_wait(before: Entry, after: Entry, until: int) -> Finding:
    late = after.at_ms - until
    if late < 0:
        vi, en = "Gọi lại trước thời điểm đã báo", "called again before the moment it was told"
        return bad(
            vi, en, before, after, expected=f"≥ {until - before.at_ms} ms", actual=f"{after.at_ms - before.at_ms} ms"
        )
    return good("Chờ tới thời điểm đã báo", "waited for the moment it was told", before, after)


def _free_at(refused: Entry) -> int | None:
    """Return the instant a 429 names: ``Retry-After`` as a date or as seconds, else ``nextAccessTime``."""
    said = refused.reply_header("retry-after") or ""
    if said.isdigit():
        return refused.at_ms + int(said) * 1000
    if said:
        return to_ms(parsedate_to_datetime(said))
    text = refused.reply_text.partition("nextAccessTime")[2].lstrip('">: ')[:20]
    try:
        year, month, rest = text.split("-", 2)
        return to_ms(datetime.strptime(f"{year} {_MONTHS.index(month) + 1} {rest} +0000", "%Y %m %d %H:%M:%S %z"))
    except ValueError:
        return None


DELIVERY: Mapping[str, CheckOf] = {
    "delivers": delivers,
    "tries-patiently": tries_patiently,
    "waits-as-told": waits_as_told,
}
