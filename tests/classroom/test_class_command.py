"""``ndxp-emulator class`` as a trainer types it, against a real server."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from emulator.cli import main
from emulator.cli.room_address import find_addresses, is_reachable
from tests.serving import Server

TOKEN = "quan-tri-may-chu"
ROSTER = "\ufeffSTT;Họ và tên\r\n1;Nguyễn Văn A\r\n2;Lan\r\n3;Nguyễn Văn A\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--workers", "1", "--admin-token", TOKEN) as running:
        yield running


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Lớp sáng 1.csv").write_text(ROSTER, encoding="utf-8")
    return tmp_path


def run(server: Server, *words: str) -> Result:
    return CliRunner().invoke(main, ["class", *words, "--url", server.base_url, "--admin-token", TOKEN])


def test_a_class_is_opened_listed_and_closed_with_its_reports(server: Server, room: Path) -> None:
    opened = run(server, "open", "Lớp sáng 1.csv", "--host", "127.0.0.1")
    assert opened.exit_code == 0, opened.output
    assert "Nguyễn Văn A (2)" in opened.stderr
    file = room / "lop-sang-1.class.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = json.loads(file.read_text(encoding="utf-8"))
    seat = made["seats"][1]
    assert seat["join"] == f"{server.base_url}/__console/join#{seat['code']}"
    pair = seat["credentials"]["production"]
    granted = requests.post(
        f"{seat['base_url']}/token",
        data={"grant_type": "client_credentials"},
        auth=(pair["consumer_key"], pair["consumer_secret"]),
        timeout=10,
    )
    assert granted.status_code == 200
    assert run(server, "list").stdout.split("\t")[:2] == ["lop-sang-1", "3"]
    assert run(server, "board", "lop-sang-1", "--host", "127.0.0.1").stdout.strip() == made["board"]

    closed = run(server, "close", "lop-sang-1", "--lang", "en")
    assert closed.exit_code == 0, closed.output
    folder = room / "lop-sang-1-bao-cao"
    pages = sorted(each.name for each in folder.iterdir())
    assert pages == ["01-nguyen-van-a.html", "02-lan.html", "03-nguyen-van-a-2.html", "lop.csv", "lop.html"]
    assert "ndxp.token" in (folder / "02-lan.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in (folder / "lop.html").read_text(encoding="utf-8")
    assert run(server, "list").stdout == ""


def test_a_class_that_is_not_opened_leaves_no_file(server: Server, room: Path) -> None:
    (room / "sai.csv").write_text("tên\nLan\n12\n", encoding="utf-8")
    wrong = run(server, "open", "sai.csv")
    assert (wrong.exit_code, "sai.csv:3:1" in wrong.stderr) == (2, True)
    assert run(server, "open").exit_code == 2
    assert run(server, "open", "sai.csv", "--seats", "2").exit_code == 2
    assert run(server, "open", "--seats", "2", "--name", "Sai").exit_code == 2
    assert run(server, "close", "khong-co").exit_code == 2
    assert sorted(each.name for each in room.iterdir()) == ["Lớp sáng 1.csv", "sai.csv"]
    (room / "lop.class.json").write_text("{}", encoding="utf-8")
    assert "lop.class.json" in run(server, "open", "--seats", "2").stderr
    assert (room / "lop.class.json").read_text(encoding="utf-8") == "{}"


def test_a_class_opened_or_closed_a_second_time_keeps_its_keys_and_the_reports_of_before(
    server: Server, room: Path
) -> None:
    words = ("open", "--seats", "1", "--name", "lop-hai", "--host", "127.0.0.1")
    assert run(server, *words).exit_code == 0
    keys = (room / "lop-hai.class.json").read_bytes()
    again = run(server, *words)
    assert (again.exit_code, "lop-hai.class.json" in again.stderr) == (2, True)
    elsewhere = run(server, *words, "--out", "khac.json")
    assert (elsewhere.exit_code, "lop-hai" in elsewhere.stderr) == (2, True)
    assert not (room / "khac.json").exists()
    assert (room / "lop-hai.class.json").read_bytes() == keys
    (room / "lop-hai-bao-cao").mkdir()
    (room / "lop-hai-bao-cao" / "lop.html").write_text("last week", encoding="utf-8")
    refused = run(server, "close", "lop-hai")
    assert (refused.exit_code, "--force" in refused.stderr) == (2, True)
    assert (room / "lop-hai-bao-cao" / "lop.html").read_text(encoding="utf-8") == "last week"
    assert "lop-hai" in run(server, "list").stdout
    assert run(server, "close", "lop-hai", "--force").exit_code == 0


def test_an_address_at_which_nobody_hears_is_said_aloud(server: Server, room: Path) -> None:
    opened = run(server, "open", "--seats", "1", "--name", "lop-xa", "--host", "127.0.0.1:1")
    assert opened.exit_code == 0
    assert "--host 0.0.0.0 --admin-token" in opened.stderr
    assert run(server, "close", "lop-xa").exit_code == 0


def test_the_addresses_of_this_machine_are_those_others_reach() -> None:
    found = find_addresses()
    assert len({each.address for each in found}) == len(found)
    assert all(is_reachable(each.address) for each in found)
    assert [is_reachable(each) for each in ("127.0.0.1", "0.0.0.0", "192.168.1.5")] == [False, False, True]
