"""The portal's administration site ``quantri.dichvucong.gov.vn``: one public page, without a login (KDL V.3)."""

from __future__ import annotations

from collections.abc import Callable

from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import Refusal
from emulator.world.world import World

HOST = "quantri.dichvucong.gov.vn"
PREFIX = "/web/mtv/"
_VERBS = ("GET", "HEAD")
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


class PortalSite:
    """A door without a guard. That the real page asks for a login is left out: nothing is learnt from it."""

    def __init__(self, pages: Callable[[Call, World], Reply]) -> None:
        self._pages = pages

    def owns(self, call: Call) -> bool:
        """Calls to the site's host name, and to its path under any name."""
        return call.host.partition(":")[0] == HOST or call.path.startswith(PREFIX)

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Serve the page; HEAD gives the headers of GET, other verbs get 405."""
        call = exchange.call
        exchange.operation, exchange.clause = "dvcqg.page", "KDL V.3"
        staged = world.stage()
        if staged:
            return staged
        if call.method not in _VERBS:
            exchange.outcome = "refused"
            return Reply(405, b"Method Not Allowed", (*_TEXT, ("Allow", ", ".join(_VERBS))))
        reply = self._pages(call, world)
        if reply.status == 404:
            exchange.outcome = "refused"
        body = reply.body if call.method == "GET" else b""
        return Reply(reply.status, body, (*reply.headers, ("Content-Length", str(len(reply.body)))))

    def word(self, refusal: Refusal, _exchange: Exchange, _world: World) -> Reply:
        """Put a refusal, which only a scenario can raise here, into plain text."""
        return Reply(503, str(refusal).encode(), _TEXT)

    def blocks(self, _call: Call, _enter: Callable[[], World]) -> bool:
        """Its page is in this house."""
        return False

    def broken(self, _exchange: Exchange, _world: World) -> Reply:
        """Answer for a fault of the emulator itself."""
        return Reply(500, b"Internal Server Error", _TEXT)
