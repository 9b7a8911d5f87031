"""From what a handler returns, or what came in its way, to a reply of HTTP."""

from __future__ import annotations

import logging
from collections.abc import Callable

import orjson
from flask import Response

from emulator.admin import system
from emulator.admin.problems import MEDIA_TYPE, InputFault, Trouble, invalid
from emulator.admin.request import AdminContext, AdminReply, AdminRequest, NotYet
from emulator.country.sandbox import NoSandbox
from emulator.journal.matchers import PatternTrouble
from emulator.kernel.refusals import StoreFailure

WsgiReply = tuple[str, list[tuple[str, str]], list[bytes]]
"""Status line, headers, and the pieces of the body."""
_log = logging.getLogger(__name__)


def respond(answer: Callable[[], AdminReply]) -> Response:
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
            return as_wsgi(respond(answer))
        except NotYet:
            return None


def as_wsgi(response: Response) -> WsgiReply:
    """Return status line, headers and pieces of a response."""
    return response.status, response.headers.to_wsgi_list(), [response.get_data()]


class ProbePages:
    """Health and readiness, for a server that answers them without a thread of the admin API."""

    def __init__(self, office: AdminContext) -> None:
        self._request = AdminRequest(office, {}, {}, b"", "")

    def health(self) -> WsgiReply:
        """Say that the process answers."""
        return as_wsgi(respond(lambda: system.health(self._request)))

    def ready(self) -> WsgiReply:
        """Say whether packs are loaded and the store can be written."""
        return as_wsgi(respond(lambda: system.ready(self._request)))

    def late(self) -> WsgiReply:
        """Say that the store has not answered in time."""
        return as_wsgi(_problem(system.not_ready([system.STORE_IS_LATE])))


def _json(answer: AdminReply) -> Response:
    body = answer.body if isinstance(answer.body, bytes) else orjson.dumps(answer.body)
    return Response(body, answer.status, dict(answer.headers), content_type=answer.content_type)


def _problem(trouble: Trouble) -> Response:
    response = Response(orjson.dumps(trouble.document()), trouble.status, content_type=MEDIA_TYPE)
    response.headers.update(trouble.headers)
    return response
