"""Every command explains itself in both languages, by examples that work."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator

import click
import pytest

from emulator.cli import main
from emulator.cli.frame import PROGRAM

_VIETNAMESE = re.compile(r"[ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
_SETTING = re.compile(r"[A-Z_]+=\S*")
_CALL = re.compile(rf"{PROGRAM}(?: [^|>)]*)?")


def commands(command: click.Command = main, name: str = PROGRAM) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from commands(each, f"{name} {each.name}")


ALL = dict(commands())


def examples(command: click.Command) -> list[str]:
    """The example lines of a command: what a person would type, without comments."""
    lines = [line.strip() for line in (command.epilog or "").splitlines()]
    return [line for line in lines if PROGRAM in line and not line.startswith("#")]


@pytest.mark.parametrize("name", ALL)
def test_a_command_says_what_it_does_in_vietnamese_and_english(name: str) -> None:
    told = " ".join((ALL[name].help or "").split())
    vietnamese, _, english = told.partition(" / ") if " / " in told else told.partition(". ")
    assert _VIETNAMESE.search(vietnamese), told
    assert english, told
    first = english.partition(".")[0]
    assert not _VIETNAMESE.search(first), told


@pytest.mark.parametrize("name", ALL)
def test_every_option_is_explained(name: str) -> None:
    silent = [
        each.name
        for each in ALL[name].params
        if isinstance(each, click.Option) and not each.help and not isinstance(each.type, click.Choice | click.IntRange)
    ]
    assert not silent


@pytest.mark.parametrize("name", ALL)
def test_a_command_has_examples_and_each_parses(name: str) -> None:
    lines = examples(ALL[name])
    assert lines
    for line in lines:
        call = _CALL.search(line)
        assert call, line
        parse(shlex.split(call[0].rstrip("\"' "))[1:])


def test_the_examples_of_a_command_show_that_command() -> None:
    assert len(ALL) > 15
    for name, command in ALL.items():
        if not isinstance(command, click.Group):
            assert all(name in line for line in examples(command)), name


def parse(arguments: list[str]) -> None:
    """Parse as click does, and run nothing; that a file of an example is not there is no fault of the example."""
    with contextlib.suppress(FileNotThere):
        _parse(arguments)


class FileNotThere(Exception):
    """An example names a file that only its reader has."""


def _parse(arguments: list[str]) -> None:
    command: click.Command = main
    context = command.make_context(PROGRAM, list(arguments)) if arguments[-1] != "--help" else None
    while context and isinstance(command, click.Group):
        words = [*context._protected_args, *context.args]
        if not words and command.invoke_without_command:
            return
        _, found, rest = command.resolve_command(context, words)
        assert found
        command = found
        try:
            context = command.make_context(command.name, rest, parent=context)
        except click.BadParameter as trouble:
            raise (FileNotThere() if isinstance(trouble.param.type, click.Path) else trouble) from None


@pytest.mark.parametrize("name", ALL)
def test_help_is_printed(name: str) -> None:
    from click.testing import CliRunner

    result = CliRunner().invoke(main, [*name.split()[1:], "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: {name}")
    assert "Examples:" in result.stdout
