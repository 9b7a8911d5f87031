"""``ndxp-emulator doctor``: what on this machine stands in the emulator's way, and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.settings import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.cli.findings import Finding

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator doctor
  ndxp-emulator doctor --port 9090 --store ./kho.db
  ndxp-emulator doctor --json
"""
_COLOURS = {"OK": "green", "WARN": "yellow", "FAIL": "red"}


@click.command(epilog=_EXAMPLES)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8080,
    show_default=True,
    envvar=[f"{PREFIX}PORT", "PORT"],
    help=f"Cổng định dùng. / The port you mean to use. [{PREFIX}PORT / PORT]",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    envvar=f"{PREFIX}STORE",
    help=f"Kho dữ liệu định dùng. / The store you mean to use. [{PREFIX}STORE]",
)
@click.option("--json", "as_json", is_flag=True, help="In JSON. / Print JSON.")
@click.pass_context
def doctor(context: click.Context, port: int, store: Path | None, as_json: bool) -> None:
    """Khám máy này: cổng, quyền ghi, proxy, múi giờ, phiên bản… / Look for what is in the way on this machine.

    Không thay đổi gì. Mã thoát 1 khi có dòng FAIL. / It changes nothing. Exit code 1 when a line says FAIL.
    """
    from emulator import __version__

    findings = list(_findings(port, store, context.find_root().command))
    is_well = all(finding.state != "FAIL" for finding in findings)
    if as_json:
        from emulator.cli.terminal import write_data

        document = {"version": __version__, "ok": is_well, "checks": [finding.as_dict() for finding in findings]}
        write_data(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        for finding in findings:
            _show(finding)
    raise SystemExit(0 if is_well else 1)


def _findings(port: int, store: Path | None, root: click.Command) -> Iterator[Finding]:
    from emulator.cli import doctor_machine, doctor_places, doctor_ports
    from emulator.settings import MEMORY, data_folder

    folder = data_folder()
    yield from doctor_machine.programs()
    yield from doctor_machine.surroundings()
    yield from doctor_machine.variables(root)
    yield from doctor_places.folders(folder, folder / "store.db" if store in (None, Path(MEMORY)) else store)
    yield from doctor_ports.ports(port)


def _show(finding: Finding) -> None:
    vi, en = finding.said
    click.echo(f"{click.style(f'{finding.state:5}', fg=_COLOURS[finding.state])} {finding.name:12} {vi} / {en}")
    if finding.advice:
        for line in finding.advice:
            click.echo(f"{'':18} → {line}")
