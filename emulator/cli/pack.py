"""``ndxp-emulator pack``: a new pack for a province, and packs as workbooks for people who do not program."""

from __future__ import annotations

from pathlib import Path

import click

from emulator.cli.frame import BilingualGroup
from emulator.cli.terminal import FORCE, CannotStart, open_draft, refuse_taken, show_working

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator pack new ca-mau --province 96 --people 5 --dossiers 8 --papers 6
  ndxp-emulator pack export co-ban goi.xlsx
  ndxp-emulator pack import goi.xlsx --out ./goi-cua-toi
  ndxp-emulator pack compile ./goi-lon
"""
_NEW_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator pack new ca-mau --province 96 --people 5 --dossiers 8 --papers 6
"""
_EXPORT_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator pack export co-ban goi.xlsx
"""
_IMPORT_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator pack import goi.xlsx --out ./goi-cua-toi
"""
_COMPILE_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator pack compile ./goi-lon
"""
_SOME = click.IntRange(1, 10_000)


@click.group(cls=BilingualGroup, epilog=_EXAMPLES)
def pack() -> None:
    """Gói dữ liệu mẫu: tạo mới, xuất ra và đọc vào bảng tính. / Packs: make one, export and import workbooks."""


@pack.command(epilog=_NEW_EXAMPLES)
@click.argument("name")
@click.option("--province", required=True, help="Mã tỉnh theo GSO, ví dụ 96. / GSO code of the province, such as 96.")
@click.option("--agency", default="", help="Mã cơ quan của tỉnh, ví dụ H12. / Agency code of the province.")
@click.option("--people", default=5, type=_SOME, show_default=True, help="Số người. / People.")
@click.option("--dossiers", default=8, type=_SOME, show_default=True, help="Số hồ sơ. / Dossiers.")
@click.option("--papers", default=6, type=_SOME, show_default=True, help="Số giấy tờ Kho DL. / Papers in Kho DL.")
@click.option(
    "--era", type=click.Choice(["2023", "2025"]), default="2023", show_default=True, help="Đơn vị hành chính. / Units."
)
@click.option("--seed", default=42, show_default=True, help="Hạt giống. / Seed.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Thư mục chứa gói mới; mặc định: thư mục hiện tại. / Folder to put the pack into; the current one by default.",
)
def new(
    name: str, province: str, agency: str, people: int, dossiers: int, papers: int, era: str, seed: int, out: Path
) -> None:
    """Tạo gói NAME của một tỉnh, chạy được ngay. / Make a province's pack NAME that runs at once."""
    from emulator.services.pack_making import NoSuchProvince, PackWish, write_pack
    from emulator.wire.codes import is_agency_code
    from emulator.wire.gso import provinces

    if agency and not is_agency_code(agency):
        raise CannotStart(f"“{agency}” không phải mã cơ quan. / {agency!r} is no code of an agency.")
    folder = out / name
    wish = PackWish(name, province, people, dossiers, papers, agency, era, seed)  # type: ignore[arg-type]
    try:
        write_pack(wish, folder)
    except NoSuchProvince as trouble:
        known = ", ".join(sorted(provinces(wish.era)))
        raise CannotStart(
            f"Không có tỉnh “{province}” (năm {era}); có: {known}. / There is no province {province!r} in {era}."
        ) from trouble
    except FileExistsError as trouble:
        raise CannotStart(f"Đã có {folder}. / There is {folder} already.") from trouble
    except OSError as trouble:
        raise CannotStart(f"Không ghi được {folder}: {trouble}. / Cannot write {folder}: {trouble}.") from trouble
    click.echo(f"{folder}\nndxp-emulator validate {folder}\nndxp-emulator serve --pack {folder}")


@pack.command("export", epilog=_EXPORT_EXAMPLES)
@click.argument("name")
@click.argument("book", type=click.Path(dir_okay=False, path_type=Path))
@FORCE
def export_book(name: str, book: Path, force: bool) -> None:
    """Xuất gói ra bảng tính BOOK.xlsx, mỗi loại dữ liệu một trang. / Write a pack as a workbook, one sheet a noun."""
    from emulator.country.pack import PackTrouble
    from emulator.services.pack_book import NoWorkbooks, copy_files, write_book
    from emulator.services.packs import load_pack

    refuse_taken(book, force=force)
    try:
        pack = load_pack(name)
        with open_draft(book, force=force) as stream:
            write_book(pack, stream)
        copy_files(pack, book)
    except PackTrouble as trouble:
        raise CannotStart(str(trouble)) from trouble
    except NoWorkbooks as trouble:
        raise _no_workbooks() from trouble
    except OSError as trouble:
        raise CannotStart(f"Không ghi được {book}: {trouble}. / Cannot write {book}: {trouble}.") from trouble
    click.echo(str(book))


@pack.command("import", epilog=_IMPORT_EXAMPLES)
@click.argument("book", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Thư mục của gói mới. / Its folder."
)
def import_book(book: Path, out: Path) -> None:
    """Đọc bảng tính thành gói; sai thì chỉ rõ trang, dòng, cột. / Read a workbook; mistakes by sheet, row, column."""
    from emulator.services.pack_book import NoWorkbooks, bring_book

    try:
        with show_working(f"đang đọc {book.name}", f"reading {book.name}"):
            problems = bring_book(book, out)
    except NoWorkbooks as trouble:
        raise _no_workbooks() from trouble
    except ValueError as trouble:
        raise CannotStart(f"Không phải bảng tính xlsx: {trouble}. / Not an xlsx workbook: {trouble}.") from trouble
    except FileExistsError as trouble:
        raise CannotStart(f"Đã có {out}. / There is {out} already.") from trouble
    except OSError as trouble:
        raise CannotStart(f"Không ghi được {out}: {trouble}. / Cannot write {out}: {trouble}.") from trouble
    if problems:
        raise CannotStart("\n".join(map(str, problems)))
    click.echo(f"{out}\nndxp-emulator validate {out}")


@pack.command("compile", epilog=_COMPILE_EXAMPLES)
@click.argument("name")
def compile_tables(name: str) -> None:
    """Biên dịch một gói lớn để khởi động ngay. / Compile a large pack, so that the server starts at once.

    Tệp compiled.sqlite nằm trong thư mục của gói; sửa gói thì tệp này được làm lại. / compiled.sqlite lies in the
    pack's folder; it is made again when the pack changes.
    """
    from emulator.country.pack import PackTrouble
    from emulator.services.packs import compile_folder

    try:
        with show_working(f"đang biên dịch {name}", f"compiling {name}"):
            folder = compile_folder(name)
        click.echo(str(folder))
    except PackTrouble as trouble:
        raise CannotStart(str(trouble)) from trouble
    except OSError as trouble:
        raise CannotStart(f"Không ghi được {name}: {trouble}. / Cannot write {name}: {trouble}.") from trouble


def _no_workbooks() -> CannotStart:
    return CannotStart(
        'Cần thư viện openpyxl: pip install "ndxp-emulator[xlsx]". / openpyxl is needed: '
        'pip install "ndxp-emulator[xlsx]".'
    )
