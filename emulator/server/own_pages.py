"""Our own pages under ASGI: Flask in a few threads, of which no client can take one by waiting.

Flask and the rooms of the pages come in with the first call for one. A body is read on the loop before a thread begins,
a reply is sent on the loop piece by piece, and a request that waits for something to happen (a ``Waiting``) is looked
at again and again between which it holds no thread. Whether the process lives and can serve (``open_pages``) is
answered without reading a body and without queueing for a thread.
"""

from __future__ import annotations

import asyncio
import io
import json
import string
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from emulator.server.asgi_door import AsgiApp, CallerGone, CallerSlow, Receive, Scope, Send, read_body, refuse_slow

_THREADS, _MOST_AT_ONCE = 8, 256
_FIRST_LOOK_S, _LAST_LOOK_S = 0.02, 0.25
_OPEN_PATIENCE_S = 0.9
_NONE_LEFT = object()


Page = tuple[str, list[tuple[str, str]], Iterable[bytes]]
"""A reply that is ready: status line, headers, and its pieces."""


class Waiting(Protocol):
    """A request that waits: ``look`` says how it ends, or None while that is not known."""

    ends_at: float
    """The monotonic instant at which it ends at the latest."""

    def look(self, *, is_over: bool) -> Page | None:
        """Look once; called in a thread, and with ``is_over`` the last time."""


class ProbeReplies(Protocol):
    """Whether the process lives, and whether it can serve."""

    def health(self) -> Page:
        """Answer at once, on the loop."""

    def ready(self) -> Page:
        """Look whether the store can be written; in a thread of its own."""

    def late(self) -> Page:
        """Answer when ``ready`` takes too long."""


class Pages(NamedTuple):
    """Our own pages: a WSGI application, and what bounds the body of a call to a path."""

    wsgi: Callable[..., Any]
    limit_of: Callable[[str], int]


def own_pages_app(
    begin: Callable[[], Pages], open_pages: ProbeReplies, paths: tuple[str, str], waiting_key: str
) -> AsgiApp:
    """Return the ASGI application.

    ``begin`` makes the pages, in a thread, when the first of them is asked for; ``paths`` are those of health and
    readiness; ``waiting_key`` is the place in a WSGI environment (a list) where a handler leaves a ``Waiting`` instead
    of waiting in its thread.
    """
    pool = _Pool(begin, waiting_key)
    open_answers = dict(zip(paths, _open_answers(open_pages), strict=True))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answer = open_answers.get(scope["path"].rstrip("/"))
        if answer and scope["method"] in ("GET", "HEAD"):
            await _send(await answer(), scope, send)
            return
        try:
            limit = (await pool.pages()).limit_of(scope["path"])
            body, _ = await read_body(receive, limit + 1)
        except CallerGone:
            return
        except CallerSlow:
            await refuse_slow(send)
            return
        await pool.serve(scope, body, send)

    return app


def _open_answers(pages: ProbeReplies) -> tuple[Callable[[], Awaitable[Page]], ...]:
    looking: asyncio.Future[Page] | None = None
    own_thread: ThreadPoolExecutor | None = None

    async def health() -> Page:
        return pages.health()

    async def ready() -> Page:
        """Let all who ask at the same time share one look, and none wait longer than a probe does."""
        nonlocal looking, own_thread
        own_thread = own_thread or ThreadPoolExecutor(1, thread_name_prefix="ready")
        if looking is None or looking.done():
            looking = asyncio.get_running_loop().run_in_executor(own_thread, pages.ready)
        done, _ = await asyncio.wait({looking}, timeout=_OPEN_PATIENCE_S)
        return looking.result() if done else pages.late()

    return health, ready


class _Pool:
    """The threads of our own pages; the only thing that queues for one is a call whose body is complete."""

    def __init__(self, begin: Callable[[], Pages], waiting_key: str) -> None:
        self._begin, self._waiting_key = begin, waiting_key
        self._beginning: asyncio.Future[Pages] | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._at_once = 0

    async def pages(self) -> Pages:
        """Return the pages, which the first call for one begins; all that come meanwhile wait for the same."""
        if self._beginning is None or (self._beginning.done() and self._beginning.exception()):
            self._beginning = asyncio.ensure_future(self._run(self._begin))
        return await asyncio.shield(self._beginning)

    async def serve(self, scope: Scope, body: bytes, send: Send) -> None:
        """Answer a call whose body is here."""
        if self._at_once >= _MOST_AT_ONCE:
            await _send(_too_many(), scope, send)
            return
        self._at_once += 1
        try:
            page = await self._page(scope, body)
        finally:
            self._at_once -= 1
        await _send(page, scope, send, self._run)

    async def _page(self, scope: Scope, body: bytes) -> Page:
        from a2wsgi.wsgi import build_environ

        query = quote(scope["query_string"], safe=string.printable)  # bytes that are no ASCII stay what they were
        plain: Any = {**scope, "query_string": query.encode()}
        environ: MutableMapping[str, Any] = dict(build_environ(plain, io.BytesIO(body)))  # type: ignore[arg-type]
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        waitings: list[Waiting] = []
        environ[self._waiting_key] = waitings
        page: Page = await self._run(_call_wsgi, (await self.pages()).wsgi, environ)
        return await self._wait(waitings[0]) if waitings else page

    async def _wait(self, waiting: Waiting) -> Page:
        pause = _FIRST_LOOK_S
        while True:
            left = waiting.ends_at - time.monotonic()
            if left > 0:
                await asyncio.sleep(min(pause, left))
                pause = min(pause * 1.2, _LAST_LOOK_S)
            page: Page | None = await self._run(_look, waiting)
            if page is not None:
                return page

    async def _run(self, work: Callable[..., Any], *arguments: Any) -> Any:
        if self._threads is None:  # made after the fork, in the worker that needs it
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="own-pages")
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


def _look(waiting: Waiting) -> Page | None:
    return waiting.look(is_over=time.monotonic() >= waiting.ends_at)


def _call_wsgi(wsgi: Callable[..., Any], environ: MutableMapping[str, Any]) -> Page:
    head: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _failure: Any = None) -> Callable[[bytes], None]:
        head[:] = [status, headers]
        return lambda _: None

    pieces = wsgi(environ, start_response)
    page: Page = head[0], head[1], pieces
    return page


async def _send(page: Page, scope: Scope, send: Send, run: Callable[..., Awaitable[Any]] | None = None) -> None:
    """Send a reply piece by piece; a client that leaves in between is nobody's fault."""
    status, named, pieces = page
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named]
    try:
        await send({"type": "http.response.start", "status": int(status[:3]), "headers": headers})
        if scope["method"] != "HEAD":
            await _send_pieces(pieces, send, run)
        await send({"type": "http.response.body", "body": b""})
    except (ConnectionError, RuntimeError):
        return
    finally:
        close = getattr(pieces, "close", None)
        if close:
            close()


async def _send_pieces(pieces: Iterable[bytes], send: Send, run: Callable[..., Awaitable[Any]] | None) -> None:
    iterator: Iterator[bytes] = iter(pieces)
    while True:
        piece = await run(next, iterator, _NONE_LEFT) if run else next(iterator, _NONE_LEFT)
        if piece is _NONE_LEFT:
            return
        await send({"type": "http.response.body", "body": piece, "more_body": True})


def _too_many() -> Page:
    vi, en = "Đang có quá nhiều lời gọi quản trị", "There are too many admin calls at once"
    problem = {"type": "urn:ndxp-emulator:problem:too-many-calls", "title": "Too many calls", "status": 503}
    body = json.dumps({**problem, "code": "too-many-calls", "detail": f"{vi}. / {en}."}, ensure_ascii=False).encode()
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body))), ("Retry-After", "1")]
    return "503 Service Unavailable", headers, [body]
