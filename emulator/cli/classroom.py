"""``ndxp-emulator class``: a room of people, each with a sandbox of their own, from a roster to the reports."""

from __future__ import annotations

import json
import re
import sys
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import click

from emulator.cli.admin_client import AdminClient, Unreachable, address_options
from emulator.cli.frame import BilingualGroup
from emulator.cli.terminal import FORCE, CannotStart, refuse_filled, refuse_taken, write_file

if TYPE_CHECKING:
    from emulator.classroom.report import ClassReport

_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator class open lop.csv
  ndxp-emulator class sheet lop
  ndxp-emulator class list
  ndxp-emulator class close lop
"""
_OPEN_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator class open lop.csv
  ndxp-emulator class open --seats 40 --name lop-sang
  ndxp-emulator class open lop.csv --host 192.168.1.20
"""
_LIST_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator class list
"""
_BOARD_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator class board lop
"""
_SHEET_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator class sheet lop
  ndxp-emulator class sheet lop --host 192.168.1.20 --out phieu.pdf
  ndxp-emulator class sheet lop --new-codes --force
"""
_CLOSE_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator class close lop
  ndxp-emulator class close lop --out bao-cao --lang en
"""
_LONGEST_NAME = 30


_server = address_options("Mã quản trị, hoặc mã của chủ lớp. / Admin token, or the class owner's.")
_HOST = click.option(
    "--host",
    help="Địa chỉ máy này trong mạng của phòng; không nêu thì tự tìm. / This machine's address in the room's network; "
    "found where it is not given.",
)


@click.group("class", cls=BilingualGroup, epilog=_EXAMPLES)
def classroom() -> None:
    """Lớp học: mở, xem, đóng; mỗi người một sandbox. / A class: open, look, close; a sandbox for each person."""


@classroom.command("open", epilog=_OPEN_EXAMPLES)
@click.argument("roster", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--seats", type=click.IntRange(1, 200), help="Số chỗ, khi không có danh sách. / Seats without a roster.")
@click.option("--name", help="Tên lớp: a-z, 0-9, -. / Name of the class; the roster's file name by default.")
@click.option("--title", default="", help="Tên hiện trên trang. / What its pages call it.")
@click.option("--lessons", default="", help="Các bài, cách nhau bằng dấu phẩy. / Lessons, parted by commas.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Tệp khóa và mã. / File of the keys.")
@_HOST
@_server
def open_class(
    roster: Path | None,
    seats: int | None,
    name: str | None,
    title: str,
    lessons: str,
    out: Path | None,
    host: str | None,
    url: str,
    admin_token: str | None,
) -> None:
    """Mở lớp từ danh sách ROSTER (csv) hoặc --seats. / Open a class from a ROSTER (csv), or of --seats without names.

    Khóa và mã của từng người nằm trong TÊN.class.json, chỉ chủ tệp đọc được. / Everybody's keys and tokens are in
    NAME.class.json, which its owner alone may read. Mã thoát / exit code 2: danh sách sai, lớp đã có, không gọi được
    máy chủ / a bad roster, a class that is there, no server.
    """
    if (roster is None) is (seats is None):
        raise click.UsageError("Cần đúng một trong ROSTER và --seats. / Exactly one of ROSTER and --seats is needed.")
    people = _read_people(roster) if roster else None
    wish: dict[str, Any] = {"name": name or _name_of(roster)}
    wish |= {"people": people} if people else {"seats": seats}
    wish |= {"title": title} if title else {"title": roster.stem} if roster else {}
    wish |= {"lessons": [each.strip() for each in lessons.split(",") if each.strip()]} if lessons else {}
    file = out or Path(f"{wish['name']}.class.json")
    if file.exists():
        raise CannotStart(f"{file} đã có; dùng --out hoặc --name khác. / {file} exists: give another --out or --name.")
    keep_keys(file, {})  # before the class is there: its keys are shown once
    try:
        began, client = time.monotonic(), AdminClient(url, admin_token)
        made = client.ask_house("POST", "/classes", wish)
        took_s = time.monotonic() - began
    except BaseException:
        file.unlink()
        raise
    keep_keys(file, with_base(made, room_base(url, host)))
    _say_opened(made, file, took_s)


def _read_people(roster: Path) -> list[str]:
    from emulator.classroom.roster import BadRoster, labels_of, read_roster

    try:
        people = read_roster(roster)
    except BadRoster as trouble:
        raise CannotStart(str(trouble)) from trouble
    twins = [label for label, name in zip(labels_of(people), people, strict=True) if label != name]
    if twins:
        click.echo(f"Trùng tên, đánh số thêm / same names, numbered: {', '.join(twins)}", err=True)
    return people


def _name_of(roster: Path | None) -> str:
    """Return the name of a class after its file: ``Lớp sáng 1.csv`` is ``lop-sang-1``."""
    plain = unicodedata.normalize("NFD", (roster.stem if roster else "lop").lower()).replace("đ", "d")
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_LONGEST_NAME].strip("-") or "lop"


def _say_opened(made: dict[str, Any], file: Path, took_s: float) -> None:
    name = made["name"]
    click.echo(f"Lớp / class {name}: {len(made['seats'])} chỗ / seats, {took_s:.1f} s")
    click.echo(f"  khóa và mã / keys and tokens: {file}")
    click.echo(f"  bảng theo dõi / board:        {made['board']}")
    click.echo(f"  vào chỗ / a seat's page:      {made['seats'][0]['join'].partition('#')[0]}")
    click.echo(f"  in phiếu / to print sheets:   ndxp-emulator class sheet {name}")
    click.echo(f"  đóng lớp / to close it:       ndxp-emulator class close {name}")


def room_base(url: str, host: str | None) -> str:
    """Return the address under which the room reaches the server, after having tried it."""
    parts = urlsplit(url)
    if host is None and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        return url.rstrip("/")
    wanted = host or _choose_address()
    if wanted is None:
        return url.rstrip("/")
    netloc = wanted if ":" in wanted or not parts.port else f"{wanted}:{parts.port}"
    base = f"{parts.scheme}://{netloc}"
    try:
        AdminClient(base).send("GET", "/__admin/health", {})
    except Unreachable:
        click.echo(
            f"Chú ý: máy khác chưa vào được {base}; chạy máy chủ với --host 0.0.0.0 --admin-token …, hoặc chọn --host "
            f"khác. / Mind: others cannot reach {base} yet: start the server with --host 0.0.0.0 --admin-token …, or "
            "choose another --host.",
            err=True,
        )
    return base


def _choose_address() -> str | None:
    """Return this machine's address in the room; of several a person chooses, or the usual one is taken."""
    from emulator.cli.room_address import find_addresses

    found = find_addresses()
    if not found:
        click.echo("Máy này chưa vào mạng nào. / This machine is in no network yet.", err=True)
        return None
    if len(found) > 1:
        click.echo("Máy này có nhiều địa chỉ / this machine has several addresses:", err=True)
        for number, each in enumerate(found, 1):
            click.echo(f"  {number}. {each.address} {each.interface}", err=True)
        if sys.stdin.isatty():
            chosen = click.prompt("Chọn số / choose", type=click.IntRange(1, len(found)), default=1, err=True)
            return found[chosen - 1].address
        click.echo(f"Dùng {found[0].address}; chọn khác bằng --host. / Taken: the first; --host chooses.", err=True)
    return found[0].address


def with_base(made: dict[str, Any], base: str) -> dict[str, Any]:
    """Return an opened class with every address as the room reaches it; ``join`` lets a seat in by its fragment."""
    made["base"] = base
    made["board"] = base + urlsplit(made["board"]).path
    for seat in made["seats"]:
        seat["base_url"] = f"{base}/s/{seat['sandbox']}"
        seat["page"] = base + urlsplit(seat["page"]).path
        seat["join"] = f"{base}/__console/join#{seat['code']}"
    return made


def keep_keys(file: Path, made: dict[str, Any]) -> None:
    """Write the keys of a class to a file of its owner's. Raises CannotStart."""
    write_file(file, (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode(), force=True, secret=True)


@classroom.command("sheet", epilog=_SHEET_EXAMPLES)
@click.argument("name")
@click.option("--keys", type=click.Path(dir_okay=False, path_type=Path), help="Tệp khóa của lớp. / File of the keys.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Tệp PDF. / The PDF file.")
@click.option("--new-codes", is_flag=True, help="Cấp mã mới cho mọi chỗ. / Give every seat a new code.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@FORCE
@_HOST
@_server
def print_sheet(
    name: str,
    keys: Path | None,
    out: Path | None,
    new_codes: bool,
    lang: str,
    force: bool,
    host: str | None,
    url: str,
    admin_token: str | None,
) -> None:
    """Phiếu của lớp NAME: một PDF A4 để cắt, mỗi chỗ một ô có mã QR. / The sheet of NAME: a PDF to cut, a QR a seat.

    Đọc NAME.class.json mà class open đã ghi; mất tệp đó thì --new-codes cấp mã mới, mã cũ hết hiệu lực. / It reads the
    file that class open wrote; where that is lost, --new-codes gives new codes, and the old ones end.
    """
    from importlib.util import find_spec

    if missing := [each for each in ("fpdf", "segno") if find_spec(each) is None]:
        words = f'{", ".join(missing)}: pip install "ndxp-emulator[certify]"'
        raise CannotStart(f"Thiếu thư viện in {words}. / The libraries that print are missing, {words}.")
    target = out or Path(f"{name}-phieu.pdf")
    refuse_taken(target, force=force)  # before the old codes end
    file = keys or Path(f"{name}.class.json")
    made = _renew_codes(AdminClient(url, admin_token), name) if new_codes else _read_keys(file)
    if new_codes or host:
        made = with_base(made, room_base(url, host))
        keep_keys(file, made)
    from emulator.classroom.sheet import sheet_of

    write_file(target, sheet_of(made, lang), force=force, secret=True)
    click.echo(f"{target}: {len(made['seats'])} phiếu / seats")


def _read_keys(file: Path) -> dict[str, Any]:
    try:
        made = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as trouble:
        raise CannotStart(
            f"Không đọc được {file}; --new-codes cấp mã mới. / {file} cannot be read; --new-codes gives new codes."
        ) from trouble
    if not isinstance(made, dict) or not made.get("seats") or "join" not in made["seats"][0]:
        raise CannotStart(f"{file} không phải tệp khóa của lớp. / {file} is no file of a class's keys.")
    return made


def _renew_codes(client: AdminClient, name: str) -> dict[str, Any]:
    path = f"/classes/{quote(name, safe='')}"
    made: dict[str, Any] = client.ask_house("GET", path)
    numbers = [each["number"] for each in made["seats"] if each["sandbox"]]
    seats = [client.ask_house("POST", f"{path}/seats/{number}/token") for number in numbers]
    return {**made, "seats": seats}


@classroom.command("list", epilog=_LIST_EXAMPLES)
@_server
def list_classes(url: str, admin_token: str | None) -> None:
    """Các lớp đang mở. / The classes that are open."""
    client = AdminClient(url, admin_token)
    for each in client.ask_house("GET", "/classes")["classes"]:
        seats = client.ask_house("GET", f"/classes/{quote(each['name'], safe='')}")["seats"]
        click.echo(f"{each['name']}\t{len(seats)}\t{each['opened'][:16].replace('T', ' ')}\t{each['title']}")


@classroom.command("board", epilog=_BOARD_EXAMPLES)
@click.argument("name")
@_HOST
@_server
def show_board(name: str, host: str | None, url: str, admin_token: str | None) -> None:
    """In địa chỉ bảng theo dõi của lớp NAME. / Print the address of the board of the class NAME."""
    found = AdminClient(url, admin_token).ask_house("GET", f"/classes/{quote(name, safe='')}")
    click.echo(room_base(url, host) + urlsplit(found["board"]).path)


@classroom.command("close", epilog=_CLOSE_EXAMPLES)
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Thư mục báo cáo; mặc định NAME-bao-cao. / Folder of the reports; NAME-bao-cao by default.",
)
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@FORCE
@_server
def close_class(name: str, out: Path | None, lang: str, force: bool, url: str, admin_token: str | None) -> None:
    """Viết báo cáo rồi đóng lớp NAME, xóa các sandbox. / Write the reports, then close NAME and drop its sandboxes.

    Một trang cho mỗi người, một trang và một bảng CSV cho cả lớp. / A page a person, a page and a CSV for the class.
    Không ghi được báo cáo thì lớp còn nguyên. / Where no report can be written, the class stays.
    """
    folder = out or Path(f"{name}-bao-cao")
    refuse_filled(folder, force=force)
    client = AdminClient(url, admin_token)
    path = f"/classes/{quote(name, safe='')}"
    report = client.ask_house("GET", f"{path}/report")
    write_reports(folder, report, lang)
    gone = client.ask_house("DELETE", path)["sandboxes"]
    click.echo(f"{folder}: {len(report['seats'])} báo cáo / reports; đã xóa / dropped: {len(gone)} sandbox")


def write_reports(folder: Path, report: ClassReport, language: str) -> None:
    """Write a page a person, and page and table of the class. Raises CannotStart."""
    from emulator.classroom.report import page_of_class, page_of_seat, table_of_class

    files = {"lop.html": page_of_class(report, language), "lop.csv": "\ufeff" + table_of_class(report)}
    for seat in report["seats"]:
        files[f"{seat['number']:02d}-{_file_word(seat['person'])}.html"] = page_of_seat(report, seat, language)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for file, text in files.items():
            write_file(folder / file, text.encode(), force=True, secret=True)
    except OSError as trouble:
        raise CannotStart(f"Không ghi được {folder}: {trouble.strerror}. / Cannot write {folder}.") from trouble


def _file_word(person: str) -> str:
    return _name_of(Path(f"{person}.x"))
