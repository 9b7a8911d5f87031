"""From what a handler returns, or what came in its way, to a reply of HTTP, for whatever framework sends it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

import orjson

from emulator.admin import system
from emulator.admin.problems import MEDIA_TYPE, InputFault, Trouble, invalid
from emulator.admin.request import AdminContext, AdminReply, AdminRequest, NotYet
from emulator.country.sandbox import NoSandbox
from emulator.journal.matchers import PatternTrouble
from emulator.kernel.refusals import StoreFailure

WsgiReply = tuple[str, list[tuple[str, str]], list[bytes]]
"""Status line, headers, and the pieces of the body."""
_log = logging.getLogger(__name__)


def respond(answer: Callable[[], AdminReply]) -> WsgiReply:
    """Return the reply of an answer, or of what came in its way. Raises NotYet."""
    try:
        return _json(answer())
    except NotYet:
        raise
    except Trouble as trouble:
        return _problem(trouble)
    except NoSandbox as gone:
        return _problem(Trouble("no-such-sandbox", name=gone.args[0]))
    except PatternTrouble as trouble:  # found out only by comparing
        return _problem(invalid([InputFault(trouble.pointer, trouble.vi, trouble.en)]))
    except StoreFailure as failure:
        return _problem(Trouble("store-unavailable", why=failure, headers={"Retry-After": "1"}))
    except Exception:
        _log.exception("the admin API failed")
        return _problem(Trouble("emulator-fault"))


class PendingReply:
    """What a server that can wait by itself looks at, until there is a reply."""

    def __init__(self, not_yet: NotYet) -> None:
        self.ends_at, self._look = not_yet.ends_at, not_yet.look

    def look(self, *, is_over: bool) -> WsgiReply | None:
        """Return the reply when it is known."""

        def answer() -> AdminReply:
            found = self._look(is_over)
            if found is None:
                raise NotYet(self._look, self.ends_at)
            return found

        try:
            return respond(answer)
        except NotYet:
            return None


class ProbePages:
    """Health and readiness, for a server that answers them without a thread of the admin API."""

    def __init__(self, office: AdminContext) -> None:
        self._request = AdminRequest(office, {}, {}, b"", "")

    def health(self) -> WsgiReply:
        """Say that the process answers."""
        return respond(lambda: system.health(self._request))

    def ready(self) -> WsgiReply:
        """Say whether packs are loaded and the store can be written."""
        return respond(lambda: system.ready(self._request))

    def late(self) -> WsgiReply:
        """Say that the store has not answered in time."""
        return _problem(system.not_ready([system.STORE_IS_LATE]))


def _json(answer: AdminReply) -> WsgiReply:
    body = answer.body if isinstance(answer.body, bytes) else orjson.dumps(answer.body)
    return _status_line(answer.status), [*answer.headers, *_about(answer.content_type, body)], [body]


def _problem(trouble: Trouble) -> WsgiReply:
    body = orjson.dumps(trouble.document())
    return _status_line(trouble.status), [*_about(MEDIA_TYPE, body), *trouble.headers.items()], [body]


def _status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


def _about(media_type: str, body: bytes) -> list[tuple[str, str]]:
    return [("Content-Type", media_type), ("Content-Length", str(len(body)))]
