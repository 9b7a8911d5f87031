"""``logs``: a line a call, as it happens, through resets and restarts."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from click.testing import CliRunner

from emulator.cli import main
from emulator.cli.logs import line_of
from tests.builders import dossier
from tests.serving import Client, Server, environment

_PATIENCE_S = 60


def logs(server: Server, *words: str, **more: Any) -> list[str]:
    result = CliRunner().invoke(main, ["logs", "--url", server.base_url, *words], **more)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def sandbox_of(server: Server, name: str) -> Client:
    card = requests.post(f"{server.base_url}/__admin/sandboxes", json={"id": name}, timeout=10).json()
    return Client(server, name, card["credentials"]["production"])


def test_a_call_is_a_line_with_verdict_and_reason(server: Server) -> None:
    with sandbox_of(server, "doc") as client:
        client.log_in()
        client.call("DongBoDVC", dossier())
        client.call("DongBoDVC", dossier(MaHoSo="x"))
        client.http.get(f"{client.base_url}/khong/co")
    token, good, bad, lost = logs(server, "--sandbox", "doc")
    assert [line.split()[1] for line in (token, good, bad, lost)] == ["OK", "OK", "REFUSED", "UNMATCHED"]
    assert "btxh.DongBoDVC" in good
    assert "MaHoSo" in bad
    assert " / " in bad
    assert "/khong/co" in lost
    assert len(logs(server, "--sandbox", "doc", "-n", "2")) == 2


def test_filters_narrow_the_lines(server: Server) -> None:
    with sandbox_of(server, "loc") as client:
        client.log_in()
        client.call("DongBoDVC", dossier(MaHoSo="x"))
        client.http.get(f"{client.base_url}/khong/co")
    (refused,) = logs(server, "--sandbox", "loc", "--json", "--outcome", "refused")
    assert json.loads(refused)["operation"] == "btxh.DongBoDVC"
    assert len(logs(server, "--sandbox", "loc", "--operation", "ndxp.token")) == 1
    assert len(logs(server, "--sandbox", "loc", "--status", "404")) == 1
    assert len(logs(server, "--sandbox", "loc", "--path", "/khong/*")) == 1
    assert logs(server, "--sandbox", "loc", "--rule", "B15") == []


def test_colours_come_when_they_are_forced(server: Server) -> None:
    with sandbox_of(server, "mau") as client:
        client.log_in()
    (line,) = logs(server, "--sandbox", "mau", env={"CLICOLOR_FORCE": "1", "NO_COLOR": None})
    assert "\x1b[32m" in line


def test_what_a_caller_writes_cannot_command_the_terminal() -> None:
    entry = {
        "id": "default.1.7",
        "outcome": "unmatched",
        "operation": None,
        "clock": {"wall": "2026-11-22T07:49:21.797+07:00"},
        "request": {"method": "GET", "url": "/\x1b]0;x\x07"},
        "response": {"status": 404},
        "timing": {"totalTime": 1},
        "remarks": [{"rule": "r", "level": "error", "vi": "a\nb\x1b[2J", "en": "c"}],
    }
    import click

    assert click.unstyle(line_of(entry)) == "07:49:21 UNMATCHED 404 GET  /·]0;x· 1 ms default.1.7  r: a b·[2J / c"


def test_a_long_address_leaves_room_for_the_next_line_and_is_shown_whole_by_itself(server: Server) -> None:
    path = f"/{'dai' * 1000}"
    with sandbox_of(server, "dai"):
        requests.get(f"{server.base_url}/s/dai{path}", timeout=10)
        (line,) = logs(server, "--sandbox", "dai", "-n", "1")
        assert len(line) < 1200
        entry = json.loads(logs(server, "--sandbox", "dai", "-n", "1", "--json")[0])
        assert path in "\n".join(logs(server, "--sandbox", "dai", "show", entry["id"]))


def test_every_remark_of_a_call_can_be_reached(server: Server) -> None:
    with sandbox_of(server, "nhieu") as client:
        client.log_in()
        client.call("DongBoDVC", dossier(MaHoSo="x", TenNguoiNop=None, MaTTHC="9", GioiTinhId="7"))
    entry = json.loads(logs(server, "--sandbox", "nhieu", "-n", "1", "--json")[0])
    rules = [remark["rule"] for remark in entry["remarks"]]
    assert len(rules) > 2
    (line,) = logs(server, "--sandbox", "nhieu", "-n", "1")
    assert f"(+{len(rules) - 1})" in line
    assert entry["id"] in line
    for words in (["show", entry["id"]], ["show", str(entry["seq"])]):
        page = "\n".join(logs(server, "--sandbox", "nhieu", *words))
        assert [rule for rule in rules if rule not in page] == []
        assert "tài liệu / document · BTXH 3.1.1" in page
        assert "có / found: 7" in page
        assert "cần / expected: 1034, 1035" in page
        assert "POST /apiBTXH/1.0/DongBoDVC" in page
    every = logs(server, "--sandbox", "nhieu", "-n", "1", "--all-remarks")
    assert len(every) > len(rules)
    assert json.loads(logs(server, "--sandbox", "nhieu", "show", entry["id"], "--json")[0]) == entry


def test_a_call_is_opened_whether_the_server_is_named_before_show_or_after(server: Server) -> None:
    with sandbox_of(server, "sau") as client:
        client.log_in()
    (entry,) = (json.loads(line) for line in logs(server, "--sandbox", "sau", "-n", "1", "--json"))
    nowhere = "http://127.0.0.1:1"
    after = ["logs", "--url", nowhere, "show", entry["id"], "--url", server.base_url, "--sandbox", "sau", "--json"]
    result = CliRunner().invoke(main, after)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == entry
    assert json.loads(logs(server, "--sandbox", "sau", "show", entry["id"], "--json")[0]) == entry


def test_a_call_that_is_not_in_the_journal_is_said(server: Server) -> None:
    for words, said in (
        (["show", "x"], "default.1.7"),
        (["show", "9999"], "9999"),
        (["show", "9" * 21], "default.1.7"),
        (["show", "doc.9.9"], "doc.9.9"),
    ):
        result = CliRunner().invoke(main, ["logs", "--url", server.base_url, *words])
        assert result.exit_code != 0
        assert said in result.output
        assert "Traceback" not in result.output


@contextmanager
def following(server: Server, *words: str) -> Iterator[subprocess.Popen[str]]:
    flags = ["--follow", "--json", "--interval", "0.05", "--url", server.base_url, *words]
    with subprocess.Popen(
        [sys.executable, "-m", "emulator", "logs", *flags],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        watchdog = threading.Timer(_PATIENCE_S, process.kill)  # a line that never comes must not hold the suite
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def next_path(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return str(json.loads(process.stdout.readline())["request"]["path"])


def test_following_goes_on_through_a_reset_and_misses_nothing(server: Server) -> None:
    with sandbox_of(server, "theo") as client:
        client.http.get(f"{client.base_url}/truoc")
        with following(server, "--sandbox", "theo", "-n", "1", "--outcome", "unmatched") as process:
            assert next_path(process) == "/truoc"
            client.log_in()
            for number in range(3):
                client.http.get(f"{client.base_url}/{number}")
            assert [next_path(process) for _ in range(3)] == ["/0", "/1", "/2"]
            requests.post(f"{server.base_url}/__admin/sandboxes/theo/reset", timeout=10)
            client.http.get(f"{client.base_url}/sau-khi-dat-lai")
            assert next_path(process) == "/sau-khi-dat-lai"
            requests.delete(f"{server.base_url}/__admin/sandboxes/theo/requests", timeout=10)
            client.http.get(f"{client.base_url}/sau-khi-xoa")
            assert next_path(process) == "/sau-khi-xoa"


def test_following_survives_a_restart_with_an_empty_store() -> None:
    with Server("--store", ":memory:", "--workers", "1", "--quiet") as first:
        for path in ("a", "b", "c"):
            requests.get(f"{first.base_url}/{path}", timeout=10)
        with following(first, "-n", "1") as process:
            assert next_path(process) == "/c"
            first.stop()
            assert process.stderr
            assert "ndxp-emulator serve" in process.stderr.readline()
            with Server("--store", ":memory:", "--workers", "1", "--quiet", "--port", str(first.port)) as second:
                assert "is back" in process.stderr.readline()
                requests.get(f"{second.base_url}/moi", timeout=10)
                assert next_path(process) == "/moi"


def test_the_token_is_sent_when_the_server_asks_for_one(tmp_path: Path) -> None:
    with Server("--store", ":memory:", "--workers", "1", "--quiet", "--admin-token", "ma-quan-tri") as guarded:
        refused = CliRunner().invoke(main, ["logs", "--url", guarded.base_url], env={"NDXP_EMULATOR_ADMIN_TOKEN": None})
        assert refused.exit_code == 2
        assert logs(guarded, "--admin-token", "ma-quan-tri") == []
        made = ["call", "btxh.DongBoDVC", "--url", guarded.base_url]
        result = CliRunner().invoke(main, made, env={"NDXP_EMULATOR_ADMIN_TOKEN": "ma-quan-tri"})
        assert result.exit_code == 0, result.output
