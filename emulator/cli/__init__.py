"""The command line. A command is a module of this room, imported when it is asked for; what it needs, when it runs."""

from __future__ import annotations

import click

from emulator import __version__
from emulator.cli.frame import PROGRAM, CommandModules, Frame

_NAMES = (
    *("backup", "call", "certify", "completion", "diff", "doctor", "har", "healthcheck", "logs"),
    *("openapi", "pack", "people", "record", "scenario", "serve", "state", "tour", "validate"),
)
_MODULES = {name: name for name in _NAMES} | {"class": "classroom", "restore": "backup"}
_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator tour
  ndxp-emulator serve
  ndxp-emulator doctor
  ndxp-emulator call btxh.DongBoDVC
  ndxp-emulator logs --follow
  ndxp-emulator serve --help
"""
_VERSION_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator version
"""


@click.group(PROGRAM, cls=Frame, commands=CommandModules(_MODULES), epilog=_EXAMPLES)
@click.version_option(__version__, prog_name=PROGRAM)
def main() -> None:
    """Trình giả lập ngoại tuyến của các nền tảng NDXP/NGSP, VDXP và Cổng Dịch vụ công quốc gia.

    Offline emulator of Vietnam's national data exchange platforms.
    """


@main.command(epilog=_VERSION_EXAMPLES)
def version() -> None:
    """In số phiên bản. / Print the version."""
    click.echo(__version__)
