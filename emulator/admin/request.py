"""One admin call: who asks, what for, and where its context comes from."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import orjson

from emulator.admin.guard import ADMIN, AdminIdentity
from emulator.admin.problems import InputFault, Trouble, invalid
from emulator.country.access import Tenants
from emulator.country.agenda import EffectWords
from emulator.country.pack import Packs
from emulator.country.sandbox import NoSandbox, Sandbox, Sandboxes, Sweeper
from emulator.country.world import World
from emulator.journal.journal import Journal
from emulator.journal.patterns import Offer
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.scenario.cast import Cast
from emulator.scenario.library import Library
from emulator.wire.json_body import MOST_DEPTH, is_deep_value

if TYPE_CHECKING:
    from emulator.classroom.classes import Classes
    from emulator.classroom.progress import ClassProgress
    from emulator.kernel.exchange import JsonObject

PREFIX = "/__admin"
"""What the path of every admin call begins with."""
_TICK_S = 0.02

# What the admin API is given to work with.


def nobody(_call: Call) -> Reply:
    """Answer for doors that are not there."""
    return Reply(503)


@dataclass(frozen=True)
class AdminContext:
    """The country seen from the clerk's side of the counter.

    ``serve`` puts a call before the doors (rehearsals); ``settle_due`` lets happen what is due on a sandbox's clock,
    ``at_once`` effects that are not scheduled. ``enter`` opens the world of a sandbox;
    ``offers`` are the operations of all doors, for near misses; ``begin_classes`` opens the room of classes;
    ``published`` has the pages that describe everything.
    """

    sandboxes: Sandboxes
    journal: Journal
    packs: Packs
    enter: Callable[[Sandbox, Exchange], World]
    sweeper: Sweeper
    offers: tuple[Offer, ...] = ()
    admin_token: str | None = None
    allowed_origins: tuple[str, ...] = field(default=(), kw_only=True)
    serve: Callable[[Call], Reply] = nobody
    settle_due: Callable[[Sandbox], Sandbox] = lambda sandbox: sandbox
    at_once: Callable[[Sandbox, Sequence[EffectWords]], list[Exchange]] = lambda _sandbox, _effects: []
    cast: Cast = field(default_factory=lambda: Cast(Library()))
    published: Callable[[str], PublishedPage | None] = lambda _name: None
    tenants: Tenants = field(kw_only=True)
    begin_classes: Callable[[AdminContext], ClassProgress] = field(kw_only=True)
    started_ms: int = field(default_factory=system_ms)

    @cached_property
    def progress(self) -> ClassProgress:
        """Return how the classes of the store get on; the room of classes is entered when it is first asked."""
        return self.begin_classes(self)

    @property
    def classes(self) -> Classes:
        """Return the classes there are."""
        return self.progress.classes


# What the room of published descriptions hands to the admin API.


class PublishedPage(NamedTuple):
    """Ready bytes, their media type, and the headers that go with them."""

    content: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()


# One call to the admin API, as a handler sees it.


class AdminReply(NamedTuple):
    """What a handler returns: an object that becomes JSON, or bytes of some other type."""

    body: Mapping[str, object] | bytes
    status: int = 200
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AdminRequest:
    """``named``: the variables of the path; ``asked``: the query; ``base``: ``http://host`` as seen from outside.

    ``caller`` is who asks.
    """

    context: AdminContext
    named: Mapping[str, str]
    asked: Mapping[str, str]
    body: bytes
    base: str
    caller: AdminIdentity = ADMIN

    def sandbox(self) -> Sandbox:
        """Return the sandbox the path names, or the default one, after everything that is due on its clock.

        Raises:
            Trouble: there is none of that name.
        """
        name = self.named.get("sandbox", "default")
        try:
            with self.context.journal.noting_nothing():  # what was due anyway is not what this caller changes
                return self.context.settle_due(self.context.sandboxes.get(name))
        except NoSandbox:
            raise Trouble("no-such-sandbox", name=name) from None

    def shows_secrets(self) -> bool:
        """Tell whether the caller wants credentials unmasked and may have them.

        Raises:
            Trouble: wanted without an admin token or an owner's; or not ``show``.
        """
        wish = self.asked.get("secrets")
        if wish is None:
            return False
        if wish != "show":
            raise invalid([InputFault("?secrets", "chỉ nhận 'show'", "takes 'show' only")])
        if not self.caller.may_see_secrets and (self.caller.role != "admin" or self.context.admin_token is None):
            raise Trouble("secrets-need-token")
        return True

    def content(self, *, may_be_empty: bool = False) -> JsonObject:
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
        if is_deep_value(content):
            raise Trouble("not-json", why=f"nesting > {MOST_DEPTH}")
        if not isinstance(content, dict):
            raise Trouble("not-an-object")
        return content


Handler = Callable[[AdminRequest], AdminReply]

WAITING = "emulator.waiting"
"""The place in a WSGI environment where a server that can wait by itself wants what is to be waited for."""


class NotYet(Exception):
    """The answer is not known: ``look`` may know it later, and must at the monotonic instant ``ends_at``."""

    def __init__(self, look: Callable[[bool], AdminReply | None], ends_at: float) -> None:
        super().__init__()
        self.look, self.ends_at = look, ends_at

    def wait(self) -> AdminReply:
        """Look until the answer is known, in this thread."""
        pause = threading.Event()
        while True:
            answer = self.look(time.monotonic() >= self.ends_at)
            if answer is not None:
                return answer
            pause.wait(_TICK_S)
