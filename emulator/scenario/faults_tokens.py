"""Faults of tokens and sessions: they die early, look different, or are not renewed (facts-platforms §5.3 A05, A08)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from emulator.kernel.clock import http_date
from emulator.kernel.exchange import Exchange, Reply
from emulator.kernel.refusals import AskAgain, ServiceRefusal
from emulator.scenario.contract import Params
from emulator.scenario.fault import Fault, Instead, Upon, both, choice, leave_alone, number, speak_not
from emulator.scenario.faults_payload import with_body
from emulator.wire.dvcqg_codes import BAD_SESSION
from emulator.world.keyring import Token
from emulator.world.world import World

_USES = ("btxh.*", "dvcqg.*")
_LOGINS = ("ndxp.token", "dvcqg.mapi.login", "dvcqg.papers.login")
_HOLDERS = ("access_token", "session", "accessToken")
_A05, _A08 = "facts-platforms §5.3 A05", "facts-platforms §5.3 A08"


def _ended(how: Callable[[Token, World], None]) -> Instead:
    """End the token of the call for good, then let the gateway find out by itself."""

    def act(exchange: Exchange, world: World, _params: Params) -> Reply | None:
        token = _presented(exchange, world)
        if token is None:
            return None
        with world.store.writing():
            how(token, world)
        world.presented = None
        raise AskAgain

    return act


def _presented(exchange: Exchange, world: World) -> Token | None:
    """Return the token that admitted the call; the papers service has its own in ``Authorization`` (K04)."""
    text = (exchange.call.header("authorization") or "").removeprefix("Bearer ").strip()
    return world.presented or (world.keyring.token(text) if text else None)


def _expire(token: Token, world: World) -> None:
    world.keyring.end(token.token, world.now_ms)


def _revoke(token: Token, world: World) -> None:
    """Revoke an access token; sessions of the portal know no revocation, they end."""
    world.keyring.revoke(token.token)
    if token.kind not in ("production", "sandbox"):
        world.keyring.end(token.token, world.now_ms)


def _shortened(reply: Reply, _exchange: Exchange, world: World, params: Params) -> Reply:
    issued = _issued(reply, world)
    if issued:
        world.hold()
        world.keyring.end(issued.token, world.now_ms + params["life_s"] * 1000)
    return reply


def _issued(reply: Reply, world: World) -> Token | None:
    content = _content(reply)
    result = content.get("result")
    places = (content, result if isinstance(result, dict) else {})
    texts = (place.get(name) for place in places for name in _HOLDERS)
    return next((token for text in texts if isinstance(text, str) and (token := world.keyring.token(text))), None)


def _content(reply: Reply) -> dict[str, Any]:
    try:
        content = json.loads(reply.body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _typed(reply: Reply, _exchange: Exchange, _world: World, params: Params) -> Reply:
    content = _content(reply)
    if "token_type" not in content:
        return reply
    content["token_type"] = params["type"]
    return with_body(reply, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def _not_renewed(exchange: Exchange, world: World, _params: Params) -> Reply | None:
    """Refuse a login: as for an application that is not active, or with the portal's own no."""
    if exchange.operation != "ndxp.token":
        raise ServiceRefusal(BAD_SESSION, "Không cấp phiên mới: tài khoản đang bị tạm khóa")
    world.set_for_this_call(application_state="revoked")
    raise AskAgain


def _skewed(reply: Reply, exchange: Exchange, world: World, params: Params) -> Reply:
    """Show another time than the sandbox's; a token of a server whose clock is ahead ends that much earlier."""
    skew_s = params["skew_s"]
    issued = _issued(reply, world) if exchange.operation in _LOGINS else None
    if issued and issued.expires_at is not None and skew_s > 0:
        world.hold()
        world.keyring.end(issued.token, max(world.now_ms, issued.expires_at - skew_s * 1000))
    return reply.with_headers(after=(("Date", http_date(world.now_ms + skew_s * 1000)),))


def _token(
    title: Mapping[str, str],
    sees: Mapping[str, str],
    source: str,
    at: tuple[str, ...],
    act: Instead = speak_not,
    spoil: Upon = leave_alone,
    **more: Any,
) -> Fault:
    return Fault("token", title, sees, source, act, spoil, at=at, **more)


TOKENS: Mapping[str, Fault] = {
    "token-expired": _token(
        both("Token, phiên hết hạn ngay", "Token or session expires now"),
        both("401 900901, hoặc -2; từ nay token này chết", "401 900901, or -2; this token is dead from now on"),
        _A05,
        _USES,
        _ended(_expire),
    ),
    "token-revoked": _token(
        both("Token bị thu hồi", "Token revoked"),
        both("401 900901 như hết hạn; xin lại thì được token khác", "401 900901 as if expired; a new one is another"),
        "facts-gateway A3, A5",
        _USES,
        _ended(_revoke),
    ),
    "token-short-lived": _token(
        both("Token sống ngắn hơn lời hứa", "Token lives shorter than announced"),
        both("expires_in như cũ, nhưng 401 hoặc -2 đến sớm", "expires_in as ever, but 401 or -2 comes early"),
        _A08,
        _LOGINS,
        spoil=_shortened,
        params={"life_s": number(60, "sống bao lâu, giây ảo", "how long it lives, virtual seconds", 0)},
    ),
    "token-type": _token(
        both("token_type khác, hoặc sai chữ hoa", "Another token_type, or another letter case"),
        both("token_type không phải Bearer; token vẫn dùng được", "token_type is not Bearer; the token works"),
        "RFC 6749 §5.1",
        ("ndxp.token",),
        spoil=_typed,
        params={"type": choice(("bearer", "BEARER", "mac", "JWT"), "giá trị", "the value")},
    ),
    "renewal-refused": _token(
        both("Không cấp lại", "Renewal refused"),
        both("401 invalid_client, hoặc -2", "401 invalid_client, or -2"),
        "facts-gateway A2",
        _LOGINS,
        _not_renewed,
    ),
    "clock-skew": _token(
        both("Đồng hồ lệch", "Clock skew"),
        both("Date lệch; token của máy chạy nhanh hết hạn sớm", "Date is off; tokens of a fast clock end early"),
        "facts-gateway A1",
        ("*",),
        spoil=_skewed,
        params={"skew_s": number(600, "lệch bao nhiêu giây", "seconds off", -31_622_400, 31_622_400)},
    ),
}
