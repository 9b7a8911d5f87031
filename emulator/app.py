"""Puts the house together; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulator.admin.replies import ProbePages
from emulator.admin.request import PREFIX, WAITING, AdminContext, PublishedPage
from emulator.admin.scenarios import play
from emulator.country.access import CallMeter, Keyring, Tenants
from emulator.country.pack import Pack, Packs
from emulator.country.sandbox import Sandboxes, Sweeper
from emulator.country.settings import SandboxSettings
from emulator.country.world import open_worlds
from emulator.gateways.arrival import Arrival, Timekeeper
from emulator.gateways.axis.gateway import XroadGateway
from emulator.gateways.door import Door, Gateway, PenRules
from emulator.gateways.ndxp.gateway import NdxpGateway
from emulator.gateways.provincial import provincial_gateways, public_sites
from emulator.journal.journal import Journal
from emulator.journal.patterns import Offer
from emulator.scenario.cast import Cast, DirectorFinder, magic_wishes, preferred_wishes
from emulator.scenario.library import Library
from emulator.server.asgi_door import asgi_app
from emulator.server.bad_bytes import REFUSED, write_refused
from emulator.server.own_pages import Pages, own_pages_app
from emulator.services.packs import load_pack
from emulator.services.registry import services as declared_services
from emulator.settings import MEMORY, Settings
from emulator.store.group_commit import GroupCommitStore
from emulator.store.store import Store

if TYPE_CHECKING:
    from flask import Flask

    from emulator.classroom.progress import ClassProgress


@dataclass(frozen=True)
class Country:
    """The assembled house."""

    settings: Settings
    store: Store
    sandboxes: Sandboxes
    door: Door
    admin: AdminContext


_HASTY_PAUSE_S = 0.25
"""A refusal over a sandbox's quota leaves this late, from the second of a minute on."""


def found_country(
    settings: Settings, place: Path | Store, packs: Mapping[str, Pack], replica: Store | None = None
) -> Country:
    """Build the doors over a store that is open, or over the file at a path; journals are read from a ``replica``.

    Raises:
        StoreTrouble: the store cannot be used.
        ServiceTrouble: a service from outside cannot be used.
    """
    store, cast = _prepare_store(place, settings), Cast(Library(settings.scenarios, is_watched=settings.watch))
    known = Packs(packs, settings.packs_folder or Path(f"{store.name}.packs"), load_pack)
    sandboxes = _sandboxes(store, settings, known)
    enter = open_worlds(store, known, cast, settings.quotas)
    arrival = Arrival(Keyring(store), sandboxes, settings.base_hosts)
    doors, offers = _doors(settings, known)
    timekeeper = Timekeeper(enter, sandboxes)
    directors = DirectorFinder(cast, (preferred_wishes, magic_wishes), timekeeper.settle_sandbox)
    due, meter = timekeeper.settle_due, CallMeter(store, settings.quotas.calls)
    pause_s = 0.0 if settings.worker_kind == "gthread" else _HASTY_PAUSE_S  # there a wait would hold a thread
    pen = PenRules(store.patience, store.share, store.waits)
    door = Door(arrival, enter, doors, directors, due, pen, meter=meter, offers=offers, hasty_pause_s=pause_s)
    context = AdminContext(
        sandboxes,
        Journal(store, replica),
        known,
        enter,
        Sweeper(sandboxes),
        offers,
        settings.admin_token,
        door.serve,
        due,
        timekeeper.at_once,
        cast,
        _published_page,
        **_tenants(store, sandboxes, settings),
    )
    play(context, context.sandboxes.get("default"))
    return Country(settings, store, sandboxes, door, context)


def _tenants(store: Store, sandboxes: Sandboxes, settings: Settings) -> dict[str, Any]:
    """Return what the admin API knows of those who share the server: tenants, classes, other web sites."""
    tenants = Tenants(store, sandboxes, settings.quotas)

    def begin_classes(context: AdminContext) -> ClassProgress:
        """Return the progress of the classes; what a lesson wants is armed when a seat comes to it."""
        from emulator.admin.class_room import enter_step
        from emulator.classroom.classes import Classes
        from emulator.classroom.lessons import LessonShelf
        from emulator.classroom.progress import ClassProgress

        progress = ClassProgress(Classes(store, sandboxes, tenants), Journal(store), LessonShelf(settings.scenarios))
        progress.entered = partial(enter_step, context)
        return progress

    return {"tenants": tenants, "begin_classes": begin_classes, "allowed_origins": settings.allowed_origins}


def _doors(settings: Settings, packs: Packs) -> tuple[tuple[Gateway, ...], tuple[Offer, ...]]:
    """Return the doors of the country, the one that takes every call last, and what they offer."""
    declared = declared_services()
    axis, last = XroadGateway(declared, packs.is_outside, settings.live_addresses), NdxpGateway(declared)
    offers = tuple(Offer(*each) for each in (*last.operations(), *axis.operations()))
    return (axis, *public_sites(declared), *provincial_gateways(declared, axis), last), offers


def _prepare_store(place: Path | Store, settings: Settings) -> Store:
    if isinstance(place, Store):
        return place
    store = GroupCommitStore(place, is_kept=settings.store != MEMORY)
    store.prepare()
    return store


def _sandboxes(store: Store, settings: Settings, packs: Packs) -> Sandboxes:
    if store.waits:  # what they hold now is what they are made from, whatever becomes of their files
        for name in packs:
            packs.digest_of(name)
    first = SandboxSettings(
        journal_limit=settings.max_journal,
        journal_bytes_limit=settings.max_journal_bytes,
        journal_body_limit=settings.max_journal_body,
    )
    sandboxes = Sandboxes(
        store,
        settings.default,
        first,
        packs.settings_of,
        has_own_seed=settings.has_own_seed,
        secret_seeds=settings.secret_seeds,
        digest_of_pack=packs.digest_of if store.waits else lambda _name: "",
    )
    sandboxes.ensure_default()
    return sandboxes


def open_packs(names: tuple[str, ...]) -> dict[str, Pack]:
    """Open fixture packs.

    Raises:
        PackTrouble: one cannot be used.
    """
    return {name: load_pack(name) for name in names}


def create_app(country: Country) -> Flask:
    """Return the Flask application of gthread and of the tests: our own pages and the emulated services."""
    from emulator.server.flask_door import services

    app = own_pages(country)
    app.register_blueprint(services(country.door, country.settings.body_limit))
    app.extensions[REFUSED] = partial(write_refused, country.door)
    return app


def own_pages(country: Country) -> Flask:
    """Return the Flask application of our own pages alone, everything under ``/__``."""
    from flask import Flask

    from emulator.admin.routes import admin

    app = Flask("emulator", static_folder=None)
    app.register_blueprint(admin(country.admin))
    app.wsgi_app = _ConsoleWhenAsked(app.wsgi_app, country.admin)  # type: ignore[method-assign]
    return app


class _ConsoleWhenAsked:
    """Lets the pages for people answer under ``/__console``; their room is entered at the first such call."""

    def __init__(self, other: Any, context: AdminContext) -> None:
        self._other, self._context = other, context
        self._pages: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one WSGI call."""
        path = environ["PATH_INFO"]
        if path != "/__console" and not path.startswith("/__console/"):
            return self._other(environ, start_response)
        if self._pages is None:
            from emulator.console.site import console_app

            self._pages = console_app(self._context)
        return self._pages(environ, start_response)


def application(country: Country) -> Any:
    """Return what the chosen kind of worker runs: ASGI, or WSGI for gthread."""
    if country.settings.worker_kind == "gthread":
        return create_app(country)

    def begin() -> Pages:
        from emulator.admin.routes import body_limit_of

        return Pages(own_pages(country), body_limit_of)

    open_paths = (f"{PREFIX}/health", f"{PREFIX}/ready")
    pages = own_pages_app(begin, ProbePages(country.admin), open_paths, WAITING)
    return asgi_app(country.door, pages, country.settings.body_limit)


def _published_page(name: str) -> PublishedPage | None:
    """Return a page that describes the interfaces. Its room is entered when somebody asks for one."""
    from emulator.openapi.document import page

    return page(name)
