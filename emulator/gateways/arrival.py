"""Which sandbox a call is for: path prefix, host name, credential, else ``default``."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from urllib.parse import parse_qs

from emulator.kernel.exchange import Call
from emulator.world.keyring import Keyring
from emulator.world.sandbox import Sandbox, Sandboxes

PREFIX = "/s/"


class NoSuchSandbox(Exception):
    """The call names a sandbox that is not there."""


class Arrival:
    """Finds the sandbox of a call and takes the sandbox prefix off its path."""

    def __init__(self, keyring: Keyring, sandboxes: Sandboxes, base_hosts: tuple[str, ...]) -> None:
        self._keyring, self._sandboxes = keyring, sandboxes
        self._suffixes = tuple(f".{host}" for host in base_hosts)

    def find(self, call: Call) -> tuple[Sandbox, Call]:
        """Return the sandbox and the call as its services see it.

        Raises:
            NoSuchSandbox: prefix or host name a sandbox that does not exist.
        """
        if call.path.startswith(PREFIX):
            named, _, rest = call.path[len(PREFIX) :].partition("/")
            return self._get(named), replace(call, path="/" + rest)
        named = self._by_host(call.host)
        if named:
            return self._get(named), call
        no = self._by_credential(call)
        return (self._sandboxes.of_no(no) if no else self._get("default")), call

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

    def _by_credential(self, call: Call) -> int | None:
        scheme, _, value = (call.header("authorization") or "").partition(" ")
        if scheme == "Bearer":
            token = self._keyring.token(value.strip())
            return token.sandbox_no if token else None
        key = basic_pair(value)[0] if scheme.lower() == "basic" else form_field(call, "client_id")
        pair = self._keyring.credential(key) if key else None
        return pair.sandbox_no if pair else None


def basic_pair(encoded: str) -> tuple[str, str]:
    """Return (key, secret) of a Basic credential, empty texts when it cannot be read."""
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    key, _, secret = text.partition(":")
    return key, secret


def form_field(call: Call, name: str) -> str:
    """Return the first value of a form field in the body, empty when absent."""
    if name.encode() not in call.body:
        return ""
    return parse_qs(call.body.decode("utf-8", "replace")).get(name, [""])[0]
