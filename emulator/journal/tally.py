"""Counting calls for the metrics: in the transaction of the exchange, so that every worker counts into one place.

What is counted outlives sandboxes, resets and the bound of the journal; it never goes back (ours).
"""

from __future__ import annotations

from bisect import bisect_left

from emulator.kernel.exchange import Exchange, Reply
from emulator.store import tally_rows
from emulator.store.store import Store
from emulator.store.tally_rows import TallyRow

__all__ = ["BOUNDS_US", "TallyRow", "count"]

BOUNDS_US = (1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_500_000)
"""Upper bounds of the buckets, in microseconds; a last bucket has none."""


def count(store: Store, sandbox_no: int, exchange: Exchange, reply: Reply, duration_us: int) -> None:
    """Count a call; what no gateway took (a mark of a certification) is none. The caller holds the transaction."""
    if not exchange.gateway:
        return
    bucket = bisect_left(BOUNDS_US, duration_us)
    kind = (exchange.gateway, exchange.operation or "", exchange.outcome, reply.status // 100, bucket)
    sizes = (exchange.call.body_size, reply.size)
    tally_rows.add(store, TallyRow(sandbox_no, *kind, 1, duration_us, *sizes))
