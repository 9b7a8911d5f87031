"""``certify verify``, ``judge``, ``witness``, ``disclose``: what is done with a bundle when the attempt is over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from emulator.cli.certify.files import FILE, Untrustworthy, content_of, files_of, private_key_at, public_key_at
from emulator.cli.terminal import FORCE, CannotStart, write_file

if TYPE_CHECKING:
    from emulator.certification.bundle.finding import Verification
    from emulator.certification.bundle.verify import Standing, Trust
    from emulator.certification.report import Conclusion

_VERIFY_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify verify goi.zip
  ndxp-emulator certify verify goi.zip --key don-vi.pub.pem --authority co-quan.pub.pem
  ndxp-emulator certify verify goi.zip --challenge thu-thach.json --revocations thu-hoi.dsse.json
  ndxp-emulator certify verify goi.zip --json
"""
_MARKS = {"good": "✓", "bad": "✗", "open": "?", "void": "✗", "note": "·"}
_HEADS = {
    0: ("GÓI THẬT", "GENUINE"),
    1: ("GÓI THẬT, KHÔNG DỰA VÀO ĐƯỢC", "GENUINE, AND NOT TO BE RELIED ON"),
    3: ("GÓI CHƯA KẾT LUẬN ĐƯỢC", "NOT COMPLETE"),
    4: ("KHÔNG PHẢI GÓI THẬT, điều nó nói dưới đây không tin được", "NOT GENUINE: do not believe what it says below"),
}


@click.command(epilog=_VERIFY_EXAMPLES)
@click.argument("bundle", type=FILE)
@click.option("--key", type=FILE, help="Khóa công khai của đơn vị phát triển (L1). / The vendor's public key.")
@click.option("--authority", type=FILE, help="Khóa công khai của cơ quan ra thử thách (L2). / The authority's key.")
@click.option("--witness", type=FILE, help="Khóa công khai của phòng kiểm thử (L3). / The laboratory's key.")
@click.option("--challenge", type=FILE, help="Đúng thử thách này, không cái nào khác. / This very challenge.")
@click.option("--revocations", type=FILE, help="Danh sách thu hồi cơ quan đã ký. / The authority's withdrawals.")
@click.option("--json", "as_json", is_flag=True, help="In JSON. / Print JSON.")
def verify(bundle: Path, as_json: bool, **words: Path | None) -> None:
    """Kiểm tra gói chứng cứ: thật hay không, và kết luận là gì. / Verify a bundle: is it genuine, and what does it say.

    Chấm lại, in lại, phát lại lượt thử trên máy này; không cần mạng, không cần máy chủ. / Judges, prints and plays the
    attempt again on this machine; needs no network and no server.

    Mã thoát / exit codes: 0 thật và đạt / genuine and passed, 1 thật nhưng không đạt, hết hạn hoặc đã thu hồi /
    genuine, and failed, expired or withdrawn, 3 thật nhưng chưa đủ / genuine, not complete, 4 không thật / not genuine,
    2 sai cách gọi / usage.
    """
    from emulator.certification.bundle.verify import verify

    found = verify(content_of(bundle), _trust(words))
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        print_verification(found)
    raise SystemExit(found.exit_code)


def _trust(words: Mapping[str, Path | None]) -> Trust:
    from emulator.certification.bundle.verify import Trust
    from emulator.certification.challenge import BadChallenge, receive_challenge
    from emulator.cli.in_process import replay_host

    keys = {name: public_key_at(words[name], f"--{name}") for name in ("key", "authority", "witness")}
    demanded = None
    if words["challenge"]:
        try:
            demanded = receive_challenge(content_of(words["challenge"])).challenge
        except BadChallenge as trouble:
            raise CannotStart(f"--challenge: {trouble.vi}. / {trouble.en}.") from trouble
    return Trust(
        keys["key"],
        keys["authority"],
        keys["witness"],
        challenge=demanded,
        hosts=replay_host,
        standing=_standing(words["revocations"], keys["authority"]),
    )


def _standing(revocations: Path | None, authority: Any) -> tuple[Standing, ...]:
    from emulator.certification.authority import BadLedger, withdrawals_in

    if revocations is None:
        return ()
    try:
        return (withdrawals_in(content_of(revocations), authority).points,)
    except BadLedger as trouble:
        raise CannotStart(f"--revocations {revocations}: {trouble.vi}. / {trouble.en}.") from trouble


def print_verification(found: Verification) -> None:
    """Say first what a person asks (whose, which kit, which verdict, how sure), then what was looked at."""
    vi, en = _HEADS[found.exit_code]
    click.secho(f"{vi} / {en}", bold=True)
    for line in _claims(found):
        click.echo(line)
    click.echo()
    for point in found.points:
        click.echo(f"{_MARKS[point.state]} {point.name:12} {point.vi}\n  {'':12} {point.en}")
    if found.is_genuine:
        for line in _what_a_level_means(found):
            click.echo(line)


def _claims(found: Verification) -> Iterator[str]:
    """Yield product, kit, verdict, level and validity, as the report says them; nothing when it cannot be read."""
    try:
        product, kit, said = found.report["plan"]["product"], found.report["kit"], found.report["conclusion"]
        yield f"{product['name']} {product['version']} – {product['vendor']}"
        yield f"{kit['title']['vi']} · {kit['id']} {kit['version']}"
        yield f"KẾT LUẬN: {said['vi'].upper()} / conclusion: {said['en']}"
        for each in said.get("because", ()):
            yield f"  – {each['vi']} / {each['en']}"
        until = found.report["validity"] and datetime.fromisoformat(found.report["validity"]["until"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    told = (
        f"có giá trị đến {until:%d/%m/%Y} / valid until {until:%Y-%m-%d}"
        if until
        else "không có hiệu lực / no validity"
    )
    yield f"Mức {found.level or '–'} / level {found.level or '–'}; {told}"


def _what_a_level_means(found: Verification) -> Iterator[str]:
    from emulator.certification.bundle.levels import LEVELS

    words = LEVELS[found.level]
    yield f"\n{found.level} {words['title']['vi']} / {words['title']['en']}"
    if found.confirmed != found.level:
        yield f"đã xác nhận bằng khóa của bạn / confirmed by your keys: {found.confirmed}"
    for said, mark in ((words["proves"], "✓"), (words["does_not_prove"], "✗")):
        yield f"{mark} {said['vi']}\n  {said['en']}"
    apart = found.report.get("level", {}).get("isolation")  # reports of older versions do not say it
    if isinstance(apart, dict):
        yield f"{'✓' if apart.get('id') == 'user' else '✗'} {apart.get('vi')}\n  {apart.get('en')}"
    for point in found.points:
        if point.name == "not-replayed":
            yield f"✗ {point.vi}\n  {point.en}"


_JUDGE_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify judge goi.zip
  ndxp-emulator certify judge goi.zip --out report.json
"""


@click.command(epilog=_JUDGE_EXAMPLES)
@click.argument("bundle", type=FILE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Ghi báo cáo mới. / Write the new report.")
@FORCE
def judge(bundle: Path, out: Path | None, force: bool) -> None:
    """Chấm lại nhật ký trong gói bằng bộ kiểm thử trong gói, nêu chỗ khác. / Judge a bundle's journal again.

    Mã thoát / exit codes: 0 cùng kết luận / the same verdicts, 4 khác hoặc không đọc được / different or unreadable,
    2 sai cách gọi / usage.
    """
    from emulator.certification.bundle import archive
    from emulator.certification.bundle.again import differences
    from emulator.certification.bundle.pack import judge_bundle

    files = files_of(bundle)
    try:
        told = archive.report_in(files)
        made = judge_bundle(files)
        differ = differences(told, made)
    except Exception as trouble:  # hostile content: the trouble is the bundle's
        raise Untrustworthy(f"{bundle}: không chấm được. / cannot be judged: {trouble}") from trouble
    if out:
        write_file(out, archive.pretty(made), force=force)
    for name, before, after in differ:
        click.echo(f"✗ {name}: {before} → {after}")
    if differ:
        raise SystemExit(4)
    _say_the_same(archive.pretty(made) == files[archive.REPORT], made["conclusion"])


def _say_the_same(is_identical: bool, conclusion: Conclusion) -> None:
    vi, en = ("đúng từng byte", "the same bytes") if is_identical else ("cùng kết luận", "the same verdicts")
    click.echo(f"✓ {vi}: {conclusion['vi']} / {en}: {conclusion['en']}")


_WITNESS_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify witness goi.zip --key phong.pem --name "Phòng kiểm thử B" --out goi-l3.zip
"""


@click.command(epilog=_WITNESS_EXAMPLES)
@click.argument("bundle", type=FILE)
@click.option("--key", type=FILE, required=True, help="Khóa bí mật của phòng kiểm thử. / The laboratory's key.")
@click.option("--name", required=True, help="Tên phòng kiểm thử. / Name of the laboratory.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Gói mới; mặc định: thay gói cũ. / The new bundle."
)
def witness(bundle: Path, key: Path, name: str, out: Path | None) -> None:
    """Kiểm tra gói rồi ký đối chứng (L3), không đụng tệp nào khác. / Verify a bundle, then counter-sign it.

    Chỉ ký điều chính phòng kiểm thử đã chạy hoặc chứng kiến. / Sign only what the laboratory itself ran or watched.

    Mã thoát / exit codes: 0 đã ký / signed, 4 gói không thật hoặc chưa kiểm hết, không ký / it is not genuine, or could
    not be looked at whole, and was not signed, 2 sai cách gọi / usage.
    """
    from emulator.certification.bundle.archive import BadBundle
    from emulator.certification.bundle.pack import witness_bundle
    from emulator.certification.bundle.verify import Trust, verify
    from emulator.cli.in_process import replay_host
    from emulator.kernel.clock import iso, system_ms

    raw, signer = content_of(bundle), private_key_at(key)
    wrong = [point for point in verify(raw, Trust(hosts=replay_host)).points if point.state in ("bad", "open")]
    if wrong:
        told = "\n".join(f"✗ {point.name}: {point.vi}. / {point.en}." for point in wrong)
        raise Untrustworthy(f"Không ký gói này. / This bundle is not signed.\n{told}")
    try:
        signed = witness_bundle(raw, signer, name=name, moment=iso(system_ms()))
    except BadBundle as trouble:
        raise Untrustworthy(f"{bundle}: {trouble.vi}. / {trouble.en}.") from trouble
    target = out or bundle
    write_file(target, signed, force=target == bundle)
    click.echo(f"{target}\nsha256 {signer.public.id}")


Openings = Mapping[str, Mapping[str, str]]
_DISCLOSE_EXAMPLES = """\b
Ví dụ / Examples:
  ndxp-emulator certify disclose goi.zip --openings goi.zip.openings.json
  ndxp-emulator certify disclose goi.zip --openings goi.zip.openings.json --value 999089001009
  ndxp-emulator certify disclose goi.zip --commitment "[sha256:0a…]" --openings mot-gia-tri.json
"""


@click.command(epilog=_DISCLOSE_EXAMPLES)
@click.argument("bundle", type=FILE)
@click.option("--openings", type=FILE, required=True, help="Tệp mở cam kết. / How commitments open.")
@click.option("--value", help="Giá trị cần chứng minh là có trong gói. / The value to prove.")
@click.option("--commitment", help="Cam kết cần mở. / The commitment to open.")
def disclose(bundle: Path, openings: Path, value: str | None, commitment: str | None) -> None:
    """Mở từng giá trị đã che trong gói và chứng minh nó đúng. / Open single hidden values of a bundle, with proof.

    Không nêu --value hay --commitment: liệt kê cam kết, không in giá trị. In ra JSON có thể trao cho người xem xét:
    họ chạy lại lệnh này với tệp đó. / Without --value or --commitment: lists commitments without their values. The
    JSON that is printed can be handed to a reviewer, who runs this command with it.

    Mã thoát / exit codes: 0 mở được / opened, 4 không mở được hoặc không có trong gói / wrong or not in the bundle,
    2 sai cách gọi / usage.
    """
    if value is not None and commitment is not None:
        raise click.UsageError("Chỉ một trong --value, --commitment. / Only one of --value and --commitment.")
    known, lines = _openings(openings), _lines(bundle)
    if value is None and commitment is None:
        for name in known:
            click.echo(f"{name} {len(_where(name, lines))}")
        return
    chosen = {
        name: opening
        for name, opening in known.items()
        if name == commitment or opening.get("value") == value is not None
    }
    click.echo(json.dumps(_proven(chosen, lines), ensure_ascii=False, indent=2))


def _openings(path: Path) -> Openings:
    try:
        found: Any = json.loads(content_of(path))
        ok = isinstance(found, dict) and all(isinstance(each, dict) for each in found.values())
    except ValueError:
        ok = False
    if not ok:
        raise CannotStart(f"{path}: không phải tệp mở cam kết. / not a file of openings.")
    return dict(found)


def _lines(bundle: Path) -> list[bytes]:
    from emulator.certification.bundle import archive

    journal = files_of(bundle).get(archive.JOURNAL, b"")
    return journal.splitlines()


def _where(commitment: str, lines: list[bytes]) -> list[int]:
    return [number for number, line in enumerate(lines, 1) if commitment.encode() in line]


class ProvenOpening(TypedDict):
    """An opening that is right, and the lines of the journal in which its commitment stands."""

    salt: str
    value: str
    lines: list[int]


def _proven(chosen: Openings, lines: list[bytes]) -> dict[str, ProvenOpening]:
    """Return the openings that are right, with the lines of the journal in which they stand."""
    from emulator.certification.redaction import opens

    if not chosen:
        raise Untrustworthy("Không có giá trị hay cam kết đó. / There is no such value or commitment.")
    proven: dict[str, ProvenOpening] = {}
    for name, opening in chosen.items():
        if not opens(name, opening):
            raise Untrustworthy(f"{name}: muối và giá trị không mở được. / salt and value do not open it.")
        found = _where(name, lines)
        if not found:
            raise Untrustworthy(f"{name}: không có trong gói. / does not stand in the bundle.")
        proven[name] = {"salt": opening["salt"], "value": opening["value"], "lines": found}
    return proven
