"""The world of one sandbox during one exchange: shelves, time, luck, remarks and effects."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from emulator.country.access import Keyring, Token
from emulator.country.pack import Pack
from emulator.country.sandbox import Sandbox
from emulator.country.settings import Mode, SandboxSettings
from emulator.country.shelf import (
    DETAIL_LINKS,
    DOSSIERS,
    KEEPSAKES,
    PERSON,
    STEPS,
    Fields,
    Shelf,
    ShelfKind,
    of_test_system,
)
from emulator.kernel import clock
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import Effect, Exchange, Level, Remark, Reply
from emulator.store import sandbox_rows, world_rows
from emulator.store.store import Store

if TYPE_CHECKING:
    from emulator.country.access import Quotas
    from emulator.country.agenda import Agenda, Settlement
    from emulator.country.pack import Packs

T = TypeVar("T")
FILED = ("dossiers", "portal_dossiers")
"""The shelves of dossiers: the ministry's or province's, and the portal's."""
UPLOADED = "uploaded-bytes"


class SandboxGone(Exception):
    """The sandbox was dropped while a call to it was under way."""


class CallDirector(Protocol):
    """Who lets a scenario speak in one exchange."""

    def intervene(self, exchange: Exchange, world: World) -> Reply | None:
        """Return the answer that takes the provider's place, or None; may raise a Refusal."""

    def finish(self, reply: Reply, exchange: Exchange, world: World) -> Reply:
        """Return the reply as it leaves."""


class Scenes(Protocol):
    """The scenarios that play, as an effect on the clock meets them."""

    def enter_state(self, scenario: str | None, machine: str, state: str, world: World) -> None:
        """Put a machine into a state, with all that belongs to its entry.

        Args:
            scenario: whose machine; None: that of the first scenario that has one of that name.
            machine: its name.
            state: the state.
            world: the world, held.

        Raises:
            Lapsed: no scenario that plays has such a machine or state.
        """


class World:
    """What a provider may see and change.

    Reading is free. Before a rule that must still be true at the commit, call ``hold``: from then on nobody else
    writes until the door has written the exchange down.
    """

    def __init__(
        self,
        store: Store,
        sandbox: Sandbox,
        pack: Pack,
        exchange: Exchange,
        scenes: Scenes | None = None,
        quotas: Quotas | None = None,
    ) -> None:
        self.store, self.sandbox, self.pack, self.exchange = store, sandbox, pack, exchange
        self.home = sandbox.home
        self.keyring = Keyring(store)
        self.presented: Token | None = None  # what the call's sandbox was found by, or what admitted it
        self.now_ms = sandbox.clock.at(system_ms())
        self.director: CallDirector | None = None
        self.scenes, self._quotas = scenes, quotas
        self.seq = 0
        self.head = ""
        self.journal_size = 0  # bytes that the journal held when the pen was taken
        self.is_held = False
        self.has_spent = False  # something stays whatever becomes of the call, so it cannot be served again
        self.has_left = (
            False  # a machine of somebody's has the call: it is answered and written down, whatever the quota
        )
        self.settlement: Settlement | None = None  # the batch of effects this one belongs to
        self.dossiers = Shelf(DOSSIERS, pack.dossiers, self)
        self.steps = Shelf(STEPS, pack.steps, self)
        self.detail_links = Shelf(DETAIL_LINKS, pack.detail_links, self)

    def enter_test_system(self) -> None:
        """Go on in the system behind the sandbox keys: the same pack, shelves of its own (src:apim-key-types)."""
        self.dossiers = Shelf(of_test_system(DOSSIERS), self.pack.dossiers, self)
        self.steps = Shelf(of_test_system(STEPS), self.pack.steps, self)
        self.detail_links = Shelf(of_test_system(DETAIL_LINKS), self.pack.detail_links, self)

    def is_held_by_other_keys(self, code: str) -> bool:
        """Tell whether the system behind the other kind of key holds a dossier that this one has not."""
        is_here = self.dossiers.get(code) is not None
        both = (DOSSIERS, of_test_system(DOSSIERS))
        return not is_here and any(Shelf(kind, self.pack.dossiers, self).get(code) is not None for kind in both)

    @property
    def mode(self) -> Mode:
        """Return how the sandbox treats quirks."""
        return self.sandbox.definition.mode

    @property
    def settings(self) -> SandboxSettings:
        """Return the sandbox's settings."""
        return self.sandbox.settings

    def people(self) -> list[Fields]:
        """Return the people of the pack, and those whom a scenario has added."""
        added = self.shelf(KEEPSAKES).with_prefix(PERSON)
        return [*self.pack.rows("people"), *(json.loads(each.text) for each in added)]

    def shelf(self, kind: ShelfKind[T]) -> Shelf[T]:
        """Return the shelf of a kind that not every exchange needs."""
        return Shelf(kind, self.pack.base(kind), self)

    def hold(self) -> None:
        """Take the pen. A second call does nothing.

        Raises:
            SandboxGone: the sandbox was dropped meanwhile.
        """
        if self.is_held:
            return
        place = sandbox_rows.take_place(self.store, self.sandbox.no)
        self.is_held = True
        if place is None:
            self.release()
            raise SandboxGone(self.sandbox.id)
        epoch, self.seq, self.head, self.journal_size = place
        self.home = (self.sandbox.no, epoch)

    def apply_scenario(self) -> Reply | None:
        """Let the scenario speak, now that the caller is admitted and the operation has its name.

        Return what it answers instead of whoever would answer now, or None. May raise a Refusal.
        """
        reply = self.director.intervene(self.exchange, self) if self.director else None
        if reply:
            self.exchange.is_scenario_reply = True
        return reply

    def join(self, place: tuple[int, int, str], now_ms: int) -> None:
        """Write as part of a transaction that somebody else holds, at (epoch, number, head) and a virtual instant."""
        self.is_held = True
        epoch, self.seq, self.head = place
        self.home, self.now_ms = (self.sandbox.no, epoch), now_ms

    def commit(self) -> None:
        """Make the exchange durable."""
        self.is_held = False
        self.store.commit()

    def release(self) -> None:
        """Forget every change since ``hold``."""
        if self.is_held:
            self.is_held = False
            self.store.rollback()
        self.exchange.effects.clear()

    def remark(self, rule: str, path: str, vi: str, en: str, level: Level = "note", **values: str) -> None:
        """Add a sentence about this call to the journal; ``values`` are the optional ones of a ``Remark``."""
        self.exchange.remarks.append(Remark(rule, level, path, vi, en, **values))

    def note_effect(self, effect: Effect) -> None:
        """Remember a change for the journal."""
        self.exchange.effects.append(effect)

    @property
    def agenda(self) -> Agenda:
        """Return what is scheduled on the virtual clock."""
        from emulator.country.agenda import Agenda

        return Agenda(self)

    def uuid(self, purpose: str) -> str:
        """Return an identity that depends on seed, sandbox id, sequence number and purpose alone. Hold the pen first.

        The epoch has no say: the same calls after a reset get the same identities.
        """
        return clock.name_uuid(self.sandbox.definition.seed, self.sandbox.id, self.seq, purpose)

    def why_full(self, more: int = 1) -> tuple[str, str] | None:
        """Return why the sandbox has no room for so many more dossiers, in Vietnamese and English; None when it has."""
        most = self._quotas.dossiers if self._quotas else None
        if (
            most is None
            or sum(world_rows.held_up_to(self.store, self.home, each, most) for each in FILED) + more <= most
        ):
            return None
        return (f"máy chủ chỉ cho một hộp cát {most} hồ sơ", f"this server lets a sandbox have {most} dossiers")

    def count_uploaded(self, size: int) -> int | None:
        """Count bytes of a file; return how many the server lets a sandbox have where these would be too many."""
        most = self._quotas.uploaded_bytes if self._quotas else None
        held = self.counter_value(UPLOADED) + size
        if most is not None and held > most:
            return most
        world_rows.set_counter(self.store, self.home, UPLOADED, held)
        return None

    def count(self, name: str) -> int:
        """Add one to a counter of the sandbox and return it. Hold the pen first."""
        return world_rows.count_up(self.store, self.home, name)

    def counter_value(self, name: str) -> int:
        """Return what a counter of the sandbox stands at."""
        return world_rows.counter_value(self.store, self.home, name)

    def count_at_once(self, name: str) -> int:
        """Add one to a counter in a transaction of its own, which stays whatever becomes of the call; return it.

        For quotas: a refused call has used its share. Not while the pen is held.
        """
        with self.store.writing(self.sandbox.no):
            value = self.count(name)
        self.has_spent = True
        return value

    def count_lastingly(self, name: str) -> int:
        """Add one to a counter, at once when that is possible, else with the exchange; return it."""
        return self.count(name) if self.is_held else self.count_at_once(name)

    def set_for_this_call(self, **changes: Any) -> None:
        """Change settings of the sandbox for this exchange alone."""
        self.sandbox = replace(self.sandbox, settings=replace(self.settings, **changes))


def open_worlds(store: Store, packs: Packs, scenes: Scenes, quotas: Quotas) -> Callable[[Sandbox, Exchange], World]:
    """Return how the world of a sandbox is entered for one exchange; it raises StoreFailure where its pack is not."""

    def enter(sandbox: Sandbox, exchange: Exchange) -> World:
        return World(store, sandbox, packs.find(sandbox), exchange, scenes, quotas)

    return enter
