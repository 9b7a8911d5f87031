"""What the axis adds to a message and takes from it (facts-gateway B2)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from urllib.parse import urlsplit

from emulator.gateways.xroad.address import PARAMETERS, Address
from emulator.kernel.exchange import Call, Headers, Reply
from emulator.wire.subsystem import SERVICE, SubsystemId
from emulator.world.world import World

_FILTERED = {
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "user-agent",
    "server",
}
_NEVER_SENT = {"x-road-request-id", "x-road-request-hash", "content-length", *PARAMETERS}


def is_passed(name: str) -> bool:
    """Tell whether a header (lower case) crosses the axis."""
    return name not in _FILTERED and not name.startswith("proxy-")


def provider_call(call: Call, address: Address, caller: SubsystemId, host: str, scheme: str) -> Call:
    """Return the call as the provider's system receives it: own path, own query, own host."""
    kept = tuple((name, value) for name, value in call.headers if is_passed(name) and name not in _NEVER_SENT)
    base = address.provider_url.base if address.provider_url else ""
    raw = base + address.raw_path
    return replace(
        call,
        path=urlsplit(base).path + address.path,
        query=address.query,
        headers=(*(pair for pair in kept if pair[0] != "x-road-client"), ("x-road-client", caller.slashed)),
        target=f"{raw}?{address.query}" if address.query else raw,
        host=host,
        scheme=scheme,
        caller=str(caller),
    )


def with_axis_headers(reply: Reply, call: Call, caller: SubsystemId, provider: SubsystemId, world: World) -> Reply:
    """Return a provider's reply as the consumer sees it. Takes the pen: identities depend on the sequence number."""
    world.hold()
    passed: Headers = tuple(pair for pair in reply.headers if is_passed(pair[0].lower()))
    added: Headers = (
        ("X-Road-Id", call.header("x-road-id") or f"{provider.instance}-{world.uuid('message')}"),
        ("X-Road-Client", call.header("x-road-client") or caller.slashed),
        ("X-Road-Service", f"{provider.slashed}/{SERVICE}"),
        ("X-Road-Request-Id", world.uuid("request")),
        ("X-Road-Request-Hash", request_hash(call)),
    )
    sized: Headers = ()
    if not any(name.lower() == "content-length" for name, _ in passed):
        sized = (("Content-Length", str(reply.size)),)
    return replace(reply, headers=(*passed, *sized, *added))


def request_hash(call: Call) -> str:
    """Return the Base64 of SHA-512 over both digests, or over that of the headers alone when there is no body.

    B2 leaves open how headers become bytes; ours: the request line, then ``name:value`` lines, each ended by CR LF.
    """
    lines = [f"{call.method} {call.target}", *(f"{name}:{value}" for name, value in call.headers)]
    head = "".join(line + "\r\n" for line in lines).encode("utf-8", "surrogateescape")
    parts = hashlib.sha512(head).digest()
    if call.body:
        parts += hashlib.sha512(call.body).digest()
    return base64.b64encode(hashlib.sha512(parts).digest()).decode()
