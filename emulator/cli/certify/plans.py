"""Reading a plan file for a command."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.cli.stopping import CannotStart

if TYPE_CHECKING:
    from emulator.certification.plan import Plan


def plan_at(path: Path, command: str | None, *, attended: bool = False) -> Plan:
    """Return the plan of a file, with another command if one is given.

    Raises:
        CannotStart: it cannot be read; what is wrong is named by file, line and column.
    """
    from emulator.certification.kit_reader import BadFile
    from emulator.certification.plan import read_plan

    try:
        plan = read_plan(path, path.read_bytes())
    except OSError as trouble:
        raise CannotStart(f"Không đọc được {path}: {trouble.strerror}. / Cannot read {path}.") from trouble
    except BadFile as trouble:
        raise CannotStart(str(trouble)) from trouble
    if command:
        plan = replace(plan, command=tuple(shlex.split(command)))
    return replace(plan, command=()) if attended else plan
