"""Why a call was refused, at every door: the remark that a refusal leaves when nobody left a better one.

A rule that knows more says so itself, where it refuses: with what was found, what is expected and what is nearest. What
is said here is read off the refusal, the reply and the call alone, so that no refusal of any door stays unexplained.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from emulator.country.world import World
from emulator.gateways.ndxp.faults import media_type
from emulator.gateways.ndxp.oauth import FORM, OAuthRefusal
from emulator.journal.near_miss import NearMiss, Offer, near_misses
from emulator.kernel.clock import moment_text
from emulator.kernel.exchange import Call, Exchange, Remark, Reply
from emulator.kernel.refusals import GatewayRefusal, Refusal
from emulator.kernel.rules import find_rule
from emulator.wire.credentials import bearer_word

_BY_CODE = {
    900900: "key-validation-down",
    900901: "invalid-credentials",
    900902: "missing-credentials",
    900907: "subscription-blocked",
    900908: "not-subscribed",
    900909: "subscription-inactive",
    900910: "scope-missing",
    900801: "hard-limit",
    900805: "caller-denied",
    700700: "api-blocked",
    101500: "back-end-failed",
    101503: "back-end-refused",
    101504: "back-end-silent",
    303001: "endpoint-suspended",
}
_BY_ERROR = {
    "invalid_client": "token-invalid-client",
    "invalid_request": "token-invalid-request",
    "unauthorized_client": "token-unauthorized-client",
    "unsupported_grant_type": "token-unsupported-grant-type",
    "invalid_grant": "token-invalid-grant",
    "invalid_scope": "token-invalid-scope",
}
_BY_STATUS = {404: "no-such-resource", 405: "wrong-method", 415: "wrong-media-type", 416: "range-outside"}
_ASK_TOKEN = "POST /token (ndxp.token, BTXH 2.1.1)"  # noqa: S105
_NONE = "–"
_LONGEST = 200
"""Characters of an address that are compared with others: comparing costs their product."""


class Reason(NamedTuple):
    """A rule, and the values of a call that explain it."""

    rule: str
    path: str = ""
    found: str = ""
    expected: str = ""
    nearest: str = ""
    vi: str = ""
    en: str = ""


def settle_outcome(exchange: Exchange, reply: Reply) -> None:
    """Give the same outcome at every door: what a service answers with 400 or more is no answer.

    A machine that plays an agency answers for itself, and a scenario says what it says: both are left alone.
    """
    if exchange.outcome == "answered" and reply.status >= 400 and exchange.operation != "xroad.live":
        exchange.outcome = "refused" if exchange.operation and reply.status != 404 else "unmatched"
        if exchange.operation in ("province.download", "ministry.page"):  # the place is there, the file is not
            exchange.outcome = "refused"


def explain(exchange: Exchange, reply: Reply, refusal: Refusal | None, offers: Sequence[Offer], world: World) -> None:
    """Add the reason of a refusal, unless the journal has one: a broken rule, or a scenario or fault that spoke."""
    if exchange.outcome not in ("refused", "unmatched"):
        return
    if any(each.level == "error" or each.rule == "scenario" or each.rule[:6] == "fault:" for each in exchange.remarks):
        return
    reason = _reason(exchange, reply, refusal, offers, world)
    rule = find_rule(reason.rule, exchange.operation)
    exchange.remarks.append(
        Remark(
            reason.rule,
            "error",
            reason.path,
            rule.vi + (f": {reason.vi}" if reason.vi else ""),
            rule.en + (f": {reason.en}" if reason.en else ""),
            reason.found,
            reason.expected,
            reason.nearest,
        )
    )


def _reason(exchange: Exchange, reply: Reply, refusal: Refusal | None, offers: Sequence[Offer], world: World) -> Reason:
    if isinstance(refusal, OAuthRefusal):
        return _of_token_request(refusal, exchange.call)
    if isinstance(refusal, GatewayRefusal) and refusal.code >= 1000:
        return _of_gateway(refusal, exchange, world)
    if isinstance(refusal, GatewayRefusal) and refusal.status == 403:
        return Reason("https-only", "scheme", exchange.call.scheme, "https")
    rule = _BY_STATUS.get(reply.status, "refusal")
    if rule == "no-such-resource" and isinstance(refusal, GatewayRefusal) and refusal.message == "Not Found":
        rule = "no-such-api"
    return _of_status(rule, exchange.call, reply, offers)


def _of_status(rule: str, call: Call, reply: Reply, offers: Sequence[Offer]) -> Reason:
    """Say why a reply of this status came, as HTTP means it."""
    if rule == "wrong-media-type":
        return Reason(rule, "content-type", media_type(call) or _NONE, FORM)
    if rule == "range-outside":
        return Reason(rule, "range", call.header("range") or "", reply.header("content-range") or "")
    if rule == "refusal":
        return Reason(rule, "", f"HTTP {reply.status}")
    return _of_address(rule, call, reply, offers)


def _of_address(rule: str, call: Call, reply: Reply, offers: Sequence[Offer]) -> Reason:
    """Say which call is nearest to an address or a method that nothing answers."""
    allowed = reply.header("allow") or ""
    miss = _nearest(call, offers)
    differences: Iterable[tuple[str, str]] = [(each.vi, each.en) for each in miss.differences] if miss else ()
    vi = "; ".join(said for said, _ in differences)
    en = "; ".join(said for _, said in differences)
    wanted = f"{miss.offer.method} {miss.offer.path}" if miss else allowed
    nearest = f"{wanted} ({miss.offer.name}, {miss.offer.clause})" if miss else ""
    found = call.method if rule == "wrong-method" else f"{call.method} {call.path[:_LONGEST]}"
    expected = allowed or (miss.offer.method if miss and rule == "wrong-method" else wanted)
    return Reason(rule, "method" if rule == "wrong-method" else "path", found, expected, nearest, vi, en)


def _nearest(call: Call, offers: Sequence[Offer]) -> NearMiss | None:
    misses = near_misses(call.method, call.path, offers, 1) if len(call.path) <= _LONGEST else []
    return misses[0] if misses else None


def _of_gateway(refusal: GatewayRefusal, exchange: Exchange, world: World) -> Reason:
    """Say why the gateway gave one of its own codes."""
    settings, rule = world.settings, _BY_CODE.get(refusal.code, "quota-used-up")
    if refusal.family == "other" and refusal.code == 900901:
        return Reason("no-endpoint-for-key", settings.auth_header, str(settings.missing_endpoint))
    if refusal.message == "Service Unavailable":
        return Reason("maintenance", "", settings.downtime_notice or "", nearest="settings.downtime_notice = null")
    if rule == "missing-credentials":
        said = exchange.call.header(settings.auth_header.lower())
        found = _NONE if said is None else (said.partition(" ")[0][:40] or '""')
        return Reason(rule, settings.auth_header, found, f"{settings.auth_header}: Bearer <token>", _ASK_TOKEN)
    if rule == "invalid-credentials":
        found, vi, en = _token_trouble(exchange.call, world)
        return Reason(rule, settings.auth_header, found, "Bearer <token>", _ASK_TOKEN, vi, en)
    if rule == "quota-used-up":
        limit = f"≤ {settings.throttle_limit} / {settings.throttle_window_s} s"
        again = next((value for name, value in refusal.members if name == "nextAccessTime"), "")
        return Reason(rule, "", settings.throttle_level, limit, again)
    return Reason(rule, "", str(refusal.code), nearest=_setting_of(rule))


def _setting_of(rule: str) -> str:
    """Return the setting that a trainer turned, where one did."""
    by_rule = {"api-blocked": "settings.api_state = active"}
    subscription = ("subscription-blocked", "subscription-inactive", "not-subscribed")
    return "settings.subscription = active" if rule in subscription else by_rule.get(rule, "")


def _token_trouble(call: Call, world: World) -> tuple[str, str, str]:
    """Return what is wrong with a token, as a word and in two languages; the token itself is not repeated."""
    word = bearer_word(call.header(world.settings.auth_header.lower()) or "") or ""
    token = world.keyring.token(word)
    if token is None or token.sandbox_no != world.sandbox.no:
        return "unknown", "cổng của hộp cát này chưa từng cấp nó", "this sandbox's gateway never gave it"
    if token.is_revoked:
        return "revoked", "đã bị thu hồi", "it was revoked"
    if token.expires_at is not None and token.expires_at <= world.now_ms:
        ended = moment_text(token.expires_at)
        return f"expired {ended}", f"đã hết hạn lúc {ended}", f"it expired at {ended}"
    return "reset", "được cấp trước khi hộp cát được đặt lại", "it was given before the sandbox was reset"


def _of_token_request(refusal: OAuthRefusal, call: Call) -> Reason:
    """Say what a token request had where the key manager looks for the client, and what it looks for."""
    rule = _BY_ERROR.get(refusal.error, "token-server-error")
    header = call.header("authorization")
    if refusal.error == "invalid_client":
        in_form = b"client_id" in call.body
        found = header.partition(" ")[0][:40] if header else ("client_id" if in_form else _NONE)
        expected = "Authorization: Basic base64(consumer-key:consumer-secret)"
        return Reason(rule, "authorization", found, expected, _ASK_TOKEN, refusal.description, refusal.description)
    said, words = media_type(call) or _NONE, refusal.description
    return Reason(rule, "body", said, "grant_type=client_credentials", _ASK_TOKEN, words, words)
