"""Why a call was refused, at every door: the remark that a refusal leaves when nobody left a better one.

A rule that knows more says so itself, where it refuses: with what was found, what is expected and what is nearest. What
is said here is read off the reply and the call alone, so that no refusal of any door stays unexplained; and a remark on
an address or a method that nothing answers is given the nearest right call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from emulator.journal.near_miss import NearMiss, Offer, near_misses
from emulator.kernel.exchange import Call, Exchange, Remark, Reply
from emulator.kernel.rules import find_rule

_BY_STATUS = {404: "no-such-resource", 405: "wrong-method", 416: "range-outside", 503: "maintenance"}
_OF_ADDRESSES = frozenset(
    {"no-such-resource", "wrong-method", "ndxp-unknown-api", "ndxp-unknown-resource", "ndxp-wrong-verb"}
)
_FILES = ("province.download", "ministry.page")
"""Operations whose address is a file's: what is not there was still asked of the right place."""
_LONGEST = 200
"""Characters of an address that are compared with others: comparing costs their product."""


def settle_outcome(exchange: Exchange, reply: Reply) -> None:
    """Give the same outcome at every door: what a service answers with 400 or more is no answer.

    A machine that plays an agency answers for itself and is left alone.
    """
    if exchange.outcome != "answered" or reply.status < 400 or exchange.operation == "xroad.live":
        return
    is_nowhere = reply.status == 404 and exchange.operation not in _FILES
    exchange.outcome = "unmatched" if is_nowhere or not exchange.operation else "refused"


def explain(exchange: Exchange, reply: Reply, offers: Sequence[Offer]) -> None:
    """Add the reason of a refusal, unless the journal has one: a broken rule, or a scenario or fault that spoke."""
    if exchange.outcome not in ("refused", "unmatched"):
        return
    if not any(_is_reason(each) for each in exchange.remarks):
        exchange.remarks.append(_reason(exchange, reply))
    for place, remark in enumerate(exchange.remarks):
        if remark.level == "error" and remark.rule in _OF_ADDRESSES and not remark.nearest:
            exchange.remarks[place] = _with_nearest(remark, exchange.call, offers)


def _is_reason(remark: Remark) -> bool:
    return remark.level == "error" or remark.rule == "scenario" or remark.rule.startswith("fault:")


def _reason(exchange: Exchange, reply: Reply) -> Remark:
    """Say why a reply of this status came, as HTTP means it."""
    call, rule_id = exchange.call, _BY_STATUS.get(reply.status, "refusal")
    rule = find_rule(rule_id, exchange.operation)
    path, found, expected = {
        "no-such-resource": ("path", f"{call.method} {call.path[:_LONGEST]}", ""),
        "wrong-method": ("method", call.method, reply.header("allow") or ""),
        "range-outside": ("range", call.header("range") or "", reply.header("content-range") or ""),
    }.get(rule_id, ("", f"HTTP {reply.status}", ""))
    return Remark(rule_id, "error", path, rule.vi, rule.en, found, expected)


def _with_nearest(remark: Remark, call: Call, offers: Sequence[Offer]) -> Remark:
    """Return a remark on an address with the call that is nearest to it, and what differs."""
    miss = _nearest(call, offers)
    if miss is None:
        return remark
    offer = miss.offer
    wanted, differences = f"{offer.method} {offer.path}", miss.differences
    vi = "; ".join((remark.vi, *(each.vi for each in differences)))
    en = "; ".join((remark.en, *(each.en for each in differences)))
    nearest = f"{wanted} ({offer.name}, {offer.clause})"
    return replace(remark, vi=vi, en=en, expected=remark.expected or wanted, nearest=nearest)


def _nearest(call: Call, offers: Sequence[Offer]) -> NearMiss | None:
    misses = near_misses(call.method, call.path, offers, 1) if len(call.path) <= _LONGEST else []
    return misses[0] if misses else None
