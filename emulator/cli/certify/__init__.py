"""``ndxp-emulator certify``: challenges, attempts and bundles. ``certify PLAN`` is ``certify run PLAN``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from emulator.certification.bundle import word_missing_libraries
from emulator.cli.certify.attempts import list_kits, new, preflight, resume, run
from emulator.cli.certify.authority import authority
from emulator.cli.certify.bundles import disclose, judge, verify, witness
from emulator.cli.certify.keys import key
from emulator.cli.serve_checks import nearest_name
from emulator.cli.terminal import CannotStart

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify key new --out don-vi.pem
  ndxp-emulator certify authority list --ledger so --key co-quan.pem
  ndxp-emulator certify verify goi.zip --key don-vi.pub.pem
  ndxp-emulator certify witness goi.zip --name "Phòng kiểm thử B" --key phong-kiem-thu.pem
"""
_DEFAULT = "run"
_NEED_NONE = ("list", "preflight")


class OrPlan(click.Group):
    """A group whose first word may be a plan: what is no command of its own goes to ``run``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``run`` before what is neither a command nor a question for help."""
        first: Any = args[0] if args else "--help"
        if first not in self.commands and first not in ("--help", "-h") and _DEFAULT in self.commands:
            self._refuse_misspelt(first)
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)

    def _refuse_misspelt(self, word: str) -> None:
        """Stop at a word that is no file and nearly a command. Raises CannotStart."""
        vi, en = nearest_name(word, self.commands, 0.6)
        if vi and not Path(word).exists():
            raise CannotStart(f"Không có lệnh hay kế hoạch {word}.{vi} / There is no command and no plan {word}.{en}")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; one that seals or prints is refused at once where the extra for that is missing."""
        name, command, rest = super().resolve_command(ctx, args)
        if name not in _NEED_NONE and not {"--help", "-h"} & set(rest):
            _demand_libraries()
        return name, command, rest


def _demand_libraries() -> None:
    missing = word_missing_libraries()
    if missing:
        raise CannotStart(" / ".join(missing))


@click.group(cls=OrPlan, epilog=_EXAMPLES)
def certify() -> None:
    """Chứng nhận: thử thách, lượt kiểm thử, gói chứng cứ. / Certification: challenges, attempts, bundles."""


for _command in (authority, disclose, judge, key, list_kits, new, preflight, resume, run, verify, witness):
    certify.add_command(_command)
