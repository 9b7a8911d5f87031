"""What vendors send out of habit: ``AccessKey`` in three places, ``ContentType``, JSON without its type (B01, B02)."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from emulator.country.world import World
from emulator.gateways.ndxp.faults import media_type
from emulator.kernel.exchange import Call, Level
from emulator.kernel.refusals import ServiceRefusal
from emulator.wire.json_body import is_deep
from emulator.wire.quirks import QUIRKS, Behaviour
from emulator.wire.reading import ABSENT

# Where clients put a key that the document names without a place for it (BTXH 3.1; src:lgsp-practice).
_HEADERS = {
    "accesskey": ("B01", "AccessKey"),
    "lgspaccesstoken": ("B01", "lgspaccesstoken"),
    "contenttype": ("B02", "ContentType"),
}
_BAD_JSON, _BAD_SESSION = -1, -2
_JSON = "application/json"
_LONGEST_SCHEME = 12


def refuses(quirk: str, world: World) -> bool:
    """Tell whether the sandbox's mode refuses what a row of the register describes."""
    return QUIRKS[quirk].behaviour(world.mode) is Behaviour.REFUSE


def shape_of(credential: str) -> str:
    """Return a credential as the journal shows it: its scheme, and not what follows; ``***`` when it has no scheme."""
    scheme, _, rest = credential.partition(" ")
    return (
        f"{scheme} ***" if rest and scheme.isalpha() and len(scheme) <= _LONGEST_SCHEME else "***" if credential else ""
    )


def notice_headers(call: Call, world: World) -> None:
    """Note each header that the documents or vendors have and HTTP or the gateway does not need."""
    for name, _ in call.headers:
        met = _HEADERS.get(name)
        if met:
            quirk, spelling = met
            world.remark(
                quirk,
                spelling,
                f"Có header {spelling}; cổng không cần header này",
                f"The header {spelling} was sent",
                found=spelling,
            )


def check_content_type(call: Call, world: World) -> None:
    """Look for the type that the document asks for (B02), in the header of HTTP or under the document's own name.

    Strict wants it where HTTP has it. Elsewhere an absent header is noted; ``documented`` refuses one that names
    another type, unless ``ContentType`` says what the document says.

    Raises:
        ServiceRefusal: the mode refuses. Code and sentence are ours.
    """
    declared = media_type(call)
    if declared == _JSON:
        return
    is_said = (call.header("contenttype") or "").partition(";")[0].strip().lower() == _JSON
    is_refused = world.mode == "strict" or (refuses("B02", world) and bool(declared) and not is_said)
    found = f"'{declared}'" if declared else "vắng mặt"
    vi = f"Header Content-Type là {found}, cần {_JSON}"
    en = f"Content-Type is {declared or 'absent'}, expected {_JSON}"
    level: Level = "error" if is_refused else "note"
    world.remark("B02", "Content-Type", vi, en, level, found=declared or ABSENT, expected=_JSON, nearest=_JSON)
    if is_refused:
        raise ServiceRefusal(_BAD_JSON, vi)


def check_access_key(call: Call, world: World) -> None:
    """Look for the account's access key where vendors put it; strict looks in the header ``AccessKey`` alone (B01).

    Raises:
        ServiceRefusal: the account was given a key, and the call does not carry it. Code and sentence are ours.
    """
    in_body = key_in_body(call, "AcceptKey")
    if in_body is not None:
        world.remark(
            "B01", "/AcceptKey", "Có AcceptKey trong thân yêu cầu", "AcceptKey is in the body", found="AcceptKey"
        )
    wanted = world.settings.access_key
    if not wanted:
        return
    sent = [call.header("accesskey")]
    if not refuses("B01", world):
        sent += [in_body, key_in_lgsp_header(call)]
    if wanted not in sent:
        vi = "Header AccessKey thiếu hoặc không đúng: cần khóa đã cấp cho tài khoản"
        en, found = "AccessKey is missing or is not the one the account was given", "***" if any(sent) else ABSENT
        world.remark("B01", "AccessKey", vi, en, "error", found=found, expected="AccessKey: <access_key>")
        raise ServiceRefusal(_BAD_SESSION, vi)


def key_in_body(call: Call, name: str) -> str | None:
    """Return the access key in the body under a name, None when it is not there."""
    return _member(call.body, name) if f'"{name}"'.encode() in call.body else None


def key_in_lgsp_header(call: Call) -> str | None:
    """Return the access key in ``lgspaccesstoken``, Base64 of a JSON object, None when it is not there."""
    try:
        return _member(base64.b64decode(call.header("lgspaccesstoken") or "", validate=True), "AccessKey")
    except (binascii.Error, ValueError):
        return None


def _member(text: bytes, name: str) -> str | None:
    try:
        value: Any = None if is_deep(text) else json.loads(text)
    except ValueError:
        return None
    return str(value[name]) if isinstance(value, dict) and name in value else None
