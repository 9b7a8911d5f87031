"""``ndxp-emulator diff``: what a recorded platform answered, beside what the emulator would have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.terminal import CannotStart, write_data
from emulator.country.settings import MODES, Mode

if TYPE_CHECKING:
    from emulator.recording.replay import ReplayedExchange

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator diff ban-ghi/session-20261120-090000.jsonl
  ndxp-emulator diff ban-ghi/phien.jsonl --mode strict --html > lech.html
"""


@click.command(epilog=_EXAMPLES)
@click.argument("session", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--mode", type=click.Choice(MODES), default="documented", show_default=True, help="Chế độ. / Mode.")
@click.option("--pack", default="co-ban", show_default=True, help="Gói dữ liệu mẫu. / Fixture pack.")
@click.option("--json", "form", flag_value="json", help="Dạng JSON. / As JSON.")
@click.option("--html", "form", flag_value="html", help="Một trang HTML. / As a page of HTML.")
def diff(session: Path, mode: str, pack: str, form: str | None) -> None:
    """So nền tảng đã ghi với trình giả lập: báo cáo lệch. / The drift report.

    Mã thoát / exit codes: 0 không lệch / no drift, 1 có lệch / drift, 2 không so sánh được / nothing to compare.
    """
    from emulator.cli.in_process import FreshEmulator
    from emulator.cli.replay import agency_of, session_of
    from emulator.country.pack import PackTrouble
    from emulator.country.sandbox import Definition
    from emulator.recording.drift_report import as_html, as_text, report_of
    from emulator.recording.replay import Teller
    from emulator.services.packs import load_pack

    exchanges = session_of(session)
    if not exchanges:
        raise CannotStart(f"{session}: bản ghi trống. / The session is empty.")
    try:
        opened = load_pack(pack)
    except PackTrouble as trouble:
        raise CannotStart(str(trouble)) from trouble

    def retold(in_mode: Mode) -> list[ReplayedExchange]:
        with FreshEmulator(opened, Definition(pack=pack, mode=in_mode), agency_of(exchanges)) as emulator:
            return list(Teller(emulator).tell(exchanges))

    chosen = next(each for each in MODES if each == mode)
    told = {chosen: retold(chosen)}
    report = report_of(told, chosen)
    if report.drifts:  # the other modes are asked only to say which of them would agree
        report = report_of(told | {each: retold(each) for each in MODES if each != chosen}, chosen)
    if form == "json":
        write_data(json.dumps(report.as_dict(), ensure_ascii=False, indent=2) + "\n")
    elif form == "html":
        write_data(as_html(report, session.name))
    else:
        click.echo(as_text(report), nl=False)
    if len(report.not_compared) == report.calls:
        raise SystemExit(2)
    raise SystemExit(1 if report.drifts else 0)
