"""The command line. A command is a module of this room; what it needs is imported when it runs."""

from __future__ import annotations

import click

from emulator import __version__
from emulator.cli.backup import backup, restore
from emulator.cli.call import call
from emulator.cli.certify import certify
from emulator.cli.classroom import classroom
from emulator.cli.completion import completion
from emulator.cli.diff import diff
from emulator.cli.doctor import doctor
from emulator.cli.frame import PROGRAM, Frame
from emulator.cli.har import har
from emulator.cli.healthcheck import healthcheck
from emulator.cli.logs import logs
from emulator.cli.openapi import openapi
from emulator.cli.pack import pack
from emulator.cli.people import people
from emulator.cli.record import record
from emulator.cli.scenario import scenario
from emulator.cli.serve import serve
from emulator.cli.state import state
from emulator.cli.tour import tour
from emulator.cli.validate import validate

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


@click.group(PROGRAM, cls=Frame, epilog=_EXAMPLES)
@click.version_option(__version__, prog_name=PROGRAM)
def main() -> None:
    """Trình giả lập ngoại tuyến của các nền tảng NDXP/NGSP, VDXP và Cổng Dịch vụ công quốc gia.

    Offline emulator of Vietnam's national data exchange platforms.
    """


@main.command(epilog=_VERSION_EXAMPLES)
def version() -> None:
    """In số phiên bản. / Print the version."""
    click.echo(__version__)


main.add_command(call)
main.add_command(tour)
main.add_command(certify)
main.add_command(classroom)
main.add_command(completion)
main.add_command(doctor)
main.add_command(logs)
main.add_command(serve)
main.add_command(pack)
main.add_command(scenario)
main.add_command(healthcheck)
main.add_command(state)
main.add_command(backup)
main.add_command(restore)
main.add_command(validate)
main.add_command(people)
main.add_command(openapi)
main.add_command(record)
main.add_command(diff)
main.add_command(har)
