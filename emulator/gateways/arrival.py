"""Which sandbox a call is for (path prefix, host name, credential, else ``default``), and what time it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter_ns
from typing import NamedTuple, Protocol
from urllib.parse import parse_qs

import orjson

from emulator.country.access import Credential, Keyring, QuotaLook, Token, basic_pair, bearer_word
from emulator.country.agenda import AgendaRow, EffectWords, Settlement, as_text, let_happen, settle
from emulator.country.sandbox import Sandbox, Sandboxes
from emulator.country.world import World
from emulator.journal.write import Entry, JournalPlace, Measured, add_all, to_entry
from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import CLOCK_EFFECT, Call, Exchange, Reply
from emulator.wire.axis import SERVER_PREFIX

PREFIX = "/s/"
ADAPTERS = ("XrdAdapter", "VXPAdapter")
REFUSED_HEADS = {414: "target-too-long", 431: "headers-too-large"}
"""What the server itself refuses before a door sees it, by status: the rule that the journal names."""


class NoSuchSandbox(Exception):
    """The call names a sandbox that is not there."""


class ArrivedCall(NamedTuple):
    """Where a call goes, the call as its services see it, and the token that decided it, if one did."""

    sandbox: Sandbox
    call: Call
    token: Token | None = None


class Meter(Protocol):
    """Who counts the calls of sandboxes."""

    def look(self, sandbox: Sandbox, place: tuple[int, int] | None = None) -> QuotaLook:
        """Return whether a sandbox may be called now.

        ``place`` (epoch, number) is that of the call itself, once it holds the pen: nobody comes in between any more.
        """


class Arrival:
    """Finds the sandbox of a call and takes the sandbox prefix off its path."""

    def __init__(self, keyring: Keyring, sandboxes: Sandboxes, base_hosts: tuple[str, ...]) -> None:
        self._keyring, self._sandboxes = keyring, sandboxes
        self._suffixes = tuple(f".{host}" for host in base_hosts)

    def find(self, call: Call) -> ArrivedCall:
        """Return the sandbox and the call as its services see it.

        Raises:
            NoSuchSandbox: prefix or host name a sandbox that does not exist.
        """
        if call.path.startswith(PREFIX):
            named, _, rest = call.path[len(PREFIX) :].partition("/")
            return ArrivedCall(self._get(named), at_its_server(replace(call, path="/" + rest)))
        call = at_its_server(call)
        named = self._by_host(call.host)
        if named:
            return ArrivedCall(self._get(named), call)
        token = self._find_token(call)
        if token:
            return ArrivedCall(self._owner(token.sandbox_no), call, token)
        pair = self._credential(call)
        return ArrivedCall(self._owner(pair.sandbox_no) if pair else self._get("default"), call)

    def lane_of(self, call: Call) -> str:
        """Return by what calls that wait are told apart, so that each sandbox gets its turn; asks no store for it.

        The sandbox that the path or the host names, else the caller's own word for who he is.
        """
        if call.path.startswith(PREFIX):
            return call.path[len(PREFIX) :].partition("/")[0]
        return self._by_host(call.host) or call.header("authorization") or ""

    def _owner(self, no: int) -> Sandbox:
        """Return a sandbox by number; what is left of a dropped one counts as unknown."""
        try:
            return self._sandboxes.of_no(no)
        except KeyError:
            return self._get("default")

    def _get(self, sandbox_id: str) -> Sandbox:
        try:
            return self._sandboxes.get(sandbox_id)
        except KeyError:
            raise NoSuchSandbox(sandbox_id) from None

    def _by_host(self, host: str) -> str:
        name = host.rpartition(":")[0] if ":" in host else host
        for suffix in self._suffixes:
            if name.endswith(suffix):
                return name[: -len(suffix)]
        return ""

    def _find_token(self, call: Call) -> Token | None:
        """Look for a Bearer token in any header: a sandbox may have renamed the usual one (src:apim-auth-header)."""
        for _, value in call.headers:
            if "Bearer " in value:
                word = bearer_word(value)
                return self._keyring.token(word) if word else None
        return None

    def _credential(self, call: Call) -> Credential | None:
        scheme, _, value = (call.header("authorization") or "").partition(" ")
        key = basic_pair(value)[0] if scheme.lower() == "basic" else form_field(call, "client_id")
        return self._keyring.credential(key) if key else None


def at_its_server(call: Call) -> Call:
    """Return a call to a unit's own security server as that server sees it; any other comes back as it is."""
    named, _, rest = call.path.removeprefix(SERVER_PREFIX).partition("/")
    is_adapter = rest.partition("/")[0] in ADAPTERS
    return replace(call, path="/" + rest, unit=named) if call.path.startswith(SERVER_PREFIX) and is_adapter else call


def form_field(call: Call, name: str) -> str:
    """Return the first value of a form field in the body, empty when absent."""
    if name.encode() not in call.body:
        return ""
    return parse_qs(call.body.decode("utf-8", "replace")).get(name, [""])[0]


# Lets what is scheduled happen, before anybody sees the world: the same for a clock that runs and one that is turned.
#
# Each effect is an exchange of its own in the journal: operation ``clock.effect``, outcome ``happened`` (or
# ``lapsed`` when it had become impossible), at the virtual instant at which it was due, with the effect as the body
# of a request that nobody sent. A batch is one transaction: a server that is killed has let all of it happen, or
# nothing.

_BATCH = 1_000  # others may take the pen between two batches
_TARGET = "/clock/effect"
_NOTHING_SAID = Reply(200)


class Timekeeper:
    """Settles agendas. One object per process; safe for several threads and several processes."""

    def __init__(self, enter: Callable[[Sandbox, Exchange], World], sandboxes: Sandboxes) -> None:
        self._enter, self._sandboxes = enter, sandboxes

    def settle_due(self, sandbox: Sandbox) -> Sandbox:
        """Return the sandbox after everything that is due now. Costs a comparison when nothing is.

        Raises:
            NoSandbox: it was dropped meanwhile.
            SandboxGone: likewise.
        """
        while sandbox.next_due is not None:
            now_ms = sandbox.clock.at(system_ms())
            if sandbox.next_due > now_ms:
                break
            self._settle(sandbox, now_ms)
            sandbox = self._sandboxes.of_no(sandbox.no)
        return sandbox

    def settle_sandbox(self, sandbox_no: int) -> Sandbox:
        """Return the sandbox of a number after everything that is due now, as ``settle_due`` does."""
        return self.settle_due(self._sandboxes.of_no(sandbox_no))

    def at_once(self, sandbox: Sandbox, effects: Sequence[EffectWords]) -> list[Exchange]:
        """Let effects happen now, in one transaction; return what became of each, as it stands in the journal.

        Raises:
            BadEffect: one of them cannot be; nothing happens then.
        """
        sandbox = self.settle_due(sandbox)
        world = self._enter(sandbox, Exchange(Call("GET", _TARGET)))
        world.hold()
        try:
            happening = _Happening(self._enter, self._sandboxes, world)
            done = [happening.happen(AgendaRow(world.now_ms, 0, as_text(effect)), None) for effect in effects]
            happening.finish()
        except BaseException:
            world.release()
            raise
        world.commit()
        return done

    def _settle(self, sandbox: Sandbox, now_ms: int) -> None:
        world = self._enter(sandbox, Exchange(Call("GET", _TARGET)))
        world.hold()
        try:
            happening = _Happening(self._enter, self._sandboxes, world)
            settle(world, now_ms, _BATCH, happening.happen)
            happening.finish()
        except BaseException:
            world.release()
            raise
        world.commit()


class _Happening:
    """One batch: where in the journal it stands, and the sandbox as the effects leave it."""

    def __init__(self, enter: Callable[[Sandbox, Exchange], World], sandboxes: Sandboxes, held: World) -> None:
        self._enter, self._sandboxes = enter, sandboxes
        self._sandbox = sandboxes.of_no(held.sandbox.no)
        self._epoch, self._seq, self._head = held.home[1], held.seq, held.head
        self._store = held.store
        self._rows: list[Entry] = []
        self._bounds, self._size = held.sandbox.journal_bounds, held.journal_size

    def happen(self, row: AgendaRow, settlement: Settlement | None) -> Exchange:
        """Let one effect happen and write it down; return the exchange."""
        started = perf_counter_ns()
        effect = orjson.loads(row.effect)
        body = row.effect.encode()
        path = f"{_TARGET}/{effect['kind']}"
        call = Call("CLOCK", path, body=body, body_size=len(body), target=path, client_ip="")
        exchange = Exchange(call, operation=CLOCK_EFFECT, outcome="happened")
        world = self._enter(self._sandbox, exchange)
        world.join((self._epoch, self._seq, self._head), row.due_ms)
        world.settlement = settlement
        let_happen(effect, world)
        self._write_down(exchange, world, started)
        if any(each.shelf == "settings" for each in exchange.effects):
            self._sandbox = self._sandboxes.of_no(self._sandbox.no)
        return exchange

    def _write_down(self, exchange: Exchange, world: World, started: int) -> None:
        bounds = world.sandbox.journal_bounds
        page = JournalPlace(world.sandbox.id, world.home, self._seq, self._head, world.now_ms, bounds, self._size)
        measured = Measured(system_ms(), (perf_counter_ns() - started) // 1000)
        row = to_entry(page, exchange, _NOTHING_SAID, measured)
        self._rows.append(row)
        self._head, self._seq, self._bounds = row.self, self._seq + 1, bounds

    def finish(self) -> None:
        """Put what happened into the journal."""
        if self._rows:
            add_all(self._store, self._rows, self._bounds, self._size)
