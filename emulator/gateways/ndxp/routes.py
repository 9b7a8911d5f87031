"""What the gateway offers, how a call is matched to it, and what vendors send out of habit.

Routing comes before everything else (src:apim-faults).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from emulator.country.access import bearer_word
from emulator.country.settings import Profile, SandboxSettings
from emulator.country.world import World
from emulator.gateways.ndxp.faults import Observed, refusal_of, remark_of
from emulator.journal.patterns import Offer, near_misses
from emulator.kernel.exchange import Call, Level, Remark, Reply
from emulator.kernel.refusals import Refusal, ServiceRefusal
from emulator.services.service import Api, Listed, Operation, Service
from emulator.wire.json_body import is_deep
from emulator.wire.reading import ABSENT, QUIRKS, Behaviour


class Resource(NamedTuple):
    """A path of an API and its operation by method; ``is_mount`` marks the address without a version (B06)."""

    service: Service
    api: Api
    operations: Mapping[str, Operation]
    is_mount: bool


class Routes:
    """All paths, looked up whole; built once."""

    def __init__(self, services: tuple[Service, ...]) -> None:
        self._published = tuple(_published_apis(services))
        self._bases = tuple(dict.fromkeys(api.base_path for _, api, _ in self._published))
        self._resources: dict[str, Resource] = {}
        for service, api, operation in self._published:
            self._add(service, api, operation, api.base_path, is_mount=False)
            self._add(service, api, operation, f"/{api.context}", is_mount=True)

    def _add(self, service: Service, api: Api, operation: Operation, base: str, *, is_mount: bool) -> None:
        known = self._resources.get(base + operation.path)
        methods = {**(known.operations if known else {}), operation.method: operation}
        self._resources[base + operation.path] = Resource(service, api, methods, is_mount)

    def find(self, call: Call, settings: SandboxSettings, release: Profile, *, mounted: bool) -> Resource:
        """Return the resource of a path; its methods are checked by ``operation_of``.

        An operation with a trailing slash is the operation, as long as no query follows (apim-transport).

        Raises:
            GatewayRefusal: 404 ``Not Found`` without an API, 404 ``Runtime Error`` without a resource, 403 over HTTP
                when only HTTPS is open, 503 for a blocked API (src:apim-transport).
        """
        resource = self._resources.get(call.path)
        if resource is None and call.path.endswith("/") and not call.query:
            resource = self._resources.get(call.path[:-1])
        if resource and (mounted or not resource.is_mount):
            self._check_state(call, settings, release)
            return resource
        for base in self._bases:
            if call.path == base or call.path.startswith(base + "/"):
                self._check_state(call, settings, release)
                raise refusal_of("unknown-resource", release, self._nearest(call))
        raise refusal_of("unknown-api", release, self._nearest(call))

    def _nearest(self, call: Call) -> Observed:
        """Return what was asked for, and the documented call that is nearest to it."""
        offers = [Offer(each.name, each.method, each.path, each.clause) for each in self.every()]
        misses = near_misses(call.method, call.path + (f"?{call.query}" if call.query else ""), offers, 1)
        nearest = f"{misses[0].offer.method} {misses[0].offer.path}" if misses else ""
        return Observed("", f"{call.method} {call.path}"[:200], "", nearest)

    def _check_state(self, call: Call, settings: SandboxSettings, release: Profile) -> None:
        if settings.api_state == "retired":
            raise refusal_of("unknown-api", release, self._nearest(call))
        if settings.https_only and call.scheme != "https":
            raise refusal_of("https-only", release, Observed("", call.scheme, "https"), {"scheme": call.scheme})
        if settings.api_state == "blocked":
            raise refusal_of("api-blocked", release)

    def every(self) -> tuple[Listed, ...]:
        """Return all operations of all APIs, at their documented addresses."""
        return tuple(
            Listed(operation.name, operation.method, api.base_path + operation.path, operation.clause)
            for _, api, operation in self._published
        )


def _published_apis(services: tuple[Service, ...]) -> Iterator[tuple[Service, Api, Operation]]:
    for service in services:
        for operation in service.operations:
            place = service.place_of(operation)
            if isinstance(place, Api) and not operation.within:
                yield service, place, operation


def operation_of(resource: Resource, method: str, release: Profile) -> Operation:
    """Return a resource's operation.

    Raises:
        GatewayRefusal: 405.
    """
    operation = resource.operations.get(method)
    if operation is None:
        raise refusal_of("wrong-verb", release, Observed("", method, ", ".join(resource.operations)))
    return operation


# A province's LGSP in front of the gateway: it adds the token, and knows its callers in its own way (BTXH 1.2.1).
#
# A portal that talks to its LGSP sends no token of NDXP: it calls ``/apiBTXH/X`` with an access key in the body, under
# whatever name its province gave the field, or as a Bearer word (src:lgsp-practice). Off until a sandbox sets
# ``lgsp_adds_token``. What it answers to a stranger is ours: no province publishes it (decision 0042).

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
        came = shape_of(call.header("authorization") or "")
        raise LgspRefusal(remark_of("lgsp-key-missing", Observed("Authorization", came, "Authorization: Bearer")))
    if not settings.access_key:
        return
    sent = (key_in_body(call, settings.lgsp_key_name), key_in_lgsp_header(call), call.header("accesskey"), bearer)
    if not any(_is_same(each or "", settings.access_key) for each in sent):
        name = settings.lgsp_key_name
        came = "***" if any(each and each != settings.lgsp_token for each in sent) else ""
        raise LgspRefusal(remark_of("lgsp-key-missing", Observed(f"/{name}", came, name, _other_name(call, name))))


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


# What vendors send out of habit: ``AccessKey`` in three places, ``ContentType``, JSON without its type (B01, B02).

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
    declared = call.media_type
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
