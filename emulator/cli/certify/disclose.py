"""``certify disclose``: showing single values of a bundle, and proving that they are the ones it hides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from emulator.cli.certify.reading import FILE, Untrustworthy, content_of, files_of
from emulator.cli.stopping import CannotStart

Openings = Mapping[str, Mapping[str, str]]
_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify disclose goi.zip --openings goi.zip.openings.json
  ndxp-emulator certify disclose goi.zip --openings goi.zip.openings.json --value 999089001009
  ndxp-emulator certify disclose goi.zip --commitment "[sha256:0a…]" --openings mot-gia-tri.json
"""


@click.command(epilog=_EXAMPLES)
@click.argument("bundle", type=FILE)
@click.option("--openings", type=FILE, required=True, help="Tệp mở cam kết. / How commitments open.")
@click.option("--value", help="Giá trị cần chứng minh là có trong gói. / The value to prove.")
@click.option("--commitment", help="Cam kết cần mở. / The commitment to open.")
def disclose(bundle: Path, openings: Path, value: str | None, commitment: str | None) -> None:
    """Mở từng giá trị đã che trong gói và chứng minh nó đúng. / Open single hidden values of a bundle, with proof.

    Không nêu --value hay --commitment: liệt kê cam kết, không in giá trị. In ra JSON có thể trao cho người xem xét:
    họ chạy lại lệnh này với tệp đó. / Without --value or --commitment: lists commitments without their values. The
    JSON that is printed can be handed to a reviewer, who runs this command with it.

    Mã thoát / exit codes: 0 mở được / opened, 4 không mở được hoặc không có trong gói / wrong or not in the bundle,
    2 sai cách gọi / usage.
    """
    if value is not None and commitment is not None:
        raise click.UsageError("Chỉ một trong --value, --commitment. / Only one of --value and --commitment.")
    known, lines = _openings(openings), _lines(bundle)
    if value is None and commitment is None:
        for name in known:
            click.echo(f"{name} {len(_where(name, lines))}")
        return
    chosen = {
        name: opening
        for name, opening in known.items()
        if name == commitment or opening.get("value") == value is not None
    }
    click.echo(json.dumps(_proven(chosen, lines), ensure_ascii=False, indent=2))


def _openings(path: Path) -> Openings:
    try:
        found: Any = json.loads(content_of(path))
        ok = isinstance(found, dict) and all(isinstance(each, dict) for each in found.values())
    except ValueError:
        ok = False
    if not ok:
        raise CannotStart(f"{path}: không phải tệp mở cam kết. / not a file of openings.")
    return dict(found)


def _lines(bundle: Path) -> list[bytes]:
    from emulator.certification.bundle import form

    journal = files_of(bundle).get(form.JOURNAL, b"")
    return journal.splitlines()


def _where(commitment: str, lines: list[bytes]) -> list[int]:
    return [number for number, line in enumerate(lines, 1) if commitment.encode() in line]


def _proven(chosen: Openings, lines: list[bytes]) -> dict[str, Any]:
    """Return the openings that are right, with the lines of the journal in which they stand."""
    from emulator.certification.redaction import opens

    if not chosen:
        raise Untrustworthy("Không có giá trị hay cam kết đó. / There is no such value or commitment.")
    proven: dict[str, Any] = {}
    for name, opening in chosen.items():
        if not opens(name, opening):
            raise Untrustworthy(f"{name}: muối và giá trị không mở được. / salt and value do not open it.")
        found = _where(name, lines)
        if not found:
            raise Untrustworthy(f"{name}: không có trong gói. / does not stand in the bundle.")
        proven[name] = {"salt": opening["salt"], "value": opening["value"], "lines": found}
    return proven
