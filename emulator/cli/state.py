"""``ndxp-emulator state export|import``: a sandbox as one file that people read and git compares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from emulator.cli.admin_client import AdminClient
from emulator.cli.frame import BilingualGroup
from emulator.cli.terminal import FORCE, CannotStart, refuse_taken, show_working, write_data, write_file
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
@click.option("--journal", is_flag=True, help="Kèm nhật ký, đã che bí mật. / With the journal, secrets masked.")
@click.option("--secrets", is_flag=True, help="Không che bí mật. / Leave secrets readable.")
@click.option("--all", "every", is_flag=True, help="Mọi sandbox, nguyên vẹn. / Every sandbox, whole.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Mặc định: stdout. / A file.")
@FORCE
def export_state(
    store: str | None,
    sandbox: str,
    url: str | None,
    admin_token: str | None,
    journal: bool,
    secrets: bool,
    every: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Ghi một sandbox ra tệp. / Write a sandbox to a file.

    Tệp chỉ chủ tệp đọc được, và có đủ hoặc không có. / Its owner alone may read the file; it is whole or not there.
    """
    from emulator.country.export import export_text

    if output:
        refuse_taken(output, force=force)
    if every:
        content: Any = _export_all(store, url)
    elif url:
        shown = {"secrets": "show"} if secrets else {}
        content = AdminClient(url, admin_token, sandbox).get("/state", journal=str(journal).lower(), **shown)
    else:
        content = _export_one(store, sandbox, with_journal=journal, secrets=secrets)
    if secrets or every:
        click.echo("Tệp này chứa bí mật. / This file holds secrets.", err=True)
    if output:
        write_file(output, export_text(content).encode(), force=force, secret=True)
    else:
        write_data(export_text(content))


def _export_one(store: str | None, sandbox: str, *, with_journal: bool, secrets: bool) -> Any:
    from emulator.country.export import export
    from emulator.country.sandbox import NoSandbox
    from emulator.journal.redaction import masked_exported

    with Held(store) as held:
        try:
            mask = None if secrets else masked_exported
            return export(held.store, held.sandboxes.get(sandbox), with_journal=with_journal, mask=mask)
        except NoSandbox as trouble:
            sentence = f"Không có sandbox '{sandbox}'. / There is no sandbox '{sandbox}'."
            raise CannotStart(sentence) from trouble


def _export_all(store: str | None, url: str | None) -> Any:
    from emulator.country.export import export

    if url:
        raise CannotStart("--all đọc thẳng kho dữ liệu: dùng --store. / --all reads the store itself: use --store.")
    with Held(store) as held:
        every = held.sandboxes.every()
        return {"sandboxes": {each.id: export(held.store, each, with_journal=True) for each in every}}


@state.command(name="import", epilog=_IMPORT_EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_STORE
@_SANDBOX
@_URL
@_TOKEN
@click.option("--all", "every", is_flag=True, help="Mọi sandbox trong tệp. / Every sandbox of the file.")
def import_state(
    file: Path, store: str | None, sandbox: str, url: str | None, admin_token: str | None, every: bool
) -> None:
    """Đưa tệp vào một sandbox, mới hoặc đã có. / Put a file into a sandbox, new or there already.

    Mã thoát 2 khi tệp sai, mỗi lỗi một dòng. / Exit code 2 when the file is wrong, a line for each fault.
    """
    from emulator.country.export import bring_in, state_problems
    from emulator.country.sandbox import ID_GRAMMAR
    from emulator.services.registry import shelf_kinds

    if every:
        _import_all(file, store)
        return
    content, problems = state_problems(file, shelf_kinds())
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise SystemExit(2)
    if not ID_GRAMMAR.fullmatch(sandbox):
        raise CannotStart(f"'{sandbox}' không phải tên sandbox. / '{sandbox}' is no name of a sandbox.")
    if url:
        with show_working(*_bringing(file)):
            AdminClient(url, admin_token, sandbox).ask("PUT", "/state", content)
        return
    with Held(store) as held, show_working(*_bringing(file)):
        bring_in(held.store, held.sandboxes, sandbox, content, shelf_kinds())


def _bringing(file: Path) -> tuple[str, str]:
    return f"đang đưa {file.name} vào", f"bringing {file.name} in"


def _import_all(file: Path, store: str | None) -> None:
    """Bring every sandbox of a file in; when one of them is wrong, none."""
    from emulator.country.export import bring_in, state_findings
    from emulator.services.registry import shelf_kinds

    try:
        sandboxes = json.loads(file.read_text(encoding="utf-8"))["sandboxes"]
        contents = dict(sandboxes)
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise CannotStart(
            f"{file} không phải tệp của state export --all: {trouble!r}. / {file} is no file of state export --all: "
            f"{trouble!r}."
        ) from trouble
    found = [(name, each) for name, content in contents.items() for each in state_findings(content, shelf_kinds())]
    for name, (at, vi, en) in found[:50]:
        click.echo(f"{file}: sandboxes/{name}/{'/'.join(at)}: {vi} / {en}", err=True)
    if found:
        raise SystemExit(2)
    with Held(store) as held, show_working(*_bringing(file)):
        for name, content in contents.items():
            bring_in(held.store, held.sandboxes, name, content, shelf_kinds())
    click.echo(f"{len(contents)} sandbox", err=True)


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
