"""A running server, asked through its admin API with nothing but the standard library."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

import click

from emulator.cli.terminal import CannotStart
from emulator.settings import PREFIX, data_folder

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_URL = "http://127.0.0.1:8080"
_PATIENCE_S = 60.0


class Unreachable(CannotStart):
    """Nobody answers at the address."""


class AdminRefused(CannotStart):
    """The admin API said no; ``status`` is the HTTP status, ``code`` that of the problem document."""

    def __init__(self, sentence: str, status: int, code: str) -> None:
        super().__init__(sentence)
        self.status, self.code = status, code


def server_options(command: F) -> F:
    """Declare ``--url``, ``--admin-token`` and ``--sandbox``."""
    sandbox = click.option("--sandbox", default="default", show_default=True, help="Sandbox nào. / Which sandbox.")
    return address_options("Mã quản trị. / Admin token.")(sandbox(command))


def address_options(token_help: str) -> Callable[[F], F]:
    """Return what declares ``--url`` and ``--admin-token``, the latter in the words given."""
    token = click.option("--admin-token", envvar=f"{PREFIX}ADMIN_TOKEN", help=f"{token_help} [{PREFIX}ADMIN_TOKEN]")
    url = click.option(
        "--url",
        envvar=f"{PREFIX}URL",
        default=DEFAULT_URL,
        show_default=True,
        help=f"Máy chủ đang chạy. / The running server. [{PREFIX}URL]",
    )

    def declare(command: F) -> F:
        return url(token(command))

    return declare


@dataclass(frozen=True)
class HttpAnswer:
    """What a server said: status, headers with lower-case names, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class AdminClient:
    """One server and one of its sandboxes. Asks no proxy; trusts the system and the emulator's own test authority."""

    def __init__(self, url: str, token: str | None = None, sandbox: str = "default") -> None:
        """Raises CannotStart when ``url`` is no address."""
        if not url.startswith(("http://", "https://")):
            raise CannotStart(f"--url phải là http(s)://… / --url must be http(s)://…: {url}")
        self.base_url, self._token, self.sandbox = url.rstrip("/"), token, sandbox
        self._opener: OpenerDirector | None = None

    def get(self, path: str, /, **query: Any) -> Any:
        """Return the answer to a GET below the sandbox's admin routes."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        return self.ask("GET", f"{path}?{urlencode(asked)}" if asked else path)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON that the admin API answers for this sandbox. Raises as ``ask_house`` does."""
        return self.ask_house(method, f"/sandboxes/{quote(self.sandbox, safe='')}{path}", body)

    def ask_house(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON that the admin API answers, whatever the sandbox.

        Raises:
            Unreachable: nobody answers, or somebody who is no emulator.
            Refused: the emulator says no.
        """
        headers = {"X-Admin-Token": self._token} if self._token else {}
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        answer = self.send(method, f"/__admin{path}", headers, content)
        try:
            document = json.loads(answer.body or b"null")
        except ValueError:
            raise self._stranger() from None
        if answer.status < 400:
            return document
        if not isinstance(document, dict) or "detail" not in document:
            raise self._stranger()
        raise AdminRefused(document["detail"], answer.status, document.get("code", ""))

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> HttpAnswer:
        """Send a call and return what came back, whatever its status. Raises Unreachable."""
        from http.client import HTTPException
        from urllib.error import HTTPError
        from urllib.request import Request

        request = Request(self.base_url + path, data=body, headers=dict(headers), method=method)  # noqa: S310 - checked
        try:
            with self._connect_opener().open(request, timeout=_PATIENCE_S) as reply:
                return HttpAnswer(reply.status, _headers(reply), reply.read())
        except HTTPError as refused:
            with refused:
                return HttpAnswer(refused.code, _headers(refused), refused.read())
        except (OSError, ValueError, HTTPException) as trouble:
            reason = getattr(trouble, "reason", trouble)
            vi, en = "hãy chạy ndxp-emulator serve hoặc sửa --url", "run ndxp-emulator serve, or mend --url"
            if "CERTIFICATE_VERIFY_FAILED" in str(reason):
                vi, en = "đặt SSL_CERT_FILE=chứng chỉ gốc của bạn", "set SSL_CERT_FILE to your authority's certificate"
            raise Unreachable(
                f"Không gọi được {self.base_url}: {reason}; {vi}. / Cannot reach {self.base_url}: {reason}; {en}."
            ) from trouble

    def _connect_opener(self) -> OpenerDirector:
        if self._opener is None:
            self._opener = _opener(is_tls=self.base_url.startswith("https://"))
        return self._opener

    def _stranger(self) -> Unreachable:
        return Unreachable(
            f"{self.base_url} không phải trình giả lập. / What answers at {self.base_url} is no ndxp-emulator."
        )


def _headers(reply: Any) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in reply.headers.items()]


def _opener(*, is_tls: bool) -> OpenerDirector:
    from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, build_opener

    class StayHere(HTTPRedirectHandler):
        """A redirect is an answer like any other."""

        def redirect_request(self, *_: Any) -> None:
            """Follow none."""

    handlers: list[Any] = [ProxyHandler({}), StayHere()]
    if is_tls:
        import ssl

        context = ssl.create_default_context()
        ours = data_folder() / "tls" / "ca.pem"
        if ours.is_file():
            context.load_verify_locations(ours)
        handlers.append(HTTPSHandler(context=context))
    return build_opener(*handlers)
