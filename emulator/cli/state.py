"""``ndxp-emulator state export|import``: a sandbox as one file that people read and git compares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from emulator.cli.admin_client import AdminClient
from emulator.cli.frame import BilingualGroup
from emulator.cli.stopping import CannotStart
from emulator.cli.terminal import write_data
from emulator.settings import PREFIX, data_folder

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator state export --sandbox default --output before.json
  ndxp-emulator state import before.json --sandbox copy
"""
_EXPORT_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator state export --sandbox default --output before.json
  ndxp-emulator state export --url http://127.0.0.1:8080 --journal > now.json
"""
_IMPORT_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator state import before.json --sandbox copy
  ndxp-emulator state import before.json --url http://127.0.0.1:8080
"""
_STORE = click.option(
    "--store",
    envvar=f"{PREFIX}STORE",
    help=f"Tệp kho dữ liệu. / Store file. [{PREFIX}STORE; mặc định / default: thư mục dữ liệu / your data folder]",
)
_SANDBOX = click.option("--sandbox", default="default", show_default=True, help="Sandbox nào. / Which sandbox.")
_URL = click.option("--url", help="Máy chủ đang chạy, thay cho --store. / A running server, in place of --store.")
_TOKEN = click.option("--admin-token", envvar=f"{PREFIX}ADMIN_TOKEN", help="Mã quản trị, với --url. / With --url.")


@click.group(cls=BilingualGroup, epilog=_EXAMPLES)
def state() -> None:
    """Xuất, nhập một sandbox thành tệp TinyDB. / Export and import a sandbox as one TinyDB file."""


@state.command(name="export", epilog=_EXPORT_EXAMPLES)
@_STORE
@_SANDBOX
@_URL
@_TOKEN
@click.option("--journal", is_flag=True, help="Kèm nhật ký. / With the journal.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Mặc định: stdout. / A file.")
def export_state(
    store: str | None, sandbox: str, url: str | None, admin_token: str | None, journal: bool, output: Path | None
) -> None:
    """Ghi một sandbox ra tệp. / Write a sandbox to a file."""
    from emulator.country.export import as_text, export
    from emulator.country.sandbox import NoSandbox

    if url:
        content = AdminClient(url, admin_token, sandbox).get("/state", journal=str(journal).lower())
    else:
        with Held(store) as held:
            try:
                content = export(held.store, held.sandboxes.get(sandbox), with_journal=journal)
            except NoSandbox as trouble:
                sentence = f"Không có sandbox '{sandbox}'. / There is no sandbox '{sandbox}'."
                raise CannotStart(sentence) from trouble
    if output:
        output.write_text(as_text(content), encoding="utf-8", newline="\n")
    else:
        write_data(as_text(content))


@state.command(name="import", epilog=_IMPORT_EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_STORE
@_SANDBOX
@_URL
@_TOKEN
def import_state(file: Path, store: str | None, sandbox: str, url: str | None, admin_token: str | None) -> None:
    """Đưa tệp vào một sandbox, mới hoặc đã có. / Put a file into a sandbox, new or there already.

    Mã thoát 2 khi tệp sai, mỗi lỗi một dòng. / Exit code 2 when the file is wrong, a line for each fault.
    """
    from emulator.country.export import bring_in
    from emulator.country.export_check import state_problems
    from emulator.country.sandbox import ID_GRAMMAR
    from emulator.services.registry import shelf_kinds

    content, problems = state_problems(file, shelf_kinds())
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise SystemExit(2)
    if not ID_GRAMMAR.fullmatch(sandbox):
        raise CannotStart(f"'{sandbox}' không phải tên sandbox. / '{sandbox}' is no name of a sandbox.")
    if url:
        AdminClient(url, admin_token, sandbox).ask("PUT", "/state", content)
        return
    with Held(store) as held:
        bring_in(held.store, held.sandboxes, sandbox, content)


class Held:
    """A store that no other process uses, for as long as the command runs; of a database server, one of its users."""

    def __init__(self, wish: str | Path | None) -> None:
        from emulator.store.opening import open_store

        self._opening = open_store(wish or data_folder() / "store.db")

    def __enter__(self) -> Held:
        from emulator.country.sandbox import Definition, Sandboxes
        from emulator.store.store import StoreTrouble

        try:
            self.store = self._opening.__enter__()
        except StoreTrouble as trouble:
            raise CannotStart(f"{trouble} (--url http://…)") from trouble
        self.sandboxes = Sandboxes(self.store, Definition())
        return self

    def __exit__(self, *trouble: Any) -> None:
        self._opening.__exit__(*trouble)
