"""``ndxp-emulator validate``: every problem of a pack with its place, before anybody serves it."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator validate co-ban
  ndxp-emulator validate ./my-pack ./other-pack/steps.json
  ndxp-emulator validate --format json ./my-pack
  ndxp-emulator validate --privacy ./my-pack docs README.md
"""


@click.command(epilog=_EXAMPLES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Dạng kết quả. / Form of the findings.",
)
@click.option(
    "--privacy",
    is_flag=True,
    help="Chỉ tìm dữ liệu có thể của người thật, trong mọi tệp văn bản. / Look only for data that could be somebody's.",
)
def validate(paths: tuple[str, ...], form: str, privacy: bool) -> None:
    """Kiểm tra gói dữ liệu mẫu: tên, thư mục hoặc một tệp. / Check fixture packs: a name, a folder or one file.

    Mã thoát 0: không có lỗi; 2: có lỗi. / Exit code 0: nothing is wrong; 2: something is.
    """
    from emulator.world.inspection import inspect
    from emulator.world.pack import PackTrouble, find_pack
    from emulator.world.privacy import looked_through

    problems = []
    for path in paths:
        try:
            problems += looked_through(find_pack(path)) if privacy else inspect(path)
        except PackTrouble as trouble:
            problems += trouble.problems
    if form == "json":
        click.echo(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            click.echo(str(problem))
    raise SystemExit(2 if problems else 0)
