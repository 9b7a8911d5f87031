"""Faults of the NDXP gateway and its tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from emulator.country.access import Token
from emulator.country.world import World
from emulator.kernel.clock import http_date
from emulator.kernel.exchange import Exchange, Reply
from emulator.kernel.refusals import AskAgain, FaultFamily, GatewayRefusal, ServiceRefusal
from emulator.scenario.fault import (
    LOGINS,
    FaultKind,
    Instead,
    Params,
    Upon,
    both,
    choice,
    leave_alone,
    number,
    speak_not,
)
from emulator.scenario.faults_delivery import later
from emulator.scenario.faults_payload import with_body
from emulator.services.portal.envelope import BAD_SESSION
from emulator.services.registry import login_names

# Faults of tokens and sessions: they die early, look different, or are not renewed (src:apim-security-codes, KDL V.3).

_USES = ("@ndxp", "dvcqg.*")
_HOLDERS = ("access_token", "session", "accessToken")
_A05, _A08 = "apim-security-codes", "KDL V.3"


def _end_token(how: Callable[[Token, World], None]) -> Instead:
    """End the token of the call for good, then let the gateway find out by itself."""

    def act(exchange: Exchange, world: World, _params: Params) -> Reply | None:
        token = _presented_token(exchange, world)
        if token is None:
            return None
        with world.store.writing():
            how(token, world)
        world.presented = None
        raise AskAgain

    return act


def _presented_token(exchange: Exchange, world: World) -> Token | None:
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


def _shorten_life(reply: Reply, _exchange: Exchange, world: World, params: Params) -> Reply:
    issued = _issued_token(reply, world)
    if issued:
        world.hold()
        world.keyring.end(issued.token, world.now_ms + params["life_s"] * 1000)
        return replace(reply)  # another object: the fault has acted
    return reply


def _issued_token(reply: Reply, world: World) -> Token | None:
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


def _retype_token(reply: Reply, _exchange: Exchange, _world: World, params: Params) -> Reply:
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


def _skew_date(reply: Reply, exchange: Exchange, world: World, params: Params) -> Reply:
    """Show another time than the sandbox's; a token of a server whose clock is ahead ends that much earlier."""
    skew_s = params["skew_s"]
    issued = _issued_token(reply, world) if exchange.operation in login_names() else None
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
) -> FaultKind:
    return FaultKind("token", title, sees, source, act, spoil, at=at, **more)


TOKENS: Mapping[str, FaultKind] = {
    "token-expired": _token(
        both("Token, phiên hết hạn ngay", "Token or session expires now"),
        both("401 900901, hoặc -2; từ nay token này chết", "401 900901, or -2; this token is dead from now on"),
        _A05,
        _USES,
        _end_token(_expire),
    ),
    "token-revoked": _token(
        both("Token bị thu hồi", "Token revoked"),
        both("401 900901 như hết hạn; xin lại thì được token khác", "401 900901 as if expired; a new one is another"),
        "apim-revoke; apim-security-codes",
        _USES,
        _end_token(_revoke),
    ),
    "token-short-lived": _token(
        both("Token sống ngắn hơn lời hứa", "Token lives shorter than announced"),
        both("expires_in như cũ, nhưng 401 hoặc -2 đến sớm", "expires_in as ever, but 401 or -2 comes early"),
        _A08,
        (LOGINS,),
        spoil=_shorten_life,
        stage="body",
        params={"life_s": number(60, "sống bao lâu, giây ảo", "how long it lives, virtual seconds", 0)},
    ),
    "token-type": _token(
        both("token_type khác, hoặc sai chữ hoa", "Another token_type, or another letter case"),
        both("token_type không phải Bearer; token vẫn dùng được", "token_type is not Bearer; the token works"),
        "oauth-rfc",
        ("ndxp.token",),
        spoil=_retype_token,
        stage="body",
        params={"type": choice(("bearer", "BEARER", "mac", "JWT"), "giá trị", "the value")},
    ),
    "renewal-refused": _token(
        both("Không cấp lại", "Renewal refused"),
        both("401 invalid_client, hoặc -2", "401 invalid_client, or -2"),
        "apim-token-errors",
        (LOGINS,),
        _not_renewed,
    ),
    "clock-skew": _token(
        both("Đồng hồ lệch", "Clock skew"),
        both("Date lệch; token của máy chạy nhanh hết hạn sớm", "Date is off; tokens of a fast clock end early"),
        "apim-token-issue",
        ("*",),
        spoil=_skew_date,
        stage="headers",
        params={"skew_s": number(600, "lệch bao nhiêu giây", "seconds off", -31_622_400, 31_622_400)},
    ),
}


# Faults of the gateway in the words of WSO2, and those of a proxy before it in nginx's
# (src:apim-faults, src:apim-security-codes, src:apim-throttling, src:apim-transport).

_AT = ("@ndxp", "ndxp.*", "@provincial")
_ADMITTED = ("@ndxp", "@provincial")
_A5, _A6, _A7 = "apim-security-codes", "apim-throttling", "apim-transport"


def _no(family: FaultFamily, status: int, code: int, message: str, description: str) -> Instead:
    def act(_exchange: Exchange, _world: World, _params: Params) -> Reply | None:
        raise GatewayRefusal(family, status, code, message, description)

    return act


def _with(**settings: Any) -> Instead:
    """Let the gateway look again, under other settings of its operator for this call alone."""

    def act(_exchange: Exchange, world: World, _params: Params) -> Reply | None:
        world.set_for_this_call(**settings)
        raise AskAgain

    return act


def _suspend_endpoint(exchange: Exchange, world: World, _params: Params) -> Reply | None:
    kind = world.presented.kind if world.presented else "production"
    name = f"{exchange.passage.api or 'BTXH--v1.0'}_API{kind}Endpoint"
    # The two odd spaces are the product's.
    description = f"Currently , Address endpoint : [ Name : {name} ] [ State : SUSPENDED ]"
    raise GatewayRefusal("other", 500, 303001, "Runtime Error", description)


def _throttle_call(_exchange: Exchange, world: World, params: Params) -> Reply | None:
    """Count this call against a quota; a sandbox that has one already keeps its own."""
    world.set_for_this_call(
        throttle_limit=params["limit"], throttle_window_s=params["window_s"], throttle_level=params["level"]
    )
    raise AskAgain


def _no_endpoint(_exchange: Exchange, world: World, _params: Params) -> Reply | None:
    world.set_for_this_call(missing_endpoint=world.presented.kind if world.presented else "production")
    raise AskAgain


def _late(reply: Reply, _exchange: Exchange, _world: World, params: Params) -> Reply:
    return later(reply, params["after_ms"])


def _nginx(status: int) -> Instead:
    def act(exchange: Exchange, _world: World, _params: Params) -> Reply | None:
        exchange.outcome = "refused"
        title = f"{status} {_NGINX.get(status) or HTTPStatus(status).phrase}"
        body = (
            f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
            "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        ).encode()
        return Reply(status, body, (("Content-Type", "text/html"), ("Content-Length", str(len(body)))))

    return act


_NGINX = {503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}


def _gateway(
    title: Mapping[str, str], sees: str, act: Instead, source: str, at: tuple[str, ...] = _AT, **more: Any
) -> FaultKind:
    return FaultKind("gateway", title, both(sees, sees), source, act, at=at, **more)


def _proxy(status: int, vi: str, en: str) -> FaultKind:
    sees = both(f"{status}, trang HTML của nginx", f"{status}, nginx's HTML page")
    return FaultKind("gateway", both(vi, en), sees, _A7, _nginx(status))


GATEWAY: Mapping[str, FaultKind] = {
    "gateway-500": _gateway(
        both("Lỗi vào ra của cổng (500, WSO2)", "Sender failed (500, WSO2)"),
        "500, am:fault 101500",
        _no("other", 500, 101500, "Runtime Error", "Error in Sender"),
        _A7,
    ),
    "gateway-502": _proxy(502, "Proxy đứng trước báo 502", "The proxy in front says 502"),
    "gateway-503": _proxy(503, "Proxy đứng trước báo 503", "The proxy in front says 503"),
    "gateway-504": _proxy(504, "Proxy đứng trước báo 504", "The proxy in front says 504"),
    "backend-refused": _gateway(
        both("Hệ thống phía sau từ chối kết nối", "Backend refused"),
        "500, am:fault 101503",
        _no("other", 500, 101503, "Runtime Error", "Error connecting to the back end"),
        _A7,
    ),
    "send-timeout": _gateway(
        both("Hệ thống phía sau im lặng", "Backend silent"),
        "500, am:fault 101504",
        _no("other", 500, 101504, "Runtime Error", "Send timeout"),
        _A7,
        spoil=_late,
        params={"after_ms": number(0, "cổng chờ bao lâu, mili giây thực", "how long the gateway waits, real ms")},
    ),
    "endpoint-suspended": _gateway(
        both("Điểm cuối bị tạm treo", "Endpoint suspended"), "500, am:fault 303001", _suspend_endpoint, _A7, _ADMITTED
    ),
    "key-validation-down": _gateway(
        both("Dịch vụ kiểm tra khóa hỏng", "Key validation down"),
        "500, ams:fault 900900",
        _no(
            "security",
            500,
            900900,
            "Unclassified Authentication Failure",
            "Error while accessing backend services for API key validation",
        ),
        _A5,
        _ADMITTED,
    ),
    "throttled": _gateway(
        both("Vượt hạn mức, có đếm", "Quota used up, counted"),
        "429, amt:fault 900804 / 900803, nextAccessTime",
        _throttle_call,
        _A6,
        _ADMITTED,
        params={
            "limit": number(0, "số lượt cho qua mỗi khoảng", "calls let through per window", 0, 1_000_000),
            "window_s": number(60, "độ dài khoảng, giây ảo", "length of a window, virtual seconds", 1, 31_622_400),
            "level": choice(("subscription", "application"), "mức đếm", "what is counted"),
        },
    ),
    "hard-limit": _gateway(
        both("API không nhận thêm", "Backend limit reached"),
        "503, amt:fault 900801",
        _no("throttling", 503, 900801, "API Limit Reached", "API not accepting requests"),
        _A6,
        _ADMITTED,
    ),
    "caller-denied": _gateway(
        both("Bị chính sách chặn", "Blocked by a deny policy"),
        "403, amt:fault 900805",
        _no("throttling", 403, 900805, "Message blocked", "You have been blocked from accessing the resource"),
        _A6,
        _ADMITTED,
    ),
    "subscription-blocked": _gateway(
        both("Đăng ký bị chặn", "Subscription blocked"),
        "401, ams:fault 900907",
        _with(subscription="blocked"),
        _A5,
        _ADMITTED,
    ),
    "subscription-inactive": _gateway(
        both("Đăng ký chưa kích hoạt", "Subscription inactive"),
        "401, ams:fault 900909",
        _with(subscription="inactive"),
        _A5,
        _ADMITTED,
    ),
    "not-subscribed": _gateway(
        both("Chưa đăng ký API", "Not subscribed"), "403, ams:fault 900908", _with(subscription="none"), _A5, _ADMITTED
    ),
    "api-blocked": _gateway(
        both("API bị chặn", "API blocked"), "503, am:fault 700700", _with(api_state="blocked"), _A5, ("@ndxp",)
    ),
    "api-retired": _gateway(
        both("API đã ngừng", "API retired"), "404, am:fault 404", _with(api_state="retired"), _A5, ("@ndxp",)
    ),
    "no-endpoint": _gateway(
        both("Loại khóa không có điểm cuối", "No endpoint for the key's type"),
        "403, am:fault 900901",
        _no_endpoint,
        _A5,
        _ADMITTED,
    ),
}
