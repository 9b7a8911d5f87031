"""``ndxp-emulator state export|import``: a sandbox as one file that people read and git compares."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from emulator.settings import PREFIX, data_folder

if TYPE_CHECKING:
    from urllib.request import Request

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator state export --sandbox default --output before.json
  ndxp-emulator state import before.json --sandbox copy
  ndxp-emulator state export --url http://127.0.0.1:8080 --journal
"""
_STORE = click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar=f"{PREFIX}STORE",
    help=f"Tệp kho dữ liệu. / Store file. [{PREFIX}STORE; mặc định / default: thư mục dữ liệu / your data folder]",
)
_SANDBOX = click.option("--sandbox", default="default", show_default=True, help="Sandbox nào. / Which sandbox.")
_URL = click.option("--url", help="Máy chủ đang chạy, thay cho --store. / A running server, in place of --store.")
_TOKEN = click.option("--admin-token", envvar=f"{PREFIX}ADMIN_TOKEN", help="Mã quản trị, với --url. / With --url.")


@click.group()
def state() -> None:
    """Xuất, nhập một sandbox thành tệp TinyDB. / Export and import a sandbox as one TinyDB file."""


@state.command(name="export", epilog=_EXAMPLES)
@_STORE
@_SANDBOX
@_URL
@_TOKEN
@click.option("--journal", is_flag=True, help="Kèm nhật ký. / With the journal.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Mặc định: stdout. / A file.")
def export_state(
    store: Path | None, sandbox: str, url: str | None, admin_token: str | None, journal: bool, output: Path | None
) -> None:
    """Ghi một sandbox ra tệp. / Write a sandbox to a file."""
    from emulator.world.export import as_text, export
    from emulator.world.sandbox import NoSandbox

    if url:
        content = _ask(_request(url, sandbox, admin_token, query=f"?journal={str(journal).lower()}"))
    else:
        with _Held(store) as held:
            try:
                content = export(held.store, held.sandboxes.get(sandbox), with_journal=journal)
            except NoSandbox:
                _fail(f"Không có sandbox '{sandbox}'. / There is no sandbox '{sandbox}'.")
    if output:
        output.write_text(as_text(content), encoding="utf-8", newline="\n")
    else:
        sys.stdout.write(as_text(content))


@state.command(name="import", epilog=_EXAMPLES)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_STORE
@_SANDBOX
@_URL
@_TOKEN
def import_state(file: Path, store: Path | None, sandbox: str, url: str | None, admin_token: str | None) -> None:
    """Đưa tệp vào một sandbox, mới hoặc đã có. / Put a file into a sandbox, new or there already.

    Mã thoát 2 khi tệp sai, mỗi lỗi một dòng. / Exit code 2 when the file is wrong, a line for each fault.
    """
    from emulator.world.export import bring_in
    from emulator.world.export_check import state_problems
    from emulator.world.sandbox import ID_GRAMMAR

    content, problems = state_problems(file)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise SystemExit(2)
    if not ID_GRAMMAR.fullmatch(sandbox):
        _fail(f"'{sandbox}' không phải tên sandbox. / '{sandbox}' is no name of a sandbox.")
    if url:
        _ask(_request(url, sandbox, admin_token, body=json.dumps(content).encode()))
        return
    with _Held(store) as held:
        bring_in(held.store, held.sandboxes, sandbox, content)


class _Held:
    """A store file that no server holds, for as long as the command runs."""

    def __init__(self, path: Path | None) -> None:
        from emulator.store.claim import claimed
        from emulator.store.sqlite import Store
        from emulator.world.sandbox import Definition, Sandboxes

        self._path = path or data_folder() / "store.db"
        self._claim = claimed(self._path)
        self.store = Store(self._path)
        self.sandboxes = Sandboxes(self.store, Definition())

    def __enter__(self) -> _Held:
        from emulator.store.sqlite import StoreTrouble

        try:
            self._claim.__enter__()
            self.store.prepare()
        except StoreTrouble as trouble:
            _fail(f"{trouble} (--url http://…)")
        return self

    def __exit__(self, *trouble: Any) -> None:
        self.store.close()
        self._claim.__exit__(*trouble)


def _request(url: str, sandbox: str, token: str | None, query: str = "", body: bytes | None = None) -> Request:
    from urllib.request import Request

    headers = {"Content-Type": "application/json"} | ({"X-Admin-Token": token} if token else {})
    address = f"{url.rstrip('/')}/__admin/sandboxes/{sandbox}/state{query}"
    if not address.startswith(("http://", "https://")):
        _fail(f"--url phải là http(s)://… / --url must be http(s)://…: {url}")
    return Request(address, data=body, headers=headers, method="PUT" if body else "GET")  # noqa: S310 - checked above


def _ask(request: Request) -> Any:
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, build_opener

    try:
        with build_opener(ProxyHandler({})).open(request) as reply:
            return json.loads(reply.read())
    except HTTPError as refused:
        document = json.loads(refused.read() or b"{}")
        _fail(document.get("detail") or f"HTTP {refused.code}")
    except OSError as trouble:
        _fail(f"Không gọi được {request.full_url}: {trouble}. / Cannot reach {request.full_url}: {trouble}.")


def _fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    raise SystemExit(1)
