"""``completion``: a real bash completes our words; the other shells get scripts of the right shape."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.cli import main
from tests.serving import environment


def script(shell: str) -> str:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_bash_completes_commands_subcommands_and_choices(tmp_path: Path) -> None:
    program = tmp_path / "ndxp-emulator"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m emulator "$@"\n')
    program.chmod(0o755)
    (tmp_path / "completion.bash").write_text(script("bash"), encoding="utf-8")
    asking = f"source {tmp_path}/completion.bash; complete -p ndxp-emulator\n"
    for words in ("do", "scenario s", "completion p"):
        typed = words.split()
        asking += (
            f"COMP_WORDS=(ndxp-emulator {words}); COMP_CWORD={len(typed)}; COMPREPLY=()\n"
            '_ndxp_emulator_completion ndxp-emulator; echo "${COMPREPLY[*]}"\n'
        )
    said = subprocess.run(
        ["bash", "--norc", "-c", asking],
        env=environment(PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}"),
        capture_output=True,
        text=True,
        check=True,
    )
    registered, *answers = said.stdout.splitlines()
    assert registered.endswith("-F _ndxp_emulator_completion ndxp-emulator")
    assert answers == ["doctor", "show", "powershell"]


@pytest.mark.parametrize(
    ("shell", "parts"),
    [
        ("zsh", ("#compdef ndxp-emulator", "zsh_complete ndxp-emulator", "compdef _ndxp_emulator_completion")),
        ("fish", ("_NDXP_EMULATOR_COMPLETE=fish_complete", "complete --no-files --command ndxp-emulator")),
        (
            "powershell",
            ("Register-ArgumentCompleter -Native -CommandName ndxp-emulator", "'powershell_complete'", "finally"),
        ),
    ],
)
def test_the_script_asks_our_program_in_the_words_of_its_shell(shell: str, parts: tuple[str, ...]) -> None:
    text = script(shell)
    assert [part for part in parts if part not in text] == []
    assert "%(" not in text
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize(
    ("words", "typed", "proposed"),
    [
        (["ndxp-emulator"], "", "serve"),
        (["ndxp-emulator", "se"], "se", "serve"),
        (["ndxp-emulator", "scenario"], "", "show"),
        (["ndxp-emulator", "logs", "--outcome", "ref"], "ref", "refused"),
    ],
)
def test_what_powershell_asks_is_answered_a_line_a_word(words: list[str], typed: str, proposed: str) -> None:
    asked = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": typed, "_NDXP_EMULATOR_COMPLETE": "powershell_complete"}
    answer = CliRunner().invoke(main, [], env=asked)
    lines = [line.split("\t") for line in answer.stdout.splitlines()]
    assert all(len(line) == 3 and all(line) for line in lines)
    assert proposed in [value for _, value, _ in lines]
    if typed:
        assert len(lines) == 1


def test_an_unknown_shell_is_refused() -> None:
    assert CliRunner().invoke(main, ["completion", "tcsh"]).exit_code == 2
