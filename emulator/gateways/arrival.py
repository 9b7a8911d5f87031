"""Which sandbox a call is for: path prefix, host name, credential, else ``default``."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple
from urllib.parse import parse_qs

from emulator.country.keyring import Credential, Keyring, Token, basic_pair, bearer_word
from emulator.country.sandbox import Sandbox, Sandboxes
from emulator.kernel.exchange import Call
from emulator.wire.axis import SERVER_PREFIX

PREFIX = "/s/"
ADAPTERS = ("XrdAdapter", "VXPAdapter")


class NoSuchSandbox(Exception):
    """The call names a sandbox that is not there."""


class ArrivedCall(NamedTuple):
    """Where a call goes, the call as its services see it, and the token that decided it, if one did."""

    sandbox: Sandbox
    call: Call
    token: Token | None = None


class Arrival:
    """Finds the sandbox of a call and takes the sandbox prefix off its path."""

    def __init__(self, keyring: Keyring, sandboxes: Sandboxes, base_hosts: tuple[str, ...]) -> None:
        self._keyring, self._sandboxes = keyring, sandboxes
        self._suffixes = tuple(f".{host}" for host in base_hosts)

    def find(self, call: Call) -> ArrivedCall:
        """Return the sandbox and the call as its services see it.

        Raises:
            NoSuchSandbox: prefix or host name a sandbox that does not exist.
        """
        if call.path.startswith(PREFIX):
            named, _, rest = call.path[len(PREFIX) :].partition("/")
            return ArrivedCall(self._get(named), at_its_server(replace(call, path="/" + rest)))
        call = at_its_server(call)
        named = self._by_host(call.host)
        if named:
            return ArrivedCall(self._get(named), call)
        token = self._find_token(call)
        if token:
            return ArrivedCall(self._owner(token.sandbox_no), call, token)
        pair = self._credential(call)
        return ArrivedCall(self._owner(pair.sandbox_no) if pair else self._get("default"), call)

    def _owner(self, no: int) -> Sandbox:
        """Return a sandbox by number; what is left of a dropped one counts as unknown."""
        try:
            return self._sandboxes.of_no(no)
        except KeyError:
            return self._get("default")

    def _get(self, sandbox_id: str) -> Sandbox:
        try:
            return self._sandboxes.get(sandbox_id)
        except KeyError:
            raise NoSuchSandbox(sandbox_id) from None

    def _by_host(self, host: str) -> str:
        name = host.rpartition(":")[0] if ":" in host else host
        for suffix in self._suffixes:
            if name.endswith(suffix):
                return name[: -len(suffix)]
        return ""

    def _find_token(self, call: Call) -> Token | None:
        """Look for a Bearer token in any header: a sandbox may have renamed the usual one (src:apim-auth-header)."""
        for _, value in call.headers:
            if "Bearer " in value:
                word = bearer_word(value)
                return self._keyring.token(word) if word else None
        return None

    def _credential(self, call: Call) -> Credential | None:
        scheme, _, value = (call.header("authorization") or "").partition(" ")
        key = basic_pair(value)[0] if scheme.lower() == "basic" else form_field(call, "client_id")
        return self._keyring.credential(key) if key else None


def at_its_server(call: Call) -> Call:
    """Return a call to a unit's own security server as that server sees it; any other comes back as it is."""
    named, _, rest = call.path.removeprefix(SERVER_PREFIX).partition("/")
    is_adapter = rest.partition("/")[0] in ADAPTERS
    return replace(call, path="/" + rest, unit=named) if call.path.startswith(SERVER_PREFIX) and is_adapter else call


def form_field(call: Call, name: str) -> str:
    """Return the first value of a form field in the body, empty when absent."""
    if name.encode() not in call.body:
        return ""
    return parse_qs(call.body.decode("utf-8", "replace")).get(name, [""])[0]
