"""``certify authority``: handing challenges out, taking bundles, withdrawing; all of it in a signed ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.certify.files import FILE, Untrustworthy, content_of, private_key_at, public_key_at
from emulator.cli.terminal import FORCE, CannotStart, refuse_taken, write_file

if TYPE_CHECKING:
    from emulator.certification.authority import AuthorityLedger
    from emulator.certification.bundle.keys import PrivateKey
    from emulator.certification.challenge import Challenge, ChallengeBounds

_HEAD = "\b\nVí dụ / Examples:\n"
_ISSUE = (
    f"{_HEAD}  ndxp-emulator certify authority issue --ledger so --key co-quan.pem --authority A --kit btxh-a1 "
    "--product B --vendor C --vendor-key c.pub.pem --out tt.json\n"
)
_ACCEPT = f"{_HEAD}  ndxp-emulator certify authority accept goi.zip --ledger so --key co-quan.pem\n"
_LIST = f"{_HEAD}  ndxp-emulator certify authority list --ledger so --key co-quan.pem\n"
_WITHDRAW = (
    f"{_HEAD}  ndxp-emulator certify authority withdraw btxh-a1-20261120-0001 --reason sai-du-lieu --ledger so "
    "--key co-quan.pem\n"
)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_WHERE = "Thư mục sổ của cơ quan. / The ledger's folder."
_LEDGER = click.option("--ledger", type=_FOLDER, required=True, help=_WHERE)
_KEPT = click.option(
    "--ledger", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True, help=_WHERE
)
"""A ledger that there is already: a mistyped folder is no empty ledger."""
_KEY = click.option("--key", type=FILE, required=True, help="Khóa bí mật của cơ quan. / The authority's private key.")
_WORDS = {"issued": "đã phát / issued", "accepted": "đã nhận gói / accepted", "withdrawn": "ĐÃ THU HỒI / WITHDRAWN"}


@click.group(epilog=_ISSUE)
def authority() -> None:
    """Sổ của cơ quan: phát thử thách, nhận gói, thu hồi. / An authority's ledger: challenges, bundles, withdrawals.

    Sổ là một thư mục tệp đã ký, không cần máy chủ. / The ledger is a folder of signed files and needs no server.
    """


def _ledger(folder: Path, key: PrivateKey) -> AuthorityLedger:
    from emulator.certification.authority import AuthorityLedger, BadLedger

    try:
        return AuthorityLedger(folder, key.public)
    except BadLedger as trouble:
        raise Untrustworthy(f"{folder}: {trouble.vi}. / {trouble.en}.") from trouble


def _now() -> str:
    from emulator.kernel.clock import iso, system_ms

    return iso(system_ms())


@authority.command(epilog=_ISSUE)
@_LEDGER
@_KEY
@click.option("--authority", "name", required=True, help="Tên cơ quan. / Name of the authority.")
@click.option("--kit", required=True, help="Bộ kiểm thử. / The kit.")
@click.option("--product", required=True, help="Tên phần mềm, như trong kế hoạch. / The product, as in the plan.")
@click.option("--product-version", default="", help="Phiên bản; bỏ trống: mọi bản. / Version; empty: any.")
@click.option("--vendor", required=True, help="Đơn vị phát triển, như trong kế hoạch. / The vendor, as in the plan.")
@click.option("--vendor-key", type=FILE, required=True, help="Khóa công khai của đơn vị. / The vendor's public key.")
@click.option(
    "--days", type=click.IntRange(1, 366), default=14, show_default=True, help="Hạn mở lượt. / Days to begin."
)
@click.option(
    "--attempts", type=click.IntRange(1, 99), default=1, show_default=True, help="Số gói sẽ nhận. / Bundles taken."
)
@click.option("--serial", default="", help="Số; bỏ trống: tự đánh. / Serial number; empty: the next one.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Tệp ghi ra. / The file.")
@FORCE
def issue(ledger: Path, key: Path, out: Path, force: bool, **words: Any) -> None:
    """Phát thử thách đã ký cho một sản phẩm và một khóa, ghi vào sổ. / Hand out a signed challenge (L2).

    Mã thoát / exit codes: 0 xong / done, 2 sai tham số / bad value, 4 sổ không tin được / the ledger is bad.
    """
    from emulator.certification.authority import BadLedger
    from emulator.certification.challenge import sign_challenge

    refuse_taken(out, force=force)
    signer = private_key_at(key)
    book = _ledger(ledger, signer)
    made = _challenge(book, words)
    try:
        book.issue(made, _now(), signer)
    except BadLedger as trouble:
        raise CannotStart(f"--serial: {trouble.vi}. / {trouble.en}.") from trouble
    write_file(out, sign_challenge(made, signer), force=True)
    click.echo(f"{out}\n{made.serial}\n{made.valid_from} … {made.valid_to}\nsha256 {signer.public.id}")


def _challenge(book: AuthorityLedger, words: Mapping[str, Any]) -> Challenge:
    from emulator.certification.authority import SERIAL
    from emulator.certification.challenge import new_challenge
    from emulator.certification.kit_reader import NoKit, kit_of
    from emulator.kernel.clock import system_ms, to_datetime

    empty = [name for name in ("name", "product", "vendor") if not words[name].strip()]
    if empty:
        option = empty[0].replace("name", "authority")
        raise CannotStart(f"--{option}: không được để trống. / must not be empty.")
    try:
        kit = kit_of(words["kit"])
    except NoKit as trouble:
        name = words["kit"]
        raise CannotStart(f"--kit: không có bộ “{name}”{trouble.vi}. / no kit {name!r}{trouble.en}.") from trouble
    now = system_ms()
    serial = words["serial"] or book.next_serial(kit.id, f"{to_datetime(now):%Y%m%d}")
    if not SERIAL.fullmatch(serial):
        raise CannotStart(f"--serial: chỉ gồm chữ, số, . _ - ({serial!r}). / letters, digits, . _ - only ({serial!r}).")
    holder = public_key_at(words["vendor_key"], "--vendor-key")
    bound: ChallengeBounds = {
        "serial": serial,
        "vendor_key": holder.id if holder else "",
        "attempts": words["attempts"],
        "product": words["product"],
        "product_version": words["product_version"],
        "vendor": words["vendor"],
    }
    who, days = words["name"], words["days"]
    return new_challenge(kit.id, kit.digest, authority=who, bound_to=bound, begins_ms=now, days=days)


@authority.command(epilog=_ACCEPT)
@click.argument("bundle", type=FILE)
@_KEPT
@_KEY
def accept(bundle: Path, ledger: Path, key: Path) -> None:
    """Kiểm tra gói theo sổ rồi ghi là đã nhận: thử thách ấy coi như đã dùng. / Verify a bundle and take it.

    Gói không đạt vẫn được nhận, và dùng hết một lượt. / A bundle that failed is taken as well, and uses one attempt.

    Mã thoát: như verify; 4 thì không ghi gì. / Exit codes: as of verify; with 4 nothing is written down.
    """
    from emulator.certification.bundle.archive import sha256
    from emulator.certification.bundle.verify import Trust, verify
    from emulator.cli.certify.bundles import print_verification
    from emulator.cli.in_process import replay_host

    signer = private_key_at(key)
    book = _ledger(ledger, signer)
    raw = content_of(bundle)
    found = verify(raw, Trust(authority=signer.public, hosts=replay_host, standing=(book.points,)))
    print_verification(found)
    if not found.is_genuine:
        raise SystemExit(found.exit_code)
    from emulator.certification.bundle.archive import MANIFEST, unzip_files

    serial = str(found.report["challenge"].get("serial", ""))
    digest = f"sha256:{sha256(unzip_files(raw)[MANIFEST])}"
    if digest not in [each.bundle for each in book.of(serial, "accepted")]:
        book.accept(serial, digest, found.conclusion, _now(), signer)
    click.echo(f"{serial}: {_WORDS['accepted']} {digest[:23]}…")
    raise SystemExit(found.exit_code)


@authority.command("list", epilog=_LIST)
@_KEPT
@_KEY
def show(ledger: Path, key: Path) -> None:
    """Liệt kê từng dòng sổ. / List the ledger, line by line.

    Mã thoát / exit codes: 0 xong / done, 4 sổ không tin được / the ledger is bad.
    """
    book = _ledger(ledger, private_key_at(key))
    for each in book.records:
        about = each.reason or each.bundle[:23] or _holder(each.challenge or {})
        click.echo(f"{each.no:>4}  {each.at[:19]}  {each.serial:<28} {_WORDS[each.kind]:<26} {about}")
    if not book.records:
        click.echo("Sổ chưa có dòng nào. / The ledger is empty.")
    for serial in book.not_in_list():
        said = (
            "chưa có trong danh sách thu hồi; hãy chạy lại withdraw / not in the list of withdrawals: withdraw it again"
        )
        click.echo(f"{serial}: {said}", err=True)


def _holder(challenge: Mapping[str, object]) -> str:
    return f"{challenge.get('product')} – {challenge.get('vendor')}"


@authority.command(epilog=_WITHDRAW)
@click.argument("serial")
@click.option("--reason", required=True, help="Lý do, ai cũng đọc được. / The reason, for everybody to read.")
@_KEPT
@_KEY
def withdraw(serial: str, reason: str, ledger: Path, key: Path) -> None:
    """Thu hồi điều đã chứng nhận, và viết lại danh sách thu hồi đã ký. / Withdraw, and write the signed list anew.

    Mã thoát / exit codes: 0 xong / done, 2 không có số ấy / no such serial, 4 sổ không tin được / the ledger is bad.
    """
    from emulator.certification.authority import BadLedger

    signer = private_key_at(key)
    book = _ledger(ledger, signer)
    if not reason.strip():
        raise CannotStart("--reason: không được để trống. / must not be empty.")
    try:
        path = book.withdraw(serial, reason, _now(), signer)
    except BadLedger as trouble:
        raise CannotStart(f"{trouble.vi}. / {trouble.en}.") from trouble
    click.echo(f"{serial}: {_WORDS['withdrawn']}\n{path}")
