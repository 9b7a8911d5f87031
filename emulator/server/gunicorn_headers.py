"""gunicorn's own headers give way: the platforms show no ``Server``, and one ``Date``, in sandbox time.

The asgi worker already leaves ``Date`` and ``Connection`` alone when a reply has them; only its ``Server`` line must
go. The gthread worker writes ``Server``, ``Date`` and ``Connection`` before every reply, so its methods that put
a reply together are replaced (src:apim-token-issue shows what a reply of the gateway carries).
"""

from __future__ import annotations

import re
from typing import Any

_KEPT = 8190  # of a head that is refused: as much as a journal shows of it


def take_raw_letters() -> None:
    """Let bytes outside ASCII into a request target (K23): clients send them, and the axis says what becomes of them.

    gunicorn would answer a bare 400 by itself, and nobody would learn of the call.
    """
    from gunicorn.asgi import parser
    from gunicorn.http import message

    parser.RFC9112_TARGET_INVALID = re.compile(rb"[^\x21-\x7e\x80-\xff]")
    message.RFC9112_TARGET_INVALID = re.compile(r"[^\x21-\x7e\x80-\xff]")


def heed_every_connection_header() -> None:
    """Close when any ``Connection`` header says so, alone or in a list (``TE, close``): gunicorn reads the first whole.

    A client that reads to the end of the connection would wait for a keep-alive to run out.
    """
    from gunicorn.http.message import Message

    by_gunicorn = Message.should_close

    def should_close(message: Any) -> bool:
        said = ",".join(value for name, value in message.headers if name == "CONNECTION")
        options = {each.strip().lower() for each in said.split(",")}
        return "close" in options or ("keep-alive" not in options and bool(by_gunicorn(message)))

    Message.should_close = should_close


def keep_refused_heads() -> None:
    """Let what gunicorn raises over too long a head carry its beginning (``begin``): nothing else knows of it then."""
    from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
    from gunicorn.http.message import Request

    parse, read_into = Request.parse, Request.read_into

    def parse_and_tell(request: Any, unreader: Any) -> Any:
        request.begin = b""
        try:
            return parse(request, unreader)
        except (LimitRequestHeaders, LimitRequestLine) as refusal:
            refusal.begin = request.begin
            raise

    def read_and_keep(request: Any, unreader: Any, buf: bytearray, stop: bool = False) -> None:
        before = len(buf)
        read_into(request, unreader, buf, stop)
        if len(request.begin) <= _KEPT:
            request.begin += bytes(buf[before : before + _KEPT])

    Request.parse, Request.read_into = parse_and_tell, read_and_keep


def make_asgi_bare() -> None:
    """Take the ``Server`` header out of the asgi worker."""
    from gunicorn.asgi import protocol

    take_raw_letters()
    protocol._CACHED_SERVER_HEADER = b""


def make_gthread_bare() -> None:
    """Make the gthread worker write the same head as the asgi worker, in the same order."""
    from gunicorn import util
    from gunicorn.http.wsgi import Response

    take_raw_letters()
    heed_every_connection_header()
    keep_refused_heads()

    def default_headers(response: Any) -> list[str]:
        major, minor = response.req.version
        return [f"HTTP/{major}.{minor} {response.status}\r\n"]

    def send_headers(response: Any) -> None:
        if response.headers_sent:
            return
        lines = default_headers(response)
        lines += [f"{name}: {value}\r\n" for name, value in response.headers]
        lines += _framing(response)
        util.write(response.sock, util.to_bytestring("".join(lines) + "\r\n", "latin-1"))
        response.headers_sent = True

    def _framing(response: Any) -> list[str]:
        lines = ["Transfer-Encoding: chunked\r\n"] if response.chunked else []
        if not any(name.lower() == "date" for name, _ in response.headers):
            lines.append(f"Date: {util.http_date()}\r\n")
        if response.should_close():
            lines.append("Connection: close\r\n")
        return lines

    def emit_body(response: Any, data: bytes) -> None:
        size = f"{len(data):x}\r\n".encode()
        util.write(response.sock, size + data + b"\r\n" if response.chunked else data)

    util.hop_headers.discard("date")  # gunicorn drops what an application says about these
    Response.default_headers = default_headers
    Response.send_headers = send_headers
    Response._emit_body = emit_body
