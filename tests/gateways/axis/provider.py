"""A province's server on loopback that does everything wrong a server can do, and keeps the bytes it was asked with."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[socket.socket], None]
PAPER = b"%PDF-1.4 vendor" + bytes(range(256)) * 40
BIG = 50 * 1024 * 1024


def said(status: str, body: bytes = b"", *headers: str) -> Answer:
    """Answer whole: a status line, headers and a body of the length it says."""

    def answer(line: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close"]
        line.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return answer


def raw(content: bytes) -> Answer:
    """Send some bytes and close."""
    return lambda line: line.sendall(content)


def head(*headers: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *headers)).encode() + b"\r\n\r\n"


def reset(line: socket.socket) -> None:
    """Send a little and break the connection with RST."""
    line.sendall(head("Content-Length: 5000") + b"%PDF-1.4")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(line: socket.socket) -> None:
    """Say nothing until the other side has had enough."""
    with suppress(OSError):
        line.recv(1)


def drip(line: socket.socket) -> None:
    """Send a byte again and again, each in time, for as long as somebody listens."""
    with suppress(OSError):
        line.sendall(head("Content-Length: 100000"))
        while True:
            line.sendall(b"x")
            time.sleep(0.05)


def big(line: socket.socket) -> None:
    """Send 50 MB."""
    line.sendall(head(f"Content-Length: {BIG}", "Content-Type: application/pdf"))
    for _ in range(50):
        line.sendall(bytes(1 << 20))


class Provider:
    """The server. ``answer`` is what it does next; ``asked`` are the requests it read, as bytes.

    One that does not read a request whole answers whatever came first, a TLS greeting for one.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answer: Answer = said("200 OK", PAPER, "Content-Type: application/pdf", "Server: vendor")
        self.asked: list[bytes] = []
        self.reads_whole = True
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"{'https' if self._context else 'http'}://{'localhost' if self._context else '127.0.0.1'}:{self.port}"

    def header(self, name: str) -> str | None:
        """Return a header of the last request, as sent; None when it was not there."""
        lines = self.asked[-1].partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        pairs = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
        return pairs.get(name)

    @property
    def request_line(self) -> str:
        return self.asked[-1].partition(b"\r\n")[0].decode("latin-1")

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with suppress(OSError), self._secured(line) as secured:
                self.asked.append(_read(secured) if self.reads_whole else secured.recv(65536))
                self.answer(secured)

    def _secured(self, line: socket.socket) -> socket.socket:
        if self._context is None:
            return line
        try:
            return self._context.wrap_socket(line, server_side=True)
        except OSError:
            line.close()
            raise


def _read(line: socket.socket) -> bytes:
    line.settimeout(30)
    content = b""
    while b"\r\n\r\n" not in content and (chunk := line.recv(65536)):
        content += chunk
    lines = content.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    length = next((int(each.partition(b":")[2]) for each in lines if each.startswith(b"content-length:")), 0)
    while len(content.partition(b"\r\n\r\n")[2]) < length and (chunk := line.recv(65536)):
        content += chunk
    return content


@contextmanager
def provider(context: ssl.SSLContext | None = None) -> Iterator[Provider]:
    made = Provider(context)
    try:
        yield made
    finally:
        made.close()
