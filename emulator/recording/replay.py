"""Recorded calls, put to an emulator with the emulator's own credentials in place of the masked ones."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from emulator.journal.redaction import MASK
from emulator.kernel.exchange import Call, Headers
from emulator.kernel.values import value_class
from emulator.recording.session import Recorded
from emulator.recording.walking import walk, walk_form

# An emulator that recorded calls can be put to, as this room sees it; the command line brings it along.


@value_class
class Answered:
    """What the emulator said to one call, and what it noted: ``remarks`` are (rule, level, JSON pointer)."""

    status: int
    headers: Headers
    body: bytes
    operation: str | None = None
    outcome: str = "answered"
    remarks: tuple[tuple[str, str, str], ...] = ()

    def header(self, name: str) -> str:
        """Return the first value of a header (lower-case name), empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@value_class
class PartnerAccount:
    """The credentials of the emulator: its key pair, and user name and password by service (``portal``, ``papers``)."""

    consumer_key: str
    consumer_secret: str
    users: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class Partner(Protocol):
    """A fresh emulator. Its clock stands at the time of the call, since rules about dates depend on it."""

    account: PartnerAccount

    def ask(self, call: Call, at_ms: int) -> Answered:
        """Put a call to it."""


_TOKEN_PATH = "/token"  # noqa: S105 - an address
_NOT_SENT = {"content-length", "content-encoding", "cookie", "transfer-encoding", "connection", "host", "expect"}
_LEARNED = ("access_token", "accessToken", "session")
_KEYS = re.compile(r"client_?id|consumer_?key", re.IGNORECASE)
_SECRETS = re.compile(r"client_?secret|consumer_?secret|secret_?key", re.IGNORECASE)
_USERS = re.compile(r"user_?name|tendangnhap", re.IGNORECASE)
_PASSWORDS = re.compile(r"pass_?word|mat_?khau|pwd", re.IGNORECASE)
# A platform that refused a credential gets one refused here as well: the mask itself.
_REFUSED = (401, 403)


class ReplayedExchange(NamedTuple):
    """A recorded exchange beside what an emulator answers; None when the call cannot be put again."""

    recorded: Recorded
    answered: Answered | None


class Teller:
    """Puts the calls of one session to one emulator, in their order, and remembers the sessions it is given."""

    def __init__(self, partner: Partner) -> None:
        self._partner = partner
        self._learned: dict[str, str] = {}

    def tell(self, exchanges: Sequence[Recorded]) -> Iterator[ReplayedExchange]:
        """Yield every exchange with the emulator's answer."""
        for exchange in exchanges:
            if exchange.request.content.text is None:
                yield ReplayedExchange(exchange, None)
                continue
            answered = self._partner.ask(self._call(exchange), exchange.at_ms)
            self._learn(answered)
            yield ReplayedExchange(exchange, answered)

    def _call(self, exchange: Recorded) -> Call:
        path, _, query = exchange.target.partition("?")
        body = self._body(exchange).encode()
        headers = tuple(self._headers(exchange))
        if body or exchange.method in ("POST", "PUT"):
            headers = (*headers, ("content-length", str(len(body))))
        origin = urlsplit(exchange.origin)
        query = walk_form(query, lambda field, text: self._fill_in(exchange, field, text))
        return Call(
            method=exchange.method,
            path=unquote(path),
            query=query,
            headers=headers,
            body=body,
            body_size=len(body),
            target=f"{path}?{query}" if query else path,
            host=origin.netloc or "localhost",
            scheme=origin.scheme or "http",
        )

    def _headers(self, exchange: Recorded) -> Iterator[tuple[str, str]]:
        for name, value in exchange.request.headers:
            key = name.lower()
            if key not in _NOT_SENT:
                yield key, self._header(exchange, key, value)

    def _header(self, exchange: Recorded, key: str, value: str) -> str:
        if MASK not in value or exchange.status in _REFUSED:
            return value
        account = self._partner.account
        if value.lower().startswith("basic "):
            pair = f"{account.consumer_key}:{account.consumer_secret}".encode()
            return "Basic " + base64.b64encode(pair).decode()
        if value.lower().startswith("bearer ") or key == "lgspaccesstoken":
            return value.replace(MASK, self._token(exchange))
        return value.replace(MASK, self._learned.get("accessToken") or MASK)

    def _token(self, exchange: Recorded) -> str:
        """Return a token: the one this session got, else one fetched now, for a session recorded from the middle."""
        for name in ("access_token", "accessToken"):
            if name in self._learned:
                return self._learned[name]
        account = self._partner.account
        pair = base64.b64encode(f"{account.consumer_key}:{account.consumer_secret}".encode()).decode()
        body = b"grant_type=client_credentials"
        headers: Headers = (
            ("authorization", f"Basic {pair}"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", str(len(body))),
        )
        call = Call("POST", _TOKEN_PATH, "", headers, body, len(body), _TOKEN_PATH, "localhost")
        self._learn(self._partner.ask(call, exchange.at_ms))
        return self._learned.get("access_token", MASK)

    def _body(self, exchange: Recorded) -> str:
        text = exchange.request.content.text or ""

        def fill(field: str, value: str) -> str:
            return self._fill_in(exchange, field, value)

        is_form = "x-www-form-urlencoded" in exchange.request.header("content-type")
        return walk_form(text, fill) if is_form else walk(text, fill)

    def _fill_in(self, exchange: Recorded, field: str, value: str) -> str:
        is_refused = exchange.status in _REFUSED
        user, password = self._partner.account.users["portal" if "mapi" in exchange.path else "papers"]
        if _USERS.fullmatch(field) and MASK in (exchange.request.content.text or ""):
            return user
        if value != MASK or is_refused:
            return value
        account = self._partner.account
        for pattern, own in (
            (_KEYS, account.consumer_key),
            (_SECRETS, account.consumer_secret),
            (_PASSWORDS, password),
        ):
            if pattern.fullmatch(field):
                return own
        return next((self._learned[name] for name in _LEARNED if name.casefold() == field.casefold()
                     and name in self._learned), value)  # fmt: skip

    def _learn(self, answered: Answered) -> None:
        if not any(name.encode() in answered.body for name in _LEARNED):
            return
        try:
            document = json.loads(answered.body)
        except ValueError:
            return
        for name, value in _members(document):
            if name in _LEARNED and isinstance(value, str) and value:
                self._learned[name] = value


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name, each
            yield from _members(each)
    elif isinstance(value, list):
        for each in value:
            yield from _members(each)
