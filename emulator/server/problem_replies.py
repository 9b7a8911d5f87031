"""Calls that reach no country, or a country that cannot write: the emulator itself answers (RFC 9457)."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence

from emulator.gateways.arrival import NoSuchSandbox
from emulator.gateways.door import Door
from emulator.kernel.exchange import Call, Reply
from emulator.kernel.refusals import PATIENCE_S, StoreBusy, StoreFailure

_log = logging.getLogger(__name__)


def answer_for(door: Door, call: Call, deadline: float | None = None) -> Reply:
    """Serve a call, whatever comes.

    One for a sandbox that is not there gets 404; one that could not be written down by ``deadline`` (a monotonic
    instant) or at all gets the gateway's 503; one on which the emulator failed gets 500.
    """
    patience_s = PATIENCE_S if deadline is None else deadline - time.monotonic()
    try:
        return answer_on_loop(door, call, patience_s)
    except StoreBusy as failure:
        return door.serve_unavailable(call, failure)


def answer_on_loop(door: Door, call: Call, patience_s: float) -> Reply:
    """Serve a call that can be served again.

    Raises:
        StoreBusy: it would wait longer than this for its turn to write; nothing has happened.
    """
    try:
        return door.serve(call, patience_s)
    except StoreBusy:
        raise
    except StoreFailure as failure:
        return door.serve_unavailable(call, failure)
    except NoSuchSandbox as trouble:
        detail = f"Không có sandbox '{trouble}'. / There is no sandbox '{trouble}'."
        return _problem(404, "no-such-sandbox", "No such sandbox", detail)
    except Exception as fault:
        _log.exception("the exchange could not be written down: %s %s", call.method, call.path)
        detail = f"Lỗi của trình giả lập: {fault!r}; cuộc gọi không được ghi lại. / Emulator fault, nothing was kept."
        return _problem(500, "emulator-fault", "Emulator fault", detail)


def answer_together(door: Door, calls: Sequence[Call], patience_s: float) -> list[Reply | StoreBusy]:
    """Serve calls that came at the same time, each as ``answer_on_loop`` does; what that raises is returned here."""

    def service_of(call: Call) -> Callable[[], Reply | StoreBusy]:
        def serve() -> Reply | StoreBusy:
            try:
                return answer_on_loop(door, call, patience_s)
            except StoreBusy as busy:
                return busy

        return serve

    services = [service_of(call) for call in calls]
    return [services[0]()] if len(services) == 1 else door.serve_together(services, patience_s)


def _problem(status: int, code: str, title: str, detail: str) -> Reply:
    kind = f"urn:ndxp-emulator:problem:{code}"
    problem = {"type": kind, "title": title, "status": status, "code": code, "detail": detail}
    body = json.dumps(problem, ensure_ascii=False).encode()
    return Reply(status, body, (("Content-Type", "application/problem+json"),))
