"""Writing an exchange down: in the transaction that made its changes, before the first byte of the reply leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from emulator.journal import tally
from emulator.journal.chain import canonical, digest
from emulator.kernel.clock import iso
from emulator.kernel.exchange import Call, Exchange, Reply
from emulator.store import journal_rows, sandbox_rows
from emulator.store.journal_rows import JournalBounds
from emulator.store.journal_rows import JournalRow as Entry
from emulator.store.store import Store

__all__ = ["Entry", "JournalPlace", "Measured", "add_all", "to_entry", "write_down"]
_TRIM_EVERY = 64
_ROOM = 0.9  # a journal that is full of bytes is cut back to this, so that not every call has to cut
_BEGINNING = 64 * 1024


class JournalPlace(NamedTuple):
    """Where the next exchange of a sandbox is written: its home, number, predecessor, virtual time and bound."""

    sandbox_id: str
    home: tuple[int, int]
    seq: int
    head: str
    now_ms: int
    bounds: JournalBounds


class Measured(NamedTuple):
    """What the machine measured; kept beside the story, since it differs between two runs of the same story."""

    wall_ms: int
    duration_us: int


def write_down(store: Store, page: JournalPlace, exchange: Exchange, reply: Reply, measured: Measured) -> str:
    """Add the exchange to the sandbox's journal and return its digest. The caller holds the transaction."""
    row = to_entry(page, exchange, reply, measured)
    add_all(store, [row], page.bounds)
    tally.count(store, row.sandbox_no, exchange, reply, measured.duration_us)
    return row.self


def add_all(store: Store, rows: Sequence[Entry], bounds: JournalBounds) -> None:
    """Add exchanges that follow one another to their sandbox's journal, and forget what is over its bounds."""
    for row in rows:
        journal_rows.add(store, row)
    last = rows[-1]
    home = (last.sandbox_no, last.epoch)
    size = sandbox_rows.advance(store, last.sandbox_no, last.seq, last.self, sum(map(journal_rows.size_of, rows)))
    if last.seq // _TRIM_EVERY > (rows[0].seq - 1) // _TRIM_EVERY:
        journal_rows.trim(store, home, last.seq - bounds.entries)
    if size > bounds.size:
        over = size - round(bounds.size * _ROOM)
        journal_rows.trim(store, home, journal_rows.last_to_forget(store, home, over))


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


def _story(page: JournalPlace, exchange: Exchange, reply: Reply, kept: tuple[bytes, bytes]) -> dict[str, Any]:
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


def _request(call: Call, kept: bytes) -> dict[str, Any]:
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


def _response(reply: Reply, kept: bytes) -> dict[str, Any]:
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
