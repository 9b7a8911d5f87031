"""Writing down what happened, each exchange chained to the one before it."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from emulator.journal.redaction import MASK, is_secret_setting
from emulator.kernel.clock import Clock, iso, system_ms
from emulator.kernel.exchange import ADMIN_CHANGE, Call, Exchange, Reply
from emulator.store import sandbox_rows, world_rows
from emulator.store.sandbox_rows import SandboxRow, TallyRow
from emulator.store.store import Store
from emulator.store.world_rows import JournalBounds, JournalRow
from emulator.store.world_rows import JournalRow as Entry

if TYPE_CHECKING:
    from emulator.kernel.exchange import JsonObject

__all__ = [
    "BOUNDS_US",
    "AdminAct",
    "Entry",
    "JournalPlace",
    "Measured",
    "TallyRow",
    "add_all",
    "count",
    "to_entry",
    "write_change",
    "write_down",
]


# Counting calls for the metrics: in the transaction of the exchange, so that every worker counts into one place.
#
# What is counted outlives sandboxes, resets and the bound of the journal; it never goes back (ours).

BOUNDS_US = (1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_500_000)
"""Upper bounds of the buckets, in microseconds; a last bucket has none."""


def count(store: Store, sandbox_no: int, exchange: Exchange, reply: Reply, duration_us: int) -> None:
    """Count a call; what no gateway took (a mark of a certification) is none. The caller holds the transaction."""
    if not exchange.gateway:
        return
    bucket = bisect_left(BOUNDS_US, duration_us)
    kind = (exchange.gateway, exchange.operation or "", exchange.outcome, reply.status // 100, bucket)
    sizes = (exchange.call.body_size, reply.size)
    sandbox_rows.count_calls(store, TallyRow(sandbox_no, *kind, 1, duration_us, *sizes))


_TRIM_EVERY = 64
_ROOM = 0.9  # a journal that is full of bytes is cut back to this, so that not every call has to cut
_BEGINNING = 64 * 1024
_MEASURED = ("anchor_ms",)  # of a clock: what the machine measured is no part of a story


class JournalPlace(NamedTuple):
    """Where the next exchange of a sandbox is written: its home, number, predecessor, virtual time and bound.

    ``size`` is how many bytes the journal holds before it.
    """

    sandbox_id: str
    home: tuple[int, int]
    seq: int
    head: str
    now_ms: int
    bounds: JournalBounds
    size: int


class Measured(NamedTuple):
    """What the machine measured; kept beside the story, since it differs between two runs of the same story."""

    wall_ms: int
    duration_us: int


def write_down(store: Store, page: JournalPlace, exchange: Exchange, reply: Reply, measured: Measured) -> str:
    """Add the exchange to the sandbox's journal and return its digest. The caller holds the transaction."""
    row = to_entry(page, exchange, reply, measured)
    add_all(store, [row], page.bounds, page.size)
    count(store, row.sandbox_no, exchange, reply, measured.duration_us)
    return row.self


def add_all(store: Store, rows: Sequence[Entry], bounds: JournalBounds, size: int) -> None:
    """Add exchanges that follow one another to their sandbox's journal, and forget what is over its bounds.

    ``size`` is how many bytes the journal held before them.
    """
    for row in rows:
        world_rows.add_exchange(store, row)
    last = rows[-1]
    home = (last.sandbox_no, last.epoch)
    more = sum(map(world_rows.size_of, rows))
    sandbox_rows.advance(store, last.sandbox_no, last.seq, last.self, more)
    if last.seq // _TRIM_EVERY > (rows[0].seq - 1) // _TRIM_EVERY:
        world_rows.trim_journal(store, home, last.seq - bounds.entries)
    if size + more > bounds.size:
        over = size + more - round(bounds.size * _ROOM)
        world_rows.trim_journal(store, home, world_rows.last_to_forget(store, home, over))


class AdminAct(NamedTuple):
    """What somebody changed by the admin API: the call, as whom (``who``), what was sent, and what it met.

    ``exchanges`` fill up while the change is made: their effects are what became of the records.
    """

    call: Call
    who: dict[str, str | None]
    sent: Any
    exchanges: Iterable[Exchange]


def write_change(store: Store, no: int, act: AdminAct, bounds: JournalBounds) -> Callable[[], None]:
    """Return what writes a change into the chain of a sandbox (0: of the server), inside the transaction that makes it.

    It tells the settings, the clock and the definition before and after, where they are others then.
    """
    before, started_ms = sandbox_rows.by_no(store, no), system_ms()

    def write() -> None:
        sandbox_rows.lock(store, no)
        row, place = sandbox_rows.by_no(store, no), sandbox_rows.next_place(store, no)
        if row is None or place is None or (before and before.epoch != row.epoch):
            return
        told = {"who": act.who, "sent": act.sent, "changed": _differences(before, row)}
        body = canonical(told)
        call = replace(act.call, body=body, body_size=len(body))
        exchange = Exchange(call, operation=ADMIN_CHANGE, outcome="happened")
        exchange.effects = [effect for each in act.exchanges for effect in each.effects]
        now_ms = Clock(**json.loads(row.clock)).at(system_ms())
        page = JournalPlace(row.id, (no, place.epoch), place.seq, place.head, now_ms, bounds, place.size)
        took_us = (system_ms() - started_ms) * 1000
        add_all(store, [to_entry(page, exchange, Reply(200), Measured(system_ms(), took_us))], bounds, place.size)

    return write


def _differences(before: SandboxRow | None, after: SandboxRow) -> dict[str, dict[str, list[Any]]]:
    """Return, by column and name, what a value was and what it is; None where it was or is as the start says."""
    found = {}
    for column in ("settings", "clock", "definition") if before else ():
        was, now = (json.loads(getattr(row, column)) for row in (before, after))
        names = [name for name in {**was, **now} if was.get(name) != now.get(name) and name not in _MEASURED]
        if names:
            found[column] = {name: _told_change(name, was.get(name), now.get(name)) for name in names}
    return found


def _told_change(name: str, was: Any, now: Any) -> list[Any]:
    return [each and MASK for each in (was, now)] if is_secret_setting(name) else [was, now]


def to_entry(page: JournalPlace, exchange: Exchange, reply: Reply, measured: Measured) -> Entry:
    """Return an exchange as it will stand in the journal."""
    call = exchange.call
    kept = _keep_bounded(call.body, exchange, page.bounds), _keep_bounded(reply.body, exchange, page.bounds)
    story = canonical(_story(page, exchange, reply, kept))
    return Entry(
        *page.home,
        page.seq,
        exchange.operation,
        exchange.outcome,
        reply.status,
        call.method,
        call.path,
        page.now_ms,
        measured.wall_ms,
        measured.duration_us,
        call.client_ip,
        story.decode(),
        *kept,
        digest(story),
    )


def _keep_bounded(body: bytes, exchange: Exchange, bounds: JournalBounds) -> bytes:
    """Return what is kept of a body: all of it, or its beginning. What nobody answers need not be kept long."""
    most = bounds.body if exchange.operation else min(bounds.body, _BEGINNING)
    return body if len(body) <= most else body[: min(most, _BEGINNING)]


def _story(page: JournalPlace, exchange: Exchange, reply: Reply, kept: tuple[bytes, bytes]) -> JsonObject:
    """Return what is the same whenever the same story is told; the epoch is not, so it stays beside it."""
    call = exchange.call
    staged = exchange.staged
    scenario = {"scenario": staged, "fault": staged.get("fault")} if staged else {}
    if exchange.faults:
        scenario |= {"fault": scenario.get("fault") or exchange.faults[0], "faults": exchange.faults}
    return {
        "sandbox": page.sandbox_id,
        "seq": page.seq,
        "prev": page.head,
        "operation": exchange.operation,
        "clause": exchange.clause,
        "outcome": exchange.outcome,
        "consumer": exchange.consumer,
        "virtual": iso(page.now_ms),
        "request": _request(call, kept[0]),
        "response": _response(reply, kept[1]),
        "remarks": [remark.as_dict(exchange.operation, exchange.clause) for remark in exchange.remarks],
        **({"remarks_left_out": exchange.remarks.left_out} if exchange.remarks.left_out else {}),
        "effects": [effect.as_dict() for effect in exchange.effects],
        **scenario,
    }


def _request(call: Call, kept: bytes) -> JsonObject:
    return {
        "method": call.method,
        "scheme": call.scheme,
        "host": call.host,
        "target": call.target,
        "path": call.path,
        "headers": call.headers,
        "body_size": call.body_size,
        "body_sha256": digest(call.body),
        **({"body_beginning": len(kept)} if len(kept) < len(call.body) else {}),
    }


def _response(reply: Reply, kept: bytes) -> JsonObject:
    return {
        "status": reply.status,
        "headers": reply.headers,
        "body_size": reply.size,
        "body_sha256": reply.file.digest if reply.file else digest(reply.body),
        "body_kept": reply.file is None,
        **({"body_beginning": len(kept)} if len(kept) < len(reply.body) else {}),
        "delay_ms": round(reply.delivery.delay_s * 1000),
        **({"delivery": reply.delivery.as_dict()} if reply.delivery.fault else {}),
    }


# The hash chain: each exchange names the one before it, so that none can be changed or left out unseen.


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a value: UTF-8, keys sorted, no spaces, no escapes beyond JSON's own."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(content: bytes) -> str:
    """Return ``sha256:<hex>``."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def first_break(rows: Iterable[JournalRow]) -> str | None:
    """Return a sentence about the first exchange that does not fit, or None when the chain holds.

    The oldest kept exchange is taken at its word for its predecessor: a bounded journal forgets its beginning.
    """
    before: JournalRow | None = None
    for row in rows:
        trouble = _trouble(row, before)
        if trouble:
            return f"seq {row.seq}: {trouble}"
        before = row
    return None


def follows(row: JournalRow, head: str) -> bool:
    """Tell whether an exchange says that it comes after the one with that digest."""
    return bool(json.loads(row.story)["prev"] == head)


def _trouble(row: JournalRow, before: JournalRow | None) -> str | None:
    story = json.loads(row.story)
    if digest(row.story.encode()) != row.self:
        return "the story does not match its digest"
    if not _fits(row.request_body, story["request"]):
        return "the request body does not match its digest"
    if story["response"].get("body_kept", True) and not _fits(row.response_body, story["response"]):
        return "the response body does not match its digest"
    if before and (row.seq != before.seq + 1 or story["prev"] != before.self):
        return f"does not follow seq {before.seq}"
    return None


def _fits(body: bytes, said: JsonObject) -> bool:
    """Tell whether a kept body is the one that was digested; of a long one only the beginning is there."""
    if "body_beginning" in said:
        return len(body) == int(said["body_beginning"])
    return digest(body) == str(said["body_sha256"])
