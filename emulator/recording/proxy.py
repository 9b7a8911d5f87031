"""The reverse proxy of a recording: bytes pass through as they are, and a copy goes to the ledger."""

from __future__ import annotations

import contextlib
import hmac
import itertools
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from ipaddress import ip_address
from typing import Any

from emulator.kernel.clock import system_ms
from emulator.kernel.exchange import Headers
from emulator.kernel.values import value_class
from emulator.recording.cleaning import Heard, Raw
from emulator.recording.forward import CutShort, Forwarder, NoUpstream, Platform, UpstreamAnswer
from emulator.recording.session import Trouble

# The body of a call on its way to the platform: read once, in pieces, and kept as far as the limit goes.

_LONGEST_LINE = 4096


class TooLarge(Exception):
    """The body is over the limit."""


class NoBody(Exception):
    """The framing of the body is broken."""


class Incoming:
    """A body; ``kept`` is None once it has grown over what may be kept. ``trouble`` is what broke its reading."""

    def __init__(self, stream: BufferedIOBase, length: int | None, limit: int, keep_limit: int) -> None:
        self.length, self._stream, self._limit, self._keep_limit = length, stream, limit, keep_limit
        self._left, self._is_over = length or 0, False
        self._kept = bytearray()
        self.size = 0
        self.trouble: Exception | None = None

    @property
    def whole_body(self) -> bytes | None:
        """Return the whole body, or None when it was too large to keep."""
        return bytes(self._kept) if self.size <= self._keep_limit else None

    @property
    def is_read(self) -> bool:
        """Tell whether nothing of it is still on the line."""
        return not self._left if self.length is not None else self._is_over

    def read(self, size: int = 65_536) -> bytes:
        """Return the next piece.

        Raises:
            OSError: the client left, or broke the framing, or sent too much; ``trouble`` says which.
        """
        piece = self._read_sized(size) if self.length is not None else self._read_chunked(size)
        self.size += len(piece)
        if self.size > self._limit:
            self.trouble = TooLarge()
            raise OSError("too large")
        if self.size <= self._keep_limit:
            self._kept += piece
        return piece

    def _read_sized(self, size: int) -> bytes:
        piece = self._stream.read(min(size, self._left)) if self._left else b""
        if self._left and not piece:
            self.trouble = NoBody()
            raise OSError("cut short")
        self._left -= len(piece)
        return piece

    def _read_chunked(self, size: int) -> bytes:
        if self._is_over:
            return b""
        if not self._left:
            self._left = self._chunk_size()
        if not self._left:
            self._is_over = True
            while self._stream.readline(_LONGEST_LINE).strip():  # trailers are not passed on
                continue
            return b""
        piece = self._stream.read(min(size, self._left))
        self._left -= len(piece)
        if not piece or (not self._left and self._stream.read(2) != b"\r\n"):
            self.trouble = NoBody()
            raise OSError("bad chunk")
        return piece

    def _chunk_size(self) -> int:
        line = self._stream.readline(_LONGEST_LINE).split(b";")[0].strip()
        try:
            if not line or not all(each in b"0123456789abcdefABCDEF" for each in line):
                raise ValueError(line)
            return int(line, 16)
        except ValueError:
            self.trouble = NoBody()
            raise OSError("bad chunk") from None


def incoming(headers: Message, stream: BufferedIOBase, limit: int, keep_limit: int) -> Incoming | None:
    """Return the body of a call, or None when it has none.

    Raises:
        NoBody: two framings, or a length that is none (RFC 9112 6.3).
        TooLarge: its length is over the limit.
    """
    codings, lengths = headers.get_all("Transfer-Encoding", []), headers.get_all("Content-Length", [])
    if codings:
        if lengths or [each.strip().lower() for each in codings] != ["chunked"]:
            raise NoBody
        return Incoming(stream, None, limit, keep_limit)
    if not lengths:
        return None
    if len(set(lengths)) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
        raise NoBody
    length = int(lengths[0])
    if length > limit:
        raise TooLarge
    return Incoming(stream, length, limit, keep_limit) if length else None


_BACKLOG = 128
_log = logging.getLogger(__name__)
_STATUS: dict[Trouble, int] = {"refused": 502, "tls": 502, "broken": 502, "timeout": 504}
_SENTENCES: dict[Trouble, str] = {
    "refused": "không nối được tới nền tảng / the platform cannot be reached",
    "tls": "chứng chỉ của nền tảng không tin được; xem --ca / the platform's certificate is not trusted; see --ca",
    "broken": "kết nối tới nền tảng bị đứt / the connection to the platform broke",
    "timeout": "nền tảng không trả lời trong thời hạn (--timeout) / the platform did not answer in time (--timeout)",
}


@value_class
class Rules:
    """What the proxy holds itself to; sizes in bytes. Callers from other machines must show ``token``."""

    platform: Platform
    body_limit: int
    keep_limit: int
    token: str | None = None
    stop_after: int | None = None


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises OSError when the address is taken or not ours."""
    return socket.create_server(
        (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_BACKLOG
    )


class Proxy(ThreadingHTTPServer):
    """Listens; every connection has a thread. ``stopped`` is set when the wanted number of calls was heard."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, rules: Rules, hear: Callable[[Heard], bool]) -> None:
        super().__init__(listener.getsockname(), _Line, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.rules, self._hear = rules, hear
        self._numbers = itertools.count(1)
        self._busy = threading.Condition()
        self._under_way, self._heard, self.faults = 0, 0, 0
        self.stopped = threading.Event()

    def begin(self) -> int:
        """Return the number of a call that has come in."""
        with self._busy:
            self._under_way += 1
            return next(self._numbers)

    def end(self, heard: Heard | None) -> None:
        """Take what was heard of a call; None when there is nothing to keep."""
        try:
            if heard:
                self._hear(heard)
        finally:
            with self._busy:
                self._under_way -= 1
                self._heard += heard is not None
                self._busy.notify_all()
        if self.rules.stop_after and self._heard >= self.rules.stop_after:
            self.stopped.set()

    def wait_for_calls(self, patience_s: float) -> None:
        """Wait until no call is under way."""
        with self._busy:
            self._busy.wait_for(lambda: not self._under_way, patience_s)

    def handle_error(self, *_: Any) -> None:
        """Say what kind of fault it was and no more: a traceback could show what a client sent."""
        fault = sys.exc_info()[1]
        if not isinstance(fault, OSError):
            self.faults += 1
            _log.error("a call was not recorded: %s", type(fault).__name__)


class _Line(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 75
    server: Proxy

    def setup(self) -> None:
        super().setup()
        self._forwarder = Forwarder(self.server.rules.platform)

    def finish(self) -> None:
        self._forwarder.close()
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, *_: Any) -> None:
        """Log nothing: a request line may name somebody."""

    def __getattr__(self, name: str) -> Any:
        """Take every method: the platform decides which it knows."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        target = self.requestline.split(" ")[1]
        if self.command == "CONNECT" or not target.startswith("/"):
            self._refuse(400, "chỉ nhận đường dẫn bắt đầu bằng / / only targets that begin with / are taken")
        elif not self._may_enter():
            self._refuse(403, "cần header X-Admin-Token / the X-Admin-Token header is needed")
        else:
            self._pass_on(target)

    def _may_enter(self) -> bool:
        token = self.server.rules.token
        caller = ip_address(self.client_address[0].partition("%")[0])
        mapped = getattr(caller, "ipv4_mapped", None) or caller
        if mapped.is_loopback:
            return True
        return token is not None and hmac.compare_digest(self.headers.get("X-Admin-Token", "").encode(), token.encode())

    def _pass_on(self, target: str) -> None:
        rules, number, heard = self.server.rules, self.server.begin(), None
        at_ms, started = system_ms(), time.monotonic()
        given: Headers = tuple((name, value) for name, value in self.headers.items())
        try:
            body = incoming(self.headers, self.rfile, rules.body_limit, rules.keep_limit)
            status, answer, trouble = self._exchange(target, given, body)
            took_ms = round((time.monotonic() - started) * 1000)
            asked = Raw(given, body.whole_body if body else b"", body.size if body else 0)
            heard = Heard(
                number, at_ms, self.command, target, asked, status, answer, took_ms, trouble, rules.platform.origin
            )
        except TooLarge:
            self._refuse(
                413, f"thân yêu cầu dài hơn {rules.body_limit} byte / the body is over {rules.body_limit} bytes"
            )
        except NoBody:
            self._refuse(400, "thân yêu cầu không đọc được / the body cannot be read")
        except OSError:  # the client has gone
            self.close_connection = True
        finally:
            self.server.end(heard)

    def _exchange(self, target: str, given: Headers, body: Incoming | None) -> tuple[int | None, Raw, Trouble | None]:
        try:
            answer = self._forwarder.ask(self.command, target, given, body)
        except NoUpstream as unreachable:
            if body and body.trouble:
                raise body.trouble from None
            self._refuse(_STATUS[unreachable.trouble], _SENTENCES[unreachable.trouble])
            return None, Raw((), b"", 0), unreachable.trouble
        if body and not body.is_read:  # answered before it had heard all: what is left would be taken for a call
            self.close_connection = True
        kept, size, is_whole = self._send(answer)
        return answer.status, Raw(answer.headers, kept, size), None if is_whole else "cut"

    def _send(self, answer: UpstreamAnswer) -> tuple[bytes | None, int, bool]:
        """Send an answer on as it comes; return what is kept of its body, its size, and whether it was whole."""
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.headers:
            self.send_header(name, value)
        has_body = self.command != "HEAD" and answer.status not in (204, 304)
        is_sized = any(name.lower() == "content-length" for name, _ in answer.headers)
        is_chunked = has_body and not is_sized and self.request_version == "HTTP/1.1"
        if is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif has_body and not is_sized:
            self.close_connection = True
        self.end_headers()
        return self._send_body(answer, is_chunked=is_chunked)

    def _send_body(self, answer: UpstreamAnswer, *, is_chunked: bool) -> tuple[bytes | None, int, bool]:
        kept, size, limit, is_whole, is_there = bytearray(), 0, self.server.rules.keep_limit, True, True
        try:
            for chunk in answer.chunks():
                size += len(chunk)
                kept += chunk if size <= limit else b""
                is_there = is_there and self._write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if is_chunked else chunk)
            if is_chunked:
                self._write(b"0\r\n\r\n")
        except CutShort:
            is_whole, self.close_connection = False, True
        return bytes(kept) if size <= limit else None, size, is_whole

    def _write(self, piece: bytes) -> bool:
        """Write to the client; one that has gone does not end the recording of the answer."""
        try:
            self.wfile.write(piece)
        except OSError:
            self.close_connection = True
            return False
        return True

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer for the recorder itself; the header tells such an answer from one of the platform's."""
        text = f"ndxp-emulator record: {sentence}\n".encode()
        self.close_connection = True
        self.send_response_only(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("X-Ndxp-Emulator-Recorder", "1")
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer a request that is no HTTP."""
        self.command = getattr(self, "command", None) or "GET"
        self.request_version = "HTTP/1.1"
        self._refuse(code, "yêu cầu không đọc được / the request cannot be read")
