"""Bytes out, bytes in. The client above never sees which HTTP library this is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import requests

PATIENCE_S = 15


class Lost(Exception):
    """No whole reply came: nobody knows whether the other side has done its work."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


class Wire(Protocol):
    def send(self, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Reply: ...

    def pause(self, seconds: float) -> None: ...


class RequestsWire:
    """The ordinary one: ``requests``, one session, no proxy from the environment."""

    def __init__(self) -> None:
        self.http = requests.Session()
        self.http.trust_env = False

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        try:
            got = self.http.request(
                method, url, headers=headers, data=body or None, timeout=PATIENCE_S, allow_redirects=False
            )
        except requests.RequestException as trouble:
            raise Lost(str(trouble)) from trouble
        return Reply(got.status_code, dict(got.headers), got.content)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)
