"""The image and what starts it, as written: no engine runs here, so these hold the words that matter."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CI = sorted(path for path in (ROOT / "examples" / "ci").iterdir() if path.suffix != ".py")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, rest), continued lines joined, comments gone."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines if line.strip()]


def last_stage() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, rest in instructions():
        if word == "FROM":
            found = {}
        found.setdefault(word, []).append(rest)
    return found


def test_the_image_runs_as_a_number_that_is_not_root() -> None:
    assert [user.split(":")[0] for user in last_stage()["USER"]] == ["10001"]


def test_the_emulator_is_the_first_process_and_is_asked_by_its_own_command() -> None:
    stage = last_stage()
    assert json.loads(stage["ENTRYPOINT"][0]) == ["ndxp-emulator"]
    assert json.loads(stage["CMD"][0]) == ["serve"]
    assert stage["STOPSIGNAL"] == ["SIGTERM"]
    assert json.loads(stage["HEALTHCHECK"][0].partition("CMD ")[2]) == ["ndxp-emulator", "healthcheck"]


def test_the_base_is_one_release_and_every_library_is_held_by_its_hash() -> None:
    (base,) = [rest for word, rest in instructions() if word == "ARG"]
    assert re.fullmatch(r"BASE=python:3\.\d+\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", base)
    assert [rest for word, rest in instructions() if word == "FROM"] == ["${BASE} AS build", "${BASE}"]
    steps = [part for word, rest in instructions() if word == "RUN" for part in rest.split("&&")]
    pip = [step for step in steps if " pip " in step and " install " in step]
    assert len(pip) == 3
    assert all("--require-hashes" in part or "--no-index" in part for part in pip)


def test_nothing_is_added_from_elsewhere_and_the_last_stage_builds_nothing() -> None:
    assert "ADD" not in {word for word, _ in instructions()}
    assert not [run for run in last_stage()["RUN"] if "pip" in run or "apt" in run]


def test_what_the_build_reads_is_let_into_the_build_and_nothing_more() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *(path.split("/")[0] for path in wheel["force-include"]), "README.md", "LICENSE"}
    assert let_in == needed | {"pyproject.toml", "requirements.lock", "requirements-build.lock"}


def test_compose_starts_it_with_nothing_writable_but_its_data() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["ndxp-emulator"]
    assert service["read_only"] is True
    assert (service["tmpfs"], service["cap_drop"]) == (["/tmp"], ["ALL"])
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["volumes"] == ["data:/data"]


@pytest.mark.parametrize("path", CI, ids=lambda path: path.name)
def test_an_example_of_ci_mounts_nothing_and_stands_in_the_page_as_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    told: dict[Any, Any] = {} if path.name == "Jenkinsfile" else yaml.safe_load(text)
    assert len(CI) == 6
    assert "volumes" not in json.dumps(told, default=str)
    assert re.search(r"ndxp-emulator:|pip install wheels/ndxp_emulator-\*\.whl", text)
    assert text in (ROOT / "docs" / "howto-ci.vi.md").read_text(encoding="utf-8")


def test_the_testcontainers_example_is_python_and_stands_in_the_page() -> None:
    text = (ROOT / "examples" / "ci" / "testcontainers_example.py").read_text(encoding="utf-8")
    compile(text, "testcontainers_example.py", "exec")
    assert text in (ROOT / "docs" / "howto-ci.vi.md").read_text(encoding="utf-8")
