"""What ``serve`` is told by a flag is so: each bound, each dialect, over a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.builders import dossier
from tests.gateways.axis.axis import HANOI, link
from tests.gateways.axis.provider import provider
from tests.serving import Client, Server, failed_start

FEW = ("--store", ":memory:", "--workers", "1")
SCENARIO = """\
id: thu
title: {vi: Thử, en: Test}
purpose: {vi: Thử, en: Test}
source: ours
good_client: {vi: Thử, en: Test}
steps:
  - {name: a, on: ndxp.token, refuse: {status: 503}}
"""


class Desk:
    """The admin API of one server."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def ask(self, method: str, path: str, **sent: Any) -> requests.Response:
        return requests.request(method, f"{self.server.base_url}/__admin{path}", timeout=30, **sent)

    def ask_token(self) -> requests.Response:
        return requests.post(f"{self.server.base_url}/token", timeout=30)


@contextmanager
def served(*flags: str) -> Iterator[Desk]:
    with Server(*FEW, *flags) as server:
        yield Desk(server)


def test_there_are_as_many_sandboxes_as_the_flags_say_and_they_live_as_long() -> None:
    with served("--max-sandboxes", "3", "--max-sandboxes-per-owner", "1", "--sandbox-ttl", "600") as desk:
        wishes = ("tinh-a", "tinh-a", "tinh-b", "tinh-c")
        made = [desk.ask("POST", "/sandboxes", json={"owner": owner}) for owner in wishes]
        assert [reply.status_code for reply in made] == [201, 429, 201, 429]
        assert made[0].json()["expires"]


def test_a_sandbox_has_as_many_calls_a_minute_as_the_flag_says() -> None:
    with served("--max-calls", "2") as desk:
        said = [desk.ask_token().status_code for _ in range(6)]
    assert 429 in said  # a minute may end between two of them
    assert said[:2] == [400, 400]


def test_a_sandbox_takes_as_many_dossiers_and_bytes_as_the_flags_say() -> None:
    with served("--max-dossiers", "1", "--max-uploaded-bytes", "2000") as desk, Client(desk.server) as client:
        client.log_in()
        codes = [f"000.11.26.H26-261120-000{number}" for number in (1, 2)]
        said = [client.call("DongBoDVC", dossier(MaHoSo=code)).json()["error_code"] for code in codes]
        assert said == [0, -14]
        host = desk.ask("GET", "/hosts").json()["hosts"][0]["name"]
        file = {"file_name": "a.pdf", "content_base64": "A" * 1_600}
        sent = [desk.ask("POST", f"/hosts/{host}/files", json=file).status_code for _ in range(2)]
        assert sent == [201, 429]


def test_the_journal_keeps_as_many_calls_and_bytes_as_the_flags_say() -> None:
    bounds = ("--max-journal", "3", "--max-journal-bytes", "5000000", "--max-journal-body", "1024")
    with served(*bounds) as desk:
        for _ in range(5):
            requests.post(f"{desk.server.base_url}/token", data="grant_type=" + "x" * 2000, timeout=30)
        kept = desk.ask("GET", "/requests").json()["requests"]
        assert len(kept) == 3
        assert len(kept[0]["request"]["body"]) == 1024
        assert desk.ask("GET", "/settings").json()["journal_bytes_limit"] == 5_000_000


def test_as_many_packs_are_taken_as_the_flag_says(tmp_path: Path) -> None:
    row = {"version": "1", "schema_version": "1", "title_vi": "N", "title_en": "S", "gso_era": "2023"}
    with Server("--store", str(tmp_path / "store.db"), "--workers", "1", "--max-packs", "1") as server:
        said = []
        for name in ("nho", "nho-2"):
            files = {"pack.json": {"pack": {"1": {"id": name, **row, "extends": "co-ban"}}}}
            said.append(Desk(server).ask("PUT", f"/packs/{name}", json={"files": files}).status_code)
    assert said == [201, 429]


def test_the_gateway_speaks_the_dialect_that_the_flag_names() -> None:
    with served("--profile", "apim-4.x") as desk:
        assert desk.ask("GET", "/sandboxes/default").json()["profile"] == "apim-4.x"
        assert desk.ask("GET", "/sandboxes/default").json()["mode"] == "documented"


def test_a_watched_scenario_is_read_again_when_its_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "thu.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    with served("--scenario", str(path), "--watch") as desk:
        before = desk.ask_token().status_code
        path.write_text(SCENARIO.replace("503", "502  "), encoding="utf-8")
        assert [before, desk.ask_token().status_code] == [503, 502]


def test_a_live_agency_is_called_where_the_flag_says_and_nowhere_else() -> None:
    with served("--live-address", "0.0.0.0/32") as desk, provider() as machine:
        desk.ask("POST", "/access-rights", json={"provider": HANOI, "subjects": [HANOI]}).raise_for_status()
        said = []
        for place in (machine.base_url.replace("127.0.0.1", "0.0.0.0"), "http://203.0.113.1:8080"):
            desk.ask("PUT", f"/live-agencies/{HANOI}", json={"base_url": place}).raise_for_status()
            address = desk.server.base_url + link("/tep/1.pdf", HANOI, "https://dichvucong.hanoi.gov.vn")
            reply = requests.get(address, timeout=30)
            said.append((reply.status_code, "is not allowed" in reply.text))
    assert said == [(200, False), (500, True)]


def test_what_an_answered_call_outlives_is_a_process_or_the_loss_of_power(tmp_path: Path) -> None:
    with Server("--store", str(tmp_path / "store.db"), "--workers", "1", "--durability", "power") as server:
        assert Desk(server).ask_token().status_code == 400
    refused = failed_start("--store", ":memory:", "--durability", "luck")
    assert "process" in refused
    assert "power" in refused
