"""Where a live forward may go, and what of a caller's headers goes with it. Ours: an operator says which machines.

A name that somebody registers could otherwise lead into the cloud the emulator runs in, to a neighbour's machine, or
back into the emulator's own admin API, which takes a call from this machine for a trusted one.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
_OUR_HEADERS, _OUR_TOKEN, _OUR_COOKIE = {"x-admin-token"}, "ndxps_", "ndxp_"


class ForbiddenAddress(Exception):
    """A name leads to an address that may not be called; the text names it."""


class AllowList:
    """Where live agencies may be: on this machine, and in the networks named by ``--live-address``.

    Never the emulator's own ports, whose admin API would take the call for one of this machine.
    """

    def __init__(self, networks: Iterable[Network] = (), own_secret: str | None = None) -> None:
        self._networks, self._own_secret = tuple(networks), own_secret
        self.own_ports: set[int] = set()

    def header_that_may_leave(self, name: str, value: str) -> str | None:
        """Return the value of a caller's header as it goes on, None when it is the emulator's own secret."""
        if name in _OUR_HEADERS or (self._own_secret and self._own_secret in value) or _OUR_TOKEN in value:
            return None
        if name != "cookie":
            return value
        kept = [each for each in value.split("; ") if not each.startswith(_OUR_COOKIE)]
        return "; ".join(kept) or None

    def checked_address(self, host: str, port: int) -> str:
        """Return the first address of a host, once every one of them is known to be allowed.

        Raises:
            ForbiddenAddress: one is not allowed.
            OSError: the name cannot be resolved.
        """
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        for text in found:
            if not self.allows(text, port):
                raise ForbiddenAddress(f"{text} is not allowed")
        return found[0]

    def allows(self, text: str, port: int) -> bool:
        """Tell whether an address may be called; one that is mapped into IPv6 counts as what it maps."""
        address = ip_address(text.partition("%")[0])
        inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        address = inner or address
        if address.is_loopback:
            return port not in self.own_ports
        return any(address.version == network.version and address in network for network in self._networks)
