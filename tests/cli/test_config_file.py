"""``ndxp-emulator.toml``: every flag of ``serve`` as a line; the flag wins over the environment, that over the file."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from emulator.cli.serve import serve
from tests.serving import Server, command, environment

MEMORY = 'store = ":memory:"\n'


def run(folder: Path, *flags: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*flags),
        env=environment(**variables),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def printed(folder: Path, *flags: str, **variables: str) -> tuple[dict[str, Any], str]:
    ended = run(folder, "--print-config", *flags, **variables)
    assert (ended.returncode, ended.stderr) == (0, "")
    return tomllib.loads(ended.stdout), ended.stdout


def write(folder: Path, text: str, name: str = "ndxp-emulator.toml") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_a_server_starts_from_the_file_alone_whatever_folder_it_is_started_in(tmp_path: Path) -> None:
    file = write(tmp_path, 'port-file = "port.txt"\nquiet = true\n' + MEMORY)
    with Server("--config", str(file)) as server:
        assert (tmp_path / "port.txt").read_text() == f"{server.port}\n", "a path begins at the file's folder"
        assert "try it" not in server.said()


def test_the_flag_wins_over_the_environment_and_that_over_the_file_of_this_folder(tmp_path: Path) -> None:
    write(tmp_path, 'mode = "strict"\nprofile = "apim-2.6"\nworkers = 3\n')
    found, text = printed(tmp_path, "--workers", "5", NDXP_EMULATOR_WORKERS="4", NDXP_EMULATOR_PROFILE="apim-4.x")
    assert (found["mode"], found["profile"], found["workers"]) == ("strict", "apim-4.x", 5)
    origins = [
        line.partition("  # ")[2] for line in text.splitlines() if line.startswith(("mode", "profile", "workers"))
    ]
    assert origins == ["ndxp-emulator.toml", "NDXP_EMULATOR_PROFILE", "--workers"]


def test_what_is_printed_is_a_file_that_says_the_same_and_names_every_flag(tmp_path: Path) -> None:
    first, text = printed(tmp_path, "--tls-name", "lgsp.example.vn", "--seed", "7")
    write(tmp_path, text)
    assert printed(tmp_path)[0] == first
    flags = {str(option.name).replace("_", "-") for option in serve.params} - {"help", "config", "print-config"}
    assert flags
    assert {flag for flag in flags if f"{flag} =" not in text} == set()


def test_no_secret_is_printed(tmp_path: Path) -> None:
    write(tmp_path, 'admin-token = "mat-khau-quan-tri"\nstore = "postgresql://ai:bi-mat@db.example.vn/ndxp"\n')
    _, text = printed(tmp_path)
    assert '# admin-token = "…"' in text
    assert [word for word in ("mat-khau-quan-tri", "bi-mat") if word in text] == []


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("# một\nprot = 1\n", "2:1", ("port",)),
        ('mode = "strct"\n', "1:1", ("strict",)),
        ('\n  port = "8080"\n', "2:3", ("số nguyên", "whole number")),
        ("port = true\n", "1:1", ("whole number",)),
        ("tls = 1\n", "1:1", ("true or false",)),
        ('pack = "co-ban"\n', "1:1", ("list of texts",)),
        ("port = 70000\n", "1:1", ("65535",)),
        ("port = = 1\n", "1:8", ("TOML",)),
        ("port = 1\nport = 2\n", "2:9", ("TOML",)),
        ("[serve]\nport = 1\n", "1:2", ("serve",)),
        ("port\u00a0= 1\n", "1:5", ("U+00A0", "a no-break space")),
        ('store = "C:\\kho.db"\n', "1:14", ("single quotes",)),
        ('workers = 1\nstore = "C:\\ndxp\\temp"\n', "2:1", ("single quotes",)),
        ('config = "x.toml"\n', "1:1", ("config",)),
    ],
)
def test_a_mistake_is_named_with_file_line_and_column(
    tmp_path: Path, text: str, place: str, words: tuple[str, ...]
) -> None:
    write(tmp_path, text)
    ended = run(tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"ndxp-emulator.toml:{place}: " in ended.stderr
    assert [word for word in words if word not in ended.stderr] == []


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    write(tmp_path, "\ufeffport = 0\r\nworkers = 1\r\n")
    assert printed(tmp_path)[0]["workers"] == 1


def test_a_named_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    ended = run(tmp_path, "--config", "khong-co.toml")
    assert ended.returncode == 2
    assert "khong-co.toml" in ended.stderr


def test_paths_begin_at_the_file_but_names_urls_memory_and_drives_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "goi").mkdir()
    here = {"store": "kho.db", "port-file": "cong.txt"}
    there = {"store": "postgresql://db.example.vn/ndxp", "port-file": "C:\\ndxp\\cong.txt"}
    for wish, begins in ((here, f"{tmp_path}/"), (there, "")):
        lines = [f"{word} = '{value}'\n" for word, value in wish.items()]
        file = write(tmp_path, "".join([*lines, "pack = ['co-ban', 'goi/ca-mau']\n"]))
        found, _ = printed(tmp_path / "goi", "--config", str(file))
        assert {word: found[word] for word in wish} == {word: f"{begins}{value}" for word, value in wish.items()}
        assert found["pack"] == ["co-ban", f"{tmp_path}/goi/ca-mau"]
