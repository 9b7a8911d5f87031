"""Conforming clients pass over a real connection, too, with whatever HTTP library, and with several calls at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import pytest
import requests

from emulator.certification.bundle.pack import sources
from emulator.certification.bundle.replay import replay
from emulator.cli.in_process import replay_host
from tests.certification.stand import Stand, not_passed
from tests.certification.wires import Expecting, KeepAlive, Pooled, Requests, Urllib
from tests.clients.reference.gateway import Gateway
from tests.clients.reference.tasks import Client
from tests.serving import Server

KIT = "cong-ndxp"
Words = dict[str, Any]


class ManyHandsGateway(Gateway):
    """One token for all threads: whoever finds it dead has it replaced, once."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.lock = Lock()

    def token(self, *, is_new: bool = False) -> str:
        with self.lock:
            return super().token(is_new=is_new)

    def call(self, operation: str, body: Words) -> Any:
        for _ in range(2):
            token = self.token()
            reply = self._patiently(lambda token=token: self.send(operation, body, token))
            if reply.status != 401:
                break
            self.retire(token)
        return self.read(operation, reply)

    def retire(self, token: str) -> None:
        with self.lock:
            if self.memory.get("token") == token:
                self.memory.put("token", None)


class ManyHands(Client):
    """Sends its dossiers four at a time."""

    gateway_class = ManyHandsGateway

    def push_dossiers(self, task: Words) -> None:
        with ThreadPoolExecutor(4) as hands:
            list(hands.map(lambda known: self.push("DongBoDVC", self.forms.dossier(known)), task["dossiers"]))


class StandOverHttp(Stand):
    """An attempt on a server that runs."""

    def __init__(self, server: Server, wire: Callable[[Any], Any], kit: str, seed: str) -> None:
        self.house, self.http = f"{server.base_url}/__admin", requests.Session()
        self.http.trust_env = False
        self.line = wire(self.turn)
        self.open(kit, seed)

    def __enter__(self) -> StandOverHttp:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()
        self.http.close()

    def admin(self, verb: str, path: str, body: Any = None) -> Any:
        reply = self.http.request(verb, self.house + path, json=body)
        assert reply.status_code < 300, reply.text
        return reply.json()

    def wire(self) -> Any:
        return self.line

    def turn(self, seconds: float) -> None:
        self.admin("PUT", f"/sandboxes/{self.id}/clock", {"action": "advance", "by": f"PT{seconds:.3f}S"})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:") as running:
        yield running


VARIANTS = {
    "requests, in chunks": (Requests, Client),
    "urllib.request": (Urllib, Client),
    "http.client, kept alive": (KeepAlive, Client),
    "100-continue, in pieces": (Expecting, Client),
    "urllib3, four at a time": (Pooled, ManyHands),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_conforming_variant_passes_over_a_real_connection(server: Server, variant: str) -> None:
    wire, client = VARIANTS[variant]
    with StandOverHttp(server, wire, KIT, variant) as stand:
        assert not not_passed(stand.play(client))


def test_an_attempt_with_calls_side_by_side_is_played_again_call_by_call(server: Server) -> None:
    with StandOverHttp(server, Pooled, KIT, "phát lại, bốn tay") as stand:
        stand.play(ManyHands)
        files = sources(stand.admin("GET", f"/attempts/{stand.id}/evidence"), {}, None, b"")
    told = replay(files, replay_host)
    assert (told.differs_at, told.left_out) == (None, {})
    assert told.calls > 40
