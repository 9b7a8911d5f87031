"""The pages of docs/ keep their word: every ``sh`` block is run, and prints what the ``text`` block after it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from mkdocs_hooks import language_of
from tests.serving import ROOT, Server, environment

PRINTED_URL = "http://127.0.0.1:8080"
LEAVE_NOTHING = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT"
MARK = "--- here the next block begins ---\n"
BLOCK = re.compile(r"^```sh\n(?P<asked>.*?)^```$(?:\n+```text\n(?P<answer>.*?)^```$)?", re.DOTALL | re.MULTILINE)
# Of the two languages of a page one is played: tests/house/test_languages.py holds that their blocks are the same.
PAGES = sorted(
    path.name
    for path in (ROOT / "docs").glob("*.md")
    if language_of(path.name) != "en" and "\n```sh\n" in path.read_text(encoding="utf-8")
)
PLAYED_AT_LEAST = {
    "start.vi.md",
    "howto-btxh.vi.md",
    "howto-kho-dl.vi.md",
    "howto-service.vi.md",
    "certification.vi.md",
}
TOOLS = {"ndxp-emulator": '-m emulator "$@"', "python": '"$@"'}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--store", ":memory:", "--quiet") as running:
        yield running


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like the checkout; what a page writes stays in it. ``.bin`` holds the tools of the venv."""
    for path in ROOT.iterdir():
        if not path.name.startswith("."):
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / ".bin").mkdir()
    for name, words in TOOLS.items():
        tool = tmp_path / ".bin" / name
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}\n')
        tool.chmod(0o755)
    return tmp_path


def script(blocks: list[re.Match[str]]) -> str:
    """Return the blocks as one shell script, which ends at the first command that fails; a mark follows each block."""
    return f"set -eu\n{LEAVE_NOTHING}\n" + "".join(
        f"{block['asked']}\nprintf '%s\\n' '{MARK.strip()}'\n" for block in blocks
    )


def played(blocks: list[re.Match[str]], server: Server, checkout: Path) -> list[str]:
    """Return what each block printed."""
    more = {
        "PATH": f"{checkout / '.bin'}:{os.environ['PATH']}",
        "NDXP_EMULATOR_URL": server.base_url,
        "NDXP_EMULATOR_PORT": str(server.port),
        "NO_COLOR": "1",
    }
    ended = subprocess.run(
        ["bash", "-c", script(blocks).replace(PRINTED_URL, server.base_url)],
        cwd=checkout,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    *said, rest = ended.stdout.replace(server.base_url, PRINTED_URL).split(MARK)
    assert (ended.returncode, len(said)) == (0, len(blocks)), "\n".join([*said[-1:], rest, ended.stderr])
    return said


def test_the_pages_that_teach_are_played() -> None:
    assert set() < PLAYED_AT_LEAST <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_does_what_it_says(page: str, server: Server, checkout: Path) -> None:
    requests.post(f"{server.base_url}/__admin/reset", timeout=30).raise_for_status()
    blocks = list(BLOCK.finditer((ROOT / "docs" / page).read_text(encoding="utf-8")))
    assert blocks
    for block, said in zip(blocks, played(blocks, server, checkout), strict=True):
        if block["answer"] is not None:
            wanted = re.escape(block["answer"].strip()).replace("…", ".*")
            assert re.fullmatch(wanted, said.strip(), re.DOTALL), f"{block['asked']}\n{said}"
