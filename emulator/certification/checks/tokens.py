"""Checks of how a client gets, keeps and renews its token (BTXH 2.1; facts-gateway A2 to A5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emulator.certification.checks.basics import Given
from emulator.certification.evidence import Entry
from emulator.certification.finding import CheckOf, Finding, bad, good, unseen
from emulator.certification.scenes import Played

_ASKED = "ndxp.token"


def reuses_its_token(scenes: Sequence[Played], given: Given) -> list[Finding]:
    """Say whether one token served all calls of a scene: at most ``logins`` (1) token calls."""
    most, least = int(given.get("logins", 1)), int(given.get("calls", 2))
    findings = []
    for scene in scenes:
        logins, calls = scene.of(_ASKED), scene.of("btxh.*")
        if len(calls) < least:
            vi, en = "Chưa đủ lời gọi để biết token có được dùng lại", "too few calls to see whether a token is reused"
            findings.append(unseen(vi, en, *calls, expected=f"≥ {least}", actual=len(calls)))
        elif len(logins) > most:
            vi, en = "Xin token quá nhiều lần; chỉ xin lại khi hết hạn", "asks for tokens too often"
            findings.append(bad(vi, en, *logins[:5], expected=f"≤ {most}", actual=len(logins)))
        else:
            vi, en = f"{len(calls)} lời gọi, {len(logins)} lần xin token", f"{len(calls)} calls, {len(logins)} logins"
            findings.append(good(vi, en, *logins, *calls[:3]))
    return findings


def renews_once(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether, after a 401 for its token, the client asked once for a new one and used that."""
    return [_renewal(scene) for scene in scenes]


def _renewal(scene: Played) -> Finding:
    dead = next((call for call in scene.of("btxh.*") if call.status == 401), None)
    if dead is None:
        return unseen("Chưa gặp 401", "no 401 was met")
    later = [call for call in scene.calls if call.seq > dead.seq]
    logins = [call for call in later if call.operation == _ASKED]
    if not logins:
        return bad("Gặp 401 mà không xin token mới", "met 401 and asked for no new token", dead)
    again = _first_after(later, logins[0])
    if len(logins) > 1 and (again is None or logins[1].seq < again.seq):
        vi, en = "Xin token nhiều lần cho một lần hết hạn", "asks several times for one expiry"
        return bad(vi, en, dead, *logins[:3], expected=1, actual=len(logins))
    if again is None:
        return bad("Có token mới mà không gọi lại", "got a new token and did not call again", dead, logins[0])
    if again.token == dead.token:
        return bad("Gọi lại bằng token cũ", "called again with the old token", dead, again)
    return good("Xin token mới một lần rồi gọi lại", "asked once for a new token and called again", dead, again)


def _first_after(calls: Sequence[Entry], login: Entry) -> Entry | None:
    return next((call for call in calls if call.seq > login.seq and call.operation.startswith("btxh.")), None)


TOKENS: Mapping[str, CheckOf] = {
    "reuses-its-token": reuses_its_token,
    "renews-once": renews_once,
}
