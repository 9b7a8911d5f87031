"""One line of log for each call, when somebody listens; which form it has is the server's business."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from emulator.journal.entry import entry_id
from emulator.journal.redaction import masked_text
from emulator.kernel.trace import traceparent_of

if TYPE_CHECKING:
    from emulator.country.world import World
    from emulator.kernel.exchange import Exchange, Reply

_log = logging.getLogger("emulator.calls")


def is_wanted() -> bool:
    """Tell whether anybody reads these lines. Costs next to nothing."""
    return _log.isEnabledFor(logging.INFO)


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
    _log.info(line, told, extra={"told": told})
