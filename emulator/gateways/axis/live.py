"""Agencies served by a program of somebody's own, and the addresses they may have."""

from __future__ import annotations

import hashlib
import socket
import tempfile
import time
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import SplitResult, urlsplit

from emulator.country.axis_records import LiveAgency
from emulator.country.world import World
from emulator.gateways.axis import faults
from emulator.gateways.axis.address import is_passed
from emulator.kernel.exchange import Call, FileBody, Headers, Reply

if TYPE_CHECKING:
    from requests import Response, Session


# Which addresses a live forward may go to. Ours: a registered name must not lead into the machine's own cloud.

_NAT64 = IPv6Network("64:ff9b::/96")
_METADATA = {ip_address("100.100.100.200"), ip_address("fd00:ec2::254")}


class ForbiddenAddress(Exception):
    """A name leads to an address that is never called; the text names it."""


def checked_address(host: str, port: int) -> str:
    """Return the first address of a host, once every one of them is known to be allowed.

    Raises:
        ForbiddenAddress: one is link-local, a metadata service, multicast or unspecified.
        OSError: the name cannot be resolved.
    """
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for text in found:
        if is_forbidden(text):
            raise ForbiddenAddress(f"{text} is not allowed")
    return found[0]


def is_forbidden(text: str) -> bool:
    """Tell whether an address is never called; one that is wrapped in IPv6 counts as what it wraps."""
    address = ip_address(text.partition("%")[0])
    return any(
        each.is_link_local or each.is_multicast or each.is_unspecified or each in _METADATA
        for each in (address, *_inner_addresses(address))
    )


def _inner_addresses(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    inner = [address.ipv4_mapped, address.sixtofour]
    if address in _NAT64 or not int(address) >> 32:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in inner if each is not None]


# The live forward: one real HTTP call to the vendor's own system, which plays an agency.
#
# Only to the registered address, never to link-local or metadata addresses; the name is resolved once and the
# connection goes to the address that was checked. Nothing but this module and the tests imports requests.

_CONNECT_S = 5
_IN_MEMORY = 1 << 20
_CHUNK = 65_536
_PORTS = {"http": 80, "https": 443}
# Conditional requests could bring a 304, and the axis never answers 3xx.
_NOT_ASKED = {"if-none-match", "if-modified-since", "accept-encoding"}


def forward(call: Call, agency: LiveAgency, world: World) -> Reply:
    """Call the agency's system and return what it said; its body lies in a temporary file that nothing keeps.

    Raises:
        AxisRefusal: it cannot be reached, says nothing in time, or says more than ``live_body_limit`` bytes.
    """
    base = urlsplit(agency.base_url)
    host, port = base.hostname or "", base.port or _PORTS[base.scheme]
    try:
        pinned = checked_address(host, port)
    except ForbiddenAddress as trouble:
        raise faults.host_down(host, port, str(trouble)) from None
    except OSError:
        raise faults.host_unknown(host) from None
    return _exchange(call, agency, base, pinned, world)


def _exchange(call: Call, agency: LiveAgency, base: SplitResult, pinned: str, world: World) -> Reply:
    import requests

    host, port = base.hostname or "", base.port or _PORTS[base.scheme]
    address = f"[{pinned}]" if ":" in pinned else pinned
    try:
        with _session(base, agency) as session:
            response = session.request(
                call.method,
                f"{base.scheme}://{address}:{port}{base.path.rstrip('/')}{call.target}",
                data=call.body or None,
                headers=_headers(call, base),
                timeout=(_CONNECT_S, world.settings.live_timeout_s),
                allow_redirects=False,
                stream=True,
            )
            return _spool_reply(response, world)
    except requests.exceptions.ConnectTimeout:
        raise faults.host_down(host, port) from None
    except requests.exceptions.SSLError as trouble:
        raise faults.host_down(host, port, f"TLS: {trouble}") from None
    except requests.exceptions.Timeout:
        raise faults.service_failed("Read timed out", "hệ thống bên cung cấp không trả lời trong thời hạn") from None
    except requests.exceptions.ConnectionError as trouble:
        reason = "Connection refused" if "refused" in str(trouble) else "Connection reset"
        raise faults.host_down(host, port, reason) from None
    except requests.exceptions.RequestException as trouble:
        raise faults.service_failed(str(trouble), "hệ thống bên cung cấp trả lời không đọc được") from None


def _session(base: SplitResult, agency: LiveAgency) -> Session:
    """Return a session that asks no proxy, and checks the certificate against the name though it calls an address."""
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter

    name = base.hostname or ""

    class Pinned(HTTPAdapter):
        def init_poolmanager(self, *places: Any, **options: Any) -> None:
            super().init_poolmanager(*places, **options, server_hostname=name, assert_hostname=name)

    session = requests.Session()
    session.trust_env = False
    session.verify = agency.verify_tls
    if not agency.verify_tls:  # whoever registered the agency wants it so, and is not told at every call
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    session.headers.clear()
    if base.scheme == "https":
        session.mount("https://", Pinned())
    return session


def _headers(call: Call, base: SplitResult) -> dict[str, str | bytes | None]:
    given = {name: value for name, value in call.headers if name not in _NOT_ASKED}
    return {**given, "accept-encoding": "identity", "host": base.netloc.rpartition("@")[2]}


def _spool_reply(response: Response, world: World) -> Reply:
    limit, deadline = world.settings.live_body_limit, time.monotonic() + world.settings.live_timeout_s * 4
    spool = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - the reply closes it
    reckoning, size = hashlib.sha256(), 0
    for chunk in response.raw.stream(_CHUNK, decode_content=False):
        size += len(chunk)
        if size > limit:
            spool.close()
            raise faults.service_failed(f"Response exceeds {limit} bytes", f"bên cung cấp trả hơn {limit} byte")
        if time.monotonic() > deadline:
            spool.close()
            raise faults.service_failed("Read timed out", "hệ thống bên cung cấp trả lời quá chậm")
        reckoning.update(chunk)
        spool.write(chunk)
    body = FileBody(cast("BinaryIO", spool), 0, size, "sha256:" + reckoning.hexdigest())
    return Reply(response.status_code, headers=(*_passed_headers(response), ("Content-Length", str(size))), file=body)


def _passed_headers(response: Response) -> Headers:
    return tuple(
        (name, value)
        for name, value in response.raw.headers.items()
        if is_passed(name.lower()) and name.lower() not in ("content-length", "date")
    )
