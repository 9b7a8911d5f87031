"""``certify judge``: judging the journal of a bundle again."""

from __future__ import annotations

from pathlib import Path

import click

from emulator.cli.certify.reading import FILE, Untrustworthy, files_of
from emulator.cli.certify.writing import write

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify judge goi.zip
  ndxp-emulator certify judge goi.zip --out report.json
"""


@click.command(epilog=_EXAMPLES)
@click.argument("bundle", type=FILE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Ghi báo cáo mới. / Write the new report.")
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có. / Overwrite an existing file.")
def judge(bundle: Path, out: Path | None, force: bool) -> None:
    """Chấm lại nhật ký trong gói bằng bộ kiểm thử trong gói, nêu chỗ khác. / Judge a bundle's journal again.

    Mã thoát / exit codes: 0 cùng kết luận / the same verdicts, 4 khác hoặc không đọc được / different or unreadable,
    2 sai cách gọi / usage.
    """
    from emulator.certification.bundle import form
    from emulator.certification.bundle.again import differences
    from emulator.certification.bundle.pack import judged

    files = files_of(bundle)
    try:
        told = form.object_in(files[form.REPORT])
        made = judged(files)
        differ = differences(told, made)
    except Exception as trouble:  # hostile content: the trouble is the bundle's
        raise Untrustworthy(f"{bundle}: không chấm được. / cannot be judged: {trouble}") from trouble
    if out:
        write(out, form.pretty(made), force=force)
    for name, before, after in differ:
        click.echo(f"✗ {name}: {before} → {after}")
    if differ:
        raise SystemExit(4)
    _say_the_same(form.pretty(made) == files[form.REPORT], made["conclusion"])


def _say_the_same(is_identical: bool, conclusion: dict[str, str]) -> None:
    vi, en = ("đúng từng byte", "the same bytes") if is_identical else ("cùng kết luận", "the same verdicts")
    click.echo(f"✓ {vi}: {conclusion['vi']} / {en}: {conclusion['en']}")
