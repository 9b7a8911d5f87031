"""Public sites without a guard: the ministry's files and pages (BTXH 3.1.4), the portal's list of servers (KDL V.3).

That the portal's real page asks for a login is left out: nothing is learnt from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emulator.country.world import World
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.kernel.refusals import Refusal

_VERBS = ("GET", "HEAD")
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


@dataclass(frozen=True)
class PublicSite:
    """A door without a guard, for GET and HEAD: known by its host name, and by its paths under any name."""

    name: str
    operation: str
    clause: str
    host: str
    prefixes: tuple[str, ...]
    pages: Callable[[Call, World], Reply]

    def owns(self, call: Call) -> bool:
        """Calls to the site's host name, and to its paths."""
        return call.path.startswith(self.prefixes) or call.host.partition(":")[0] == self.host

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Serve a page; HEAD gives the headers of GET, other verbs get 405."""
        call = exchange.call
        exchange.operation, exchange.clause = self.operation, self.clause
        staged = world.apply_scenario()
        if staged:
            return staged
        if call.method not in _VERBS:
            exchange.outcome = "refused"
            return Reply(405, b"Method Not Allowed", (*_TEXT, ("Allow", ", ".join(_VERBS))))
        reply = self.pages(call, world)
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


def ministry_site(pages: Callable[[Call, World], Reply]) -> PublicSite:
    """Return ``dvcbtxh.molisa.gov.vn``: the links inside pulled dossiers lead here, without a token."""
    prefixes = ("/file/", "/BTXH_ThongTinChung/")
    return PublicSite("ministry", "ministry.page", "BTXH 3.1.4", "dvcbtxh.molisa.gov.vn", prefixes, pages)


def portal_site(pages: Callable[[Call, World], Reply]) -> PublicSite:
    """Return ``quantri.dichvucong.gov.vn``, of which one page is public."""
    return PublicSite("portal", "dvcqg.page", "KDL V.3", "quantri.dichvucong.gov.vn", ("/web/mtv/",), pages)
