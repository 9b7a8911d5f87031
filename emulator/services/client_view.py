"""A sandbox as a client sees it, and the calls it can make there, right and wrong, from what the services declare."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote

from emulator.kernel.clock import VIETNAM, consumer_text
from emulator.services.btxh.samples import dossier_code
from emulator.services.registry import REVOKE, TOKEN, gateway_of, operations
from emulator.services.service import Api, Ask, AxisAddress, Both, Caller, Mistake, Place, post_of, replace_in_path

_NUMBERS = 9_000  # the running numbers above are magic (docs/faults)
_FORM = "application/x-www-form-urlencoded"
_DERIVED = {
    ("production", "consumer_secret"): ("production", "secret"),
    ("portal", "password"): ("portal", "password"),
    ("papers", "password"): ("papers", "password"),
}
_NOBODY = base64.b64encode(b"nobody:wrong").decode()


class SentAnswer(Protocol):
    """What came back for a call."""

    @property
    def status(self) -> int:
        """Return the HTTP status."""

    @property
    def body(self) -> bytes:
        """Return the body."""


class SandboxAccess(Protocol):
    """A sandbox of an emulator, over HTTP or in process: its admin routes, and the way to its services."""

    sandbox: str

    def get(self, path: str, /, **query: Any) -> Any:
        """Return the JSON that a GET of the sandbox's admin API answers."""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON that the sandbox's admin API answers."""

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Any:
        """Send a call to the emulated services; ``path`` has the sandbox's prefix. Return a SentAnswer."""


class CannotCall(Exception):
    """A call cannot be made: a setting is another, or what must come first failed. The sentence says so twice."""


class ClientView:
    """A sandbox as a client sees it: its address, credentials and time, and what must be fetched before a call."""

    def __init__(self, client: SandboxAccess) -> None:
        """Look the sandbox up. Raises what ``client`` raises."""
        self._client = client
        card, self._settings = client.ask("GET", ""), client.get("/settings")
        self._agency = self._settings["agency_code"] or "H26"
        self.now = datetime.fromisoformat(client.get("/clock")["virtual"]).astimezone(VIETNAM)
        self.prefix = "" if client.sandbox == "default" else f"/s/{client.sandbox}"
        self.credentials: dict[str, dict[str, str]] = card["credentials"]
        for (account, member), (kind, what) in _DERIVED.items():  # the API masks them, but they follow from the seed
            self.credentials[account][member] = consumer_text(card["seed"], card["id"], kind, what)
        newest = client.get("/requests", limit=1)["requests"]
        self._number = (newest[0]["seq"] if newest else 0) % _NUMBERS

    def send(self, ask: Ask, **headers: str) -> Any:
        """Send a call to the sandbox; return what ``client`` gives for an answer, a SentAnswer."""
        return self._client.send(ask.method, self.prefix + ask.path, {**ask.headers, **headers}, ask.body)

    def fetch(self, ask: Ask, member: str) -> str:
        """Return a member of the JSON that answers a call which must succeed before the real one.

        Raises:
            CannotCall: it did not succeed.
        """
        answer: SentAnswer = self.send(ask)
        try:
            return str(json.loads(answer.body)[member])
        except (ValueError, KeyError, TypeError):
            said = answer.body.decode("utf-8", "replace")[:300]
            raise CannotCall(
                f"{ask.path}: cuộc gọi chuẩn bị không xong, HTTP {answer.status}: {said} / a call that must come first "
                f"failed, HTTP {answer.status}"
            ) from None

    def next_dossier_code(self) -> str:
        """Return a dossier code that was not used yet."""
        self._number = (self._number + 1) % _NUMBERS
        return dossier_code(self._agency, self.now, self._number)

    def ask(self, name: str, fields: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> Ask:
        """Return a call of an operation at its address, with the token or the parameters that its gateway needs."""
        service, operation = operations()[name]
        place = service.place_of(operation)
        given = dict(headers or {})
        if place.gateway in ("ndxp", "provincial"):
            given |= {"Authorization": f"Bearer {self.fetch(ask_token(self), 'access_token')}"}
        path = _address(place, operation.path)
        return Ask(operation.method, path, given) if fields is None else post_of(path, fields, given)

    def check_settings(self, name: str) -> None:
        """Look whether the sandbox is set up for an operation.

        Raises:
            CannotCall: a setting that the operation needs is another.
        """
        declared = operations().get(name)
        for setting, value in (declared.operation.needs if declared else {}).items():
            if self._settings[setting] != value:
                wanted = json.dumps({setting: value})
                raise CannotCall(
                    f"{name} cần thiết lập {wanted} trong sandbox / {name} needs the setting {wanted} in the sandbox "
                    "(PUT /__admin/settings)"
                )


def _address(place: Place, path: str) -> str:
    if isinstance(place, Api):
        return place.base_path + path
    if not isinstance(place, AxisAddress):
        return path
    origin = f"&providerurl={quote(place.provider_url, safe='')}" if place.provider_url else ""
    return f"/{place.adapter}/RestService/forward{path}?dstcode={place.dstcode}{origin}"


def ask_token(caller: Caller) -> Ask:
    """Ask for an access token."""
    return Ask(TOKEN.method, TOKEN.path, _key_pair(caller), b"grant_type=client_credentials")


def _ask_to_revoke(caller: Caller) -> Ask:
    token = caller.fetch(ask_token(caller), "access_token")
    return Ask(REVOKE.method, REVOKE.path, _key_pair(caller), f"token={token}".encode())


def _key_pair(caller: Caller) -> dict[str, str]:
    pair = caller.credentials["production"]
    basic = base64.b64encode(f"{pair['consumer_key']}:{pair['consumer_secret']}".encode()).decode()
    return {"Authorization": f"Basic {basic}", "Content-Type": _FORM}


@cache
def asks() -> Mapping[str, Callable[[Caller], Ask]]:
    """Return who puts a right call together, by operation."""
    declared = {name: each.operation.sample for name, each in operations().items()}
    found = {name: sample for name, sample in declared.items() if sample is not None}
    return {TOKEN.name: ask_token, REVOKE.name: _ask_to_revoke, **found}


def put_together(name: str, wrong: str | None, view: ClientView) -> Ask:
    """Return a call of an operation, right or with one of its mistakes; both names are known.

    Raises:
        CannotCall: the sandbox is not set up for it, or what must come first failed.
    """
    view.check_settings(name)
    ask = asks()[name](view)
    return mistakes_of(name)[wrong].spoil(ask) if wrong else ask


# What can be wrong: the address, the verb, the credential, a cut body, and what the operation itself declares.


@cache
def mistakes_of(name: str) -> Mapping[str, Mistake]:
    """Return the mistakes that an operation can be called with, by their names."""
    return {each.name: each for each in _mistakes(name)}


def _mistakes(name: str) -> Iterator[Mistake]:
    declared = operations().get(name)
    gateway = gateway_of(name)
    if declared is None:
        yield from _OF_KEY_PAIRS if name == TOKEN.name else _OF_KEY_PAIRS[:1]
    elif gateway in ("ndxp", "provincial"):
        yield from _OF_TOKENS
    if gateway != "axis" or (declared and declared.operation.method == "POST"):
        yield _WRONG_METHOD if declared is None or declared.operation.method == "POST" else _POSTED
    yield _WRONG_PATH
    if declared and declared.operation.method == "POST" and gateway != "provincial":
        yield _BAD_JSON
    if gateway == "axis":
        yield _WRONG_SUBSYSTEM
    if declared:
        yield from declared.operation.mistakes


def _with_authorization(value: str | None) -> Callable[[Ask], Ask]:
    def spoil(ask: Ask) -> Ask:
        kept = {each: text for each, text in ask.headers.items() if each != "Authorization"}
        return ask._replace(headers=kept if value is None else {**kept, "Authorization": value})

    return spoil


def _misspell(ask: Ask) -> Ask:
    path, mark, query = ask.path.partition("?")
    return ask._replace(path=f"{path}s{mark}{query}")


_OF_TOKENS = (
    Mistake("missing-token", Both("Không gửi token", "No token is sent"), _with_authorization(None)),
    Mistake("wrong-token", Both("Token không ai cấp", "A token nobody issued"), _with_authorization("Bearer khong-co")),
)
_OF_KEY_PAIRS = (
    Mistake(
        "wrong-secret",
        Both("Sai consumer key và secret", "Consumer key and secret are wrong"),
        _with_authorization(f"Basic {_NOBODY}"),
    ),
    Mistake(
        "wrong-grant",
        Both("grant_type không được phép", "A grant_type that is not allowed"),
        lambda ask: ask._replace(body=b"grant_type=password&username=a&password=b"),
    ),
)
_WRONG_METHOD = Mistake(
    "wrong-method", Both("GET thay cho POST", "GET instead of POST"), lambda ask: ask._replace(method="GET", body=None)
)
_POSTED = Mistake(
    "wrong-method", Both("DELETE thay cho GET", "DELETE instead of GET"), lambda ask: ask._replace(method="DELETE")
)
_WRONG_PATH = Mistake("wrong-path", Both("Sai đường dẫn một chữ", "One letter too many in the path"), _misspell)
_BAD_JSON = Mistake(
    "bad-json", Both("JSON bị cụt", "JSON that is cut short"), lambda ask: ask._replace(body=(ask.body or b"")[:-1])
)
_WRONG_SUBSYSTEM = replace_in_path(
    "wrong-dstcode", Both("dstcode không có", "A dstcode that does not exist"), "dstcode=VN:GOV", "dstcode=VN:KHONG"
)
