"""The admin API as pages ask it: in process, for one sandbox, as JSON. No page has a second way to the country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from emulator.admin.guard import ADMIN, AdminIdentity
from emulator.admin.request import AdminContext
from emulator.admin.routes import answer_in_process
from emulator.kernel.clock import to_ms

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject


def segment(text: str) -> str:
    """Return what somebody gave as one segment of an admin path, so that it can lead to no other route."""
    return text.strip().replace("/", "%2F") or "-"


@dataclass(frozen=True)
class AdminCaller:
    """Asks for one sandbox. ``base`` is the address the person sees, ``http://127.0.0.1:8080``."""

    context: AdminContext
    sandbox: str
    base: str
    who: AdminIdentity = ADMIN

    def get(self, path: str, **query: object) -> JsonObject:
        """Return the JSON of a route of this sandbox, as ``/requests``; a value that is None is not sent.

        Raises:
            Trouble: what the API would answer as a problem document.
        """
        return self.ask("GET", self._scope_path(path), query)

    def change(self, verb: str, path: str, content: Mapping[str, object] | None = None, **query: object) -> JsonObject:
        """Ask this sandbox for a change, ``content`` as its JSON body. Raises Trouble."""
        return self.ask(verb, self._scope_path(path), query, content)

    def ask(
        self,
        verb: str,
        path: str,
        query: Mapping[str, object] | None = None,
        content: Mapping[str, object] | None = None,
    ) -> JsonObject:
        """Ask a route of the whole server, such as ``/attempts``. Raises Trouble."""
        values = {name: str(value) for name, value in (query or {}).items() if value is not None}
        return self._answer(verb, path, values, orjson.dumps(content) if content is not None else b"")

    def pass_on(self, verb: str, path: str, body: bytes) -> JsonObject:
        """Ask this sandbox for a change with a body as a browser sent it, a form with files. Raises Trouble."""
        return self._answer(verb, self._scope_path(path), {}, body)

    def now_ms(self) -> int:
        """Return the sandbox's time."""
        return to_ms(datetime.fromisoformat(self.get("/clock")["virtual"]))

    def _answer(self, verb: str, path: str, values: Mapping[str, str], body: bytes) -> JsonObject:
        answer = answer_in_process(self.context, verb, path, values, body, self.base, self.who)
        if isinstance(answer.body, bytes):
            found: JsonObject = orjson.loads(answer.body)
            return found
        return dict(answer.body)

    def _scope_path(self, path: str) -> str:
        return f"/sandboxes/{self.sandbox}{path}"
