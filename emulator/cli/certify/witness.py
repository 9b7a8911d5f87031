"""``certify witness``: the laboratory's signature beside the vendor's."""

from __future__ import annotations

from pathlib import Path

import click

from emulator.cli.certify.reading import FILE, Untrustworthy, content_of, private_key_at
from emulator.cli.certify.writing import write

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify witness goi.zip --key phong.pem --name "Phòng kiểm thử B" --out goi-l3.zip
"""


@click.command(epilog=_EXAMPLES)
@click.argument("bundle", type=FILE)
@click.option("--key", type=FILE, required=True, help="Khóa bí mật của phòng kiểm thử. / The laboratory's key.")
@click.option("--name", required=True, help="Tên phòng kiểm thử. / Name of the laboratory.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Gói mới; mặc định: thay gói cũ. / The new bundle."
)
def witness(bundle: Path, key: Path, name: str, out: Path | None) -> None:
    """Kiểm tra gói rồi ký đối chứng (L3), không đụng tệp nào khác. / Verify a bundle, then counter-sign it.

    Chỉ ký điều chính phòng kiểm thử đã chạy hoặc chứng kiến. / Sign only what the laboratory itself ran or watched.

    Mã thoát / exit codes: 0 đã ký / signed, 4 gói không đáng tin, không ký / the bundle is bad and was not signed,
    2 sai cách gọi / usage.
    """
    from emulator.certification.bundle.archive import BadBundle
    from emulator.certification.bundle.pack import witnessed
    from emulator.certification.bundle.verify import verify
    from emulator.kernel.clock import iso, system_ms

    raw, signer = content_of(bundle), private_key_at(key)
    wrong = [point for point in verify(raw).points if point.state == "bad"]
    if wrong:
        told = "\n".join(f"✗ {point.name}: {point.vi}. / {point.en}." for point in wrong)
        raise Untrustworthy(f"Không ký gói này. / This bundle is not signed.\n{told}")
    try:
        signed = witnessed(raw, signer, name=name, moment=iso(system_ms()))
    except BadBundle as trouble:
        raise Untrustworthy(f"{bundle}: {trouble.vi}. / {trouble.en}.") from trouble
    target = out or bundle
    write(target, signed, force=target == bundle)
    click.echo(f"{target}\nsha256 {signer.public.id}")
