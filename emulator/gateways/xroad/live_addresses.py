"""Which addresses a live forward may go to. Ours: a registered name must not lead into the machine's own cloud."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

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
        for each in (address, *_wrapped(address))
    )


def _wrapped(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    inner = [address.ipv4_mapped, address.sixtofour]
    if address in _NAT64 or not int(address) >> 32:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in inner if each is not None]
