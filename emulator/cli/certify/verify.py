"""``certify verify``: whether a bundle can be believed, and how far."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.certify.reading import FILE, content_of, public_key_at

if TYPE_CHECKING:
    from emulator.certification.bundle.finding import Verification

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify verify goi.zip
  ndxp-emulator certify verify goi.zip --key don-vi.pub.pem --authority co-quan.pub.pem
  ndxp-emulator certify verify goi.zip --json
"""
_MARKS = {"good": "✓", "bad": "✗", "note": "·"}


@click.command(epilog=_EXAMPLES)
@click.argument("bundle", type=FILE)
@click.option("--key", type=FILE, help="Khóa công khai của đơn vị phát triển (L1). / The vendor's public key.")
@click.option("--authority", type=FILE, help="Khóa công khai của cơ quan ra thử thách (L2). / The authority's key.")
@click.option("--witness", type=FILE, help="Khóa công khai của phòng kiểm thử (L3). / The laboratory's key.")
@click.option("--json", "as_json", is_flag=True, help="In JSON. / Print JSON.")
def verify(bundle: Path, key: Path | None, authority: Path | None, witness: Path | None, as_json: bool) -> None:
    """Kiểm tra gói chứng cứ: tệp, chuỗi, thử thách, chấm lại, chữ ký, hiệu lực. / Verify a bundle.

    Không cần mạng, không cần máy chủ. / No network and no server is needed.

    Mã thoát / exit codes: 0 tốt / good, 4 không đáng tin / not to be trusted, 2 sai cách gọi / usage.
    """
    from emulator.certification.bundle.verify import Trust, verify

    trust = Trust(
        public_key_at(key, "--key"), public_key_at(authority, "--authority"), public_key_at(witness, "--witness")
    )
    found = verify(content_of(bundle), trust)
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        _print(found)
    raise SystemExit(0 if found.is_good else 4)


def _print(found: Verification) -> None:
    for point in found.points:
        click.echo(f"{_MARKS[point.state]} {point.name:12} {point.vi}\n  {'':12} {point.en}")
    if not found.is_good:
        click.echo("\nKHÔNG ĐÁNG TIN / NOT TO BE TRUSTED")
        return
    from emulator.certification.bundle.levels import LEVELS

    words = LEVELS[found.level]
    click.echo(f"\nTỐT / GOOD · {found.level} {words['title']['vi']} / {words['title']['en']}")
    if found.confirmed != found.level:
        vi, en = "đã xác nhận bằng khóa của bạn", "confirmed by your keys"
        click.echo(f"{vi} / {en}: {found.confirmed}")
    for word, mark in (("proves", "✓"), ("does_not_prove", "✗")):
        click.echo(f"{mark} {words[word]['vi']}\n  {words[word]['en']}")
