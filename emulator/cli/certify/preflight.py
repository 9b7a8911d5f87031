"""``certify preflight PLAN``: is everything set up? Nothing is judged, and nothing is kept."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify preflight ke-hoach.yaml
  ndxp-emulator certify preflight ke-hoach.yaml --command ./phan-mem
"""


@click.command(epilog=_EXAMPLES)
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--command", help="Lệnh chạy phần mềm. / The vendor's command.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Cổng; 0: cổng trống. / Port; 0: a free one.")
def preflight(plan: Path, command: str | None, port: int) -> None:
    """Kiểm tra cấu hình trước khi kiểm thử. / Check the configuration before the first test.

    Mã thoát / exit codes: 0 sẵn sàng / ready, 2 chưa sẵn sàng / not ready.
    """
    from emulator.cli.certify import running
    from emulator.cli.certify.plans import plan_at
    from emulator.cli.certify.session import open_session

    read = plan_at(plan, command)
    with tempfile.TemporaryDirectory(prefix="ndxp-certify-") as folder, ExitStack() as stack:
        wish = running.RunWish(Path(folder), port=port)
        running.check_machine(read, wish)
        session = open_session(running.client_of(stack, wish), running.words_of(read), None)
        ready = running.is_ready(session, running.performer_of(session, read, wish.out))
    if ready:
        click.echo("Sẵn sàng kiểm thử. / Ready.")
    sys.exit(0 if ready else running.NOT_READY)
