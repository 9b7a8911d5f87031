"""The command line. A command is a module of this room; what it needs is imported when it runs."""

from __future__ import annotations

import click

from emulator import __version__
from emulator.cli.healthcheck import healthcheck
from emulator.cli.people import people
from emulator.cli.scenario import scenario
from emulator.cli.serve import serve
from emulator.cli.state import state
from emulator.cli.validate import validate


@click.group()
@click.version_option(__version__, prog_name="ndxp-emulator")
def main() -> None:
    """Trình giả lập ngoại tuyến của các nền tảng NDXP/NGSP, VDXP và Cổng Dịch vụ công quốc gia.

    Offline emulator of Vietnam's national data exchange platforms.
    """


@main.command()
def version() -> None:
    """In số phiên bản. / Print the version."""
    click.echo(__version__)


main.add_command(serve)
main.add_command(scenario)
main.add_command(healthcheck)
main.add_command(state)
main.add_command(validate)
main.add_command(people)
