"""Who gets in: key pairs and access tokens of a sandbox, the tokens that open it, and how much there may be."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from emulator.country.sandbox import NoSandbox, Sandbox, Sandboxes
from emulator.kernel.clock import system_ms
from emulator.kernel.values import value_class
from emulator.store import access_rows, sandbox_rows, world_rows
from emulator.store.access_rows import EVERY_SANDBOX, AccessRow, Belonging, Holding
from emulator.store.sandbox_rows import CredentialRow as Credential
from emulator.store.sandbox_rows import TokenRow as Token
from emulator.store.store import Store

__all__ = ["Credential", "Keyring", "Token", "basic_pair", "bearer_word", "is_alive"]


class Keyring:
    """All keys and tokens of a store; whoever asks checks that they belong to the right sandbox."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def credential(self, consumer_key: str) -> Credential | None:
        """Return a key pair."""
        return sandbox_rows.credential(self._store, consumer_key)

    def token(self, text: str) -> Token | None:
        """Return a token."""
        return sandbox_rows.find_token(self._store, text)

    def key_of(self, sandbox_no: int, kind: str) -> str:
        """Return the consumer key of one kind of a sandbox's pairs, empty when it has none."""
        pairs = sandbox_rows.credentials_of(self._store, sandbox_no)
        return next((pair.consumer_key for pair in pairs if pair.kind == kind), "")

    def latest(self, home: tuple[int, int], consumer_key: str, scope: str) -> Token | None:
        """Return the newest unrevoked token of a key and scope in a sandbox's epoch."""
        return sandbox_rows.latest_token(self._store, home, consumer_key, scope)

    def add(self, token: Token) -> None:
        """Keep a new token. The world must be held."""
        sandbox_rows.add_token(self._store, token)

    def end(self, text: str, at_ms: int) -> None:
        """Let a token end at a virtual instant, whatever its life was to be. The world must be held."""
        sandbox_rows.end_token(self._store, text, at_ms)

    def revoke(self, text: str) -> None:
        """Revoke a token. The world must be held."""
        sandbox_rows.revoke_token(self._store, text)


def is_alive(token: Token, home: tuple[int, int], now_ms: int) -> bool:
    """Tell whether a token opens a sandbox now: it is of this epoch, not revoked and not expired."""
    return (
        (token.sandbox_no, token.epoch) == home
        and not token.is_revoked
        and (token.expires_at is None or token.expires_at > now_ms)
    )


# What an ``Authorization`` header holds, as WSO2 reads it (src:apim-token-errors, src:apim-security-codes).


def bearer_word(value: str) -> str:
    """Return the token in a header value, empty when there is none (src:apim-security-codes).

    The value is split on commas, then on spaces; ``Bearer`` is case-sensitive; quotes around the token are dropped.
    """
    for part in value.split(","):
        words = part.split()
        if "Bearer" in words[:-1]:
            return words[words.index("Bearer") + 1].strip("\"'")
    return ""


def basic_pair(encoded: str) -> tuple[str, str]:
    """Return (key, secret) of a Basic credential, empty texts when it cannot be read."""
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    key, colon, secret = text.partition(":")
    return (key, secret) if colon else ("", "")


# Who shares a server: the tokens that open a sandbox, whose it is, how much there may be, and when it ends.

TenantRole = Literal["owner", "viewer"]
ROLES: tuple[TenantRole, ...] = ("owner", "viewer")
_TYPED_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none of them is taken for another on paper
_TYPED_LENGTH = 16  # 79 bits
_PREFIX = "ndxps_"  # so that a token in a log or a repository is known for what it is
_BYTES = 32
_MINUTE_MS = 60_000
_SHOWN = 12  # hexadecimal digits of a token's digest by which a journal names it


@value_class
class Quotas:
    """What a server lets there be; None is no bound. ``lifetime_s`` is a new sandbox's time to live (real).

    ``packs`` counts those that were brought in by the admin API. Of each sandbox: ``calls`` a minute of the wall,
    ``dossiers`` over its pack, ``uploaded_bytes`` of files.
    """

    sandboxes: int | None = None
    sandboxes_of_owner: int | None = None
    lifetime_s: int | None = None
    packs: int = 20
    calls: int | None = None
    dossiers: int | None = None
    uploaded_bytes: int | None = None


_NO_QUOTAS = Quotas()


@value_class
class TokenGrant:
    """What a token opens: one sandbox, or (without one) every sandbox of an owner. Journals name it by ``token_id``."""

    role: TenantRole
    token_id: str
    sandbox: Sandbox | None = None
    owner: str = ""


class OverQuota(Exception):
    """There is no room: ``what`` is ``sandboxes``, ``sandboxes-of-owner`` or ``packs``, ``most`` their number."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"{what}: {most}")
        self.what, self.most = what, most


class Tenants:
    """The tenants of a store. What is asked here counts for every server on it."""

    def __init__(self, store: Store, sandboxes: Sandboxes, quotas: Quotas = _NO_QUOTAS) -> None:
        self._store, self._sandboxes, self.quotas = store, sandboxes, quotas
        self._minute, self._asked = 0, Counter[str]()

    def issue_token(self, sandbox: Sandbox, role: TenantRole = "owner", *, is_typed: bool = False) -> str:
        """Return a new token of a sandbox; the one it had for that role opens nothing any more.

        The text is kept nowhere: only its digest is. ``is_typed``: a person will type it from a sheet of paper.
        """
        token = _PREFIX + (_typed_text() if is_typed else secrets.token_urlsafe(_BYTES))
        with self._store.writing(sandbox.no):
            access_rows.replace(self._store, AccessRow(_digest(token), sandbox.no, role, system_ms()))
        return token

    def issue_owner_token(self, owner: str, role: TenantRole = "owner") -> str:
        """Return a new token that opens every sandbox of an owner, those made later, too; the one before it ends."""
        token = _PREFIX + secrets.token_urlsafe(_BYTES)
        with self._store.writing():
            access_rows.replace(self._store, AccessRow(_digest(token), EVERY_SANDBOX, role, system_ms(), owner))
        return token

    def end_owner_tokens(self, owner: str) -> int:
        """Let the tokens of an owner open nothing any more; return how many there were."""
        with self._store.writing():
            return access_rows.end_of_owner(self._store, owner)

    def grant_of(self, token: str) -> TokenGrant | None:
        """Return what a token opens, and as what; None when it opens nothing."""
        row = access_rows.get(self._store, _digest(token)) if token.startswith(_PREFIX) else None
        if row is None:
            return None
        role: TenantRole = "owner" if row.role == "owner" else "viewer"
        if row.sandbox_no == EVERY_SANDBOX:
            return TokenGrant(role, row.digest[:_SHOWN], owner=row.owner)
        try:
            return TokenGrant(role, row.digest[:_SHOWN], self._sandboxes.of_no(row.sandbox_no))
        except NoSandbox:
            return None

    def wait_s(self, tenant: str) -> int:
        """Count a question to the admin API by a tenant; return after how many seconds it may ask again, 0 for now.

        Each worker counts for itself, since nothing of such a question is written down.
        """
        now_ms, most = system_ms(), self.quotas.calls
        if now_ms // _MINUTE_MS != self._minute:
            self._minute, self._asked = now_ms // _MINUTE_MS, Counter()
        self._asked[tenant] += 1
        return 0 if most is None or self._asked[tenant] <= most else 60 - now_ms % _MINUTE_MS // 1000

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

    def make(
        self,
        sandbox_id: str,
        wish: dict[str, Any],
        owner: str,
        lifetime_s: int | None = None,
        parent_no: int | None = None,
    ) -> Sandbox:
        """Make a sandbox of an owner; whoever makes one at the same time waits, so that no quota is passed together.

        Raises:
            OverQuota: there is no room.
            SandboxExists: the id is taken.
        """
        made: Sandbox | None = None
        try:
            with self._store.writing():
                self.check_room(owner)
                made = self._sandboxes.create(sandbox_id, wish)
                made = self.assign(made, owner, lifetime_s, parent_no)
        except BaseException:
            if made:
                self._sandboxes.forget([made.no])
            raise
        return made

    @contextmanager
    def room_for_pack(self, held: Callable[[], int]) -> Iterator[None]:
        """Let a pack come to its place in this block; whoever brings one at the same time waits for its end.

        Raises:
            OverQuota: ``held`` says that there are as many as there may be.
        """
        with self._store.writing():
            self.check_packs(held())
            yield

    def check_packs(self, held: int) -> None:
        """Look whether one more pack may be brought in beside so many. Raises OverQuota."""
        if held >= self.quotas.packs:
            raise OverQuota("packs", self.quotas.packs)

    def assign(
        self, sandbox: Sandbox, owner: str, lifetime_s: int | None = None, parent_no: int | None = None
    ) -> Sandbox:
        """Say whose a sandbox is, and how long it lives (None: as the server says; 0: for ever); return it as it is.

        ``parent_no`` is the number of the sandbox whose holder opened it.
        """
        now, lifetime_s = system_ms(), self.quotas.lifetime_s if lifetime_s is None else lifetime_s
        expires_ms = now + lifetime_s * 1000 if lifetime_s else None
        with self._store.writing(sandbox.no):
            access_rows.assign(self._store, sandbox.no, Belonging(owner, parent_no, expires_ms), now)
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

    def holdings(self) -> dict[int, Holding]:
        """Return, by sandbox number, what each holds, when it was made and when it was last called."""
        return access_rows.holdings(self._store)


def _typed_text() -> str:
    return "".join(secrets.choice(_TYPED_LETTERS) for _ in range(_TYPED_LENGTH))


def typed_groups(token: str) -> str:
    """Return a token that a person types as it is printed: ``abcd-efgh-jkmn-pqrs``."""
    text = token.removeprefix(_PREFIX)
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def read_typed(text: str) -> str:
    """Return the token that a person typed from a sheet; what is no such thing comes back as it is."""
    letters = "".join(letter for letter in text.lower() if not (letter.isspace() or letter in "-–·"))
    is_typed = len(letters) == _TYPED_LENGTH and set(letters) <= set(_TYPED_LETTERS)
    return _PREFIX + letters if is_typed else text.strip()


_DAY_MS = 1440 * _MINUTE_MS
_ASLEEP_AFTER_MS = 60 * _MINUTE_MS


def ends_soon(expires_ms: int | None, made_ms: int | None, now_ms: int) -> bool:
    """Tell whether a sandbox is in the last tenth of its life, which is a day at most and a minute at least."""
    if expires_ms is None:
        return False
    tenth = (expires_ms - (made_ms or now_ms)) // 10
    return expires_ms - now_ms <= max(_MINUTE_MS, min(_DAY_MS, tenth))


def is_asleep(holding: Holding, now_ms: int) -> bool:
    """Tell whether nobody has called a sandbox for an hour. Nothing runs for it then: it costs its rows alone."""
    last_ms = holding.last_ms or holding.made_ms
    return bool(last_ms) and now_ms - (last_ms or 0) > _ASLEEP_AFTER_MS


class QuotaLook(NamedTuple):
    """What a look at the quota of calls found: after how many seconds the sandbox may be called again, 0 for now.

    ``is_first``: nobody has been refused for it in this minute yet.
    """

    wait_s: int = 0
    is_first: bool = False


class _Minute(NamedTuple):
    """What is known of a sandbox's minute: its epoch, the number before the minute, and the newest that was seen.

    ``unasked`` of those up to ``counted`` were exchanges that nobody called for.
    """

    epoch: int
    first: int
    newest: int
    counted: int
    unasked: int


class CallMeter:
    """How many calls each sandbox has answered in this minute of the wall.

    The sandbox's own journal counts, so that all workers and servers on a store see one number, and a call beyond the
    quota costs a row that is read and none that is written.
    """

    def __init__(self, store: Store, most: int | None) -> None:
        self._store, self._most = store, most
        self._minute = 0
        self._begun: dict[int, _Minute] = {}

    def look(self, sandbox: Sandbox, place: tuple[int, int] | None = None) -> QuotaLook:
        """Return whether the sandbox may be called now. The refusal that is written down is the first of its minute.

        ``place`` (epoch, number) is that of a call which holds the pen: it is counted without asking the store again.
        """
        if self._most is None:
            return QuotaLook()
        now_ms = system_ms()
        if now_ms // _MINUTE_MS != self._minute:
            self._minute, self._begun = now_ms // _MINUTE_MS, {}
        known = place or sandbox_rows.next_place(self._store, sandbox.no)
        if known is None:
            return QuotaLook()
        made = self._count(sandbox.no, self._most, known[:2], is_held=place is not None)
        return QuotaLook(60 - now_ms % _MINUTE_MS // 1000, made == self._most) if made >= self._most else QuotaLook()

    def _count(self, no: int, most: int, place: tuple[int, int], *, is_held: bool) -> int:
        """Return how many were made; what nobody called for is counted once, when it is seen by all."""
        epoch, newest = place[0], place[1] - 1
        minute = self._begun.get(no) or self._begin((no, epoch), newest, most)
        if minute.epoch != epoch:  # a reset begins to number anew, and gives no calls back
            minute = _Minute(epoch, minute.first - minute.newest, newest, 0, minute.unasked)
        self._begun[no] = minute = minute._replace(newest=newest)
        if newest - minute.first - minute.unasked < most:
            return newest - minute.first - minute.unasked
        more = world_rows.count_unasked(self._store, (no, epoch), minute.counted, newest)
        if not is_held:
            self._begun[no] = minute._replace(counted=newest, unasked=minute.unasked + more)
        return newest - minute.first - minute.unasked - more

    def _begin(self, home: tuple[int, int], newest: int, most: int) -> _Minute:
        """Look back for where the minute began, or no further than it takes to know that the quota is used up."""
        since_ms, back = self._minute * _MINUTE_MS, most + 1
        while True:
            after = newest - back
            first = world_rows.last_exchange_outside(self._store, home, since_ms, since_ms + _MINUTE_MS, after)
            called = newest - first - world_rows.count_unasked(self._store, home, first, newest)
            if first > after or called > most:
                return _Minute(home[1], first, newest, first, 0)
            back *= 2


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
