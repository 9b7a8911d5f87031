"""A fresh emulator inside this process, for one command; what it holds is gone when the command ends."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulator.admin.request import AdminContext
from emulator.app import Country, found_country, open_packs
from emulator.country.pack import Pack
from emulator.country.sandbox import Definition
from emulator.gateways.arrival import NoSuchSandbox
from emulator.kernel.clock import Clock
from emulator.kernel.exchange import Call
from emulator.recording.replay import Answered, PartnerAccount
from emulator.settings import MEMORY, Settings
from emulator.store.world_rows import JournalRow

if TYPE_CHECKING:
    from emulator.journal.entry import JournalEntry


@contextmanager
def replay_host() -> Iterator[AdminContext]:
    """Open an empty country for one replay of an attempt (certification/bundle/replay.py); nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="ndxp-replay-") as folder:
        settings = Settings(store=MEMORY, packs=("co-ban",), scenarios=(), base_hosts=())
        country = found_country(settings, Path(folder) / "store.db", open_packs(settings.packs))
        try:
            yield country.admin
        finally:
            country.store.close()


class FreshEmulator:
    """An emulator whose clock stands where it is told. Use as a context."""

    def __init__(
        self, pack: Pack, definition: Definition, agency_code: str | None, scenarios: tuple[Path, ...] = ()
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ndxp-emulator-")
        settings = Settings(
            store=MEMORY, default=definition, packs=(definition.pack,), scenarios=scenarios, base_hosts=()
        )
        self._country: Country = found_country(settings, Path(self._folder.name) / "store.db", {definition.pack: pack})
        self._sandboxes = self._country.sandboxes
        if agency_code:
            self._sandboxes.change_settings(self._sandboxes.get("default"), {"agency_code": agency_code})
        self.account = self._account()

    def __enter__(self) -> FreshEmulator:
        return self

    def __exit__(self, *_: object) -> None:
        self._country.store.close()
        self._folder.cleanup()

    def _account(self) -> PartnerAccount:
        shown: dict[str, dict[str, str]] = self._sandboxes.credentials_shown(self._sandboxes.get("default"))
        pair = shown["production"]
        users = {name: (shown[name]["username"], shown[name]["password"]) for name in ("portal", "papers")}
        return PartnerAccount(pair["consumer_key"], pair["consumer_secret"], users)

    def change_settings(self, **changes: Any) -> None:
        """Change settings of the sandbox."""
        self._sandboxes.change_settings(self._sandboxes.get("default"), changes)

    def begin_at(self, at_ms: int) -> None:
        """Let the scenarios begin at a moment of the clock."""
        from emulator.admin.scenarios import play, stop

        stop(self._country.admin, self._sandboxes.get("default"))
        self._sandboxes.set_clock(self._sandboxes.get("default"), Clock(virtual_ms=at_ms, frozen=True))
        play(self._country.admin, self._sandboxes.get("default"))

    def wait_until(self, at_ms: int) -> None:
        """Let time pass, and what is due happen."""
        self._sandboxes.set_clock(self._sandboxes.get("default"), Clock(virtual_ms=at_ms, frozen=True))
        self._country.admin.settle_due(self._sandboxes.get("default"))

    def entries_from(self, seq: int) -> list[JournalEntry]:
        """Return the entries of the journal from a number on, what the clock did included."""
        from emulator.journal.entry import as_entry

        home, journal = self._sandboxes.get("default").home, self._country.admin.journal
        rows = (journal.entry(home, number) for number in range(seq, journal.newest(home) + 1))
        return [as_entry(row) for row in rows if row]

    def ask(self, call: Call, at_ms: int) -> Answered:
        """Put a call to the emulator, at a moment of its clock."""
        self._sandboxes.set_clock(self._sandboxes.get("default"), Clock(virtual_ms=at_ms, frozen=True))
        try:
            reply = self._country.door.serve(replace(call, path=call.path or "/"))
        except NoSuchSandbox:
            return Answered(404, (), b"")
        body = b"".join(reply.file.chunks()) if reply.file else reply.body
        story = self._newest()
        told: dict[str, Any] = json.loads(story.story) if story else {}
        remarks = tuple((each["rule"], each["level"], each["path"]) for each in told.get("remarks", ()))
        operation, outcome = (story.operation, story.outcome) if story else (None, "unmatched")
        return Answered(reply.status, reply.headers, body, operation, outcome, remarks)

    def _newest(self) -> JournalRow | None:
        home = self._sandboxes.get("default").home
        journal = self._country.admin.journal
        return journal.entry(home, journal.newest(home))
