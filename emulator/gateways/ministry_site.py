"""The ministry's public site ``dvcbtxh.molisa.gov.vn``: the links inside pulled dossiers lead here, without a token."""

from __future__ import annotations

from collections.abc import Callable

from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import Refusal
from emulator.world.world import World

HOST = "dvcbtxh.molisa.gov.vn"
PREFIXES = ("/file/", "/BTXH_ThongTinChung/")
_VERBS = ("GET", "HEAD")
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


class MinistrySite:
    """A door without a guard: files and public pages, for GET and HEAD."""

    def __init__(self, pages: Callable[[Call, World], Reply]) -> None:
        self._pages = pages

    def owns(self, call: Call) -> bool:
        """Calls to the site's host name, and to its two paths under any name."""
        return call.host.partition(":")[0] == HOST or call.path.startswith(PREFIXES)

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Serve a page; HEAD gives the headers of GET, other verbs get 405."""
        call = exchange.call
        exchange.operation, exchange.clause = "ministry.page", "BTXH 3.1.4"
        staged = world.stage()
        if staged:
            return staged
        if call.method not in _VERBS:
            exchange.outcome = "refused"
            return Reply(405, b"Method Not Allowed", (*_TEXT, ("Allow", ", ".join(_VERBS))))
        reply = self._pages(call, world)
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

    def broken(self, _exchange: Exchange, _world: World) -> Reply:
        """Answer for a fault of the emulator itself."""
        return Reply(500, b"Internal Server Error", _TEXT)
