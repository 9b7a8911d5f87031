"""Who shares a server: the tokens that open a sandbox, whose it is, how much there may be, and when it ends."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from emulator.country.sandbox import NoSandbox, Sandbox, Sandboxes
from emulator.kernel.clock import system_ms
from emulator.store import access_rows
from emulator.store.access_rows import AccessRow
from emulator.store.store import Store

TenantRole = Literal["owner", "viewer"]
ROLES: tuple[TenantRole, ...] = ("owner", "viewer")
_PREFIX = "ndxps_"  # so that a token in a log or a repository is known for what it is
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Quotas:
    """What a server lets there be; None is no bound. ``lifetime_s`` is a new sandbox's time to live (real)."""

    sandboxes: int | None = None
    sandboxes_of_owner: int | None = None
    lifetime_s: int | None = None


class OverQuota(Exception):
    """There is no room: ``what`` is ``sandboxes`` or ``sandboxes-of-owner``, ``most`` how many there may be."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"{what}: {most}")
        self.what, self.most = what, most


class Tenants:
    """The tenants of a store. What is asked here counts for every server on it."""

    def __init__(self, store: Store, sandboxes: Sandboxes, quotas: Quotas = Quotas()) -> None:
        self._store, self._sandboxes, self.quotas = store, sandboxes, quotas

    def issue_token(self, sandbox: Sandbox, role: TenantRole = "owner") -> str:
        """Return a new token of a sandbox; the one it had for that role opens nothing any more.

        The text is kept nowhere: only its digest is.
        """
        token = _PREFIX + secrets.token_urlsafe(_BYTES)
        with self._store.writing(sandbox.no):
            access_rows.replace(self._store, AccessRow(_digest(token), sandbox.no, role, system_ms()))
        return token

    def role_of(self, token: str) -> tuple[str, TenantRole] | None:
        """Return the sandbox a token opens, and as what; None when it opens nothing."""
        row = access_rows.get(self._store, _digest(token)) if token.startswith(_PREFIX) else None
        if row is None:
            return None
        try:
            sandbox = self._sandboxes.of_no(row.sandbox_no)
        except NoSandbox:
            return None
        return sandbox.id, "owner" if row.role == "owner" else "viewer"

    def get(self, sandbox_id: str) -> Sandbox:
        """Return a sandbox. Raises NoSandbox."""
        return self._sandboxes.get(sandbox_id)

    def check_room(self, owner: str) -> None:
        """Look whether one more sandbox may be made. Raises OverQuota."""
        quotas = self.quotas
        if quotas.sandboxes is not None and len(self._sandboxes.every()) >= quotas.sandboxes:
            raise OverQuota("sandboxes", quotas.sandboxes)
        most = quotas.sandboxes_of_owner
        if most is not None and owner and access_rows.count_of_owner(self._store, owner) >= most:
            raise OverQuota("sandboxes-of-owner", most)

    def assign(self, sandbox: Sandbox, owner: str, lifetime_s: int | None = None) -> Sandbox:
        """Say whose a sandbox is, and for how long it lives (None: as the server says); return it as it is then."""
        now, lifetime_s = system_ms(), lifetime_s or self.quotas.lifetime_s
        expires_ms = now + lifetime_s * 1000 if lifetime_s else None
        with self._store.writing(sandbox.no):
            access_rows.assign(self._store, sandbox.no, owner, now, expires_ms)
        return self._sandboxes.of_no(sandbox.no)

    def drop_expired(self) -> list[str]:
        """Drop the sandboxes whose time is over, and return their names. ``default`` stays."""
        gone = [name for name in access_rows.expired_sandboxes(self._store, system_ms()) if name != "default"]
        for name in gone:
            try:
                self._sandboxes.drop(self._sandboxes.get(name))
            except NoSandbox:
                continue
        return gone

    def sizes(self) -> dict[int, tuple[int, int]]:
        """Return, by sandbox number, its dossiers over the pack and the bytes of its journal."""
        return access_rows.sizes(self._store)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
