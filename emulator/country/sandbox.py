"""A sandbox is a whole country: world, journal, clock, dice and settings of its own."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from emulator.country.settings import MOST, Mode, Profile, SandboxSettings
from emulator.kernel.clock import Clock, consumer_text
from emulator.kernel.values import value_class
from emulator.store import sandbox_rows
from emulator.store.sandbox_rows import CredentialRow, SandboxRow
from emulator.store.store import Store, StoreFailure, StoreTrouble
from emulator.store.world_rows import JournalBounds

ID_GRAMMAR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
KEY_KINDS = ("production", "sandbox")
_MOST_PARSED = 1_024


@value_class
class Definition:
    """What a sandbox was made from.

    ``scenarios`` are those that play, in the order in which they were chosen: each with its ``name``, the values that
    its parameters were ``set`` to, and its ``text`` when it stands in no file. ``scenario`` is the first one's name;
    whoever names only that one has no others.
    """

    pack: str = "co-ban"
    mode: Mode = "documented"
    profile: Profile = "apim-3.2"
    seed: int = 42
    scenario: str | None = None
    scenarios: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        playing = tuple(self.scenarios)
        if self.scenario != (playing[0]["name"] if playing else None):
            playing = () if self.scenario is None else ({"name": self.scenario},)
        object.__setattr__(self, "scenarios", playing)


@value_class
class Sandbox:
    """One sandbox as it stands now; ``home`` is where its rows live, ``next_due`` when its agenda begins.

    ``owner`` is the name of whose it is, ``parent_no`` the sandbox whose holder opened it (an attempt).
    ``pack_digest`` is that of the pack it was made from, empty where one server alone uses the store.
    """

    no: int
    id: str
    epoch: int
    definition: Definition
    settings: SandboxSettings
    clock: Clock
    next_due: int | None = None
    owner: str = ""
    expires_ms: int | None = None
    parent_no: int | None = None
    pack_digest: str = ""

    @property
    def home(self) -> tuple[int, int]:
        """Return (sandbox number, epoch)."""
        return (self.no, self.epoch)

    @property
    def journal_bounds(self) -> JournalBounds:
        """Return how much of its journal is kept."""
        return journal_bounds(self.settings)


def journal_bounds(settings: SandboxSettings) -> JournalBounds:
    """Return how much is kept of a journal with these settings."""
    return JournalBounds(settings.journal_limit, settings.journal_bytes_limit, settings.journal_body_limit)


class SandboxExists(Exception):
    """A sandbox of that id is there already."""


class NoSandbox(KeyError):
    """There is no sandbox of that id or number (any more)."""


def secret_seed() -> int:
    """Return a seed that nobody can know: everything that follows from it is as good as drawn from the system."""
    return secrets.randbits(62) | 1 << 62


def is_secret(seed: int) -> bool:
    """Tell whether a seed was drawn in secret: those that can be asked for end where JSON numbers do everywhere."""
    return seed > MOST


def key_pair(seed: int, sandbox_id: str, kind: str) -> tuple[str, str]:
    """Return the consumer key and secret that a sandbox is made with."""
    return consumer_text(seed, sandbox_id, kind, "key"), consumer_text(seed, sandbox_id, kind, "secret")


class Sandboxes:
    """Create, find, change, reset and drop sandboxes. Parsed rows are kept until their version changes."""

    def __init__(
        self,
        store: Store,
        default: Definition,
        settings: SandboxSettings | None = None,
        settings_of_pack: Callable[[str], Mapping[str, Any]] = lambda _name: {},
        *,
        has_own_seed: bool = True,
        secret_seeds: bool = False,
        digest_of_pack: Callable[[str], str] = lambda _name: "",
    ) -> None:
        """``has_own_seed``: the default's seed was asked for; ``secret_seeds``: where none is, nobody may know it.

        ``settings_of_pack`` returns the settings that a pack brings, by its name: its agency, its subsystem;
        ``digest_of_pack`` the digest by which servers that share a store know a pack.
        """
        self._digest_of_pack = digest_of_pack
        self._store, self._default, self._settings_of_pack = store, default, settings_of_pack
        self._has_own_seed, self._secret_seeds = has_own_seed, secret_seeds
        self._settings = settings or SandboxSettings()
        self._parsed: dict[int, tuple[int, Sandbox]] = {}

    def ensure_default(self) -> Sandbox:
        """Return the sandbox ``default``, made at the first start.

        It is remade when its pack changed or another seed is asked for, since everything in it was built on them; mode
        and profile are what the emulator was started with, and change nothing that the sandbox holds. So is the
        scenario, if it was started with one; else the one goes on that played when it ended.

        Raises:
            StoreTrouble: its seed must be secret, and is one that anybody can know.
        """
        with self._store.writing():
            row = sandbox_rows.by_id(self._store, "default")
            before = Definition(**json.loads(row.definition)) if row else None
            if not self._has_own_seed:
                self._default = replace(self._default, seed=self._seed_to_keep(before))
            if row is None or before is None:
                self._add("default", self._default)
            elif not self._has_same_base(before):
                sandbox_rows.drop(self._store, row.no)
                self._add("default", self._default)
            elif (now := self._continue_scenarios(before)) != before:
                sandbox_rows.change(self._store, row.no, "definition", json.dumps(asdict(now)))
        return self.get("default")

    def _continue_scenarios(self, before: Definition) -> Definition:
        if self._default.scenario is not None:
            return self._default
        return replace(self._default, scenario=before.scenario, scenarios=before.scenarios)

    def _seed_to_keep(self, before: Definition | None) -> int:
        """Return the seed of a default sandbox for which none was asked."""
        if before is None:
            return secret_seed() if self._secret_seeds else self._default.seed
        seed = before.seed
        if self._secret_seeds and not is_secret(seed):
            raise StoreTrouble(
                f"Kho {self._store.name}: khóa của sandbox default suy ra từ hạt giống {seed} mà ai cũng biết. Đặt "
                f"--seed {seed} nếu muốn vậy, hoặc dùng --store khác. / The store {self._store.name}: the keys of its "
                f"sandbox default follow from the seed {seed}, which anybody can know. Give --seed {seed} if that is "
                "wanted, or name another --store."
            )
        return seed

    def _has_same_base(self, definition: Definition) -> bool:
        return (definition.pack, definition.seed) == (self._default.pack, self._default.seed)

    def create(self, sandbox_id: str, wish: dict[str, Any]) -> Sandbox:
        """Make a sandbox; ``wish`` replaces parts of the default definition.

        Raises:
            SandboxExists: the id is taken.
        """
        with self._store.writing():
            if sandbox_rows.by_id(self._store, sandbox_id):
                raise SandboxExists(sandbox_id)
            if "seed" not in wish and (self._secret_seeds or is_secret(self._default.seed)):
                wish = wish | {"seed": secret_seed()}
            self._add(sandbox_id, replace(self._default, **wish))
        return self.get(sandbox_id)

    def _add(self, sandbox_id: str, definition: Definition) -> None:
        pairs = [(*key_pair(definition.seed, sandbox_id, kind), kind) for kind in KEY_KINDS]
        digest = self._digest_of_pack(definition.pack)
        sandbox_rows.add(self._store, sandbox_id, json.dumps(asdict(definition)), pairs, digest)

    def get(self, sandbox_id: str) -> Sandbox:
        """Return a sandbox by id. Raises NoSandbox when there is none."""
        return self._parse_found(sandbox_rows.by_id(self._store, sandbox_id), sandbox_id)

    def of_no(self, no: int) -> Sandbox:
        """Return a sandbox by number. Raises NoSandbox when there is none."""
        return self._parse_found(sandbox_rows.by_no(self._store, no), no)

    def every(self) -> list[Sandbox]:
        """Return all sandboxes."""
        return [self._parse(row) for row in sandbox_rows.every(self._store)]

    def _parse_found(self, row: SandboxRow | None, name: object) -> Sandbox:
        if row is None:
            raise NoSandbox(name)
        return self._parse(row)

    def _parse(self, row: SandboxRow) -> Sandbox:
        kept = self._parsed.get(row.no)
        if kept and kept[0] == row.version:
            return kept[1]
        definition = Definition(**json.loads(row.definition))
        brought = self._settings_of_pack(definition.pack)
        sandbox = Sandbox(
            row.no,
            row.id,
            row.epoch,
            definition,
            replace(self._settings, **{**brought, **json.loads(row.settings)}),
            Clock(**json.loads(row.clock)),
            row.next_due,
            row.owner,
            row.expires_ms,
            row.parent_no,
            row.pack_digest,
        )
        if len(self._parsed) >= _MOST_PARSED:  # some were dropped by other processes: nobody tells this one
            self._parsed = {}
        self._parsed[row.no] = (row.version, sandbox)
        return sandbox

    def credentials(self, sandbox: Sandbox) -> list[CredentialRow]:
        """Return a sandbox's key pairs."""
        return sandbox_rows.credentials_of(self._store, sandbox.no)

    def credentials_shown(self, sandbox: Sandbox) -> dict[str, dict[str, str]]:
        """Return every credential of a sandbox as the ready line and the admin API print them."""
        from emulator.country.axis import portal_credentials

        pairs = {
            pair.kind: {"consumer_key": pair.consumer_key, "consumer_secret": pair.consumer_secret}
            for pair in self.credentials(sandbox)
        }
        return pairs | portal_credentials(sandbox)

    def reset(self, sandbox: Sandbox) -> None:
        """Put a sandbox back to its pack, at once and whatever it holds.

        What it is made of (mode, profile, seed, scenario) stays; settings and clock are the first ones again.
        """
        with self._store.writing(sandbox.no):
            sandbox_rows.reset(self._store, sandbox.no, self._digest_of_pack(sandbox.definition.pack))

    def forget(self, numbers: Iterable[int]) -> None:
        """Keep nothing parsed of sandboxes whose making was undone: their numbers will be given again."""
        for no in numbers:
            self._parsed.pop(no, None)

    def drop(self, sandbox: Sandbox) -> None:
        """Remove a sandbox."""
        with self._store.writing(sandbox.no):
            sandbox_rows.drop(self._store, sandbox.no)
        self._parsed.pop(sandbox.no, None)

    def set_clock(self, sandbox: Sandbox, clock: Clock) -> None:
        """Replace a sandbox's clock."""
        with self._store.writing(sandbox.no):
            sandbox_rows.change(self._store, sandbox.no, "clock", json.dumps(asdict(clock)))

    def set_settings(self, sandbox: Sandbox, settings: SandboxSettings) -> None:
        """Replace a sandbox's settings."""
        with self._store.writing(sandbox.no):
            sandbox_rows.change(self._store, sandbox.no, "settings", json.dumps(asdict(settings)))

    def turn_clock(self, sandbox: Sandbox, turn: Callable[[Clock], Clock]) -> Clock:
        """Change a sandbox's clock from what it is now; nobody else can change it in between."""
        with self._store.writing(sandbox.no):
            clock = turn(self.of_no(sandbox.no).clock)
            sandbox_rows.change(self._store, sandbox.no, "clock", json.dumps(asdict(clock)))
        return clock

    def change_settings(self, sandbox: Sandbox, changes: Mapping[str, Any]) -> SandboxSettings:
        """Replace some of a sandbox's settings. Raises NoSandbox when the sandbox is gone."""
        with self._store.writing(sandbox.no):
            row = sandbox_rows.by_no(self._store, sandbox.no)
            if row is None:
                raise NoSandbox(sandbox.id)
            text = json.dumps(json.loads(row.settings) | dict(changes))
            sandbox_rows.change(self._store, sandbox.no, "settings", text)
            if changes.get("application_state") == "revoked":
                sandbox_rows.revoke_tokens_of_keys(self._store, sandbox.no)
        return self.of_no(sandbox.no).settings

    def redefine(self, sandbox: Sandbox, changes: Mapping[str, Any]) -> Sandbox:
        """Replace mode, profile or scenario of a sandbox; it keeps all it holds. Raises NoSandbox when it is gone."""
        with self._store.writing(sandbox.no):
            definition = replace(self.of_no(sandbox.no).definition, **changes)
            sandbox_rows.change(self._store, sandbox.no, "definition", json.dumps(asdict(definition)))
        return self.of_no(sandbox.no)

    def store_trouble(self) -> StoreFailure | None:
        """Return why the store cannot be read and written now, or None."""
        return self._store.trouble()

    def sweep(self, limit: int = 50) -> int:
        """Delete a few rows of ended epochs and dropped sandboxes; return 0 when nothing is left to delete."""
        with self._store.writing():
            return sandbox_rows.sweep(self._store, limit)

    def leave(self) -> None:
        """Close what this thread has open in the store; a thread that ends calls it."""
        self._store.close()


# Deleting what ended epochs held, beside the work: a reset or a drop must not wait for it.

_FIRST_PAUSE_S = 0.05
_PAUSE_S = 0.005


class Sweeper:
    """At most one thread per process, started by the first reset after the fork and gone when all is swept."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes
        self._pause = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """See that somebody sweeps."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._sweep, name="sweeper", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until all is swept; return False when it took longer."""
        if self._thread:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def _sweep(self) -> None:
        try:
            self._pause.wait(_FIRST_PAUSE_S)  # the answer to the reset leaves first
            while self._sandboxes.sweep():
                self._pause.wait(_PAUSE_S)  # others want to write, too
        finally:
            self._sandboxes.leave()
