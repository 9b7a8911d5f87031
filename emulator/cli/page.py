"""``docs/cli-help.md``: the help of every command."""

from __future__ import annotations

from collections.abc import Iterator

import click

from emulator.cli.frame import PROGRAM

_WIDTH = 100
_HEAD = """# Trợ giúp của từng lệnh · The help of each command

<!-- Written by `make docs`; do not edit. -->

Điều chung cho mọi lệnh · what holds for all of them: [cli.md](cli.md).
"""


def page() -> str:
    """Return the page."""
    from emulator.cli import main

    return _HEAD + "".join(f"\n## `{name}`\n\n```text\n{text}\n```\n" for name, text in helps(main, PROGRAM))


def helps(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """Yield (full name, help) of a command and of all below it, as wide as the page."""
    own = name.rpartition(" ")[2]
    context = click.Context(command, info_name=own, parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH)
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield name, text
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            yield from helps(command.commands[each], f"{name} {each}", context)
