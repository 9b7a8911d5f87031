"""``ndxp-emulator scenario``: which scenarios there are, what one does, and the beginning of a new one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.frame import BilingualGroup
from emulator.cli.terminal import FORCE, CannotStart, refuse_taken, write_file

if TYPE_CHECKING:
    from emulator.scenario.library import Library

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator scenario list
  ndxp-emulator scenario show mat-tra-loi
  ndxp-emulator scenario test mat-tra-loi --calls goi.jsonl
  ndxp-emulator scenario new mang-cham --out ./kich-ban
  ndxp-emulator scenario from-recording ban-ghi/phien.jsonl --id nhu-that --out ./kich-ban
"""
_LIST_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator scenario list
"""
_SHOW_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator scenario show mat-tra-loi
"""
_TEST_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator scenario test bao-tri-30-phut --calls goi.jsonl
  ndxp-emulator scenario test ./cua-toi.yaml --calls goi.jsonl --set delay=PT2S
"""
_NEW_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator scenario new mang-cham
  ndxp-emulator scenario new mang-cham --out ./kich-ban
"""
_RETELL_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator scenario from-recording ban-ghi/phien.jsonl --id nhu-that --out ./kich-ban
"""
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@click.group(cls=BilingualGroup, epilog=_EXAMPLES)
def scenario() -> None:
    """Kịch bản: liệt kê, xem, tạo mới. / Scenarios: list, show, begin a new one."""


@scenario.command("list", epilog=_LIST_EXAMPLES)
def list_scenarios() -> None:
    """Các kịch bản có sẵn. / The scenarios in the box."""
    from emulator.scenario.library import Library

    library = Library()
    for name, path in sorted(library.paths().items(), key=lambda each: (each[1].parent.name, each[0])):
        script = library.get(name)
        click.echo(f"{path.parent.name:9} {name:28} {script.title['vi']} / {script.title['en']}")


@scenario.command(epilog=_SHOW_EXAMPLES)
@click.argument("name")
def show(name: str) -> None:
    """Một kịch bản (tên hoặc tệp): mục đích, phần mềm tốt làm gì, các bước. / One scenario, a name or a file, told."""
    from emulator.scenario.reader import BadScenario

    library, found = _library_of(name)
    try:
        script = library.get(found)
    except BadScenario as trouble:
        raise CannotStart(str(trouble)) from trouble
    for label, text in (("", script.title), ("? ", script.purpose), ("✓ ", script.good_client)):
        click.echo(f"{label}{text['vi']}\n{label}{text['en']}")
    click.echo(f"§ {script.source}\n")
    click.echo(library.path_of(found).read_text(encoding="utf-8-sig"), nl=False)


def _library_of(name: str) -> tuple[Library, str]:
    """Return the library that has a scenario, and its id; ``name`` is of the box, or the path of a file."""
    from emulator.scenario.library import Library, NoScenario

    path = Path(name)
    is_file = path.suffix in (".yaml", ".yml")
    library = Library((path, path.parent) if is_file else ())
    if is_file and not path.is_file():
        raise CannotStart(f"Không có tệp {path}. / There is no file {path}.")
    found = path.stem if is_file else name
    try:
        library.path_of(found)
    except NoScenario as trouble:
        raise CannotStart(
            f"Không có kịch bản “{name}”{trouble.vi}. / There is no scenario {name!r}{trouble.en}."
        ) from trouble
    return library, found


@scenario.command("test", epilog=_TEST_EXAMPLES)
@click.argument("name")
@click.option(
    "--calls",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    required=True,
    help='Tệp jsonl: mỗi dòng một lời gọi, hoặc {"wait": "P2D"}. / One call a line, or {"wait": "P2D"}.',
)
@click.option("--pack", "pack_name", default="co-ban", show_default=True, help="Gói dữ liệu. / Pack.")
@click.option(
    "--from", "begin", default="2026-12-01T08:00:00", show_default=True, help="Lúc bắt đầu. / When it begins."
)
@click.option("--set", "values", multiple=True, help="Giá trị tham số, TÊN=GIÁ_TRỊ. / Value of a parameter.")
def play_calls(name: str, calls: Path, pack_name: str, begin: str, values: tuple[str, ...]) -> None:
    """Diễn hàng tuần ảo không cần máy chủ, in điều sẽ nói và làm. / Play virtual weeks without a server."""
    from emulator.cli.scenario_trial import Trial, lines_of
    from emulator.country.pack import PackTrouble
    from emulator.services.packs import load_pack

    _, found = _library_of(name)
    try:
        trial = Trial(name, found, load_pack(pack_name), dict(value.partition("=")[::2] for value in values), begin)
        with trial:
            for line in lines_of(calls):
                for said in trial.play(line):
                    click.echo(said)
    except (PackTrouble, ValueError) as trouble:
        raise CannotStart(str(trouble)) from trouble


@scenario.command(epilog=_NEW_EXAMPLES)
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Thư mục để ghi; mặc định: thư mục hiện tại. / Folder to write into; the current one by default.",
)
@FORCE
def new(name: str, out: Path, force: bool) -> None:
    """Viết tệp kịch bản mẫu NAME.yaml có chú thích. / Write a commented scenario file NAME.yaml."""
    from emulator.scenario.grammar import schema
    from emulator.scenario.template import SCHEMA_FILE, template

    if not _NAME.fullmatch(name):
        raise CannotStart(
            f"“{name}”: tên chỉ gồm chữ thường không dấu, số và dấu “-”. / {name!r}: a name has lower-case letters, "
            "digits and '-' only."
        )
    path = out / f"{name}.yaml"
    try:
        out.mkdir(parents=True, exist_ok=True)
        refuse_taken(path, force=force)
        text = json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"
        write_file(out / SCHEMA_FILE, text.encode(), force=True)
        write_file(path, template(name).encode(), force=force)
    except OSError as trouble:
        raise CannotStart(f"Không ghi được {path}: {trouble}. / Cannot write {path}: {trouble}.") from trouble
    click.echo(f"{path}\nndxp-emulator validate {path}\nndxp-emulator serve --scenario {path} --watch")


@scenario.command("from-recording", epilog=_RETELL_EXAMPLES)
@click.argument("session", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--id", "scenario_id", required=True, help="Mã kịch bản, cũng là tên tệp. / Id, and name of the file.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Thư mục để ghi; mặc định: thư mục hiện tại. / Folder to write into; the current one by default.",
)
def from_recording(session: Path, scenario_id: str, out: Path) -> None:
    """Biến bản ghi (record, har import) thành kịch bản. / Turn a recorded session into a scenario."""
    from emulator.cli.replay import session_of, write_scenario

    write_scenario(session_of(session), scenario_id, out)
