"""The same pack, seed and calls tell the same story to the byte, twice and on one worker or two."""

from __future__ import annotations

import requests

from tests.builders import dossier
from tests.life.ministry import BEGIN
from tests.serving import Client, Server


def story(workers: int) -> list[tuple[str, str]]:
    with Server("--store", ":memory:", "--workers", str(workers)) as server, Client(server) as client:
        admin = f"{server.base_url}/__admin"

        def clock(**words: object) -> None:
            reply = requests.put(f"{admin}/clock", json=words, timeout=30)
            assert reply.status_code == 200, reply.text

        client.http.headers["Host"] = "api.ngsp.gov.vn"
        clock(action="freeze", to=BEGIN)
        requests.put(f"{admin}/settings", json={"applications_per_day": 3}, timeout=30)
        client.log_in()
        for _ in range(10):
            clock(action="advance", by="P1D")
            client.log_in()
            client.call("DongBoDVC", dossier())
        rows = requests.get(f"{admin}/requests?clock=show&order=asc&limit=2000", timeout=30).json()["requests"]
        return [(row["operation"], row["chain"]["self"]) for row in rows]


def test_one_worker_and_two_tell_the_same_story() -> None:
    one, two = story(1), story(2)
    assert len(one) > 60
    assert one == two
