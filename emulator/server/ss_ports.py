"""Ports 5500 and 5577, for the telnet check between security servers (KDL V.4): they take a connection, no more.

Whichever worker holds the lock keeps them; ``is_open`` is asked again and again, so that a setting can close them.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from emulator.server.launch import Companion

MESSAGES, CERTIFICATES = 5500, 5577
APART = CERTIFICATES - MESSAGES
_LOOK_AGAIN_S = 0.2
_log = logging.getLogger(__name__)


class SsPorts:
    """One thread per worker. Make it before the fork, start it after."""

    def __init__(
        self, host: str, base: int, lock: Path, is_open: Callable[[], bool], try_lock: Callable[[int], bool]
    ) -> None:
        """``try_lock`` locks an open file at once, if nobody else holds it, and tells whether that was so."""
        self._host, self._ports, self._lock, self._is_open = host, (base, base + APART), lock, is_open
        self._try_lock = try_lock
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def check(self) -> None:
        """Bind both ports once and let go of them. Raises OSError when one is taken."""
        for listener in self._listen():
            listener.close()

    def start(self) -> None:
        """Begin, in the process that serves."""
        self._thread = threading.Thread(target=self._keep, name="ss-ports", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End and close the ports."""
        self._end.set()
        if self._thread:
            self._thread.join(1.0)

    def _keep(self) -> None:
        with self._lock.open("w") as lock:
            while not self._end.wait(_LOOK_AGAIN_S):
                if self._try_lock(lock.fileno()):  # else another worker keeps the ports; it may die, so look again
                    break
            listeners: list[socket.socket] = []
            while not self._end.is_set():
                listeners = self._as_wished(listeners)
                self._take(listeners)
            _close(listeners)

    def _as_wished(self, listeners: list[socket.socket]) -> list[socket.socket]:
        wished = self._is_open()
        if wished and not listeners:
            try:
                return self._listen()
            except OSError as trouble:
                _log.error("ports %s cannot be opened: %s", self._ports, trouble)
        if listeners and not wished:
            return _close(listeners)
        return listeners

    def _listen(self) -> list[socket.socket]:
        listeners: list[socket.socket] = []
        try:
            for port in self._ports:
                listener = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
                listeners.append(listener)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((self._host, port))
                listener.listen(16)
        except OSError:
            _close(listeners)
            raise
        return listeners

    def _take(self, listeners: list[socket.socket]) -> None:
        if not listeners:
            self._end.wait(_LOOK_AGAIN_S)
            return
        ready, _, _ = select.select(listeners, [], [], _LOOK_AGAIN_S)
        for listener in ready:
            with suppress(OSError):  # the caller has gone already
                listener.accept()[0].close()


def _close(listeners: list[socket.socket]) -> list[socket.socket]:
    for listener in listeners:
        listener.close()
    return []


class Together:
    """Several companions of a worker as one."""

    def __init__(self, *companions: Companion) -> None:
        self._companions = companions

    def start(self) -> None:
        """Begin each."""
        for companion in self._companions:
            companion.start()

    def stop(self) -> None:
        """End each."""
        for companion in self._companions:
            companion.stop()
