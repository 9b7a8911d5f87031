"""The README keeps its word: the two commands, and every printed answer of the first conversation."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "README.vi.md")
EXCHANGE = re.compile(r"```sh\n(?P<asked>[^`]*?)```\n\n```text\n(?P<answer>[^`]*?)```", re.DOTALL)
PRINTED_URL = "http://127.0.0.1:8080"


def commands(page: str) -> list[str]:
    """The shell lines that begin with a fresh virtual environment."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("python3 -m venv .venv")]


@pytest.fixture
def base_url() -> Iterator[str]:
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--store", ":memory:", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True) as server:
        assert server.stdout
        yield json.loads(server.stdout.readline())["base_url"]
        os.killpg(server.pid, signal.SIGTERM)


@pytest.mark.parametrize("page", PAGES)
def test_one_command_runs_the_emulator_and_one_runs_the_tests(page: str) -> None:
    run, test = commands(page)
    assert run.endswith(".venv/bin/ndxp-emulator serve")
    assert test in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_the_first_conversation_answers_as_printed(page: str, base_url: str) -> None:
    exchanges = list(EXCHANGE.finditer((ROOT / page).read_text(encoding="utf-8")))
    assert len(exchanges) >= 12
    so_far = "set -u\n"
    for exchange in exchanges:
        asked = exchange["asked"].replace(PRINTED_URL, base_url)
        answer = subprocess.run(
            ["bash", "-c", f"{{ {so_far}\n}} >/dev/null 2>&1\n{asked}"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        expected = re.escape(exchange["answer"].strip()).replace("…", ".*")
        assert re.fullmatch(expected, answer.stdout.strip(), re.DOTALL), f"{asked}\n{answer.stdout}\n{answer.stderr}"
        so_far += "\n".join(line for line in asked.splitlines() if re.match(r"[A-Z_]+=", line)) + "\n"


@pytest.mark.parametrize("page", PAGES)
def test_every_file_the_readme_points_to_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)\)", text)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
