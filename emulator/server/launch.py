"""gunicorn inside: the listening socket, the workers, and how they begin and end. Without fork, uvicorn."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

ARBITER_GRACE_S = 1
KEEP_ALIVE_S, LONGEST_LINE = 75, 8190
ENDING = tuple(each for each in signal.Signals if each.name in ("SIGTERM", "SIGINT", "SIGQUIT"))
"""The signals that end a server, as far as the system has them."""
_THREADS = 8
PLAIN = "plain"
KINDS = ("asgi", "gthread", PLAIN)
"""The kinds of workers: on a loop, with threads, and the one process of a system without fork."""


class Companion(Protocol):
    """Something that lives beside every worker, such as the upkeep of the store."""

    def start(self) -> None:
        """Begin, in a worker that is ready to serve."""

    def stop(self) -> None:
        """End, before the worker's process does."""


@dataclass(frozen=True)
class LaunchPlan:
    """How to serve: kind and number of workers, and in which form the log is written.

    ``certificate`` is a chain in PEM, with its key in it or in ``key``; ``trusted_proxies`` are the addresses or
    networks whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed. ``on_name`` is the ``sni_callback``.
    """

    kind: str
    workers: int
    log_level: str = "warning"
    certificate: Path | None = None
    log_format: str = "text"
    key: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    on_name: Callable[[Any, str | None, Any], None] | None = None


def bind(host: str, port: int) -> socket.socket:
    """Bind the listening socket. Raises OSError when the address is taken or not ours."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if hasattr(os, "fork"):  # on Windows it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # A second server may bind the same address as long as nobody listens there: listening settles it.
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def run(
    listener: socket.socket, app: Any, plan: LaunchPlan, companion: Companion, on_first: Callable[[], None]
) -> None:
    """Serve until a signal ends it; ``on_first`` is called in the first worker, before it takes calls.

    Raises:
        SystemExit: always, in the arbiter; workers end inside.
    """
    if plan.kind == PLAIN:
        from emulator.server.plain_door import run_plain

        run_plain(listener, app, plan, companion, on_first)
    signals: list[Any] = []

    def post_fork(server: Any, _worker: Any) -> None:
        signals.append(server.SIG_QUEUE)

    def post_worker_init(worker: Any) -> None:
        if _was_told_to_end(signals[-1]):
            sys.exit(0)
        companion.start()
        if worker.age == 1:
            on_first()

    def worker_exit(_server: Any, worker: Any) -> None:
        if worker.pid == os.getpid():  # the arbiter calls this too, for a worker it found dead
            hear_no_more()
            companion.stop()
            _leave()

    hooks = {"post_fork": post_fork, "post_worker_init": post_worker_init, "worker_exit": worker_exit}
    hooks |= {"worker_int": hear_no_more, "on_exit": hear_no_more}
    gc.freeze()  # what was made so far lives as long as the process, and stays one copy for all workers
    gc.enable()
    from emulator.server.gunicorn_app import GunicornApp  # gunicorn cannot even be imported where there is no fork

    GunicornApp(_options(listener.detach(), plan) | hooks, app).run()


def hear_no_more(_process: object = None) -> None:
    """Let a process that ends go on doing so: a second Ctrl-C would break into what it does last."""
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)


def _was_told_to_end(signals: Any) -> bool:
    """Look for a signal that came after the fork and before this worker had handlers of its own: gunicorn loses it."""
    told = False
    while not signals.empty():
        told = signals.get_nowait() in ENDING or told
    return told


def _options(descriptor: int, plan: LaunchPlan) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bind": f"fd://{descriptor}",
        "workers": plan.workers,
        "worker_class": _worker_class(plan.kind),
        "threads": 1 if plan.kind == "asgi" else _THREADS,
        "preload_app": True,
        "loglevel": plan.log_level,
        "graceful_timeout": ARBITER_GRACE_S,
        "keepalive": KEEP_ALIVE_S,
        "control_socket_disable": True,
        "limit_request_line": LONGEST_LINE,
        # Nobody's word about the client or the scheme is taken but a proxy's that was named.
        "forwarded_allow_ips": ",".join(plan.trusted_proxies),
        "proxy_allow_ips": "",
    }
    if plan.kind == "asgi":
        options["asgi_lifespan"] = "off"
    if plan.log_format == "json":
        from emulator.server.gunicorn_app import JsonGunicorn

        options["logger_class"] = JsonGunicorn
    if plan.certificate:
        options["certfile"], options["keyfile"] = str(plan.certificate), str(plan.key or plan.certificate)
        # gthread asks for a context per connection: one per process is enough
        options["ssl_context"] = _one_context(plan)
    return options


def _one_context(plan: LaunchPlan) -> Callable[[Any, Callable[[], Any]], Any]:
    kept: dict[int, Any] = {}

    def ssl_context(_config: Any, make: Callable[[], Any]) -> Any:
        if os.getpid() not in kept:
            kept[os.getpid()] = make()
            kept[os.getpid()].sni_callback = plan.on_name
        return kept[os.getpid()]

    return ssl_context


def _worker_class(kind: str) -> type:
    if kind == "asgi":
        from emulator.server.loop_worker import LoopWorker

        return LoopWorker
    from emulator.server.pool_worker import PoolWorker

    return PoolWorker


def _leave() -> None:
    """End this worker's process here and now.

    A worker is a fork of the arbiter: unwinding further would run the arbiter's own clean-up, and a thread that still
    holds a slow delivery would keep the process from ending.
    """
    trouble = sys.exc_info()[1]
    code = trouble.code if isinstance(trouble, SystemExit) else 0 if trouble is None else 1
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            _flush(stream)
    os._exit(code if isinstance(code, int) and code >= 0 else 1)


def _flush(stream: Any) -> None:
    try:
        stream.flush()
    except OSError as trouble:  # nobody listens any more, which must not stop the stop
        logging.getLogger(__name__).debug("closed stream: %s", trouble)


def end_on_signals() -> None:
    """Until gunicorn takes over, let SIGTERM end the start as tidily as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


# The server's log on stderr, as lines for people or as JSON for programs; with level ``info`` a line for every call.
#
# A record may carry ``told``: the members that a JSON line has beside time, level, logger and message.

TEXT_FORM = "%(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """One JSON object a line, ASCII only: no code page can break it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def begin_logging(level: str, form: str) -> None:
    """Write the log of this process and its workers to stderr; ``form`` is ``text`` or ``json``."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(TEXT_FORM))
    logging.basicConfig(level=level.upper(), handlers=[handler])


# The sign that all is ready: given once, after the server has answered a call over its own port.

_PAUSE_S = 0.02


def when_ready(address: tuple[str, int], is_tls: bool, path: str, then: Callable[[], None]) -> None:
    """Ask for ``path`` in a thread until it is answered with 200, then call ``then``."""

    def wait() -> None:
        while not _answers(address, is_tls, path):
            time.sleep(_PAUSE_S)
        then()

    threading.Thread(target=wait, name="readiness", daemon=True).start()


def _answers(address: tuple[str, int], is_tls: bool, path: str) -> bool:
    try:
        with _connect(address, is_tls) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(12, socket.MSG_WAITALL if not is_tls else 0).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _connect(address: tuple[str, int], is_tls: bool) -> socket.socket:
    connection = socket.create_connection(address, timeout=10)
    if not is_tls:
        return connection
    import ssl

    # It is our own port: the question is whether it answers, not who answers.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(connection)
