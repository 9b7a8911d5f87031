"""``certify challenge``: what an authority hands out before an attempt."""

from __future__ import annotations

from pathlib import Path

import click

from emulator.cli.certify.reading import FILE, private_key_at
from emulator.cli.certify.writing import write
from emulator.cli.stopping import CannotStart

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify challenge --kit cong-ndxp --key co-quan.pem --authority "Cơ quan A" --out thu-thach.json
  ndxp-emulator certify challenge --kit btxh-a1 --key co-quan.pem --authority "Cơ quan A" --days 30 --out tt.json
"""


@click.command(epilog=_EXAMPLES)
@click.option("--kit", required=True, help="Bộ kiểm thử. / The kit.")
@click.option("--key", type=FILE, required=True, help="Khóa bí mật của cơ quan. / The authority's private key.")
@click.option("--authority", required=True, help="Tên cơ quan. / Name of the authority.")
@click.option(
    "--days", type=click.IntRange(1, 366), default=14, show_default=True, help="Hiệu lực. / Days it is valid."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Tệp ghi ra. / The file.")
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có. / Overwrite an existing file.")
def challenge(kit: str, key: Path, authority: str, days: int, out: Path, force: bool) -> None:
    """Phát thử thách đã ký: số ngẫu nhiên, bộ kiểm thử, thời hạn. / Hand out a signed challenge (L2).

    Mã thoát / exit codes: 0 xong / done, 2 sai tham số hoặc không ghi được / bad value or no way to write.
    """
    from emulator.certification.challenge import new_challenge
    from emulator.certification.kit_reader import NoKit, kit_of
    from emulator.certification.signed_challenge import signed
    from emulator.kernel.clock import system_ms

    if not authority.strip():
        raise CannotStart("--authority: không được để trống. / must not be empty.")
    try:
        chosen = kit_of(kit)
    except NoKit as trouble:
        raise CannotStart(f"--kit: không có bộ “{kit}”{trouble.vi}. / no kit {kit!r}{trouble.en}.") from trouble
    signer = private_key_at(key)
    made = new_challenge(chosen.id, chosen.digest, authority=authority, begins_ms=system_ms(), days=days)
    write(out, signed(made, signer), force=force)
    click.echo(f"{out}\n{made.valid_from} … {made.valid_to}\nsha256 {signer.public.id}")
