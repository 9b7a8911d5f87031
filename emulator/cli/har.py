"""``ndxp-emulator har export|import``: to and from the tools people look at HTTP with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.frame import BilingualGroup
from emulator.cli.terminal import FORCE, CannotStart, refuse_taken, write_data, write_file
from emulator.settings import PREFIX

if TYPE_CHECKING:
    from emulator.journal.entry import JournalEntry

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator har export --url http://127.0.0.1:8080 -o nhat-ky.har
  ndxp-emulator har export --store store.db --sandbox default
  ndxp-emulator har import trinh-duyet.har --to https://api.example.vn --out phien.jsonl
"""
_EXPORT_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator har export --url http://127.0.0.1:8080 -o nhat-ky.har
  ndxp-emulator har export --store store.db --sandbox default
"""
_IMPORT_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator har import trinh-duyet.har --to https://api.example.vn --out phien.jsonl
"""
_PAGE = 500


@click.group(cls=BilingualGroup, epilog=_EXAMPLES)
def har() -> None:
    """Xuất nhật ký thành HAR 1.2, nhập HAR thành bản ghi. / Journal to HAR 1.2, HAR to a session."""


@har.command(name="export", epilog=_EXPORT_EXAMPLES)
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar=f"{PREFIX}STORE",
    help=f"Tệp kho dữ liệu. / Store file. [{PREFIX}STORE; mặc định / default: thư mục dữ liệu / your data folder]",
)
@click.option("--sandbox", default="default", show_default=True, help="Sandbox nào. / Which sandbox.")
@click.option("--url", help="Máy chủ đang chạy, thay cho --store. / A running server, in place of --store.")
@click.option("--admin-token", envvar=f"{PREFIX}ADMIN_TOKEN", help="Mã quản trị, với --url. / With --url.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Mặc định: stdout. / A file.")
@FORCE
def export_har(
    store: Path | None, sandbox: str, url: str | None, admin_token: str | None, output: Path | None, force: bool
) -> None:
    """Ghi nhật ký của một sandbox thành HAR 1.2; mã bí mật bị che. / A sandbox's journal as HAR, secrets masked."""
    from emulator import __version__
    from emulator.recording.har import as_text, har_of

    if output:
        refuse_taken(output, force=force)
    entries = _of_server(url, sandbox, admin_token) if url else _of_store(store, sandbox)
    text = as_text(har_of(entries, __version__))
    if output is None:
        write_data(text)
        return
    write_file(output, text.encode(), force=force)


def _of_server(url: str, sandbox: str, token: str | None) -> Iterator[JournalEntry]:
    from emulator.cli.admin_client import AdminClient

    client, after = AdminClient(url, token, sandbox), 0
    while True:
        entries: list[JournalEntry] = client.get("/requests", order="asc", limit=_PAGE, after=after)["requests"]
        yield from entries
        if len(entries) < _PAGE:
            return
        after = int(entries[-1]["seq"])


def _of_store(store: Path | None, sandbox: str) -> Iterator[JournalEntry]:
    from emulator.cli.state import Held
    from emulator.country.sandbox import NoSandbox
    from emulator.journal.entry import as_entry
    from emulator.journal.journal import Journal
    from emulator.settings import data_folder

    path = store or data_folder() / "store.db"
    if not path.is_file():
        raise CannotStart(f"Không có kho dữ liệu {path}. / There is no store {path}.")
    with Held(store) as held:
        try:
            home = held.sandboxes.get(sandbox).home
        except NoSandbox:
            raise CannotStart(f"Không có sandbox '{sandbox}'. / There is no sandbox '{sandbox}'.") from None
        yield from (as_entry(row) for row in Journal(held.store).calls(home))


@har.command(name="import", epilog=_IMPORT_EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Tệp bản ghi. / Session.")
@click.option("--to", default="", help="Chỉ các cuộc gọi tới địa chỉ này. / Only calls to this address.")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Khóa của tên giả; mặc định: mới mỗi lần. / Key of the pseudonyms; a new one each time by default.",
)
@click.option("--replace-codes", is_flag=True, help="Thay cả số chạy của mã hồ sơ. / Running numbers of dossiers too.")
@FORCE
def import_har(file: Path, out: Path, to: str, key_file: Path | None, replace_codes: bool, force: bool) -> None:
    """Đưa tệp HAR thành bản ghi, dữ liệu cá nhân được thay như khi ghi. / A HAR file as a session, people replaced.

    Mã thoát / exit codes: 0 đã ghi / written, 1 có cuộc gọi không được ghi / some calls were not written,
    2 không phải HAR hoặc không ghi được / no HAR, or no way to write.
    """
    from emulator.cli.closing import put_down
    from emulator.cli.record import pseudonyms_of
    from emulator.recording.cleaning import Bounds, Cleaner, Ledger
    from emulator.recording.har import NoHar, read_har

    refuse_taken(out, force=force)
    try:
        heard, passed = read_har(file.read_bytes(), to)
    except (NoHar, OSError) as trouble:
        raise CannotStart(f"{file}: {trouble}") from trouble
    for each in passed:
        click.echo(f"entries[{each.place}]: {each.vi} / {each.en}", err=True)
    if not heard:
        raise CannotStart(f"{file}: không có cuộc gọi nào để nhập. / There is no call to import.")
    ledger = Ledger(Cleaner(pseudonyms_of(key_file, replaces_codes=replace_codes)), Bounds())
    for one in heard:
        ledger.add(one)
    raise SystemExit(put_down(ledger.close(), out, force=force))
