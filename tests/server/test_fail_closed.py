"""What is given empty, weak or predictable stops the start, or is made strong: nothing opens by mistake."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from emulator.country.sandbox import KEY_KINDS, key_pair
from tests.serving import Server, environment, failed_start

_OPEN = ("--host", "0.0.0.0", "--admin-token", "tell-nobody", "--workers", "1")


@pytest.mark.parametrize("token", ["", "   ", "a", "hai từ", "mã-quản-trị", "two words", "tab\tbed", "line\nfeed"])
def test_an_admin_token_that_protects_nothing_or_cannot_be_sent_stops_the_start(token: str) -> None:
    said = failed_start("--store", ":memory:", "--port", "0", "--admin-token", token)
    assert "--admin-token" in said
    assert "NDXP_EMULATOR_ADMIN_TOKEN" in said


def test_an_unset_variable_of_a_pipeline_is_no_admin_token() -> None:
    assert "empty" in failed_start("--store", ":memory:", "--port", "0", NDXP_EMULATOR_ADMIN_TOKEN="")


@pytest.mark.parametrize("flag", ["--store", "--host", "--pack", "--scenario", "--base-host", "--tls-name"])
def test_a_flag_given_empty_is_named(flag: str) -> None:
    flags = ("--port", "0", flag, "")
    assert flag in failed_start(*flags, *(() if flag == "--store" else ("--store", ":memory:")))


def test_off_loopback_the_keys_are_not_those_everybody_has_on_a_laptop() -> None:
    known = {key_pair(42, name, kind) for name in ("default", "lop-a") for kind in KEY_KINDS}
    with Server("--store", ":memory:", *_OPEN) as server:
        header = {"X-Admin-Token": "tell-nobody"}
        admin = f"{server.base_url}/__admin/sandboxes"
        made = requests.post(admin, json={"id": "lop-a"}, headers=header, timeout=10).json()
        card = requests.get(f"{admin}/lop-a", headers=header, timeout=10).json()
        asked = requests.post(admin, json={"id": "lop-b", "seed": 7}, headers=header, timeout=10).json()
        secrets = json.dumps([server.ready["credentials"], made["credentials"]])
        assert made["seed"] is None
        assert card["seed"] is None
        assert asked["credentials"]["production"]["consumer_key"] == key_pair(7, "lop-b", "production")[0]
    assert not [word for pair in known for word in pair if word in secrets]
    passwords = [each["credentials"]["portal"]["password"] for each in (made, asked)]
    assert len({*passwords, server.ready["credentials"]["portal"]["password"]}) == 3


def test_a_secret_seed_is_kept_with_the_store_and_one_that_is_asked_for_is_said_aloud(tmp_path: Path) -> None:
    store = str(tmp_path / "store.db")
    with Server("--store", store, *_OPEN) as server:
        first = server.ready["credentials"]
    with Server("--store", store, *_OPEN) as server:
        assert server.ready["credentials"] == first
    with Server("--store", store, "--workers", "1") as server:  # back on loopback: nothing is remade
        assert server.ready["credentials"] == first
    with Server("--store", ":memory:", "--seed", "42", *_OPEN) as server:
        assert "--seed 42" in server.said()
        assert server.ready["credentials"]["production"]["consumer_key"] == key_pair(42, "default", "production")[0]


def test_a_store_made_with_a_known_seed_is_not_opened_to_other_machines_unasked(tmp_path: Path) -> None:
    store = str(tmp_path / "store.db")
    with Server("--store", store, "--workers", "1") as server:
        known = server.ready["credentials"]
    assert "--seed 42" in failed_start("--store", store, "--port", "0", *_OPEN)
    with Server("--store", store, "--seed", "42", *_OPEN) as server:
        assert server.ready["credentials"] == known


def test_the_store_and_everything_beside_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with Server("--store", str(tmp_path / "kho" / "store.db"), "--workers", "1"):
            beside = sorted((tmp_path / "kho").iterdir())
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in beside}
    finally:
        os.umask(before)
    assert {"store.db", "store.db-wal"} <= set(modes)
    assert {name for name, mode in modes.items() if mode & 0o077} == set()


def test_an_older_store_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with Server("--store", str(path), "--workers", "1"):
        pass
    path.chmod(0o644)
    with Server("--store", str(path), "--workers", "1"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_others_use_too_is_no_store_and_keeps_its_mode(tmp_path: Path) -> None:
    pipe = tmp_path / "ống"
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    assert str(pipe) in failed_start("--store", str(pipe), "--port", "0")
    store = str(tmp_path / "store.db")
    with Server("--store", store, "--workers", "1"):
        pass
    command = [sys.executable, "-m", "emulator", "state", "export", "--store", store, "-o", str(pipe)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL) as exporting:
        assert "schema_version" in pipe.read_text()
    assert exporting.returncode == 0
    assert stat.S_IMODE(pipe.stat().st_mode) == 0o666
