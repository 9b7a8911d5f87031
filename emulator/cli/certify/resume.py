"""``certify resume FOLDER``: go on with an attempt that was stopped, at the address it had."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from emulator.cli.certify.reading import FILE
from emulator.cli.stopping import CannotStart

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify resume ke-hoach.luot
  ndxp-emulator certify resume ke-hoach.luot --key don-vi.pem
"""


@click.command(epilog=_EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", type=FILE, help="Khóa bí mật để ký. / Private key to sign with.")
@click.option("--json", "is_json", is_flag=True, help="In báo cáo dạng JSON. / Print the report as JSON.")
def resume(folder: Path, key: Path | None, is_json: bool) -> None:
    """Tiếp tục lượt kiểm thử dở dang; cảnh bị ngắt được làm lại. / Go on; a scene that broke off is played again.

    Mã thoát / exit codes: như / as of certify PLAN.
    """
    from emulator.certification.plan import plan_of
    from emulator.cli.certify import running
    from emulator.cli.certify.reading import private_key_at
    from emulator.cli.certify.session import find_session

    attempt, port = running.find_attempt(folder)
    signer = private_key_at(key) if key else None
    with ExitStack() as stack:
        wish = running.RunWish(folder, port=port, is_json=is_json)
        session = find_session(running.client_of(stack, wish), attempt)
        if session is None or session.standing()["closed"]:
            raise CannotStart(f"{folder}: lượt kiểm thử đã đóng. / {folder}: the attempt is closed.")
        plan = plan_of(session.evidence()["plan"])
        sys.exit(running.play(session, plan, wish, key=signer, signed_challenge=running.kept_challenge(folder)))
