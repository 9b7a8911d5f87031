"""What a client under test is told: where the country is, with which credentials, what to do now. A public contract.

A driven client gets it as a JSON file whose path stands in ``NDXP_CERT_CONTEXT``. It ends with exit code 0 when it has
done what it wanted, which may be to hold back; anything else is read as a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from emulator.certification.attempt import Attempt
from emulator.country.axis import Axis
from emulator.country.world import World
from emulator.kernel.exchange import Call, Exchange
from emulator.services.btxh import ministry as ministry_forms


def context_of(attempt: Attempt, base: str) -> dict[str, Any]:
    """Return the context of an attempt; ``base`` is the emulator's address as the client sees it."""
    world = attempt.enter(Exchange(Call("GET", "/")))
    credentials: Mapping[str, Any] = attempt.house.sandboxes.credentials_shown(attempt.sandbox)
    address = f"{base}/s/{attempt.id}"
    return {
        "attempt": attempt.id,
        "base_url": address,
        "security_server_url": address,
        "credentials": credentials,
        "agency": attempt.plan.agency,
        "mode": attempt.plan.mode,  # how the platforms read what the documents leave open (docs/quirks.md)
        "own_subsystem": world.settings.own_subsystem,
        "hosts": {urlsplit(ministry_forms.SITE).netloc: address},  # links in replies lead there; here is where it is
        "portal": {"dstcode": world.settings.portal_subsystem, "papers_url": papers_url_of(world)},
    }


def papers_url_of(world: World) -> str:
    """Return the ``providerurl`` of the papers service (KDL V.2)."""
    return next((f"https://{host.name}" for host in Axis(world).hosts.each() if host.service == "papers"), "")
