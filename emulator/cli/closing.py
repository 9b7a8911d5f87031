"""What ``record`` and ``har import`` share: putting a closed session on the disk, and saying what is not in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.terminal import open_draft

if TYPE_CHECKING:
    from emulator.recording.cleaning import Closed

_NOT_WRITTEN = 1


def put_down(closed: Closed, path: Path, *, force: bool = False) -> int:
    """Write a session, look through what was written, and return the exit code: 1 when something was left out.

    Raises:
        CannotStart: the file is there already, or cannot be written.
    """
    from emulator.country.privacy import looked_through
    from emulator.recording.session import as_line

    with open_draft(path, force=force, secret=True) as stream:
        stream.writelines(as_line(each) for each in closed.exchanges)
    problems = [*closed.problems, *looked_through(path)]
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo(
            "Còn dữ liệu có thể của người thật; các cuộc gọi nêu trên không được ghi. / Something could still be "
            "somebody's; the calls named above were left out.",
            err=True,
        )
    if closed.not_kept:
        click.echo(f"{closed.not_kept} cuộc gọi không được giữ. / {closed.not_kept} calls were not kept.", err=True)
    click.echo(json.dumps({"event": "written", "session": str(path), "calls": len(closed.exchanges)}))
    return _NOT_WRITTEN if problems or closed.not_kept else 0
