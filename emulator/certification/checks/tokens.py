"""Checks of how a client gets, keeps and renews its token.

Sources: BTXH 2.1; src:apim-token-errors, src:apim-revoke, src:apim-faults, src:apim-security-codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import parse_qsl

from emulator.certification.checks.basics import as_tuple, matching
from emulator.certification.evidence import Entry
from emulator.certification.kit import KitWords
from emulator.certification.scenes import CheckOf, Finding, Played, bad, good, unseen

_ASKED = "ndxp.token"


def reuses_its_token(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
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


def renews_once(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
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
    return _judge_use(dead, logins[0], again)


def _judge_use(dead: Entry, login: Entry, again: Entry) -> Finding:
    if again.token != dead.token:
        return good("Xin token mới một lần rồi gọi lại", "asked once for a new token and called again", dead, again)
    if isinstance(login.reply, dict) and login.reply.get("access_token") == dead.token:
        return unseen("Cổng cấp lại chính token đó: 401 không do token", "the gateway gave that token again", dead)
    return bad("Gọi lại bằng token cũ", "called again with the old token", dead, again)


def _first_after(calls: Sequence[Entry], login: Entry) -> Entry | None:
    return next((call for call in calls if call.seq > login.seq and call.operation.startswith("btxh.")), None)


def renews_in_time(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
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


# Checks of the token request itself, and of how a call carries what it got.
#
# Sources: BTXH 2.1; src:apim-token-issue, src:apim-token-errors, src:apim-security-codes.

_FORM = "application/x-www-form-urlencoded"
_GRANT = "client_credentials"
_SECRETS = re.compile(
    r"(access_?)?token|authorization|(client|consumer|secret)_?(secret|key|id)|secret|bearer", re.ASCII | re.IGNORECASE
)
"""Names under which a key, a secret or a token would stand where it does not belong."""
_BEARER = "Bearer "


def logins(scene: Played) -> list[Entry]:
    """Return the calls that asked for a token, also those that no gateway would take."""
    return [call for call in scene.calls if call.path.rstrip("/").endswith("/token")]


def _is_posted(login: Entry) -> Finding | None:
    if login.method == "POST":
        return None
    return bad("Xin token bằng POST", "a token is asked for by POST", login, expected="POST", actual=login.method)


def _is_basic(login: Entry) -> Finding | None:
    scheme = (login.header("authorization") or "").partition(" ")[0]
    if scheme.lower() == "basic":
        return None
    vi, en = "Cặp khóa phải nằm trong Authorization: Basic", "the pair belongs into Authorization: Basic"
    return bad(vi, en, login, expected="Basic", actual=scheme or "–")


def _is_form(login: Entry) -> Finding | None:
    given = (login.header("content-type") or "").partition(";")[0].strip().lower()
    if given == _FORM:
        return None
    return bad(f"Content-Type phải là {_FORM}", f"Content-Type must be {_FORM}", login, expected=_FORM, actual=given)


def _is_grant(login: Entry) -> Finding | None:
    grants = [value for name, value in parse_qsl(login.text) if name == "grant_type"]
    if set(grants) == {_GRANT}:
        return None
    vi, en = f"Thân phải là grant_type={_GRANT}", f"the body must be grant_type={_GRANT}"
    return bad(vi, en, login, expected=_GRANT, actual=", ".join(grants) or "–")


def _is_single(login: Entry) -> Finding | None:
    names = [name for name, _ in parse_qsl(login.text, keep_blank_values=True)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not twice:
        return None
    return bad("Tham số bị lặp trong thân", "a parameter is repeated in the body", login, actual=", ".join(twice))


def _is_in_header_only(login: Entry) -> Finding | None:
    told = [*login.query, *(name for name, _ in parse_qsl(login.text, keep_blank_values=True))]
    found = sorted({name for name in told if _SECRETS.fullmatch(name)})
    if not found or login.header("authorization") is None:
        return None if not login.query else _in_address(login)
    vi, en = "Khóa chỉ được nằm ở header, không ở đường dẫn hay thân", "the pair belongs into the header alone"
    return bad(vi, en, login, actual=", ".join(found))


def _in_address(login: Entry) -> Finding:
    vi, en = "Đường dẫn /token không có tham số", "/token takes no parameters in its address"
    return bad(vi, en, login, actual=", ".join(login.query))


_RULES: Mapping[str, Callable[[Entry], Finding | None]] = {
    "post": _is_posted,
    "basic": _is_basic,
    "form": _is_form,
    "grant": _is_grant,
    "single": _is_single,
    "header-only": _is_in_header_only,
}


def asks_properly(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether each token request keeps the ``rules`` the kit names: post, basic, form, grant, single, header-only.

    The body is looked at where there is one: another method than POST is what rule ``post`` is about.
    """
    rules = [_RULES[name] for name in as_tuple(given["rules"])]
    asked = [login for scene in scenes for login in logins(scene) if login.method == "POST" or _is_posted in rules]
    if not asked:
        return [unseen("Chưa xin token ở đây", "no token was asked for here")]
    wrong = [found for login in asked[:5] for rule in rules if (found := rule(login)) is not None]
    return wrong or [good("Yêu cầu token đúng dạng", "the token request has its form", *asked[:3])]


def bears_its_token(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether every service call carries ``Authorization: Bearer <token>``, and the token nowhere else."""
    calls = [call for scene in scenes for call in scene.of("btxh.*")]
    if not calls:
        return [unseen("Chưa gọi dịch vụ", "no service was called")]
    wrong = [found for call in calls for found in _check_bearer(call)]
    return wrong[:5] or [good("Mọi lời gọi mang token ở header", "every call has its token in the header", *calls[:3])]


def _check_bearer(call: Entry) -> Iterator[Finding]:
    header = call.header("authorization") or ""
    if not header.startswith(_BEARER):
        vi, en = "Header phải là Authorization: Bearer <token>", "the header must be Authorization: Bearer <token>"
        yield bad(vi, en, call, expected="Bearer <token>", actual=header.partition(" ")[0][:12] or "–")
    body = call.body if isinstance(call.body, dict) else {}
    found = [name for name in (*call.query, *body) if _SECRETS.fullmatch(name)]
    if found:
        vi, en = "Token không được nằm ở đường dẫn hay thân", "the token must stand in neither address nor body"
        yield bad(vi, en, call, actual=", ".join(found))


def ignores_token_type(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether the scheme stays ``Bearer`` where a token reply wrote ``token_type`` in another way."""
    found = []
    for scene in scenes:
        told = [
            login.reply["token_type"]
            for login in logins(scene)
            if isinstance(login.reply, dict) and login.status == 200
        ]
        calls = scene.of("btxh.*")
        echoed = [
            call for call in calls if (call.header("authorization") or "").partition(" ")[0] in {*told} - {"Bearer"}
        ]
        if echoed:
            vi, en = "Ghép token_type của trả lời vào header", "put the reply's token_type into the header"
            found.append(bad(vi, en, *echoed[:3], expected="Bearer", actual=told[0]))
        elif told and calls:
            found.append(good("Vẫn viết Bearer", "still writes Bearer", *calls[-1:]))
        else:
            found.append(unseen("Chưa xin token rồi gọi", "no token was asked for and used"))
    return found


def uses_its_pair(scenes: Sequence[Played], _given: KitWords) -> list[Finding]:
    """Say whether tokens and calls belong to the pair the client was issued for this environment, and to no other."""
    return [_check_pair(scene) for scene in scenes]


def _check_pair(scene: Played) -> Finding:
    issued = str(scene.expected.get("api_key", ""))
    called = [call for call in (*logins(scene), *scene.of("btxh.*")) if call.told["consumer"] or call.status == 200]
    known = [call for call in called if call.told["consumer"]]
    if not known:
        return unseen("Chưa thấy cặp khóa nào được dùng", "no pair was seen in use")
    wrong = [call for call in known if call.told["consumer"] != issued]
    if wrong:
        vi, en = "Dùng cặp khóa khác cặp Production được cấp", "uses another pair than the Production one it was issued"
        return bad(vi, en, *wrong[:5], expected=issued, actual=wrong[0].told["consumer"])
    return good("Chỉ dùng cặp khóa Production được cấp", "uses the Production pair alone", *known[:3])


TOKEN_REQUESTS: Mapping[str, CheckOf] = {
    "asks-properly": asks_properly,
    "bears-its-token": bears_its_token,
    "ignores-token-type": ignores_token_type,
    "uses-its-pair": uses_its_pair,
}


_OF_THE_LGSP = "B06"


def documented_only(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether only documented addresses and methods were called; ``alias``: also the LGSP's address is one.

    How a token is asked for has a test of its own.
    """
    calls = [call for scene in scenes for call in scene.calls if not call.path.rstrip("/").endswith("/token")]
    if not calls:
        return [unseen("Chưa có lời gọi nào", "nothing was called")]
    wrong = [call for call in calls if not call.operation]
    if not given.get("alias", True):
        wrong += [call for call in calls if any(each["rule"] == _OF_THE_LGSP for each in call.remarks)]
    if wrong:
        vi, en = "Gọi địa chỉ hoặc phương thức không có trong tài liệu", "called what no document has"
        return [bad(vi, en, *wrong[:5], actual=f"{wrong[0].method} {wrong[0].path.rpartition('/s/')[2]}")]
    return [good("Chỉ gọi địa chỉ có trong tài liệu", "only documented addresses were called", *calls[:3])]


def declares(scenes: Sequence[Played], given: KitWords) -> list[Finding]:
    """Say whether calls that match carry ``header`` with the media type ``value``, parameters aside."""
    calls = [call for scene in scenes for call in matching(scene, given)]
    name, value = str(given["header"]), str(given["value"])
    if not calls:
        return [unseen("Chưa có lời gọi nào để xét", "there is no call to look at")]
    for call in calls:
        said = (call.header(name) or "").partition(";")[0].strip()
        if said.lower() != value:
            return [bad(f"Header {name} phải là {value}", f"{name} must be {value}", call, expected=value, actual=said)]
    return [good(f"Header {name} là {value}", f"{name} is {value}", *calls[:3])]


ADDRESSES: Mapping[str, CheckOf] = {"documented-only": documented_only, "declares": declares}
