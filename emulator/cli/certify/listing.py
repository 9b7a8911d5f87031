"""``certify list``: the kits in the box, or the tests of one."""

from __future__ import annotations

import click

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify list
  ndxp-emulator certify list btxh-a1
"""


@click.command("list", epilog=_EXAMPLES)
@click.argument("kit", required=False)
def list_kits(kit: str | None) -> None:
    """Liệt kê các bộ kiểm thử, hoặc các phép thử của một bộ. / List the kits, or the tests of one."""
    from emulator.certification.kit_reader import NoKit, kit_names, kit_of
    from emulator.cli.stopping import CannotStart

    if kit is None:
        for name in kit_names():
            each = kit_of(name)
            click.echo(f"{name:<12} {each.version:<5} {len(each.tests):>3}  {each.title['vi']} / {each.title['en']}")
        return
    try:
        chosen = kit_of(kit)
    except NoKit as trouble:
        raise CannotStart(f"Không có bộ “{kit}”{trouble.vi}. / There is no kit {kit!r}{trouble.en}.") from trouble
    for test in chosen.tests:
        click.echo(f"{test.id:<14} {test.kind:<8} {test.level:<6} {test.title['vi']} / {test.title['en']}")
