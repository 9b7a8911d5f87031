"""Several faults on one call: each acts on its stage, and only those that a client could notice are said to have acted.

The stages are those of a reply on its way: who answers, its head, its content, how fast it leaves, how the line ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from emulator.country.world import World
from emulator.kernel.exchange import Exchange, Reply
from emulator.kernel.refusals import AskAgain, Refusal
from emulator.scenario.fault import SILENT_ENDS, FaultKind, Params, Stage


@dataclass(slots=True)
class Strike:
    """One fault that strikes one call; ``is_armed`` tells those of ``PUT /__admin/faults`` from those of steps."""

    name: str
    fault: FaultKind
    params: Params
    is_armed: bool = False
    was_asked: bool = False
    has_acted: bool = False

    def answer(self, exchange: Exchange, world: World) -> Reply | None:
        """Return what the fault answers instead of the provider, or None; may raise a Refusal or AskAgain."""
        self.was_asked, before = True, world.sandbox
        try:
            reply = self.fault.instead(exchange, world, self.params)
        except (Refusal, AskAgain):
            self.has_acted = True
            raise
        changed = self.fault.stage == "answer" and world.sandbox is not before
        self.has_acted = reply is not None or changed
        return reply

    def spoil(self, reply: Reply, exchange: Exchange, world: World) -> Reply:
        """Return the reply as the fault leaves it; one that comes back as it went has not acted."""
        spoilt = self.fault.upon(reply, exchange, world, self.params)
        if spoilt is not reply:
            self.has_acted = True
        return spoilt


class Pipeline:
    """The faults of one exchange in the order in which they came: of the scenarios, then those that are armed."""

    def __init__(self) -> None:
        self.strikes: list[Strike] = []
        self.delay_ms = 0

    def answer(self, exchange: Exchange, world: World) -> Reply | None:
        """Return the first answer that a fault gives instead of the provider; each fault is asked once in a call."""
        for strike in self.strikes:
            if not strike.was_asked:
                reply = strike.answer(exchange, world)
                if reply is not None:
                    return reply
        return None

    def spoil(self, reply: Reply, exchange: Exchange, world: World) -> Reply:
        """Return the reply as it leaves, stage by stage; name in the exchange what acted."""
        ends = list(self._of("end"))
        # Who kept the call from its service also ends its line; else it is the first that wants to.
        end = next((strike for strike in ends if strike.has_acted), ends[0] if ends else None)
        is_silent = end is not None and _ends_silently(end, reply, exchange, world)
        for strike in self._of("answer"):
            reply = strike.spoil(reply, exchange, world) if strike.has_acted else reply
        if not is_silent:
            for strike in (*self._of("headers"), *self._of("body")):
                reply = strike.spoil(reply, exchange, world)
        for strike in self._of("pace"):
            if strike.fault.kind == "timing" or not is_silent:
                reply = strike.spoil(reply, exchange, world)
        if self.delay_ms:
            delay_s = reply.delivery.delay_s + self.delay_ms / 1000
            reply = replace(reply, delivery=replace(reply.delivery, delay_s=delay_s))
        reply = end.spoil(reply, exchange, world) if end else reply
        exchange.faults += [strike.name for strike in self.strikes if strike.has_acted]
        return reply

    def _of(self, stage: Stage) -> Iterator[Strike]:
        return (strike for strike in self.strikes if strike.fault.stage == stage)


def _ends_silently(end: Strike, reply: Reply, exchange: Exchange, world: World) -> bool:
    """Tell whether nothing of a reply's content reaches its client: then nothing that was done to it has acted."""
    return end.fault.upon(reply, exchange, world, end.params).delivery.fault in SILENT_ENDS
