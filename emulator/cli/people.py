"""``ndxp-emulator people``: people who cannot exist, for packs and for spreadsheets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from emulator.cli.terminal import FORCE, CannotStart, draft_of

if TYPE_CHECKING:
    from emulator.country.people.census import CensusWish

Row = dict[str, str]
_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator people --count 500 --seed 7 --out people.json
  ndxp-emulator people --count 200 --province 11 --procedure 1.001776 --format csv --bom --out dien-bien.csv
  ndxp-emulator people --kind officers --count 20 --format csv --out -
"""
_MOST = 1_000_000


@click.command(epilog=_EXAMPLES)
@click.option("--count", "number", type=click.IntRange(1, _MOST - 1), required=True, help="Số người. / How many.")
@click.option("--seed", type=int, default=42, show_default=True, help="Hạt giống. / Seed: same seed, same people.")
@click.option("--out", default="-", show_default=True, help="Tệp kết quả, - là đầu ra chuẩn. / File, - for stdout.")
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@click.option("--bom", is_flag=True, help="CSV cho Excel: có dấu BOM. / CSV for Excel: with a byte order mark.")
@click.option("--kind", type=click.Choice(["citizens", "officers"]), default="citizens", show_default=True)
@click.option("--procedure", default="", help="Chỉ người nộp được thủ tục này. / Only who may ask for this procedure.")
@click.option("--province", default="", help="Chỉ tỉnh này, mã GSO. / Only this province, GSO code.")
@click.option("--era", type=click.Choice(["2023", "2025"]), default="2023", show_default=True, help="GSO 2023, 2025.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2026-11-20",
    show_default=True,
    help="Ngày tính tuổi. / The day ages are counted on.",
)
@FORCE
def people(number: int, out: str, form: str, bom: bool, kind: str, force: bool, **wanted: Any) -> None:
    """Tạo người không thể có thật. / Make people who cannot exist.

    Mã thoát / exit codes: 0 xong / done, 2 sai tham số hoặc không ghi được / bad value or no way to write,
    130 dừng bằng Ctrl-C: không để lại tệp dở / stopped by Ctrl-C: no half file is left.
    """
    if bom and form != "csv":
        raise click.UsageError("--bom chỉ đi với --format csv. / --bom goes with --format csv only.")
    rows = _rows(kind, form, _wish(**wanted))
    write: Callable[[TextIO, Iterable[Row]], None] = _write_csv if form == "csv" else _json_writer(kind)
    try:
        if out == "-":
            _to_stdout(lambda stream: write(stream, _take_with_progress(rows, number)), bom)
        else:
            with draft_of(Path(out), force=force, encoding="utf-8-sig" if bom else "utf-8") as stream:
                write(stream, _take_with_progress(rows, number))
    except KeyboardInterrupt:
        click.echo("Đã dừng, không để lại gì. / Stopped, nothing is left.", err=True)
        raise SystemExit(130) from None


def _wish(seed: int, procedure: str, province: str, era: Any, as_of: datetime) -> CensusWish:
    from emulator.country.furnish import nearest
    from emulator.country.people.census import BY_PROCEDURE, CensusWish
    from emulator.wire import gso

    if procedure and procedure not in BY_PROCEDURE:
        vi, en = nearest(procedure, BY_PROCEDURE)
        raise CannotStart(f"--procedure: không có thủ tục “{procedure}”{vi} / no procedure {procedure!r}{en}")
    codes = {each.code: each.name for each in gso.province_units(era)}
    if province and province not in codes:
        sentence = f"--province: GSO {era} không có tỉnh “{province}” / GSO {era} has no province {province!r}"
        raise CannotStart(f"{sentence}: {', '.join(codes)}")
    day = as_of.date()
    if not date(2021, 7, 1) <= day <= date(2099, 12, 31):
        raise CannotStart("--as-of: từ 2021-07-01 đến 2099-12-31 / between 2021-07-01 and 2099-12-31")
    return CensusWish(seed, era, province, procedure, day)


def _rows(kind: str, form: str, wish: CensusWish) -> Iterator[Row]:
    from emulator.country.people.census import census, officers
    from emulator.wire import identity

    if kind == "officers":
        return map(identity.officer_row, officers(wish))
    return map(identity.table_row if form == "csv" else identity.person_row, census(wish))


def _take_with_progress(rows: Iterator[Row], number: int) -> Iterator[Row]:
    """Take so many, and show on a terminal how far it has come."""
    bar = click.progressbar(
        islice(rows, number), length=number, file=sys.stderr, hidden=not sys.stderr.isatty(), update_min_steps=100
    )
    with bar as shown:
        yield from shown


def _write_csv(stream: TextIO, rows: Iterable[Row]) -> None:
    import csv

    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(stream, list(row), lineterminator="\r\n")
            writer.writeheader()
        writer.writerow(row)


def _json_writer(kind: str) -> Callable[[TextIO, Iterable[Row]], None]:
    import json

    table = "people" if kind == "citizens" else kind

    def write(stream: TextIO, rows: Iterable[Row]) -> None:
        """Write a TinyDB file of one table, one record a line."""
        between = f'{{\n "{table}": {{\n'
        for number, row in enumerate(rows, 1):
            stream.write(f'{between}  "{number}": {json.dumps(row, ensure_ascii=False)}')
            between = ",\n"
        stream.write("\n }\n}\n")

    return write


def _to_stdout(write: Callable[[TextIO], None], bom: bool) -> None:
    """Write UTF-8 whatever the terminal's locale says."""
    import io

    stream = io.TextIOWrapper(sys.stdout.buffer, "utf-8-sig" if bom else "utf-8", newline="")
    try:
        write(stream)
        stream.flush()
    except BrokenPipeError:
        raise SystemExit(0) from None
    finally:
        stream.detach()
