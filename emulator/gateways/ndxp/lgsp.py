"""A province's LGSP in front of the gateway: it adds the token, and knows its callers in its own way (BTXH 1.2.1).

A portal that talks to its LGSP sends no token of NDXP: it calls ``/apiBTXH/X`` with an access key in the body, under
whatever name its province gave the field, or as a Bearer word (src:lgsp-practice). Off until a sandbox sets
``lgsp_adds_token``. What it answers to a stranger is ours: no province publishes it (decision 0042).
"""

from __future__ import annotations

import hmac
import json

from emulator.country.keyring import bearer_word
from emulator.country.world import World
from emulator.gateways.ndxp.answers import Observed, remark_of
from emulator.gateways.ndxp.client_quirks import key_in_body, key_in_lgsp_header
from emulator.kernel.exchange import Call, Remark, Reply
from emulator.kernel.refusals import Refusal

_UNAUTHORIZED = {"status": 401, "message": "LGSP: AccessKey hoặc token không hợp lệ"}


class LgspRefusal(Refusal):
    """The province's gateway does not know the caller: 401 in its own words."""

    def __init__(self, remark: Remark) -> None:
        super().__init__((remark,))


def check_caller(call: Call, world: World) -> None:
    """Look for what the province gave its portal: a token, an access key, both, or nothing.

    Raises:
        LgspRefusal: what was asked for is not there, or is another.
    """
    settings = world.settings
    bearer = bearer_word(call.header("authorization") or "")
    if settings.lgsp_token and not _is_same(bearer, settings.lgsp_token):
        raise LgspRefusal(remark_of("lgsp-key-missing", Observed("Authorization", "", "Authorization: Bearer")))
    if not settings.access_key:
        return
    sent = (key_in_body(call, settings.lgsp_key_name), key_in_lgsp_header(call), call.header("accesskey"), bearer)
    if not any(_is_same(each or "", settings.access_key) for each in sent):
        name = settings.lgsp_key_name
        raise LgspRefusal(remark_of("lgsp-key-missing", Observed(f"/{name}", "", name, _other_name(call, name))))


def key_of(world: World, kind: str) -> str:
    """Return the consumer key of the province's own pair, for the journal."""
    return world.keyring.key_of(world.sandbox.no, kind)


def word(_refusal: LgspRefusal) -> Reply:
    """Return the 401 of the province's gateway."""
    body = json.dumps(_UNAUTHORIZED, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(401, body, (("WWW-Authenticate", "Bearer"), ("Content-Type", "application/json; charset=utf-8")))


def _other_name(call: Call, wanted: str) -> str:
    """Return the name under which a key was sent although the province calls it otherwise."""
    other = {"AcceptKey": "AccessKey", "AccessKey": "AcceptKey"}[wanted]
    return other if key_in_body(call, other) is not None else ""


def _is_same(sent: str, wanted: str) -> bool:
    return hmac.compare_digest(sent.encode(), wanted.encode())
