"""One call to the admin API, as a handler sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from emulator.admin.office import Office
from emulator.admin.problems import Fault, Trouble, invalid
from emulator.world.sandbox import NoSandbox, Sandbox


class Answer(NamedTuple):
    """What a handler returns: an object that becomes JSON, or bytes of some other type."""

    body: Mapping[str, Any] | bytes
    status: int = 200
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Visit:
    """``named``: the variables of the path; ``asked``: the query; ``base``: ``http://host`` as seen from outside."""

    office: Office
    named: Mapping[str, str]
    asked: Mapping[str, str]
    body: bytes
    base: str

    def sandbox(self) -> Sandbox:
        """Return the sandbox the path names, or the default one, after everything that is due on its clock.

        Raises:
            Trouble: there is none of that name.
        """
        name = self.named.get("sandbox", "default")
        try:
            return self.office.settled(self.office.sandboxes.get(name))
        except NoSandbox:
            raise Trouble("no-such-sandbox", name=name) from None

    def shows_secrets(self) -> bool:
        """Tell whether the caller wants credentials unmasked and may have them.

        Raises:
            Trouble: wanted without an admin token; or not ``show``.
        """
        wish = self.asked.get("secrets")
        if wish is None:
            return False
        if wish != "show":
            raise invalid([Fault("?secrets", "chỉ nhận 'show'", "takes 'show' only")])
        if self.office.admin_token is None:
            raise Trouble("secrets-need-token")
        return True

    def content(self, *, may_be_empty: bool = False) -> dict[str, Any]:
        """Return the JSON object that was sent.

        Raises:
            Trouble: the body is not JSON, or not an object.
        """
        if may_be_empty and not self.body.strip():
            return {}
        try:
            content = orjson.loads(self.body)
        except orjson.JSONDecodeError as trouble:
            raise Trouble("not-json", why=trouble) from None
        if not isinstance(content, dict):
            raise Trouble("not-an-object")
        return content


Handler = Callable[[Visit], Answer]
