"""The spine. Every call is served in five steps: read, admit, let the scenario speak, answer, write down."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import NamedTuple, Protocol, TypeVar

from emulator.country.access import QuotaLook
from emulator.country.sandbox import NoSandbox, Sandbox
from emulator.country.world import SandboxGone, World
from emulator.gateways.arrival import REFUSED_HEADS, Arrival, Meter, NoSuchSandbox
from emulator.journal.entry import entry_id, traceparent_of
from emulator.journal.patterns import NearMiss, Offer, near_misses
from emulator.journal.redaction import masked_text
from emulator.journal.write import JournalPlace, Measured, write_down
from emulator.kernel.clock import http_date, system_ms
from emulator.kernel.exchange import Call, Exchange, Remark, Reply, find_rule
from emulator.kernel.refusals import PATIENCE_S, AskAgain, Refusal, StoreBusy, StoreFailure
from emulator.scenario.cast import DirectorFinder

# One line of log for each call, when somebody listens; which form it has is the server's business.

_calls_log = logging.getLogger("emulator.calls")


def is_wanted() -> bool:
    """Tell whether anybody reads these lines. Costs next to nothing."""
    return _calls_log.isEnabledFor(logging.INFO)


def tell(exchange: Exchange, reply: Reply, world: World, duration_us: int) -> None:
    """Log an exchange that was written down: its journal id leads to everything else. Secrets are masked."""
    call = exchange.call
    told = {
        "request_id": entry_id(world.sandbox.id, world.home[1], world.seq),
        "sandbox": world.sandbox.id,
        "gateway": exchange.gateway,
        "operation": exchange.operation,
        "method": call.method,
        "url": masked_text(call.target),
        "status": reply.status,
        "outcome": exchange.outcome,
        "duration_ms": duration_us / 1000,
        "rules": [remark.rule for remark in exchange.remarks if remark.level == "error"],
        "client_ip": call.client_ip,
        "traceparent": traceparent_of(call.headers),
    }
    line = "%(request_id)s %(method)s %(url)s %(status)d %(outcome)s %(operation)s %(duration_ms).1f ms"
    _calls_log.info(line, told, extra={"told": told})


# Why a call was refused, at every door: the remark that a refusal leaves when nobody left a better one.
#
# A rule that knows more says so itself, where it refuses: with what was found, what is expected and what is nearest.
# What is said here is read off the reply and the call alone, so that no refusal of any door stays unexplained; and a
# remark on an address or a method that nothing answers is given the nearest right call.

_BY_STATUS = {404: "no-such-resource", 405: "wrong-method", 416: "range-outside", 503: "maintenance"}
_OF_ADDRESSES = frozenset(
    {"no-such-resource", "wrong-method", "ndxp-unknown-api", "ndxp-unknown-resource", "ndxp-wrong-verb"}
)
_FILES = ("province.download", "ministry.page")
"""Operations whose address is a file's: what is not there was still asked of the right place."""
_LONGEST = 200
"""Characters of an address that are compared with others: comparing costs their product."""


def settle_outcome(exchange: Exchange, reply: Reply) -> None:
    """Give the same outcome at every door: what a service answers with 400 or more is no answer.

    A machine that plays an agency answers for itself and is left alone.
    """
    if exchange.outcome != "answered" or reply.status < 400 or exchange.operation == "xroad.live":
        return
    is_nowhere = reply.status == 404 and exchange.operation not in _FILES
    exchange.outcome = "unmatched" if is_nowhere or not exchange.operation else "refused"


def explain(exchange: Exchange, reply: Reply, offers: Sequence[Offer]) -> None:
    """Add the reason of a refusal, unless the journal has one: a broken rule, or a scenario or fault that spoke."""
    if exchange.outcome not in ("refused", "unmatched"):
        return
    if not any(_is_reason(each) for each in exchange.remarks):
        exchange.remarks.append(_reason(exchange, reply))
    for place, remark in enumerate(exchange.remarks):
        if remark.level == "error" and remark.rule in _OF_ADDRESSES and not remark.nearest:
            exchange.remarks[place] = _with_nearest(remark, exchange.call, offers)


def _is_reason(remark: Remark) -> bool:
    return remark.level == "error" or remark.rule == "scenario" or remark.rule.startswith("fault:")


def _reason(exchange: Exchange, reply: Reply) -> Remark:
    """Say why a reply of this status came, as HTTP means it."""
    call, rule_id = exchange.call, _BY_STATUS.get(reply.status, "refusal")
    rule = find_rule(rule_id, exchange.operation)
    path, found, expected = {
        "no-such-resource": ("path", f"{call.method} {call.path[:_LONGEST]}", ""),
        "wrong-method": ("method", call.method, reply.header("allow") or ""),
        "range-outside": ("range", call.header("range") or "", reply.header("content-range") or ""),
    }.get(rule_id, ("", f"HTTP {reply.status}", ""))
    return Remark(rule_id, "error", path, rule.vi, rule.en, found, expected)


def _with_nearest(remark: Remark, call: Call, offers: Sequence[Offer]) -> Remark:
    """Return a remark on an address with the call that is nearest to it, and what differs."""
    miss = _nearest(call, offers)
    if miss is None:
        return remark
    offer = miss.offer
    wanted, differences = f"{offer.method} {offer.path}", miss.differences
    vi = "; ".join((remark.vi, *(each.vi for each in differences)))
    en = "; ".join((remark.en, *(each.en for each in differences)))
    nearest = f"{wanted} ({offer.name}, {offer.clause})"
    return replace(remark, vi=vi, en=en, expected=remark.expected or wanted, nearest=nearest)


def _nearest(call: Call, offers: Sequence[Offer]) -> NearMiss | None:
    misses = near_misses(call.method, call.path, offers, 1) if len(call.path) <= _LONGEST else []
    return misses[0] if misses else None


_SAY_EVERY_S, _MOST_ASKED = 1.0, 64
_log = logging.getLogger(__name__)
# Each step and fault changes the country once in a call: no call gets to the second of these, but a bound is said.


class Gateway(Protocol):
    """One of the country's doors; ``name`` is what metrics and logs call it."""

    @property
    def name(self) -> str:
        """Return one short word."""

    def owns(self, call: Call) -> bool:
        """Tell whether a call is for this door."""

    def answer(self, exchange: Exchange, world: World) -> Reply:
        """Name the operation, admit the caller and let the provider answer; raise a Refusal otherwise."""

    def word(self, refusal: Refusal, exchange: Exchange, world: World) -> Reply:
        """Put a refusal into the envelope the real platform uses."""

    def blocks(self, call: Call, enter: Callable[[], World]) -> bool:
        """Tell whether answering may wait for another machine; ``enter`` gives the world to look at."""

    def word_breakdown(self, exchange: Exchange, world: World) -> Reply:
        """Answer for a fault of the emulator itself."""

    def unavailable(self, call: Call, world: World | None) -> Reply:
        """Answer 503 for a call that cannot be written down now; the store must not be asked for the answer."""

    def over_quota(self, call: Call, world: World, wait_s: int) -> Reply:
        """Answer 429 for a call beyond what its sandbox may make a minute; it may come again in ``wait_s``."""


T = TypeVar("T")


class SharePen(Protocol):
    """How calls that came at the same time are written down together (``Store.share``)."""

    def __call__(self, works: Sequence[Callable[[], T]], patience_s: float) -> list[T]:
        """Do the works, wait no longer than that for their turn, and return what each returned."""


class PenRules(NamedTuple):
    """How calls get their turn to write.

    ``patience`` bounds how long this thread waits for one, ``share`` lets several calls have one together; ``waits``
    tells that the store is on another machine, so that no call may be served on an event loop.
    """

    patience: Callable[[float], AbstractContextManager[None]]
    share: SharePen
    waits: bool


class Door:
    """Serves calls. One object per process; safe for several threads."""

    def __init__(
        self,
        arrival: Arrival,
        enter: Callable[[Sandbox, Exchange], World],
        gateways: tuple[Gateway, ...],
        directors: DirectorFinder,
        settled: Callable[[Sandbox], Sandbox],
        pen: PenRules,
        *,
        meter: Meter,
        offers: Sequence[Offer] = (),
        hasty_pause_s: float = 0.0,
    ) -> None:
        """Make the door.

        ``settled`` lets happen what is due on a sandbox's clock, and returns the sandbox as it is then; ``pen`` is how
        calls get their turn to write; ``meter`` counts the calls of a sandbox; ``offers`` are the operations of all
        gateways, among which the nearest to an unmatched call is sought; ``hasty_pause_s`` is how late a refusal over
        the quota of calls leaves, so that a flood waits for itself.
        """
        self._offers, self._hasty_pause_s, self._meter = offers, hasty_pause_s, meter
        self._arrival, self._enter, self._gateways, self.lane_of = arrival, enter, gateways, arrival.lane_of
        self._directors, self._settled = directors, settled
        self._pen, self.waits, self._unavailable = pen, pen.waits, _UnavailableLog()

    def serve(self, call: Call, patience_s: float = PATIENCE_S) -> Reply:
        """Answer a call; when this returns, the exchange and its effects are durable.

        ``patience_s`` is how long it may wait for others to finish writing.

        Raises:
            NoSuchSandbox: the sandbox is not there, or was dropped meanwhile; nothing is written down.
            StoreFailure: the call could not be written down now (StoreBusy: in that time); nothing is changed.
        """
        with self._pen.patience(patience_s):
            return self._serve(call)

    def serve_together(self, services: Sequence[Callable[[], T]], patience_s: float) -> list[T]:
        """Return what each service of a call returned, when all of them are durable; a service raises nothing.

        Calls that came at the same time share a transaction where the store can; one may be served twice for that,
        and nothing is left of the first time.
        """
        return self._pen.share(services, patience_s)

    def _serve(self, call: Call) -> Reply:
        started = time.perf_counter_ns()
        arrived = self._arrival.find(call)
        exchange = Exchange(arrived.call)
        quota = self._meter.look(arrived.sandbox)
        world = self._enter(arrived.sandbox if quota.wait_s else self._in_time(arrived.sandbox), exchange)
        world.presented = arrived.token
        try:
            reply = self._refuse_hasty(exchange, world, quota.wait_s) if quota.wait_s else self._answer(exchange, world)
            if not (quota.wait_s or world.has_left) and (quota := self._look_again(world)).wait_s:
                world.release()  # those who came with it used the quota up: nothing of it stays
                if reply.file:
                    reply.file.close()
                exchange, spent = Exchange(arrived.call), world.has_spent
                world = self._enter(arrived.sandbox, exchange)
                world.has_spent = spent
                reply = self._refuse_hasty(exchange, world, quota.wait_s)
            if not quota.wait_s or (quota.is_first and self._look_again(world).is_first):
                self._write_down(exchange, reply, world, started)
            else:
                reply = replace(reply, delivery=replace(reply.delivery, delay_s=self._hasty_pause_s))
        except SandboxGone as gone:
            raise NoSuchSandbox(str(gone)) from gone
        except StoreBusy as busy:
            if world.has_spent:
                raise StoreFailure(busy.reason, busy.detail) from busy
            raise
        finally:
            world.release()
        return reply

    def _look_again(self, world: World) -> QuotaLook:
        """Look at the quota with the pen in hand: nobody comes in between any more."""
        world.hold()
        return self._meter.look(world.sandbox, (world.home[1], world.seq))

    def _refuse_hasty(self, exchange: Exchange, world: World, wait_s: int) -> Reply:
        """Answer a call beyond the quota of its sandbox, in the words of the gateway it was for."""
        gateway = self._gateway_of(exchange.call)
        exchange.gateway, exchange.outcome = gateway.name, "refused"
        rule = find_rule("sandbox-quota", None)
        world.remark(rule.id, "", rule.vi, rule.en, "error", found="429", expected=f"Retry-After: {wait_s}")
        reply = gateway.over_quota(exchange.call, world, wait_s)
        return reply.with_headers(after=(("Retry-After", str(wait_s)), ("Date", http_date(world.now_ms))))

    def write_refused(self, call: Call, status: int) -> None:
        """Write down a call whose head was refused before it came here: too long a target, too large headers."""
        started = time.perf_counter_ns()
        try:
            arrived = self._arrival.find(call)
            quota = self._meter.look(arrived.sandbox)
            if quota.wait_s and not quota.is_first:
                return
            exchange = Exchange(arrived.call)
            exchange.gateway, exchange.outcome = self._gateway_of(arrived.call).name, "refused"
            world = self._enter(arrived.sandbox, exchange)
            rule = find_rule(REFUSED_HEADS[status], None)
            world.remark(rule.id, "", rule.vi, rule.en, "error", found=f"HTTP {status}")
            self._write_down(exchange, Reply(status), world, started)
        except (NoSuchSandbox, SandboxGone, StoreFailure) as trouble:
            _log.warning("a refused head (%d) could not be written down: %s", status, trouble)

    def _gateway_of(self, call: Call) -> Gateway:
        return next(gateway for gateway in self._gateways if gateway.owns(call))

    def serve_unavailable(self, call: Call, failure: StoreFailure) -> Reply:
        """Answer a call that could not be written down, in the words of the gateway it was for, with 503.

        It stands in no journal; why, the log says.
        """
        self._unavailable.note(call, failure)
        world = None
        with contextlib.suppress(StoreFailure, NoSuchSandbox):
            arrived = self._arrival.find(call)
            call = arrived.call
            world = self._enter(arrived.sandbox, Exchange(call))
        reply = self._gateway_of(call).unavailable(call, world)
        now_ms = world.now_ms if world else system_ms()
        return reply.with_headers(after=(("Retry-After", "1"), ("Date", http_date(now_ms))))

    def _in_time(self, sandbox: Sandbox) -> Sandbox:
        try:
            return self._settled(sandbox)
        except (NoSandbox, SandboxGone) as gone:
            raise NoSuchSandbox(str(gone)) from gone

    def blocks(self, call: Call) -> bool:
        """Tell whether a call may wait for another machine: such a call must not be served on an event loop."""

        def enter() -> World:
            arrived = self._arrival.find(call)
            return self._enter(arrived.sandbox, Exchange(arrived.call))

        try:
            return any(gateway.blocks(call, enter) for gateway in self._gateways)
        except NoSuchSandbox:
            return False

    def _answer(self, exchange: Exchange, world: World) -> Reply:
        gateway = self._gateway_of(exchange.call)
        exchange.gateway = gateway.name
        try:
            world.director = self._directors.director_for(exchange.call, world)
            reply = _answer_or_word(gateway, exchange, world)
            if not exchange.is_scenario_reply:
                settle_outcome(exchange, reply)
            if world.director:
                reply = world.director.finish(reply, exchange, world)
            explain(exchange, reply, self._offers)
        except StoreFailure:
            raise
        except Exception as fault:
            _log.exception("the emulator failed on %s %s", exchange.call.method, exchange.call.path)
            world.release()
            exchange.outcome = "error"
            world.remark(
                "emulator-fault", "", f"Lỗi của trình giả lập: {fault!r}", f"Emulator fault: {fault!r}", "error"
            )
            reply = gateway.word_breakdown(exchange, world)
        if reply.header("date"):  # a fault has put the clock wrong
            return reply
        return reply.with_headers(after=(("Date", http_date(world.now_ms)),))

    def _write_down(self, exchange: Exchange, reply: Reply, world: World, started: int) -> None:
        world.hold()
        bounds, size = world.sandbox.journal_bounds, world.journal_size
        page = JournalPlace(world.sandbox.id, world.home, world.seq, world.head, world.now_ms, bounds, size)
        measured = Measured(system_ms(), (time.perf_counter_ns() - started) // 1000)
        write_down(world.store, page, exchange, reply, measured)
        world.commit()
        if is_wanted():
            tell(exchange, reply, world, measured.duration_us)


class _UnavailableLog:
    """One line a second on stderr while calls cannot be written down, with how many there were."""

    def __init__(self) -> None:
        self._said_at, self._unsaid = -_SAY_EVERY_S, 0

    def note(self, call: Call, failure: StoreFailure) -> None:
        """Say it, or count it."""
        self._unsaid += 1
        now = time.monotonic()
        if now - self._said_at >= _SAY_EVERY_S:
            number, self._unsaid, self._said_at = self._unsaid, 0, now
            _log.error("503, not written down (%d calls): %s; the last: %s %s", number, failure, call.method, call.path)


def _answer_or_word(gateway: Gateway, exchange: Exchange, world: World) -> Reply:
    try:
        return _ask_gateway(gateway, exchange, world)
    except Refusal as refusal:
        world.release()
        exchange.outcome = "refused" if exchange.operation else "unmatched"
        exchange.remarks.extend(refusal.remarks)
        return gateway.word(refusal, exchange, world)


def _ask_gateway(gateway: Gateway, exchange: Exchange, world: World) -> Reply:
    """Return the gateway's answer; each time a scenario or a fault changed the country under it, it is asked again."""
    for _ in range(_MOST_ASKED):
        try:
            return gateway.answer(exchange, world)
        except AskAgain:
            world.release()
            exchange.remarks.clear()
    return gateway.answer(exchange, world)
