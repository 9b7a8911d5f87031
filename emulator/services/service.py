"""Service and Operation: the one declaration of what somebody answers, from which everything else is derived.

Derived from it: the routes of the gateways, near misses, the names a scenario or a fault may be on, OpenAPI and the
collections, ``call`` and its mistakes. ``emulator/services/registry.py`` has all declarations there are; packages from
outside add theirs through the entry points ``ndxp_emulator.services`` (docs/howto-service).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from emulator.country.effects import EffectKind
from emulator.country.pack_tables import PackPart
from emulator.country.shelf import ShelfKind
from emulator.country.world import World
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import ServiceRefusal
from emulator.kernel.values import value_class

if TYPE_CHECKING:
    from emulator.services.interface import Interface


Provider = Callable[[Call, World], Reply]


class Both(NamedTuple):
    """A text for people in both languages."""

    vi: str
    en: str


# One right call, and how it is made wrong: what ``ndxp-emulator call`` sends.


class Ask(NamedTuple):
    """A call before it is sent; ``fields`` is the body's object when it is one."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None
    fields: Mapping[str, Any] | None = None


class Caller(Protocol):
    """Who makes a call: a sandbox as its client sees it."""

    @property
    def now(self) -> datetime:
        """Return the sandbox's time in Vietnam."""

    @property
    def credentials(self) -> Mapping[str, Mapping[str, str]]:
        """Return the sandbox's accounts and key pairs, secrets included."""

    def ask(self, name: str, fields: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> Ask:
        """Return a call of an operation at its address, with the token or the parameters that its gateway needs."""

    def fetch(self, ask: Ask, member: str) -> str:
        """Return a member of the JSON that answers a call which must succeed before the real one."""

    def next_dossier_code(self) -> str:
        """Return a dossier code that was not used yet."""


@value_class
class Mistake:
    """One way to be wrong on purpose: ``name`` is the word after ``--wrong``, ``spoil`` changes a right call."""

    name: str
    title: Both
    spoil: Callable[[Ask], Ask]


# Where a client finds something. Each kind of place has its gateway.


@value_class
class Api:
    """An API published on the NDXP gateway under ``/<context>/<version>``; ``name`` is the gateway's word for it."""

    name: str
    context: str
    version: str
    gateway: ClassVar[str] = "ndxp"

    @property
    def base_path(self) -> str:
        """Return ``/apiBTXH/1.0``."""
        return f"/{self.context}/{self.version}"


BYPASSED = "xroad.bypass"
"""What the journal calls a call straight to a host behind the axis: nobody answers it, so nobody stages it."""


@value_class
class AxisAddress:
    """A provider on the axis: its subsystem and origin, and the adapter that the documents print for it.

    ``backend`` is the word by which a pack's hosts say who answers behind them.
    """

    backend: str
    dstcode: str
    provider_url: str = ""
    adapter: str = "XrdAdapter"
    gateway: ClassVar[str] = "axis"


@value_class
class Site:
    """A public site without a guard, known by its host, and by its paths under any host name."""

    name: str
    host: str
    prefixes: tuple[str, ...]
    gateway: ClassVar[str] = "site"

    def covers(self, call: Call) -> bool:
        """Tell whether a call is to one of the site's paths, or to its host name."""
        return call.path.startswith(self.prefixes) or (bool(self.host) and call.host.partition(":")[0] == self.host)


@value_class
class ProvinceGateway:
    """A province's own gateway before the national portal; it has one, off until a sandbox turns it on."""

    gateway: ClassVar[str] = "provincial"


Place = Api | AxisAddress | Site | ProvinceGateway


# The declaration.


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One thing a client can ask for.

    ``name`` stands in the journal, in scenarios and metrics; ``clause`` is the source that describes it; ``path`` is
    below the API on the NDXP gateway, behind the adapter on the axis, whole on a public site. ``answer`` is given a
    call that its gateway admitted, and raises ServiceRefusal for a documented no. An operation ``within`` another is
    reached at that one's address and named by the body. ``place`` is where it is when not with the rest of its service.
    ``sample`` puts a right call together; ``mistakes`` are its own ways to be wrong, beside those of its gateway;
    ``needs`` are settings that a sandbox must have for it. One that ``logs_in`` gives out a token or a session.
    """

    name: str
    clause: str
    title: Both
    path: str
    answer: Provider
    method: str = "POST"
    within: str = ""
    place: Place | None = None
    sample: Callable[[Caller], Ask] | None = None
    mistakes: tuple[Mistake, ...] = ()
    needs: Mapping[str, Any] = field(default_factory=dict)
    logs_in: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """All of a service, named ``name`` in messages; ``document`` is what its clauses begin with.

    ``word`` puts a refusal into its envelope, whatever gateway carries it; a service without an envelope has none, and
    its gateway says no for it. ``interface`` describes shapes and examples when somebody asks. ``answer`` takes every
    call that the axis brings, for a service with a way of its own to find the operation; without it the path decides.
    ``effects`` are what may be scheduled on the clock of a sandbox in its name, ``pack`` what it puts into packs,
    ``shelves`` the kinds of records it keeps.
    """

    name: str
    title: Both
    document: str
    place: Place
    operations: tuple[Operation, ...]
    interface: Callable[[], Interface]
    word: Callable[[ServiceRefusal, World], Reply] | None = None
    answer: Provider | None = None
    effects: Mapping[str, EffectKind] = field(default_factory=dict)
    pack: PackPart | None = None
    shelves: tuple[ShelfKind[Any], ...] = ()

    def place_of(self, operation: Operation) -> Place:
        """Return where an operation is asked for."""
        return operation.place or self.place

    def refuses(self, operation: Operation) -> bool:
        """Tell whether an operation can say no in an envelope of its service's own; a public site has none."""
        return self.word is not None and not isinstance(self.place_of(operation), Site)


class Listed(NamedTuple):
    """One thing a client can ask for at its whole address, as a list of near misses shows it."""

    name: str
    method: str
    path: str
    clause: str


def carry(service: Service, answer: Provider, call: Call, world: World) -> Reply:
    """Let a service answer. Its refusal leaves in its own envelope and leaves nothing else of the call behind.

    Raises:
        ServiceRefusal: of a service that has no envelope.
    """
    try:
        return answer(call, world)
    except ServiceRefusal as refusal:
        if service.word is None:
            raise
        world.release()
        exchange = world.exchange
        exchange.outcome = "refused"
        known = set(exchange.remarks)
        exchange.remarks.extend(each for each in refusal.remarks if each not in known)
        exchange.remarks.left_out += getattr(refusal.remarks, "left_out", 0)
        return service.word(refusal, world)


# Ways to be wrong on purpose that several services share: a field that is left out or says something else.

MISSING = object()
"""In place of a value: the field is left out."""
COMMON_MISTAKES = {
    "missing-field": Both("Thiếu một trường bắt buộc", "A required field is left out"),
    "bad-date": Both("Ngày không đúng dạng", "A date in a wrong form"),
}
"""Titles by name, so that the same mistake is called the same in every service."""
_JSON = "application/json"


def post_of(path: str, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Ask:
    """Return a POST of a JSON object."""
    body = json.dumps(fields, ensure_ascii=False).encode()
    return Ask("POST", path, {**(headers or {}), "Content-Type": _JSON, "Accept": _JSON}, body, fields)


def wrong_fields(name: str, title: Both, changes: Mapping[str, Any]) -> Mistake:
    """Return the mistake of a JSON body in which fields are changed, or left out where they are ``MISSING``."""

    def spoil(ask: Ask) -> Ask:
        changed = {**(ask.fields or {}), **changes}
        return post_of(ask.path, {key: value for key, value in changed.items() if value is not MISSING}, ask.headers)

    return Mistake(name, title, spoil)


def replace_in_path(name: str, title: Both, old: str, new: str) -> Mistake:
    """Return the mistake of an address in which a part is another."""
    return Mistake(name, title, lambda ask: ask._replace(path=ask.path.replace(old, new, 1)))
