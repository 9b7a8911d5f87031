"""Checks of how a client gets, keeps and renews its token.

Sources: BTXH 2.1; src:apim-token-errors, src:apim-revoke, src:apim-faults, src:apim-security-codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emulator.certification.checks.basics import Given
from emulator.certification.evidence import Entry
from emulator.certification.finding import CheckOf, Finding, bad, good, unseen
from emulator.certification.scenes import Played

_ASKED = "ndxp.token"


def reuses_its_token(scenes: Sequence[Played], given: Given) -> list[Finding]:
    """Say whether one token served all calls of a scene: at most ``logins`` (1) token calls for ``calls`` (2) or more.

    ``together``: one token served all scenes of the test. A token that another scene has left dead is nobody's fault:
    the calls that find that out are not looked at, and the login for it counts for its own scene alone.
    """
    most, least = int(given.get("logins", 1)), int(given.get("calls", 2))
    findings = []
    dead = [_calls_with_a_dead_token(scene) for scene in scenes]
    every = [
        (scene.of(_ASKED), [call for call in scene.of("btxh.*") if call not in found])
        for scene, found in zip(scenes, dead, strict=True)
    ]
    if given.get("together"):
        forced = {each[0][0].seq for each, found in zip(every[1:], dead[1:], strict=True) if found}
        logins = [call for each in every for call in each[0] if call.seq not in forced]
        every = [(logins, [call for each in every for call in each[1]])]
    for logins, calls in every:
        if len(calls) < least:
            vi, en = "Chưa đủ lời gọi để biết token có được dùng lại", "too few calls to see whether a token is reused"
            findings.append(unseen(vi, en, *calls, expected=f"≥ {least}", actual=len(calls)))
        elif any(call.status == 401 for call in calls):
            vi, en = "Có lời gọi bị 401 nên không biết token có được dùng lại", "a call got 401: reuse cannot be told"
            findings.append(unseen(vi, en, *[call for call in calls if call.status == 401][:3]))
        elif len(logins) > most:
            vi, en = "Xin token quá nhiều lần; chỉ xin lại khi hết hạn", "asks for tokens too often"
            findings.append(bad(vi, en, *logins[:5], expected=f"≤ {most}", actual=len(logins)))
        else:
            vi, en = f"{len(calls)} lời gọi, {len(logins)} lần xin token", f"{len(calls)} calls, {len(logins)} logins"
            findings.append(good(vi, en, *logins, *calls[:3]))
    return findings


def _calls_with_a_dead_token(scene: Played) -> list[Entry]:
    """Return the calls that met 401 with a token of an earlier scene, before a new one was asked for in this one."""
    logins = scene.of(_ASKED)
    early = [call for call in scene.of("btxh.*") if logins and call.seq < logins[0].seq]
    return [call for call in early if call.status == 401 and call.token]


def renews_once(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether, after a 401 for its token, the client asked once for a new one and used that."""
    return [_renewal(scene) for scene in scenes]


def _renewal(scene: Played) -> Finding:
    dead = next((call for call in scene.of("btxh.*") if call.status == 401 and call.token), None)
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
    return _used(dead, logins[0], again)


def _used(dead: Entry, login: Entry, again: Entry) -> Finding:
    if again.token != dead.token:
        return good("Xin token mới một lần rồi gọi lại", "asked once for a new token and called again", dead, again)
    if isinstance(login.reply, dict) and login.reply.get("access_token") == dead.token:
        return unseen("Cổng cấp lại chính token đó: 401 không do token", "the gateway gave that token again", dead)
    return bad("Gọi lại bằng token cũ", "called again with the old token", dead, again)


def _first_after(calls: Sequence[Entry], login: Entry) -> Entry | None:
    return next((call for call in calls if call.seq > login.seq and call.operation.startswith("btxh.")), None)


def renews_in_time(scenes: Sequence[Played], _given: Given) -> list[Finding]:
    """Say whether a client that knows the time asked for a new token before the old one failed it."""
    found = []
    for scene in scenes:
        logins, calls = scene.of(_ASKED), scene.of("btxh.*")
        dead = [call for call in calls if call.status == 401]
        if dead:
            vi, en = "Gọi bằng token đã quá expires_in", "called with a token older than its expires_in"
            found.append(bad(vi, en, *dead[:3], expected="POST /token", actual=401))
        elif logins and calls:
            found.append(
                good("Xin token mới trước khi gọi tiếp", "asked for a new token first", *logins[:1], *calls[:1])
            )
        else:
            found.append(unseen("Chưa xin token rồi gọi", "no token was asked for and used", *calls[:1]))
    return found


TOKENS: Mapping[str, CheckOf] = {
    "reuses-its-token": reuses_its_token,
    "renews-once": renews_once,
    "renews-in-time": renews_in_time,
}
