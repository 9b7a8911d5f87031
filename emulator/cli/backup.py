"""``ndxp-emulator backup|restore``: a whole store as one file, taken while a server serves, and put back."""

from __future__ import annotations

from pathlib import Path

import click

from emulator.cli.terminal import CannotStart, show_working
from emulator.settings import PREFIX, data_folder

_BACKUP_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator backup kho-2026-11-29.db
  ndxp-emulator backup kho.db --store postgresql://ndxp@db/ndxp
"""
_RESTORE_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator restore kho-2026-11-29.db --store kho-moi.db
  ndxp-emulator restore kho.db --store postgresql://ndxp@db/ndxp --replace
"""
_STORE = click.option(
    "--store",
    envvar=f"{PREFIX}STORE",
    help=f"Tệp hoặc URL của kho. / The store's file or URL. [{PREFIX}STORE; mặc định / default: thư mục dữ liệu / your "
    "data folder]",
)
_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command(epilog=_BACKUP_EXAMPLES)
@_FILE
@_STORE
def backup(file: Path, store: str | None) -> None:
    """Sao lưu cả kho dữ liệu vào một tệp mới, máy chủ vẫn chạy. / Back the whole store up into a new file, online.

    Tệp là một kho SQLite, chỉ chủ tệp đọc được; nó chứa bí mật. / The file is a SQLite store that its owner alone may
    read; it holds secrets.
    """
    from emulator.store.copying import back_up
    from emulator.store.store import StoreFailure, StoreTrouble

    try:
        with show_working(f"đang sao lưu vào {file.name}", f"backing up into {file.name}"):
            number = back_up(store or str(data_folder() / "store.db"), file)
    except (StoreTrouble, StoreFailure) as trouble:
        raise CannotStart(str(trouble)) from trouble
    click.echo(f"{file}: {number} lượt gọi / exchanges")


@click.command(epilog=_RESTORE_EXAMPLES)
@_FILE
@_STORE
@click.option("--replace", is_flag=True, help="Thay dữ liệu đang có. / Replace what is there.")
def restore(file: Path, store: str | None, replace: bool) -> None:
    """Khôi phục kho dữ liệu từ bản sao; máy chủ phải dừng. / Put a backup into a store that no server uses.

    Mã thoát 2 khi không được, và không có gì thay đổi. / Exit code 2 when it cannot be, and nothing is changed.
    """
    from emulator.store.copying import restore as put_back
    from emulator.store.store import StoreFailure, StoreTrouble

    try:
        with show_working(f"đang khôi phục từ {file.name}", f"restoring from {file.name}"):
            number = put_back(file, store or str(data_folder() / "store.db"), replaces=replace)
    except (StoreTrouble, StoreFailure) as trouble:
        raise CannotStart(str(trouble)) from trouble
    click.echo(f"{file}: {number} lượt gọi / exchanges")
