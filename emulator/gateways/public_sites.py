"""Public sites without a guard: the ministry's files and pages (BTXH 3.1.4), the portal's list of servers (KDL V.3).

That the portal's real page asks for a login is left out: nothing is learnt from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from emulator.country.world import World
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import Refusal
from emulator.services.service import Operation, Service, Site

_VERBS = ("GET", "HEAD")
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


@dataclass(frozen=True)
class PublicSite:
    """A door without a guard, for GET and HEAD, to the one operation that a service declares there."""

    site: Site
    operation: Operation

    @property
    def name(self) -> str:
        """Return the site's name."""
        return self.site.name

    def owns(self, call: Call) -> bool:
        """Calls to the site's host name, and to its paths."""
        return call.path.startswith(self.site.prefixes) or call.host.partition(":")[0] == self.site.host

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Serve a page; HEAD gives the headers of GET, other verbs get 405."""
        call = exchange.call
        exchange.operation, exchange.clause = self.operation.name, self.operation.clause
        staged = world.apply_scenario()
        if staged:
            return staged
        if call.method not in _VERBS:
            exchange.outcome = "refused"
            return Reply(405, b"Method Not Allowed", (*_TEXT, ("Allow", ", ".join(_VERBS))))
        reply = self.operation.answer(call, world)
        if reply.status == 404:
            exchange.outcome = "refused"
        sized = (*reply.headers, ("Content-Length", str(len(reply.body))))
        return Reply(reply.status, reply.body if call.method == "GET" else b"", sized)

    def word(self, refusal: Refusal, _exchange: Exchange, _world: World) -> Reply:
        """Put a refusal, which only a scenario can raise here, into plain text."""
        return Reply(503, str(refusal).encode(), _TEXT)

    def blocks(self, _call: Call, _enter: Callable[[], World]) -> bool:
        """Its pages are all in this house."""
        return False

    def word_breakdown(self, _exchange: Exchange, _world: World) -> Reply:
        """Answer for a fault of the emulator itself."""
        return Reply(500, b"Internal Server Error", _TEXT)

    def unavailable(self, _call: Call, _world: World | None) -> Reply:
        """Answer as a web server does whose system is away."""
        return Reply(503, b"Service Unavailable", _TEXT)

    def over_quota(self, _call: Call, _world: World, _wait_s: int) -> Reply:
        """Answer as a web server does that has enough."""
        return Reply(429, b"Too Many Requests", _TEXT)


def public_sites(services: Iterable[Service]) -> Iterator[PublicSite]:
    """Yield the sites that services declare, each with its operation."""
    for service in services:
        for operation in service.operations:
            if isinstance(operation.place, Site):
                yield PublicSite(operation.place, operation)
