"""Going back to a moment of a sandbox: records, tokens, counters, agenda, settings and the time on its clock.

A restored sandbox is a new epoch. Its journal begins anew, but numbers and chain go on from the exchange at which the
snapshot was taken, so that the same calls get the same identities as they got then. Ours.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from emulator.country.sandbox import NoSandbox, Sandbox
from emulator.kernel.clock import system_ms
from emulator.store import snapshot_rows
from emulator.store.snapshot_rows import SnapshotRow as Snapshot
from emulator.store.store import Store

__all__ = ["MOST", "NoSnapshot", "Snapshot", "SnapshotExists", "Snapshots", "TooManySnapshots"]
MOST = 20


class NoSnapshot(KeyError):
    """The sandbox has no snapshot of that name."""


class SnapshotExists(Exception):
    """The sandbox has a snapshot of that name."""


class TooManySnapshots(Exception):
    """The sandbox has as many snapshots as it may."""


class Snapshots:
    """The snapshots of all sandboxes of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def every(self, sandbox: Sandbox) -> list[Snapshot]:
        """Return a sandbox's snapshots, oldest first."""
        return snapshot_rows.every(self._store, sandbox.no)

    def take(self, sandbox: Sandbox, name: str | None) -> Snapshot:
        """Take a snapshot; without a name it gets a number.

        Raises:
            SnapshotExists: the name is taken.
            TooManySnapshots: there are ``MOST`` already.
            NoSandbox: the sandbox was dropped meanwhile.
        """
        now = system_ms()
        with self._store.writing(sandbox.no):
            known = {row.name for row in self.every(sandbox)}
            if len(known) >= MOST:
                raise TooManySnapshots(MOST)
            name = name or next(text for number in range(1, MOST + 2) if (text := f"s{number}") not in known)
            if name in known:
                raise SnapshotExists(name)
            row = snapshot_rows.take(self._store, sandbox.no, name, now, sandbox.clock.at(now))
            if row is None:
                raise NoSandbox(sandbox.id)
        return row

    def restore(self, sandbox: Sandbox, name: str) -> Snapshot:
        """Put a sandbox back to a snapshot, its clock to the moment of it; a clock that ran goes on running.

        Raises:
            NoSnapshot: there is none of that name.
        """
        with self._store.writing(sandbox.no):
            row = self._get(sandbox, name)
            now = system_ms()
            clock = type(sandbox.clock)(**json.loads(row.clock)).set(now, row.virtual_ms)
            snapshot_rows.restore(self._store, sandbox.no, row, json.dumps(asdict(clock)))
        return row

    def drop(self, sandbox: Sandbox, name: str) -> None:
        """Forget a snapshot. Raises NoSnapshot when there is none of that name."""
        with self._store.writing(sandbox.no):
            snapshot_rows.drop(self._store, sandbox.no, self._get(sandbox, name))

    def _get(self, sandbox: Sandbox, name: str) -> Snapshot:
        row = snapshot_rows.get(self._store, sandbox.no, name)
        if row is None:
            raise NoSnapshot(name)
        return row
