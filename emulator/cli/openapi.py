"""``ndxp-emulator openapi``: the interfaces as an OpenAPI document, or as a collection to click through."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from emulator.cli.terminal import FORCE, CannotStart, draft_of, refuse_filled, write_file

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator openapi --out openapi.json
  ndxp-emulator openapi --format postman --out ndxp-emulator.postman_collection.json
  ndxp-emulator openapi --format bruno --out ./bruno --base-url http://127.0.0.1:9090
"""


@click.command(epilog=_EXAMPLES)
@click.option(
    "--format", "form", type=click.Choice(["openapi", "postman", "bruno"]), default="openapi", show_default=True
)
@click.option(
    "--out",
    default="-",
    show_default=True,
    help="Tệp kết quả, - là đầu ra chuẩn; bruno: thư mục. / File, - for stdout; bruno: a folder.",
)
@click.option(
    "--base-url", default="http://127.0.0.1:8080", show_default=True, help="Địa chỉ máy chủ. / Where the server is."
)
@click.option(
    "--seed", type=int, default=42, show_default=True, help="Như của serve: quyết định khóa. / As of serve: sets keys."
)
@FORCE
def openapi(form: str, out: str, base_url: str, seed: int, force: bool) -> None:
    """Xuất tài liệu OpenAPI, bộ Postman hoặc Bruno. / Write the OpenAPI document, a Postman or a Bruno collection.

    Mã thoát / exit codes: 0 xong / done, 2 sai tham số hoặc không ghi được / bad value or no way to write.
    """
    from emulator.openapi.document import document

    values = _values(base_url, seed)
    if form == "bruno":
        from emulator.openapi import collections

        _write_folder(out, collections.files(document(), values), force=force)
    elif form == "postman":
        from emulator.openapi import collections

        _write(out, collections.collection(document(), values), force=force)
    else:
        _write(out, document(), force=force)


def _values(base_url: str, seed: int) -> dict[str, str]:
    """Return the variables that are known before the first request: of the sandbox ``default`` of a fresh server."""
    from emulator.country.axis import portal_credentials
    from emulator.country.sandbox import Definition, Sandbox, key_pair
    from emulator.country.settings import SandboxSettings
    from emulator.kernel.clock import Clock

    if not base_url.startswith(("http://", "https://")):
        raise CannotStart(f"--base-url: cần http(s)://…, nhận được “{base_url}”. / http(s)://… is needed.")
    key, secret = key_pair(seed, "default", "production")
    accounts = portal_credentials(Sandbox(1, "default", 1, Definition(seed=seed), SandboxSettings(), Clock()))
    known = {f"{kind}_{name}": value for kind, account in accounts.items() for name, value in account.items()}
    return {"base_url": base_url.rstrip("/"), "consumer_key": key, "consumer_secret": secret, **known}


def _write(out: str, content: dict[str, Any], *, force: bool) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    if out == "-":
        sys.stdout.buffer.write(text.encode())  # UTF-8 whatever the terminal's code page
        return
    with draft_of(Path(out), force=force) as stream:
        stream.write(text)


def _write_folder(out: str, files: dict[str, str], *, force: bool) -> None:
    folder = Path(out)
    if out == "-":
        raise CannotStart("--format bruno cần --out THƯ_MỤC. / --format bruno needs --out FOLDER.")
    refuse_filled(folder, force=force)
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_file(folder / name, text.encode(), force=True)
    except OSError as trouble:
        raise CannotStart(f"Không ghi được {out}: {trouble}. / {out} cannot be written.") from trouble
