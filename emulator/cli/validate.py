"""``ndxp-emulator validate``: every problem of packs and scenarios with its place, before anybody serves them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.terminal import write_data

if TYPE_CHECKING:
    from emulator.country.pack import Pack
    from emulator.country.positions import Problem

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator validate co-ban
  ndxp-emulator validate ./my-pack ./other-pack/steps.json
  ndxp-emulator validate ./my-scenario.yaml ./my-scenarios
  ndxp-emulator validate --format json ./my-pack
  ndxp-emulator validate --privacy ./my-pack docs README.md
"""


_MOST_SHOWN = 500
_USER_OF_FRAGMENT = """\
schema_version: "2"
id: fragment
title: {{vi: Mảnh, en: Fragment}}
purpose: {{vi: Mảnh, en: Fragment}}
source: ours
good_client: {{vi: Mảnh, en: Fragment}}
use: [{0}]
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
@click.option(
    "--pack",
    default="co-ban",
    show_default=True,
    help="Gói mà kịch bản sẽ diễn trên đó. / Pack that scenarios will play over.",
)
def validate(paths: tuple[str, ...], form: str, privacy: bool, pack: str) -> None:
    """Kiểm tra gói dữ liệu mẫu và kịch bản: tên, thư mục hoặc tệp. / Check packs and scenarios: name, folder or file.

    Mã thoát 0: không có lỗi; 2: có lỗi. / Exit code 0: nothing is wrong; 2: something is.
    """
    with click.progressbar(paths, file=sys.stderr, hidden=len(paths) == 1 or not sys.stderr.isatty()) as shown:
        problems = [problem for path in shown for problem in _problems(path, pack, privacy=privacy)]
    if form == "json":
        write_data(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2) + "\n")
    else:
        for problem in problems[:_MOST_SHOWN]:
            click.echo(str(problem))
        if (left := len(problems) - _MOST_SHOWN) > 0:
            click.echo(f"… và {left} lỗi nữa; --format json cho tất cả. / … and {left} more; --format json has all.")
    raise SystemExit(2 if problems else 0)


def _problems(path: str, pack: str, *, privacy: bool) -> list[Problem]:
    from emulator.country.pack import PackTrouble
    from emulator.country.pack_reading import find_pack
    from emulator.country.privacy import looked_through
    from emulator.services.packs import inspect, load_pack

    scenarios = [] if privacy else _scenarios(Path(path))
    try:
        if scenarios:
            return _problems_of_scenarios(scenarios, load_pack(pack))
        return list(looked_through(find_pack(path))) if privacy else inspect(path)
    except PackTrouble as trouble:
        return trouble.problems


def _problems_of_scenarios(paths: list[Path], pack: Pack) -> list[Problem]:
    """Return what is wrong with scenarios; a fragment through a scenario that uses it, a lesson as one."""
    from emulator.classroom.lessons import read_lesson
    from emulator.scenario.library import FRAGMENTS, LESSONS, Library
    from emulator.scenario.reader import Source, problems_of

    problems: list[Problem] = []
    for path in paths:
        if path.parent.name == LESSONS:
            problems += read_lesson(path)[1]
        elif path.parent.name == FRAGMENTS:
            library = Library((path.parent.parent,))
            source = Source(Path("fragment.yaml"), library, _USER_OF_FRAGMENT.format(path.stem), pack=pack)
            problems += [each for each in problems_of(source) if each.path == str(path)]
        else:
            problems += problems_of(Source(path, Library((path, path.parent)), pack=pack))
    return problems


def _scenarios(path: Path) -> list[Path]:
    """Return the scenario files meant by a path; none when a pack is meant."""
    if path.is_dir() and not (path / "pack.json").is_file():
        return sorted(path.rglob("*.yaml"))
    return [path] if path.suffix in (".yaml", ".yml") and path.is_file() else []
