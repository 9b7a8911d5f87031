"""``certify key``: making Ed25519 keys, and telling their fingerprints."""

from __future__ import annotations

from pathlib import Path

import click

from emulator.cli.certify.files import FILE, content_of, private_key_at, public_key_at
from emulator.cli.terminal import FORCE, refuse_taken, write_file

_KEY_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify key new --out don-vi.pem
  ndxp-emulator certify key show don-vi.pub.pem
"""
_NEW_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify key new --out don-vi.pem
  openssl genpkey -algorithm ed25519 -out don-vi.pem && openssl pkey -in don-vi.pem -pubout -out don-vi.pub.pem
"""
_SHOW_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify key show don-vi.pub.pem
"""


@click.group(epilog=_KEY_EXAMPLES)
def key() -> None:
    """Khóa Ed25519 để ký: tạo mới, xem vân tay. / Ed25519 keys for signing: make one, show its fingerprint."""


@key.command(epilog=_NEW_EXAMPLES)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Tệp khóa. / Key file.")
@FORCE
def new(out: Path, force: bool) -> None:
    """Tạo khóa bí mật (chỉ chủ tệp đọc được) và khóa công khai bên cạnh. / Make a private key and its public one.

    Mã thoát / exit codes: 0 xong / done, 2 không ghi được / cannot be written.
    """
    from emulator.certification.bundle.keys import new_key

    made = new_key()
    public = out.with_name(f"{out.stem}.pub{out.suffix or '.pem'}")
    for path in (out, public):
        refuse_taken(path, force=force)
    write_file(out, made.pem(), force=force, secret=True)
    write_file(public, made.public.pem.encode(), force=force)
    click.echo(f"{out}\n{public}\nsha256 {made.public.id}")


@key.command(epilog=_SHOW_EXAMPLES)
@click.argument("file", type=FILE)
def show(file: Path) -> None:
    """In vân tay của khóa công khai (hoặc bí mật). / Print the fingerprint of a public (or private) key.

    Mã thoát / exit codes: 0 xong / done, 2 không phải khóa Ed25519 / not an Ed25519 key.
    """
    is_private = b"PRIVATE KEY" in content_of(file)
    found = private_key_at(file, "").public if is_private else public_key_at(file, "")
    click.echo(f"sha256 {found.id if found else ''}")
