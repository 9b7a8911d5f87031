"""Where the people of a room reach this machine: the addresses of its interfaces, asked of the system alone."""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

_SIOCGIFADDR = 0x8915
_SOMEWHERE = ("192.0.2.1", 9)  # an address of documentation: choosing a route to it sends nothing


class RoomAddress(NamedTuple):
    """One address, and the interface that has it; empty where the system does not say."""

    address: str
    interface: str


def find_addresses() -> list[RoomAddress]:
    """Return the IPv4 addresses others can reach, the one of the usual route first; loopback is none of them."""
    found = {each.address: each for each in (*_by_name(), *_by_interface())}
    usual = _usual_address()
    if usual and usual not in found:
        found[usual] = RoomAddress(usual, "")
    return sorted(found.values(), key=lambda each: (each.address != usual, _is_virtual(each.interface), each.interface))


def _is_virtual(interface: str) -> bool:
    return interface.startswith(("docker", "br-", "veth", "virbr", "tun", "tap", "vmnet", "vboxnet"))


def _by_interface() -> Iterator[RoomAddress]:
    if not sys.platform.startswith("linux"):
        return
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        for _, name in socket.if_nameindex():
            with suppress(OSError):  # an interface without an address
                told = fcntl.ioctl(asker.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                address = socket.inet_ntoa(told[20:24])
                if is_reachable(address):
                    yield RoomAddress(address, name)


def _by_name() -> Iterator[RoomAddress]:
    with suppress(OSError):  # a machine whose own name nobody resolves
        for *_, place in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            if is_reachable(str(place[0])):
                yield RoomAddress(str(place[0]), "")


def _usual_address() -> str:
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.connect(_SOMEWHERE)
        address = str(asker.getsockname()[0])
        return address if is_reachable(address) else ""
    return ""


def is_reachable(address: str) -> bool:
    """Tell whether an address can be another machine's way to this one."""
    found = ipaddress.ip_address(address)
    return not (found.is_loopback or found.is_unspecified or found.is_multicast)
