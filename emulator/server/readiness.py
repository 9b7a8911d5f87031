"""The sign that all is ready: given once, after the server has answered a call over its own port."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

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
