"""The gateway: one token kept as long as it lives, and the few cases in which a call is made again."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.clients.reference.memory import Memory
from tests.clients.reference.wire import Lost, Reply, Wire

TRIES = 4
_LONGEST_WAIT_S = 90.0
_MARGIN = timedelta(seconds=30)


class Refused(Exception):
    """The service said no; trying again would not help. ``args`` are code and message."""


class Gateway:
    """BTXH through NDXP (BTXH 2.1, 3.1)."""

    content_type = "application/json; charset=utf-8"

    def __init__(self, context: dict[str, Any], wire: Wire, memory: Memory) -> None:
        self.base, self.pair = context["base_url"], context["credentials"]["production"]
        self.wire, self.memory = wire, memory
        self._ahead = timedelta(0)

    def set_clock(self, now: str) -> None:
        """Take the time of a task; a client in service has its machine's clock instead."""
        self._ahead = datetime.fromisoformat(now) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def token(self, *, is_new: bool = False) -> str:
        """Return the token that is kept while it lives, or a new one."""
        kept, until = self.memory.get("token"), self.memory.get("token_until", "")
        if kept and not is_new and self.now() < datetime.fromisoformat(until) - _MARGIN:
            return str(kept)
        reply = self._patiently(self.ask_for_token)
        if reply.status != 200:
            raise Refused(reply.status, reply.body[:200].decode(errors="replace"))
        told = json.loads(reply.body)
        fresh = str(told["access_token"])
        self.memory.put("token", fresh)
        self.memory.put("token_until", (self.now() + timedelta(seconds=told["expires_in"])).isoformat())
        return fresh

    def ask_for_token(self) -> Reply:
        return self.post_token({"Authorization": self.basic()}, "grant_type=client_credentials")

    def basic(self) -> str:
        both = f"{self.pair['consumer_key']}:{self.pair['consumer_secret']}".encode()
        return "Basic " + base64.b64encode(both).decode()

    def post_token(self, headers: dict[str, str], form: str) -> Reply:
        told = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        return self.wire.send("POST", f"{self.base}/token", headers | told, form.encode())

    def call(self, operation: str, body: dict[str, Any]) -> Any:
        """Call an operation and return its reply.

        Raises:
            Refused: the service or the gateway said no.
            Lost: no reply came after several tries.
        """
        has_renewed = False
        while True:
            token = self.token()
            reply = self._patiently(lambda token=token: self.send(operation, body, token))
            if reply.status != 401 or has_renewed:
                break
            has_renewed = True
            self.token(is_new=True)
        return self.read(operation, reply)

    def send(self, operation: str, body: dict[str, Any], token: str) -> Reply:
        headers = {
            "Authorization": self.authorization(token),
            "Content-Type": self.content_type,
            "Accept": "application/json",
        }
        content = json.dumps(body, ensure_ascii=False).encode()
        return self.wire.send("POST", self.address(operation), headers, content)

    def authorization(self, token: str) -> str:
        return f"Bearer {token}"

    def address(self, operation: str) -> str:
        return f"{self.base}/apiBTXH/1.0/{operation}"

    def read(self, operation: str, reply: Reply) -> Any:
        """Return what a reply says: HTTP 200 alone is no success, ``error_code`` decides."""
        try:
            said = json.loads(reply.body.decode("utf-8-sig"))
        except ValueError:
            raise Lost(f"{reply.status} is not JSON") from None
        told = said.get("result", said) if isinstance(said, dict) else {}
        if reply.status != 200 or not isinstance(told, dict):
            raise Refused(reply.status, str(said)[:200])
        if str(told.get("error_code", "")).lstrip("0") != "" or "error_code" not in told:
            raise Refused(told.get("error_code"), told.get("message"))
        return told

    def _patiently(self, send: Any) -> Reply:
        """Send until an answer comes that more tries would not change: for lost replies, 429 and 5xx."""
        for number in range(1, TRIES + 1):
            try:
                reply: Reply = send()
            except Lost:
                if number == TRIES:
                    raise
                self.wire.pause(0.1 * 2**number)
                continue
            if number == TRIES or not self.is_passing(reply):
                return reply
            self.wire.pause(self.wait_s(reply, number))
        raise AssertionError

    def is_passing(self, reply: Reply) -> bool:
        """Tell whether the trouble may pass by itself: too many calls, a server in trouble, a page instead of JSON."""
        if reply.status == 429 or reply.status >= 500:
            return True
        return reply.status == 200 and not self.is_readable(reply)

    def is_readable(self, reply: Reply) -> bool:
        try:
            json.loads(reply.body.decode("utf-8-sig"))
        except ValueError:
            return False
        return True

    def wait_s(self, reply: Reply, number: int) -> float:
        """Return how long to wait: what the reply says, else a little longer each time."""
        said = reply.header("Retry-After")
        if said.isdigit():
            return min(float(said), _LONGEST_WAIT_S)
        try:
            until = json.loads(reply.body)["fault"]["nextAccessTime"].replace(" UTC", "").rpartition("+")[0]
            moment = datetime.strptime(until, "%Y-%b-%d %H:%M:%S").replace(tzinfo=UTC)
            now = datetime.strptime(reply.header("Date"), "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
            return min(max((moment - now).total_seconds(), 0.05), _LONGEST_WAIT_S)
        except (ValueError, KeyError, TypeError, AttributeError):
            return float(0.1 * 2**number)
