"""The wheel and the sdist: nothing is missing, nothing is too much, and whoever builds them gets the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import requests

from tests.packaging.conftest import NOT_OURS, ROOT, SHIPPED, build, copy_of_the_checkout
from tests.serving import Server

DATA = "emulator/_data"
COMMANDS = {
    "version": "0.",
    "certify list": "btxh-a2",
    "scenario list": "training",
    "validate co-ban": "",
    "people --count 1 --out -": "999",
    "openapi": '"openapi": "3.1',
}
SEVERAL = f"""
from emulator.cli import main
for number, command in enumerate({list(COMMANDS)}):
    print("<<<>>>" if number else "", end="\\n" if number else "")
    try:
        main(command.split())
    except SystemExit as end:
        assert not end.code, command
"""


def files_of(folder: Path) -> set[str]:
    """Every file below a folder of the checkout, but what Python and the tools leave behind."""
    found = set()
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_OURS(here, folders)]
        found |= {
            str((Path(here) / name).relative_to(ROOT)) for name in names if not name.endswith((".pyc", ".sqlite"))
        }
    return found


def expected_in_the_wheel() -> set[str]:
    data = [name for folder in SHIPPED[1:] for name in files_of(ROOT / folder)]
    writers = {name for name in data if name.startswith("fixtures/") and name.endswith(".py")}
    return files_of(ROOT / "emulator") | {f"{DATA}/{name}" for name in data if name not in writers}


def python(*arguments: str, path: Path, where: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("NDXP_EMULATOR_")}
    more = {"PYTHONPATH": str(path), "PYTHONUTF8": "1", "XDG_DATA_HOME": str(where)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=where, env=clean | more, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_the_whole_package_and_all_its_data_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == expected_in_the_wheel()


def test_the_programs_that_wrote_the_packs_stay_at_home(wheel: Path) -> None:
    assert not [name for name in ZipFile(wheel).namelist() if name.startswith(DATA) and name.endswith(".py")]


def test_the_wheel_says_its_licence_its_command_and_its_pytest_plugin(wheel: Path) -> None:
    with ZipFile(wheel) as inside:
        about = {name.partition(".dist-info/")[2]: inside.read(name).decode() for name in inside.namelist()[-5:]}
    assert "License-Expression: Apache-2.0\n" in about["METADATA"]
    assert "ndxp-emulator = emulator.cli:main" in about["entry_points.txt"]
    assert "ndxp = emulator.testing.plugin" in about["entry_points.txt"]
    assert "Apache License" in about["licenses/LICENSE"]


def test_a_wheel_built_from_the_sdist_is_the_wheel_built_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build(ROOT, "sdist", tmp_path / "sdist")) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    assert build(source, "wheel", tmp_path / "wheel").read_bytes() == wheel.read_bytes()


def test_an_sdist_built_in_another_place_at_another_time_has_the_same_bytes(tmp_path: Path) -> None:
    builds = []
    for place, moment in (("here", 1_600_000_000), ("somewhere/else", 1_700_000_001)):
        source = copy_of_the_checkout(tmp_path / place, moment)
        builds.append(build(source, "sdist", tmp_path / f"built-{moment}").read_bytes())
    assert builds[0] == builds[1]


def test_the_commands_of_the_installed_wheel_work_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    told = python("-P", "-c", SEVERAL, path=installed, where=tmp_path)
    assert told.returncode == 0, told.stderr
    answers = told.stdout.split("<<<>>>\n")
    for (command, expected), answer in zip(COMMANDS.items(), answers, strict=True):
        assert expected in answer, command


def test_what_runs_is_the_installed_wheel_and_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    told = python("-c", "import emulator; print(emulator.__file__)", path=installed, where=tmp_path)
    assert told.stdout.strip() == str(installed / "emulator" / "__init__.py")


def test_the_installed_wheel_serves_a_token_the_viewer_and_a_pack(installed: Path) -> None:
    with Server("--store", ":memory:", "--workers", "1", PYTHONPATH=str(installed), PYTHONSAFEPATH="1") as server:
        pair = server.ready["credentials"]["production"]
        token = requests.post(
            f"{server.base_url}/token",
            auth=(pair["consumer_key"], pair["consumer_secret"]),
            data={"grant_type": "client_credentials"},
            timeout=10,
        )
        assert token.json()["access_token"]
        assert "swagger" in requests.get(f"{server.base_url}/__admin/docs", timeout=10).text
